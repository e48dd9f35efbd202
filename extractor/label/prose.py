"""Finds figures in prose by a small set of patterns."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.document import Paragraph
from extractor.report import Figure


class PatternLabeller:
    """The baseline behind `ProseLabeller`."""

    def label(self, paragraphs: Sequence[Paragraph], year: int | None) -> tuple[Figure, ...]:
        return ()

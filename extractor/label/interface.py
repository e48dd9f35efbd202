"""What every prose labeller offers, the pattern labeller and the trained model alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from extractor.document import Paragraph
from extractor.report import Figure


class ProseLabeller(Protocol):
    """Finds the figures that a report's prose states."""

    def label(self, paragraphs: Sequence[Paragraph], year: int | None) -> tuple[Figure, ...]:
        """The figures of all paragraphs in reading order; `year` is the report's, where it is known.

        `Figure.span` is (index in `paragraphs`, start, end) of the words that state the figure.
        """
        ...

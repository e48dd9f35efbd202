"""Evidence for texts of a document: their place, in the form that a report carries."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.document import Place, Source
from extractor.report import Evidence


def evidence_at(place: Place, text: str, source: Source) -> Evidence:
    """Evidence for a text that stands at a place; boxes are rounded to a hundredth of a point."""
    box = place.box
    rounded = (round(box.x0, 2), round(box.top, 2), round(box.x1, 2), round(box.bottom, 2)) if box is not None else None
    return Evidence(page=place.page, box=rounded, text=text, source=source, place=place.name)


def evidence_of(places: Sequence[Place], text: str, source: Source) -> tuple[Evidence, ...]:
    """Evidence for a text that stands on one or more lines."""
    return tuple(evidence_at(place, text, source) for place in places)

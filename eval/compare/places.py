"""Boxes of evidence against the labelled cells: how well they fit, and whose cell a reading was taken from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from eval.types import Area, Quad
from extractor.report import Evidence


def intersection_over_union(a: Quad, b: Quad) -> float:
    """The shared area of two boxes as a share of the area that they cover together; 0 for boxes without area."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def areas_of(evidence: Iterable[Evidence]) -> tuple[Area, ...]:
    """The boxes among pieces of evidence."""
    return tuple(Area(piece.page, piece.box) for piece in evidence if piece.box is not None)


def best_overlap(found: Sequence[Area], wanted: Sequence[Area]) -> float | None:
    """The best fit of any box found with any that would be right; None where either side names no box."""
    if not found or not wanted:
        return None
    return max((intersection_over_union(a.box, b.box) if a.page == b.page else 0.0) for a in found for b in wanted)


def same_place(found: Sequence[Area], wanted: Sequence[Area]) -> bool:
    """Whether a box found lies with its centre in one that would be right, or the other way round."""
    return any(a.page == b.page and (_centre_in(a.box, b.box) or _centre_in(b.box, a.box))
               for a in found for b in wanted)


def owner(found: Sequence[Area], cells: Mapping[str, tuple[Area, ...]]) -> str | None:
    """The field in whose labelled cell the centre of a box lies."""
    for area in found:
        for name, places in cells.items():
            if any(place.page == area.page and _centre_in(area.box, place.box) for place in places):
                return name
    return None


def touched(found: Sequence[Area], cells: Mapping[str, tuple[Area, ...]]) -> list[str]:
    """The fields whose labelled cells have their centre within a box: more than one if cells were taken for one."""
    return [name for name, places in cells.items()
            if any(area.page == place.page and _centre_in(place.box, area.box) for area in found for place in places)]


def _centre_in(inner: Quad, outer: Quad) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]

"""At which sides of which slots the lines of a grid are drawn: solid, broken, or as faint as the noise of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.read.scan.rulings import PALE, Course, GridLine, bounded, median

if TYPE_CHECKING:
    from numpy.typing import NDArray

COVERED = 0.6
"""Share of a slot's side that a found line must cover."""
LEAST, STRENGTH = 10.0, 0.5
"""A faint line shows this contrast, of 255, and this share of the contrast of the table's other lines."""
BELIEVED = 0.93
"""Share of a slot's side that must show a faint line if none was found there."""
SOLID_SLOT = 0.8
"""Share of a covered slot's side that must be as dark as the line is elsewhere, of the share that is usual."""
HALF = 0.55
"""Share of that which is enough where the line is drawn at both sides."""
STAINED = 0.9
"""Share of a slot's side that must be as dark as the rest of its line where a stain leaves no contrast to see it by."""
HAIRLINE = 3.0
"""Mean contrast, of 255, of a hairline whose place is known; single pixels of it drown in noise."""
OVER_GREY = 0.15
"""Share of a line's contrast that it may keep where it runs over shading."""
BLOCK, MOST_BLOCKS, EVEN = 8, 0.8, 0.35
"""Pixels along a hairline that are averaged, the share of these stretches in which it must show, and how much paler
than usual it may be there; as much darker it may be."""
BESIDE = 3
"""Pixels by which a line may stray from its course where a piece of it was not found."""
END, END_SHARE, MOST_END = 6, 0.12, 20
"""Pixels at either end of a slot's side in which a wall must show: at least, as a share of the side, and at most."""
REACHED = 0.35
"""Share of its usual contrast with which it must show there."""
PAST = 6.0
"""Pixels that a course may lack of a slot's side."""
STRONG, STUB = 80.0, 0.8
"""Contrast of a line on a page of black and white, and the share of it that a stub of a lost line keeps."""
AROUND = np.arange(-2, 3)[:, None]
"""Rows at and next to a line's place."""
INSET, SHORTEST_VIEW = 4.0, 12.0
"""Pixels left out where lines cross, and the least that is looked at."""


def find_walls(lines: list[GridLine], across: list[GridLine], faint: NDArray[np.uint8], sharp: NDArray[np.uint8],
           signed: NDArray[np.int16]) -> set[tuple[int, int]]:
    """(line, slot) where a line is drawn along the slot between two neighbouring lines of the other direction."""
    last = len(lines) - 1
    spans = {(index, slot): (across[slot].where(line.level), across[slot + 1].where(line.level))
             for index, line in enumerate(lines) for slot in range(len(across) - 1)}
    dark = {id(course): median(band(course, course.start, course.end, sharp))
            for line in lines for course in line.courses}
    solid = {place: share for place, span in spans.items()
             if (share := _solid(lines[place[0]], *span, sharp, dark)) is not None}
    enough = SOLID_SLOT * min(1.0, float(np.median(list(solid.values())) if solid else 1.0))
    believed = max(LEAST, STRENGTH * _strength(lines, faint))
    needed = [max(HAIRLINE, OVER_GREY * _strength([line], faint)) for line in lines]
    usual = [max(HAIRLINE, usual_contrast(line, signed)) for line in lines]
    walls = {(index, slot) for index, slot in spans if index in (0, last)}
    begun = set()
    for place, span in spans.items():
        line = lines[place[0]]
        ends = _ends(line, *span, signed)
        reached = [end >= REACHED * usual[place[0]] for end in ends]
        seen_through = solid.get(place, 0.0) >= enough or _visible(line, *span, faint, believed)
        if (seen_through and (all(reached) or (any(reached) and _runs_past(line, *span)))) \
                or (min(ends) >= 0.5 * needed[place[0]] and _hairline(line, *span, signed, needed[place[0]])) \
                or _stub(line, *span, signed, usual[place[0]]):
            walls.add(place)
        elif any(reached):
            begun.add(place)
    return _mended(walls, {place: span for place, span in spans.items() if place not in walls}, begun, lines, sharp,
                   dark, enough)


def _stub(line: GridLine, start: float, end: float, signed: NDArray[np.int16], usual: float) -> bool:
    """True if a black line leaves one of the lines that it stands between: on a fax the rest of it may be lost."""
    if usual < STRONG or end - start < 4 * (INSET + END):
        return False
    course, length = line.nearest((start + end) / 2), round(INSET) + END
    return bool(max(_along(course, start + 2, start + 2 + length, length, signed)[0],
                    _along(course, end - 2 - length, end - 2, length, signed)[0]) >= STUB * usual)


def _runs_past(line: GridLine, start: float, end: float) -> bool:
    """True if one course was found all along a slot: print leaves more room before the lines that it stands between."""
    return any(course.start <= start + PAST and course.end >= end - PAST for course in line.courses)


def seen_contrast(line: GridLine, start: float, end: float, signed: NDArray[np.int16]) -> float:
    """The contrast in the middle of a slot's side; the noise of the paper alone gives about 0."""
    if end - start < 2 * INSET + SHORTEST_VIEW:
        return 0.0
    along = bounded(np.arange(int(start + INSET), int(end - INSET)), signed.shape[1])
    at = np.rint(line.nearest((start + end) / 2).places(along.astype(np.float64))).astype(np.intp)
    return max(median(signed[bounded(at + step, signed.shape[0]), along]) for step in (-1, 0, 1))


def usual_contrast(line: GridLine, signed: NDArray[np.int16]) -> float:
    """The usual contrast of a line's ink, noise averaged out; 0 for the edge of shading."""
    parts = [_along(course, course.start, course.end, END, signed) for course in line.courses if course.drawn > 0]
    return median(np.concatenate(parts)) if parts else 0.0


def _along(course: Course, start: float, end: float, length: int, signed: NDArray[np.int16]) -> NDArray[np.float64]:
    """The mean contrast of each stretch of `length` pixels along a course, at its place or next to it."""
    along = bounded(np.arange(int(start), max(int(end), int(start) + length)), signed.shape[1])
    at = np.rint(course.places(along.astype(np.float64))).astype(np.intp)
    count = len(along) // length
    along, at = along[:count * length], at[:count * length]
    rows = signed[bounded(at + AROUND, signed.shape[0]), along].reshape(len(AROUND), count, length)
    # many short sums: `mean` and `max` would take longer to start than to add
    return np.asarray(np.maximum.reduce(np.add.reduce(rows, axis=2, dtype=np.float64), axis=0) / length)


def _ends(line: GridLine, start: float, end: float, signed: NDArray[np.int16]) -> tuple[float, float]:
    """The contrast of a slot's side where it begins and where it ends: a wall reaches the lines it stands between, but
    characters leave room before them. The longer the side, the more room.
    """
    if end - start < 2 * (INSET + END) or any(course.shaded and course.start <= start + INSET
                                              and course.end >= end - INSET for course in line.courses):
        return np.inf, np.inf
    course = line.nearest((start + end) / 2)
    length = round(min(MOST_END, max(END, END_SHARE * (end - start))))
    first = _along(course, start + INSET, start + INSET + length, length, signed)[0]
    last = _along(course, end - INSET - length, end - INSET, length, signed)[0]
    return float(first), float(last)


def _mended(walls: set[tuple[int, int]], lost: dict[tuple[int, int], tuple[float, float]],
            begun: set[tuple[int, int]], lines: list[GridLine], sharp: NDArray[np.uint8],
            darkness: dict[int, float], enough: float) -> set[tuple[int, int]]:
    """The walls, and of those that are `lost` the ones between two walls of one line that are half there (a broken
    hairline, not a wide cell) if they are `begun`, and all there if not: a seal covers them.
    """
    mended = set(walls)
    for (index, slot), span in lost.items():
        if (index, slot - 1) not in walls or (index, slot + 1) not in walls:
            continue
        course = lines[index].nearest(sum(span) / 2)
        usual = darkness[id(course)]
        dark = band(course, span[0] + INSET, span[1] - INSET, sharp, BESIDE) > 0.5 * usual
        if usual > LEAST and float(np.mean(dark)) >= (HALF * enough if (index, slot) in begun else STAINED):
            mended.add((index, slot))
    return mended


def _solid(line: GridLine, start: float, end: float, sharp: NDArray[np.uint8],
           dark: dict[int, float]) -> float | None:
    """How much of a slot is as dark as the line is elsewhere, or None if no course that was found covers the slot.

    A course may run on into characters that stand at its height in the next cell: those leave gaps.
    """
    parts = [(course, max(start, course.start), min(end, course.end)) for course in line.courses]
    if sum(max(0.0, last - first) for _, first, last in parts) < COVERED * (end - start):
        return None
    if not all(_reaches(line, *ends, sharp, dark) for ends in ((start, min(part[1] for part in parts)),
                                                         (max(part[2] for part in parts), end))):
        return None
    course, first, last = max(parts, key=lambda part: part[2] - part[1])
    if course.drawn <= 0 or last - first < SHORTEST_VIEW:
        return 1.0
    usual = dark[id(course)]
    inset = min(INSET, (last - first) / 4)
    return float(np.mean(band(course, first + inset, last - inset, sharp) > 0.5 * usual))


def _reaches(line: GridLine, start: float, end: float, sharp: NDArray[np.uint8], dark: dict[int, float]) -> bool:
    """True if the rest of a slot's side, which no course covers, is dark too: characters in line with a ruling of the
    next cell lengthen its course, but leave room before the line that they stand below.
    """
    first, last = int(start + INSET), int(end - INSET)
    if last - first < 2:
        return True
    course = line.nearest((start + end) / 2)
    if course.shaded:
        return True
    return float(np.mean(band(course, first, last, sharp, 2) > HALF * 0.5 * dark[id(course)])) >= 0.5


def _strength(lines: list[GridLine], faint: NDArray[np.uint8]) -> float:
    """The usual contrast of a table's lines."""
    values = [median(band(course, course.start, course.end, faint))
              for line in lines for course in line.courses if course.drawn > 0]
    return float(np.median(values)) if values else 0.0


def band(course: Course, start: float, end: float, faint: NDArray[np.uint8], reach: int = 1) -> NDArray[np.uint8]:
    """The greatest contrast within `reach` pixels of a line, for each pixel along it."""
    along = bounded(np.arange(int(start), int(end) + 1), faint.shape[1])
    at = np.rint(course.places(along.astype(np.float64))).astype(np.intp)
    rows = at + np.arange(-reach, reach + 1)[:, None]
    return np.asarray(np.maximum.reduce(faint[bounded(rows, faint.shape[0]), along], axis=0), dtype=np.uint8)


def _visible(line: GridLine, start: float, end: float, faint: NDArray[np.uint8], believed: float) -> bool:
    """True if a faint line runs on from end to end; characters at the same height leave gaps."""
    if end - start < 20:
        return False
    return float(np.mean(band(line.nearest((start + end) / 2), start + 4, end - 4, faint) > believed)) >= BELIEVED


def signed_contrast(grey: NDArray[np.uint8]) -> NDArray[np.int16]:
    """How much darker each pixel and its neighbours above and below are than the rows 4 to 6 off, on the darker side.

    Unlike `contrast` this is below 0 on most paper, so that its mean over noise does not look like a line.
    """
    rows = cv2.blur(grey, (1, 3))
    padded = cv2.copyMakeBorder(rows, 5, 5, 0, 0, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.subtract(cv2.min(padded[:-10], padded[10:]), rows, dtype=cv2.CV_16S), dtype=np.int16)


def _hairline(line: GridLine, start: float, end: float, signed: NDArray[np.int16], needed: float) -> bool:
    """True if a line that is as faint as the noise shows in most stretches of a slot, evenly and palely as characters do not."""
    first, last = int(start + INSET), int(end - INSET)
    if last - first < 3 * BLOCK:
        return False
    along = bounded(np.arange(first, last), signed.shape[1])
    at = np.rint(line.nearest((start + end) / 2).places(along.astype(np.float64))).astype(np.intp)
    count = len(along) // BLOCK
    for step in (-1, 0, 1):
        values = signed[bounded(at + step, signed.shape[0]), along][:count * BLOCK]
        means = values.reshape(count, BLOCK).mean(axis=1)
        usual = median(means)
        if needed <= usual <= PALE and float(np.mean((means > EVEN * usual) & (means < usual / EVEN))) >= MOST_BLOCKS:
            return True
    return False


def seen(course: Course, start: float, end: float, sharp: NDArray[np.uint8], usual: float) -> float:
    """Share of a stretch of a course that is dark; the edge of a shaded cell is all there."""
    return 1.0 if course.shaded else float(np.mean(band(course, start + INSET, end - INSET, sharp) > 0.5 * usual))

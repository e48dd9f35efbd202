"""Lines of a grid that are no rulings of this page: what shows through from the back of the sheet, and rows of print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from extractor.read.scan.rulings import LONG, GridLine, bounded, median, part_of
from extractor.read.scan.walls import INSET, band, usual_contrast

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAR = 20.0
"""Pixels: no row is as low, and no column as narrow, since no print is."""
PALER = 0.25
"""Share of its table's usual contrast up to which a line may be one of the back of the sheet."""
FAINT = 0.1
"""Share of the table's contrast, level and upright lines together, up to which a line is none of this page, wherever it runs:
no table is printed in such different lines."""
LATTICE = 3
"""Level lines, and as many upright ones, that make a table by themselves, and not only the border of one."""
PRINT, LEAST_PRINT = 0.35, 30.0
"""Darkness of print, as a share of the darkest there is on the page, and at least, of 255."""
THROUGH = 12
"""Pixels along a line over which print must run through it; strokes of a pen are thinner."""
CROSSED, DARKER = 0.3, 1.3
"""Share of a slot's side that print runs through, and how much darker it must be than the line, for it to be no wall."""
AWAY = (5, 6, 7)
"""Pixels at both sides of a line at which print that runs through it is looked for."""


def print_level(dark: NDArray[np.uint8]) -> float:
    """The darkness from which a pixel of a page is print."""
    return max(LEAST_PRINT, PRINT * float(np.percentile(dark[::3, ::3], 99.5)))


def ruling_contrast(*ways: tuple[list[GridLine], NDArray[np.int16]]) -> float:
    """The contrast of most of a grid's rulings by length, level and upright ones together, each with the view they are
    seen in: many short pale lines of the back of the sheet weigh less than its own. Where a table of long ones shows through,
    it is that of the darkest that make a table by themselves.
    """
    contrasts = [[(usual_contrast(line, signed), sum(course.end - course.start for course in line.courses if course.drawn > 0))
                  for line in lines] for lines, signed in ways]
    darkest = [sorted((contrast for contrast, _ in found), reverse=True) for found in contrasts]
    least = min(found[LATTICE - 1] if len(found) >= LATTICE else 0.0 for found in darkest)
    together = sorted((contrast, length) for found in contrasts for contrast, length in found if contrast > 0)
    half = sum(length for _, length in together) / 2
    for contrast, length in together:
        half -= length
        if half <= 0:
            return max(contrast, least)
    return least


def own_lines(lines: list[GridLine], across: list[GridLine], sharp: NDArray[np.uint8], signed: NDArray[np.int16],
              needed: float, usual: float) -> list[GridLine]:
    """The lines of a grid without those much paler than most of their direction that lie next to another or run through
    print, without those paler than a tenth of the table's contrast (`usual`), and without edges of shading next to a ruling.
    """
    lines = [_darkest(_of_this_page(line, signed, FAINT * usual), signed) for line in lines]
    inside = [_between(line, across[0].level, across[-1].level) for line in lines]
    contrasts = [usual_contrast(part, signed) for part in inside]
    of_direction = float(np.median([value for value in contrasts if value > 0] or [0.0]))
    kept = []
    for line, part, contrast in zip(lines, inside, contrasts, strict=True):
        beside = any(near is not line and other > contrast and abs(near.level - line.level) < NEAR
                     for near, other in zip(lines, contrasts, strict=True))
        through = contrast > 0 and any(
            _print_through(line, course.start, course.end, sharp, needed).sum() >= THROUGH
            for course in part.courses if course.end - course.start >= LONG)
        faint = 0 < contrast < FAINT * usual
        if not faint and (contrast >= PALER * of_direction or not (beside or through)):
            kept.append(line)
    return kept


def _of_this_page(line: GridLine, signed: NDArray[np.int16], least: float) -> GridLine:
    """The line without drawn courses paler than `least`, if darker ones are left: a line of the back of the sheet may go on
    where one of this page ends.
    """
    drawn = [course for course in line.courses if course.drawn > 0]
    pale = [course for course in drawn if usual_contrast(GridLine([course]), signed) < least]
    if not pale or len(pale) == len(drawn):
        return line
    kept = [course for course in line.courses if not any(course is other for other in pale)]
    lengths = [course.end - course.start for course in kept]
    return GridLine(kept, float(np.average([course.level for course in kept], weights=lengths)))


def _darkest(line: GridLine, signed: NDArray[np.int16]) -> GridLine:
    """The line without pale courses beside a dark one: a line of the back of the sheet may lie next to one of this page."""
    contrasts = [usual_contrast(GridLine([course]), signed) for course in line.courses]
    kept = [course for course, contrast in zip(line.courses, contrasts, strict=True)
            if course.drawn <= 0 or not any(contrast < PALER * dark and other.start < course.end and course.start < other.end
                                            for other, dark in zip(line.courses, contrasts, strict=True))]
    if not kept or len(kept) == len(line.courses):  # none at all: an edge of light on dark, as in a photograph
        return line
    lengths = [course.end - course.start for course in kept]
    return GridLine(kept, float(np.average([course.level for course in kept], weights=lengths)))


def _between(line: GridLine, first: float, last: float) -> GridLine:
    """The line as far as it runs inside its table: it may have been joined with a stroke beyond."""
    return GridLine([part_of(course, max(course.start, first), min(course.end, last)) for course in line.courses
                     if course.drawn > 0 and min(course.end, last) - max(course.start, first) > 0], line.level)


def through_print(lines: list[GridLine], across: list[GridLine], walls: set[tuple[int, int]], sharp: NDArray[np.uint8],
                  needed: float) -> set[tuple[int, int]]:
    """Those of the `walls` that are a row of print: it goes on above and below, and is darker than their line."""
    own = {id(course): median(band(course, course.start, course.end, sharp)) for line in lines for course in line.courses}
    found = set()
    for index, slot in walls:
        if index in (0, len(lines) - 1):
            continue
        line = lines[index]
        start, end = across[slot].where(line.level), across[slot + 1].where(line.level)
        needed_there = max(needed, DARKER * own[id(line.nearest((start + end) / 2))])
        print_there = _print_through(line, start, end, sharp, needed_there)
        if print_there.size and float(print_there.mean()) >= CROSSED:
            found.add((index, slot))
    return found


def _print_through(line: GridLine, start: float, end: float, sharp: NDArray[np.uint8],
                   needed: float) -> NDArray[np.bool_]:
    """For each pixel along a slot's side, whether print stands on it and at both sides of it."""
    along = np.arange(int(start + INSET), int(end - INSET) + 1)
    along = along[(along >= 0) & (along < sharp.shape[1])]
    at = np.rint(line.nearest((start + end) / 2).places(along.astype(np.float64))).astype(np.intp)
    through = np.ones(len(along), dtype=np.bool_)
    for steps in (tuple(-step for step in AWAY), (-1, 0, 1), AWAY):
        through &= np.logical_or.reduce([sharp[bounded(at + step, sharp.shape[0]), along] > needed for step in steps])
    return through

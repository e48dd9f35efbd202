"""Rulings of a straight page to grids: which lines make a table, and at which sides of which slots they are drawn.

The result is a set of exact rulings: pieces are joined, ends meet, a side that is half drawn is either there or not,
so that any reader of rulings finds the same cells. Positions are pixels of the straight page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.read.scan.centred import centred_walls, parting_walls
from extractor.read.scan.foreign import NEAR, own_lines, print_level, ruling_contrast, through_print
from extractor.read.scan.missing import missing_lines
from extractor.read.scan.regions import rectangular
from extractor.read.scan.rulings import LONG, Course, GridLine, contrast, darkness, median, transposed
from extractor.read.scan.shading import ShadedBox, shaded_boxes
from extractor.read.scan.touching import CROSSED, REACH, touching_groups
from extractor.read.scan.walls import (
    HAIRLINE,
    INSET,
    SHORTEST_VIEW,
    band,
    find_walls,
    seen,
    seen_contrast,
    signed_contrast,
    usual_contrast,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME = 9.5
"""Pixels: lines nearer to each other than this are one line (a double rule, a shadow)."""
APART = 16.0
"""The same for pieces of which one ends before the other begins: on bent paper a line drifts, and no column is as narrow."""
SHARP = 3
"""Pixels averaged along a line when it is looked at closely."""
UNBROKEN = 0.88
"""Share of the best slot of a line that must be dark: lines reach 0.95 to 1, characters 0.5 to 0.75."""
SHORT_FLOOR = 0.6
"""Contrast, as a share of the line's middle contrast, that a short line must keep; half is enough for a long one."""
NARROW = 0.15
"""Share of a table's width that a column of sideways labels takes at most."""
OPEN = 16.0
"""Pixels that upright lines must go on beyond the last level line for an open row to be there."""


@dataclass(slots=True)
class RuledGrid:
    """A table's grid: level lines `ys`, upright lines `xs`, and its walls.

    `level_walls` holds (i, j) where the level line i is drawn along slot column j, `upright_walls` (j, i) where the
    upright line j is drawn along slot row i.
    """

    xs: list[GridLine]
    ys: list[GridLine]
    level_walls: set[tuple[int, int]] = field(default_factory=set)
    upright_walls: set[tuple[int, int]] = field(default_factory=set)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels."""
        return self.xs[0].level, self.ys[0].level, self.xs[-1].level, self.ys[-1].level

    def slot(self, row: int, column: int, rowspan: int = 1, colspan: int = 1) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a cell as the lines really run around its middle."""
        middle_x = (self.xs[column].level + self.xs[column + colspan].level) / 2
        middle_y = (self.ys[row].level + self.ys[row + rowspan].level) / 2
        return (self.xs[column].where(middle_y), self.ys[row].where(middle_x),
                self.xs[column + colspan].where(middle_y), self.ys[row + rowspan].where(middle_x))


def find_grids(grey: NDArray[np.uint8], level: list[Course], upright: list[Course]) -> list[RuledGrid]:
    """The ruled tables of a straight page, top to bottom, from its long thin strokes."""
    if not level or not upright:
        return []
    dark = darkness(grey)
    views = _Views.of(grey, dark)
    shaded = [box for box in shaded_boxes(grey) if _fills_cells(box, level, upright)]
    level = level + [edge for box in shaded for edge in box.level]
    upright = upright + [edge for box in shaded for edge in box.upright]
    grids = []
    for across, down in touching_groups(level, upright):
        xs, ys = lines_of(down), lines_of(across)
        # strokes of characters that fill a row of narrow cells may still look like a line: look closer, between walls
        across = _long_enough(_unbroken(across, xs, views.faint[0]))
        down = _unbroken(down, ys, views.faint[1])
        for some, others in touching_groups(_parted(across, xs, views.sharp[0]), _parted(down, ys, views.sharp[1])):
            grid = RuledGrid(lines_of(others), lines_of(some))
            _complete(grid, views)
            if len(grid.xs) >= 2 and len(grid.ys) >= 2 and (len(grid.xs) - 1) * (len(grid.ys) - 1) >= 2:
                _find_walls(grid, views)
                _add_begun(grid, upright)
                grids.append(grid)
    return sorted(grids, key=lambda grid: (grid.box[1], grid.box[0]))


@dataclass(frozen=True, slots=True)
class _Views:
    """What is looked at of a page, for level lines and, transposed, for upright ones; `needed` is the darkness of print."""

    dark: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    faint: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    sharp: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    signed: tuple[NDArray[np.int16], NDArray[np.int16]]
    needed: float

    @classmethod
    def of(cls, grey: NDArray[np.uint8], dark: NDArray[np.uint8]) -> _Views:
        sides, darks = (grey, transposed(grey)), (dark, transposed(dark))
        return cls(darks, (contrast(sides[0], SHARP), contrast(sides[1], SHARP)),
                   (blurred(darks[0]), blurred(darks[1])), (signed_contrast(sides[0]), signed_contrast(sides[1])),
                   print_level(dark))


def blurred(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.blur(dark, (SHARP, 1)), dtype=np.uint8)


def _complete(grid: RuledGrid, views: _Views) -> None:
    """Adds the lines of a grid that a page break or noise hides, and takes away those that are none of this page's."""
    begun = grid.xs, grid.ys
    _close_sides(grid, views)
    if len(grid.xs) >= 2 and len(grid.ys) >= 2:
        closed = [line for lines, first in zip((grid.xs, grid.ys), begun, strict=True) for line in lines
                  if not any(line is other for other in first)]
        grid.xs = with_lines(grid.xs, missing_lines(grid.xs, grid.ys, views.signed[1]))
        grid.ys = with_lines(grid.ys, missing_lines(grid.ys, grid.xs, views.signed[0]))
        usual = ruling_contrast((grid.xs, views.signed[1]), (grid.ys, views.signed[0]))
        count = len(grid.xs) + len(grid.ys)
        grid.xs, grid.ys = (own_lines(grid.xs, grid.ys, views.sharp[1], views.signed[1], views.needed, usual),
                            own_lines(grid.ys, grid.xs, views.sharp[0], views.signed[0], views.needed, usual))
        if len(grid.xs) + len(grid.ys) < count:  # those of the back of the sheet may have held others, or told an open row
            grid.xs, grid.ys = ([line for line in lines if not any(line is other for other in closed)]
                                for lines in (grid.xs, grid.ys))
            _hold(grid)
            _close_sides(grid, views)


def _hold(grid: RuledGrid) -> None:
    """Takes away the lines that touch no others as the lines of a table do."""
    courses = [[course for line in lines for course in line.courses] for lines in (grid.ys, grid.xs)]
    held = {id(course) for group in touching_groups(*courses) for part in group for course in part}
    grid.xs, grid.ys = ([line for line in lines if any(id(course) in held for course in line.courses)]
                        for lines in (grid.xs, grid.ys))


def _close_sides(grid: RuledGrid, views: _Views) -> None:
    grid.ys, grid.xs = list(grid.ys), list(grid.xs)
    _close(grid.ys, grid.xs, views.sharp[1])
    _close(grid.xs, grid.ys, views.sharp[0])


def _find_walls(grid: RuledGrid, views: _Views) -> None:
    """Finds at which sides of which slots the lines of a grid are drawn."""
    ways = ((grid.ys, grid.xs), (grid.xs, grid.ys))
    contrasts = [[usual_contrast(line, signed) for line in lines]
                 for (lines, _), signed in zip(ways, views.signed, strict=True)]

    def left(upright: int, wall: tuple[int, int]) -> float:
        lines, across = ways[upright]
        line, usual = lines[wall[0]], contrasts[upright][wall[0]]
        return seen_contrast(line, across[wall[1]].where(line.level), across[wall[1] + 1].where(line.level),
                             views.signed[upright]) / max(HAIRLINE, usual)

    walls = []
    for upright, (lines, across) in enumerate(ways):
        found = find_walls(lines, across, views.faint[upright], views.sharp[upright], views.signed[upright])
        found -= through_print(lines, across, found, views.sharp[upright], views.needed)
        walls.append(found | parting_walls(lines, across, found, views.dark[upright], views.needed,
                                           partial(left, upright)))
    walls[1] |= centred_walls(grid.xs, grid.ys, walls[1], views.dark[0], views.needed, contrasts[1])
    grid.level_walls, grid.upright_walls = rectangular(walls[0], walls[1], (len(grid.ys) - 1, len(grid.xs) - 1), left)


def _add_begun(grid: RuledGrid, upright: list[Course]) -> None:
    """Adds the side of a narrow cell that goes on over both page breaks, where its top and bottom are not drawn: a line
    beside the grid, and as long.
    """
    left, top, right, bottom = grid.box
    for course in upright:
        if abs(course.start - top) > REACH or abs(course.end - bottom) > REACH or course.drawn <= 0:
            continue
        rows, last = len(grid.ys) - 1, len(grid.xs) - 1
        if NEAR < left - course.level < NARROW * (right - left):
            grid.xs.insert(0, GridLine([course], course.level))
            grid.level_walls = {(line, slot + 1) for line, slot in grid.level_walls} | {(0, 0), (rows, 0)}
            grid.upright_walls = {(line + 1, slot) for line, slot in grid.upright_walls} | {(0, r) for r in range(rows)}
            return
        if NEAR < course.level - right < NARROW * (right - left):
            grid.xs.append(GridLine([course], course.level))
            grid.level_walls |= {(0, last), (rows, last)}
            grid.upright_walls |= {(last + 1, row) for row in range(rows)}
            return


def with_lines(lines: list[GridLine], more: list[Course]) -> list[GridLine]:
    """The lines of a grid and others, in their order."""
    return sorted([*lines, *(GridLine([course], course.level) for course in more)], key=lambda line: line.level)


def _fills_cells(box: ShadedBox, level: list[Course], upright: list[Course]) -> bool:
    """True if a shaded box ends at both sides where longer rulings run, or where one ruling ends at both its sides: a
    blurred word on a grey page does not.
    """
    left, right = (edge.level for edge in box.upright)
    height = box.upright[0].end - box.upright[0].start
    sides = [course.level for course in upright if course.end - course.start >= 1.5 * height]
    return (all(any(abs(edge - side) <= REACH for side in sides) for edge in (left, right))
            or any(abs(course.start - left) <= REACH and abs(course.end - right) <= REACH for course in level))


def _long_enough(level: list[Course]) -> list[Course]:
    """The courses of lines that are drawn for some length in all: a row has more than one narrow cell."""
    return [course for line in lines_of(level) if sum(_length(course) for course in line.courses) >= LONG
            for course in line.courses]


def _length(course: Course) -> float:
    """How much of a line was seen: all of the edge of a shaded cell."""
    return course.end - course.start if course.shaded else course.drawn


def _parted(courses: list[Course], across: list[GridLine], sharp: NDArray[np.uint8]) -> list[Course]:
    """The courses, cut where none of them is drawn from one crossing line to the next: two tables below each other.

    Their borders are in line, so that they were joined as one broken line each.
    """
    if not courses:
        return []
    usual = float(np.median([median(band(c, c.start, c.end, sharp)) for c in courses if not c.shaded]
                            or [1.0]))
    for first, last in pairwise(across):
        here = [(course, first.where(course.level), last.where(course.level)) for course in courses]
        here = [(course, start, end) for course, start, end in here
                if course.start < start + INSET and course.end > end - INSET and end - start >= SHORTEST_VIEW]
        if not here or max(seen(course, start, end, sharp, usual) for course, start, end in here) >= 0.5:
            continue
        kept = [course for course in courses if not any(course is other for other, _, _ in here)]
        courses = kept + [part for course, start, end in here for part in _torn(course, start, end, sharp, usual)
                          if len(part.along) >= 2 and part.end - part.start >= SHORTEST_VIEW]
    return courses


def _torn(course: Course, start: float, end: float, sharp: NDArray[np.uint8],
          usual: float) -> tuple[Course, Course]:
    """The two parts of a course that is not drawn all the way from `start` to `end`, each as far as it is dark."""
    dark = band(course, start, end, sharp) > 0.5 * usual
    light = np.flatnonzero(np.convolve(~dark, np.ones(5), mode="same") >= 5)
    if len(light) == 0:
        return _until(course, start), _since(course, end)
    return _until(course, start + int(light[0])), _since(course, start + int(light[-1]) + 1)


def _until(course: Course, end: float) -> Course:
    inside = course.along < end
    return Course(np.append(course.along[inside], end), np.append(course.at[inside], course.where(end)),
                  course.drawn * max(0.0, end - course.start) / max(1.0, course.end - course.start), course.shaded)


def _since(course: Course, start: float) -> Course:
    inside = course.along > start
    return Course(np.insert(course.along[inside], 0, start), np.insert(course.at[inside], 0, course.where(start)),
                  course.drawn * max(0.0, course.end - start) / max(1.0, course.end - course.start), course.shaded)


def _unbroken(courses: list[Course], across: list[GridLine], faint: NDArray[np.uint8]) -> list[Course]:
    """The courses that are dark without a break in at least one slot; nearly so where hairlines are broken all over."""
    best = [_best_slot(course, across, faint) for course in courses]
    usual = float(np.median([share for share, course in zip(best, courses, strict=True) if not course.shaded] or [1.0]))
    return [course for course, share in zip(courses, best, strict=True) if share >= UNBROKEN * min(1.0, usual) or course.shaded]


def _best_slot(course: Course, across: list[GridLine], faint: NDArray[np.uint8]) -> float:
    """The greatest share of a slot along which a line is about as dark as in the middle."""
    first, last, level = course.start, course.end, course.level
    cuts = [first, *(at for line in across if first < (at := line.where(level)) < last), last]  # its ends too: a page break may have left a row open
    best = 0.0
    for first, last in pairwise(cuts):
        start, end = max(first, course.start) + INSET, min(last, course.end) - INSET
        if end - start >= SHORTEST_VIEW:
            values = band(course, start, end, faint)
            floor = SHORT_FLOOR if course.end - course.start < LONG else 0.5
            best = max(best, float(np.mean(values > floor * max(1.0, median(values)))))
    return best


def straighten_lines(grid: RuledGrid) -> list[tuple[float, float, float, float]]:
    """The grid's rulings (x0, top, x1, bottom) in pixels, each exactly from crossing to crossing."""
    xs, ys = [line.level for line in grid.xs], [line.level for line in grid.ys]
    level = [(xs[a], ys[i], xs[b], ys[i]) for i in range(len(ys)) for a, b in _runs(grid.level_walls, i, len(xs) - 1)]
    upright = [(xs[j], ys[a], xs[j], ys[b]) for j in range(len(xs))
               for a, b in _runs(grid.upright_walls, j, len(ys) - 1)]
    return level + upright


def _runs(walls: set[tuple[int, int]], line: int, slots: int) -> list[tuple[int, int]]:
    """(first, last) crossing of each stretch of a line that is drawn without a gap."""
    runs: list[tuple[int, int]] = []
    for slot in range(slots):
        if (line, slot) not in walls:
            continue
        if runs and runs[-1][1] == slot:
            runs[-1] = (runs[-1][0], slot + 1)
        else:
            runs.append((slot, slot + 1))
    return runs


def lines_of(courses: list[Course]) -> list[GridLine]:
    """Courses at one position as one line of the grid."""
    lines: list[GridLine] = []
    for course in sorted(courses, key=lambda c: c.level):
        if lines and _off(lines[-1], course) <= (SAME if _beside(lines[-1], course) else APART):
            lines[-1].courses.append(course)
        else:
            lines.append(GridLine([course]))
    for line in lines:
        lengths = np.array([course.end - course.start for course in line.courses])
        line.level = float(np.average([course.level for course in line.courses], weights=lengths))
    return sorted(lines, key=lambda line: line.level)


def _beside(line: GridLine, course: Course) -> bool:
    """True if a course runs beside a line for some way: then they are two unless they are very near."""
    return any(min(other.end, course.end) - max(other.start, course.start) > CROSSED for other in line.courses)


def _off(line: GridLine, course: Course) -> float:
    """How far a course lies from a line, where they are nearest along the page."""
    middle = (course.start + course.end) / 2
    return min(abs(other.where(min(max(middle, other.start), other.end)) - course.where(min(max(middle, other.start),
                                                                                           other.end)))
               for other in line.courses)


def _close(lines: list[GridLine], across: list[GridLine], sharp: NDArray[np.uint8]) -> None:
    """Adds the lines that a page break left out: where the lines across go on, dark, beyond the last one they meet."""
    if not lines or not across:
        return
    for first in (True, False):
        edge = lines[0] if first else lines[-1]
        ends = [_overhang(course, edge, first, sharp) for line in across for course in line.courses]
        beyond = [end for end in ends if end is not None]
        needed = min(2, sum(len(line.courses) for line in across))
        if len(beyond) < needed:
            continue
        outer = (min if first else max)(end for end, _ in beyond)
        agreeing = sorted((at, end) for end, at in beyond if abs(end - outer) <= REACH * 1.5)
        if len(agreeing) >= needed:
            ats, positions = (np.array(column, dtype=np.float64) for column in zip(*agreeing, strict=True))
            course = Course(ats, np.full(len(ats), float(np.median(positions))), 0.0)
            lines.insert(0 if first else len(lines), GridLine([course], course.level))


def _overhang(course: Course, edge: GridLine, first: bool, sharp: NDArray[np.uint8]) -> tuple[float, float] | None:
    """(end, position across) of a course that goes on beyond `edge`, or None if it does not, or not visibly."""
    end, at = (course.start, float(course.at[0])) if first else (course.end, float(course.at[-1]))
    border = edge.where(at)
    if (border - end if first else end - border) <= OPEN:
        return None
    usual = median(band(course, course.start, course.end, sharp))
    dark = seen(course, min(end, border), max(end, border), sharp, usual)
    return (end, at) if dark >= 0.5 else None

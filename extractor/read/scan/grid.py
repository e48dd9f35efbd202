"""Rulings of a straight page to grids: which lines make a table, and at which sides of which slots they are drawn.

The result is a set of exact rulings: pieces are joined, ends meet, a side that is half drawn is either there or not,
so that any reader of rulings finds the same cells. Positions are pixels of the straight page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.read.scan.centred import centred_walls
from extractor.read.scan.missing import missing_lines
from extractor.read.scan.regions import rectangular
from extractor.read.scan.rulings import LONG, Course, GridLine, contrast, darkness
from extractor.read.scan.shading import ShadedBox, shaded_boxes
from extractor.read.scan.walls import INSET, SHORTEST_VIEW, band, find_walls, seen, signed_contrast

if TYPE_CHECKING:
    from numpy.typing import NDArray

REACH = 14.0
"""Pixels by which a line may miss or overrun the line it ends at."""
TOUCH = 6.0
"""Pixels by which both ends of a short line may miss the lines they must end at."""
CROSSED = 12.0
"""Pixels by which a line must go on at both sides of one that it crosses."""
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
    shaded = [box for box in shaded_boxes(grey) if _fills_cells(box, level, upright)]
    level = level + [edge for box in shaded for edge in box.level]
    upright = upright + [edge for box in shaded for edge in box.upright]
    faint = contrast(grey, True, SHARP), np.ascontiguousarray(contrast(grey, False, SHARP).T)
    signed = signed_contrast(grey), signed_contrast(np.ascontiguousarray(grey.T))
    sharp = (np.asarray(cv2.blur(dark, (SHARP, 1)), dtype=np.uint8),
             np.ascontiguousarray(cv2.blur(dark, (1, SHARP)).T, dtype=np.uint8))
    grids = []
    for across, down in _tables(level, upright):
        xs, ys = _lines(down), _lines(across)
        # strokes of characters that fill a row of narrow cells may still look like a line: look closer, between walls
        across = _long_enough(_unbroken(across, xs, faint[0]))
        down = _unbroken(down, ys, faint[1])
        for some, others in _tables(_parted(across, xs, sharp[0]), _parted(down, ys, sharp[1])):
            grid = RuledGrid(_lines(others), _lines(some))
            _close(grid.ys, grid.xs, sharp[1])
            _close(grid.xs, grid.ys, sharp[0])
            if len(grid.xs) >= 2 and len(grid.ys) >= 2:
                grid.xs = _with(grid.xs, missing_lines(grid.xs, grid.ys, signed[1]))
                grid.ys = _with(grid.ys, missing_lines(grid.ys, grid.xs, signed[0]))
            if len(grid.xs) >= 2 and len(grid.ys) >= 2 and (len(grid.xs) - 1) * (len(grid.ys) - 1) >= 2:
                level_walls = find_walls(grid.ys, grid.xs, faint[0], sharp[0], signed[0])
                upright_walls = find_walls(grid.xs, grid.ys, faint[1], sharp[1], signed[1])
                upright_walls |= centred_walls(grid.xs, grid.ys, upright_walls, dark)
                grid.level_walls, grid.upright_walls = rectangular(level_walls, upright_walls,
                                                                   (len(grid.ys) - 1, len(grid.xs) - 1))
                grids.append(grid)
    return sorted(grids, key=lambda grid: (grid.box[1], grid.box[0]))


def _with(lines: list[GridLine], more: list[Course]) -> list[GridLine]:
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
    return [course for line in _lines(level) if sum(_length(course) for course in line.courses) >= LONG
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
    usual = float(np.median([float(np.median(band(c, c.start, c.end, sharp))) for c in courses if not c.shaded]
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
            best = max(best, float(np.mean(values > floor * max(1.0, float(np.median(values))))))
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


def _tables(level: list[Course], upright: list[Course]) -> list[tuple[list[Course], list[Course]]]:
    """Groups of lines that touch. An upright line belongs to no table unless it touches two level ones, or one while a
    page break leaves its other end open; a level line may touch a single upright one, since tables without borders at
    their sides have rows of two cells.
    """
    meeting = _Meeting.of(level, upright)
    while True:
        touching = _touching(level, upright, meeting)
        across, down = touching.sum(axis=1) >= 1, touching.sum(axis=0) + _open(upright, level, meeting) >= 2
        if across.all() and down.all():
            break
        level = [course for course, kept in zip(level, across, strict=True) if kept]
        upright = [course for course, kept in zip(upright, down, strict=True) if kept]
        meeting = meeting.part(across, down)
    groups = []
    left = set(range(len(level)))
    while left:
        rows, columns = _group(min(left), touching)
        left -= rows
        groups.append(([level[i] for i in sorted(rows)], [upright[j] for j in sorted(columns)]))
    return groups


@dataclass(frozen=True, slots=True)
class _Meeting:
    """How level lines (first axis) and upright ones (second) meet: whether they do at all, whether the one's start or
    end (third axis) lies at the other, and whether the one goes on at both sides of the other.
    """

    meet: NDArray[np.bool_]
    level_ends: NDArray[np.bool_]
    upright_ends: NDArray[np.bool_]
    crossed_level: NDArray[np.bool_]
    crossed_upright: NDArray[np.bool_]

    @classmethod
    def of(cls, level: list[Course], upright: list[Course]) -> _Meeting:
        shape = (len(level), len(upright))
        x, y = np.zeros(shape), np.zeros(shape)
        for j, down in enumerate(upright):
            x[:, j] = down.places(np.array([across.level for across in level]))
        for i, across in enumerate(level):
            y[i] = across.places(x[i])
        starts, ends = (np.array([getattr(course, at) for course in level]).reshape(-1, 1) for at in ("start", "end"))
        tops, bottoms = (np.array([getattr(course, at) for course in upright]) for at in ("start", "end"))
        return cls((starts - REACH <= x) & (x <= ends + REACH) & (tops - REACH <= y) & (y <= bottoms + REACH),
                   np.stack([abs(starts - x) <= TOUCH, abs(ends - x) <= TOUCH], axis=2),
                   np.stack([abs(tops - y) <= TOUCH, abs(bottoms - y) <= TOUCH], axis=2),
                   (starts + CROSSED < x) & (x < ends - CROSSED), (tops + CROSSED < y) & (y < bottoms - CROSSED))

    def part(self, level: NDArray[np.bool_], upright: NDArray[np.bool_]) -> _Meeting:
        """The same for some of the lines."""
        return _Meeting(*(array[level][:, upright] for array in (
            self.meet, self.level_ends, self.upright_ends, self.crossed_level, self.crossed_upright)))


def _touching(level: list[Course], upright: list[Course], meeting: _Meeting) -> NDArray[np.bool_]:
    """Which lines meet. A short one must end at a line with both ends, since strokes of characters do not."""
    meet = meeting.meet
    held_level = _held(level, upright, np.logical_or.reduce(meeting.level_ends & meet[:, :, None], axis=1),
                       np.logical_or.reduce(meeting.crossed_level & meet, axis=1))
    held_upright = _held(upright, level, np.logical_or.reduce(meeting.upright_ends & meet[:, :, None], axis=0),
                         np.logical_or.reduce(meeting.crossed_upright & meet, axis=0))
    return np.asarray(meet & held_level[:, None] & held_upright[None, :], dtype=np.bool_)


def _held(courses: list[Course], others: list[Course], ends: NDArray[np.bool_],
          crossed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which lines are long, or held at both ends, or held at one end and open at the other.

    An open end is real if the line crosses another one, or if others end at the same height: a page break.
    """
    long, agree = _agreeing(courses, others)
    open_end = (ends[:, 0] & agree[:, 1]) | (ends[:, 1] & agree[:, 0])
    return np.asarray(long | ends.all(axis=1) | (ends.any(axis=1) & crossed) | open_end, dtype=np.bool_)


def _agreeing(courses: list[Course], others: list[Course]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which courses are long, and which starts and ends (columns) stand level with those of a long one, of three, or of
    those at both ends of a line of the other direction.
    """
    spans = np.array([(course.start, course.end) for course in courses], dtype=np.float64).reshape(len(courses), 2)
    long = spans[:, 1] - spans[:, 0] >= LONG
    level = np.abs(spans[:, None, :] - spans[None, :, :]) <= TOUCH
    agree = np.logical_or.reduce(level[:, long, :], axis=1) | (np.add.reduce(level, axis=1) > 3)
    levels = np.array([course.level for course in courses], dtype=np.float64)
    for border in others:
        for near, far in ((0, 1), (1, 0)):
            agree[_cornered(spans, levels, border, near), far] = True
    return np.asarray(long, dtype=np.bool_), np.asarray(agree, dtype=np.bool_)


def _open(upright: list[Course], level: list[Course], meeting: _Meeting) -> NDArray[np.int_]:
    """1 for each upright line with one end at a level line and the other where a page break left the row open, else 0."""
    if not upright:
        return np.zeros(0, dtype=np.int_)
    _, agree = _agreeing(upright, level)
    held = np.logical_or.reduce(meeting.upright_ends & meeting.meet[:, :, None], axis=0)
    return np.asarray((held[:, 0] & agree[:, 1]) | (held[:, 1] & agree[:, 0]), dtype=np.int_)


def _cornered(spans: NDArray[np.float64], levels: NDArray[np.float64], border: Course, near: int) -> NDArray[np.intp]:
    """Which lines (start and end, level) start (`near` 0) or end (1) at a border across them and go on as far as those
    at both its ends.
    """
    touching = np.flatnonzero(np.abs(spans[:, near] - border.places(levels)) <= TOUCH)
    first = touching[np.abs(levels[touching] - border.start) <= TOUCH]
    last = touching[np.abs(levels[touching] - border.end) <= TOUCH]
    if len(first) == 0 or len(last) == 0:
        return touching[:0]
    reach = spans[first[0], 1 - near]
    others = touching[np.abs(spans[touching, 1 - near] - reach) <= TOUCH]
    return others if abs(spans[last[0], 1 - near] - reach) <= TOUCH else touching[:0]


def _group(first: int, touching: NDArray[np.bool_]) -> tuple[set[int], set[int]]:
    """Rows and columns of `touching` that hang together with row `first`."""
    rows, columns = {first}, set[int]()
    while True:
        more_columns = {int(j) for i in rows for j in np.flatnonzero(touching[i])}
        more_rows = {int(i) for j in more_columns for i in np.flatnonzero(touching[:, j])} | rows
        if more_rows == rows and more_columns == columns:
            return rows, columns
        rows, columns = more_rows, more_columns


def _lines(courses: list[Course]) -> list[GridLine]:
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
    usual = float(np.median(band(course, course.start, course.end, sharp)))
    dark = seen(course, min(end, border), max(end, border), sharp, usual)
    return (end, at) if dark >= 0.5 else None

"""Tables that are ruled only between their rows: the columns follow from the print, and make a grid like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from extractor.read.scan.cells import without_rulings
from extractor.read.scan.foreign import print_level, through_print
from extractor.read.scan.grid import SHARP, RuledGrid, blurred, lines_of, with_lines
from extractor.read.scan.missing import missing_lines
from extractor.read.scan.open_columns import Columns, find_columns
from extractor.read.scan.open_headings import FEWEST, parted_tables, start_of
from extractor.read.scan.open_spans import Rows, upright_walls
from extractor.read.scan.print_marks import BETWEEN, find_marks, texts_of, type_size, without_dust
from extractor.read.scan.regions import rectangular
from extractor.read.scan.rulings import Course, GridLine, contrast, darkness
from extractor.read.scan.touching import REACH
from extractor.read.scan.walls import find_walls, signed_contrast

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHORTEST = 250.0
"""Pixels that the rulings of such a table are long at least."""
DRIFT = 1.5
"""Times `REACH` by which the sides of one table may drift from one ruling to the next on bent paper."""
FEW = 3
"""Rulings that begin among the labels, up to which each one's beginning is believed; more are broken if they disagree."""
PIECE = 6.0
"""Pixels by which the pieces of a broken ruling may be off each other."""
HIGHEST = 420.0
"""Pixels: no row of a table is higher."""
ABOUT = 0.35
"""Share of a column's width by which the ends of a ruling below a header of some columns may miss their borders."""
LOW_RULE, LONG_RULE = 0.3, 1.5
"""Sizes of the type: what is as low as the first and as long as the second is a piece of a ruling."""
UNDER = 1.2
"""Sizes of the type by which the ends of a line under a text may miss those of the text."""
MATCHED = 0.5
"""Share of the columns that must have a number in a row that a page break left open."""


def open_grids(grey: NDArray[np.uint8], level: Sequence[Course], grids: Sequence[RuledGrid]) -> list[RuledGrid]:
    """The grids of tables that have no upright rulings, from the level strokes of a straight page and its print.

    `grids` are the ruled tables; one of a single row between other rulings is strokes of print, and one without upright
    rulings but the edges of shading is the shaded header of such a table: they give way.
    """
    kept = [grid for grid in grids if _is_ruled(grid)]
    edges = [course for grid in grids if not any(grid is own for own in kept) for line in grid.ys
             for course in line.courses if course.shaded]
    free = [course for course in (*level, *edges) if course.end - course.start >= SHORTEST
            and not any(_within(course, grid) for grid in kept)]
    groups = [_with_pieces(group, level) for group in _groups(free)]
    if not groups:
        return list(grids)
    view = _View.of(grey)
    found: list[RuledGrid] = []
    for group in groups:
        found += _Open(view, group, level).grids()
    others = [grid for grid in grids if _is_ruled(grid) or not any(_over(grid, other) for other in found)]
    return sorted([*others, *found], key=lambda grid: (grid.box[1], grid.box[0]))


def _is_ruled(grid: RuledGrid) -> bool:
    return len(grid.ys) > 2 and any(not course.shaded for line in grid.xs for course in line.courses)


def _within(course: Course, grid: RuledGrid) -> bool:
    left, top, right, bottom = grid.box
    return (top - REACH <= course.level <= bottom + REACH
            and min(right, course.end) - max(left, course.start) > 0.5 * (course.end - course.start))


def _over(grid: RuledGrid, other: RuledGrid) -> bool:
    middle = (grid.box[1] + grid.box[3]) / 2
    return other.box[1] - REACH <= middle <= other.box[3] + REACH


def _groups(courses: Sequence[Course]) -> list[list[Course]]:
    """Rulings below each other that end at the same side, some of them beginning at the same other side."""
    groups: list[list[Course]] = []
    for course in sorted(courses, key=lambda item: item.level):
        for group in groups:
            last = group[-1]
            if abs(last.end - course.end) <= DRIFT * REACH and course.level - last.level <= HIGHEST:
                group.append(course)
                break
        else:
            groups.append([course])
    return [group for group in groups if len(group) >= FEWEST and len(_full(group)) >= 2]


def _with_pieces(group: list[Course], level: Sequence[Course]) -> list[Course]:
    """The rulings of a group and the pieces that go before them where they are broken."""
    left = min(course.start for course in group)
    known = {id(course) for course in group}
    return group + [piece for piece in level if id(piece) not in known and piece.start >= left - REACH and any(
        piece.end < course.start + REACH and abs(piece.where(piece.end) - course.where(course.start)) <= PIECE
        for course in group if course.start > left + 2 * REACH)]


def _full(group: Sequence[Course]) -> list[Course]:
    """The rulings of a group that reach from side to side."""
    left = min(course.start for course in group)
    return [course for course in group if course.start <= left + 2 * REACH]


@dataclass(frozen=True, slots=True)
class _View:
    """What is looked at of a page for level lines."""

    grey: NDArray[np.uint8]
    faint: NDArray[np.uint8]
    sharp: NDArray[np.uint8]
    signed: NDArray[np.int16]
    needed: float

    @classmethod
    def of(cls, grey: NDArray[np.uint8]) -> _View:
        dark = darkness(grey)
        return cls(grey, contrast(grey, SHARP), blurred(dark), signed_contrast(grey), print_level(dark))


@dataclass(frozen=True, slots=True)
class _Open:
    """A group of level rulings, and the page they are on."""

    view: _View
    group: list[Course]
    level: Sequence[Course]

    def grids(self) -> list[RuledGrid]:
        """The tables of the group; headings between the rulings part them."""
        lines = lines_of(self.group)
        left, right = _sides(self.group)
        area = (max(0, int(left) - 4), max(0, round(lines[0].level - HIGHEST / 2)), min(self.view.grey.shape[1], int(right) + 5),
                min(self.view.grey.shape[0], round(lines[-1].level + HIGHEST / 2)))
        drawn = self.group + [course for course in self.level if area[1] <= course.level <= area[3]
                              and course.end - course.start >= SHORTEST / 2 and not any(course is own for own in self.group)]
        sheet = without_rulings(self.view.grey, [RuledGrid([], lines_of(drawn))])
        marks = find_marks(sheet, area)
        inside = _between(marks, lines)
        size = type_size(inside)
        if size <= 0:
            return []
        marks, inside = _print(marks, size), _print(inside, size)
        found = []
        for part in parted_tables(lines, inside, size, (left, right)):
            grid = self._grid(part, marks)
            if grid is not None:
                found.append(grid)
        return found

    def _grid(self, lines: list[GridLine], marks: NDArray[np.int32]) -> RuledGrid | None:
        sides = _sides([course for line in lines for course in line.courses])
        size = type_size(_between(marks, lines))
        if size <= 0:
            return None
        lines = _own(lines, marks, size)
        if len(lines) < FEWEST:
            return None
        columns = self._columns(lines, marks, size, sides)
        if columns is None:
            return None
        more = self._partial(lines, marks, columns, sides)
        xs = self._uprights(lines, marks, size, columns, sides)
        more += [course for course in missing_lines(with_lines(lines, more), xs, self.view.signed)
                 if not _through(marks, course)]
        if more:  # what stands above such a ruling is no header of one column
            lines = with_lines(lines, more)
            columns = self._columns(lines, marks, size, sides) or columns
        lines = _with_open_rows(lines, marks, columns, size, sides)
        xs = self._uprights(lines, marks, size, columns, sides)
        rows = Rows.of(lines, marks, size)
        level = self._level_walls(lines, xs)
        labels = sum(x.level < columns.borders[0] - 1 for x in xs) if len(columns.borders) == len(columns.middles) else 0
        upright = upright_walls(rows, [x.level for x in xs], labels, level)
        level, upright = rectangular(level, upright, (len(lines) - 1, len(xs) - 1))
        return RuledGrid(xs, lines, level, upright)

    def _uprights(self, lines: list[GridLine], marks: NDArray[np.int32], size: float, columns: Columns,
                  sides: tuple[float, float]) -> list[GridLine]:
        return [_upright(x, lines) for x in _borders(lines, marks, size, columns, sides)]

    def _columns(self, lines: list[GridLine], marks: NDArray[np.int32], size: float,
                 sides: tuple[float, float]) -> Columns | None:
        ends = [end for line in lines for course in line.courses for end in (course.start, course.end)]
        rows = Rows.of(lines, marks, size).marks
        below = _run(marks[marks[:, 1] > lines[-1].level - 2], lines[-1].level, size, 1)
        columns = find_columns(rows, size, sides, ends)
        if columns is None and below is not None:  # its only row may be the one that a page break left open
            columns = find_columns([*rows, below], size, sides, ends)
        return columns

    def _level_walls(self, lines: list[GridLine], xs: list[GridLine]) -> set[tuple[int, int]]:
        view = self.view
        walls = find_walls(lines, xs, view.faint, view.sharp, view.signed)
        walls -= through_print(lines, xs, walls, view.sharp, view.needed)
        return walls | {(index, slot) for index in (0, len(lines) - 1) for slot in range(len(xs) - 1)}

    def _partial(self, lines: Sequence[GridLine], marks: NDArray[np.int32], columns: Columns,
                 sides: tuple[float, float]) -> list[Course]:
        """Rulings below the header of some columns: both their ends are at borders of columns."""
        borders = [*columns.borders, sides[1]]
        known = {id(course) for line in lines for course in line.courses}
        width = (sides[1] - borders[0]) / max(1, len(columns.middles))
        return [course for course in self.level if id(course) not in known and not course.shaded
                and lines[0].level + REACH < course.level < lines[-1].level - REACH
                and course.end - course.start >= 1.5 * width
                and all(min(abs(end - border) for border in borders) <= ABOUT * width for end in (course.start, course.end))
                and all(abs(line.where((course.start + course.end) / 2) - course.level) > REACH for line in lines)
                and not _through(marks, course)]


def _print(marks: NDArray[np.int32], size: float) -> NDArray[np.int32]:
    """The marks without points and dust, and without what is left of rulings."""
    marks = without_dust(marks, size)
    width, height = marks[:, 2] - marks[:, 0], marks[:, 3] - marks[:, 1]
    return np.asarray(marks[~((height <= LOW_RULE * size) & (width >= LONG_RULE * size))], dtype=np.int32)


def _own(lines: list[GridLine], marks: NDArray[np.int32], size: float) -> list[GridLine]:
    """The lines without those that a pen has drawn: as long as the text above, or below the table, from within it."""
    rows = Rows.of(lines, marks, size).marks
    left = min(course.start for line in lines for course in line.courses)
    while len(lines) > 1 and start_of(lines[-1]) > left + 2 * REACH and not any(
            text.number for text in texts_of(rows[len(lines) - 2], size)):
        lines = lines[:-1]
    return [lines[0], *(line for line, row in zip(lines[1:], rows, strict=False)
                        if start_of(line) <= left + 2 * REACH
                        or not _underlines(line, row, size))]


def _underlines(line: GridLine, row: NDArray[np.int32], size: float) -> bool:
    texts = texts_of(row, size, 2 * BETWEEN)
    if len(texts) != 1 or texts[0].number:
        return False
    end = max(course.end for course in line.courses)
    return abs(texts[0].left - start_of(line)) <= UNDER * size and abs(texts[0].right - end) <= UNDER * size


def _between(marks: NDArray[np.int32], lines: Sequence[GridLine]) -> NDArray[np.int32]:
    """The marks between the first line and the last."""
    return marks[(marks[:, 1] >= lines[0].level - REACH) & (marks[:, 3] <= lines[-1].level + REACH)]


def _sides(courses: Sequence[Course]) -> tuple[float, float]:
    """The left and right side of a table, from the rulings that reach from side to side."""
    right = max(course.end for course in courses)
    ends = [course.end for course in courses if course.end > right - 3 * REACH]
    return float(np.median([course.start for course in _full(courses)])), float(np.median(ends))


def _through(marks: NDArray[np.int32], course: Course) -> bool:
    """True if print stands where a line would run: strokes of characters in a row look like one."""
    return bool(((marks[:, 1] < course.level - 2) & (marks[:, 3] > course.level + 2) & (marks[:, 2] > course.start)
                 & (marks[:, 0] < course.end)).sum() > 1)


def _upright(x: float, lines: Sequence[GridLine]) -> GridLine:
    """A border that is not drawn."""
    ends = np.array([lines[0].level, lines[-1].level])
    return GridLine([Course(ends, np.array([x, x]), 0.0)], x)


def _borders(lines: Sequence[GridLine], marks: NDArray[np.int32], size: float, columns: Columns,
             sides: tuple[float, float]) -> list[float]:
    """All borders across a table: its sides, those of the columns of numbers, and where rulings among the labels begin."""
    borders = [sides[0], *columns.borders, sides[1]]
    limit = columns.borders[0] if columns.borders else sides[1]
    first = [min(line.courses, key=lambda item: item.start) for line in lines]
    partial = sorted((course for course in first if sides[0] + 1.5 * REACH < course.start < limit - 1.5 * REACH
                      and not _begins_in_print(course, marks, size)), key=lambda item: item.start)
    for course in partial:
        alike = sum(abs(other.start - course.start) <= REACH for other in partial)
        if all(abs(course.start - at) > 1.5 * REACH for at in borders) and alike >= min(2, len(partial) - FEW):
            borders.append(course.start)
    return sorted(borders)


def _begins_in_print(course: Course, marks: NDArray[np.int32], size: float) -> bool:
    """True if a ruling has grown together with strokes of the label before it."""
    return bool(((marks[:, 1] < course.level - 3) & (marks[:, 3] > course.level + 3) & (marks[:, 2] > course.start - 2)
                 & (marks[:, 0] < course.start + size)).any())


def _with_open_rows(lines: list[GridLine], marks: NDArray[np.int32], columns: Columns, size: float,
                    sides: tuple[float, float]) -> list[GridLine]:
    """The lines and those that a page break left out: a row goes on above the first one or below the last one."""
    across = (sides[0] - size, sides[1] + size)
    marks = marks[(marks[:, 0] >= across[0]) & (marks[:, 2] <= across[1])]
    below = _run(marks[marks[:, 1] > lines[-1].level - 2], lines[-1].level, size, 1)
    if below is not None and _matches(below, columns, size):
        lines = [*lines, _level(sides, float(below[:, 3].max()) + 0.3 * size)]
    above = _run(marks[marks[:, 3] < lines[0].level + 2], lines[0].level, size, -1)
    if above is not None and (_goes_on(above, lines[0], columns, size, sides) or _matches(above, columns, size)):
        lines = [_level(sides, float(above[:, 1].min()) - 0.3 * size), *lines]
    return lines


def _goes_on(above: NDArray[np.int32], line: GridLine, columns: Columns, size: float, sides: tuple[float, float]) -> bool:
    """True if what stands above the first line is the end of a label in the column in which that line begins."""
    start = start_of(line)
    return bool(start > sides[0] + 2 * REACH and columns.borders and above[:, 2].max() <= columns.borders[0] + 2
                and -2 <= above[:, 0].min() - start <= size)


def _level(sides: tuple[float, float], y: float) -> GridLine:
    return GridLine([Course(np.array(sides), np.array([y, y]), 0.0)], y)


def _run(marks: NDArray[np.int32], line: float, size: float, way: int) -> NDArray[np.int32] | None:
    """The marks that follow a ruling downwards (`way` 1) or upwards (-1) without a gap as high as a line of print."""
    near, far = (1, 3) if way > 0 else (3, 1)
    order = marks[np.argsort(way * marks[:, near], kind="stable")]
    taken = []
    reach = line + way * size
    for mark in order:
        if way * (mark[near] - reach) > 0.8 * size:
            break
        taken.append(mark)
        reach = max(reach, mark[far]) if way > 0 else min(reach, mark[far])
    return np.array(taken, dtype=np.int32) if taken else None


def _matches(marks: NDArray[np.int32], columns: Columns, size: float) -> bool:
    """True if numbers stand in most columns."""
    texts = texts_of(marks, size)
    found = sum(any(text.number and abs(text.middle - middle) <= 0.5 * size for text in texts) for middle in columns.middles)
    return found >= max(2, MATCHED * len(columns.middles))

"""Tables without rulings as cells: one for each number that stands in rows and columns, and one for each place among them
where ink is that no number was seen in.

So they are read as the cells of ruled tables are: with the flags of their ink, closer looks at pale print, and no blank that is
none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from extractor.document import Box
from extractor.layout.grid import GridCell
from extractor.read.scan.cell_ink import CellInk
from extractor.read.scan.cells import INK_SHARE, InkLine, Sheet, ink_lines
from extractor.read.scan.open_numbers import FEWEST, SHAPE, Numbers, joined, tables_of, tabular_numbers
from extractor.read.scan.pale_tables import SMOOTHED, Area
from extractor.read.scan.words import PIXEL

if TYPE_CHECKING:
    from numpy.typing import NDArray

BEFORE, BEYOND, ABOVE = 1.5, 0.8, 0.4
"""Heights of a digit that are looked at before a number, where a minus sign may stand, after it, and above and below it."""
SAME_COLUMN, SAME_ROW = 0.8, 0.5
"""Heights of a digit by which the middles or the right sides of one column's parts may differ, and the tops of one row's."""
MARK = 0.4
"""Heights of a digit from which ink in the place of a number is more than dust."""
STEADY = 0.15
"""Share of the distance of most neighbours of a row by which others may stand further or nearer to be evenly set."""
FEWEST_EVEN = 5
"""Numbers of a row that must be evenly set to tell by themselves where one is missing."""

_Slot = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Table:
    """The numbers of one table with the index of the row and the column of each."""

    boxes: NDArray[np.int32]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    room: NDArray[np.int32]

    @property
    def height(self) -> float:
        return float(np.median(self.boxes[:, 3] - self.boxes[:, 1]))

    @property
    def middles(self) -> NDArray[np.float64]:
        return np.asarray((self.boxes[:, 0] + self.boxes[:, 2]) / 2, dtype=np.float64)


def open_cells(sheet: Sheet, covered: Sequence[_Slot], pale: Sequence[Area] = ()) -> list[list[CellInk]]:
    """For each table without rulings the cells that hold a number or what may be one.

    `covered` are the boxes (left, top, right, bottom in pixels) of the tables that have been found by their rulings. With `pale`
    areas only those are looked at, and all ink in them counts as faint.
    """
    ink = sheet.dark > sheet.ink * INK_SHARE
    for box in covered:
        left, top, right, bottom = (round(value) for value in box)
        ink[max(0, top - 4):bottom + 5, max(0, left - 4):right + 5] = False
    if pale:
        kept = np.zeros_like(ink)
        for left, top, right, bottom in pale:
            kept[top:bottom, left:right] = ink[top:bottom, left:right]
        ink = kept
    numbers = tabular_numbers(ink.astype(np.uint8), SMOOTHED if pale else SHAPE)
    tables = [[*_found(sheet, table), *_missing(sheet, table)] for table in map(_placed, tables_of(numbers))]
    for item in (item for table in tables for item in table if pale):
        item.lines = [replace(line, faint=True) for line in item.lines]
    return tables


def around(table: Sequence[CellInk]) -> _Slot:
    """The box (left, top, right, bottom in pixels) of a table's cells."""
    lefts, tops, rights, bottoms = zip(*(item.slot for item in table), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _placed(part: Numbers) -> _Table:
    return _Table(part.boxes, _rows(part), _columns(part), part.room)


def _rows(part: Numbers) -> NDArray[np.intp]:
    """The row of each number, top to bottom; rows that something between their numbers has cut are joined."""
    names, inverse = np.unique(part.rows, return_inverse=True)
    levels = np.array([np.median(part.boxes[inverse == i, 1]) for i in range(len(names))])
    near = np.abs(levels[:, None] - levels) <= SAME_ROW * float(np.median(part.boxes[:, 3] - part.boxes[:, 1]))
    groups = joined(len(names), np.argwhere(np.triu(near, 1)))
    places = np.array([np.median(levels[groups == i]) for i in range(int(groups.max()) + 1)])
    return np.asarray(np.argsort(np.argsort(places))[groups[inverse]], dtype=np.intp)


def _columns(part: Numbers) -> NDArray[np.intp]:
    """The column of each number, left to right; columns that text between their parts has cut are joined."""
    names, inverse = np.unique(part.columns, return_inverse=True)
    slack = SAME_COLUMN * float(np.median(part.boxes[:, 3] - part.boxes[:, 1]))
    middles = np.array([np.median((part.boxes[inverse == i, 0] + part.boxes[inverse == i, 2]) / 2) for i in range(len(names))])
    rights = np.array([np.median(part.boxes[inverse == i, 2]) for i in range(len(names))])
    off = np.minimum(np.abs(middles[:, None] - middles), np.abs(rights[:, None] - rights))
    groups = joined(len(names), np.argwhere(np.triu(off <= slack, 1)))
    places = np.array([np.median(middles[groups == i]) for i in range(int(groups.max()) + 1)])
    return np.asarray(np.argsort(np.argsort(places))[groups[inverse]], dtype=np.intp)


def _found(sheet: Sheet, table: _Table) -> Iterator[CellInk]:
    """The numbers that were seen, each with the ink around it that may belong to it: a sign, a point."""
    for index, (left, top, right, bottom) in enumerate(table.boxes.tolist()):
        height = bottom - top
        beside = table.boxes[table.rows == table.rows[index]]
        before = min([height * BEFORE, float(table.room[index, 0]) - 2, *((left - beside[beside[:, 2] <= left, 2]) / 2)])
        after = min([height * BEYOND, float(table.room[index, 1]) - 2, *((beside[beside[:, 0] >= right, 0] - right) / 2)])
        slot = left - before, top - ABOVE * height, right + after, bottom + ABOVE * height
        lines = [line for line in ink_lines(sheet, slot) if line.top < bottom and line.bottom > top]
        line = max(lines, key=lambda one: min(one.bottom, bottom) - max(one.top, top), default=InkLine(left, top, right, bottom))
        yield _cell(table, int(table.rows[index]), int(table.columns[index]), slot, line)


def _missing(sheet: Sheet, table: _Table) -> Iterator[CellInk]:
    """The places of rows and columns, in which no number was seen, that hold ink all the same."""
    for row, column, middle in _places(table):
        inside = table.rows == row
        near = table.middles[inside]
        level = float(np.interp(middle, np.sort(near), ((table.boxes[inside, 1] + table.boxes[inside, 3]) / 2)[np.argsort(near)]))
        boxes = table.boxes[table.columns == column] if column >= 0 else table.boxes[inside]
        half = float(np.max(boxes[:, 2] - boxes[:, 0])) / 2 + BEYOND * table.height
        half = min([half, *(np.abs(near - middle) / 2)])
        slot = middle - half, level - (0.5 + ABOVE) * table.height, middle + half, level + (0.5 + ABOVE) * table.height
        lines = [line for line in ink_lines(sheet, slot) if max(line.height, line.width) >= MARK * table.height]
        if len(lines) == 1:
            yield _cell(table, row, column, slot, lines[0])


def _places(table: _Table) -> Iterator[tuple[int, int, float]]:
    """Row, column and middle of the places of a table that hold no number: of columns that go on above and below the row, or
    around it, and of rows that are evenly set. A place that belongs to no column has -1.
    """
    for row in range(int(table.rows.max()) + 1):
        inside = table.rows == row
        if np.count_nonzero(inside) < FEWEST:
            continue
        near = np.sort(table.middles[inside])
        for column in range(int(table.columns.max()) + 1):
            others = table.columns == column
            rows = table.rows[others]
            if len(rows) < FEWEST or row in rows or not rows.min() - 1 <= row <= rows.max() + 1:
                continue
            middle = float(np.median(table.middles[others]))
            if np.abs(near - middle).min() > 1.5 * table.height:
                yield row, column, middle
        if np.bincount(table.columns)[table.columns[inside]].max() == 1 and len(near) >= FEWEST_EVEN:
            yield from ((row, -1, middle) for middle in _uneven(near))


def _uneven(middles: NDArray[np.float64]) -> Iterator[float]:
    """Where numbers are missing in a row that is evenly set: in gaps of several steps, and one step before and after it."""
    steps = np.diff(middles)
    step = float(np.median(steps))
    times = np.rint(steps / step)
    if (np.abs(steps - times * step) > STEADY * step * np.maximum(times, 1)).any():
        return
    yield float(middles[0] - step)
    for at, gap, count in zip(middles, steps, times.astype(int).tolist(), strict=False):
        yield from (float(at + gap * index / count) for index in range(1, count))
    yield float(middles[-1] + step)


def _cell(table: _Table, row: int, column: int, slot: _Slot, line: InkLine) -> CellInk:
    box = Box(*(float(value) * PIXEL for value in slot))
    return CellInk(GridCell(row, column, 1, 1, box), slot, [line])

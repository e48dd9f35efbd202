"""Tables without any rulings: rows of numbers that stand below each other, and the white between them, as level lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from extractor.read.scan.rulings import Course

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEIGHT = 11, 34
"""Pixels: how high the digits of a table are."""
SLIM = 0.85
"""Width of a digit at most, in its height."""
LEVEL = 0.25
"""Heights of a digit by which those of one row may be higher or lower, or taller, than each other."""
JOINED, ALONE = 0.6, 1.0
"""Heights of a digit: the gap within a number at most, and beside it at least."""
NUMBERS, ROWS = 3, 4
"""Numbers that a row holds at least, and rows of a table."""
SAME = 0.6
"""Heights of a digit by which the middles of the numbers of one column may be off each other."""
FARTHEST = 9.0
"""Heights of a digit from one row to the next at most."""
STRAY = 0.8
"""Heights of a digit by which the edge of a table may be moved to where it is white."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of numbers: the middle of its digits across the page, their height, and the middles of the numbers (pixels)."""

    at: float
    height: float
    middles: tuple[float, ...]


def bare_tables(marks: NDArray[np.int32]) -> list[list[Course]]:
    """Level lines between the rows of each table that the marks of a page's print show; none of them is drawn."""
    rows = _rows_of_numbers(marks)
    tables: list[list[_Row]] = []
    for row in rows:
        before = tables[-1][-1] if tables else None
        if before is not None and row.at - before.at <= FARTHEST * row.height and _in_line(before, row):
            tables[-1].append(row)
        else:
            tables.append([row])
    return [_lines(table, marks) for table in tables if len(table) >= ROWS]


def _rows_of_numbers(marks: NDArray[np.int32]) -> list[_Row]:
    """Rows of at least some numbers that stand alone, top to bottom."""
    height, width = marks[:, 3] - marks[:, 1], marks[:, 2] - marks[:, 0]
    digits = marks[(height >= HEIGHT[0]) & (height <= HEIGHT[1]) & (width <= SLIM * height)]
    digits = digits[np.argsort(digits[:, 3], kind="stable")]
    rows: list[_Row] = []
    first = 0
    for index in range(1, len(digits) + 1):
        tall = float(digits[index - 1, 3] - digits[index - 1, 1])
        if index < len(digits) and digits[index, 3] - digits[index - 1, 3] <= LEVEL * tall / 2:
            continue
        row = _row(digits[first:index], marks)
        if row is not None:
            rows.append(row)
        first = index
    return rows


def _row(digits: NDArray[np.int32], marks: NDArray[np.int32]) -> _Row | None:
    """The row that marks with one base line make, if enough of them are numbers with nothing beside them."""
    if len(digits) < NUMBERS:
        return None
    tall = float(np.median(digits[:, 3] - digits[:, 1]))
    digits = digits[np.abs(digits[:, 3] - digits[:, 1] - tall) <= LEVEL * tall]
    at = float(np.median(digits[:, 1] + digits[:, 3])) / 2
    beside = marks[(marks[:, 1] < at + tall / 2) & (marks[:, 3] > at - tall / 2)]
    groups: list[list[float]] = []
    for left, _, right, _ in digits[np.argsort(digits[:, 0], kind="stable")].tolist():
        if groups and left - groups[-1][1] <= JOINED * tall:
            groups[-1][1] = max(groups[-1][1], right)
        else:
            groups.append([left, right])
    alone = tuple((left + right) / 2 for left, right in groups
                  if not ((beside[:, 2] > left - ALONE * tall) & (beside[:, 0] < right + ALONE * tall)
                          & ~((beside[:, 0] >= left) & (beside[:, 2] <= right))).any())
    return _Row(at, tall, alone) if len(alone) >= NUMBERS else None


def _in_line(before: _Row, row: _Row) -> bool:
    """True if most numbers of two rows stand below each other."""
    same = sum(any(abs(middle - other) <= SAME * row.height for other in before.middles) for middle in row.middles)
    return same >= max(NUMBERS, 0.6 * min(len(row.middles), len(before.middles)))


def _lines(rows: Sequence[_Row], marks: NDArray[np.int32]) -> list[Course]:
    """The lines above, between and below rows, in the white that is nearest to half way."""
    tall = float(np.median([row.height for row in rows]))
    near = marks[(marks[:, 3] > rows[0].at - tall) & (marks[:, 1] < rows[-1].at + tall)]
    fullest = max(rows, key=lambda row: len(row.middles)).middles
    pitch = min(after - before for before, after in pairwise(fullest))
    right = max(middle for row in rows for middle in row.middles) + pitch / 2
    left = float(np.percentile(near[:, 0], 1)) - tall / 2
    inside = near[(near[:, 0] >= left) & (near[:, 2] <= right)]
    between = [_white(inside, before.at + before.height, after.at - after.height, (before.at + after.at) / 2)
               for before, after in pairwise(rows)]
    above = marks[(marks[:, 0] >= left) & (marks[:, 2] <= right)]
    top, bottom = 2 * rows[0].at - between[0], 2 * rows[-1].at - between[-1]
    top = _white(above, top - STRAY * tall, min(top + STRAY * tall, rows[0].at - tall / 2), top)
    bottom = _white(above, max(bottom - STRAY * tall, rows[-1].at + tall / 2), bottom + STRAY * tall, bottom)
    return [Course(np.array([left, right]), np.array([y, y]), 0.0) for y in (top, *between, bottom)]


def _white(marks: NDArray[np.int32], first: float, last: float, wanted: float) -> float:
    """The place from `first` to `last` over which the least print stands; of those the nearest to where it should be."""
    places = np.arange(int(first), max(int(first), int(last)) + 1)
    print_there = np.array([((marks[:, 1] - 1 <= y) & (marks[:, 3] + 1 >= y)).sum() for y in places])
    least = places[print_there == print_there.min()]
    return float(least[np.argmin(np.abs(least - wanted))])

"""Headings between level rulings: where one stands, a table ends and the next begins."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from extractor.read.scan.open_spans import Rows
from extractor.read.scan.print_marks import BETWEEN, texts_of, type_size
from extractor.read.scan.rulings import GridLine
from extractor.read.scan.touching import REACH

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 3
"""Rulings that a table has at least: a heading is underlined once."""
INDENT = 0.7
"""Sizes of the type by which a heading between two tables is set in from where their labels begin."""
COMMA = 1.2
"""Sizes of the type: how far the characters of a heading stand apart at most, a comma between them."""
STROKE = 1.95
"""Sizes of the type: a narrower mark beside a heading is a stroke of a pen."""
PROSE, MOST_INDENT = 0.6, 4.0
"""Share of its table's width that the first line of a heading of two lines takes at least, and sizes of the type by which
it is set in at most."""


def parted_tables(lines: list[GridLine], marks: NDArray[np.int32], size: float,
            sides: tuple[float, float]) -> list[list[GridLine]]:
    """The lines of a group, parted where a heading stands between two of them."""
    rows = Rows.of(lines, marks, size).marks
    begin = float(np.percentile(marks[:, 0], 1)) if len(marks) else sides[0]
    parts: list[list[GridLine]] = [[lines[0]]]
    for (above, below), row in zip(pairwise(lines), rows, strict=True):
        if _parts_tables(row, size, sides, begin) and all(
                start_of(line) <= sides[0] + 2 * REACH for line in (above, below)):
            parts.append([])
        parts[-1].append(below)
    return [part for part in parts if len(part) >= FEWEST]


def _parts_tables(row: NDArray[np.int32], size: float, sides: tuple[float, float], begin: float) -> bool:
    """True if what stands between two rulings is one text, neither in the middle of the table nor where labels begin, or
    a text of several lines of which the first is set in and too wide for a label.
    """
    line, wide = _first_line(row), max(1.0, type_size(row) / size)  # headings are in larger print
    if len(line):
        left, right = float(line[:, 0].min()), float(line[:, 2].max())
        if INDENT * size < left - begin < MOST_INDENT * size and right - left > PROSE * (sides[1] - sides[0]) and len(
                texts_of(line, size, COMMA * wide)) == 1:
            return True
    texts = [text for text in texts_of(row, size, 2 * BETWEEN * wide) if text.number or text.width > STROKE * size]
    if len(texts) != 1 or texts[0].number:
        return False
    off = abs(texts[0].middle - (sides[0] + sides[1]) / 2)
    return texts[0].left > begin + INDENT * size and off > size


def _first_line(row: NDArray[np.int32]) -> NDArray[np.int32]:
    """The marks of the uppermost line of print in a row."""
    order = row[np.argsort(row[:, 1], kind="stable")]
    bottoms = np.maximum.accumulate(order[:, 3])
    gaps = np.flatnonzero(order[1:, 1] > bottoms[:-1])
    return order[:gaps[0] + 1] if len(gaps) else order


def start_of(line: GridLine) -> float:
    """Where the pieces of a line begin."""
    return min(course.start for course in line.courses)

"""Grids that are no tables: strokes of underlined print, boxes around labels whose numbers stand outside, what is left of a
table that has lost most of its rulings. Each tears apart the lines in it, which are read without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from extractor.read.scan.cell_ink import CellInk
from extractor.read.scan.cells import Sheet, holds_columns
from extractor.read.scan.grid import RuledGrid
from extractor.read.scan.open_numbers import FEWEST

LOW_ROW, NARROW, NARROW_SHARE = 60.0, 0.7, 0.25
"""Pixels up to which the only row of a grid may be a line of print; and heights of it that so many columns must be narrower than:
characters are as wide as high, cells of a low row are wider."""
FEWEST_ROWS = 2
"""Rows of numbers beside a grid that show that its labels are theirs."""
NUMBER, NUMBERS = 1.5, 0.1
"""Heights that the only line of a cell is wide at most if it is a short number, and the share of the cells of labels that seem to
hold one."""


def is_whole(grid: RuledGrid, cells: Sequence[CellInk], sheet: Sheet) -> bool:
    """False for a grid without cells, one whose cells hold several columns each, and strokes of a line of print."""
    return bool(cells) and not _is_print(grid) and not any(holds_columns(sheet, item.lines) for item in cells)


def _is_print(grid: RuledGrid) -> bool:
    """True if the uprights of a single low row stand as near and as unevenly as strokes of characters do."""
    height = grid.ys[-1].level - grid.ys[0].level
    widths = [after.level - before.level for before, after in pairwise(grid.xs)]
    narrow = sum(width < NARROW * height for width in widths)
    return len(grid.ys) == 2 and height <= LOW_ROW and narrow >= max(FEWEST, NARROW_SHARE * len(widths))


def holds_labels_only(grid: RuledGrid, cells: Sequence[CellInk], tables: Sequence[Sequence[CellInk]]) -> bool:
    """True if a grid holds labels and no number, while rows of numbers of `tables`, which have no rulings, stand on its right."""
    _, top, right, bottom = grid.box
    rows = [[item for item in table if item.cell.row == row] for table in tables for row in {item.cell.row for item in table}]
    beside = [row for row in rows if len(row) >= FEWEST and all(
        item.slot[0] >= right and top < (item.slot[1] + item.slot[3]) / 2 < bottom for item in row)]
    inked = [item for item in cells if item.lines]
    short = sum(len(item.lines) == 1 and item.lines[0].width <= NUMBER * item.lines[0].height for item in inked)
    return len(beside) >= FEWEST_ROWS and short <= NUMBERS * len(inked)

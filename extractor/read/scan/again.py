"""A second look at doubtful cells: under a seal or beside dirt, the other cells tell where the digits must stand.

Numbers of one row stand at one height, numbers of one column around one middle. A crop of just that place leaves out
most of what a seal, a pen or dust has put into the cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

import numpy as np

from extractor.layout.grid import GridCell
from extractor.read.scan.cells import FAINTEST, INK_SHARE, InkLine, Sheet
from extractor.read.scan.numbers import CellReading, NumberReading

SURE = 0.9
"""Confidence from which a number is taken as a witness, and below which a cell is looked at again."""
WITNESSES = 2
"""Sure numbers that a row or a column must hold to say where numbers stand in it."""
NEAR, JOINED = 0.7, 0.4
"""Heights of a digit: how near the middle a number must begin, and how far apart its digits may be."""
SLACK = 3
"""Pixels by which digits may stand higher or lower than the others of their row."""


def places_to_look(cells: Sequence[tuple[GridCell, Sequence[CellReading]]], numbers: Sequence[NumberReading | None],
                   sheet: Sheet, points: float) -> dict[int, InkLine]:
    """For each doubtful cell (its index) among sure numbers the place where its number must stand.

    `points` is the size of a pixel in points.
    """
    rows: dict[int, list[InkLine]] = defaultdict(list)
    columns: dict[int, list[InkLine]] = defaultdict(list)
    for (cell, lines), number in zip(cells, numbers, strict=True):
        if number is not None and number.confidence >= SURE and len(lines) == 1:
            rows[cell.row].append(lines[0].ink)
            columns[cell.column].append(lines[0].ink)
    found = {}
    for index, ((cell, lines), number) in enumerate(zip(cells, numbers, strict=True)):
        if not lines or (number is not None and number.confidence >= SURE):
            continue
        if len(rows[cell.row]) >= WITNESSES and len(columns[cell.column]) >= WITNESSES:
            place = _place(cell, rows[cell.row], columns[cell.column], sheet, points)
            if place is not None:
                found[index] = place
    return found


def _place(cell: GridCell, row: Sequence[InkLine], column: Sequence[InkLine], sheet: Sheet,
           points: float) -> InkLine | None:
    """The ink around the column's middle, at the row's height, as far as it hangs together."""
    top, bottom = round(median(line.top for line in row)), round(median(line.bottom for line in row))
    height = bottom - top
    if height < 8:
        return None
    left, right = round(cell.box.x0 / points) + 3, round(cell.box.x1 / points) - 3
    middle = median((line.left + line.right) / 2 for line in column)
    band = sheet.dark[max(0, top - SLACK):bottom + SLACK, max(0, left):right]
    if band.size == 0 or not left < middle < right:
        return None
    threshold = max(INK_SHARE * sheet.ink, float(np.median(band)) + FAINTEST)
    dark = np.flatnonzero((band > threshold).sum(axis=0) >= 2) + max(0, left)
    core = dark[np.abs(dark - middle) <= NEAR * height]
    if len(core) == 0:
        return None
    first, last = int(core[0]), int(core[-1])
    for x in dark[dark > last]:
        if x - last > JOINED * height:
            break
        last = int(x)
    for x in dark[dark < first][::-1]:
        if first - x > JOINED * height:
            break
        first = int(x)
    return InkLine(first, top, last + 1, bottom, faint=True)

"""A second look at doubtful cells: under a seal or beside dirt, the other cells tell where the digits must stand.

Numbers of one row stand at one height, numbers of one column around one middle. A crop of just that place leaves out
most of what a seal, a pen or dust has put into the cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.layout.grid import GridCell
from extractor.read.scan.cells import FAINTEST, INK_SHARE, InkLine, Sheet, crop
from extractor.read.scan.numbers import CellReading, NumberReading

if TYPE_CHECKING:
    from numpy.typing import NDArray

SURE = 0.9
"""Confidence from which a number is taken as a witness, and below which a cell is looked at again."""
WITNESSES = 2
"""Sure numbers that a row or a column must hold to say where numbers stand in it."""
NEAR, JOINED = 0.7, 0.4
"""Heights of a digit: how near the middle a number must begin, and how far apart its digits may be."""
SLACK = 3
"""Pixels by which digits may stand higher or lower than the others of their row."""
ONE_DIGIT = 0.8
"""Heights of a line: most width of a number of one digit."""
PALER = 0.55
"""Share of the darkness of digits up to which ink is taken for a seal's and wiped out."""
BROKEN = (5, 3)
"""Pixels, down and across: gaps in strokes up to which they are closed."""
SOFT = 1.8
"""Pixels by which the closed strokes are then blurred once more."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a doubtful number must stand: its ink, the box of a lone digit if its neighbours are such, and how dark they are."""

    ink: InkLine
    digit: InkLine | None
    darkness: float


def places_to_look(cells: Sequence[tuple[GridCell, Sequence[CellReading]]], numbers: Sequence[NumberReading | None],
                   sheet: Sheet, points: float) -> dict[int, Place]:
    """For each doubtful cell (its index) among sure numbers the place where its number must stand.

    `points` is the size of a pixel in points.
    """
    rows: dict[int, list[InkLine]] = defaultdict(list)
    columns: dict[int, list[InkLine]] = defaultdict(list)
    for (cell, lines), number in zip(cells, numbers, strict=True):
        if number is not None and number.confidence >= SURE and len(lines) == 1 and not lines[0].ink.flat:
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
           points: float) -> Place | None:
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
    width = max(median(line.width for line in row), median(line.width for line in column))
    digit = InkLine(round(middle - width / 2), top, round(middle + width / 2), bottom, faint=True)
    darkness = median(float(np.percentile(sheet.dark[line.top:line.bottom, line.left:line.right], 90))
                      for line in (*row, *column))
    return Place(InkLine(first, top, last + 1, bottom, faint=True), digit if width <= ONE_DIGIT * height else None,
                 darkness)


def forms(sheet: Sheet, place: Place) -> list[NDArray[np.uint8]]:
    """Crops of a place for the recogniser: as it is, without paler ink, with gaps in its strokes closed (a fax halves a 0),
    and the same for a lone digit by itself.
    """
    found = []
    for ink in (place.ink, place.digit):
        if ink is None:
            continue
        pixels, left, _ = crop(sheet, ink)
        if ink is place.digit:
            pixels = _alone(pixels, ink, left)
        found += [pixels, _without_paler(pixels, place.darkness), *closed_forms(pixels)]
    return found


def closed_forms(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A crop with the gaps in its strokes closed, sharp and soft."""
    closed = cv2.morphologyEx(pixels, cv2.MORPH_OPEN, np.ones(BROKEN, np.uint8))
    return np.asarray(closed, np.uint8), np.asarray(cv2.GaussianBlur(closed, (0, 0), SOFT), np.uint8)


def _alone(pixels: NDArray[np.uint8], digit: InkLine, left: float) -> NDArray[np.uint8]:
    """A crop with paper beside the digit."""
    paper, margin = float(np.percentile(pixels, 85)), SLACK
    alone = np.full_like(pixels, round(paper))
    first, last = max(0, round(digit.left - left) - margin), round(digit.right - left) + margin
    alone[:, first:last] = pixels[:, first:last]
    return alone


def _without_paler(pixels: NDArray[np.uint8], darkness: float) -> NDArray[np.uint8]:
    """A crop in which ink shows only as far as it is darker than a seal's."""
    paper = float(np.percentile(pixels, 85))
    ink = np.clip(paper - pixels.astype(np.float64), 0.0, None)
    kept = np.clip((ink - PALER * darkness) / max(1.0, (1.0 - PALER) * darkness), 0.0, 1.0)
    return np.asarray(paper - kept * min(paper, darkness), dtype=np.uint8)

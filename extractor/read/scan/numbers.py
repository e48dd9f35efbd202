"""Which cells hold numbers, and what they read as: the recogniser's probabilities decoded with the table's help."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from extractor.layout.grid import GridCell
from extractor.read.ocr import LineReading
from extractor.read.scan.calibration import calibrated
from extractor.read.scan.cells import InkLine
from extractor.read.scan.digits import as_number, decode

NUMBER = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?|-?\d+(\.\d+)?|[-/]+")
"""What a value cell holds, in the symbols of `digits`: 12, 1,234, 26.8, - and / (not applicable)."""
SURE = 0.5
"""Share of a table's column or row that must read as numbers for its doubtful cells to be taken as such."""
FORCED = 1e-4
"""Least probability, by character, that a doubtful cell of such a column holds a number at all."""
TOLD = 5
"""Alternatives that are kept."""


@dataclass(frozen=True, slots=True)
class CellReading:
    """A line of ink of a cell and what was read there."""

    ink: InkLine
    reading: LineReading


@dataclass(frozen=True, slots=True)
class Block:
    """The cells of one table with the readings of their lines."""

    cells: list[tuple[GridCell, list[CellReading]]]


@dataclass(frozen=True, slots=True)
class NumberReading:
    """A number read in a cell: its box in pixels (left, top, right, bottom) and the other readings."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float
    alternatives: tuple[tuple[str, float], ...]


def read_numbers(block: Block) -> dict[tuple[int, int], NumberReading]:
    """The cells (row, column) that hold numbers.

    A cell whose reading is a number, look-alikes folded, holds one. A cell of one line that reads as something else
    still holds one if most other filled cells of its column or of its row do, and the recogniser does not exclude it.
    """
    decoded: dict[tuple[int, int], tuple[list[tuple[str, float]], float]] = {}
    for cell, lines in block.cells:
        if len(lines) == 1:
            decoded[cell.row, cell.column] = decode(lines[0].reading.chosen)
    plain = {(cell.row, cell.column) for cell, lines in block.cells
             if len(lines) == 1 and _plainly(lines[0].reading.text)}
    numeric = _numeric_lines(block, plain)
    found = {}
    for cell, lines in block.cells:
        place = cell.row, cell.column
        if place not in decoded:
            continue
        readings, share = decoded[place]
        readings = [(text, weight) for text, weight in readings if NUMBER.fullmatch(text)]
        if not readings:
            continue
        expected = place in numeric and not _prose(lines[0].reading)
        if place in plain or (expected and share ** (1 / max(1, len(readings[0][0]))) >= FORCED):
            found[place] = _number(lines[0], readings, share)
    return found


def _plainly(text: str) -> bool:
    folded = as_number(text)
    return folded is not None and NUMBER.fullmatch(folded) is not None


def _prose(reading: LineReading) -> bool:
    """True if the general reading is sure to be more than a number: a label, or 22（其中修订16件）."""
    folded = as_number(reading.text)
    return folded is None and len(reading.text) >= 2 and reading.confidence >= 0.8


def _numeric_lines(block: Block, plain: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The cells whose column or row mostly holds numbers."""
    filled = [cell for cell, lines in block.cells if lines]
    by_column, by_row = Counter(c.column for c in filled), Counter(c.row for c in filled)
    number_column = Counter(column for _, column in plain)
    number_row = Counter(row for row, _ in plain)
    return {(cell.row, cell.column) for cell in filled
            if number_column[cell.column] >= max(2, SURE * by_column[cell.column])
            or number_row[cell.row] >= max(2, SURE * by_row[cell.row])}


def _number(line: CellReading, readings: list[tuple[str, float]], share: float) -> NumberReading:
    total = sum(weight for _, weight in readings)
    text, weight = readings[0]
    # what was read must be probable among numbers, and a number must be probable at all
    raw = weight / max(total, 1e-9) * min(1.0, weight) * min(1.0, share ** (1 / len(text)))
    confidence = calibrated(raw)
    left = max(0.0, 1.0 - confidence)
    rest = sum(other for _, other in readings[1:]) or 1.0
    alternatives = tuple((other, round(left * chance / rest, 6)) for other, chance in readings[1:TOLD + 1])
    ink = line.ink
    if ink.faint:
        confidence = min(confidence, 0.5)
    return NumberReading(text, (ink.left, ink.top, ink.right, ink.bottom), round(confidence, 6), alternatives)

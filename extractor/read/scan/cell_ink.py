"""A cell, wherever its borders come from, and the ink in it: what the recogniser is asked about."""

from __future__ import annotations

from dataclasses import dataclass

from extractor.layout.grid import GridCell
from extractor.read.scan.cells import InkLine


@dataclass(slots=True)
class CellInk:
    """A cell, its borders in pixels (left, top, right, bottom), and the lines of ink in it."""

    cell: GridCell
    slot: tuple[float, float, float, float]
    lines: list[InkLine]

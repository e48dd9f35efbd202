"""What reading a table yields, and what a cell of it may be: a value or a label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from extractor.document import Cell
from extractor.label.numerals import parse_cell


@dataclass(frozen=True, slots=True)
class CellReading:
    """A cell that stands for a canonical field, and how sure that is; `unit` is the header's, if it has one."""

    field: str
    cell: Cell
    confidence: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class GluedCells:
    """A cell whose digits stand for several fields."""

    fields: tuple[str, ...]
    cell: Cell


@dataclass(frozen=True, slots=True)
class TableReading:
    """What the tables of a report hold; `unplaced` counts rows with numbers that are no row of the dictionary."""

    cells: tuple[CellReading, ...]
    glued: tuple[GluedCells, ...] = ()
    unplaced: tuple[Cell, ...] = ()


def is_value(cell: Cell) -> bool:
    return parse_cell(cell.text).status in ("number", "not_applicable")


def is_label(cell: Cell) -> bool:
    return parse_cell(cell.text).status == "unreadable"


def digits_of(text: str) -> str:
    """The text without spaces, full-width digits unified."""
    return unicodedata.normalize("NFKC", re.sub(r"\s+", "", text))


def runs_together(text: str, count: int) -> bool:
    """True if the text is nothing but digits, enough for `count` numbers."""
    return re.fullmatch(rf"[0-9]{{{count},}}", digits_of(text)) is not None


def fitted(values: Sequence[Cell], count: int) -> list[Cell]:
    """Values without the empty cells that stand for spans: dropped at the front, then at the end, down to `count`."""
    kept = list(values)
    while len(kept) > count and not kept[0].text.strip():
        kept.pop(0)
    while len(kept) > count and not kept[-1].text.strip():
        kept.pop()
    return kept

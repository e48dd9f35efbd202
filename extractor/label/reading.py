"""What reading a table yields, and what a cell of it may be: a value or a label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractor.document import UNREADABLE, Cell
from extractor.label.numerals import parse_cell
from extractor.layout.rows import MARKED


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


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table taken apart: header texts from the outside in, values, and their columns where known.

    `wordings` are texts that may be its label, where lines have torn that apart and away from its values. `around` are
    the header texts around a row whose own label is lost.
    """

    labels: tuple[str, ...]
    values: tuple[Cell, ...]
    columns: tuple[str | None, ...]
    certain: float = 1.0
    wordings: tuple[str, ...] = ()
    around: tuple[str, ...] = ()


SEVERAL = re.compile(r"\s*[0-9０-９]+(?:\s+[0-9０-９]+)+\s*")
"""Whole numbers parted by blanks: those of several columns between which no line is drawn."""


_RUN = re.compile(r"(?P<before>[-/—–]*)(?P<digits>[0-9]+)(?P<after>[-/—–]*)")
_IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
_ORDINAL = re.compile(r"[（(]?[1-9]\d?[)）.．、]")
_MARKED = re.compile(MARKED)


def is_value(cell: Cell) -> bool:
    """True for numbers, for words that no number applies, and for a mark that could not be read where one was expected."""
    return (parse_cell(cell.text).status in ("number", "not_applicable") or _holds_several(cell.text)
            or cell.text.strip() == UNREADABLE)


def is_label(cell: Cell) -> bool:
    return parse_cell(cell.text).status == "unreadable" and not is_value(cell)


def is_spoilt(cell: Cell) -> bool:
    """True for what is neither a value nor text: digits with a stroke or dust (/80455, 0一), a mark of a seal."""
    return is_label(cell) and len(_IDEOGRAPH.findall(cell.text)) < 2 and not _ORDINAL.fullmatch(cell.text.strip())


def is_spoilt_number(cell: Cell) -> bool:
    """True for a spoilt cell in which digits are left, and that does not begin as a numbered label does."""
    return is_spoilt(cell) and any(map(str.isdigit, cell.text)) and not _ORDINAL.match(cell.text.strip())


def _holds_several(text: str) -> bool:
    """True for numbers of several columns, parted by blanks or run together between strokes."""
    return SEVERAL.fullmatch(text) is not None or _MARKED.fullmatch(text.strip()) is not None


def digits_of(text: str) -> str:
    """The text without spaces, full-width digits unified."""
    return unicodedata.normalize("NFKC", re.sub(r"\s+", "", text))


def runs_together(text: str, count: int) -> bool:
    """True if the text is nothing but digits, enough for `count` numbers, strokes at its ends standing for one each."""
    found = _RUN.fullmatch(digits_of(text))
    strokes = len(found["before"] + found["after"]) if found is not None else count
    return found is not None and strokes < count and len(found["digits"]) >= count - strokes


def told_apart(cell: Cell, fields: Sequence[str]) -> tuple[GluedCells, tuple[CellReading, ...]]:
    """A cell for which `runs_together` holds: the fields that its digits stand for, and those that have a stroke."""
    found = _RUN.fullmatch(digits_of(cell.text))
    assert found is not None
    first, last = len(found["before"]), len(fields) - len(found["after"])
    strokes = [(field, stroke) for field, stroke in zip(
        (*fields[:first], *fields[last:]), found["before"] + found["after"], strict=True)]
    return (GluedCells(tuple(fields[first:last]), replace(cell, text=found["digits"]) if strokes else cell),
            tuple(CellReading(field, replace(cell, text=stroke), 1.0) for field, stroke in strokes))


def parted(cell: Cell, count: int) -> tuple[Cell, ...]:
    """What a cell over `count` columns says of each: its own text if that is nothing or a zero, or its `count` numbers.

    Empty if it holds anything else: a number that stands once cannot belong to several columns.
    """
    parsed = parse_cell(cell.text)
    if parsed.status in ("blank", "not_applicable") or (parsed.status == "number" and parsed.value == 0):
        return (cell,)
    parts = tuple(replace(cell, text=part) for part in cell.text.split())
    return parts if len(parts) == count and all(is_value(part) for part in parts) else ()


def fitted(values: Sequence[Cell], count: int, behind: int = 0) -> list[Cell]:
    """Values without the empty cells that stand for spans, down to `count`: `behind` dropped at the end first, then
    as many as there are at the front, then at the end."""
    kept = list(values)
    for _ in range(behind):
        if len(kept) > count and not kept[-1].text.strip():
            kept.pop()
    while len(kept) > count and not kept[0].text.strip():
        kept.pop(0)
    while len(kept) > count and not kept[-1].text.strip():
        kept.pop()
    return kept

"""Answers of a store for people and machines: a table on screen, JSON, or CSV, written as the rows come."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from extractor.export.csv import inert
from extractor.report import plain
from extractor.store.questions import Record

BYTE_ORDER_MARK = "\ufeff"


def text(cell: Any) -> str:
    """A cell as text; nothing for what is not there."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return plain(cell)
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def as_json(records: Iterable[Record]) -> Iterator[str]:
    """An array with an object a line; decimals are strings, as in reports."""
    separator = "["
    for record in records:
        kept = {name: text(cell) if isinstance(cell, Decimal) else cell for name, cell in record.items()}
        yield f"{separator}\n{json.dumps(kept, ensure_ascii=False)}"
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def as_csv(records: Iterable[Record], columns: Sequence[str]) -> Iterator[str]:
    """UTF-8 with a byte order mark, so that Excel opens it; text that a spreadsheet would run is made inert."""
    yield BYTE_ORDER_MARK
    for row in chain([list(columns)], ([inert(text(record.get(name))) for name in columns] for record in records)):
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(row)
        yield line.getvalue()


def table(records: Sequence[Record], columns: Sequence[str]) -> Table:
    """A table for the screen; numbers stand right."""
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        numeric = all(isinstance(record.get(name), int | float | Decimal | None) for record in records)
        drawn.add_column(name.removesuffix("_zh").removesuffix("_en"), justify="right" if numeric else "left",
                         no_wrap=numeric, min_width=24 if name.startswith("message") else None, overflow="fold")
    for record in records:
        drawn.add_row(*(Text(text(record.get(name))) for name in columns))
    return drawn

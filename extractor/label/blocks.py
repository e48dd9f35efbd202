"""Reads small blocks of rows, each block with a header of its own, as table 2 has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractor.document import Cell, Table
from extractor.fields import TableSpec
from extractor.label.headers import HeaderMatcher, column_by_text
from extractor.label.reading import CellReading, TableReading, is_label, is_value

UNIT = re.compile(r"单位\s*[:：]?\s*(亿元|万元|元|件|条|项|宗|份|个)")


@dataclass(frozen=True, slots=True)
class _HeaderCell:
    """A column's header in a block: its id, its place (grid column, or index in the row), its unit."""

    column: str
    at: int
    unit: str


def read_blocks(spec: TableSpec, tables: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
    """Small blocks, each with a header row; a row takes its columns from the last header above it."""
    found: dict[str, CellReading] = {}
    unplaced: list[Cell] = []
    header: list[_HeaderCell] = []
    for table in tables:
        slots = table.slots()
        for index, row in enumerate(table.by_row()):
            named = _block_header(row, spec, matcher)
            if named:
                header = named
                continue
            labels = [(i, cell) for i, cell in enumerate(row) if is_label(cell)]
            values = [cell for cell in row if is_value(cell) or not cell.text.strip()]
            if not labels or not values:
                continue
            at, label = labels[-1]
            scores = matcher.row([label.text], spec)
            if not scores:
                unplaced += [cell for cell in values if is_value(cell)][:1]
                continue
            row_id = max(scores, key=lambda r: scores[r])
            line = _block_values(table, slots, index, row[at + 1:], header, spec, row_id)
            for reading in line:
                found.setdefault(reading.field, replace(reading, confidence=min(1.0, scores[row_id])))
    return TableReading(tuple(found.values()), unplaced=tuple(unplaced))


def _block_header(row: Sequence[Cell], spec: TableSpec, matcher: HeaderMatcher) -> list[_HeaderCell]:
    """The columns that a row names, empty if it is no header; one cell may name several (run together in a dump)."""
    named: list[_HeaderCell] = []
    for cell in row:
        if not is_label(cell):
            continue
        unit = UNIT.search(cell.text)
        columns = [column.id for _, column in column_by_text(cell.text, spec.columns)]
        if len(columns) < 2:
            scores = matcher.column(cell.text, spec)
            columns = [max(scores, key=lambda c: scores[c])] if scores else columns
        named += [_HeaderCell(column, cell.column, unit[1] if unit else "") for column in columns]
    return named


def _block_values(table: Table, slots: dict[tuple[int, int], Cell], row: int, after: Sequence[Cell],
                  header: Sequence[_HeaderCell], spec: TableSpec, row_id: str) -> Iterator[CellReading]:
    """The values of one row. Without a usable header the row's own columns serve, if their number fits."""
    known = {field.column for field in spec.fields if field.row == row_id}
    usable = [h for h in header if h.column in known]
    if not usable:
        usable = _default_header(spec, row_id, len([cell for cell in after if cell.text.strip()]))
        after = [cell for cell in after if cell.text.strip()]
    elif not table.ragged:
        for head in usable:
            cell = slots.get((row, head.at))
            if cell is not None and not is_label(cell):
                yield CellReading(f"{row_id}.{head.column}", cell, 1.0, head.unit)
        return
    values = list(after)
    if len(values) == 1 and len(usable) > 1 and re.fullmatch(rf"\d{{{len(usable)}}}", values[0].text):
        values = [replace(values[0], text=digit) for digit in values[0].text]
    for head, cell in zip(usable, values, strict=False):
        yield CellReading(f"{row_id}.{head.column}", cell, 1.0, head.unit)


def _default_header(spec: TableSpec, row_id: str, count: int) -> list[_HeaderCell]:
    """The columns of a row in the one template in which it has `count` columns; none if that is not unique."""
    fits = []
    for template in sorted({t for field in spec.fields for t in field.templates}):
        columns = [field.column for field in spec.fields if field.row == row_id and template in field.templates]
        if len(columns) == count:
            fits.append(columns)
    return [_HeaderCell(column, i, "") for i, column in enumerate(fits[0])] if len(fits) == 1 else []

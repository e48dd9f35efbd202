"""Reads numbers that stand in one line under a header of groups and columns, as table 4 has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from extractor.document import Cell, Table
from extractor.fields import Row, TableSpec
from extractor.label.headers import HeaderMatcher, bare, other_year
from extractor.label.reading import (
    CellReading,
    TableReading,
    fitted,
    is_label,
    is_value,
    parted,
    runs_together,
    told_apart,
)

BY_ORDER = 0.95
"""How sure a place is that follows from count and order, without a header at the number itself."""


def read_groups(spec: TableSpec, tables: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
    """Groups of columns: by the headers of each value, or by count and order where those cannot be read."""
    found: dict[str, CellReading] = {}
    for table in tables:
        if not table.ragged:
            _keep(found, _by_header(table, spec, matcher))
    if len(found) == len(spec.rows) * len(spec.columns):
        return TableReading(tuple(found.values()))
    ordered = _by_order(tables, spec, matcher)
    if ordered.glued and not found:
        return ordered
    # An order that puts a number elsewhere than its header does is no order.
    at = {id(reading.cell): reading.field for reading in found.values()}
    if all(at.get(id(reading.cell), reading.field) == reading.field for reading in ordered.cells):
        started = {name.rpartition(".")[0] for name in found}
        _keep(found, [r for r in ordered.cells if r.field.rpartition(".")[0] not in started
                      or id(r.cell) not in at])
    return TableReading(tuple(found.values()), unplaced=() if found else ordered.unplaced)


def _keep(found: dict[str, CellReading], readings: Sequence[CellReading]) -> None:
    """Adds readings; of two for one field the first stays."""
    for reading in readings:
        found.setdefault(reading.field, reading)


def _by_header(table: Table, spec: TableSpec, matcher: HeaderMatcher) -> list[CellReading]:
    """Each value by the group and the column that the nearest texts above it and to its left name; what is filled comes first.

    Empty cells beside header texts are parts of the header that a page break, or a stroke taken for a ruling, cut off.
    """
    slots = table.slots()
    found: list[CellReading] = []
    open_rows = {index for index, row in enumerate(table.by_row()) if _may_be_blank(row)}
    texts = {id(cell): (_group_named(cell.text, spec), _column_named(cell.text, spec, matcher))
             for cell in table.cells if cell.text.strip() and is_label(cell)}
    for cell in table.cells:
        if not (is_value(cell) or (not cell.text.strip() and cell.row in open_rows)):
            continue
        left = [slots.get((cell.row, column)) for column in range(cell.column)]
        if any(other is not None and other_year(bare(other.text), "") for other in left):
            continue
        names: list[str] = []
        for at in range(cell.column, cell.column + cell.colspan):
            path = left + [slots.get((row, at)) for row in range(cell.row)]
            named = [texts[id(other)] for other in reversed(path) if other is not None and id(other) in texts]
            group = next((group for group, _ in named if group is not None), None)
            column = next((column for _, column in named if column is not None), None)
            names += [f"{group}.{column}"] if group is not None and column is not None else []
        names = list(dict.fromkeys(names))
        parts = parted(cell, len(names)) if len(names) > 1 else (cell,)
        found += [CellReading(name, part, 1.0)
                  for name, part in zip(names, parts * len(names) if len(parts) == 1 else parts, strict=False)]
    return sorted(found, key=lambda reading: not reading.cell.text.strip())


def _may_be_blank(row: Sequence[Cell]) -> bool:
    """True if empty cells of a row are values left blank: it has values, or texts only before its first empty cell."""
    first = next((i for i, cell in enumerate(row) if not cell.text.strip()), len(row))
    return any(is_value(cell) for cell in row) or not any(is_label(cell) for cell in row[first:])


def _group_named(text: str, spec: TableSpec) -> str | None:
    """The row of ids that a header names: 未经复议直接起诉, also as part of 行政诉讼（未经复议直接起诉）."""
    body = bare(text)
    named: list[Row] = [row for row in spec.rows if any(bare(label) in body for label in row.labels)]
    return named[-1].id if named else None


def _column_named(text: str, spec: TableSpec, matcher: HeaderMatcher) -> str | None:
    scores = matcher.column(text, spec)
    return max(scores, key=lambda c: scores[c]) if scores else None


@dataclass(slots=True)
class _Found:
    """What the rows of a table of lost columns hold: groups with their values, runs without a name, loose numbers."""

    groups: dict[str, list[Cell]] = field(default_factory=dict)
    unnamed: list[tuple[list[str], list[Cell]]] = field(default_factory=list)
    loose: list[Cell] = field(default_factory=list)


def _by_order(tables: Sequence[Table], spec: TableSpec, matcher: HeaderMatcher) -> TableReading:
    """All numbers in order: as many as the table has, or those of one or more groups under texts that name them."""
    size, order = len(spec.columns), [row.id for row in spec.rows]
    total = size * len(order)
    found = _Found()
    named: list[str] = []
    for row in (row for table in tables for row in table.by_row()):
        here = [name for cell in row if is_label(cell) and (name := _group_named(cell.text, spec)) is not None]
        named += here
        values = _whole_groups(_values(row, size, total), size)
        blank_row = len(here) == 1 and len(row) == size + 1 and len(values) == size
        if not any(is_value(cell) for cell in values) and not blank_row:
            continue
        if len(values) == 1 and runs_together(values[0].text, total):
            fields = tuple(f"{group}.{column.id}" for group in order for column in spec.columns)
            run, strokes = told_apart(values[0], fields)
            return TableReading(strokes, (run,))
        if len(values) < size and any(is_label(c) and _column_named(c.text, spec, matcher) is not None for c in row):
            return TableReading((), unplaced=(values[0],))  # a row an outcome: groups stand side by side
        if len(values) % size:
            found.loose += values
            continue
        _take(found, [name for name in dict.fromkeys(named) if name not in found.groups], values, size, order)
        named = []
    _settle(found, size, order)
    cells = tuple(CellReading(f"{group}.{column.id}", cell, BY_ORDER)
                  for group, values in found.groups.items() for column, cell in zip(spec.columns, values, strict=True))
    left = [cell for _, values in found.unnamed for cell in values] + found.loose
    return TableReading(cells, unplaced=tuple(left[:1]) if not found.groups else ())


def _take(found: _Found, named: list[str], values: list[Cell], size: int, order: Sequence[str]) -> None:
    """A row of whole groups: those named above it if they are as many, all groups if it has so many, else left over."""
    count = len(values) // size
    groups = named if len(named) == count else list(order) if count == len(order) and not found.groups else []
    if groups:
        found.groups |= {group: values[i * size:(i + 1) * size] for i, group in enumerate(groups)}
    else:
        found.unnamed.append((named, values))


def _settle(found: _Found, size: int, order: Sequence[str]) -> None:
    """What is left over takes the groups that are left, but only if it is as many and names no other."""
    left = [group for group in order if group not in found.groups]
    cells = [cell for _, values in found.unnamed for cell in values] or found.loose
    others = {name for names, _ in found.unnamed for name in names} - set(left)
    if left and len(cells) == size * len(left) and not others and not (found.unnamed and found.loose):
        found.groups |= {group: cells[i * size:(i + 1) * size] for i, group in enumerate(left)}
        found.unnamed, found.loose = [], []


def _whole_groups(values: Sequence[Cell], size: int) -> list[Cell]:
    """Values without the empty cells at either end that keep them from being whole groups."""
    kept = fitted(values, len(values) - len(values) % size)
    return kept if len(kept) % size == 0 else list(values)


def _values(row: Sequence[Cell], size: int, total: int) -> list[Cell]:
    """The cells behind a row's last label; numbers that stand in one cell, parted by blanks, are taken apart."""
    last_label = max((i for i, cell in enumerate(row) if is_label(cell)), default=-1)
    values = list(row[last_label + 1:])
    filled = [cell for cell in values if cell.text.strip()]
    if len(filled) == 1:
        for count in range(size, total + 1, size):
            if len(parts := parted(filled[0], count)) == count:
                return list(parts)
    return values

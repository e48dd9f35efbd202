"""Reads numbers that stand in one line under a header of groups and columns, as table 4 has them."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.document import Cell, Table
from extractor.fields import Row, TableSpec
from extractor.label.headers import HeaderMatcher, bare
from extractor.label.reading import CellReading, GluedCells, TableReading, fitted, is_label, is_value, runs_together


def read_groups(spec: TableSpec, tables: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
    """Groups of columns: by the header above each value, or by count and order where that cannot be read."""
    found: dict[str, CellReading] = {}
    for table in tables:
        if not table.ragged:
            found |= {cell.field: cell for cell in _grouped_by_header(table, spec, matcher) if cell.field not in found}
    if len(found) == len(spec.rows) * len(spec.columns):
        return TableReading(tuple(found.values()))
    return _grouped_by_order(tables, spec)


def _grouped_by_header(table: Table, spec: TableSpec, matcher: HeaderMatcher) -> list[CellReading]:
    slots = table.slots()
    found: dict[str, CellReading] = {}
    for cell in table.cells:
        if not (is_value(cell) or not cell.text.strip()):
            continue
        above = [slots[(row, cell.column)] for row in range(cell.row) if (row, cell.column) in slots]
        left = [slots[(cell.row, at)] for at in range(cell.column) if (cell.row, at) in slots]
        texts = [other.text for other in (*above, *left) if other.text.strip() and is_label(other)]
        group = next((row.id for text in reversed(texts) if (row := _group_named(text, spec)) is not None), None)
        column = next((max(scores, key=lambda c: scores[c]) for other in reversed(above)
                       if (scores := matcher.column(other.text, spec))), None)
        if group is not None and column is not None:
            found.setdefault(f"{group}.{column}", CellReading(f"{group}.{column}", cell, 1.0))
    return list(found.values())


def _group_named(text: str, spec: TableSpec) -> Row | None:
    """The row of ids that a header names: 未经复议直接起诉, also as part of 行政诉讼（未经复议直接起诉）."""
    body = bare(text)
    named = [row for row in spec.rows if any(bare(label) in body for label in row.labels)]
    return named[-1] if named else None


def _grouped_by_order(tables: Sequence[Table], spec: TableSpec) -> TableReading:
    """All numbers in order: as many as the table has, or those of one or more groups under texts that name them."""
    size, order = len(spec.columns), [row.id for row in spec.rows]
    total = size * len(order)
    named: list[str] = []
    filled: dict[str, list[Cell]] = {}
    loose: list[Cell] = []
    for row in (row for table in tables for row in table.by_row()):
        here = [group.id for cell in row if is_label(cell) and (group := _group_named(cell.text, spec)) is not None]
        named += here
        values = _whole_groups(_after_labels(row), size)
        blank_row = len(here) == 1 and len(row) == size + 1 and len(values) == size
        if not any(is_value(cell) for cell in values) and not blank_row:
            continue
        if len(values) == 1 and runs_together(values[0].text, total):
            fields = tuple(f"{group}.{column.id}" for group in order for column in spec.columns)
            return TableReading((), (GluedCells(fields, values[0]),))
        groups = _groups_of(len(values) // size, [g for g in dict.fromkeys(named) if g not in filled],
                            [g for g in order if g not in filled])
        if len(values) % size or len(groups) * size != len(values):
            loose += values
            continue
        filled |= {group: values[i * size:(i + 1) * size] for i, group in enumerate(groups)}
        named = []
    if not filled and len(loose) == total:
        filled = {group: loose[i * size:(i + 1) * size] for i, group in enumerate(order)}
    cells = tuple(CellReading(f"{group}.{column.id}", cell, 1.0)
                  for group, values in filled.items() for column, cell in zip(spec.columns, values, strict=True))
    return TableReading(cells, unplaced=() if filled else tuple(loose[:1]))


def _groups_of(count: int, named: list[str], unfilled: list[str]) -> list[str]:
    """The groups that a row of `count` groups holds: those just named if they are as many, else the next in order."""
    return named if len(named) == count else unfilled[:count]


def _whole_groups(values: Sequence[Cell], size: int) -> list[Cell]:
    """Values without the empty cells at either end that keep them from being whole groups."""
    kept = fitted(values, len(values) - len(values) % size)
    return kept if len(kept) % size == 0 else list(values)


def _after_labels(row: Sequence[Cell]) -> list[Cell]:
    last_label = max((i for i, cell in enumerate(row) if is_label(cell)), default=-1)
    return list(row[last_label + 1:])

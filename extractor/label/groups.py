"""Reads numbers that stand in one line under a header of groups and columns, as table 4 has them."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.document import Cell, Table
from extractor.fields import Row, TableSpec
from extractor.label.headers import HeaderMatcher, bare
from extractor.label.reading import CellReading, GluedCells, TableReading, fitted, is_label, is_value, runs_together


def read_groups(spec: TableSpec, tables: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
    """Groups of columns: by the header above each value, or by count and order where that cannot be read."""
    for table in tables:
        if not table.ragged:
            cells = _grouped_by_header(table, spec, matcher)
            if len(cells) == len(spec.rows) * len(spec.columns):
                return TableReading(tuple(cells))
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
                       if other.colspan == 1 and (scores := matcher.column(other.text, spec))), None)
        if group is not None and column is not None:
            found.setdefault(f"{group}.{column}", CellReading(f"{group}.{column}", cell, 1.0))
    return list(found.values())


def _group_named(text: str, spec: TableSpec) -> Row | None:
    """The row of ids that a header names: 未经复议直接起诉, also as part of 行政诉讼（未经复议直接起诉）."""
    body = bare(text)
    named = [row for row in spec.rows if any(bare(label) in body for label in row.labels)]
    return named[-1] if named else None


def _grouped_by_order(tables: Sequence[Table], spec: TableSpec) -> TableReading:
    """All numbers in order: as many as the table has, or groups of the size of one under a text that names it."""
    size, order = len(spec.columns), [row.id for row in spec.rows]
    total = size * len(order)
    named: str | None = None
    filled: dict[str, list[Cell]] = {}
    loose: list[Cell] = []
    for table in tables:
        for row in table.by_row():
            here = [group.id for cell in row
                    if is_label(cell) and (group := _group_named(cell.text, spec)) is not None]
            named = here[-1] if here else named
            values = fitted(_after_labels(row), total)
            if not any(is_value(cell) for cell in values) and not (len(here) == 1 and len(values) == size):
                continue
            if len(values) == total:
                filled = {group: list(values[i * size:(i + 1) * size]) for i, group in enumerate(order)}
            elif len(values) == 1 and runs_together(values[0].text, total):
                fields = tuple(f"{group}.{column.id}" for group in order for column in spec.columns)
                return TableReading((), (GluedCells(fields, values[0]),))
            elif len(fitted(values, size)) == size:
                unfilled = [group for group in order if group not in filled]
                target = named if named in unfilled else next(iter(unfilled), None)
                if target is not None:
                    filled[target] = fitted(values, size)
                named = None
            else:
                loose += values
    if not filled and len(loose) == total:
        filled = {group: loose[i * size:(i + 1) * size] for i, group in enumerate(order)}
    cells = tuple(CellReading(f"{group}.{column.id}", cell, 1.0)
                  for group, values in filled.items() for column, cell in zip(spec.columns, values, strict=True))
    return TableReading(cells, unplaced=() if filled else tuple(loose[:1]))


def _after_labels(row: Sequence[Cell]) -> list[Cell]:
    last_label = max((i for i, cell in enumerate(row) if is_label(cell)), default=-1)
    return list(row[last_label + 1:])

"""Reads a table with rows down and columns across, as table 3 is: rows are placed over all its parts together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractor.document import Cell, Table
from extractor.fields import TableSpec
from extractor.label.align import align
from extractor.label.headers import HeaderMatcher, bare
from extractor.label.reading import CellReading, GluedCells, TableReading, fitted, is_label, is_value, runs_together


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of a table taken apart: header texts from the outside in, values, and their columns where known."""

    labels: tuple[str, ...]
    values: tuple[Cell, ...]
    columns: tuple[str | None, ...]
    certain: float = 1.0


def read_matrix(spec: TableSpec, tables: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
    """All values of the table's parts, in their order on the pages."""
    lines: list[_Line] = []
    for table in tables:
        lines += _ragged_lines(table, spec) if table.ragged else _grid_lines(table, spec, matcher)
    scores = [matcher.row(line.labels, spec) if line.labels else None for line in lines]
    exclusive = {row.id: tuple(row.replaces) for row in spec.rows if row.replaces}
    placed = align(scores, [row.id for row in spec.rows], exclusive)
    cells: list[CellReading] = []
    glued: list[GluedCells] = []
    unplaced: list[Cell] = []
    all_columns = tuple(column.id for column in spec.columns)
    for line, placement in zip(lines, placed, strict=True):
        if placement.row is None:
            unplaced += [cell for cell in line.values if is_value(cell)][:1]
        elif len(line.values) == 1 and runs_together(line.values[0].text, len(all_columns)):
            glued.append(GluedCells(tuple(f"{placement.row}.{c}" for c in all_columns), line.values[0]))
        else:
            cells += [CellReading(f"{placement.row}.{column}", cell, placement.confidence * line.certain)
                      for column, cell in zip(line.columns, line.values, strict=True) if column is not None]
    return TableReading(tuple(cells), tuple(glued), tuple(unplaced))


def _grid_lines(table: Table, spec: TableSpec, matcher: HeaderMatcher) -> list[_Line]:
    """The data rows of an aligned table, with columns named by the header above them."""
    slots = table.slots()
    header = _header_rows(table, spec, matcher)
    columns = _columns_by_header(table, slots, header, spec, matcher)
    certain = 1.0
    if len(columns) < len(spec.columns):
        by_position = _columns_by_position(table, slots, header, spec)
        columns, certain = (by_position, 0.95) if by_position else (columns, 0.9)
    if not columns:
        return _ragged_lines(table, spec)
    first_value = min(columns)
    lines: list[_Line] = []
    for row in range(header, table.rows):
        labels = _row_labels(slots, row, first_value)
        values = [(column, slots.get((row, at))) for at, column in sorted(columns.items())]
        if all(cell is None or is_label(cell) for _, cell in values) or _repeats_header(values, spec):
            continue
        present = [(column, cell if cell.row == row else replace(cell, text=""))
                   for column, cell in values if cell is not None and cell.column >= first_value]
        if labels or any(cell.text.strip() for _, cell in present):
            lines.append(_Line(labels, tuple(cell for _, cell in present), tuple(name for name, _ in present), certain))
    return lines


def _header_rows(table: Table, spec: TableSpec, matcher: HeaderMatcher) -> int:
    """How many rows the header has: up to the first row that holds a number, or a known label before blanks."""
    for index, row in enumerate(table.by_row()):
        if any(is_value(cell) for cell in row):
            return index
        texts = [cell.text for cell in row if cell.text.strip()]
        if texts and max(matcher.row(texts[-1:], spec).values(), default=0.0) >= 0.9 and len(texts) <= 3 \
                and not any(matcher.column(text, spec) for text in texts):
            return index
    return 0


def _columns_by_header(table: Table, slots: dict[tuple[int, int], Cell], header: int, spec: TableSpec,
                       matcher: HeaderMatcher) -> dict[int, str]:
    """Column ids by grid column: the lowest header text that names one; a label used twice counts once, leftmost."""
    named: dict[int, tuple[float, str]] = {}
    for at in range(table.columns):
        for row in range(header - 1, -1, -1):
            cell = slots.get((row, at))
            if cell is None or cell.colspan > 1 or not cell.text.strip():
                continue
            scores = matcher.column(cell.text, spec)
            if scores:
                column = max(scores, key=lambda c: scores[c])
                named[at] = (scores[column], column)
            break
    taken: dict[str, int] = {}
    for at, (score, column) in named.items():
        if column not in taken or score > named[taken[column]][0]:
            taken[column] = at
    return {at: column for column, at in taken.items()}


def _columns_by_position(table: Table, slots: dict[tuple[int, int], Cell], header: int,
                         spec: TableSpec) -> dict[int, str]:
    """Where the header is unreadable: exactly as many columns with numbers as the table has, in their order."""
    filled = [at for at in range(table.columns)
              if sum(1 for row in range(header, table.rows)
                     if (cell := slots.get((row, at))) is not None and cell.colspan == 1 and is_value(cell)) >= 1]
    if len(filled) != len(spec.columns):
        return {}
    return {at: column.id for at, column in zip(filled, spec.columns, strict=True)}


def _row_labels(slots: dict[tuple[int, int], Cell], row: int, before: int) -> tuple[str, ...]:
    """The header texts of a row from the outside in, each cell once."""
    labels: list[Cell] = []
    for at in range(before):
        cell = slots.get((row, at))
        if cell is not None and cell.text.strip() and not any(cell is other for other in labels):
            labels.append(cell)
    return tuple(cell.text for cell in labels)


def _repeats_header(values: Sequence[tuple[str, Cell | None]], spec: TableSpec) -> bool:
    labels = {bare(label) for column in spec.columns for label in column.labels}
    return sum(cell is not None and bare(cell.text) in labels for _, cell in values) >= 3


def _ragged_lines(table: Table, spec: TableSpec) -> list[_Line]:
    """The rows with values of a table without aligned columns: labels come first, values are counted from the right."""
    count = len(spec.columns)
    lines: list[_Line] = []
    for row in table.by_row():
        last_label = max((i for i, cell in enumerate(row) if is_label(cell)), default=-1)
        labels = tuple(cell.text for cell in row[:last_label + 1] if is_label(cell))
        values = fitted(row[last_label + 1:], count)
        if not values or not any(cell.text.strip() for cell in (*row[:last_label + 1], *values)):
            continue
        if len(values) == count:
            lines.append(_Line(labels, tuple(values), tuple(column.id for column in spec.columns)))
        elif len(values) == 1 and runs_together(values[0].text, count):
            lines.append(_Line(labels, tuple(values), (None,)))
    return lines

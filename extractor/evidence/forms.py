"""The statutory tables as grids of cells with spans, driven by the dictionary: what an HTML table needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from extractor.export.form import label_regions
from extractor.fields import Dictionary, Row, TableSpec, load
from extractor.report import Report

Kind = Literal["corner", "header", "label", "value", "filler"]


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell of a grid. `id` is the field of a value, or what a label stands for: `row`, `column` or `group` and its id."""

    kind: Kind
    text: str = ""
    id: str = ""
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of the report: `head` and `body` are rows of cells, left to right."""

    table: TableSpec
    head: tuple[tuple[GridCell, ...], ...]
    body: tuple[tuple[GridCell, ...], ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(cell.id for row in self.body for cell in row if cell.kind == "value")


def grid(table: TableSpec, report: Report) -> Grid | None:
    """The table as far as the report has its fields, or None if it has none."""
    rows = [row for row in table.rows if _columns(table, row, report)]
    if not rows:
        return None
    return _line(table, rows, report) if table.rows_in_header else _blocks(table, rows, report)


def excerpts(report: Report, only: Collection[str]) -> Iterator[Grid]:
    """The rows that hold any of the fields `only`, plainly: one label a row, below one head; labels have no text."""
    for table in load().tables:
        rows = [row for row in table.rows
                if any(f"{row.id}.{column}" in only for column in _columns(table, row, report))]
        for columns, block in groupby(rows, key=lambda row: _columns(table, row, report)):
            head = (GridCell("corner"), *(GridCell("header", id=f"column {column}") for column in columns))
            body = tuple((GridCell("label", id=f"row {row.id}"),
                          *(GridCell("value", id=f"{row.id}.{column}") for column in columns)) for row in block)
            yield Grid(table, (head,), body)


def grids(report: Report, dictionary: Dictionary | None = None) -> list[Grid]:
    """All tables that the report has, in the form's order."""
    made = (grid(table, report) for table in (dictionary or load()).tables)
    return [item for item in made if item is not None]


def _columns(table: TableSpec, row: Row, report: Report) -> tuple[str, ...]:
    return tuple(column.id for column in table.columns if f"{row.id}.{column.id}" in report.values)


def _blocks(table: TableSpec, rows: Sequence[Row], report: Report) -> Grid:
    """Rows below one another; where the columns change, a new header begins (table 2 has several)."""
    depth = max(len(table.label_path(row)) for row in rows)
    width = max(len(_columns(table, row, report)) for row in rows)
    body: list[tuple[GridCell, ...]] = []
    head: tuple[tuple[GridCell, ...], ...] = ()
    for columns, block in groupby(rows, key=lambda row: _columns(table, row, report)):
        members = list(block)
        heading = (GridCell("corner", columns=depth), *_headings(table, columns, members[0], width))
        if body:
            body.append(heading)
        else:
            head = (heading,)
        body += _members(table, members, columns, depth, width)
    return Grid(table, head, tuple(body))


def _headings(table: TableSpec, columns: Sequence[str], row: Row, width: int) -> Iterator[GridCell]:
    by_id = {column.id: column for column in table.columns}
    for index, column in enumerate(columns):
        yield GridCell("header", by_id[column].label(row.id), f"column {column}", columns=_span(index, columns, width))


def _span(index: int, columns: Sequence[str], width: int) -> int:
    """How many columns a cell takes: the last one of a narrow block takes what the widest block has beyond it."""
    return width - len(columns) + 1 if index == len(columns) - 1 else 1


def _members(table: TableSpec, members: Sequence[Row], columns: Sequence[str], depth: int,
             width: int) -> Iterator[tuple[GridCell, ...]]:
    labels: dict[int, list[GridCell]] = {}
    for region in label_regions([table.label_path(row) for row in members], 0, depth):
        labels.setdefault(region.row, []).append(GridCell(
            "label", region.text, _meaning(table, members[region.row], region.text),
            region.last_row - region.row + 1, region.last_column - region.column + 1))
    for index, row in enumerate(members):
        values = (GridCell("value", id=f"{row.id}.{column}", columns=_span(at, columns, width))
                  for at, column in enumerate(columns))
        yield (*labels.get(index, ()), *values)


def _line(table: TableSpec, rows: Sequence[Row], report: Report) -> Grid:
    """All numbers in one line, the rows of the ids as headers over their columns (table 4)."""
    cells = [(row, column) for row in table.rows if row in rows for column in table.columns
             if f"{row.id}.{column.id}" in report.values]
    paths = [[*table.label_path(row), column.label(row.id)] for row, column in cells]
    depth = max(map(len, paths))
    head: list[list[GridCell]] = [[] for _ in range(depth)]
    for region in sorted(label_regions(paths, 0, depth), key=lambda region: (region.column, region.row)):
        row, column = cells[region.row]
        lowest = region.last_column == depth - 1
        head[region.column].append(GridCell(
            "header", region.text, f"column {column.id}" if lowest else _meaning(table, row, region.text),
            region.last_column - region.column + 1, region.last_row - region.row + 1))
    line = tuple(GridCell("value", id=f"{row.id}.{column.id}") for row, column in cells)
    return Grid(table, tuple(tuple(row) for row in head), (line,))


def _meaning(table: TableSpec, row: Row, label: str) -> str:
    """What a label over or beside a row stands for: the row itself, or a group above it."""
    if label == row.labels[0]:
        return f"row {row.id}"
    return next((f"group {group.id}" for group in table.groups if group.labels[0] == label), "")

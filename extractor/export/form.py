"""Lays a report's tables out on a worksheet as the statutory form has them, driven by the dictionary of fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from extractor.fields import Dictionary, Row, TableSpec
from extractor.report import Report, Value, ValueStatus, plain

EXACT_DIGITS = 15
"""Digits that a spreadsheet's numbers hold exactly; longer ones are written as text."""


@dataclass(frozen=True, slots=True)
class Region:
    """Cells of a sheet from (row, column) to (last_row, last_column), counted from 0, that show one text."""

    row: int
    column: int
    last_row: int
    last_column: int
    text: str


@dataclass(slots=True)
class Form:
    """A worksheet that tables are put on, one below the other.

    `style` gives the format for a name such as `violated`, or `violated/fraction` for a number that is not whole.
   """

    sheet: Any
    style: Callable[[str], Any]
    report: Report
    dictionary: Dictionary
    row: int = 0

    def put_table(self, table: TableSpec) -> None:
        """The table with its title, as far as the report's template has its fields; then an empty line."""
        if not any(field.id in self.report.values for field in table.fields):
            return
        self.sheet.write_string(self.row, 0, table.labels[0], self.style("title"))
        self.row += 1
        put = self._put_line if table.rows_in_header else self._put_blocks
        put(table)
        self.row += 1

    def _columns(self, table: TableSpec, row: Row) -> tuple[str, ...]:
        return tuple(column.id for column in table.columns if f"{row.id}.{column.id}" in self.report.values)

    def _put_blocks(self, table: TableSpec) -> None:
        """Rows below one another; where the columns change, a new header begins (table 2 has several)."""
        rows = [row for row in table.rows if self._columns(table, row)]
        depth = max(len(table.label_path(row)) for row in rows)
        by_id = {column.id: column for column in table.columns}
        for columns, block in groupby(rows, key=lambda row: self._columns(table, row)):
            members = list(block)
            self._draw(Region(self.row, 0, self.row, depth - 1, ""), "header")
            for offset, column in enumerate(columns):
                self.sheet.write_string(self.row, depth + offset, by_id[column].label(members[0].id), self.style("header"))
            self.row += 1
            for region in label_regions([table.label_path(row) for row in members], self.row, depth):
                self._draw(region, "label")
            for row in members:
                for offset, column in enumerate(columns):
                    self._number(self.row, depth + offset, f"{row.id}.{column}")
                self.row += 1

    def _put_line(self, table: TableSpec) -> None:
        """All numbers in one line, the rows of the ids as headers over their columns (table 4)."""
        cells = [(row, column) for row in table.rows for column in table.columns
                 if f"{row.id}.{column.id}" in self.report.values]
        paths = [[*table.label_path(row), column.label(row.id)] for row, column in cells]
        depth = max(map(len, paths))
        for region in label_regions(paths, 0, depth):
            self._draw(Region(self.row + region.column, region.row, self.row + region.last_column, region.last_row,
                              region.text), "header")
        self.row += depth
        for offset, (row, column) in enumerate(cells):
            self._number(self.row, offset, f"{row.id}.{column.id}")
        self.row += 1

    def _draw(self, region: Region, style: str) -> None:
        if (region.row, region.column) == (region.last_row, region.last_column):
            self.sheet.write_string(region.row, region.column, region.text, self.style(style))
        else:
            self.sheet.merge_range(region.row, region.column, region.last_row, region.last_column, "",
                                   self.style(style))
            self.sheet.write_string(region.row, region.column, region.text, self.style(style))

    def _number(self, row: int, column: int, field: str) -> None:
        value = self.report.values[field]
        violated = any(field in finding.operands for finding in self.report.violated)
        fraction = "/fraction" if value.value is not None and value.value % 1 else ""
        write_number(self.sheet, row, column, value.value, self.style(value_style(value, violated) + fraction))


def value_style(value: Value, violated: bool) -> str:
    """The name of the format that shows a value's status; a violated relation outweighs it."""
    if violated:
        return "violated"
    if value.status in (ValueStatus.DOUBTFUL, ValueStatus.REPAIRED, ValueStatus.MISSING):
        return str(value.status)
    return "number"


def write_number(sheet: Any, row: int, column: int, number: Decimal | None, style: Any) -> None:
    """A number, an empty cell for None, or text where a spreadsheet would round."""
    if number is None:
        sheet.write_blank(row, column, None, style)
    elif len(number.normalize().as_tuple().digits) > EXACT_DIGITS:
        sheet.write_string(row, column, plain(number), style)
    else:
        sheet.write_number(row, column, float(number), style)


def label_regions(paths: Sequence[Sequence[str]], first_row: int, depth: int) -> Iterator[Region]:
    """Merged label cells for rows whose labels have levels: a group spans its rows, a short path the columns left over.

    A path shorter than `depth` ends in its last label, which spans to column `depth - 1`.
    """
    def at(level: int, start: int, end: int) -> Iterator[Region]:
        index = start
        while index < end:
            path = paths[index]
            stop = index + 1
            if level < len(path) - 1:
                while stop < end and len(paths[stop]) > level + 1 and paths[stop][level] == path[level]:
                    stop += 1
                yield Region(first_row + index, level, first_row + stop - 1, level, path[level])
                yield from at(level + 1, index, stop)
            else:
                yield Region(first_row + index, level, first_row + index, depth - 1, path[level])
            index = stop

    yield from at(0, 0, len(paths))

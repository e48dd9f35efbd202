"""Table cells to canonical fields: which statutory table a table is, which row and column each value stands in.

Works on any `Table`: aligned grids (PDF, scans, Word, HTML) by their column borders, ragged ones (text dumps) by order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractor.document import Table
from extractor.fields import Column, Dictionary, Row, TableSpec
from extractor.label.blocks import read_blocks
from extractor.label.groups import read_groups
from extractor.label.headers import HeaderMatcher, bare, take_apart
from extractor.label.matrix import read_matrix
from extractor.label.reading import TableReading, is_value
from extractor.layout.sections import section_of

SECTIONS_WITH_TABLES = (2, 3, 4)
SURE = 2
"""Labels of a statutory table that make a table one."""


def label_tables(tables: Sequence[Table], dictionary: Dictionary, matcher: HeaderMatcher) -> TableReading:
    """All fields that the tables hold. Parts of one statutory table are read together, in their order."""
    parts: dict[str, list[Table]] = {spec.id: [] for spec in dictionary.tables}
    for table in tables:
        for part in _split_at_sections(table):
            for kind in kinds(part, dictionary):
                parts[kind].append(part)
    parts = {spec.id: _at_home(parts[spec.id], spec) for spec in dictionary.tables}
    readings = [_read(spec, parts[spec.id], matcher) for spec in dictionary.tables if parts[spec.id]]
    cells = tuple(cell for reading in readings for cell in reading.cells)
    glued = tuple(glued for reading in readings for glued in reading.glued)
    used = {cell.cell.place for cell in cells} | {row.cell.place for row in glued}
    unplaced = (cell for reading in readings for cell in reading.unplaced if cell.place not in used)
    return TableReading(cells, glued, tuple(unplaced))


def _at_home(tables: Sequence[Table], spec: TableSpec) -> list[Table]:
    """The parts of a statutory table without tables of other sections that only use its words.

    A table in a section of prose counts only if none stands where it belongs, and if it names a column: prose sections
    have tables of their own, of the same decisions by other counts.
    """
    home = [table for table in tables if table.section in (0, *SECTIONS_WITH_TABLES)]
    if any(table.section == spec.number for table in home):
        return home
    names = {bare(label) for column in spec.columns for label in column.labels}
    return [table for table in tables if table in home
            or any(bare(_without_remark(cell.text)) in names for cell in table.cells)]


def _without_remark(text: str) -> str:
    return re.sub(r"[（(].*", "", text, flags=re.DOTALL)


def _read(spec: TableSpec, parts: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
    tables = matcher.restored(parts, spec)
    if spec.rows_in_header:
        return read_groups(spec, tables, matcher)
    if len(spec.groups) > 0:
        return read_matrix(spec, tables, matcher)
    return read_blocks(spec, tables, matcher)


def _split_at_sections(table: Table) -> Iterator[Table]:
    """A table that holds several statutory tables is cut at each row that opens with a section heading."""
    rows = table.by_row()
    cuts = [0]
    for index, row in enumerate(rows):
        first = next((cell.text for cell in row if cell.text.strip()), "")
        if index and section_of(first) in SECTIONS_WITH_TABLES:
            cuts.append(index)
    for start, end in zip(cuts, [*cuts[1:], table.rows], strict=True):
        if start == 0 and end == table.rows:
            yield table
            return
        cells = tuple(replace(c, row=c.row - start, rowspan=min(c.rowspan, end - c.row))
                      for c in table.cells if start <= c.row < end)
        opening = next((c.text for c in cells if c.text.strip()), "")
        yield _own_columns(replace(table, cells=cells, rows=end - start, section=section_of(opening) or table.section))


def _own_columns(table: Table) -> Table:
    """The table without column borders at which none of its cells begins or ends: they are those of the table it was
    cut from, and would make spans of its single columns.
    """
    borders = sorted({at for cell in table.cells for at in (cell.column, cell.column + cell.colspan)})
    rank = {at: index for index, at in enumerate(borders)}
    cells = tuple(replace(c, column=rank[c.column], colspan=rank[c.column + c.colspan] - rank[c.column]) for c in table.cells)
    return replace(table, cells=cells, columns=max(0, len(borders) - 1))


def kinds(table: Table, dictionary: Dictionary) -> list[str]:
    """The ids of the statutory tables that a table holds (parts of).

    By its labels; a table whose labels say nothing is judged by the section it stands in. It holds several if nothing
    parts them (a lost heading, one table for the whole report).
    """
    bodies = {take_apart(cell.text).body for cell in table.cells if cell.text.strip()}
    text = bare(table.text())
    shared = _shared_labels(dictionary)
    scores: dict[str, float] = {}
    for spec in dictionary.tables:
        telling = {take_apart(label).body for item in _items(spec) for label in item.labels} - shared
        exact = len(telling & bodies)
        inside = sum(1 for body in telling if len(body) >= 4 and body in text)
        scores[spec.id] = max(exact, inside)
    sure = [kind for kind, score in scores.items() if score >= SURE]
    if sure or not any(is_value(cell) for cell in table.cells):
        return sure
    return [spec.id for spec in dictionary.tables if spec.number == table.section]


def _items(spec: TableSpec) -> tuple[Row | Column, ...]:
    return (*spec.rows, *spec.groups, *spec.columns)


def _shared_labels(dictionary: Dictionary) -> set[str]:
    """Bodies of labels that several tables use (其他, 总计), or that other places of a report use (行政复议)."""
    seen: dict[str, set[str]] = {}
    for spec in dictionary.tables:
        for item in _items(spec):
            for label in item.labels:
                seen.setdefault(take_apart(label).body, set()).add(spec.id)
    return {body for body, tables in seen.items() if len(tables) > 1 or len(body) < 2}

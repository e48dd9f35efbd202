"""Table cells to canonical fields: which statutory table a table is, which row and column each value stands in.

Works on any `Table`: aligned grids (PDF, scans, Word, HTML) by their column borders, ragged ones (text dumps) by order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractor.document import Cell, Table
from extractor.fields import Column, Dictionary, Row, TableSpec
from extractor.label.align import align
from extractor.label.headers import HeaderMatcher, bare, column_by_text, take_apart
from extractor.label.numerals import parse_cell
from extractor.layout.sections import section_of

SECTIONS_WITH_TABLES = (2, 3, 4)
UNIT = re.compile(r"单位\s*[:：]?\s*(亿元|万元|元|件|条|项|宗|份|个)")


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
class _Line:
    """One row of a table taken apart: header texts from the outside in, values, and their columns where known."""

    labels: tuple[str, ...]
    values: tuple[Cell, ...]
    columns: tuple[str | None, ...]
    certain: float = 1.0


def label_tables(tables: Sequence[Table], dictionary: Dictionary, matcher: HeaderMatcher) -> TableReading:
    """All fields that the tables hold. Parts of one statutory table are read together, in their order."""
    parts: dict[str, list[Table]] = {spec.id: [] for spec in dictionary.tables}
    for table in tables:
        for part in _split_at_sections(table):
            kind = classify(part, dictionary)
            if kind is not None:
                parts[kind].append(part)
    readings = [_read(spec, parts[spec.id], matcher) for spec in dictionary.tables if parts[spec.id]]
    return TableReading(tuple(cell for reading in readings for cell in reading.cells),
                        tuple(glued for reading in readings for glued in reading.glued),
                        tuple(cell for reading in readings for cell in reading.unplaced))


def _read(spec: TableSpec, tables: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
    if spec.rows_in_header:
        return _read_header_groups(spec, tables, matcher)
    if len(spec.groups) > 0:
        return _read_matrix(spec, tables, matcher)
    return _read_blocks(spec, tables, matcher)


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
        yield replace(table, cells=cells, rows=end - start, section=section_of(opening) or table.section)


def classify(table: Table, dictionary: Dictionary) -> str | None:
    """The id of the statutory table that a table is (part of): by its labels, then by the section it stands in."""
    bodies = {take_apart(cell.text).body for cell in table.cells if cell.text.strip()}
    text = bare(table.text())
    scores: dict[str, float] = {}
    for spec in dictionary.tables:
        telling = {take_apart(label).body for item in _items(spec) for label in item.labels} - _shared_labels(dictionary)
        exact = len(telling & bodies)
        inside = sum(1 for body in telling if len(body) >= 4 and body in text)
        scores[spec.id] = max(exact, inside) + (1.5 if table.section == spec.number else 0.0)
    best = max(scores, key=lambda kind: scores[kind])
    if scores[best] >= 2:
        return best
    has_numbers = any(_is_value(cell) for cell in table.cells)
    return best if scores[best] >= 1.5 and has_numbers else None


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


def _is_value(cell: Cell) -> bool:
    return parse_cell(cell.text).status in ("number", "not_applicable")


def _is_label(cell: Cell) -> bool:
    return parse_cell(cell.text).status == "unreadable"


# --------------------------------------------------------------------------------------------- a matrix: table 3


def _read_matrix(spec: TableSpec, tables: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
    """Rows down, columns across: rows are placed by `align` over all parts of the table together."""
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
            unplaced += [cell for cell in line.values if _is_value(cell)][:1]
        elif len(line.values) == 1 and _runs_together(line.values[0].text, len(all_columns)):
            glued.append(GluedCells(tuple(f"{placement.row}.{c}" for c in all_columns), line.values[0]))
        else:
            cells += [CellReading(f"{placement.row}.{column}", cell, placement.confidence * line.certain)
                      for column, cell in zip(line.columns, line.values, strict=True) if column is not None]
    return TableReading(tuple(cells), tuple(glued), tuple(unplaced))


def _runs_together(text: str, count: int) -> bool:
    return re.fullmatch(rf"\d{{{count},}}", re.sub(r"\s+", "", text)) is not None


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
        if all(cell is None or _is_label(cell) for _, cell in values) or _repeats_header(values, spec):
            continue
        present = [(column, cell if cell.row == row else replace(cell, text=""))
                   for column, cell in values if cell is not None and cell.column >= first_value]
        if labels or any(cell.text.strip() for _, cell in present):
            lines.append(_Line(labels, tuple(cell for _, cell in present), tuple(name for name, _ in present), certain))
    return lines


def _header_rows(table: Table, spec: TableSpec, matcher: HeaderMatcher) -> int:
    """How many rows the header has: up to the first row that holds a number, or a known label before blanks."""
    for index, row in enumerate(table.by_row()):
        if any(_is_value(cell) for cell in row):
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
                     if (cell := slots.get((row, at))) is not None and cell.colspan == 1 and _is_value(cell)) >= 1]
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
        last_label = max((i for i, cell in enumerate(row) if _is_label(cell)), default=-1)
        labels = tuple(cell.text for cell in row[:last_label + 1] if _is_label(cell))
        values = _fitted(row[last_label + 1:], count)
        if not values or not any(cell.text.strip() for cell in (*row[:last_label + 1], *values)):
            continue
        if len(values) == count:
            lines.append(_Line(labels, tuple(values), tuple(column.id for column in spec.columns)))
        elif len(values) == 1 and _runs_together(values[0].text, count):
            lines.append(_Line(labels, tuple(values), (None,)))
    return lines


def _fitted(values: Sequence[Cell], count: int) -> list[Cell]:
    """Values without the empty cells that stand for spans: dropped at the front, then at the end, down to `count`."""
    kept = list(values)
    while len(kept) > count and not kept[0].text.strip():
        kept.pop(0)
    while len(kept) > count and not kept[-1].text.strip():
        kept.pop()
    return kept


# ------------------------------------------------------------------------- numbers in one line under a header: table 4


def _read_header_groups(spec: TableSpec, tables: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
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
        if not (_is_value(cell) or not cell.text.strip()):
            continue
        above = [slots[(row, cell.column)] for row in range(cell.row) if (row, cell.column) in slots]
        left = [slots[(cell.row, at)] for at in range(cell.column) if (cell.row, at) in slots]
        texts = [other.text for other in (*above, *left) if other.text.strip() and _is_label(other)]
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
            for cell in row:
                if _is_label(cell) and (group := _group_named(cell.text, spec)) is not None:
                    named = group.id
            values = _fitted(_after_labels(row), total)
            if not any(_is_value(cell) for cell in values):
                continue
            if len(values) == total:
                filled = {group: list(values[i * size:(i + 1) * size]) for i, group in enumerate(order)}
            elif len(values) == 1 and _runs_together(values[0].text, total):
                fields = tuple(f"{group}.{column.id}" for group in order for column in spec.columns)
                return TableReading((), (GluedCells(fields, values[0]),))
            elif len(_fitted(values, size)) == size:
                unfilled = [group for group in order if group not in filled]
                target = named if named in unfilled else next(iter(unfilled), None)
                if target is not None:
                    filled[target] = _fitted(values, size)
                named = None
            else:
                loose += values
    if not filled and len(loose) == total:
        filled = {group: loose[i * size:(i + 1) * size] for i, group in enumerate(order)}
    cells = tuple(CellReading(f"{group}.{column.id}", cell, 1.0)
                  for group, values in filled.items() for column, cell in zip(spec.columns, values, strict=True))
    return TableReading(cells, unplaced=() if filled else tuple(loose[:1]))


def _after_labels(row: Sequence[Cell]) -> list[Cell]:
    last_label = max((i for i, cell in enumerate(row) if _is_label(cell)), default=-1)
    return list(row[last_label + 1:])


# -------------------------------------------------------------------------- blocks, each with its own header: table 2


@dataclass(frozen=True, slots=True)
class _HeaderCell:
    """A column's header in a block: its id, its place (grid column, or index in the row), its unit."""

    column: str
    at: int
    unit: str


def _read_blocks(spec: TableSpec, tables: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
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
            labels = [(i, cell) for i, cell in enumerate(row) if _is_label(cell)]
            values = [cell for cell in row if _is_value(cell) or not cell.text.strip()]
            if not labels or not values:
                continue
            at, label = labels[-1]
            scores = matcher.row([label.text], spec)
            if not scores:
                unplaced += [cell for cell in values if _is_value(cell)][:1]
                continue
            row_id = max(scores, key=lambda r: scores[r])
            line = _block_values(table, slots, index, row[at + 1:], header, spec, row_id)
            for reading in line:
                found.setdefault(reading.field, replace(reading, confidence=min(1.0, scores[row_id])))
    return TableReading(tuple(found.values()), unplaced=tuple(unplaced))


def _block_header(row: Sequence[Cell], spec: TableSpec, matcher: HeaderMatcher) -> list[_HeaderCell]:
    named: list[_HeaderCell] = []
    first = next((i for i, cell in enumerate(row) if matcher.column(cell.text, spec)), None)
    if first is None:
        glued = [c for cell in row if _is_label(cell) for c in column_by_text(cell.text, spec.columns)]
        unit = UNIT.search("".join(cell.text for cell in row))
        return [_HeaderCell(column.id, i, unit[1] if unit else "") for i, (_, column) in enumerate(glued)]
    for cell in row:
        scores = matcher.column(cell.text, spec)
        if scores:
            unit = UNIT.search(cell.text)
            named.append(_HeaderCell(max(scores, key=lambda c: scores[c]), cell.column, unit[1] if unit else ""))
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
            if cell is not None and not _is_label(cell):
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

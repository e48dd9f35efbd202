"""Reads small blocks of rows, each block with a header of its own, as table 2 has them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from extractor.document import Cell, Table
from extractor.fields import TableSpec
from extractor.label.headers import HeaderMatcher, bare, column_by_text, take_apart
from extractor.label.numerals import parse_cell
from extractor.label.reading import CellReading, TableReading, fitted, is_label, is_spoilt, is_value, parted

UNIT = re.compile(r"单位\s*[:：]?\s*(亿元|万元|元|件|条|项|宗|份|个)|[（(]\s*(亿元|万元|元)\s*[)）]")


BY_ORDER = 0.95
"""How sure a column is that follows from those beside it."""


@dataclass(frozen=True, slots=True)
class _HeaderCell:
    """A column's header in a block: its id, its place (grid column, or index in the row), its unit, its likeness, its
    row, how many cells this has, and how many grid columns it stands over."""

    column: str
    at: int
    unit: str
    score: float = 1.0
    row: int = 0
    cells: int = 0
    span: int = 1


def read_blocks(spec: TableSpec, tables: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
    """Small blocks, each with a header; a row takes its columns from the last header above it.

    A header may run over several rows. Of two rows for one field the first counts.
    """
    found: dict[str, CellReading] = {}
    unplaced: list[Cell] = []
    header: list[_HeaderCell] = []
    shape = (0, False)
    texts = {cell.text for table in tables for cell in table.cells if is_label(cell)}
    free = {row.id for row in spec.rows} - {_row_of(text, spec, matcher) for text in texts}
    for table in (_with_lost_labels(table, spec, matcher) for table in tables):
        slots = table.slots()
        goes_on = False
        if (table.columns, table.ragged) != shape and not table.ragged:
            header = []  # its places are those of another grid
        shape = (table.columns, table.ragged)
        for index, row in enumerate(table.by_row()):
            named = _block_header(row, spec, matcher)
            if named:
                header, goes_on = _of_one_template(_continued(header, named, spec) if goes_on else named, spec), True
                continue
            goes_on = goes_on and not any(cell.text.strip() for cell in row)
            split = _by_columns(row, header, spec, free) or _split(row, spec, matcher)
            if split is None:
                continue
            row_id, score, label, after = split
            if row_id is None:
                unplaced += [cell for cell in after if is_value(cell)][:1]
                continue
            line = _block_values(table, slots, index, after, header, spec, row_id)
            for reading in line:
                reading = _with_unit(replace(reading, confidence=min(1.0, score)), label, spec)
                found.setdefault(reading.field, reading)
    return TableReading(tuple(found.values()), unplaced=tuple(unplaced))


def _with_lost_labels(table: Table, spec: TableSpec, matcher: HeaderMatcher) -> Table:
    """The table with the labels that its rows have lost, where the rows before and after leave one way to name them."""
    order = [row.id for row in spec.rows]
    rows = [row for row in table.by_row() if row and any(is_value(cell) for cell in row)]
    known = [_row_of(row[0].text, spec, matcher) if bare(row[0].text) else None for row in rows]
    changed: dict[int, Cell] = {}
    ends = [i for i, name in enumerate(known) if name is not None]
    for before, after in pairwise(ends):
        lost = rows[before + 1:after]
        first, last = order.index(known[before] or ""), order.index(known[after] or "")
        if len(lost) == last - first - 1 and not any(bare(row[0].text) for row in lost):
            changed |= {id(row[0]): replace(row[0], text=spec.rows[first + 1 + at].labels[0])
                        for at, row in enumerate(lost)}
    return replace(table, cells=tuple(changed.get(id(cell), cell) for cell in table.cells)) if changed else table


def _row_of(text: str, spec: TableSpec, matcher: HeaderMatcher) -> str | None:
    scores = matcher.row([text], spec)
    return max(scores, key=lambda row: scores[row]) if scores else None


def _split(row: Sequence[Cell], spec: TableSpec,
           matcher: HeaderMatcher) -> tuple[str | None, float, str, list[Cell]] | None:
    """A row's id (None if it is none of the dictionary's), its likeness, its label and its values; None for no row."""
    labels = [i for i, cell in enumerate(row) if is_label(cell)]
    at = max((i for i in labels if i == labels[0] or not is_spoilt(row[i])), default=-1)
    after = list(row[at + 1:])
    if at < 0 or not after:
        return None
    scores = matcher.row([row[at].text], spec)
    if not scores:
        return None, 0.0, row[at].text, after
    row_id = max(scores, key=lambda r: scores[r])
    return row_id, scores[row_id], row[at].text, after


def _by_columns(row: Sequence[Cell], header: Sequence[_HeaderCell], spec: TableSpec,
                free: Collection[str]) -> tuple[str, float, str, list[Cell]] | None:
    """As `_split`, for a row whose label is lost but for its beginning: the one of `free`, the rows that no label names,
    that has the header's columns; None if that is not one."""
    if not header or not any(is_value(cell) for cell in row[1:]) or is_value(row[0]):
        return None
    begins, columns = take_apart(row[0].text).body, {head.column for head in header}
    fits = [known.id for known in spec.rows if known.id in free and columns in _column_sets(spec, known.id)
            and any(take_apart(label).body.startswith(begins) for label in known.labels)]
    return (fits[0], BY_ORDER, row[0].text, list(row[1:])) if len(fits) == 1 else None


def _column_sets(spec: TableSpec, row_id: str) -> list[set[str]]:
    """The columns of a row in each template."""
    templates = {template for field in spec.fields for template in field.templates}
    return [{field.column for field in spec.fields if field.row == row_id and template in field.templates}
            for template in templates]


def _with_unit(reading: CellReading, label: str, spec: TableSpec) -> CellReading:
    """The reading with the unit that stands in the label of its row, where its header has none."""
    return reading if reading.unit else replace(reading, unit=_unit(label, spec, reading.field.rpartition(".")[2]))


def _block_header(row: Sequence[Cell], spec: TableSpec, matcher: HeaderMatcher) -> list[_HeaderCell]:
    """The columns that a row names, empty if it is no header; one cell may name several (run together in a dump)."""
    named: list[_HeaderCell] = []
    if any(is_value(cell) for cell in row):
        return named
    for cell in row:
        if not is_label(cell):
            continue
        scores = {column.id: 1.0 for _, column in column_by_text(cell.text, spec.columns)}
        if len(scores) < 2:
            offered = matcher.column(cell.text, spec)
            best = max(offered, key=lambda c: offered[c]) if offered else None
            scores = {best: offered[best]} if best is not None else {}
        named += [_HeaderCell(column, cell.column, _unit(cell.text, spec, column), score, cell.row, len(row), cell.colspan)
                  for column, score in scores.items()]
    return _best(named)


def _unit(text: str, spec: TableSpec, column: str) -> str:
    """The unit that a header states, if it can be the column's: money for amounts, the others for counts."""
    found = UNIT.search(text)
    unit = (found[1] or found[2]) if found else ""
    amount = any(c.id == column and c.kind == "amount" for c in spec.columns)
    return unit if amount == unit.endswith("元") else ""


def _best(named: Sequence[_HeaderCell]) -> list[_HeaderCell]:
    """Each column once, where it fits best."""
    best: dict[str, _HeaderCell] = {}
    for head in named:
        if head.column not in best or head.score > best[head.column].score:
            best[head.column] = head
    return [head for head in named if best[head.column] is head]


def _continued(header: Sequence[_HeaderCell], more: Sequence[_HeaderCell], spec: TableSpec) -> list[_HeaderCell]:
    """A header that runs over several rows, or the new one if it names a column again.

    A header a row is a dump with a cell a line, in order. Rows of several headers are one whose cells have different
    numbers of lines: what stands above or below is out of order, and the statutory order holds.
    """
    known = {head.column for head in header}
    if any(head.column in known for head in more):
        return list(more)
    joined = [*header, *more]
    if len(more) == 1 and all(head.row != other.row for head, other in pairwise(joined)):
        return joined
    rank = {column.id: index for index, column in enumerate(spec.columns)}
    return sorted(joined, key=lambda head: rank[head.column])


def _of_one_template(header: Sequence[_HeaderCell], spec: TableSpec) -> list[_HeaderCell]:
    """The header with its one column that no row has beside the others as the one that a row has in its place.

    本年新制作件数 beside 本年废止件数 is the 本年制发件数 of that template.
    """
    columns = {head.column for head in header}
    sets = [held for row in spec.rows for held in _column_sets(spec, row.id) if len(held) == len(columns)]
    near = {frozenset(held) for held in sets if len(held - columns) == 1}
    if len(columns) < 3 or columns in sets or len(near) != 1:
        return list(header)
    held = next(iter(near))
    lacking, odd = next(iter(held - columns)), next(iter(columns - held))
    return [replace(head, column=lacking) if head.column == odd else head for head in header]


def _block_values(table: Table, slots: dict[tuple[int, int], Cell], row: int, after: Sequence[Cell],
                  header: Sequence[_HeaderCell], spec: TableSpec, row_id: str) -> Iterator[CellReading]:
    """The values of one row. Without a usable header the row's own columns serve, if their number fits."""
    known = {field.column for field in spec.fields if field.row == row_id}
    usable = [h for h in header if h.column in known]
    if any(_over_several(slots, row, head, header) for head in usable):
        usable = []
    if not usable:
        after = [cell for cell in after if cell.text.strip()]
        yield from _in_order(after, _default_header(spec, row_id, len(after)), row_id)
    elif table.ragged and (own := _with_lost_headers(after, usable, spec, row_id)):
        yield from _in_order([cell for cell in after if cell.text.strip()], own, row_id)
    elif table.ragged and not _as_long(after, header):
        yield from _in_order(_without_filling(after, usable), usable, row_id)
    elif table.ragged:
        yield from _under_headers(slots, row, usable, row_id)
    elif all(head.at < after[0].column for head in usable):  # one cell beside the values names them all, or some of them
        own = _default_header(spec, row_id, len(after), [head.column for head in usable])
        yield from _in_order(after, usable if len(usable) == len(after) else own, row_id)
    elif whole := _whole_row(slots, row, after, usable, spec, row_id):
        yield from whole
    else:
        yield from _under_headers(slots, row, usable, row_id)


def _with_lost_headers(after: Sequence[Cell], usable: Sequence[_HeaderCell], spec: TableSpec,
                       row_id: str) -> list[_HeaderCell]:
    """The columns of a dump's row some of whose headers are torn (本年新 | 本年新 | 对外公开总数量), if those left are
    of one template only, and the row has there as many columns as values; none if not."""
    count = sum(bool(cell.text.strip()) for cell in after)
    named = {head.column for head in usable}
    if count <= len(usable) or not any(len(column.templates) == 1 and column.id in named for column in spec.columns):
        return []
    units = {head.column: head.unit for head in usable}
    return [replace(head, unit=units.get(head.column, ""))
            for head in _default_header(spec, row_id, count, sorted(named))]


def _without_filling(after: Sequence[Cell], header: Sequence[_HeaderCell]) -> Sequence[Cell]:
    """The one value under a single header, where noughts fill the cells behind it; all values otherwise."""
    behind = [parse_cell(cell.text).value for cell in after[1:]]
    return after[:1] if len(header) == 1 and is_value(after[0]) and behind and not any(behind) else after


def _as_long(after: Sequence[Cell], header: Sequence[_HeaderCell]) -> bool:
    """True if a row of a dump has as many cells as its header, its values where this has their names: blanks count."""
    first, cells = min(head.at for head in header), after[-1].column + 1
    return after[0].column == first and all((head.row, head.cells) == (header[0].row, cells) for head in header)


def _whole_row(slots: dict[tuple[int, int], Cell], row: int, after: Sequence[Cell], header: Sequence[_HeaderCell],
               spec: TableSpec, row_id: str) -> list[CellReading]:
    """All values of a row some of whose headers are lost, if the others stand where the row's own columns have them."""
    own = _default_header(spec, row_id, len(after), [head.column for head in header])
    if len(header) >= len(own):
        return []
    by_column = {head.column: cell for head, cell in zip(own, after, strict=True)}
    if not all(by_column.get(head.column) is slots.get((row, head.at)) for head in header):
        return []
    units = {head.column: head.unit for head in header}
    return [CellReading(f"{row_id}.{column}", cell, BY_ORDER, units.get(column, ""))
            for column, cell in by_column.items()]


def _under_headers(slots: dict[tuple[int, int], Cell], row: int, header: Sequence[_HeaderCell],
                   row_id: str) -> Iterator[CellReading]:
    """The values of a row by the places of their headers; a cell under several stands for all only if it says 0."""
    for head in header:
        cell = _below(slots, row, head)
        if cell is None or (is_label(cell) and not is_spoilt(cell)):
            continue
        under = [other for other in header if _below(slots, row, other) is cell]
        parts = parted(cell, len(under)) if len(under) > 1 else (cell,)
        if parts:
            part = parts[under.index(head)] if len(parts) > 1 else cell
            yield CellReading(f"{row_id}.{head.column}", part, 1.0, head.unit)


def _over_several(slots: dict[tuple[int, int], Cell], row: int, head: _HeaderCell, header: Sequence[_HeaderCell]) -> bool:
    """True if a header stands over several filled cells that no other names: headers run together, and nobody can tell of
    which column the words are."""
    filled = {id(cell) for at in range(head.at, head.at + head.span)
              if (cell := slots.get((row, at))) is not None and cell.text.strip()}
    return len(filled) > 1 and not any(other is not head and head.at <= other.at < head.at + head.span for other in header)


def _below(slots: dict[tuple[int, int], Cell], row: int, head: _HeaderCell) -> Cell | None:
    """The cell below a header; of several, the only one that says something: a stroke may part a cell."""
    first = slots.get((row, head.at))
    cells = [cell for at in range(head.at, head.at + head.span) if (cell := slots.get((row, at))) is not None]
    filled = {id(cell): cell for cell in cells if cell.text.strip()}
    return next(iter(filled.values())) if len(filled) == 1 else first


def _in_order(after: Sequence[Cell], header: Sequence[_HeaderCell], row_id: str) -> Iterator[CellReading]:
    """The values of a row whose columns are lost: as many as there are headers, or none is read.

    One value in several slots is the one of a cell that spans them; one digit each may run together.
    """
    values = fitted(after, len(header))
    if len({cell.text for cell in values}) == 1 and len(header) == 1:
        values = values[:1]
    if len(values) == 1 and len(header) > 1:
        text = values[0].text.strip()
        parts = text.split() if len(text.split()) > 1 else list(text) if re.fullmatch(r"\d+", text) else []
        values = [replace(values[0], text=part) for part in parts]
    if len(values) == len(header):
        for head, cell in zip(header, values, strict=True):
            yield CellReading(f"{row_id}.{head.column}", cell, 1.0, head.unit)


def _default_header(spec: TableSpec, row_id: str, count: int, named: Collection[str] = ()) -> list[_HeaderCell]:
    """The columns of a row in the one template in which it has `count` columns, `named` among them; none if that is
    not unique."""
    fits = []
    for template in sorted({t for field in spec.fields for t in field.templates}):
        columns = [field.column for field in spec.fields if field.row == row_id and template in field.templates]
        if len(columns) == count and set(named) <= set(columns) and columns not in fits:
            fits.append(columns)
    return [_HeaderCell(column, i, "") for i, column in enumerate(fits[0])] if len(fits) == 1 else []

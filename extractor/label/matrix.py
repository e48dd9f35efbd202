"""Reads a table with rows down and columns across, as table 3 is: rows are placed over all its parts together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.document import UNREADABLE, Cell, Table
from extractor.fields import TableSpec
from extractor.label.align import align, settle
from extractor.label.headers import HeaderMatcher, bare, group_named, take_apart
from extractor.label.ragged import ragged_lines
from extractor.label.reading import (
    CellReading,
    GluedCells,
    Line,
    TableReading,
    is_label,
    is_value,
    parted,
    runs_together,
    told_apart,
)

READABLE = 0.9
"""Likeness from which a row's label is taken for certain."""
WORD = 4
"""Characters from which a text among the values is a label, not a number misread."""
TURNED = 6
"""Row labels side by side that show a table to be turned: what should stand down its side stands along its top."""


def read_matrix(spec: TableSpec, tables: Sequence[Table], matcher: HeaderMatcher) -> TableReading:
    """All values of the table's parts, in their order on the pages.

    If the table stands there twice (another year's, a superior body's), the fuller one counts, of equal ones the first.
    """
    runs: list[list[Line]] = [[]]
    for table in tables:
        lines = ragged_lines(table, spec, matcher) if table.ragged else _grid_lines(_upright(table, spec, matcher),
                                                                                    spec, matcher)
        if _begins_again(runs[-1], lines, spec, matcher):
            runs.append([])
        runs[-1] += lines
    readings = [_read_lines(run, spec, matcher) for run in runs]
    best = max(readings, key=lambda reading: len(reading.cells) + sum(len(glued.fields) for glued in reading.glued))
    for reading in readings:
        if reading is not best and not _fields(reading) & _fields(best):  # the table's other columns
            best = TableReading(best.cells + reading.cells, best.glued + reading.glued, best.unplaced)
    return best


def _fields(reading: TableReading) -> set[str]:
    return {cell.field for cell in reading.cells} | {field for glued in reading.glued for field in glued.fields}


def _begins_again(before: Sequence[Line], lines: Sequence[Line], spec: TableSpec, matcher: HeaderMatcher) -> bool:
    """True if lines repeat the rows that were read before: most of those that both can be told to be."""
    if not before:
        return False
    here = {row for line in lines if (row := _certain(line, spec, matcher)) is not None}
    there = {row for line in before if (row := _certain(line, spec, matcher)) is not None}
    return len(here & there) * 2 > len(here) > 0


def _certain(line: Line, spec: TableSpec, matcher: HeaderMatcher) -> str | None:
    """The row that a line's label names beyond doubt."""
    scores = matcher.row(line.labels, spec) if line.labels else {}
    best = max(scores, key=lambda row: scores[row], default=None)
    return best if best is not None and scores[best] >= READABLE else None


def _read_lines(lines: Sequence[Line], spec: TableSpec, matcher: HeaderMatcher) -> TableReading:
    """The values of the lines of one table."""
    scores = [matcher.row(line.labels, spec) if line.labels else None for line in lines]
    order = [row.id for row in spec.rows]
    exclusive = {row.id: tuple(row.replaces) for row in spec.rows if row.replaces}
    placed = align(scores, order, exclusive, [_rows_of_group(line, spec) for line in lines])
    torn = [line if p.row is None else None for line, p in zip(lines, placed, strict=True)]
    if any(line is not None for line in torn):
        placed = settle(placed, [_hints(line, spec, matcher) for line in torn], order, exclusive)
    cells: list[CellReading] = []
    glued: list[GluedCells] = []
    unplaced: list[Cell] = []
    all_columns = tuple(column.id for column in spec.columns)
    for line, placement in zip(lines, placed, strict=True):
        if placement.row is None:
            unplaced += [cell for cell in line.values if is_value(cell)][:1]
        elif len(line.values) == 1 and runs_together(line.values[0].text, len(all_columns)):
            run, strokes = told_apart(line.values[0], [f"{placement.row}.{column}" for column in all_columns])
            glued.append(run)
            cells += strokes
        else:
            cells += [CellReading(f"{placement.row}.{column}", cell, placement.confidence * line.certain)
                      for column, cell in zip(line.columns, line.values, strict=True) if column is not None]
    return TableReading(tuple(cells), tuple(glued), tuple(unplaced))


def _rows_of_group(line: Line, spec: TableSpec) -> Collection[str] | None:
    """The rows that a line whose own label is lost can be, by the group that it stands in; None if that is not known."""
    group = group_named(line.around, spec)
    return {row.id for row in spec.rows if row.under == group} if group is not None else None


def _hints(line: Line | None, spec: TableSpec, matcher: HeaderMatcher) -> dict[str, float]:
    """The best score of each row id over the wordings that a torn label may have; empty for other lines."""
    best: dict[str, float] = {}
    for wording in line.wordings if line is not None else ():
        for row_id, score in matcher.row([wording], spec).items():
            best[row_id] = max(score, best.get(row_id, 0.0))
    return best


def _upright(table: Table, spec: TableSpec, matcher: HeaderMatcher) -> Table:
    """The table with its rows down: turned over if its header names rows."""
    first = max((sum(max(matcher.row([cell.text], spec).values(), default=0.0) >= READABLE for cell in row)
                 for row in table.by_row()[:3]), default=0)
    if first < TURNED:
        return table
    cells = tuple(replace(c, row=c.column, column=c.row, rowspan=c.colspan, colspan=c.rowspan) for c in table.cells)
    return Table(cells, table.columns, table.rows, section=table.section, title=table.title)


def _grid_lines(table: Table, spec: TableSpec, matcher: HeaderMatcher) -> list[Line]:
    """The data rows of an aligned table, with columns named by the header above them."""
    slots = table.slots()
    header = _header_rows(table, spec, matcher)
    columns = _columns_by_header(table, slots, header, spec, matcher)
    certain = 1.0
    if len(columns) < len(spec.columns):
        by_position = _columns_by_position(table, slots, header, spec, columns)
        agrees = all(by_position.get(at) == column for at, column in columns.items())
        columns, certain = (by_position, 0.95) if by_position and agrees else (columns, 0.9)
    if not columns:
        return ragged_lines(table, spec, matcher)
    first_value = min(columns)
    above = {at: slots[header - 1, at] for at in columns if (header - 1, at) in slots}
    widths = {at: cell.colspan for at, cell in above.items()
              if cell.column == at and not any(other in columns for other in range(at + 1, at + cell.colspan))}
    lines: list[Line] = []
    rows = table.by_row()
    for row in range(header, table.rows):
        in_columns = [slots.get((row, at)) for at in columns]
        moved = _moved(rows[row], columns)
        if not moved and (all(cell is None or is_label(cell) for cell in in_columns)
                          or _repeats_header(in_columns, spec)):
            continue
        taken = moved or _aligned(slots, row, columns, widths)
        labels, around = _row_labels(slots, row, taken[0][1].column if moved else first_value)
        if labels or any(cell.text.strip() for _, cell in taken):
            lines.append(Line(labels, tuple(cell for _, cell in taken), tuple(name for name, _ in taken), certain,
                              around=around))
    return lines


def _moved(row: Sequence[Cell], columns: Mapping[int, str]) -> list[tuple[str | None, Cell]]:
    """The values of a row that stands beside its columns, because a span in it or in the header is wrong.

    If the row has as many values as there are columns, they follow these in order. If not, nobody can tell where they
    belong: then all that is returned is a value without a column. Empty for a row that stands where it should.
    """
    places = sorted(columns)
    last_label = max((i for i, cell in enumerate(row) if _names_row(cell, places[0])), default=-1)
    values = list(row[last_label + 1:])
    if not any(is_value(cell) for cell in values):
        return []
    label_end = row[last_label].column + row[last_label].colspan if last_label >= 0 else 0
    whole = places[-1] - places[0] + 1 == len(places) == len(values) and all(cell.colspan == 1 for cell in values)
    outside = any(is_value(cell) and cell.column < places[0] for cell in values)
    if label_end <= places[0] and not outside and not (whole and values[0].column != places[0]):
        return []
    if whole and (values[0].text.strip() or values[0].column >= places[0]):
        return [(columns[at], cell) for at, cell in zip(places, values, strict=True)]
    unknown: list[tuple[str | None, Cell]] = [(None, cell) for cell in values if is_value(cell)]
    return unknown[:1] if last_label >= 0 else []


def _names_row(cell: Cell, first: int) -> bool:
    """True for a label: an unreadable cell before the first column of values, or one there that is no spoilt number."""
    if not is_label(cell) or cell.column < first:
        return is_label(cell)
    label = take_apart(cell.text)
    named = len(label.body) >= WORD or (label.ordinal != "" and label.body != "")  # "0." is a 0 with dust behind it
    return named and not any(char.isdigit() for char in label.body)


def _aligned(slots: Mapping[tuple[int, int], Cell], row: int,
             columns: Mapping[int, str], widths: Mapping[int, int]) -> list[tuple[str | None, Cell]]:
    """The values of a row by column. A cell over several columns stands for all of them only if it says nothing or 0, and of
    several below a header of their `widths` nobody knows which is the value.
    """
    taken: list[tuple[str | None, Cell]] = []
    places = sorted(columns)
    for at in places:
        cell = slots.get((row, at))
        if cell is None or cell.column < places[0]:
            continue
        covered = [other for other in places if cell.column <= other < cell.column + cell.colspan]
        parts = parted(cell, len(covered)) if len(covered) > 1 else (cell,)
        if not parts:
            continue
        part = parts[covered.index(at)] if len(parts) > 1 else cell
        beside = [slots.get((row, other)) for other in range(cell.column + cell.colspan, at + widths.get(at, 1))]
        if any(other is not None and other.text.strip() for other in beside):
            part = replace(part, text=UNREADABLE)
        taken.append((columns[at], part if cell.row == row else replace(part, text="")))
    return taken


def _header_rows(table: Table, spec: TableSpec, matcher: HeaderMatcher) -> int:
    """How many rows the header has: up to the first row that holds a number, or a known label before blanks."""
    for index, row in enumerate(table.by_row()):
        if any(is_value(cell) for cell in row):
            return index
        texts = [cell.text for cell in row if cell.text.strip()]
        if texts and max(matcher.row(texts[-1:], spec).values(), default=0.0) >= READABLE and len(texts) <= 3 \
                and not any(matcher.column(text, spec) for text in texts):
            return index
    return 0


def _columns_by_header(table: Table, slots: Mapping[tuple[int, int], Cell], header: int, spec: TableSpec,
                       matcher: HeaderMatcher) -> dict[int, str]:
    """Column ids by grid column: the lowest header text that names one; a label used twice counts once, leftmost."""
    named: dict[int, tuple[float, str]] = {}
    for at in range(table.columns):
        for row in range(header - 1, -1, -1):
            cell = slots.get((row, at))
            if cell is None or not cell.text.strip() or not (cell.colspan == 1 or _is_column(cell, at, table, slots, header)):
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


def _is_column(cell: Cell, at: int, table: Table, slots: Mapping[tuple[int, int], Cell], header: int) -> bool:
    """True if a header over several grid columns stands over one: what is below it is as wide in most rows. Some stroke was
    taken for a wall in the others.
    """
    below = [slots.get((row, at)) for row in range(header, table.rows)]
    alike = sum(other is not None and (other.column, other.colspan) == (at, cell.colspan) for other in below)
    return cell.column == at and alike > len(below) / 2


def _columns_by_position(table: Table, slots: Mapping[tuple[int, int], Cell], header: int,
                         spec: TableSpec, named: Mapping[int, str]) -> dict[int, str]:
    """Where a header is unreadable: exactly as many columns, named or with numbers, as the table has, in their order, or as
    many between two that are named, or behind the last one, as its order has there. Empty if that adds none.
    """
    filled = [at for at in range(table.columns)
              if at in named or sum(1 for row in range(header, table.rows)
                     if (cell := slots.get((row, at))) is not None and cell.colspan == 1 and is_value(cell)) >= 1]
    order = [column.id for column in spec.columns]
    if len(filled) == len(order):
        return dict(zip(filled, order, strict=True))
    known = sorted((at, order.index(column)) for at, column in named.items())
    found = dict(named)
    for (at, index), (end, last) in pairwise([*known, (table.columns, len(order))]):
        between = [place for place in filled if at < place < end]
        if len(between) == last - index - 1:
            found |= dict(zip(between, order[index + 1:last], strict=True))
    return found if len(found) > len(named) else {}


def _row_labels(slots: Mapping[tuple[int, int], Cell], row: int,
                before: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The header texts of a row from the outside in, each cell once; or, if its own label is blank, those around it.

    The label of its group says nothing about a row without a label of its own, but its neighbours may.
    """
    labels: list[Cell] = []
    for at in range(before):
        cell = slots.get((row, at))
        if cell is not None and not any(cell is other for other in labels):
            labels.append(cell)
    own = [cell for cell in labels if cell.rowspan == 1]
    texts = tuple(cell.text for cell in labels if cell.text.strip())
    return ((), texts) if own and not any(bare(cell.text) for cell in own) else (texts, ())


def _repeats_header(values: Sequence[Cell | None], spec: TableSpec) -> bool:
    labels = {bare(label) for column in spec.columns for label in column.labels}
    return sum(cell is not None and bare(cell.text) in labels for cell in values) >= 3

"""Rows whose places across are known: numbers go to the columns that they stand in, and empty cells between them.

Where columns are, the fullest rows of a table say, or else the header above a row. Nothing is moved where a number could
belong to two columns: such a row stays short, and is then read by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractor.document import Place
from extractor.layout.rows import SOME_NUMBERS, VALUE, Row, Span

FULL_ROW = 5
"""Numbers of the fullest rows from which shorter ones are aligned with them: rows of fewer belong to small blocks."""
SAME_HEADER = 0.6
"""Heights of a line that may part two lines of one header at most: the rows of a table stand further apart."""
CERTAIN = 0.5
"""Widths of a character by which one way to cut two numbers apart must be better than any other."""
SLIGHT = 1.0
"""Points by which neighbouring columns of a header may overlap."""
WIDE = 2.0
"""Widths of a character by which the characters of a label may be spaced out."""
_TAIL = re.compile(r"(?<=[^\d０-９.．,，、+－-])[\d０-９]+$")


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column stands across, and what its header says."""

    start: float
    end: float
    text: str = ""

    @property
    def centre(self) -> float:
        return (self.start + self.end) / 2


def aligned(rows: Sequence[Row]) -> list[Row]:
    """The rows, those with fewer numbers than there are columns with empty cells in their place."""
    columns = _fullest(rows)
    if columns and len(_first_header(rows)) <= len(columns) + 1:
        most = len(columns)
        return [_spread(_freed(row, columns), columns) if 0 < numbers_at_end(row) <= most else row for row in rows]
    return _under_headers(rows)


def numbers_at_end(row: Row) -> int:
    """How many numbers with known places a row ends with."""
    count = 0
    if len(row.edges) == len(row.cells):
        for text, _ in reversed(row.cells):
            if not re.fullmatch(VALUE, text):
                break
            count += 1
    return count


def _fullest(rows: Sequence[Row]) -> list[Column]:
    """The columns that the fullest rows have, if enough of them agree; else none."""
    tails = [numbers_at_end(row) for row in rows]
    most = max((count for count in tails if count >= FULL_ROW), default=0)
    full = [row.spans[-most:] for row, count in zip(rows, tails, strict=True) if count == most > 0]
    if len(full) < SOME_NUMBERS:
        return []
    columns = [Column(min(start for start, _ in spans), max(end for _, end in spans)) for spans in zip(*full, strict=True)]
    return [] if any(before.end > after.start for before, after in pairwise(columns)) else columns


def _freed(row: Row, columns: Sequence[Column]) -> Row:
    """The row with its numbers apart: from a label that touches the first of them, and from each other."""
    cells, edges = list(row.cells), list(row.edges)
    last_label = len(cells) - numbers_at_end(row) - 1
    if last_label >= 0 and (tail := _TAIL.search(cells[last_label][0])) is not None:
        text, place = cells[last_label]
        own, borders = tail.start(), edges[last_label]
        if len(borders) == len(text) + 1 and columns[0].start <= (borders[own] + borders[-1]) / 2 <= columns[0].end:
            cells[last_label:last_label + 1] = [(text[:own].rstrip(), place), (text[own:], place)]
            edges[last_label:last_label + 1] = [borders[:own + 1], borders[own:]]
    parts = [_cut(cell, borders, columns) for cell, borders in zip(cells, edges, strict=True)]
    return Row(tuple(cell for part in parts for cell, _ in part), tuple(borders for part in parts for _, borders in part))


def _cut(cell: tuple[str, Place], edges: tuple[float, ...],
         columns: Sequence[Column]) -> list[tuple[tuple[str, Place], tuple[float, ...]]]:
    """A cell, or two where a number runs over two columns and one cut puts both parts in the middle of theirs."""
    text, place = cell
    over = [column for column in columns if edges[0] < column.centre < edges[-1]]
    if len(over) != 2 or not re.fullmatch(r"[\d０-９]{2,}", text) or len(edges) != len(text) + 1:
        return [(cell, edges)]
    off = sorted((abs((edges[0] + edges[at]) / 2 - over[0].centre) + abs((edges[at] + edges[-1]) / 2 - over[1].centre), at)
                 for at in range(1, len(text)))
    width = (edges[-1] - edges[0]) / len(text)
    if off[0][0] > CERTAIN * width or (len(off) > 1 and off[1][0] - off[0][0] < CERTAIN * width):
        return [(cell, edges)]
    at = off[0][1]
    return [((text[:at], place), edges[:at + 1]), ((text[at:], place), edges[at:])]


def _spread(row: Row, columns: Sequence[Column]) -> Row:
    """The row with its numbers dealt to the columns that they stand in; as it was if that leaves any doubt.

    A number without a label beside it may be a page's, and is left alone.
    """
    count = numbers_at_end(row)
    labels, numbers = row.cells[:len(row.cells) - count], row.cells[-count:]
    slots = _dealt(row.spans[-count:], columns)
    if count == len(columns) or not (labels or count > 1) or (
            labels and row.spans[len(labels) - 1][1] > columns[0].start):
        return row
    if slots is None:
        # a number over two columns: as a blank and a number it would be read wrong
        return Row(row.cells[:len(labels)], row.edges[:len(labels)]) if _runs_over(row.spans[-count:], columns) else row
    place = numbers[0][1]
    at = dict(zip(slots, numbers, strict=True))
    return Row((*labels, *(at.get(i, ("", place)) for i in range(len(columns)))))


def _dealt(spans: Sequence[Span], columns: Sequence[Column]) -> list[int] | None:
    """The column of each number, nearest first; None if two share one, or one is out of reach or over two."""
    reach = min(after.centre - before.centre for before, after in pairwise(columns)) / 2
    slots: list[int] = []
    for start, end in spans:
        middle = (start + end) / 2
        nearest = min(range(len(columns)), key=lambda i: abs(columns[i].centre - middle))
        if abs(columns[nearest].centre - middle) > reach or (slots and nearest <= slots[-1]):
            return None
        slots.append(nearest)
    return None if _runs_over(spans, columns) else slots


def _runs_over(spans: Sequence[Span], columns: Sequence[Column]) -> bool:
    return any(sum(start < column.centre < end for column in columns) > 1 for start, end in spans)


def _first_header(rows: Sequence[Row]) -> list[Column]:
    return header_columns(rows[:next((i for i, row in enumerate(rows) if numbers_at_end(row)), 0)])


def _under_headers(rows: Sequence[Row]) -> list[Row]:
    """The rows with their numbers under the columns of the last header above them."""
    header: list[Column] = []
    above: list[Row] = []
    placed: list[Row] = []
    for before, row, after in zip([None, *rows[:-1]], rows, [*rows[1:], None], strict=True):
        if not numbers_at_end(row):
            above.append(row)
        elif above:
            header, above = _next_header(header, header_columns(above)), []
        broken = any(other is not None and _goes_on(row, other, header) for other in (before, after))
        placed.append(row if broken else _in_header(row, header))
    return placed


def _goes_on(row: Row, other: Row, header: Sequence[Column]) -> bool:
    """True if the neighbouring line is close and stands in columns of numbers alone: a cell broken over two lines."""
    upper, lower = sorted((row, other), key=lambda each: each.cells[0][1].box.top if each.cells[0][1].box else 0.0)
    return len(header) > 1 and len(other.edges) == len(other.cells) and _close(upper, lower) and all(
        end > header[1].start for _, end in other.spans)


def _next_header(header: list[Column], found: list[Column]) -> list[Column]:
    """The header from here on: lines of labels are one only if they reach to where numbers stand."""
    names_columns = len(found) > 1 and (not header or found[-1].centre > header[1].start)
    return found if names_columns else header


def _in_header(row: Row, header: Sequence[Column]) -> Row:
    count = numbers_at_end(row)
    if not count or len(header) < 2:
        return row
    labelled = len(row.cells) > count and row.spans[0][0] < header[0].end and row.spans[-count - 1][1] < header[1].start
    columns = header[1:] if labelled else header
    return _spread(row, columns) if count < len(columns) > 1 else row


def header_columns(lines: Sequence[Row]) -> list[Column]:
    """The columns of the last header among lines of labels, left to right; cells over several columns are left out.

    A header is what stands close together and has several columns.
    """
    groups: list[list[Row]] = []
    for line in lines:
        if len(line.edges) != len(line.cells):
            groups.append([])
        elif groups and groups[-1] and _close(groups[-1][-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    found = (_columns(group) for group in reversed(groups))
    return next((columns for columns in found if len(columns) > 1), [])


def _columns(lines: Sequence[Row]) -> list[Column]:
    cells = [(span, text) for line in lines for span, (text, _) in zip(line.spans, line.cells, strict=True) if text]
    single = [(span, text) for span, text in cells if not _covers_several(span, [other for other, _ in cells])]
    columns: list[Column] = []
    for (start, end), text in sorted(single):
        last = columns[-1] if columns else None
        if last is not None and (start < last.end - SLIGHT or _spaced(last, start, end, text)):
            columns[-1] = Column(last.start, max(last.end, end), last.text + text)
        else:
            columns.append(Column(start, end, text))
    return columns


def _spaced(before: Column, start: float, end: float, text: str) -> bool:
    """True for the second character of a label of two that is spaced out (总  计)."""
    return len(before.text) == len(text) == 1 and start - before.end <= WIDE * (end - start)


def _close(above: Row, below: Row) -> bool:
    upper, lower = above.cells[0][1], below.cells[0][1]
    if upper.box is None or lower.box is None or upper.page != lower.page:
        return False
    return lower.box.top - upper.box.bottom < SAME_HEADER * min(upper.box.height, lower.box.height)


def _covers_several(span: Span, others: Sequence[Span]) -> bool:
    """True if a cell stands over two that do not overlap each other."""
    below = sorted(other for other in others if other != span and other[0] < span[1] and span[0] < other[1])
    return any(
        left[1] <= right[0] for i, left in enumerate(below) for right in below[i + 1:])

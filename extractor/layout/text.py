"""Tables and paragraphs from plain lines: text dumps of Word and PDF files, tab-separated rows, Markdown.

Such lines keep the order of cells but not their columns, so the tables made here are `ragged`. Between the headings of
the statutory tables every short line is part of the table: a label, a number, or both; elsewhere only lines that are
written as rows (with tabs or bars) are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from extractor.document import Cell, Paragraph, Piece, Place, Table, TextLine
from extractor.layout.bands import aligned
from extractor.layout.bars import bar_rows, is_bar_dump
from extractor.layout.blanks import blank_kept_rows
from extractor.layout.paragraphs import OPENS
from extractor.layout.rows import (
    GLUED,
    MANY_NUMBERS,
    SOME_NUMBERS,
    TRACES,
    TRAILING_NUMBERS,
    VALUE,
    Row,
    Text,
    items,
    loose_row,
    rows_of_one_line,
)
from extractor.layout.sections import Headings
from extractor.layout.unrolled import unrolled

TABLE_SECTIONS = (2, 3, 4)


def text_blocks(lines: Sequence[TextLine], edges: Mapping[int, Sequence[float]] | None = None,
                section: int = 0, headings: Headings | None = None) -> list[Paragraph | Table]:
    """The tables and paragraphs of consecutive lines, in order. Costs O(characters).

    `edges` gives, by line number, the borders of a line's characters across, where the lines stood on a page;
    `section` is the one in which the lines begin, `headings` the document's habit where the lines are not all of it.
    """
    if not lines:
        return []
    if edges is None:
        lines = unrolled(lines)
    headings = headings or Headings.of(line.text for line in lines)
    cleaned = [TextLine(line.number, TRACES.sub("", line.text), line.place) for line in lines]
    found = list(_items(cleaned, edges or {}))
    wrap = _wrap_width([item.text for item in found if isinstance(item, Text)])
    return list(_blocks(found, wrap, section, headings))


def _items(lines: Sequence[TextLine], edges: Mapping[int, Sequence[float]]) -> Iterator[Row | Text]:
    """Rows and other lines, whatever the habit of the dump."""
    if not is_bar_dump(lines):
        yield from items(lines, edges, {} if edges else blank_kept_rows(lines))
        return
    between: list[TextLine] = []
    for part in bar_rows(lines):
        if isinstance(part, Row):
            yield from items(between, edges)
            between = []
            yield part
        else:
            between.append(part)
    yield from items(between, edges)


def is_tabular(texts: Sequence[str]) -> bool:
    """True for lines that are a table's: several end in numbers, one in many, or most are a number each."""
    ends = [found["numbers"].split() for text in texts if (found := TRAILING_NUMBERS.match(text.strip()))]
    sizes = [len(numbers) for numbers in ends]
    glued = sum(size == 1 and len(numbers[0]) >= GLUED for size, numbers in zip(sizes, ends, strict=True))
    apart = sum("\t" in text.strip() and bool(TRAILING_NUMBERS.match(text.strip())) for text in texts)
    return (sum(size >= SOME_NUMBERS for size in sizes) >= 2 or max(sizes, default=0) >= MANY_NUMBERS
            or apart >= SOME_NUMBERS
            or glued >= SOME_NUMBERS or sum(bool(re.fullmatch(VALUE, text.strip())) for text in texts) >= MANY_NUMBERS)


def _wrap_width(texts: Sequence[str]) -> int:
    """The width at which lines were broken, or 0 if a line is a paragraph. Short lines (labels) do not count."""
    lengths = sorted(width for text in texts if (width := _width(text)) >= 15)
    if len(lengths) < 8:
        return 0
    widest = lengths[int(0.95 * (len(lengths) - 1))]
    full = sum(widest * 0.85 <= length <= widest * 1.1 for length in lengths)
    return widest if widest <= 60 and full >= 0.4 * len(lengths) else 0


def _width(text: str) -> int:
    """Length in full-width characters: Latin letters and digits take half."""
    return sum(1 if char > "\u2e80" else 0.5 for char in text).__ceil__()


def _blocks(found: Sequence[Row | Text], wrap: int, section: int, headings: Headings) -> Iterator[Paragraph | Table]:
    rows: list[Row] = []
    prose: list[Text] = []
    for item in found:
        opened = headings.opened(item.text, section) if isinstance(item, Text) else None
        more = _rows(item, section in TABLE_SECTIONS and opened is None)
        if more:
            yield from _paragraphs(prose, wrap)
            prose = []
            for row in more:
                rows = _added(rows, row)
            continue
        assert isinstance(item, Text)
        if rows:
            yield _table(rows)
            rows = []
        if opened is not None:
            yield from _paragraphs(prose, wrap)
            yield _paragraph([item])
            section, prose = opened, []
        else:
            prose.append(item)
    yield from _paragraphs(prose, wrap)
    if rows:
        yield _table(rows)


def _rows(item: Row | Text, in_table: bool) -> list[Row]:
    """The rows that an item holds, empty if it is prose."""
    if isinstance(item, Row):
        return [item]
    if not in_table:
        return []
    row = loose_row(item)
    return [row] if row is not None else rows_of_one_line(item)


def _added(rows: list[Row], row: Row) -> list[Row]:
    """A row of nothing but a single number goes on the row before it: one cell a line, without marks."""
    lone = len(row.cells) == 1 and re.fullmatch(VALUE, row.cells[0][0])
    if lone and rows and len({place for _, place in rows[-1].cells}) == len(rows[-1].cells):
        return [*rows[:-1], Row(rows[-1].cells + row.cells)]
    return [*rows, row]


def _table(rows: Sequence[Row]) -> Table:
    listed = aligned(rows)
    cells = tuple(Cell(r, c, text, place=_column_place(place, c, row))
                  for r, row in enumerate(listed) for c, (text, place) in enumerate(row.cells))
    return Table(cells, len(listed), max(len(row.cells) for row in listed), ragged=True)


def _column_place(place: Place, column: int, row: Row) -> Place:
    """Cells that share a line are told apart by their number in it."""
    shared = sum(other == place for _, other in row.cells) > 1
    return replace(place, name=f"{place.name} column {column + 1}".strip()) if shared else place


def _paragraphs(lines: Sequence[Text], wrap: int) -> list[Paragraph]:
    groups: list[list[Text]] = []
    for line in lines:
        if groups and wrap and _goes_on(groups[-1][-1].text, line.text, wrap):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_paragraph(group) for group in groups]


def _goes_on(before: str, text: str, wrap: int) -> bool:
    return _width(before) >= 0.8 * wrap and not (OPENS.match(text) and before.endswith(("。", "：", ":", "；")))


def _paragraph(lines: Sequence[Text]) -> Paragraph:
    text = ""
    pieces: list[Piece] = []
    for line in lines:
        pieces.append(Piece(len(text), len(text) + len(line.text), line.place))
        text += line.text
    heading = len(lines) == 1 and len(text) <= 40 and not text.endswith(("。", "；", "，")) and bool(OPENS.match(text))
    return Paragraph(text, tuple(pieces), heading=heading)

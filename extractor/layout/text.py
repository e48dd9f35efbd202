"""Tables and paragraphs from plain lines: text dumps of Word and PDF files, tab-separated rows, Markdown.

Such lines keep the order of cells but not their columns, so the tables made here are `ragged`. Between the headings of
the statutory tables every short line is part of the table: a label, a number, or both; elsewhere only lines that are
written as rows (with tabs or bars) are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractor.document import Cell, Paragraph, Piece, Place, Table, TextLine
from extractor.layout.paragraphs import OPENS
from extractor.layout.sections import section_of

TRACES = re.compile(r"\[bookmark:[^\]]*\]|<!--.*?-->")
"""What converters leave behind."""
NUMBER = r"[-+－＋]?[\d０-９][\d０-９,，.．]*(?:万?元|件|项|%)?"
VALUE = rf"(?:{NUMBER}(?:[（(][^（）()]{{1,20}}[）)])?|[/／—-]+)"
TRAILING_NUMBERS = re.compile(rf"^(?P<label>.*?[^\d０-９\s,，.．+＋－-])?\s*(?P<numbers>{VALUE}(?:\s+{VALUE})*)$")
LONGEST_CELL = 60
"""Characters: a longer line between table rows is prose."""
TABLE_SECTIONS = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its cells' texts and the place where each stands."""

    cells: tuple[tuple[str, Place], ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """A line that is no row."""

    text: str
    place: Place


def text_blocks(lines: Sequence[TextLine]) -> list[Paragraph | Table]:
    """The tables and paragraphs of consecutive lines, in order. Costs O(characters)."""
    if not lines:
        return []
    cleaned = [TextLine(line.number, TRACES.sub("", line.text), line.place) for line in lines]
    items = list(_items(cleaned))
    wrap = _wrap_width([item.text for item in items if isinstance(item, _Text)])
    return list(_blocks(items, wrap))


def _items(lines: Sequence[TextLine]) -> Iterator[_Row | _Text]:
    """Rows and other lines. In a dump with one cell a line, cells open with a tab and an empty line ends a row."""
    cell_a_line = _one_cell_a_line(lines)
    cells: list[tuple[str, Place]] = []
    for line in lines:
        if cell_a_line and line.text.startswith("\t"):
            cells.append((line.text[1:].strip(), line.where))
        elif cells and line.text.strip() and not _closes_row(line.text):
            text, place = cells[-1]
            cells[-1] = (f"{text}\n{line.text.strip()}".strip(), place)
        else:
            if cells:
                yield _Row(tuple(cells))
                cells = []
            yield from _line_items(line)
    if cells:
        yield _Row(tuple(cells))


def _closes_row(text: str) -> bool:
    """True for a line that cannot go on a cell: a section heading, or a long line."""
    return section_of(text) is not None or len(text) > LONGEST_CELL


def _one_cell_a_line(lines: Sequence[TextLine]) -> bool:
    with_tab = [line.text for line in lines if "\t" in line.text]
    single = sum(text.startswith("\t") and "\t" not in text[1:].rstrip() for text in with_tab)
    return single > len(with_tab) / 2


def _line_items(line: TextLine) -> Iterator[_Row | _Text]:
    text = line.text.rstrip("\r\n")
    stripped = text.strip()
    if not stripped:
        return
    if "|" in stripped and (stripped.startswith("|") or " | " in stripped or stripped.count("|") >= 2):
        for part in _bar_rows(stripped):
            if not re.fullmatch(r"[\s|:：=-]*", part):
                yield _Row(tuple((cell, line.where) for cell in _bar_cells(part)))
    elif "\t" in text.strip("\n"):
        yield _Row(tuple((cell.strip(), line.where) for cell in text.split("\t")))
    else:
        yield _Text(stripped, line.where)


def _bar_rows(text: str) -> list[str]:
    """Several rows may share a line, separated by semicolons."""
    parts = re.split(r"\s[;；]\s", text)
    return parts if len(parts) > 1 and all("|" in part for part in parts) else [text]


def _bar_cells(text: str) -> list[str]:
    """Cells between bars; `label: 5` in one cell is a label and a number."""
    inner = text[1:] if text.startswith("|") else text
    inner = inner[:-1] if inner.endswith("|") else inner
    cells: list[str] = []
    for cell in inner.split("|"):
        content = cell.strip().replace("␣", "")
        labelled = re.fullmatch(rf"(.*\D)[:：]\s*({NUMBER})?", content)
        cells += [labelled[1].strip(), labelled[2] or ""] if labelled and not cells else [content]
    return cells


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


def _blocks(items: Sequence[_Row | _Text], wrap: int) -> Iterator[Paragraph | Table]:
    section = 0
    rows: list[_Row] = []
    prose: list[_Text] = []
    for item in items:
        opened = section_of(item.text) if isinstance(item, _Text) else None
        in_table = section in TABLE_SECTIONS and opened is None
        row = item if isinstance(item, _Row) else _loose_row(item) if in_table else None
        if row is not None:
            yield from _paragraphs(prose, wrap)
            prose = []
            rows = _added(rows, row)
            continue
        assert isinstance(item, _Text)
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


def _loose_row(item: _Text) -> _Row | None:
    """A short line of a table region as a row: its label, then the numbers at its end; None if it is prose."""
    if len(item.text) > LONGEST_CELL or item.text.endswith("。"):
        return None
    text = re.sub(r"^#{1,6}\s*", "", item.text)
    found = TRAILING_NUMBERS.match(text)
    if not found:
        return _Row(((text, item.place),))
    cells = [(found["label"].strip(), item.place)] if found["label"] else []
    return _Row((*cells, *((number, item.place) for number in found["numbers"].split())))


def _added(rows: list[_Row], row: _Row) -> list[_Row]:
    """A row of nothing but a single number goes on the row before it: one cell a line, without marks."""
    lone = len(row.cells) == 1 and re.fullmatch(VALUE, row.cells[0][0])
    if lone and rows and len({place for _, place in rows[-1].cells}) == len(rows[-1].cells):
        return [*rows[:-1], _Row(rows[-1].cells + row.cells)]
    return [*rows, row]


def _table(rows: Sequence[_Row]) -> Table:
    cells = tuple(Cell(r, c, text, place=_column_place(place, c, row))
                  for r, row in enumerate(rows) for c, (text, place) in enumerate(row.cells))
    return Table(cells, len(rows), max(len(row.cells) for row in rows), ragged=True)


def _column_place(place: Place, column: int, row: _Row) -> Place:
    """Cells that share a line are told apart by their number in it."""
    shared = sum(other == place for _, other in row.cells) > 1
    return replace(place, name=f"{place.name} column {column + 1}".strip()) if shared else place


def _paragraphs(lines: Sequence[_Text], wrap: int) -> list[Paragraph]:
    groups: list[list[_Text]] = []
    for line in lines:
        if groups and wrap and _goes_on(groups[-1][-1].text, line.text, wrap):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_paragraph(group) for group in groups]


def _goes_on(before: str, text: str, wrap: int) -> bool:
    return _width(before) >= 0.8 * wrap and not (OPENS.match(text) and before.endswith(("。", "：", ":", "；")))


def _paragraph(lines: Sequence[_Text]) -> Paragraph:
    text = ""
    pieces: list[Piece] = []
    for line in lines:
        pieces.append(Piece(len(text), len(text) + len(line.text), line.place))
        text += line.text
    heading = len(lines) == 1 and len(text) <= 40 and not text.endswith(("。", "；", "，")) and bool(OPENS.match(text))
    return Paragraph(text, tuple(pieces), heading=heading)

"""What Word and web readers share: raw tables and lines in, the flow of a document out.

A raw table may be a data table or only a frame that places text on the page. Frames are dissolved into their content,
tables nested in data tables follow them, and everything gets a name by which a person finds it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from extractor.document import Block, Cell, Paragraph, Piece, Place, Table, TextLine
from extractor.errors import LimitExceeded
from extractor.settings import Settings

MAX_SPAN = 256
"""Widest span of a cell that is believed; the statutory tables have nine columns."""
MAX_NESTING = 40
"""Deepest nesting of tables in tables."""
PROSE = 300
"""Characters: a cell that holds more is a frame around running text, unless the table is full of numbers."""
FULL_OF_NUMBERS = 8
"""Numbers that make a table a data table whatever else it holds."""
DUMP = 20
"""Paragraphs that are bare numbers, in a document without tables, that show tables flattened into lines."""

_NUMBER = re.compile(r"[-+－＋]?[\d０-９][\d０-９,，.．\s]*(?:[万亿]?元|件|项|条|%)?")


class Kind(StrEnum):
    """What a passage is: a paragraph, a heading, or lines broken by hand, which layout must make sense of."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Passage:
    """Text between tables. `name` says where it stands if counting would not find it; `linked`: it is all hyperlinks.

    `origin` is the element it comes from, for readers that must judge where it stood.
    """

    text: str
    kind: Kind = Kind.PARAGRAPH
    name: str = ""
    linked: bool = False
    origin: object = None

    @property
    def lines(self) -> list[str]:
        """Its lines, blank ones left out."""
        return [line for line in self.text.split("\n") if line.strip()]


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell at its place in the grid (counted from 0), with everything it holds."""

    row: int
    column: int
    rowspan: int
    colspan: int
    content: tuple[Passage | RawTable, ...] = ()

    @property
    def text(self) -> str:
        """The cell's own lines, those of nested tables left out."""
        return "\n".join(line for item in self.content if isinstance(item, Passage) for line in item.lines)


@dataclass(frozen=True, slots=True)
class RawTable:
    """A grid of cells that do not overlap."""

    cells: tuple[RawCell, ...]
    rows: int
    columns: int
    origin: object = None

    @property
    def numbers(self) -> int:
        """How many cells hold a number and nothing else."""
        return sum(1 for cell in self.cells if is_number(cell.text))


Content = Sequence[Passage | RawTable]


@dataclass(slots=True)
class Span:
    """A cell as markup states it: how far it reaches, not where it stands. `rowspan` 0: to the end of its row group."""

    rowspan: int = 1
    colspan: int = 1
    content: list[Passage | RawTable] = field(default_factory=list)


def is_number(text: str) -> bool:
    """True for a cell or line that is one number, perhaps with its unit."""
    return _NUMBER.fullmatch(text.strip()) is not None


def numbered(label: str, text: str) -> str:
    """A list item's text with its automatic number before it, so that the two never read as one number.

    Before a bare number the label is left out: `1.` before `5` would change what is read.
    """
    if not label or is_number(text):
        return text
    apart = label[-1].isalnum() or text[:1].isdigit()
    return f"{label} {text}" if apart else label + text


def lay_out(rows: Sequence[Sequence[Span]], groups: Sequence[int], settings: Settings,
            origin: object = None) -> RawTable:
    """Puts cells that only state their spans into a grid, as browsers do: each takes the first free columns of its row.

    `groups` gives each row's group (thead, tbody); no cell reaches beyond its group's last row. Unlike in a browser, a
    cell is cut short where it would cover another. Costs O(cells x widest span + slots x log(rows)).
    Raises `LimitExceeded` if the grid has more than `max_table_cells` slots.
    """
    last_row = {group: index for index, group in enumerate(groups)}
    busy: dict[int, int] = {}  # column -> first row in which it is free again
    cells: list[RawCell] = []
    for row, spans in enumerate(rows):
        column = 0
        for span in spans:
            while busy.get(column, 0) > row:
                column += 1
            check_cells((row + 1) * (column + 1), settings)
            width = 1
            while width < min(span.colspan, MAX_SPAN) and busy.get(column + width, 0) <= row:
                width += 1
            left = last_row[groups[row]] - row + 1
            height = min(span.rowspan, left) if span.rowspan > 0 else left
            for covered in range(column, column + width):
                busy[covered] = row + height
            cells.append(RawCell(row, column, height, width, tuple(span.content)))
            column += width
    return grid(cells, len(rows), settings, origin)


def grid(cells: Sequence[RawCell], rows: int, settings: Settings, origin: object = None) -> RawTable:
    """A table of cells that know their place.

    If it has more than `max_table_cells` slots, columns at its right in which no cell starts are given up first;
    raises `LimitExceeded` if that is not enough.
    """
    columns = max((cell.column + cell.colspan for cell in cells), default=0)
    if rows * columns > settings.max_table_cells:
        columns = max((cell.column for cell in cells), default=0) + 1
        cells = [RawCell(cell.row, cell.column, cell.rowspan, min(cell.colspan, columns - cell.column), cell.content)
                 for cell in cells]
    check_cells(rows * columns, settings)
    return RawTable(tuple(cells), rows, columns, origin)


def check_cells(count: int, settings: Settings) -> None:
    """Raises `LimitExceeded` if one table has more than `max_table_cells` slots."""
    if count > settings.max_table_cells:
        raise LimitExceeded(f"A table has more than {settings.max_table_cells} cells.",
                            "Give the report alone, or raise GOUJI_MAX_TABLE_CELLS.")


def check_objects(count: int, settings: Settings) -> None:
    """Raises `LimitExceeded` if a document has more than `max_page_objects` paragraphs, lines and cells."""
    if count > settings.max_page_objects:
        raise LimitExceeded(f"The document has more than {settings.max_page_objects} paragraphs, lines and cells.",
                            "Give the report alone, or raise GOUJI_MAX_PAGE_OBJECTS.")


def dissolve(content: Content, depth: int = 0) -> Iterator[Passage | RawTable]:
    """The content without frames: what they hold takes their place; tables nested in data tables follow these."""
    if depth > MAX_NESTING:
        raise LimitExceeded(f"Tables are nested more than {MAX_NESTING} deep.", "Save the report in a simpler form.")
    for item in content:
        if isinstance(item, Passage):
            yield item
        elif is_frame(item):
            for cell in item.cells:
                yield from dissolve(cell.content, depth + 1)
        else:
            yield item
            nested = [inner for cell in item.cells for inner in cell.content if isinstance(inner, RawTable)]
            yield from dissolve(nested, depth + 1)


def is_frame(table: RawTable) -> bool:
    """True if the table only places other content on the page: a single cell, most of its cells in nested tables,
    or running text in a cell."""
    if len(table.cells) <= 1:
        return True
    if table.numbers >= FULL_OF_NUMBERS:
        return False
    texts = [cell.text for cell in table.cells]
    nested = [inner for cell in table.cells for inner in cell.content if isinstance(inner, RawTable)]
    own = sum(1 for text in texts if text)
    if nested and sum(1 for inner in nested for cell in inner.cells if cell.content) >= own:
        return True
    return any(len(text) > PROSE for text in texts)


def assemble(items: Iterable[Passage | RawTable], settings: Settings) -> tuple[Block, ...]:
    """The blocks of dissolved content, each with its name: `paragraph 3 line 2`, `table 2 row 5 column 1`.

    Where tables were flattened into lines beyond recognition (no table, but many bare numbers), all text becomes lines,
    so that layout looks for tables in them. Raises `LimitExceeded` beyond `max_page_objects` lines and cells.
    """
    kept = [item for item in items if isinstance(item, RawTable) or item.text.strip()]
    size = sum(item.text.count("\n") + 1 if isinstance(item, Passage) else len(item.cells) for item in kept)
    check_objects(size, settings)
    if is_dump(kept):
        kept = [replace(item, kind=Kind.LINES) for item in kept if isinstance(item, Passage)]
    return tuple(_named(kept))


def is_dump(items: Sequence[Passage | RawTable]) -> bool:
    """True for content without tables, but with so many bare numbers that tables must have been flattened into it."""
    passages = [item for item in items if isinstance(item, Passage)]
    return len(passages) == len(items) and sum(is_number(line) for item in passages for line in item.lines) >= DUMP


def _named(items: Iterable[Passage | RawTable]) -> Iterator[Block]:
    paragraphs = tables = lines = 0
    for item in items:
        if isinstance(item, RawTable):
            tables += 1
            yield _table(item, tables)
            continue
        paragraphs += not item.name
        name = item.name or f"paragraph {paragraphs}"
        if item.kind is Kind.LINES:
            for count, line in enumerate(item.text.split("\n"), start=1):
                lines += 1
                yield TextLine(lines, line, Place(name=f"{name} line {count}" if "\n" in item.text else name))
        else:
            place = Place(name=name)
            yield Paragraph(item.text, (Piece(0, len(item.text), place),), heading=item.kind is Kind.HEADING)


def _table(raw: RawTable, number: int) -> Table:
    cells = tuple(
        Cell(cell.row, cell.column, cell.text.replace("\t", " "), cell.rowspan, cell.colspan,
             Place(name=f"table {number} row {cell.row + 1} column {cell.column + 1}"))
        for cell in raw.cells)
    return Table(cells, raw.rows, raw.columns)

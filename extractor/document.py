"""Page-level types: what a reader sees (words, rulings, images) and what layout makes of it (tables, paragraphs).

Coordinates are PDF points (1/72 inch), the origin is the top left corner of the page, pages count from 1.
Formats without pages (Word, HTML, text) are one page of size 0 x 0, and places in them are named in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Source(StrEnum):
    """Where a text was read from."""

    PDF = "pdf"
    OCR = "ocr"
    WORD = "word"
    WEB = "web"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in points."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2

    def contains(self, x: float, y: float) -> bool:
        return self.x0 <= x <= self.x1 and self.top <= y <= self.bottom

    @staticmethod
    def around(boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of `boxes`, which must not be empty."""
        items = list(boxes)
        return Box(min(b.x0 for b in items), min(b.top for b in items),
                   max(b.x1 for b in items), max(b.bottom for b in items))


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: page and box, or, where there are no pages, words such as `line 120`."""

    page: int = 1
    box: Box | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters on one line.

    `edges` holds the n + 1 horizontal borders of its n characters, so that parts of a word have a box too.
    `upright` is false for rotated glyphs. `alternatives` are other readings with their probabilities (OCR).
    """

    text: str
    box: Box
    edges: tuple[float, ...]
    size: float = 0.0
    upright: bool = True
    confidence: float = 1.0
    alternatives: tuple[tuple[str, float], ...] = ()

    def part(self, start: int, end: int) -> Word:
        """The word made of characters `start` to `end`."""
        box = Box(self.edges[start], self.box.top, self.edges[end], self.box.bottom)
        return Word(self.text[start:end], box, self.edges[start:end + 1], self.size, self.upright, self.confidence)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line that may border cells; horizontal if it is wider than tall."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def horizontal(self) -> bool:
        return self.x1 - self.x0 >= self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read; `needs_ocr` says why its text cannot be used, and is empty if it can.

    A scan is read straightened. `to_original` is then the homography (3 x 3, row by row) from the coordinates of its
    words and rulings to those of the page as given; empty if they are the same.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    images: tuple[Box, ...] = ()
    source: Source = Source.PDF
    needs_ocr: str = ""
    to_original: tuple[float, ...] = ()

    def original(self, box: Box) -> Box:
        """The upright box, on the page as given, around a box of this page."""
        if not self.to_original:
            return box
        a, b, c, d, e, f, g, h, i = self.to_original
        corners = [(x, y, g * x + h * y + i) for x in (box.x0, box.x1) for y in (box.top, box.bottom)]
        xs = [(a * x + b * y + c) / w for x, y, w in corners]
        ys = [(d * x + e * y + f) / w for x, y, w in corners]
        return Box(min(xs), min(ys), max(xs), max(ys))


UNREADABLE = "?"
"""The text of a cell that holds ink and no character that can be read."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table's grid; row and column count from 0 and name its top left slot."""

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1
    place: Place = Place()
    confidence: float = 1.0
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of cells. `ragged` means that columns are not aligned (text dumps): only the order in a row is known.

    `title` is the text that names the table (a heading above it); `section` is 1 to 6, or 0 where unknown.
    """

    cells: tuple[Cell, ...]
    rows: int
    columns: int
    ragged: bool = False
    section: int = 0
    title: str = ""

    def by_row(self) -> list[list[Cell]]:
        """The cells that start in each row, left to right."""
        rows: list[list[Cell]] = [[] for _ in range(self.rows)]
        for cell in self.cells:
            rows[cell.row].append(cell)
        for row in rows:
            row.sort(key=lambda cell: cell.column)
        return rows

    def slots(self) -> dict[tuple[int, int], Cell]:
        """The cell that covers each (row, column) of the grid."""
        return {(row, column): cell for cell in self.cells
                for row in range(cell.row, cell.row + cell.rowspan)
                for column in range(cell.column, cell.column + cell.colspan)}

    def text(self) -> str:
        """All cell texts, row by row."""
        return "\n".join("\t".join(cell.text for cell in row) for row in self.by_row())


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `start` to `end` of a paragraph as they stand on one line of a page."""

    start: int
    end: int
    place: Place
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, joined over line and page breaks; `heading` marks a heading; `section` as in `Table`."""

    text: str
    pieces: tuple[Piece, ...] = ()
    section: int = 0
    heading: bool = False

    def places(self, start: int, end: int) -> list[Place]:
        """Where characters `start` to `end` stand: a place a line, in reading order."""
        return list(self._places(start, end))

    def _places(self, start: int, end: int) -> Iterator[Place]:
        for piece in self.pieces:
            first, last = max(start, piece.start), min(end, piece.end)
            if first >= last:
                continue
            box = piece.place.box
            if box is not None and len(piece.edges) == piece.end - piece.start + 1:
                box = Box(piece.edges[first - piece.start], box.top, piece.edges[last - piece.start], box.bottom)
            yield Place(piece.place.page, box, piece.place.name)


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of a text file or of a page that gives no structure, its tabs kept; `number` counts from 1.

    `place` says where it stands; by default `line {number}`.
    """

    number: int
    text: str
    place: Place | None = None

    @property
    def where(self) -> Place:
        return self.place if self.place is not None else Place(name=f"line {self.number}")


Block = Paragraph | Table | TextLine


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader or layout wants a person to know; `code` is stable, `detail` fills the message."""

    code: str
    page: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader returns: pages for PDF and images, `flow` (blocks in reading order) for everything else."""

    source: Source
    pages: tuple[Page, ...]
    flow: tuple[Block, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """What layout returns: tables and paragraphs in reading order, each with its section, and what layout noticed."""

    source: Source
    blocks: tuple[Paragraph | Table, ...]
    notices: tuple[Notice, ...] = field(default=())

    @property
    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]

    @property
    def paragraphs(self) -> list[Paragraph]:
        return [block for block in self.blocks if isinstance(block, Paragraph)]

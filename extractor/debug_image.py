"""Draws what was seen on each page: words blue, rulings green, cells red, and the field of each value and figure."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from extractor.document import Box, Document, Page, Source, Structure
from extractor.errors import OutputError
from extractor.layout import structure
from extractor.output import write_atomically
from extractor.read import read
from extractor.read.source import load
from extractor.report import Figure, Report, Value, ValueStatus
from extractor.settings import Settings

SCALE = 150 / 72
"""Pixels a point: pages are drawn at 150 dpi."""
LONGEST_SIDE = 5_000
"""Pixels; larger pages are drawn smaller."""

_COLOURS = {"word": (70, 130, 220), "ruling": (20, 150, 60), "cell": (220, 60, 60)}
_STATUS_COLOURS = {ValueStatus.READ: (150, 0, 130), ValueStatus.BLANK: (130, 130, 130)}
_ALARMING = (230, 110, 0)
_ROW = (0, 100, 100)
_FIGURE = (200, 90, 0)


def draw_pages(path: Path, report: Report, folder: Path, settings: Settings) -> list[Path]:
    """Writes `page-001.png` and so on into `folder`, which is made if need be; nothing for formats without pages.

    Raises `OutputError`.
    """
    data = load(path, settings)
    document = read(data, settings)
    if document.source is not Source.PDF:
        return []
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror or error}.") from error
    written = []
    for page, image in _drawn(data, document, structure(document), report):
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        written.append(folder / f"page-{page.number:03d}.png")
        write_atomically(written[-1], buffer.getvalue())
    return written


def _drawn(data: bytes, document: Document, laid_out: Structure, report: Report) -> Iterator[tuple[Page, Image.Image]]:
    with pypdfium2.PdfDocument(data) as pdf:
        for page in document.pages:
            scale = min(SCALE, LONGEST_SIDE / max(page.width, page.height, 1.0))
            image = pdf[page.number - 1].render(scale=scale).to_pil().convert("RGB")
            sketch = _Sketch(image, scale)
            sketch.draw_page(page)
            sketch.draw_cells(laid_out, page.number)
            sketch.draw_values(report, page.number, page.width)
            sketch.draw_figures(report, page.number)
            yield page, image


class _Sketch:
    """A page's picture that boxes in points are drawn on."""

    def __init__(self, image: Image.Image, scale: float) -> None:
        self.draw = ImageDraw.Draw(image)
        self.scale = scale
        self.font = ImageFont.load_default(10 * scale / SCALE)

    def box(self, box: Box, colour: tuple[int, int, int], width: int = 1) -> None:
        left, top, right, bottom = (edge * self.scale for edge in (box.x0, box.top, box.x1, box.bottom))
        self.draw.rectangle((min(left, right), min(top, bottom), max(left, right), max(top, bottom)),
                            outline=colour, width=width)

    def draw_page(self, page: Page) -> None:
        for ruling in page.rulings:
            self.draw.line([(ruling.x0 * self.scale, ruling.top * self.scale),
                            (ruling.x1 * self.scale, ruling.bottom * self.scale)], _COLOURS["ruling"], 3)
        for word in page.words:
            self.box(word.box, _COLOURS["word"])

    def draw_cells(self, laid_out: Structure, page: int) -> None:
        for table in laid_out.tables:
            for cell in table.cells:
                if cell.place.page == page and cell.place.box is not None:
                    self.box(cell.place.box, _COLOURS["cell"])

    def draw_values(self, report: Report, page: int, right: float) -> None:
        """The column's id under each number; the row's id at the `right` edge, or over its first number (table 4)."""
        lines: dict[int, dict[str, Box]] = {}
        for value in report.values.values():
            colour = _STATUS_COLOURS.get(value.status, _ALARMING)
            row, _, column = value.field.rpartition(".")
            for box in _boxes(value, page):
                self.box(box, colour, 2)
                self.text(box.centre[0], box.bottom + 1, column, "ma", colour)
                lines.setdefault(round(box.centre[1]), {}).setdefault(row, box)
        for y, rows in lines.items():
            for row, box in rows.items():
                if len(rows) == 1:
                    self.text(right - 2, y, row.partition(".")[2] or row, "rm", _ROW)
                else:
                    self.text(box.x0, box.top - 1, row, "ld", _ROW)

    def draw_figures(self, report: Report, page: int) -> None:
        """Each figure of the prose, with its field above it."""
        for figure in report.figures:
            for box in _boxes(figure, page):
                self.box(box, _FIGURE, 2)
                self.text(box.x0, box.top - 1, figure.field or "?", "ld", _FIGURE)

    def text(self, x: float, y: float, text: str, anchor: str, colour: tuple[int, int, int]) -> None:
        self.draw.text((x * self.scale, y * self.scale), text, colour, self.font, anchor)


def _boxes(read: Value | Figure, page: int) -> list[Box]:
    return [Box(*evidence.box) for evidence in read.evidence if evidence.page == page and evidence.box is not None]

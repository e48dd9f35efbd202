"""Draws what was seen on each page: words blue, rulings green, cells red, and the field of each value and figure.

A scan is read straightened: what was seen is drawn on the page as given, through the stored transform. Its words are
orange where they are doubtful, with their confidence beside them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from extractor.document import Box, Document, Page, Source, Structure
from extractor.errors import OutputError
from extractor.layout import structure
from extractor.output import write_atomically
from extractor.pipeline import read_scans
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
_DOUBTED = 0.75
"""Confidence below which a word of a scan is drawn as doubtful."""
_ROW = (0, 100, 100)
_FIGURE = (200, 90, 0)


def draw_pages(path: Path, report: Report, folder: Path, settings: Settings) -> list[Path]:
    """Writes `page-001.png` and so on into `folder`, which is made if need be; nothing for formats without pages.

    Scanned pages are read again for it.

    Raises `OutputError`.
    """
    data = load(path, settings)
    given = read(data, settings)
    if given.source not in (Source.PDF, Source.OCR):
        return []
    document = read_scans(given, data, settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror or error}.") from error
    written = []
    for page, image in _drawn(data, document, structure(document), report, settings):
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        written.append(folder / f"page-{page.number:03d}.png")
        write_atomically(written[-1], buffer.getvalue())
    return written


def _drawn(data: bytes, document: Document, laid_out: Structure, report: Report,
           settings: Settings) -> Iterator[tuple[Page, Image.Image]]:
    for page, image in _pictures(data, document, settings):
        sketch = _Sketch(image, image.width / max(1.0, page.width))
        sketch.draw_page(page)
        sketch.draw_cells(laid_out, page)
        sketch.draw_values(report, page.number, page.width)
        sketch.draw_figures(report, page.number)
        yield page, image


def _pictures(data: bytes, document: Document, settings: Settings) -> Iterator[tuple[Page, Image.Image]]:
    """Each page as given."""
    if document.source is Source.OCR:
        from extractor.read.render import decode_image

        sizes = {page.number: (page.width, page.height) for page in document.pages}
        for page, frame in zip(document.pages, decode_image(data, sizes, settings), strict=True):
            yield page, Image.fromarray(frame.pixels) if frame.pixels.size else Image.new("RGB", (1, 1), "white")
        return
    import pypdfium2

    with pypdfium2.PdfDocument(data) as pdf:
        for page in document.pages:
            scale = min(SCALE, LONGEST_SIDE / max(page.width, page.height, 1.0))
            yield page, pdf[page.number - 1].render(scale=scale).to_pil().convert("RGB")


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

    def outline(self, page: Page, box: Box, colour: tuple[int, int, int], width: int = 1) -> None:
        """A box of a page's words, on the page as given: no longer upright if the page was straightened."""
        corners = [(box.x0, box.top), (box.x1, box.top), (box.x1, box.bottom), (box.x0, box.bottom)]
        places = [page.original(Box(x, y, x, y)) for x, y in corners]
        points = [(place.x0 * self.scale, place.top * self.scale) for place in places]
        self.draw.line([*points, points[0]], colour, width)

    def draw_page(self, page: Page) -> None:
        for ruling in page.rulings:
            self.outline(page, Box(ruling.x0, ruling.top, ruling.x1, ruling.bottom), _COLOURS["ruling"], 3)
        for word in page.words:
            doubted = page.source is Source.OCR and word.confidence < _DOUBTED
            self.outline(page, word.box, _ALARMING if doubted else _COLOURS["word"])
            if doubted:
                place = page.original(word.box)
                self.text(place.x1 + 1, place.top, f"{word.confidence:.2f}", "la", _ALARMING)

    def draw_cells(self, laid_out: Structure, page: Page) -> None:
        for table in laid_out.tables:
            for cell in table.cells:
                if cell.place.page == page.number and cell.place.box is not None:
                    self.outline(page, cell.place.box, _COLOURS["cell"])

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

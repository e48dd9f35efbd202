"""Scanned pages to the same `Page` as born-digital ones: straightened, ruled, every cell read or proven blank.

Words and rulings are in the coordinates of the straightened page, in points; `Page.to_original` leads back to the
page as it was given.
"""

from __future__ import annotations

from collections.abc import Iterable

from extractor.document import Page
from extractor.read.ocr import OcrEngine, engine
from extractor.read.render import PageImage, decode_image, render_pdf
from extractor.read.scan.page import Timings, read_page
from extractor.settings import Settings

__all__ = ["Timings", "ocr_image", "ocr_pages", "read_scan"]


def read_scan(pages: Iterable[PageImage], settings: Settings, reader: OcrEngine | None = None,
              timings: Timings | None = None) -> tuple[Page, ...]:
    """Pages read one after the other; a page that cannot be read keeps `needs_ocr` with the reason."""
    del settings
    reader = reader or engine()
    return tuple(read_page(image, reader, timings) for image in pages)


def ocr_pages(data: bytes, numbers: Iterable[int], settings: Settings,
              timings: Timings | None = None) -> dict[int, Page]:
    """The pages `numbers` of a PDF, read as scans."""
    return {page.number: page for page in read_scan(render_pdf(data, numbers, settings), settings, timings=timings)}


def ocr_image(data: bytes, pages: Iterable[Page], settings: Settings,
              timings: Timings | None = None) -> dict[int, Page]:
    """The frames of an image file, as `read.image` lists them, read as scans."""
    sizes = {page.number: (page.width, page.height) for page in pages}
    return {page.number: page for page in read_scan(decode_image(data, sizes, settings), settings, timings=timings)}

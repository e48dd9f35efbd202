"""Scanned pages to the same `Page` as born-digital ones: straightened, ruled, every cell read or proven blank.

Words and rulings are in the coordinates of the straightened page, in points; `Page.to_original` leads back to the
page as it was given.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from extractor.document import Page
from extractor.read.ocr import OcrEngine, engine, threads
from extractor.read.render import PageImage, decode_image, render_pdf
from extractor.read.scan.open_pages import continued
from extractor.read.scan.page import Timings, read_page
from extractor.settings import Settings

__all__ = ["Timings", "ocr_image", "ocr_pages", "read_scan"]


def read_scan(pages: Iterable[PageImage], settings: Settings, reader: OcrEngine | None = None,
              timings: Timings | None = None) -> tuple[Page, ...]:
    """Pages in their order; one that cannot be read keeps `needs_ocr` with the reason.

    As many pages as there are threads are read at once, since much of the work between two runs of a network keeps one
    core busy; no more are in memory. `timings` are then the sum over the threads.
    """
    del settings
    reader = reader or engine()
    if threads() == 1:
        return continued(read_page(image, reader, timings) for image in pages)
    return continued(_side_by_side(pages, reader, timings, threads()))


def _side_by_side(pages: Iterable[PageImage], reader: OcrEngine, timings: Timings | None, most: int) -> Iterator[Page]:
    """Pages read `most` at once, in their order."""
    with ThreadPoolExecutor(most, "page") as pool:
        waiting: deque[tuple[Future[Page], Timings]] = deque()

        def next_page() -> Page:
            page, spent = waiting.popleft()
            read = page.result()
            if timings is not None:
                timings.add(spent)
            return read

        for image in pages:
            spent = Timings()
            waiting.append((pool.submit(read_page, image, reader, spent), spent))
            del image
            if len(waiting) == most:
                yield next_page()
        while waiting:
            yield next_page()


def ocr_pages(data: bytes, numbers: Iterable[int], settings: Settings,
              timings: Timings | None = None) -> dict[int, Page]:
    """The pages `numbers` of a PDF, read as scans."""
    return {page.number: page for page in read_scan(render_pdf(data, numbers, settings), settings, timings=timings)}


def ocr_image(data: bytes, pages: Iterable[Page], settings: Settings,
              timings: Timings | None = None) -> dict[int, Page]:
    """The frames of an image file, as `read.image` lists them, read as scans."""
    sizes = {page.number: (page.width, page.height) for page in pages}
    return {page.number: page for page in read_scan(decode_image(data, sizes, settings), settings, timings=timings)}

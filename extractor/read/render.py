"""Pages as pixels: PDF pages rendered by PDFium, frames of image files decoded, both at a stated resolution."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdfium2 import raw as pdfium

from extractor.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

PDFIUM_LOCK = threading.RLock()
"""PDFium keeps global state: one call at a time in a process."""
LOWEST_DPI, HIGHEST_DPI = 72.0, 300.0
"""Pages are rendered at the resolution of the scan they hold, within these bounds."""
DRAWN_DPI = 200.0
"""Resolution for pages that hold no large image (text drawn as outlines)."""
LARGE = 0.3
"""Share of a page's width that an image must cover for its resolution to count as the page's."""
EVEN = 4
"""Grey levels: a page that varies less is empty, and an image on it may have failed to decode."""
POINTS = 72.0
A4_WIDTH, A4_RATIO = 595.28, 2.0 ** 0.5
LONG_STRIP = 2.2
"""Height over width above which an image holds several pages below each other."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as pixels: height x width x 3 (RGB, 8 bits); `width` and `height` in points, as the reader gave them.

    `problem` is empty, or says why there are no pixels (`image_damaged`, `image_too_large`, `image_empty`).
    """

    number: int
    width: float
    height: float
    pixels: NDArray[np.uint8]
    problem: str = ""

    @property
    def dpi(self) -> float:
        """Pixels per inch, as the page's width tells; a strip of several pages is as wide as one."""
        if self.strip > 1:
            return float(self.pixels.shape[1] / A4_WIDTH * POINTS)
        return float(self.pixels.shape[1] / self.width * POINTS) if self.width > 0 else DRAWN_DPI

    @property
    def strip(self) -> int:
        """How many pages stand below each other in the image; their sizes in points are then not to be trusted."""
        rows, columns = self.pixels.shape[:2]
        return max(1, round(rows / columns / A4_RATIO)) if columns and rows / columns > LONG_STRIP else 1


def without_pixels(number: int, width: float, height: float, problem: str) -> PageImage:
    """A page that could not be turned into pixels."""
    return PageImage(number, width, height, np.zeros((0, 0, 3), np.uint8), problem)


def render_pdf(data: bytes, numbers: Iterable[int], settings: Settings) -> Iterator[PageImage]:
    """Pages of a PDF, one at a time so that a long scan never fills the memory; numbers count from 1."""
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(data)
    try:
        for number in numbers:
            with PDFIUM_LOCK:
                image = _rendered(document, number, settings)
            yield image
    finally:
        with PDFIUM_LOCK:
            document.close()


def _rendered(document: pypdfium2.PdfDocument, number: int, settings: Settings) -> PageImage:
    width = height = 0.0
    try:
        page = document[number - 1]
        try:
            width, height = page.get_size()
            images = list(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,)))
            dpi = _scan_dpi(images, width)
            pixels_asked = max([width * height * (dpi / POINTS) ** 2, *(_pixel_count(image) for image in images)])
            if pixels_asked > settings.max_image_pixels:
                return without_pixels(number, width, height, "image_too_large")
            bitmap = page.render(scale=dpi / POINTS, rev_byteorder=True, prefer_bgrx=False, may_draw_forms=False)
            pixels = _rgb(bitmap.to_numpy())
            if images and int(np.ptp(pixels[::7, ::7])) < EVEN and any(map(_damaged, images)):
                return without_pixels(number, width, height, "image_damaged")
        finally:
            page.close()
    except (pypdfium2.PdfiumError, ValueError, MemoryError, OSError):
        return without_pixels(number, width, height, "image_damaged")
    return PageImage(number, float(width), float(height), pixels)


def _pixel_count(image: pypdfium2.PdfImage) -> int:
    columns, rows = image.get_px_size()
    return int(columns * rows)


def _damaged(image: pypdfium2.PdfImage) -> bool:
    """True if PDFium cannot decode the image; it draws nothing then, and does not say so."""
    try:
        image.get_bitmap().close()
    except pypdfium2.PdfiumError:
        return True
    return False


def _scan_dpi(images: Iterable[pypdfium2.PdfImage], width: float) -> float:
    """The resolution of the page's widest image, so that a scan's pixels are taken as they are."""
    found = []
    for item in images:
        left, bottom, right, top = item.get_bounds()
        columns, rows = item.get_px_size()
        if right - left >= LARGE * width and top > bottom:
            # an image may lie turned by a quarter on the page: the smaller ratio is never an enlargement
            found.append(min(max(columns, rows) / max(right - left, top - bottom),
                             min(columns, rows) / min(right - left, top - bottom)) * POINTS)
    return min(HIGHEST_DPI, max(LOWEST_DPI, max(found, default=DRAWN_DPI)))


def _rgb(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A copy with three channels, which outlives PDFium's own bitmap; grey images have one, with transparency four."""
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.shape[2] == 1:
        return np.repeat(pixels, 3, axis=2)
    return np.array(pixels[:, :, :3])


def decode_image(data: bytes, sizes: dict[int, tuple[float, float]], settings: Settings) -> Iterator[PageImage]:
    """Frames of an image file, turned as their EXIF tag says; `sizes` holds the pages wanted and their points.

    A page whose width and height do not fit the turned image has them exchanged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of large images and odd metadata; the limits here decide
        for number, (width, height) in sorted(sizes.items()):
            yield _decoded(data, number, width, height, settings)


def _decoded(data: bytes, number: int, width: float, height: float, settings: Settings) -> PageImage:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if number > 1:
                image.seek(number - 1)
            columns, rows = image.size
            if columns * rows > settings.max_image_pixels:
                return without_pixels(number, width, height, "image_too_large")
            turned = ImageOps.exif_transpose(image)
            if (turned.size[0] > turned.size[1]) != (width > height) and turned.size != image.size:
                width, height = height, width
            pixels = np.asarray(_opaque(turned))
    except (UnidentifiedImageError, OSError, EOFError, SyntaxError, ValueError, TypeError, KeyError, IndexError,
            MemoryError, Image.DecompressionBombError):
        # Pillow's decoders answer damage with whatever error their code happens to meet
        return without_pixels(number, width, height, "image_damaged")
    rows, columns = pixels.shape[:2]
    return PageImage(number, width, height, _bounded(pixels, A4_WIDTH if rows > LONG_STRIP * columns else width))


def _opaque(image: Image.Image) -> Image.Image:
    """The image in RGB, transparent parts on white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, clear).convert("RGB")
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    return image.convert("RGB")


def _bounded(pixels: NDArray[np.uint8], width: float) -> NDArray[np.uint8]:
    """The pixels at `HIGHEST_DPI` at most: more costs time and tells nothing."""
    dpi = pixels.shape[1] / width * POINTS if width > 0 else DRAWN_DPI
    if dpi <= HIGHEST_DPI * 1.05:
        return np.ascontiguousarray(pixels)
    scale = HIGHEST_DPI / dpi
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))

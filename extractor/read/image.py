"""Reads image files (scans, photographs): each frame becomes a page that waits for character recognition."""

from __future__ import annotations

import io
import struct
import warnings

from PIL import Image, UnidentifiedImageError

from extractor.document import Box, Document, Page, Source
from extractor.errors import LimitExceeded, UnreadableDocument
from extractor.settings import Settings

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF", "JPEG2000")
A4_LENGTH = 841.89
"""Points: the longer side assumed where the resolution is missing or cannot be true."""
PLAUSIBLE = (2 * 72.0, 24 * 72.0)
"""Points: the longer side of a page of paper, up to A2. A photograph that says 72 dpi would be a metre long."""


def read_image(data: bytes, settings: Settings) -> Document:
    """Pages of the size that the image's resolution gives, in points, each marked `needs_ocr`.

    Only headers are read: no pixel is decoded. Frames count for TIFF alone, since other formats animate with them.
    Raises `UnreadableDocument` or `LimitExceeded` (frames over `max_pages`, pixels over `max_image_pixels`).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of large images and odd metadata; the limits here decide
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                pages = _pages(image, settings)
        except Image.DecompressionBombError as error:
            raise LimitExceeded("The image has too many pixels.", "Scan it again at 300 dpi or less.") from error
        except (UnidentifiedImageError, OSError, EOFError, SyntaxError, ValueError, TypeError, KeyError, IndexError,
                OverflowError, ZeroDivisionError, struct.error) as error:
            # Pillow's header parsers answer damage with whatever error their code happens to meet
            raise UnreadableDocument("The image is damaged: its header cannot be read.",
                                     "Download or scan it again.") from error
    return Document(Source.OCR, pages)


def _pages(image: Image.Image, settings: Settings) -> tuple[Page, ...]:
    frames = int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
    if frames > settings.max_pages:
        raise LimitExceeded(f"The image has {frames} pages; the limit is {settings.max_pages}.",
                            "Split it, or raise GOUJI_MAX_PAGES.")
    pages = []
    for index in range(frames):
        if frames > 1:
            image.seek(index)
        columns, rows = image.size
        if columns * rows > settings.max_image_pixels:
            raise LimitExceeded(f"Page {index + 1} has {columns} x {rows} pixels; the limit is "
                                f"{settings.max_image_pixels} in all.",
                                "Scan it again at 300 dpi or less, or raise GOUJI_MAX_IMAGE_PIXELS.")
        width, height = _size(image)
        pages.append(Page(index + 1, width, height, images=(Box(0.0, 0.0, width, height),), source=Source.OCR,
                          needs_ocr="image"))
    return tuple(pages)


def _size(image: Image.Image) -> tuple[float, float]:
    """Width and height in points."""
    columns, rows = image.size
    if min(columns, rows) < 1:
        raise ValueError("an image without pixels")
    across, down = _resolution(image)
    if across > 0 and down > 0:
        width, height = columns / across * 72, rows / down * 72
        if PLAUSIBLE[0] <= max(width, height) <= PLAUSIBLE[1] and 0.5 < across / down < 2:
            return width, height
    scale = A4_LENGTH / max(columns, rows)
    return columns * scale, rows * scale


def _resolution(image: Image.Image) -> tuple[float, float]:
    """Pixels per inch across and down; zeros where the file does not say."""
    dpi = image.info.get("dpi")
    if not isinstance(dpi, tuple) or len(dpi) != 2:
        return 0.0, 0.0
    return float(dpi[0]), float(dpi[1])

"""Pictures of the places where a cell was misread: a piece of the page, the right place green, the place read red."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from eval.result import Mistake

if TYPE_CHECKING:
    from extractor.read.render import PageImage

AROUND = (70.0, 16.0)
"""Points of the page that are shown left and right of a place, and above and below it."""
LARGEST = 460
"""Pixels: pictures are at most this wide."""
_RIGHT, _READ = (22, 140, 80), (210, 50, 45)


def crop(path: Path | None, mistake: Mistake) -> str:
    """The picture as a data URI; empty for formats without pages and for files that are not there."""
    page = mistake.page or mistake.read_page
    box = mistake.box or mistake.read_box
    if path is None or page is None or box is None:
        return ""
    image = page_image(path, page)
    if image is None or image.pixels.size == 0 or not image.width:
        return ""
    from PIL import Image, ImageDraw

    scale = image.dpi / 72
    picture = Image.fromarray(image.pixels)
    draw = ImageDraw.Draw(picture)
    for place, on, colour in ((mistake.read_box, mistake.read_page, _READ), (mistake.box, mistake.page, _RIGHT)):
        if place is not None and on == page:
            draw.rectangle([edge * scale for edge in place], outline=colour, width=max(2, round(scale)))
    left, top, right, bottom = (edge * scale for edge in (
        box[0] - AROUND[0], box[1] - AROUND[1], box[2] + AROUND[0], box[3] + AROUND[1]))
    corners = (max(0, round(left)), max(0, round(top)), min(picture.width, round(right)), min(picture.height, round(bottom)))
    if corners[2] - corners[0] < 2 or corners[3] - corners[1] < 2:
        return ""  # outside of the page: the file is not the one that was labelled
    piece = picture.crop(corners)
    if piece.width > LARGEST:
        piece = piece.resize((LARGEST, max(1, round(piece.height * LARGEST / piece.width))), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    piece.save(buffer, "WEBP", quality=70)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


@lru_cache(maxsize=4)
def page_image(path: Path, number: int) -> PageImage | None:
    """A page as pixels, as the file gives it; None where the file has no pages or cannot be read."""
    from extractor.errors import GoujiError
    from extractor.read.image import read_image
    from extractor.read.render import decode_image, render_pdf
    from extractor.settings import default_settings

    settings = default_settings()
    try:
        data = path.read_bytes()
        if data[:1024].lstrip().startswith(b"%PDF"):
            return next(iter(render_pdf(data, [number], settings)), None)
        pages = read_image(data, settings).pages
        sizes = {page.number: (page.width, page.height) for page in pages if page.number == number}
        return next(iter(decode_image(data, sizes, settings)), None)
    except (OSError, GoujiError, ValueError):
        return None

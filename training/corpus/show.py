"""Draws a sample's labels over its pages, for the eye: cells blue, values red, figures green, distractors grey."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from training.corpus.labels import Area, Label, read_label

if TYPE_CHECKING:
    from PIL.Image import Image

Marked = tuple[Area, str]
_CELL, _VALUE, _FIGURE, _DISTRACTOR, _LINE = "#4477CC", "#DD2222", "#119933", "#888888", "#CCAA33"


def page_images(data: bytes, suffix: str, dpi: float) -> list[Image]:
    """The pages of a sample's file as RGB pictures; a PDF is rendered, an image is scaled from its own resolution.

    Raises `ValueError` for formats without pages.
    """
    if suffix == ".pdf":
        import pypdfium2

        document = pypdfium2.PdfDocument(data)
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]
    if suffix not in (".png", ".jpg", ".tiff"):
        raise ValueError(f"{suffix} has no pages to draw on")
    from PIL import Image as Picture
    from PIL import ImageOps, ImageSequence

    Picture.MAX_IMAGE_PIXELS = None
    pages = []
    for frame in ImageSequence.Iterator(Picture.open(io.BytesIO(data))):
        pages.append(ImageOps.exif_transpose(frame).convert("RGB"))
    return pages


def draw(path: Path, dpi: float = 100.0, lines: bool = False) -> Iterator[Image]:
    """The pages of the sample at `path` with its labels; `lines` adds the boxes of all text lines."""
    from PIL import ImageDraw

    label = read_label(path)
    sizes = label.corpus.page_sizes
    for number, picture in enumerate(page_images(path.read_bytes(), path.suffix, dpi), start=1):
        scale = picture.width / sizes[number - 1][0]
        pen = ImageDraw.Draw(picture)
        for area, color in _marked(label, lines):
            if area.page == number:
                _outline(pen, area, color, scale)
        yield picture


def _marked(label: Label, lines: bool) -> Iterable[Marked]:
    for cell in label.corpus.cells:
        for area in cell.areas:
            yield area, _CELL
        for line in cell.lines:
            if cell.role == "value" or lines:
                yield line.area, _VALUE if cell.role == "value" else _LINE
    for paragraph in label.corpus.paragraphs:
        if lines:
            for line in paragraph.lines:
                yield line.area, _LINE
        for figure in paragraph.figures:
            for area in figure.areas:
                yield area, _DISTRACTOR if figure.distractor else _FIGURE


def _outline(pen: object, area: Area, color: str, scale: float) -> None:
    from PIL.ImageDraw import ImageDraw

    assert isinstance(pen, ImageDraw)
    if area.polygon:
        points = [(x * scale, y * scale) for x, y in area.polygon]
        pen.line([*points, points[0]], fill=color, width=1)
    else:
        x0, top, x1, bottom = (value * scale for value in area.box)
        pen.rectangle([x0, top, x1, bottom], outline=color, width=1)

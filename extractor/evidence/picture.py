"""Draws the windows of a case into one picture, for formats that cannot lay frames over a page themselves."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from extractor.document import Box
from extractor.evidence.crops import Plate
from extractor.evidence.view import TAG, MarkView, Window

SCALE = 1.5
"""Pixels a point."""
MOST_WIDTH, MOST_HEIGHT = 1_100, 1_500
"""Pixels; what would be larger is drawn smaller, what would be higher is cut off below."""
SEAM = 6
"""Pixels between two windows."""
QUALITY = 78

_COLOURS = {"computed": (47, 117, 181), "stated": (29, 79, 124), "figure": (178, 106, 0), "other": (178, 106, 0)}
_SUSPECT = (201, 33, 43)


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG and its size in pixels."""

    data: bytes
    width: int
    height: int


def picture(windows: Sequence[Window], plates: Mapping[int, Plate]) -> Picture | None:
    """The windows one below the other with their marks; None where none of them has a picture."""
    shown = [window for window in windows if not window.problem and window.box.width > 0 and window.box.height > 0]
    if not shown:
        return None
    scale = min(SCALE, MOST_WIDTH / max(window.box.width for window in shown))
    parts: list[Image.Image] = []
    height = 0
    for window in shown:
        part = _drawn(window, plates[window.page], scale)
        height += part.height + (SEAM if parts else 0)
        parts.append(part)
        if height >= MOST_HEIGHT:
            break
    sheet = Image.new("RGB", (max(part.width for part in parts), min(height, MOST_HEIGHT)), (216, 221, 228))
    top = 0
    for part in parts:
        sheet.paste(part, (0, top))
        top += part.height + SEAM
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return Picture(buffer.getvalue(), sheet.width, sheet.height)


def _drawn(window: Window, plate: Plate, scale: float) -> Image.Image:
    with Image.open(io.BytesIO(plate.data)) as image:
        across, down = image.width / plate.box.width, image.height / plate.box.height
        box = window.box
        area = ((box.x0 - plate.box.x0) * across, (box.top - plate.box.top) * down,
                (box.x1 - plate.box.x0) * across, (box.bottom - plate.box.top) * down)
        size = (max(1, round(box.width * scale)), max(1, round(box.height * scale)))
        part = image.convert("RGB").resize(size, Image.Resampling.LANCZOS, box=_within(area, image.size))
    draw = ImageDraw.Draw(part)
    for mark in window.marks:
        _mark(draw, mark, box, scale)
    return part


def _within(area: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    left, top, right, bottom = area
    return max(0.0, left), max(0.0, top), min(float(size[0]), right), min(float(size[1]), bottom)


def _mark(draw: ImageDraw.ImageDraw, mark: MarkView, box: Box, scale: float) -> None:
    colour = _SUSPECT if mark.suspect else _COLOURS[mark.role]
    frame = mark.frame
    draw.rectangle(((frame.x0 - box.x0) * scale, (frame.top - box.top) * scale,
                    (frame.x1 - box.x0) * scale, (frame.bottom - box.top) * scale),
                   outline=colour, width=3 if mark.suspect else 2)
    if mark.number:
        x, y, radius = (mark.tag[0] - box.x0) * scale, (mark.tag[1] - box.top) * scale, TAG * scale
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
        draw.text((x, y), str(mark.number), (255, 255, 255), _font(round(radius * 1.35)), "mm")


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)

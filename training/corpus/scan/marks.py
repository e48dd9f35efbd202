"""What stands on a printed page besides print: seals, pen strokes, punch holes, the back side's text, dust."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
SEAL = 119.0
"""Points across: 42 mm, the size of a county's or department's official seal."""


@lru_cache(maxsize=16)
def _seal_mask(text: str, diameter: int) -> npt.NDArray[np.float32]:
    """Ink (0 to 1) of a round seal: ring, five-pointed star, the body's name along the arc."""
    from PIL import Image as Picture
    from PIL import ImageDraw, ImageFont

    from training.corpus.pages.fonts import installed

    scale = 2
    size = diameter * scale
    picture = Picture.new("L", (size, size), 0)
    draw = ImageDraw.Draw(picture)
    draw.ellipse([2, 2, size - 3, size - 3], outline=255, width=max(2, size // 34))
    star = [(size / 2 + (0.17 if k % 2 == 0 else 0.066) * size * math.sin(math.pi * k / 5),
             size / 2 - (0.17 if k % 2 == 0 else 0.066) * size * math.cos(math.pi * k / 5)) for k in range(10)]
    draw.polygon(star, fill=255)
    font = ImageFont.truetype(next(f.path for f in installed() if f.style == "song"), round(size * 0.125))
    text = text[:18]
    sweep = math.radians(min(280, 17 * len(text)))
    for index, char in enumerate(text):
        angle = -sweep / 2 + sweep * (index + 0.5) / len(text)
        glyph = Picture.new("L", (size // 5, size // 5), 0)
        ImageDraw.Draw(glyph).text((size // 10, size // 10), char, font=font, fill=255, anchor="mm")
        turned = glyph.rotate(-math.degrees(angle), resample=Picture.Resampling.BILINEAR)
        x = size / 2 + 0.385 * size * math.sin(angle) - size // 10
        y = size / 2 - 0.385 * size * math.cos(angle) - size // 10
        picture.paste(255, (round(x), round(y)), turned)
    small = picture.resize((diameter, diameter), Picture.Resampling.LANCZOS)
    return np.asarray(np.asarray(small, dtype=np.float32) / 255, dtype=np.float32)


def stamp(page: Image, text: str, centre: tuple[float, float], dpi: float, rng: random.Random) -> None:
    """Stamps a red seal on an RGB page at `centre` (pixels): uneven ink that lets the print under it through."""
    diameter = round(SEAL * rng.uniform(0.85, 1.1) * dpi / 72)
    mask = _seal_mask(text, diameter)
    matrix = cv2.getRotationMatrix2D((diameter / 2, diameter / 2), rng.uniform(-25, 25), 1.0)
    mask = np.asarray(cv2.warpAffine(mask, matrix, (diameter, diameter)), dtype=np.float32)
    mask = (mask * _patchiness(diameter, rng)).astype(np.float32)
    x0, y0 = round(centre[0] - diameter / 2), round(centre[1] - diameter / 2)
    left, top = max(0, x0), max(0, y0)
    right, bottom = min(page.shape[1], x0 + diameter), min(page.shape[0], y0 + diameter)
    if right <= left or bottom <= top:
        return
    ink = mask[top - y0:bottom - y0, left - x0:right - x0, None] * rng.uniform(0.55, 0.9)
    red = np.array([rng.randint(195, 235), rng.randint(20, 60), rng.randint(25, 65)], dtype=np.float32) / 255
    area = page[top:bottom, left:right].astype(np.float32)
    page[top:bottom, left:right] = (area * (1 - ink + ink * red)).astype(np.uint8)


def _patchiness(size: int, rng: random.Random) -> npt.NDArray[np.float32]:
    """How well the ink took, from 0.45 to 1."""
    coarse = np.random.default_rng(rng.getrandbits(32)).random((size // 12 + 2, size // 12 + 2), dtype=np.float32)
    smooth = np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), dtype=np.float32)
    return (0.45 + 0.55 * smooth.clip(0, 1)).astype(np.float32)


def pen_strokes(page: Image, places: Sequence[tuple[float, float, float, float]], dpi: float,
                rng: random.Random) -> None:
    """A tick beside, or a wavering line under, one of the `places` (boxes in pixels), in blue, black or red ink."""
    if not places:
        return
    x0, top, x1, bottom = rng.choice(places)
    color = rng.choice(((30, 40, 150), (25, 25, 30), (190, 25, 30)))
    width = max(1, round(rng.uniform(0.8, 1.6) * dpi / 72))
    unit = dpi / 72
    if rng.random() < 0.5:
        x, y = x1 + rng.uniform(3, 12) * unit, (top + bottom) / 2
        points = [(x, y), (x + 4 * unit, y + 5 * unit), (x + rng.uniform(12, 18) * unit, y - rng.uniform(8, 14) * unit)]
    else:
        steps = 14
        y = bottom + rng.uniform(0.5, 2.5) * unit
        points = [(x0 + (x1 - x0) * k / steps, y + rng.gauss(0, 0.5) * unit) for k in range(steps + 1)]
    line = np.array(points, dtype=np.float32).reshape(-1, 1, 2)
    over = page.copy()
    cv2.polylines(over, [np.round(line * 16).astype(np.int32)], False, color, width, cv2.LINE_AA, 4)
    page[:] = np.minimum(page, over)


def punch(page: Image, dpi: float, rng: random.Random) -> None:
    """Two or four punch holes at the left edge, dark as the scanner's lid shows through them."""
    unit = dpi / 72
    radius = round(8.5 * unit)
    shade = rng.choice((20, 60, 110))
    x = round(rng.uniform(16, 24) * unit)
    middle = page.shape[0] / 2
    for offset in rng.choice(((-113.4, 113.4), (-340.2, -113.4, 113.4, 340.2))):
        cv2.circle(page, (x, round(middle + offset * unit)), radius, (shade, shade, shade), -1, cv2.LINE_AA)


def show_through(page: Image, back: Image, strength: float) -> None:
    """The back side's print, mirrored and blurred, faintly on the page."""
    mirrored = cv2.resize(np.ascontiguousarray(back[:, ::-1]), (page.shape[1], page.shape[0]))
    soft = cv2.GaussianBlur(mirrored, (0, 0), max(1.0, page.shape[1] / 900)).astype(np.float32)
    page[:] = (page.astype(np.float32) * (1 - strength * (1 - soft / 255))).astype(np.uint8)


def dust(page: Image, count: int, dpi: float, rng: random.Random) -> None:
    """Specks and a few hairs, dark and light."""
    height, width = page.shape[:2]
    unit = dpi / 72
    for _ in range(count):
        x, y = rng.randrange(width), rng.randrange(height)
        shade = rng.choice((0, 40, 90, 255))
        if rng.random() < 0.04:
            end = (round(x + rng.gauss(0, 14) * unit), round(y + rng.gauss(0, 14) * unit))
            cv2.line(page, (x, y), end, (90, 90, 90), 1, cv2.LINE_AA)
        else:
            cv2.circle(page, (x, y), rng.randint(0, max(1, round(0.7 * unit))), (shade, shade, shade), -1, cv2.LINE_AA)


def as_rgb(picture: Any) -> Image:
    """A Pillow picture as a writable RGB array."""
    return np.array(picture.convert("RGB"), dtype=np.uint8)

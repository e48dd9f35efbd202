"""Straightening: skew from the page's ink, perspective from its rulings, and one transform that undoes both.

The straight page is grey, at `WORK_DPI`, with the seal's red taken out. `to_image` maps its pixels to the pixels of
the page as given, so that the page is resampled once however many corrections were found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORK_DPI = 200.0
"""Resolution of the straight page: small print has digits 20 pixels high."""
SKEW_DPI = 75.0
"""Resolution at which the skew is looked for."""
MOST_SKEW = 12.0
"""Degrees of skew that are looked for, either way."""
MARGIN = 0.02
"""Share of the page at each side where the dark edge of the scanner's lid may lie."""
INK_BLOCK, INK_DEPTH = 25, 12
"""Side in pixels of the neighbourhood, and how much darker than it ink is, when looking for skew."""
FEWEST_GLYPHS = 40
"""Characters needed to tell which way the lines of text run."""
SHORTEST = 0.12
"""Share of the page's width below which a line says nothing about perspective."""


@dataclass(frozen=True, slots=True)
class Straight:
    """A straight page: `grey` at `WORK_DPI`, `to_image` (3 x 3) from its pixels to those of the page as given."""

    grey: NDArray[np.uint8]
    to_image: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Segment:
    """A nearly horizontal or vertical stroke, by its end points in pixels of a straight page."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def length(self) -> float:
        return float(np.hypot(self.x1 - self.x0, self.y1 - self.y0))


def skew_of(grey: NDArray[np.uint8], dpi: float) -> float:
    """Degrees by which lines run down to the right (negative: up), from -12 to 12.

    Of all angles the right one gives the sharpest profile of ink across the lines (text and rulings alike).
    """
    scale = SKEW_DPI / dpi
    small = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    x, y = _ink_points(small)
    if len(x) < 50:
        return 0.0
    coarse = np.arange(-MOST_SKEW, MOST_SKEW + 0.01, 0.5)
    best = coarse[int(np.argmax([_sharpness(x, y, angle) for angle in coarse]))]
    fine = np.arange(best - 0.5, best + 0.51, 0.05)
    return float(fine[int(np.argmax([_sharpness(x, y, angle) for angle in fine]))])


def _ink_points(small: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where there is ink, dark margins left out, from the centre of the page."""
    mean = cv2.blur(small, (INK_BLOCK, INK_BLOCK)).astype(np.int16)
    ink = mean - small > INK_DEPTH
    rows, columns = ink.shape
    top, left = int(rows * MARGIN) + 1, int(columns * MARGIN) + 1
    ink[:top], ink[-top:], ink[:, :left], ink[:, -left:] = False, False, False, False
    y, x = np.nonzero(ink)
    return x.astype(np.float64) - columns / 2, y.astype(np.float64) - rows / 2


def _sharpness(x: NDArray[np.float64], y: NDArray[np.float64], degrees: float) -> float:
    """How much the counts of ink differ from one row to the next if the page is turned back by `degrees`."""
    radians = np.deg2rad(degrees)
    rows = np.floor(y * np.cos(radians) - x * np.sin(radians) + 0.25).astype(np.int64)
    counts = np.bincount(rows - rows.min()).astype(np.float64)
    return float(np.sum(np.diff(counts) ** 2))


def text_runs_down(grey: NDArray[np.uint8], dpi: float) -> bool:
    """True if the lines of text run down the page: the page lies on its side.

    A character's nearest neighbours stand on its own line, since lines are further apart than characters.
    """
    scale = 100.0 / dpi
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    mean = cv2.blur(small, (INK_BLOCK, INK_BLOCK)).astype(np.int16)
    ink = (mean - small > INK_DEPTH).astype(np.uint8)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((2, 2), np.uint8))
    _, _, stats, centres = cv2.connectedComponentsWithStats(joined, connectivity=8)
    wide, tall, area = stats[:, 2], stats[:, 3], stats[:, 4]
    glyphs = (np.maximum(wide, tall) <= 45) & (np.maximum(wide, tall) >= 7) & (area >= 12)
    points = np.asarray(centres[glyphs][:4000], dtype=np.float64)
    sizes = np.asarray(np.maximum(wide, tall)[glyphs][:4000], dtype=np.float64)
    return len(points) >= FEWEST_GLYPHS and _down_share(points, sizes) > 0.6


def _down_share(points: NDArray[np.float64], sizes: NDArray[np.float64]) -> float:
    """Share of points whose nearest other point lies above or below rather than beside."""
    from scipy.spatial import cKDTree

    far, nearest = cKDTree(points).query(points, k=2)
    # zeros in a table stand apart: only neighbours within a line of text tell its direction
    close = far[:, 1] <= 1.5 * sizes
    if int(close.sum()) < FEWEST_GLYPHS:
        return 0.0
    step = np.abs(points[nearest[:, 1]] - points)[close]
    return float(np.mean(step[:, 1] > step[:, 0]))


def turned(to_image: NDArray[np.float64], size: tuple[int, int], quarters: int) -> tuple[NDArray[np.float64],
                                                                                      tuple[int, int]]:
    """The transform and size (width, height) of the page turned clockwise by `quarters` of a turn."""
    width, height = size
    for _ in range(quarters % 4):
        # a pixel (u, v) of the turned page is (v, height - u) of the page before
        to_image = to_image @ np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, float(height)], [0.0, 0.0, 1.0]])
        width, height = height, width
    return to_image, (width, height)


def rotation(degrees: float, size: tuple[int, int]) -> NDArray[np.float64]:
    """From a page turned back by `degrees` about its centre to the page as it is; `size` is (width, height)."""
    cx, cy = size[0] / 2, size[1] / 2
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    about = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(_shift(cx, cy) @ about @ _shift(-cx, -cy), dtype=np.float64)


def _shift(x: float, y: float) -> NDArray[np.float64]:
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def rectification(across: list[Segment], down: list[Segment], size: tuple[int, int]) -> NDArray[np.float64] | None:
    """From a rectified page to the page as it is, or None where the lines are straight enough already.

    Slopes of horizontal lines are taken as linear in y, of vertical ones as linear in x: then each family meets in one
    point, and the homography that sends both points to infinity makes them upright. The centre keeps its place and
    scale.
    """
    width, height = size
    cx, cy = width / 2, height / 2
    across = [s for s in across if s.length >= SHORTEST * width]
    down = [s for s in down if s.length >= SHORTEST * width]
    a, b = _slopes([((s.y0 + s.y1) / 2 - cy, (s.y1 - s.y0) / (s.x1 - s.x0), s.length) for s in across], height)
    c, d = _slopes([((s.x0 + s.x1) / 2 - cx, (s.x1 - s.x0) / (s.y1 - s.y0), s.length) for s in down], width)
    if not down:
        c = -a
    if not across:
        a = -c
    worst = max(abs(a) + abs(b) * height / 2, abs(c) + abs(d) * width / 2)
    if worst * WORK_DPI < 0.4:  # less than half a pixel in an inch
        return None
    inverse = np.array([[1.0, c, 0.0], [a, 1.0, 0.0], [b, d, 1.0]])
    return np.asarray(_shift(cx, cy) @ inverse @ _shift(-cx, -cy), dtype=np.float64)


def _slopes(lines: list[tuple[float, float, float]], extent: float) -> tuple[float, float]:
    """Slope at the centre, and its growth per pixel, of lines given as (offset from the centre, slope, length).

    A robust least-squares fit: lines off by more than three times the median residual are left out. The growth is
    held towards zero unless lines lie well apart.
    """
    if not lines:
        return 0.0, 0.0
    at, slope, weight = (np.array(column, dtype=np.float64) for column in zip(*lines, strict=True))
    keep = np.ones(len(at), dtype=bool)
    fitted = (0.0, 0.0)
    for _ in range(3):
        root = np.sqrt(weight[keep])
        spread = 0.05 * extent * np.sqrt(weight[keep].sum())
        rows = np.vstack([np.column_stack([root, root * at[keep]]), [[0.0, spread]]])
        result = np.linalg.lstsq(rows, np.append(root * slope[keep], 0.0), rcond=None)[0]
        fitted = float(result[0]), float(result[1])
        off = np.abs(slope - fitted[0] - fitted[1] * at)
        keep = off <= max(0.002, 3 * float(np.median(off)))
    return fitted


def warp(image: NDArray[np.uint8], to_image: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.uint8]:
    """`image` as seen through `to_image`, `size` (width, height) pixels; beyond its edges it goes on as at them."""
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    if np.allclose(to_image, np.eye(3), atol=1e-6) and (image.shape[1], image.shape[0]) == size:
        return image
    return np.asarray(cv2.warpPerspective(image, to_image, size, flags=flags, borderMode=cv2.BORDER_REPLICATE),
                      dtype=np.uint8)

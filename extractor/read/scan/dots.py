"""Pages in black and white: how they are known, and how the dots that a fax makes of shading are taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DARK = 128
"""Grey below which a pixel of a bilevel page is ink."""
BETWEEN, NEARLY_WHITE = 0.65, 0.02
"""Most of what is not white that may be grey, and most of a page that may be nearly white, where a page has no greys
but those that resampling gave to edges."""
DOT = 0.028
"""Inches: a dot is less wide and high; a decimal point is too, but it stands alone."""
AREA = 0.4
"""Inches: side of the neighbourhood in which dots are counted."""
BESIDE = 0.05
"""Inches from a decimal point to the digits beside it."""
CROWD = 200.0
"""Dots in a square inch from which they are shading; print has some 30 small marks there, and dust fewer."""


def is_bilevel(grey: NDArray[np.uint8]) -> bool:
    """True for a page of black and white alone, resampled or not."""
    sample = grey[::3, ::3]
    white, nearly, black = (float(np.mean(part)) for part in (sample >= 240, (sample > 232) & (sample < 252),
                                                              sample < 32))
    return 1.0 - white - black <= BETWEEN * (1.0 - white) and nearly <= NEARLY_WHITE


def without_dots(grey: NDArray[np.uint8], dpi: float) -> NDArray[np.uint8]:
    """The page with crowded small marks painted white, or the page itself if it has greys or no such marks.

    A mark between two larger ones stays: it may be a decimal point.
    """
    if not is_bilevel(grey):
        return grey
    ink = (grey < DARK).astype(np.uint8)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    most = max(2.0, DOT * dpi)
    small = (stats[:, cv2.CC_STAT_WIDTH] <= most) & (stats[:, cv2.CC_STAT_HEIGHT] <= most)
    small[0] = False  # the paper
    if int(small.sum()) < CROWD * AREA ** 2:
        return grey
    x, y = np.rint(centres).astype(int).T
    crowded = small & (_around(x[small], y[small], grey.shape, dpi)[y, x] >= CROWD * AREA ** 2 / 2)
    print_there = np.where(small[labels], 0, ink).astype(np.uint8)
    dots = crowded & ~_between(print_there, round(BESIDE * dpi))[y, x]
    gone = dots[labels]
    clean = grey.copy()
    # the soft edge that resampling gave a dot goes with it
    clean[(cv2.dilate(gone.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ((ink == 0) | gone)] = 255
    return clean


def _around(x: NDArray[np.int_], y: NDArray[np.int_], shape: tuple[int, ...], dpi: float) -> NDArray[np.float32]:
    """How many of the places (x, y) lie around each pixel, in a box twice as wide as high."""
    count = np.bincount(y * shape[1] + x, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float32)
    side = round(AREA * dpi)
    return np.asarray(cv2.boxFilter(count, -1, (side, side // 2), normalize=False, borderType=cv2.BORDER_CONSTANT),
                      dtype=np.float32)


def _between(ink: NDArray[np.uint8], reach: int) -> NDArray[np.bool_]:
    """Pixels with ink within `reach` on their left and on their right."""
    kernel = np.ones((1, reach), np.uint8)
    return np.asarray((cv2.dilate(ink, kernel, anchor=(reach - 1, 0)) > 0)
                      & (cv2.dilate(ink, kernel, anchor=(0, 0)) > 0), dtype=np.bool_)

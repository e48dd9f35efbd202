"""Marks that stand for "not applicable", told from digits by the shape of their ink alone: slashes and dashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEANING = 0.2
"""Pixels to the right by which a lone stroke rises for each pixel of height from which it is a slash: of 139 digits 1 of the
corpus none leaned by more than 0.06, of 34 slashes none by less than 0.31."""
STROKE, SHORTEST = 0.75, 9
"""Most width of a slash, in its heights, and its least height in pixels; it may be less high than digits."""
FLAT = 1.4
"""How much further the ink of a dash spreads across than down (deviations): of 261 dashes of office and harsh scans 251 have 1.7 or
more, the others have dust or a pen beside them. What a fax leaves of a 0 has up to 6, but is two pieces. Numbers of several digits
that touch are as wide: of 6,785 numbers of all levels 16 lie flat, none of which is as low as a dash."""
LEAST_DASH = (5, 2)
"""Pixels, across and down: less ink is dust."""
AROUND = 2
"""Pixels of paper around a dash that are looked at: its soft edges count."""


def leaning(ink: NDArray[np.uint8]) -> bool:
    """Whether the darkness of a line of ink is that of one stroke that leans to the right as a slash does, and no digit 1."""
    height, width = ink.shape
    if height < SHORTEST or width > STROKE * height:
        return False
    paper, most = (float(level) for level in np.percentile(ink, (20, 98)))
    weights = np.clip(ink.astype(np.float64) - (paper + most) / 2, 0.0, None)
    rows = weights.sum(axis=1)
    seen = np.flatnonzero(rows > 0)
    if not len(seen):
        return False
    middles = (weights @ np.arange(width))[seen] / rows[seen]
    return bool(-np.polyfit(seen, middles, 1, w=np.sqrt(rows[seen]))[0] >= LEANING)


def flat(dark: NDArray[np.uint8], left: int, top: int, right: int, bottom: int) -> bool:
    """Whether the ink in a box (pixels) of a cell's darkness is one unbroken stroke much wider than high, clear of the cell's
    left and right side: a dash, or an arc or stroke of which nothing else was left. How high it stands tells which.
    """
    width, height = right - left, bottom - top
    clear = left > AROUND and right < dark.shape[1] - AROUND
    if not clear or width < max(LEAST_DASH[0], height) or height < LEAST_DASH[1]:
        return False
    ink = dark[max(0, top - AROUND):bottom + AROUND, left - AROUND:right + AROUND].astype(np.float64)
    paper, most = np.percentile(ink, (20, 98))
    weights = np.clip(ink - (paper + most) / 2, 0.0, None)
    across, down = weights.sum(axis=0), weights.sum(axis=1)
    seen = np.flatnonzero(across > 0)
    if not len(seen) or len(seen) < seen[-1] - seen[0] + 1:
        return False
    return _spread(across) >= FLAT * _spread(down)


def _spread(weights: NDArray[np.float64]) -> float:
    """The standard deviation, in pixels, of where weights stand."""
    at = np.arange(len(weights))
    middle = float((weights * at).sum() / weights.sum())
    return float(np.sqrt((weights * (at - middle) ** 2).sum() / weights.sum()))

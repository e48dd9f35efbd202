"""Seals: coloured ink is taken out of the grey page without losing the black print beneath it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLOURED = 35
"""How far a colour must exceed the others, of 255, for a pixel to count as ink of that colour."""
FEWEST = 50
"""Pixels of a colour below which a page has no seal of it."""
LIFT = 0.45
"""How much of its redness is added to a red pixel's red."""
MOST_LIFT = 2.0
"""The same for other inks follows from the seal itself; at most so much."""
SMALLEST_SEAL = 0.7
"""Inches: a coloured mark that is narrower or lower than this is print, not a seal."""
LARGEST_SEAL = 3.0
ROUND = 1.7
"""Seals are about as wide as high: a red title or a red rule is not."""
WORK_DPI = 50.0
"""Pixels of an inch on which marks are gathered to seals."""
RIM, SECTORS, CLOSED, OUTSIDE = (0.8, 1.06), 36, 0.8, 0.03
"""Shares of a seal's radius between which its rim stands, sectors in which it is looked for, the share of them that must hold
ink, and the share of ink that may lie outside of it."""


@dataclass(frozen=True, slots=True)
class _Ink:
    """A colour on a page: by how much it exceeds the others, the channel in which it is lightest, and whether marks of it
    must have a rim to be a seal: what is written with a pen is blue as well.
    """

    excess: NDArray[np.uint8]
    light: NDArray[np.uint8]
    rimmed: bool


def to_grey(pixels: NDArray[np.uint8], dpi: float) -> NDArray[np.uint8]:
    """The page (RGB) in grey; where a seal is, the channel in which its ink is nearly white and black print stays black.

    Red print that is no seal (a red letterhead) keeps its darkness, and so does what is no ring of another colour.
    """
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    for ink in _inks(pixels):
        mask = (ink.excess > COLOURED).astype(np.uint8)
        if int(mask.sum()) < FEWEST:
            continue
        for left, top, right, bottom in _seals(mask, dpi, ink.rimmed):
            area = (slice(top, bottom), slice(left, right))
            grey[area] = _without_ink(grey[area], ink.excess[area], ink.light[area], ink.rimmed)
    return grey


def _inks(pixels: NDArray[np.uint8]) -> Iterator[_Ink]:
    """The inks of seals: red, blue and violet."""
    red, green, blue = (np.ascontiguousarray(pixels[:, :, channel]) for channel in range(3))
    yield _Ink(np.asarray(cv2.subtract(red, cv2.max(green, blue)), np.uint8), red, False)
    yield _Ink(np.asarray(cv2.subtract(blue, cv2.max(red, green)), np.uint8), blue, True)
    yield _Ink(np.asarray(cv2.subtract(cv2.min(red, blue), green), np.uint8), np.asarray(cv2.max(red, blue), np.uint8), True)


def _without_ink(grey: NDArray[np.uint8], excess: NDArray[np.uint8], light: NDArray[np.uint8],
                 fitted: bool) -> NDArray[np.uint8]:
    """The area of a seal without its ink; `fitted` if how dark the ink is in its lightest channel is told by the seal itself."""
    # the soft edge of a stroke is less coloured than its middle: all coloured pixels near one are lifted
    near = cv2.dilate((excess > COLOURED // 3).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    paper = float(np.percentile(light, 75))
    lift = _lift(excess, light, paper) if fitted else LIFT
    # ink takes some light of its own colour too, in proportion to what it takes of the rest
    lifted = cv2.add(light, cv2.multiply(excess, np.full_like(excess, 1), scale=lift))
    return np.where(near, np.maximum(grey, np.minimum(lifted, int(paper))), grey).astype(np.uint8)


def _lift(excess: NDArray[np.uint8], light: NDArray[np.uint8], paper: float) -> float:
    """How much of its excess of colour makes ink as light as the paper, by the ink where no print is under it."""
    inked = excess > COLOURED
    missing = np.clip(paper - light[inked].astype(np.float64), 0.0, None) / excess[inked]
    return float(min(MOST_LIFT, np.median(missing))) if missing.size else LIFT


def _seals(mask: NDArray[np.uint8], dpi: float, rimmed: bool) -> list[tuple[int, int, int, int]]:
    """Boxes (left, top, right, bottom) of coloured marks of a seal's size and shape."""
    scale = WORK_DPI / dpi
    small = (cv2.resize(mask * 255, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) > 20).astype(np.uint8)
    joined = cv2.dilate(small, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for label, (left, top, width, height, _) in enumerate(stats[1:], start=1):
        inches = sorted((width / WORK_DPI, height / WORK_DPI))
        if inches[0] >= SMALLEST_SEAL and inches[1] <= LARGEST_SEAL and inches[1] <= ROUND * inches[0]:
            area = (slice(top, top + height), slice(left, left + width))
            if not rimmed or _has_rim((small[area] > 0) & (labels[area] == label)):
                found.append((int(left / scale), int(top / scale), int((left + width) / scale) + 1,
                              int((top + height) / scale) + 1))
    return found


def _has_rim(mark: NDArray[np.bool_]) -> bool:
    """Whether a mark is round with ink all along its rim."""
    y, x = np.nonzero(mark)
    across, down = (2.0 * (at - at.min()) / max(1, np.ptp(at)) - 1.0 for at in (x, y))
    away = np.hypot(across, down)
    rim = (away >= RIM[0]) & (away <= RIM[1])
    sectors = ((np.arctan2(down, across)[rim] / np.pi + 1.0) / 2.0 * SECTORS).astype(int) % SECTORS
    return bool(len(np.unique(sectors)) >= CLOSED * SECTORS and np.mean(away > RIM[1]) <= OUTSIDE)

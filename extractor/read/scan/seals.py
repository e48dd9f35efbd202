"""Seals: red ink is taken out of the grey page without losing the black print beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

REDNESS = 35
"""How far red must exceed green and blue, of 255, for a pixel to count as red ink."""
LIFT = 0.45
"""How much of its redness is added to a red pixel's red."""
SMALLEST_SEAL = 0.7
"""Inches: a red mark that is narrower or lower than this is print, not a seal."""
LARGEST_SEAL = 3.0
ROUND = 1.7
"""Seals are about as wide as high: a red title or a red rule is not."""


def to_grey(pixels: NDArray[np.uint8], dpi: float) -> NDArray[np.uint8]:
    """The page in grey; where a red seal is, the red channel, in which red ink is white and black print stays black.

    Red print that is no seal (a red letterhead) keeps its darkness.
    """
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    red, green, blue = (pixels[:, :, channel] for channel in range(3))
    redness = cv2.subtract(red, cv2.max(green, blue))
    mask = (redness > REDNESS).astype(np.uint8)
    if int(mask.sum()) < 50:
        return grey
    for left, top, right, bottom in _seals(mask, dpi):
        area = (slice(top, bottom), slice(left, right))
        # the soft edge of a stroke is less red than its middle: all reddish pixels near one are lifted
        near = cv2.dilate((redness[area] > REDNESS // 3).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        # red ink takes some of the red light too, in proportion to what it takes of the rest
        lifted = cv2.add(red[area], cv2.multiply(redness[area], np.full_like(redness[area], 1), scale=LIFT))
        paper = np.percentile(red[area], 75)
        grey[area] = np.where(near, np.maximum(grey[area], np.minimum(lifted, paper)), grey[area])
    return grey


def _seals(mask: NDArray[np.uint8], dpi: float) -> list[tuple[int, int, int, int]]:
    """Boxes (left, top, right, bottom) of red marks of a seal's size and shape."""
    scale = 50.0 / dpi
    small = (cv2.resize(mask * 255, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) > 20).astype(np.uint8)
    joined = cv2.dilate(small, np.ones((5, 5), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for left, top, width, height, _ in stats[1:]:
        inches = sorted((width / 50.0, height / 50.0))
        if inches[0] >= SMALLEST_SEAL and inches[1] <= LARGEST_SEAL and inches[1] <= ROUND * inches[0]:
            found.append((int(left / scale), int(top / scale), int((left + width) / scale) + 1,
                          int((top + height) / scale) + 1))
    return found

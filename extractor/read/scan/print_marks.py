"""Marks of print in a part of a page, and the texts that they make along a row: what columns without rulings follow from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.read.scan.cells import INK_SHARE, SPECK, Sheet

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOWEST, HIGHEST = 7, 64
"""Pixels: no mark of print is both lower and narrower than the first, or as high as the second; one as wide is several
characters that have grown together."""
FILLED = 0.25
"""Share of its box that such a mark fills."""
THIN = 4
"""Pixels: a mark that is lower than this and several times as wide is what is left of a ruling."""
CHARACTER = 0.88
"""Height of a high mark of print, in sizes of the type."""
BETWEEN = 0.75
"""Sizes of the type: a wider gap parts two texts."""
DIGIT_HEIGHT, DIGIT_WIDTH, LEVEL = (0.45, 0.95), 0.68, 0.22
"""Sizes of the type: how high and wide a digit is, and how much higher or lower than the next one it may stand."""
NEXT = 0.55
"""Sizes of the type: how far two digits of a number stand apart at most, a point between them; brackets do further."""
LOW_DIGIT = 0.78
"""Sizes of the type: of marks no higher than this, which Chinese characters are, several digits may have grown together."""
GROWN = 2.6
"""Heights of a mark that so many digits are wide at most; strokes of pens are wider."""
LOW = 0.38
"""Sizes of the type: lower marks are points and commas."""
DUST = 0.42
"""Sizes of the type: lower and narrower marks are points, commas, and dust, none of which tells columns."""


@dataclass(frozen=True, slots=True)
class Text:
    """Marks next to each other: where they begin and end, how high they are, and whether they look like the digits of a
    number.
    """

    left: float
    right: float
    height: float
    number: bool

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def width(self) -> float:
        return self.right - self.left


def find_marks(sheet: Sheet, area: tuple[int, int, int, int]) -> NDArray[np.int32]:
    """Boxes (left, top, right, bottom in pixels of the page) of the marks of print in an area given likewise.

    Dust, long strokes of pens and seals, and what is left of rulings are left out.
    """
    left, top, right, bottom = area
    ink = (sheet.dark[top:bottom, left:right] > sheet.ink * INK_SHARE).astype(np.uint8)
    return np.asarray(marks_of(ink) + np.array([left, top, left, top], dtype=np.int32), dtype=np.int32)


def marks_of(ink: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Boxes (left, top, right, bottom) of the marks of print in a mask of ink, as `find_marks` chooses them."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    x, y, width, height, size = stats[1:].T
    kept = (size >= SPECK) & (np.maximum(width, height) >= LOWEST) & (height < HIGHEST)
    # characters in bold grow together; a stroke of a pen leaves most of its box empty
    kept &= (width < HIGHEST) | (size >= FILLED * width * height)
    kept &= ~((height <= THIN) & (width > 6 * THIN)) & ~((width <= THIN - 1) & (height < 2 * LOWEST))
    boxes = np.stack([x, y, x + width, y + height], axis=1)[kept]
    return np.asarray(boxes, dtype=np.int32)


def type_size(marks: NDArray[np.int32]) -> float:
    """The size of the type in pixels, from the height of its high marks."""
    heights = (marks[:, 3] - marks[:, 1])[marks[:, 3] - marks[:, 1] >= 2 * LOWEST - 2]
    return float(np.percentile(heights, 70)) / CHARACTER if len(heights) else 0.0


def without_dust(marks: NDArray[np.int32], size: float) -> NDArray[np.int32]:
    """The marks (left, top, right, bottom) without points and dust; `size` is that of the type, in pixels."""
    longest = np.maximum(marks[:, 2] - marks[:, 0], marks[:, 3] - marks[:, 1])
    return np.asarray(marks[longest >= DUST * size], dtype=np.int32)


def texts_of(marks: NDArray[np.int32], size: float, between: float = BETWEEN) -> list[Text]:
    """The texts that marks of one row make, left to right; `size` is that of the type, `between` parts two of them."""
    texts: list[Text] = []
    group: list[int] = []
    reach = 0.0
    order = np.argsort(marks[:, 0], kind="stable")
    for index in order.tolist():
        if group and marks[index, 0] - reach > between * size:
            texts.append(_text(marks[group], size))
            group = []
        reach = float(marks[index, 2]) if not group else max(reach, float(marks[index, 2]))
        group.append(index)
    return [*texts, _text(marks[group], size)] if group else texts


def _text(marks: NDArray[np.int32], size: float) -> Text:
    return Text(float(marks[:, 0].min()), float(marks[:, 2].max()), float(marks[:, 3].max() - marks[:, 1].min()),
                _is_number(marks, size))


def _is_number(marks: NDArray[np.int32], size: float) -> bool:
    """True if the high marks of a text are as high, as narrow and as level as digits."""
    high = marks[marks[:, 3] - marks[:, 1] >= LOW * size]
    if not len(high):
        return False
    heights, widths = high[:, 3] - high[:, 1], high[:, 2] - high[:, 0]
    level = max(np.ptp(high[:, 1]), np.ptp(high[:, 3])) <= LEVEL * size
    order = np.argsort(high[:, 0], kind="stable")
    close = np.all(high[order[1:], 0] - np.maximum.accumulate(high[order, 2])[:-1] <= NEXT * size)
    return bool(level and close and DIGIT_HEIGHT[0] * size <= heights.min() and heights.max() <= DIGIT_HEIGHT[1] * size
                and (widths.max() <= DIGIT_WIDTH * size
                     or (heights.max() <= LOW_DIGIT * size and bool(np.all(widths <= GROWN * heights)))))

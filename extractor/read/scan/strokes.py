"""Connected strokes of a mask, all of them followed and judged at once: a page has hundreds, few of them rulings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

STEP = 16
"""Pixels between two places at which a line's course is kept."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """The courses of many strokes, end to end: stroke i runs from the pixel column `left[i]` on for `width[i]` pixels,
    and is followed at the places `first[i]` to `first[i + 1]` of `along` and `at`, as a `Course` is.
    """

    left: NDArray[np.intp]
    width: NDArray[np.intp]
    first: NDArray[np.intp]
    along: NDArray[np.float64]
    at: NDArray[np.float64]

    @classmethod
    def none(cls) -> Strokes:
        """No strokes at all."""
        return cls(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(1, np.intp), np.zeros(0), np.zeros(0))

    def __len__(self) -> int:
        return len(self.left)

    def course(self, index: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where one stroke runs: places along and across."""
        places = slice(self.first[index], self.first[index + 1])
        return self.along[places], self.at[places]

    def pixels(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """For each pixel along each stroke, end to end: its stroke, its place along, and the stroke's place across."""
        begin = np.cumsum(self.width) - self.width
        stroke = np.repeat(np.arange(len(self)), self.width)
        place = np.arange(int(self.width.sum()))
        # strokes are laid end to end, so that one interpolation serves all
        shift = np.repeat((begin - self.left).astype(np.float64), np.diff(self.first))
        return stroke, place - (begin - self.left)[stroke], np.interp(place, self.along + shift, self.at)


def followed(labels: NDArray[np.int32], stats: NDArray[np.int32], wanted: NDArray[np.bool_], rows: NDArray[np.intp],
             response: NDArray[np.uint8]) -> Strokes:
    """The courses of the `wanted` components: the centre of their darkness, every `STEP` pixels and at both ends.

    `labels` and `stats` are what `cv2.connectedComponentsWithStats` tells of the `rows` of a mask; `response` is how
    dark the whole image is.
    """
    chosen = np.flatnonzero(wanted)
    left, top, width, height = (stats[chosen, column].astype(np.intp) for column in range(4))
    count = np.maximum(2, np.rint(width / STEP).astype(np.intp) + 1) - 1
    begin, bins = np.cumsum(width) - width, np.cumsum(count) - count
    stretch = np.repeat(np.arange(len(chosen)), count)
    within = np.arange(len(stretch)) - bins[stretch]
    cuts = (within * (width / count)[stretch]).astype(np.intp)
    ends = np.append(cuts[1:], 0)
    ends[bins + count - 1] = width
    # which stretch each pixel column of each stroke belongs to
    columns = np.repeat(np.arange(len(stretch)), ends - cuts)

    index = np.full(len(stats), -1, np.intp)
    index[chosen] = np.arange(len(chosen))
    y, x = _places(labels)
    stroke = index[labels[y, x]]
    y, x, stroke = y[stroke >= 0], x[stroke >= 0], stroke[stroke >= 0]
    weight = response[rows[y], x].astype(np.float64)
    place = columns[begin[stroke] + x - left[stroke]]
    total = np.bincount(place, weight, len(stretch))
    moment = np.bincount(place, weight * (y - top[stroke]), len(stretch))
    good = total > 0
    at = moment / np.where(good, total, 1.0) + rows[top][stretch]
    # a stroke without any darkness of its own is taken to run along its middle
    dark = np.bincount(stretch, good, len(chosen)) > 0
    at[bins[~dark]] = (rows[top] + height / 2)[~dark]
    good[bins[~dark]] = True
    return _with_ends(left, width, stretch[good], ((cuts + ends - 1) / 2)[good] + left[stretch[good]], at[good])


def _places(labels: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of what is no background."""
    found = np.flatnonzero(labels != 0)
    return np.divmod(found, labels.shape[1])


def _with_ends(left: NDArray[np.intp], width: NDArray[np.intp], stroke: NDArray[np.intp], along: NDArray[np.float64],
               at: NDArray[np.float64]) -> Strokes:
    """Strokes followed at `along`, to which their ends are added, level with the places next to them."""
    count = np.bincount(stroke, minlength=len(left))
    first = np.concatenate([[0], np.cumsum(count + 2)]).astype(np.intp)
    inner = np.arange(len(stroke)) + 1 + 2 * stroke
    all_along, all_at = np.empty(first[-1]), np.empty(first[-1])
    all_along[inner], all_at[inner] = along, at
    start, end = first[:-1], first[1:] - 1
    all_along[start], all_along[end] = left, left + width - 1
    all_at[start], all_at[end] = all_at[start + 1], all_at[end - 1]
    return Strokes(left, width, first, all_along, all_at)


def medians(values: NDArray[np.uint8], group: NDArray[np.intp], sizes: NDArray[np.intp]) -> NDArray[np.float64]:
    """The median of each group of values; groups follow each other and are `sizes` long."""
    ordered = np.sort(group.astype(np.int64) * 256 + values) % 256
    begin = np.cumsum(sizes) - sizes
    return np.asarray((ordered[begin + (sizes - 1) // 2] + ordered[begin + sizes // 2]) / 2, dtype=np.float64)


def best_worths(worth: NDArray[np.float64], sizes: NDArray[np.intp]) -> NDArray[np.float64]:
    """What the best stretch of each group of worths is worth in all; groups follow each other and are `sizes` long."""
    begin = np.cumsum(sizes) - sizes
    total = np.insert(worth, begin, 0.0).cumsum()
    starts = begin + np.arange(len(sizes))
    # each group is put below all before it, so that the lowest total so far is one of its own
    lower = 2.0 * float(np.abs(worth).sum()) + 1.0
    total -= np.repeat(total[starts] + lower * np.arange(len(sizes)), sizes + 1)
    return np.asarray(np.maximum.reduceat(total - np.minimum.accumulate(total), starts), dtype=np.float64)


def opened(mask: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """What is left of a mask where it goes on for `length` pixels along its rows: OpenCV's opening, in a third of the time.
    """
    return _window(_window(mask, length, cv2.min, 255), length, cv2.max, 0)


def _window(image: NDArray[np.uint8], length: int, pick: Callable[..., object], outside: int) -> NDArray[np.uint8]:
    """The least or the greatest of the `length` pixels around each pixel of a row, by windows of twice the length each."""
    before = length // 2
    found = np.asarray(cv2.copyMakeBorder(image, 0, 0, before, length - 1 - before, cv2.BORDER_CONSTANT,
                                          value=(outside,)), dtype=np.uint8)
    span = 1
    while span < length:
        step = min(span, length - span)
        found = np.asarray(pick(found[:, :-step], found[:, step:]), dtype=np.uint8)
        span += step
    return found

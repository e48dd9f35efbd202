"""Numbers outside the ruled tables, by the shape of their marks: which of them stand in rows or columns, as a table's do.

The detector of lines joins lone digits of neighbouring columns, misses others, and loses whole rows with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from extractor.read.scan.print_marks import marks_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE, HIGHEST = (12, 0.8), 44
"""Pixels that a digit is high at least, the heights that it is wide at most, and pixels that it is high at most."""
LOW = 0.45
"""Heights of a digit: lower marks beside it are points, commas, strokes and dust."""
TOGETHER = 0.9
"""Heights of a digit up to which the next one belongs to the same number: digits set wide apart leave 0.4, columns more than 1."""
BEFORE_TEXT = 2.5
"""Heights of a digit up to which print on its right makes it the number of a label, no value."""
LEVEL, ALIKE = 0.3, 0.72
"""Heights of a digit by which those of a number may stand higher or lower, and the least share of the height of another."""
LONGEST = 9.0
"""Heights of its digits that a number is wide at most."""
IN_LINE = 0.45
"""Heights of a digit by which the next number of a row may stand higher or lower: pages are bent."""
BELOW = 0.6
"""Heights of a digit by which the middles, or the right sides, of numbers below each other may differ."""
NEAR_BELOW = 16.0
"""Heights of a digit up to which a number stands below another; labels of five lines make rows so high."""
FEWEST = 3
"""Numbers in a row, or below each other, from which they are a table's."""
MOST = 1500
"""Marks of a digit's shape that are looked at: of a page with more, which is dirt, none are."""
FAR = 1 << 20
"""Pixels: further than any page reaches."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers by their shape: boxes (left, top, right, bottom in pixels), the row and the column that each stands in as
    the numbers of groups, and the free pixels before and after it up to other print of its height.
    """

    boxes: NDArray[np.int32]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    room: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.boxes)

    def only(self, kept: NDArray[np.bool_]) -> Numbers:
        return Numbers(self.boxes[kept], self.rows[kept], self.columns[kept], self.room[kept])


def tabular_numbers(ink: NDArray[np.uint8], shape: tuple[int, float] = SHAPE) -> Numbers:
    """The numbers of a mask of ink of which three stand in a row with white between them, or below each other with nothing
    but white above and below, and no print on their right: so does no number of a label or in prose. `shape` is the least height of
    a digit in pixels and its most width in heights.
    """
    marks = marks_of(ink)
    height, width = marks[:, 3] - marks[:, 1], marks[:, 2] - marks[:, 0]
    shaped = (height >= shape[0]) & (height <= HIGHEST) & (width <= shape[1] * height)
    if not 0 < np.count_nonzero(shaped) <= MOST:
        return _placed(np.zeros((0, 4), np.int32), marks)
    boxes, rest = _numbers(marks[shaped], marks[~shaped])
    numbers = _placed(boxes, rest)
    if not len(numbers):
        return numbers
    in_row = np.bincount(numbers.rows)[numbers.rows] >= FEWEST
    below = np.bincount(numbers.columns)[numbers.columns]
    # where most numbers of a row have others above or below them, one that has none is a part of its label
    company = np.bincount(numbers.rows, weights=below >= FEWEST)[numbers.rows] >= FEWEST
    last = numbers.room[:, 1] >= FAR // 2
    return numbers.only((in_row & ~(company & (below == 1))) | ((below >= FEWEST) & last))


def tables_of(numbers: Numbers) -> Iterator[Numbers]:
    """The numbers that rows and columns join to each other."""
    links = [pair for groups in (numbers.rows, numbers.columns) for pair in _chains(groups)]
    whole = joined(len(numbers), links)
    for index in range(int(whole.max(initial=-1)) + 1):
        yield numbers.only(whole == index)


def _chains(groups: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Pairs that join the members of each group."""
    order = np.argsort(groups, kind="stable")
    same = groups[order[1:]] == groups[order[:-1]]
    return list(zip(order[:-1][same].tolist(), order[1:][same].tolist(), strict=True))


def joined(count: int, pairs: Iterable[Sequence[int]] | NDArray[np.intp]) -> NDArray[np.intp]:
    """For each of so many things the number of the group that pairs join it to."""
    parent = list(range(count))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for first, second in pairs:
        parent[root(int(second))] = root(int(first))
    groups = np.unique([root(index) for index in range(count)], return_inverse=True)[1] if count else np.zeros(0)
    return np.asarray(groups, dtype=np.intp)


def _numbers(digits: NDArray[np.int32], others: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Boxes of marks of a digit's shape next to each other with no other print among or right beside them; and the marks
    of the other print.
    """
    groups = joined(len(digits), np.argwhere(np.triu(_near(digits), 1)))
    members = [digits[groups == group] for group in range(int(groups.max()) + 1)]
    boxes = np.array([[*one[:, :2].min(axis=0), *one[:, 2:].max(axis=0)] for one in members], dtype=np.int32)
    valid = np.array([_is_number(one) for one in members])
    while True:  # a label's characters may be shaped like digits: what is no number makes the digit beside it none
        rest = np.concatenate([others, *(one for one, good in zip(members, valid, strict=True) if not good)])
        reach = boxes[:, 3] - boxes[:, 1]
        room = _room(boxes, rest)
        spoilt = valid & ((room[:, 0] <= TOGETHER * reach) | (room[:, 1] <= BEFORE_TEXT * reach))
        if not spoilt.any():
            return boxes[valid], rest
        valid &= ~spoilt


def _near(digits: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which digits stand so near each other, at one height, that they belong to one number."""
    high = digits[:, 3] - digits[:, 1]
    gap = np.maximum(digits[None, :, 0] - digits[:, None, 2], digits[:, None, 0] - digits[None, :, 2])
    return np.asarray(_beside(digits, digits, 0.25) & (gap <= TOGETHER * np.maximum(high[:, None], high[None, :])), np.bool_)


def _beside(one: NDArray[np.int32], other: NDArray[np.int32], share: float) -> NDArray[np.bool_]:
    """Which marks share so much of the lower one's height."""
    common = np.minimum(one[:, None, 3], other[None, :, 3]) - np.maximum(one[:, None, 1], other[None, :, 1])
    lower = np.minimum((one[:, 3] - one[:, 1])[:, None], (other[:, 3] - other[:, 1])[None, :])
    return np.asarray(common > share * lower, dtype=np.bool_)


def _room(boxes: NDArray[np.int32], rest: NDArray[np.int32]) -> NDArray[np.int32]:
    """For each box the free pixels before and after it up to a mark of `rest` that is no dust."""
    high = boxes[:, 3] - boxes[:, 1]
    beside = _beside(boxes, rest, 0.25) & ((rest[:, 3] - rest[:, 1])[None, :] >= LOW * high[:, None])
    middle = (boxes[:, 0] + boxes[:, 2])[:, None] // 2
    after = beside & (rest[None, :, 2] > middle)
    before = beside & (rest[None, :, 0] <= middle)
    left = np.where(before, boxes[:, None, 0] - rest[None, :, 2], FAR).min(axis=1, initial=FAR)
    right = np.where(after, rest[None, :, 0] - boxes[:, None, 2], FAR).min(axis=1, initial=FAR)
    return np.asarray(np.stack([left, right], axis=1), dtype=np.int32)


def _is_number(digits: NDArray[np.int32]) -> bool:
    """True if marks next to each other are as level and as high as the digits of one number."""
    heights = digits[:, 3] - digits[:, 1]
    height = int(heights.max())
    wide = int(np.ptp(digits[:, [0, 2]]))
    return bool(max(np.ptp(digits[:, 1]), np.ptp(digits[:, 3])) <= LEVEL * height and heights.min() >= ALIKE * height
                and wide <= LONGEST * height)


def _placed(boxes: NDArray[np.int32], rest: NDArray[np.int32]) -> Numbers:
    """Numbers with the rows and columns that they make between other print."""
    room = _room(boxes, rest)
    return Numbers(boxes, joined(len(boxes), _next(boxes, room)), joined(len(boxes), _below(boxes, rest)), room)


def _next(boxes: NDArray[np.int32], room: NDArray[np.int32]) -> Iterable[tuple[int, int]]:
    """Pairs of numbers that are next to each other in a row with nothing between them."""
    high, level = boxes[:, 3] - boxes[:, 1], (boxes[:, 1] + boxes[:, 3]) / 2
    for index, (_, _, right, _) in enumerate(boxes.tolist()):
        ahead = np.flatnonzero((boxes[:, 0] > right) & (np.abs(level - level[index]) <= IN_LINE * high[index])
                               & _alike(high, index))
        if len(ahead):
            nearest = ahead[np.argmin(boxes[ahead, 0])]
            if room[index, 1] > boxes[nearest, 0] - right:
                yield index, int(nearest)


def _below(boxes: NDArray[np.int32], rest: NDArray[np.int32]) -> Iterable[tuple[int, int]]:
    """Pairs of numbers of which the second is the next below the first, around the same middle or ending at the same side, with
    nothing between them.
    """
    high = boxes[:, 3] - boxes[:, 1]
    for index, (left, _, right, bottom) in enumerate(boxes.tolist()):
        off = np.minimum(np.abs(boxes[:, 0] + boxes[:, 2] - left - right) / 2, np.abs(boxes[:, 2] - right))
        under = np.flatnonzero((boxes[:, 1] > bottom) & (boxes[:, 1] <= bottom + NEAR_BELOW * high[index])
                               & (off <= BELOW * high[index]) & _alike(high, index))
        if not len(under):
            continue
        nearest = under[np.argmin(boxes[under, 1])]
        between = ((rest[:, 1] >= bottom) & (rest[:, 3] <= boxes[nearest, 1]) & (rest[:, 0] < right) & (rest[:, 2] > left)
                   & (rest[:, 3] - rest[:, 1] >= LOW * high[index]))
        if not between.any():
            yield index, int(nearest)


def _alike(high: NDArray[np.int32], index: int) -> NDArray[np.bool_]:
    """Which heights are like that of one number."""
    return np.asarray(np.minimum(high, high[index]) >= ALIKE * np.maximum(high, high[index]), dtype=np.bool_)

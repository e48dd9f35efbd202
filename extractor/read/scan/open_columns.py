"""Columns of a table without upright rulings: where its numbers stand below each other, and the white gaps between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from extractor.read.scan.print_marks import Text, texts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME = 0.45
"""Sizes of the type within which the middles of two texts are the same: what stands in a column is centred in it."""
FEWEST, SHARE = 2, 0.2
"""Rows in which a column must be seen: at least, and as a share of those with numbers."""
HALF = 0.5
"""Share of the numbers of the fullest row that a row of numbers has: brackets in a header look like digits."""
AMONG = 0.3
"""Share of the rows with numbers that may have words where a column of numbers is: labels have numbers among them too."""
CROWDED = 0.6
"""Share of the usual way from one column to the next that two columns are apart at least."""
WIDE = 6.0
"""Sizes of the type: a wider text is no header of one column of numbers."""
TIGHT = 0.2
"""Sizes of the type: the gap that parts the headers of narrow columns."""
ONE, SET_APART = 1.3, 1.8
"""Sizes of the type: how wide and high one character is at most, and how far two of one short header may stand apart."""
AROUND = 0.3
"""Share of the way from one column's middle to the next in which no border is looked for, at either side."""
HEADED = 4
"""Texts of a header from which it alone tells the columns."""
NARROWEST = 1.8
"""Sizes of the type from the middle of one column to the next, at least: on a page, fifteen columns are 3 wide."""
TWO = 1.0
"""Sizes of the type: texts of one row that stand further apart are two cells'."""
ROOM = 2.0
"""Sizes of the type that a column of labels is wide at least."""
NEAR = 0.3
"""Share of a column's width by which the end of a ruling may be off where the border should be, to be that border."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of numbers of a table begin and end (pixels), the first border being that of the labels if it
    has any; `rows` are the rows with numbers.
    """

    middles: tuple[float, ...]
    borders: tuple[float, ...]
    rows: frozenset[int]


def find_columns(rows: Sequence[NDArray[np.int32]], size: float, sides: tuple[float, float],
                 ends: Sequence[float]) -> Columns | None:
    """The columns of a table from the marks of its rows; None if it shows none.

    `size` is that of the type, `sides` are the table's left and right, `ends` where rulings end in between.
    """
    texts = [texts_of(marks, size) for marks in rows]
    headers = [_header_texts(marks, size) for marks in rows]
    for middles in (_middles(texts, headers, size), _headed(texts, headers, sides, size)):
        columns = _columns(middles, rows, texts, size, sides, ends) if middles else None
        if columns is not None and _believed(columns, rows, size, sides):
            return columns
    return None


def _columns(middles: list[float], rows: Sequence[NDArray[np.int32]], texts: Sequence[Sequence[Text]], size: float,
             sides: tuple[float, float], ends: Sequence[float]) -> Columns | None:
    """The columns around given middles, and those that only a header or a single number shows."""
    numbered = frozenset(row for row, found in enumerate(texts) for text in found
                         if text.number and _near(text.middle, middles, SAME * size))
    middles = _with_unnumbered(middles, rows, texts, numbered, size)
    middles = _with_crowded(middles, [texts[row] for row in numbered], size)
    # words of headers count only where the numbers leave a choice
    covered = _covered([rows[row] for row in sorted(numbered)], sides) * (len(rows) + 1)
    covered += _covered([marks for row, marks in enumerate(rows) if row not in numbered
                         and _heads(_header_texts(marks, size), middles, SAME * size)], sides)
    # a number stands in the middle of its column: how wide the last one is tells where the first one begins
    width = min([after - before for before, after in pairwise(middles)] + [2 * (sides[1] - middles[-1])])
    begins = middles[0] - width / 2
    borders = [_border(covered, sides[0], (before, after), (before + after) / 2, ends, NEAR * width)
               for before, after in pairwise(middles)]
    if begins - sides[0] > ROOM * size:
        borders.insert(0, _border(covered, sides[0], (sides[0], middles[0]), begins, ends, NEAR * width))
    return Columns(tuple(middles), tuple(borders), numbered) if borders else None


def _believed(columns: Columns, rows: Sequence[NDArray[np.int32]], size: float, sides: tuple[float, float]) -> bool:
    """True if no two columns are nearer than numbers can be, no two numbers of a row stand in one, and none are left
    among the labels: else columns are missing, or halves of broken digits were taken for columns.
    """
    if any(after - before < NARROWEST * size for before, after in pairwise(columns.middles)):
        return False
    headed = len(columns.borders) == len(columns.middles)
    borders = [*columns.borders, sides[1]] if headed else [sides[0], *columns.borders, sides[1]]
    left = 0
    for row in columns.rows:
        texts = texts_of(rows[row], size, TWO)
        if any(sum(text.number and before < text.middle < after for text in texts) > 1
               for before, after in pairwise(borders)):
            return False
        left += headed and sum(text.number and text.right < borders[0] for text in texts) > 1
    return left <= SHARE * len(columns.rows)


def _heads(texts: Sequence[Text], middles: Sequence[float], reach: float) -> bool:
    """True if a row has texts in the middle of several columns, and of most of them."""
    return sum(_near(middle, [text.middle for text in texts], reach) for middle in middles) >= max(2, len(middles) / 2)


def _near(at: float, places: Sequence[float], reach: float) -> bool:
    return any(abs(at - place) <= reach for place in places)


def _middles(texts: Sequence[Sequence[Text]], headers: Sequence[Sequence[Text]], size: float) -> list[float]:
    """The middles of the columns in which numbers stand, left to right, from the texts of each row, and from the same
    taken apart as headers are.
    """
    counts = [sum(text.number for text in found) for found in texts]
    rows = [row for row, count in enumerate(counts) if count and count >= HALF * max(counts)]
    short = [(text.middle, row) for each in (texts, headers) for row, found in enumerate(each) for text in found
             if text.width <= WIDE * size]
    left = [(text.middle, row) for row, found in enumerate(texts) for text in found if text.number]
    needed = max(FEWEST, SHARE * len(rows))
    middles: list[float] = []
    while left:
        agreeing = [len({row for other, row in short if abs(other - middle) <= SAME * size}) for middle, _ in left]
        best = max(range(len(left)), key=lambda index: agreeing[index])
        if agreeing[best] < needed:
            break
        here = float(np.median([middle for middle, _ in left if abs(middle - left[best][0]) <= SAME * size]))
        # a number of the column may have a stroke beside it that makes it none; a label over the column has its middle elsewhere
        over = {row for row in rows for text in texts[row] if not text.number and text.left <= here <= text.right
                and abs(text.middle - here) > SAME * size}
        if len(over) <= AMONG * len(rows):
            middles.append(here)
        left = [(middle, row) for middle, row in left if abs(middle - here) > 2 * SAME * size]
    return _side_by_side(sorted(middles), [texts[row] for row in rows], SAME * size)


def _side_by_side(middles: list[float], rows: Sequence[Sequence[Text]], reach: float) -> list[float]:
    """The middles from the right, up to one that is much nearer to the next than the others are, or parted from it by
    words: broken print among the labels looks like digits. A text within `reach` of a middle is a number of its column.
    """
    kept = middles[-1:]
    for middle in reversed(middles[:-1]):
        apart = [after - before for before, after in pairwise(kept)]
        words = sum(any(not text.number and middle + reach < text.middle < kept[0] for text in row) for row in rows)
        if (len(apart) >= 2 and kept[0] - middle < CROWDED * float(np.median(apart))) or words > AMONG * len(rows):
            break
        kept.insert(0, middle)
    return kept


def _with_crowded(middles: list[float], rows: Sequence[Sequence[Text]], size: float) -> list[float]:
    """The columns, and one more for each number that would share its cell with that of a column: they are two."""
    more: list[float] = []
    for row in rows:
        known = [text for text in row if text.number and _near(text.middle, middles, SAME * size)]
        for text in row:
            between = [(before, after) for before, after in pairwise(middles) if before < text.middle < after]
            if text.number and text not in known and between and not _near(text.middle, more, SAME * size):
                nearest = min(between[0], key=lambda middle: abs(middle - text.middle))
                room = abs(nearest - text.middle) >= CROWDED * min(after - before for before, after in pairwise(middles))
                if room and any(abs(other.middle - nearest) <= SAME * size for other in known):
                    more.append(text.middle)
    return sorted([*middles, *more])


def _headed(texts: Sequence[Sequence[Text]], headers: Sequence[Sequence[Text]], sides: tuple[float, float],
            size: float) -> list[float]:
    """The middles of the columns by the fullest row of headers, where numbers do not tell them: broken, or all blank."""
    rows = [row for row, found in enumerate(headers) if not any(text.number for text in found)]
    best = max(rows, key=lambda row: len(headers[row]), default=None)
    if best is None or len(headers[best]) < HEADED:
        return []
    below = [found for found in texts[best + 1:] if found]
    labelled = [found for found in below if found[0].left <= sides[0] + size and not found[0].number]
    header = headers[best][1:] if len(labelled) * 2 > len(below) else headers[best]
    return [text.middle for text in header]


def _with_unnumbered(middles: list[float], rows: Sequence[NDArray[np.int32]], texts: Sequence[Sequence[Text]],
                     numbered: frozenset[int], size: float) -> list[float]:
    """The columns and those that hold no number in any row: the header above the first row of numbers names them."""
    first = min(numbered, default=0)
    above = [row for row in range(first) if len(rows[row])]
    labelled = [row for row in numbered
                if any(text.left < middles[0] - size and text.width > ONE * size for text in texts[row])]
    header = _header_texts(rows[above[-1]], size) if above else []
    # a header of two columns stands between them, and they have none of their own
    more = [text.middle for text in header if not any(text.left - 2 <= middle <= text.right + 2 for middle in middles)
            ] if _heads(header, middles, SAME * size) else []
    if len(labelled) * 2 >= len(numbered):  # what stands above the labels is no column of numbers
        more = [middle for middle in more if middle > middles[0]]
    return sorted([*middles, *more])


def _header_texts(marks: NDArray[np.int32], size: float) -> list[Text]:
    """The texts of a row of headers, each of one column; the two characters of one set apart (总  计) are one."""
    found: list[Text] = []
    for text in texts_of(marks, size, TIGHT):
        before = found[-1] if found else None
        if before is not None and text.left - before.right <= SET_APART * size and all(
                not item.number and max(item.width, item.height) <= ONE * size for item in (before, text)):
            found[-1] = Text(before.left, text.right, max(before.height, text.height), False)
        else:
            found.append(text)
    return [text for text in found if text.width <= WIDE * size]


def _covered(rows: Sequence[NDArray[np.int32]], sides: tuple[float, float]) -> NDArray[np.int32]:
    """For each pixel across the table, in how many rows a mark stands over it."""
    left, width = int(sides[0]), int(sides[1] - sides[0]) + 2
    total = np.zeros(width, dtype=np.int32)
    for marks in rows:
        here = np.zeros(width, dtype=bool)
        for x0, _, x1, _ in marks.tolist():
            here[max(0, x0 - left - 1):max(0, x1 - left + 2)] = True
        total += here
    return total


def _border(covered: NDArray[np.int32], left: float, between: tuple[float, float], wanted: float,
            ends: Sequence[float], reach: float) -> float:
    """The place between two columns over which the fewest rows have print; of those the nearest to where it should be."""
    inset = AROUND * (between[1] - between[0])
    near = [end for end in ends if abs(end - wanted) <= reach and between[0] + reach < end < between[1]]
    wanted = min(near, key=lambda end: abs(end - wanted)) if near else wanted
    first = min(between[0] + inset, wanted - 1)
    last = max(min(between[1] - inset, between[1] - 1), wanted + 1)
    places = np.arange(max(0, int(first - left)), min(len(covered), int(last - left) + 1))
    if not len(places):
        return wanted
    fewest = places[covered[places] == covered[places].min()]
    return float(fewest[np.argmin(np.abs(fewest - (wanted - left)))]) + int(left)


def crossed(marks: NDArray[np.int32], at: float, room: float) -> bool:
    """True if print of a row runs over a border, or leaves there less than `room` (pixels)."""
    if not len(marks):
        return False
    over = (marks[:, 0] < at - 1) & (marks[:, 2] > at + 1)
    if over.any():
        return True
    before, after = marks[marks[:, 2] <= at + 1], marks[marks[:, 0] >= at - 1]
    if not len(before) or not len(after):
        return False
    return bool(after[:, 0].min() - before[:, 2].max() < room)

"""Which cells of a table without upright rulings span several columns: a text stands in the middle of its cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np

from extractor.read.scan.open_columns import crossed
from extractor.read.scan.print_marks import BETWEEN, GROWN, texts_of
from extractor.read.scan.rulings import GridLine

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHORT = 1.4
"""Sizes of the type: a wider text among the columns of numbers, that is none, makes its row a header's."""
WHITE, LABELS_APART = 0.2, 0.3
"""Sizes of the type: characters that stand no further apart are of one text, and the same for labels."""
OFF = 0.5
"""Sizes of the type by which a text may be off the middle of its cell."""
HIGHEST = 1.0
"""Sizes of the type: no digit is higher."""
NUMBERS_APART = 0.4
"""Sizes of the type: the marks of one number, halves of digits included, stand no further apart."""
APART, WORD = 1.3, 2.0
"""Sizes of the type by which two labels side by side are parted at least, and which the first takes at least."""

Slot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rows:
    """The marks of print in each row between two neighbouring lines."""

    marks: tuple[NDArray[np.int32], ...]
    size: float

    @classmethod
    def of(cls, lines: Sequence[GridLine], marks: NDArray[np.int32], size: float) -> Rows:
        if not len(marks):
            return cls((marks,) * (len(lines) - 1), size)
        x, y = (marks[:, 0] + marks[:, 2]) / 2, (marks[:, 1] + marks[:, 3]) / 2
        below = sum((np.array([line.where(float(at)) for at in x]) < y).astype(int) for line in lines)
        return cls(tuple(marks[below == row] for row in range(1, len(lines))), size)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text in a row: its first slot, the slot after its last, where it begins and ends (pixels), and whether it is a number."""

    first: int
    end: int
    left: float
    right: float
    number: bool = False

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def upright_walls(rows: Rows, xs: Sequence[float], labels: int, level: set[Slot]) -> set[Slot]:
    """(line, row) of the upright walls of a table with borders `xs`, the first `labels` columns of which hold labels.

    `level` are its level walls, as in `RuledGrid`. No wall stands where print runs.
    """
    count, columns = len(rows.marks), len(xs) - 1
    walls = {(line, row) for line in (0, columns) for row in range(count)}
    heads = [_is_header(rows.marks[row], xs[labels], rows.size) for row in range(count)]
    for headed, block in groupby(range(count), key=lambda row: heads[row]):
        if not headed:
            walls |= _number_walls(rows, xs, labels, level, list(block), heads)
    for row in range(count):
        if heads[row]:
            walls |= {(line, row) for line in _head_walls(rows, xs, level, row, heads)}
        else:
            walls |= {(line, row) for line in range(1, labels) if _between_labels(rows, xs, level, line, row)}
    return walls


def _number_walls(rows: Rows, xs: Sequence[float], labels: int, level: set[Slot], block: Sequence[int],
                  heads: Sequence[bool]) -> set[Slot]:
    """The walls in rows of numbers below one header: those that it has, and those that part two numbers in any of them."""
    free: dict[int, set[int]] = {}
    parting = {labels} | _above(rows, xs, level, block[0], heads)
    for row in block:
        figures = _figures(rows.marks[row], rows.size)
        free[row] = {line for line in range(max(1, labels), len(xs) - 1)
                     if not crossed(figures, xs[line], NUMBERS_APART * rows.size)}
        parting |= {line for line in free[row]
                    if _filled(figures, xs, line - 1) and _filled(figures, xs, line) and line > labels}
    ends = (max(1, labels), len(xs) - 1)
    return {(line, row) for row in block for line in free[row] & parting
            if not _cuts_cell(_figures(rows.marks[row], rows.size), xs, line, sorted({*ends, *(free[row] & parting)}), rows.size)}


def _cuts_cell(figures: NDArray[np.int32], xs: Sequence[float], line: int, walls: Sequence[int], size: float) -> bool:
    """True if one side of a line holds nothing, and what the other holds stands in the middle of both, not in its own: a header of
    several texts was taken for the headers of several columns.
    """
    at = walls.index(line)
    if not 0 < at < len(walls) - 1:
        return False
    before, border, after = xs[walls[at - 1]], xs[line], xs[walls[at + 1]]
    middles = (figures[:, 0] + figures[:, 2]) / 2
    sides = [figures[(middles >= left) & (middles < right)] for left, right in ((before, border), (border, after))]
    if bool(len(sides[0])) == bool(len(sides[1])):
        return False
    filled = sides[0] if len(sides[0]) else sides[1]
    own = (before + border) / 2 if len(sides[0]) else (border + after) / 2
    middle = (float(filled[:, 0].min()) + float(filled[:, 2].max())) / 2
    return abs(middle - (before + after) / 2) <= OFF * size < abs(middle - own)


def _figures(marks: NDArray[np.int32], size: float) -> NDArray[np.int32]:
    """The marks that may be digits, several grown together included: an arc of a seal over a border joins no cells."""
    height, width = marks[:, 3] - marks[:, 1], marks[:, 2] - marks[:, 0]
    return np.asarray(marks[(height <= HIGHEST * size) & (width <= GROWN * height)], dtype=np.int32)


def _filled(marks: NDArray[np.int32], xs: Sequence[float], slot: int) -> bool:
    return bool(((marks[:, 0] >= xs[slot] - 1) & (marks[:, 2] <= xs[slot + 1] + 1)).any())


def _is_header(marks: NDArray[np.int32], values: float, size: float) -> bool:
    """True if words, not numbers, stand among the columns of numbers."""
    return any(not text.number and text.width > SHORT * size and text.right > values + SHORT * size
               for text in texts_of(marks, size))


def _run(level: set[Slot], slot: int, row: int, count: int) -> tuple[int, int]:
    """First row, and row after the last one, of what is not parted by level walls from a slot."""
    first, last = row, row + 1
    while first > 0 and (first, slot) not in level:
        first -= 1
    while last < count and (last, slot) not in level:
        last += 1
    return first, last


def _above(rows: Rows, xs: Sequence[float], level: set[Slot], row: int, heads: Sequence[bool]) -> set[int]:
    """The walls of the header next above a row."""
    before = [at for at in range(row) if heads[at]]
    return _head_walls(rows, xs, level, before[-1], heads) if before else set(range(1, len(xs) - 1))


def _head_walls(rows: Rows, xs: Sequence[float], level: set[Slot], row: int, heads: Sequence[bool]) -> set[int]:
    """The upright walls of a header's row: cells as high as each other share their row so that texts stand in the middle."""
    count, columns = len(rows.marks), len(xs) - 1
    runs = [_run(level, slot, row, count) for slot in range(columns)]
    walls = {line for line in range(1, columns) if runs[line] != runs[line - 1]}
    for run, slots in groupby(range(columns), key=lambda slot: runs[slot]):
        part = list(slots)
        marks = np.concatenate([rows.marks[at] for at in range(*run)])
        walls |= _shared(marks, xs, part, rows.size)
    return walls


def _shared(marks: NDArray[np.int32], xs: Sequence[float], slots: Sequence[int], size: float) -> set[int]:
    """The lines between neighbouring slots that part their texts, each in the middle of what it is given."""
    first, last = slots[0], slots[-1]
    texts: list[Piece] = []
    start = first
    for line in range(first + 1, last + 2):
        if line <= last and crossed(marks, xs[line], WHITE * size):
            continue
        middles = (marks[:, 0] + marks[:, 2]) / 2
        inside = marks[(middles >= xs[start]) & (middles < xs[line])]
        if len(inside):
            texts.append(Piece(start, line, float(inside[:, 0].min()), float(inside[:, 2].max())))
        start = line
    if not texts:
        return set()
    cuts = best_cuts(texts, xs, first, last + 1)
    whole = _joined(texts, xs, (first, *cuts, last + 1), size)
    return set(cuts if len(whole) == len(texts) else best_cuts(whole, xs, first, last + 1))


def _joined(texts: Sequence[Piece], xs: Sequence[float], cuts: Sequence[int], size: float) -> list[Piece]:
    """The texts, with those joined that stand as close as the characters of one and not in the middle of their cells: a
    bracket leaves a gap in a title.
    """
    off = [abs((xs[begin] + xs[end]) / 2 - text.middle) > OFF * size
           for text, (begin, end) in zip(texts, pairwise(cuts), strict=True)]
    whole = [texts[0]]
    for index in range(1, len(texts)):
        before, text = whole[-1], texts[index]
        if text.left - before.right <= BETWEEN * size and (off[index] or off[index - 1]):
            whole[-1] = Piece(before.first, text.end, before.left, text.right)
        else:
            whole.append(text)
    return whole


def best_cuts(texts: Sequence[Piece], xs: Sequence[float], first: int, last: int) -> tuple[int, ...]:
    """The lines that part texts so that each is nearest to the middle of its cell."""
    ways: dict[int, tuple[float, tuple[int, ...]]] = {first: (0.0, ())}
    for index, text in enumerate(texts):
        stops = [last] if index == len(texts) - 1 else range(text.end, texts[index + 1].first + 1)
        ways = {stop: min((cost + abs((xs[begin] + xs[stop]) / 2 - text.middle), (*cuts, stop))
                          for begin, (cost, cuts) in ways.items()) for stop in stops}
    return ways[last][1][:-1]


def _between_labels(rows: Rows, xs: Sequence[float], level: set[Slot], line: int, row: int) -> bool:
    """True if two columns of labels are parted in a row: one goes on over more rows than the other, or both hold print."""
    runs = [_run(level, slot, row, len(rows.marks)) for slot in (line - 1, line)]
    marks = np.concatenate([rows.marks[at] for at in range(max(runs)[0], min(run[1] for run in runs))])
    if crossed(marks, xs[line], LABELS_APART * rows.size):
        return False
    if runs[0] != runs[1]:
        return True
    before = marks[(marks[:, 2] <= xs[line]) & (marks[:, 0] >= xs[line - 1] - 1)]
    after = marks[(marks[:, 0] >= xs[line]) & (marks[:, 2] <= xs[line + 1] + 1)]
    if not len(before) or not len(after) or np.ptp(before[:, [0, 2]]) < WORD * rows.size:
        return False  # 四 of 四、结转 is no label by itself
    return bool(after[:, 0].min() - before[:, 2].max() > APART * rows.size)

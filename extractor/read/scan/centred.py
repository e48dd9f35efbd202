"""Walls that print alone shows: where each of some neighbouring columns holds text in its own middle, they are cells.

Screen print has separators so pale that a scan loses them. One text over several columns stands in the middle of them
all and runs over the borders between them, so that it is not mistaken for several.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from extractor.read.scan.rulings import GridLine
from extractor.read.scan.walls import INSET

if TYPE_CHECKING:
    from numpy.typing import NDArray

OFF, SLACK = 0.08, 2.0
"""Share of its column's width, and pixels, by which a text may be off the middle."""
PALE_LINE = 40.0
"""Contrast, of 255, up to which a scan may lose a line."""
TRACE = 0.15
"""Share of a line's usual contrast that tells, with print at both sides, that it goes on there: bare paper shows none."""

Slot = tuple[int, int]


def centred_walls(xs: list[GridLine], ys: list[GridLine], upright: set[Slot], dark: NDArray[np.uint8],
                  needed: float, contrasts: list[float]) -> set[Slot]:
    """(line, row) of the upright walls that are missing between columns with a text in the middle of each.

    Only lines that are drawn in the row below or above are looked at, one alone only if it is pale: a text may have a
    gap by chance. `contrasts` are those of `xs`, `needed` is the darkness of print.
    """
    found = set[Slot]()
    for row in range(len(ys) - 1):
        walls = [line for line in range(len(xs)) if (line, row) in upright]
        for first, last in pairwise(walls):
            inner = range(first + 1, last)
            if inner and all((line, row - 1) in upright or (line, row + 1) in upright for line in inner) \
                    and (len(inner) > 1 or contrasts[first + 1] < PALE_LINE) \
                    and all(_centred(xs, ys, column, row, dark, needed) for column in range(first, last)):
                found |= {(line, row) for line in inner}
    return found


def parting_walls(lines: list[GridLine], across: list[GridLine], walls: set[Slot], dark: NDArray[np.uint8],
                  needed: float, left: Callable[[Slot], float]) -> set[Slot]:
    """(line, slot) of the walls of which a trace is left, and print stands in the middle of the slots at both sides.

    `lines` run along the rows of `dark`; `left` tells how much is left of a wall, as a share of its line's contrast.
    """
    return {(index, slot) for index in range(1, len(lines) - 1) for slot in range(len(across) - 1)
            if (index, slot) not in walls and left((index, slot)) >= TRACE
            and all(_centred(lines, across, side, slot, dark.T, needed) for side in (index - 1, index))}


def _centred(xs: list[GridLine], ys: list[GridLine], column: int, row: int, dark: NDArray[np.uint8],
             needed: float) -> bool:
    """True if a slot holds print, around its middle and clear of its sides."""
    middle = (ys[row].level + ys[row + 1].level) / 2
    left, right = (xs[column].where(middle), xs[column + 1].where(middle))
    top, bottom = (round(value) for value in (ys[row].level + INSET, ys[row + 1].level - INSET))
    area = dark[max(0, top):bottom, max(0, round(left)):round(right) + 1] > needed
    at = np.flatnonzero(area.sum(axis=0) >= 2)
    at = at[(at > INSET) & (at < right - left - INSET)]
    if len(at) == 0:
        return False
    clear = at[0] > 2 * INSET and at[-1] < right - left - 2 * INSET
    return bool(clear and abs((at[0] + at[-1]) / 2 - (right - left) / 2) <= OFF * (right - left) + SLACK)

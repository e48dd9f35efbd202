"""A second look for rulings: where a table is known to be, lines as faint as the noise show row by row.

A line that stands alone must be seen by itself; one of a table need only be there in its rows, from ruling to ruling,
which neither digits below each other nor a line of print are.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.read.scan.rulings import Course, GridLine
from extractor.read.scan.walls import END, HAIRLINE, INSET, usual_contrast

if TYPE_CHECKING:
    from numpy.typing import NDArray

DARK_SHARE = 0.5
"""Share of its table's usual contrast that a line keeps."""
LIGHT_BLOCKS = 15
"""Per cent of the stretches along a line in which it may be lighter."""
CLEAR = 12
"""Pixels: no two lines of a table are nearer to each other."""
DRIFT = 4
"""Pixels by which a line may be off from one row to the next."""
UNEVEN = 2.5
"""Multiple of the usual contrast from which a stretch is no ruling's: characters are darker than a faint line."""
LEAST_SLOT, LEAST_SHARE = 24, 0.35
"""Pixels: the lowest row that is looked at; share of the table along which a line must be seen in all."""


def missing_lines(lines: list[GridLine], across: list[GridLine], signed: NDArray[np.int16]) -> list[Course]:
    """Lines that run along the rows of `signed` between the lines `across`, and are not among `lines`."""
    known = [usual_contrast(line, signed) for line in lines]
    usual = max(HAIRLINE, float(np.median([value for value in known if value > 0] or [0.0])))
    first = round(min(course.start for line in across for course in line.courses)) - DRIFT
    last = round(max(course.end for line in across for course in line.courses)) + DRIFT
    first, last = max(0, first), min(signed.shape[0], last + 1)
    if last - first < 2 * CLEAR:
        return []
    seen = [(place + first, start, end) for start, end in _slots(across, signed.shape[1])
            for place in _seen(signed[first:last, start:end], usual)]
    least = LEAST_SHARE * (across[-1].level - across[0].level)
    return [course for course in _courses(seen) if course.drawn >= least and all(abs(line.where((course.start + course.end) / 2) - course.level)
                                                       >= CLEAR for line in lines)]


def _slots(across: list[GridLine], size: int) -> Iterator[tuple[int, int]]:
    """The pixels between two neighbouring lines, what they may drift left out."""
    for before, after in pairwise(across):
        start = max(0, round(before.level + INSET))
        end = min(size, round(after.level - INSET))
        if end - start >= LEAST_SLOT:
            yield start, end


def _seen(part: NDArray[np.int16], usual: float) -> list[int]:
    """Rows of a part of the page that are as dark as a ruling in nearly all their stretches and at both their ends."""
    count = part.shape[1] // END
    blocks = part[:, :count * END].reshape(part.shape[0], count, END).mean(axis=2).astype(np.float32)
    blocks = cv2.dilate(blocks, np.ones((3, 1), np.uint8))
    dark = np.percentile(blocks, LIGHT_BLOCKS, axis=1)
    total = np.convolve(blocks.mean(axis=1), np.ones(3) / 3, mode="same")
    found: list[int] = []
    ends = np.minimum(blocks[:, 0], blocks[:, -1])
    even = np.median(blocks, axis=1) <= UNEVEN * usual
    for row in np.flatnonzero((np.minimum(dark, ends) >= DARK_SHARE * usual) & even).tolist():
        if found and row - found[-1] < CLEAR:
            found[-1] = max(found[-1], row, key=lambda at: float(total[at]))
        else:
            found.append(row)
    return found


def _courses(seen: list[tuple[int, int, int]]) -> list[Course]:
    """Lines of the stretches (place, start, end) that lie in line."""
    groups: list[list[tuple[int, int, int]]] = []
    for place, start, end in sorted(seen, key=lambda item: (item[1], item[0])):
        near = [group for group in groups if abs(group[-1][0] - place) <= DRIFT]
        if near:
            min(near, key=lambda group: abs(group[-1][0] - place)).append((place, start, end))
        else:
            groups.append([(place, start, end)])
    found = []
    for group in groups:
        along = [at for _, start, end in group for at in (start - INSET, end + INSET)]
        places = [place for place, _, _ in group for _ in (0, 1)]
        found.append(Course(np.array(along, dtype=np.float64), np.array(places, dtype=np.float64),
                            float(sum(end - start for _, start, end in group))))
    return found

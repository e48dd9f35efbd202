"""A second look for rulings: where a table is known to be, lines as faint as the noise show row by row.

A line that stands alone must be seen by itself; one of a table need only be there in its rows, from ruling to ruling,
which neither digits below each other nor a line of print are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.read.scan.rulings import Course, GridLine, bounded
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
BROKEN, CERTAIN = 0.3, 5.0
"""Share of the usual contrast that the middle of a broken line keeps, and by how many deviations of noise it stands out."""
FEWEST_SLOTS = 4
"""Slots in which a broken line must be seen: strokes of print stand below each other in two or three."""
AT_ENDS = 0.5
"""Share of its contrast that a line keeps at the ends of its stretches, those of all rows together."""
LEAST_SLOT, LEAST_SHARE = 24, 0.35
"""Pixels: the lowest row that is looked at; share of the table along which a line must be seen in all."""

_RowsSeen = Callable[["NDArray[np.int16]", float], "NDArray[np.bool_]"]


def missing_lines(lines: list[GridLine], across: list[GridLine], signed: NDArray[np.int16]) -> list[Course]:
    """Lines that run along the rows of `signed` between the lines `across`, and are not among `lines`."""
    known = [usual_contrast(line, signed) for line in lines]
    usual = max(HAIRLINE, float(np.median([value for value in known if value > 0] or [0.0])))
    first = round(min(course.start for line in across for course in line.courses)) - DRIFT
    last = round(max(course.end for line in across for course in line.courses)) + DRIFT
    first, last = max(0, first), min(signed.shape[0], last + 1)
    if last - first < 2 * CLEAR:
        return []
    slots = list(_slots(across, signed.shape[1]))
    least = LEAST_SHARE * (across[-1].level - across[0].level)
    found: list[Course] = []
    for rows_seen, fewest in ((_solid, 1), (_broken, FEWEST_SLOTS)):
        seen = [(place + first, start, end) for start, end in slots
                for place in _places(signed[first:last, start:end], usual, rows_seen)] if len(slots) >= fewest else []
        found += [course for course in _courses([group for group in _groups(seen, fewest) if _reaches(group, signed)])
                  if course.drawn >= least and _clear(course, [*lines, *(GridLine([other]) for other in found)])]
    return found


def _clear(course: Course, lines: list[GridLine]) -> bool:
    """True if a course lies apart from all lines."""
    return all(abs(line.where((course.start + course.end) / 2) - course.level) >= CLEAR for line in lines)


def _slots(across: list[GridLine], size: int) -> Iterator[tuple[int, int]]:
    """The pixels between two neighbouring lines, what they may drift left out."""
    for before, after in pairwise(across):
        start = max(0, round(before.level + INSET))
        end = min(size, round(after.level - INSET))
        if end - start >= LEAST_SLOT:
            yield start, end


def _places(part: NDArray[np.int16], usual: float, rows_seen: _RowsSeen) -> list[int]:
    """Rows of a part of the page that are a ruling's, the one that is darkest of those that lie close together."""
    rows = np.flatnonzero(rows_seen(part, usual)).tolist()
    if len(rows) < 2:
        return rows
    found: list[int] = []
    total = np.convolve(part.mean(axis=1), np.ones(3) / 3, mode="same")
    for row in rows:
        if found and row - found[-1] < CLEAR:
            found[-1] = max(found[-1], row, key=lambda at: float(total[at]))
        else:
            found.append(row)
    return found


def _solid(part: NDArray[np.int16], usual: float) -> NDArray[np.bool_]:
    """Rows that are as dark as a ruling in nearly all their stretches and at both their ends."""
    count = part.shape[1] // END
    seen = np.zeros(len(part), dtype=np.bool_)
    ends = np.minimum(_blocks(part[:, :END]), _blocks(part[:, (count - 1) * END:count * END]))[:, 0]
    # few rows are dark at both their ends: only they are looked at as a whole
    rows = np.flatnonzero(ends >= DARK_SHARE * usual)
    if len(rows) == 0:
        return seen
    blocks = np.max([_means(part[bounded(rows + step, len(part)), :count * END]) for step in (-1, 0, 1)], axis=0)
    seen[rows] = ((np.percentile(blocks, LIGHT_BLOCKS, axis=1) >= DARK_SHARE * usual)
                  & (np.median(blocks, axis=1) <= UNEVEN * usual))
    return seen


def _blocks(part: NDArray[np.int16]) -> NDArray[np.float32]:
    """The mean contrast of each row's stretches of `END` pixels, or that of the row above or below if it is greater."""
    return np.asarray(cv2.dilate(_means(part), np.ones((3, 1), np.uint8)), dtype=np.float32).reshape(len(part), -1)


def _means(part: NDArray[np.int16]) -> NDArray[np.float32]:
    return np.asarray(part.reshape(len(part), -1, END).mean(axis=2), dtype=np.float32)


def _broken(part: NDArray[np.int16], usual: float) -> NDArray[np.bool_]:
    """Rows most of whose pixels are those of a ruling, though stretches of it are lost: print leaves more gaps."""
    # the deviation of a median of n values is 1.25 times that of their mean
    needed = max(BROKEN * usual, CERTAIN * 1.25 * _noise(part) / float(np.sqrt(part.shape[1])))
    seen = np.zeros(len(part), dtype=np.bool_)
    # a row's median is known only where half of its values are great enough
    rows = np.flatnonzero(np.count_nonzero(part >= int(np.ceil(needed)), axis=1) >= part.shape[1] // 2)
    middle = np.median(part[rows], axis=1)
    seen[rows] = (middle >= needed) & (middle <= UNEVEN * usual)
    return seen


def _noise(part: NDArray[np.int16]) -> float:
    """The deviation of most of the contrasts of a part, by way of the median of their distances from the median."""
    lowest = int(part.min())
    counts = np.bincount((part - lowest).ravel())
    values = np.arange(len(counts), dtype=np.float64) + lowest
    away = np.abs(values - _median_of(values, counts))
    order = np.argsort(away, kind="stable")
    return 1.4826 * _median_of(away[order], counts[order])


def _median_of(values: NDArray[np.float64], counts: NDArray[np.intp]) -> float:
    """The median of ascending values, each of which occurs so many times."""
    below = np.cumsum(counts)
    middle = [values[np.searchsorted(below, place, side="right")] for place in ((below[-1] - 1) // 2, below[-1] // 2)]
    return float(middle[0] + middle[1]) / 2


def _groups(seen: list[tuple[int, int, int]], fewest: int) -> list[list[tuple[int, int, int]]]:
    """The stretches (place, start, end) that lie in line, where there are `fewest` at least."""
    groups: list[list[tuple[int, int, int]]] = []
    for place, start, end in sorted(seen, key=lambda item: (item[1], item[0])):
        near = [group for group in groups if abs(group[-1][0] - place) <= DRIFT]
        if near:
            min(near, key=lambda group: abs(group[-1][0] - place)).append((place, start, end))
        else:
            groups.append([(place, start, end)])
    return [group for group in groups if len(group) >= fewest]


def _reaches(group: list[tuple[int, int, int]], signed: NDArray[np.int16]) -> bool:
    """True if stretches are about as dark at their ends as between them: strokes of print below each other leave room before the
    lines that they stand between.
    """
    strips = [signed[bounded(np.arange(place - 1, place + 2), len(signed)), start:end] for place, start, end in group]
    ends = [strip[:, part].mean(axis=1).max() for strip in strips for part in (slice(0, END), slice(-END, None))]
    middles = [strip[:, END:-END].mean(axis=1).max() for strip in strips]
    return float(np.mean(ends)) >= AT_ENDS * float(np.mean(middles))


def _courses(groups: list[list[tuple[int, int, int]]]) -> list[Course]:
    """A line for each group of stretches."""
    found = []
    for group in groups:
        along = [at for _, start, end in group for at in (start - INSET, end + INSET)]
        places = [place for place, _, _ in group for _ in (0, 1)]
        found.append(Course(np.array(along, dtype=np.float64), np.array(places, dtype=np.float64),
                            float(sum(end - start for _, start, end in group))))
    return found

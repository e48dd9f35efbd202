"""Bent paper: the curl of a page, measured on its long rulings, and its undoing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.polynomial import chebyshev

from extractor.read.scan.rulings import Course

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEGREE = 6
"""Degree of the polynomial across the page: a sheet waves once or twice."""
LONG_SHARE = 0.3
"""Share of the page's width from which a line counts."""
NOTICED = 1.5
"""Pixels of bend below which the page is flat."""
HELD = 0.05
"""How strongly the bend is held towards zero where no line says otherwise."""


@dataclass(frozen=True, slots=True)
class Bend:
    """How far down a level line lies at each place: a polynomial of x, growing linearly with y.

    `fixed` and `growing` are Chebyshev coefficients over the width; the growing part is multiplied by the height
    (0 at `top`, 1 at `bottom`, held beyond). Pixels of the straight page.
    """

    width: float
    top: float
    bottom: float
    fixed: tuple[float, ...]
    growing: tuple[float, ...]

    def at(self, x: NDArray[np.float64], y: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """The displacement, in pixels downwards, of the places (x, y)."""
        across = 2.0 * x / self.width - 1.0
        share = np.clip((np.asarray(y, dtype=np.float64) - self.top) / max(1.0, self.bottom - self.top), 0.0, 1.0)
        fixed, growing = (chebyshev.chebval(across, np.array(part)) for part in (self.fixed, self.growing))
        return np.asarray(fixed + growing * share, dtype=np.float64)


def find_bend(level: list[Course], size: tuple[int, int]) -> Bend | None:
    """The bend of a page of `size` (width, height) that its level lines show, or None if they are straight.

    Least squares over all points of all long lines, each with a height of its own; two rounds, the second without
    lines that the first could not explain.
    """
    width, _ = size
    lines = [course for course in level if course.end - course.start >= LONG_SHARE * width and len(course.along) >= 8]
    if len(lines) < 2:
        return None
    top, bottom = min(line.level for line in lines), max(line.level for line in lines)
    for _ in range(2):
        solution, errors = _fitted(lines, width, top, bottom)
        keep = [line for line, error in zip(lines, errors, strict=True) if error <= max(1.0, 2.5 * np.median(errors))]
        if len(keep) < 2:
            return None
        if len(keep) == len(lines):
            break
        lines = keep
    bend = Bend(width, top, bottom, (0.0, *solution[:DEGREE]), (0.0, *solution[DEGREE:]))
    moved = [np.ptp(bend.at(line.along, line.level)) for line in lines]
    return bend if max(moved) >= NOTICED else None


def _fitted(lines: list[Course], width: float, top: float, bottom: float) -> tuple[list[float], list[float]]:
    """The coefficients of the bend, and the error (root mean square, pixels) that each line is left with."""
    basis, values, sizes = [], [], []
    for line in lines:
        across = chebyshev.chebvander(2.0 * line.along / width - 1.0, DEGREE)[:, 1:]
        share = (line.level - top) / max(1.0, bottom - top)
        both = np.hstack([across, across * share])
        # the line's own height goes out by taking means away
        basis.append(both - both.mean(axis=0))
        values.append(line.at - line.at.mean())
        sizes.append(len(line.along))
    matrix, wanted = np.vstack(basis), np.concatenate(values)
    held = HELD * np.sqrt(len(wanted)) * np.eye(2 * DEGREE)
    solution = np.linalg.lstsq(np.vstack([matrix, held]), np.append(wanted, np.zeros(2 * DEGREE)), rcond=None)[0]
    left = wanted - matrix @ solution
    errors = [float(np.sqrt(np.mean(part ** 2))) for part in np.split(left, np.cumsum(sizes)[:-1])]
    return [float(value) for value in solution], errors


def flattened(image: NDArray[np.uint8], bend: Bend) -> NDArray[np.uint8]:
    """The page with its bend undone."""
    height, width = image.shape
    x, y = np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64)
    fixed, lower = bend.at(x, bend.top), bend.at(x, bend.bottom)
    share = np.clip((y - bend.top) / max(1.0, bend.bottom - bend.top), 0.0, 1.0)[:, None]
    down = (y[:, None] + fixed + (lower - fixed) * share).astype(np.float32)
    across = np.broadcast_to(x.astype(np.float32), down.shape).copy()
    return np.asarray(cv2.remap(image, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def flat_courses(courses: list[Course], horizontal: bool, bend: Bend) -> list[Course]:
    """The courses as they run on the flattened page."""
    found = []
    for course in courses:
        if horizontal:
            found.append(Course(course.along, course.at - bend.at(course.along, course.at), course.drawn))
        else:
            found.append(Course(course.along - bend.at(course.at, course.along), course.at, course.drawn))
    return found

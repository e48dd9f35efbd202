"""Shaded cells: where a table's header is filled with grey and has no rulings, the edges of the grey are its borders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.read.scan.rulings import Course

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHRINK = 4
"""The page is looked at this many times smaller: shading is large."""
STROKES, BACKGROUND = 9, 151
"""Small pixels: characters are narrower than the first, shaded rows lower than the second."""
DARKER = 5.0
"""Grey levels by which shading is darker than the page."""
NARROWEST, LOWEST = 40, 6
"""Small pixels: the least width and height of a shaded cell."""
BETWEEN = 85
"""Percentile of the grey of dense print that is paper."""
RIM = 3
"""Pixels within a shaded box along its sides that hold no print."""
FULL = 0.93
"""Share of its box that shading fills."""
AROUND = 31
"""Pixels around a place whose middle grey is that of the shading there; no separator is half as wide."""


@dataclass(frozen=True, slots=True)
class ShadedBox:
    """A shaded rectangle: its top and bottom edges, and its left and right ones."""

    level: tuple[Course, Course]
    upright: tuple[Course, Course]


def shaded_boxes(grey: NDArray[np.uint8]) -> list[ShadedBox]:
    """The shaded rectangles of a straight page, in its pixels."""
    small = cv2.resize(grey, None, fx=1 / SHRINK, fy=1 / SHRINK, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((STROKES, STROKES), np.uint8))
    page = cv2.morphologyEx(paper, cv2.MORPH_CLOSE, np.ones((BACKGROUND, 3), np.uint8))
    darker = cv2.subtract(page, paper)
    least = max(DARKER, 3.0 * float(np.median(darker)))
    mask = cv2.morphologyEx((darker > least).astype(np.uint8), cv2.MORPH_OPEN, np.ones((LOWEST, NARROWEST), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    found = []
    for left, top, width, height, area in stats[1:].tolist():
        if area < FULL * width * height or height > BACKGROUND // 2:
            continue
        full = grey[top * SHRINK:(top + height) * SHRINK, left * SHRINK:(left + width) * SHRINK]
        paper_there = float(np.median(page[top:top + height, left:left + width]))
        if float(np.percentile(full, BETWEEN)) > paper_there - least:
            continue  # dense print: between its strokes there is paper
        x0, y0, x1, y1 = _sharp(grey, left, top, width, height)
        if not _uniform(grey, (round(x0), round(y0), round(x1), round(y1)), paper_there - least):
            continue
        found.append(ShadedBox((_edge(x0, x1, y0), _edge(x0, x1, y1)), (_edge(y0, y1, x0), _edge(y0, y1, x1))))
    return found


def with_dark_separators(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The page with what is lighter than the shading of its cells made as much darker: separators of shaded cells are often
    paler than the cells, and would be no strokes. Print that is lighter than its cell becomes dark print.
    """
    found = grey
    for box in shaded_boxes(grey):
        if found is grey:
            found = grey.copy()
        (top, bottom), (left, right) = ((round(edge.level) for edge in edges) for edges in (box.level, box.upright))
        area = found[top:bottom, left:right]
        lighter = cv2.subtract(area, cv2.medianBlur(np.ascontiguousarray(area), AROUND))
        area[:] = cv2.subtract(cv2.subtract(area, lighter), lighter)
    return found


def _uniform(grey: NDArray[np.uint8], box: tuple[int, int, int, int], darkest: float) -> bool:
    """True if the box is grey along all of its sides: bold print on a blurred page is so only where it has strokes."""
    x0, y0, x1, y1 = box
    strips = (grey[y0 + RIM:y0 + 2 * RIM, x0:x1], grey[y1 - 2 * RIM:y1 - RIM, x0:x1],
              grey[y0:y1, x0 + RIM:x0 + 2 * RIM], grey[y0:y1, x1 - 2 * RIM:x1 - RIM])
    return all(strip.size > 0 and float(np.percentile(strip, BETWEEN)) <= darkest for strip in strips)


def _edge(start: float, end: float, at: float) -> Course:
    return Course(np.array([start, end]), np.array([at, at]), 0.0, shaded=True)


def _sharp(grey: NDArray[np.uint8], left: int, top: int, width: int, height: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a shaded box in pixels of the page: where its grey changes most."""
    box = [value * SHRINK for value in (left, top, left + width, top + height)]
    rows, columns = grey.shape
    inset = 2 * SHRINK
    across = grey[:, max(0, box[0] + inset):min(columns, box[2] - inset)]
    down = grey[max(0, box[1] + inset):min(rows, box[3] - inset)]
    return (_step(down.T, box[0]), _step(across, box[1]), _step(down.T, box[2]), _step(across, box[3]))


def _step(lines: NDArray[np.uint8], near: int) -> float:
    """The place within a small pixel or two of `near` at which the usual grey of a line changes most."""
    first, last = max(0, near - 2 * SHRINK - 2), min(len(lines), near + 2 * SHRINK + 3)
    if last - first < 4 or lines.shape[1] == 0:
        return float(near)
    usual = np.median(lines[first:last], axis=1)
    change = np.abs(usual[2:] - usual[:-2])
    return float(first + 1 + int(np.argmax(change)))

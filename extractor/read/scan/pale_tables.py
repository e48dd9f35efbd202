"""Tables without rulings whose numbers are much paler than the rest of the page: they are found on a smoothed page.

One threshold of ink serves a page; in hairline type on a copy of a copy a table falls below it as a whole. What shows through
from the back of the sheet is paler still, and has no labels of the front beside or above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.read.scan.cells import INK_SHARE, Sheet
from extractor.read.scan.open_numbers import FEWEST, Numbers, tables_of, tabular_numbers
from extractor.read.scan.print_marks import marks_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMOOTH, SOFT = 1.5, 0.8
"""Pixels by which a page is smoothed to find pale print, and to read it."""
NOISE, FAINTEST = 3.5, (5.0, 8.0)
"""Deviations of a smoothed page's noise by which pale print must rise above its paper, and by how many of 255 at least and at most."""
SMOOTHED = 10, 1.05
"""Pixels that a smoothed digit is high at least, and the heights that it is wide at most."""
FEWEST_ROWS, LONG_ROW = 3, 5
"""Rows of numbers that a pale table has at least; or numbers in its only row."""
LEAST_SHARE = 0.15
"""Share of the darkness of its labels that a pale number keeps at least; what shows through keeps 0.1 of its own at most."""
LABEL = 2.0
"""Heights of a digit that the label of a row is wide at least."""
HEADER = 8.0
"""Heights of a digit that the header of a column stands above its number at most."""
MOSTLY = 0.6
"""Share of the rows that must have a label, or of the numbers of a lone row that must have a header."""
MARGIN = 2.0
"""Heights of a digit around the numbers of a table that are looked at with them."""
DARK, MOST = 2.0, 6.0
"""Darkness that pale print is brought to, in thresholds of ink, and the most that darkness is multiplied by."""
NOISY = 0.4
"""Share of the level of noise that is taken off the page."""
REACH = 31
"""Pixels around a place within which the darkness of print is judged."""

Area = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels of the page."""


def pale_areas(sheet: Sheet, covered: Sequence[tuple[float, float, float, float]]) -> list[Area]:
    """The parts of the page with the numbers of tables that its threshold of ink leaves out.

    `covered` are the boxes (left, top, right, bottom in pixels) of tables that have been found.
    """
    soft, quiet = _smoothed(sheet, SMOOTH)
    pale = soft > quiet
    free = np.ones(len(pale), dtype=bool)
    for box in covered:
        free[max(0, round(box[1]) - 4):round(box[3]) + 5] = False
    pale[~free] = False
    if not pale.any():
        return []
    seen = pale.astype(np.uint8)
    numbers = tabular_numbers(seen, SMOOTHED)
    long, high = (np.bincount(groups, minlength=1)[groups] for groups in (numbers.rows, numbers.columns))
    numbers = numbers.only(((long >= FEWEST) & (high >= FEWEST_ROWS)) | (long >= LONG_ROW))
    if not len(numbers):
        return []
    marks, dark = marks_of(seen), marks_of((sheet.dark > sheet.ink * INK_SHARE).astype(np.uint8))
    found = []
    for part in tables_of(numbers):
        if _is_of_this_page(part, soft, marks, dark):
            height = float(np.median(part.boxes[:, 3] - part.boxes[:, 1]))
            (left, top), (right, bottom) = part.boxes[:, :2].min(axis=0), part.boxes[:, 2:].max(axis=0)
            aside = MARGIN * height
            found.append((max(0, round(left - aside)), max(0, round(top - aside)), min(pale.shape[1], round(right + aside)),
                          min(len(pale), round(bottom + aside))))
    return [area for area in found if free[area[1]:area[3]].all()]


def darkened(sheet: Sheet, areas: Sequence[Area]) -> Sheet:
    """The page with the pale print in some parts of it made about as dark as its other print; `grey` is smoothed there, but as
    pale as it was: of 186 pale zeros the recogniser read 117 so, 108 as they were and 96 to 106 if they were made darker.
    """
    soft, quiet = _smoothed(sheet, SOFT)
    grey, dark = sheet.grey.copy(), sheet.dark.copy()
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0)
    for left, top, right, bottom in areas:
        part = (slice(top, bottom), slice(left, right))
        floor = float(np.median(soft[part]))
        print_ = np.maximum(soft[part].astype(np.float32) - floor - NOISY * (quiet - floor), 0.0)
        # how dark the print around each place is: what is dark already must not grow
        around = cv2.blur(cv2.dilate(cv2.GaussianBlur(print_, (0, 0), SOFT), np.ones((REACH, REACH), np.uint8)),
                          (2 * REACH, 2 * REACH))
        gain = np.clip(DARK * sheet.ink / np.maximum(around, 1.0), 1.0, MOST)
        dark[part] = np.clip(print_ * gain, 0, 255).astype(np.uint8)
        grey[part] = smooth[part]
    return replace(sheet, grey=grey, dark=dark)


def _smoothed(sheet: Sheet, by: float) -> tuple[NDArray[np.uint8], float]:
    """The page's darkness, smoothed, and the level that its noise stays below."""
    soft = np.asarray(cv2.GaussianBlur(sheet.dark, (0, 0), by), dtype=np.uint8)
    sample = soft[::3, ::3]
    floor = float(np.median(sample))
    noise = 1.4826 * (floor - float(np.median(sample[sample <= floor])))
    return soft, floor + max(FAINTEST[0], min(FAINTEST[1], NOISE * noise))


def _is_of_this_page(table: Numbers, soft: NDArray[np.uint8], marks: NDArray[np.int32], dark: NDArray[np.int32]) -> bool:
    """True if the rows of pale numbers have labels before them, or a lone row headers above it, which are not so much darker that
    the numbers may be of the back of the sheet.
    """
    rows = [table.boxes[table.rows == row] for row in np.unique(table.rows)]
    labels = [_before(row, marks) for row in rows] if len(rows) >= FEWEST_ROWS else _above(rows, dark)
    found = [label for label in labels if len(label)]
    if len(found) < MOSTLY * len(labels):
        return False
    usual = float(np.median([_darkness(soft, label) for label in found]))
    return _darkness(soft, table.boxes) >= LEAST_SHARE * usual


def _before(row: NDArray[np.int32], marks: NDArray[np.int32]) -> NDArray[np.int32]:
    """The marks before the first number of a row, or none if they are too few for a label."""
    left, top, bottom = row[:, 0].min(), row[:, 1].min(), row[:, 3].max()
    label = marks[(marks[:, 2] < left) & (marks[:, 1] < bottom) & (marks[:, 3] > top)]
    wide = int(np.sum(label[:, 2] - label[:, 0])) >= LABEL * (bottom - top)
    return np.asarray(label if wide else label[:0], dtype=np.int32)


def _above(rows: Sequence[NDArray[np.int32]], marks: NDArray[np.int32]) -> list[NDArray[np.int32]]:
    """For each number the marks close above it."""
    return [marks[(marks[:, 3] <= top) & (marks[:, 1] >= top - HEADER * (bottom - top)) & (marks[:, 0] < right)
                  & (marks[:, 2] > left)] for row in rows for left, top, right, bottom in row.tolist()]


def _darkness(soft: NDArray[np.uint8], boxes: NDArray[np.int32]) -> float:
    return float(np.median([np.percentile(soft[y0:y1, x0:x1], 90) for x0, y0, x1, y1 in boxes.tolist()]))

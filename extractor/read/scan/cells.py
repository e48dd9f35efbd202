"""Cells of a ruled grid: rulings wiped out, ink found or proven absent, lines of text cut out for the recogniser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.read.scan.grid import RuledGrid
from extractor.read.scan.marks import flat, leaning
from extractor.read.scan.rulings import GridLine, darkness, median

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIPE = 4
"""Pixels either side of a ruling's middle that are wiped: rulings are up to 3 points thick."""
INSET = 2.0
"""Pixels left out at a cell's sides: what is left of its rulings."""
SPECK = 9
"""Pixels: less connected ink is dust; a decimal point has more."""
LOW = 7
"""Pixels: ink that is neither as high nor as wide is no character by itself."""
LOWEST_DIGIT = 12
"""Pixels: the height of a digit in the smallest print."""
WALL, ALONG = 6, 0.9
"""Pixels from a cell's side within which ink that runs along so much of the side is what is left of a ruling; a 1 that fills a narrow
cell is less high."""
DIGIT, PIECE = (16, 24), 7
"""Pixels, across and down, within which the strokes of one digit stand, and from which a speck is as high as a piece of one."""
GAP = 2
"""Empty rows of pixels that part two lines of text."""
THIN_LINE = 14
"""Pixels: a lower run of ink is part of the line next to it (the strokes of 二, a comma)."""
STRAY = 9
"""Pixels up to which such a run may be away."""
DUST_SHARE, APART = 0.45, 0.6
"""Marks smaller than this share of their line's height are dust if they stand this many heights away from it."""
UNEVEN = 0.22
"""Share of a line's height by which its digits may stand higher or lower than each other."""
MINUS_AWAY, MINUS_WIDTH, MINUS_HEIGHT = 0.7, (0.18, 0.7), 0.3
"""Heights of a line: how far before its first digit a minus sign may stand, how wide it may be, and how high at most."""
COLUMN_GAP = 1.8
"""Heights of a line: a wider gap in it parts two columns."""
INK_SHARE = 0.62
"""The threshold of ink, as a share of the one that parts ink from paper best (Otsu): edges of strokes count too."""
FAINT_SHARE = 0.35
"""The same for a second look at a cell that seems blank."""
NOISE = 4.5
"""Deviations of a cell's own noise by which ink must rise above its paper."""
FAINTEST = 14.0
"""Of 255: paper and noise may be this uneven."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A straight page ready for cutting: `grey` without rulings, `dark` its darkness, and the threshold of ink."""

    grey: NDArray[np.uint8]
    dark: NDArray[np.uint8]
    ink: float


@dataclass(frozen=True, slots=True)
class InkLine:
    """A line of ink in a cell: its box in pixels, whether it was only seen at the second, closer look, whether its marks
    stand at different heights, as digits never do, whether it is one stroke that leans like a slash or lies flat like a dash,
    and whether it is but specks that a digit may have left.
    """

    left: int
    top: int
    right: int
    bottom: int
    faint: bool = False
    uneven: bool = False
    leaning: bool = False
    flat: bool = False
    specks: bool = False

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


def without_rulings(grey: NDArray[np.uint8], grids: list[RuledGrid]) -> Sheet:
    """The page with the rulings of its tables wiped to paper; characters that cross a ruling are kept."""
    clean = grey.copy()
    paper = np.asarray(cv2.morphologyEx(cv2.blur(grey, (3, 3)), cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8)),
                       dtype=np.uint8)
    for grid in grids:
        for line in grid.ys:
            _wipe(clean, paper, line)
        for line in grid.xs:
            _wipe(clean.T, paper.T, line)
    dark = np.asarray(cv2.blur(darkness(clean), (3, 3)), dtype=np.uint8)
    return Sheet(clean, dark, _ink_level(dark))


def _wipe(image: NDArray[np.uint8], paper: NDArray[np.uint8], line: GridLine) -> None:
    """Sets a level line's pixels to paper, except where ink goes on at one of its sides."""
    rows, columns = image.shape
    for course in line.courses:
        if course.drawn <= 0:
            continue
        along = np.arange(max(0, int(course.start) - 3), min(columns, int(course.end) + 4))
        at = np.clip(np.rint(np.interp(along, course.along, course.at)).astype(int), WIPE + 2, rows - WIPE - 3)
        offsets = np.arange(-WIPE, WIPE + 1)[:, None]
        beyond = np.minimum(image[at - WIPE - 1, along], image[at + WIPE + 1, along]).astype(np.int16)
        free = paper[at, along].astype(np.int16) - beyond < 40
        image[(at + offsets)[:, free], along[free]] = paper[(at + offsets)[:, free], along[free]]


def _ink_level(dark: NDArray[np.uint8]) -> float:
    """The darkness that parts ink from paper best."""
    usual = float(np.median(dark[::3, ::3]))
    stroke = dark[dark > usual + 6]
    if stroke.size < 200:
        return 60.0
    level, _ = cv2.threshold(np.ascontiguousarray(stroke.reshape(-1, 1)), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return max(float(level), usual + FAINTEST)


def ink_lines(sheet: Sheet, slot: tuple[float, float, float, float]) -> list[InkLine]:
    """The lines of ink in a cell (left, top, right, bottom in pixels), top to bottom; none if it is proven blank.

    A cell that seems blank is looked at again with a lower threshold, so that a faint digit is not taken for a blank.
    """
    rows, columns = sheet.dark.shape
    left, top = max(0, round(slot[0] + INSET)), max(0, round(slot[1] + INSET))
    right, bottom = min(columns, round(slot[2] - INSET)), min(rows, round(slot[3] - INSET))
    if right - left < LOW or bottom - top < LOW:
        return []
    area = sheet.dark[top:bottom, left:right]
    # dirt and shading raise the paper's own darkness; what counts is what rises above it
    floor = median(area.ravel())
    below = area[area <= floor]
    noise = 1.4826 * (floor - median(below)) if below.size else 0.0
    quiet = floor + NOISE * noise
    for share, least in ((INK_SHARE, quiet), (FAINT_SHARE, quiet), (FAINT_SHARE, 0.0)):
        lines = _lines(_without_walls(area > max(share * sheet.ink, floor + FAINTEST, least)))
        if least == 0.0:  # a seal or a stain makes a cell uneven: only what is as high as a digit counts
            lines = [box for box in lines if box[3] - box[1] >= LOWEST_DIGIT]
        if lines:
            weak = area > max(FAINT_SHARE * sheet.ink, floor + FAINTEST, quiet)
            signs = [_pale_minus(weak, line[:4]) for line in lines]
            return [InkLine((x0 if sign is None else sign) + left, y0 + top, x1 + left, y1 + top,
                            share == FAINT_SHARE or sign is not None, uneven, leaning(area[y0:y1, x0:x1]),
                            flat(area, x0, y0, x1, y1))
                    for (x0, y0, x1, y1, uneven), sign in zip(lines, signs, strict=True)]
    return []


def somewhere(slot: tuple[float, float, float, float]) -> InkLine:
    """The place of a digit of which nothing is left, in the middle of its cell."""
    x, y = round((slot[0] + slot[2]) / 2), round((slot[1] + slot[3]) / 2)
    return InkLine(x - DIGIT[0] // 2, y - DIGIT[1] // 2, x + DIGIT[0] // 2, y + DIGIT[1] // 2, faint=True, specks=True)


def remains(sheet: Sheet, slot: tuple[float, float, float, float]) -> InkLine | None:
    """What a page of black and white may have left of a digit in a cell that seems blank: specks as near to each other as the
    strokes of one digit, or one as high as a piece of a stroke. None if there is no more than dust.
    """
    left, top = max(0, round(slot[0] + INSET)), max(0, round(slot[1] + INSET))
    area = sheet.dark[top:round(slot[3] - INSET), left:round(slot[2] - INSET)]
    if min(area.shape) < LOWEST_DIGIT:
        return None
    _, _, stats, _ = cv2.connectedComponentsWithStats((area > FAINT_SHARE * sheet.ink).astype(np.uint8), connectivity=8)
    x0, y0, x1, y1 = stats[1:, 0], stats[1:, 1], stats[1:, 0] + stats[1:, 2], stats[1:, 1] + stats[1:, 3]
    inside = (x0 > 0) & (y0 > 0) & (x1 < area.shape[1]) & (y1 < area.shape[0])
    specks = np.stack([x0, y0, x1, y1], axis=1)[inside]
    for one in specks:
        near = specks[(np.abs(specks[:, 0] - one[0]) <= DIGIT[0]) & (np.abs(specks[:, 1] - one[1]) <= DIGIT[1])]
        if len(near) > 1 or one[3] - one[1] >= PIECE:
            return InkLine(int(near[:, 0].min()) + left, int(near[:, 1].min()) + top, int(near[:, 2].max()) + left,
                           int(near[:, 3].max()) + top, faint=True, specks=True)
    return None


def _lines(mask: NDArray[np.bool_]) -> list[tuple[int, int, int, int, bool]]:
    """Boxes (left, top, right, bottom) of the lines of a mask of ink, and whether their marks are uneven."""
    boxes, crossed = _within(_marks(mask), mask.shape)
    if not len(boxes):
        return []
    filled = np.zeros(mask.shape[0] + GAP, dtype=bool)
    for _, y0, _, y1 in boxes:
        filled[y0:y1] = True
    runs: list[tuple[int, int]] = []
    start = None
    for y, dark in enumerate(filled):
        if dark and start is None:
            start = y
        elif not dark and start is not None:
            if runs and start - runs[-1][1] < GAP:
                runs[-1] = (runs[-1][0], y)
            else:
                runs.append((start, y))
            start = None
    lines = []
    for first, last in _whole(runs):
        inside, strayed = _without_hairs(boxes[(boxes[:, 1] >= first) & (boxes[:, 3] <= last)], mask.shape[1] / 2)
        inside = _without_dust(inside)
        lines.append((int(inside[:, 0].min()), int(inside[:, 1].min()), int(inside[:, 2].max()),
                      int(inside[:, 3].max()), crossed or strayed or _uneven(inside)))
    tallest = max(bottom - top for _, top, _, bottom, _ in lines)
    return [line for line in lines if max(line[2] - line[0], line[3] - line[1]) >= max(LOW, DUST_SHARE * tallest)]


def _without_walls(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Ink of a cell without what is left of a ruling along a side, even if characters touch it: joined with it, a label
    would be as high as its cell, and a digit beside it dust.
    """
    clean = mask.copy()
    for turned, along in ((clean, mask), (clean.T, mask.T)):
        length = round(ALONG * along.shape[0])
        if length < LOWEST_DIGIT or along.shape[1] < 4 * WALL:
            continue
        for side in (slice(0, WALL), slice(along.shape[1] - WALL, along.shape[1])):
            strip = np.ascontiguousarray(along[:, side], dtype=np.uint8)
            if np.count_nonzero(strip.any(axis=1)) < length:  # most cells are clean at their sides
                continue
            # a ruling that leans by some pixels is one all the same
            closed = cv2.dilate(strip, np.ones((1, 3), np.uint8))
            run = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
            turned[:, side] &= run == 0
    return clean


def _within(boxes: NDArray[np.int32], shape: tuple[int, ...]) -> tuple[NDArray[np.int32], bool]:
    """Marks without those that go from one side of the cell to another, if others stand free in it; and whether there
    were such: a seal or a pen has crossed the cell.
    """
    height, width = shape
    touched = np.stack([boxes[:, 0] <= 1, boxes[:, 1] <= 1, boxes[:, 2] >= width - 1, boxes[:, 3] >= height - 1]).sum(axis=0)
    free = (touched == 0) & (boxes[:, 3] - boxes[:, 1] >= LOWEST_DIGIT)
    crossing = touched >= 2
    if not crossing.any() or not free.any():
        return boxes, False
    return boxes[~crossing], True


def _pale_minus(weak: NDArray[np.bool_], line: tuple[int, int, int, int]) -> int | None:
    """Where a minus sign before a line begins that is paler than its digits, or None: so thin a stroke fades first."""
    x0, top, x1, bottom = line
    height = bottom - top
    if height < LOWEST_DIGIT or x1 - x0 > COLUMN_GAP * 2 * height:
        return None
    first = max(0, x0 - round((MINUS_AWAY + MINUS_WIDTH[1]) * height))
    if first == x0:
        return None
    # what is seen of the digits may be less than their height
    for left, upper, right, lower in _marks(weak[top:bottom + height // 4, first:x0]).tolist():
        wide, high = right - left, lower - upper
        level = 0.3 * height <= (upper + lower) / 2 <= 0.95 * height
        shaped = MINUS_WIDTH[0] * height <= wide <= MINUS_WIDTH[1] * height and high <= MINUS_HEIGHT * height and wide > high
        if level and shaped and 0 < x0 - first - right <= MINUS_AWAY * height:
            return first + int(left)
    return None


def _uneven(boxes: NDArray[np.int32]) -> bool:
    """True if the marks of a line, pieces above each other joined and points left out, stand at different heights, or
    further apart than digits do: a stroke of a pen beside a digit reads as another digit, and so does the next cell's.
    """
    glyphs: list[list[int]] = []
    for x0, y0, x1, y1 in boxes[np.argsort(boxes[:, 0], kind="stable")].tolist():
        if glyphs and x0 < glyphs[-1][2]:
            last = glyphs[-1]
            glyphs[-1] = [last[0], min(last[1], y0), max(last[2], x1), max(last[3], y1)]
        else:
            glyphs.append([x0, y0, x1, y1])
    tallest = max(bottom - top for _, top, _, bottom in glyphs)
    if any(after[0] - before[2] > COLUMN_GAP * tallest for before, after in pairwise(glyphs)):
        return True
    tops, bottoms = zip(*((top, bottom) for _, top, _, bottom in glyphs if bottom - top >= 0.5 * tallest), strict=True)
    return bool(max(max(tops) - min(tops), max(bottoms) - min(bottoms)) > UNEVEN * tallest)


def _without_dust(boxes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Marks of a line without small ones that stand apart at its ends: a point belongs to a number, dust does not."""
    boxes = boxes[np.argsort(boxes[:, 0], kind="stable")]
    height = int((boxes[:, 3] - boxes[:, 1]).max())
    size = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    while len(boxes) > 1:
        reach = np.maximum.accumulate(boxes[:, 2])
        if size[0] < DUST_SHARE * height and boxes[1, 0] - boxes[0, 2] > APART * height:
            boxes, size = boxes[1:], size[1:]
        elif size[-1] < DUST_SHARE * height and boxes[-1, 0] - reach[-2] > APART * height:
            boxes, size = boxes[:-1], size[:-1]
        else:
            break
    return boxes


def _without_hairs(boxes: NDArray[np.int32], middle: float) -> tuple[NDArray[np.int32], bool]:
    """Marks of a line without those that stand far from its number and at other heights than its digits: hairs and strokes of
    a pen, which read as a 1, and beside which a digit is dust; and whether there were such. The number is what stands nearest
    to the middle of the cell.
    """
    high = boxes[:, 3] - boxes[:, 1]
    if len(boxes) < 2 or high.max() < LOWEST_DIGIT:
        return boxes, False
    boxes = boxes[np.argsort(boxes[:, 0], kind="stable")]
    gaps = boxes[1:, 0] - np.maximum.accumulate(boxes[:, 2])[:-1]
    groups = np.split(boxes, np.flatnonzero(gaps > COLUMN_GAP * high[high >= LOWEST_DIGIT].min()) + 1)
    number = min(groups, key=lambda group: abs(float(group[:, 0].min() + group[:, 2].max()) / 2 - middle))
    top, bottom = int(number[:, 1].min()), int(number[:, 3].max())
    height = bottom - top
    if len(groups) == 1 or height < LOWEST_DIGIT or _uneven(number):
        return boxes, False
    kept = [number]
    for group in (group for group in groups if group is not number):
        near = max(group[:, 0].min() - number[:, 2].max(), number[:, 0].min() - group[:, 2].max()) <= COLUMN_GAP * height
        level = np.maximum(np.abs(group[:, 1] - top), np.abs(group[:, 3] - bottom)) <= UNEVEN * height
        if (group[:, 2:] - group[:, :2]).max() < DUST_SHARE * height:
            kept.append(group)  # dust makes nothing doubtful
        elif near or level.any() or len(group) > len(number):
            return boxes, False
    return np.concatenate(kept), len(kept) < len(groups)


def _marks(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Boxes of connected ink, dust and what is left of rulings at the sides taken away."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    stats = stats[1:]
    height, width = mask.shape
    x0, y0, x1, y1 = stats[:, 0], stats[:, 1], stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]
    at_side = (x0 == 0) | (y0 == 0) | (x1 == width) | (y1 == height)
    remnant = at_side & ((stats[:, 2] <= 4) | (stats[:, 3] <= 4))
    keep = (stats[:, 4] >= SPECK) & ~remnant
    return np.asarray(np.stack([x0, y0, x1, y1], axis=1)[keep], dtype=np.int32)


def _whole(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs of rows as lines: a low run belongs to the run that it is nearest to."""
    merged = list(runs)
    while len(merged) > 1:
        gaps = [(merged[i + 1][0] - merged[i][1], i) for i in range(len(merged) - 1)
                if min(merged[i][1] - merged[i][0], merged[i + 1][1] - merged[i + 1][0]) < THIN_LINE]
        if not gaps or min(gaps)[0] > STRAY:
            break
        _, i = min(gaps)
        merged[i:i + 2] = [(merged[i][0], merged[i + 1][1])]
    return merged


def holds_columns(sheet: Sheet, lines: Sequence[InkLine]) -> bool:
    """True if the lines of a cell stand in columns, as no cell's do: the rulings between them were not found."""
    return sum(_gaps(sheet, line) >= 2 for line in lines) >= 2


def _gaps(sheet: Sheet, line: InkLine) -> int:
    """How many empty stretches part a line, each wider than the space between two characters can be."""
    ink = (sheet.dark[line.top:line.bottom, line.left:line.right] > sheet.ink * INK_SHARE).sum(axis=0) >= 2
    at = np.flatnonzero(ink)
    return int((np.diff(at) > COLUMN_GAP * max(line.height, LOWEST_DIGIT)).sum()) if len(at) > 1 else 0


def crop(sheet: Sheet, line: InkLine, above: float = 0.22, beside: float = 0.3) -> tuple[NDArray[np.uint8], float,
                                                                                      float]:
    """A line's pixels with paper around it, and its left and right borders in pixels of the page."""
    rows, columns = sheet.grey.shape
    height = max(line.height, 16)
    middle = (line.top + line.bottom) / 2
    half = height * (0.5 + above)
    left, right = line.left - beside * height, line.right + beside * height
    top, bottom = round(middle - half), round(middle + half)
    x0, x1 = round(left), round(right)
    inside = sheet.grey[max(0, top):min(rows, bottom), max(0, x0):min(columns, x1)]
    padded = cv2.copyMakeBorder(inside, max(0, -top), max(0, bottom - rows), max(0, -x0), max(0, x1 - columns),
                                cv2.BORDER_REPLICATE)
    return np.asarray(padded, dtype=np.uint8), float(x0), float(x1)

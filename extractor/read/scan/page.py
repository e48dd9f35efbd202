"""One scanned page: straightened, its grids found, every cell and every line of prose read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.document import Box, Page, Ruling, Source, Word
from extractor.layout.grid import GridCell
from extractor.layout.grid import find_grids as find_cells
from extractor.read.ocr import LineReading, OcrEngine, TextBox
from extractor.read.render import POINTS, PageImage
from extractor.read.scan.bend import find_bend, flat_courses, flattened
from extractor.read.scan.cells import InkLine, Sheet, crop, ink_lines, without_rulings
from extractor.read.scan.digits import ASKED, as_number
from extractor.read.scan.grid import RuledGrid, find_grids, straighten_lines
from extractor.read.scan.numbers import CellReading, read_number, read_numbers
from extractor.read.scan.rulings import darkness, find_courses, mapped, segments
from extractor.read.scan.seals import to_grey
from extractor.read.scan.straighten import (
    WORK_DPI,
    Straight,
    rectification,
    rotation,
    skew_of,
    text_runs_down,
    turned,
    warp,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIXEL = POINTS / WORK_DPI
"""Points in a pixel of the straight page."""
FIND_SCALE = 0.5
"""Lines of prose are looked for at this share of the straight page's resolution."""
FILLED = 0.5
"""A table this wide, as a share of the page, leaves no prose beside it."""
MARGIN = 24
"""Pixels kept around the ink of a stretch of prose."""
SQUEEZE, LONG = 0.62, 3.0
"""Lines wider than `LONG` times their height are squeezed to this share of their width (see docs/reading-scans.md)."""
SURE, UNSURE = 0.9, 0.6
"""Confidence below which a squeezed line or a digit in it is read again in full, and the same for any character."""
TALL = 2.6
"""Height over width from which a box holds characters below each other."""
DIGIT = 10, 48
"""Pixels: the height of a mark that may be a digit."""
LEAST_MARK = 0.5
"""Confidence with which a mark that the detector missed must read as a number."""
MOST_MARKS = 400
"""Such marks that are looked at in one stretch: more are dirt."""
READABLE = 0.75
"""Mean confidence below which the page is tried upside down."""
PROSE = 4
"""Characters: shorter readings say nothing about which way up the page is."""


@dataclass(slots=True)
class Timings:
    """Seconds spent in each stage."""

    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.perf_counter)

    def done(self, stage: str) -> None:
        """Adds the time since the last call to a stage."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now


@dataclass(slots=True)
class _CellInk:
    """A cell and the lines of ink in it."""

    cell: GridCell
    lines: list[InkLine]


def read_page(image: PageImage, engine: OcrEngine, timings: Timings | None = None) -> Page:
    """The page with words and rulings in straight coordinates, and the transform to the page as given.

    `needs_ocr` of the result is empty, or says why nothing was read: the image's problem, `blank_page` or `no_text`.
    """
    timings = timings or Timings()
    if image.problem or image.pixels.size == 0:
        return Page(image.number, image.width, image.height, source=Source.OCR,
                    needs_ocr=image.problem or "image_empty")
    if image.strip > 1:
        return _read_strip(image, engine, timings)
    grey = to_grey(image.pixels, image.dpi)
    timings.done("seals")
    quarters = 1 if text_runs_down(grey, image.dpi) else 0
    attempt = _Attempt(image, grey, quarters, engine, timings)
    if not attempt.readable:
        other = _Attempt(image, grey, quarters + 2, engine, timings)
        attempt = max(attempt, other, key=lambda item: item.score)
    return attempt.page()


def _read_strip(image: PageImage, engine: OcrEngine, timings: Timings) -> Page:
    """A long image of several pages, each straightened by itself and put below the one before.

    Places are those of the straightened parts, a few points off the image's own where a part was skewed.
    """
    scale = image.width / image.pixels.shape[1]
    words: list[Word] = []
    rulings: list[Ruling] = []
    for top, bottom in _parts(image):
        points = (bottom - top) * scale
        part = PageImage(image.number, image.pixels.shape[1] * POINTS / image.dpi, (bottom - top) * POINTS / image.dpi,
                         image.pixels[top:bottom])
        read = read_page(part, engine, timings)
        shrink = points / read.height
        words += [_moved_word(word, shrink, top * scale) for word in read.words]
        rulings += [Ruling(r.x0 * shrink, r.top * shrink + top * scale, r.x1 * shrink, r.bottom * shrink + top * scale)
                    for r in read.rulings]
    return Page(image.number, image.width, image.height, tuple(words), tuple(rulings),
                (Box(0.0, 0.0, image.width, image.height),), Source.OCR, "" if words else "no_text")


def _parts(image: PageImage) -> list[tuple[int, int]]:
    """Rows (first, last) of the pages of a strip: equal parts, each cut moved to the emptiest rows near it."""
    rows = image.pixels.shape[0]
    narrow = cv2.resize(image.pixels, (64, rows), interpolation=cv2.INTER_AREA).astype(np.float64).mean(axis=2)
    unrest = np.convolve(narrow.std(axis=1), np.ones(9) / 9, mode="same")
    cuts = [0]
    for part in range(1, image.strip):
        middle, reach = rows * part // image.strip, rows // image.strip // 12
        near = unrest[middle - reach:middle + reach]
        # where many rows are equally empty, the one next to the even cut
        cost = near + np.abs(np.arange(len(near)) - reach) / reach
        cuts.append(middle - reach + int(np.argmin(cost)))
    return list(pairwise([*cuts, rows]))


def _moved_word(word: Word, scale: float, down: float) -> Word:
    box = Box(word.box.x0 * scale, word.box.top * scale + down, word.box.x1 * scale, word.box.bottom * scale + down)
    return replace(word, box=box, edges=tuple(edge * scale for edge in word.edges), size=word.size * scale)


class _Attempt:
    """A page read in one orientation."""

    def __init__(self, image: PageImage, grey: NDArray[np.uint8], quarters: int, engine: OcrEngine,
                 timings: Timings) -> None:
        self._image = image
        self._straight, self._grids = straighten(grey, image.dpi, quarters)
        timings.done("straighten")
        self._sheet = without_rulings(self._straight.grey, self._grids)
        self._tables = [_cells(grid, self._sheet) for grid in self._grids]
        self._prose = list(_prose_boxes(self._sheet, self._grids, engine))
        timings.done("find")
        self._readings = self._read(engine)
        timings.done("read")

    def _read(self, engine: OcrEngine) -> Iterator[LineReading]:
        crops = [crop(self._sheet, line)[0] for table in self._tables for item in table for line in item.lines]
        crops += [_cut(self._sheet.grey, box) for box in self._prose]
        readings = read_lines(crops, engine)
        long = [reading.confidence for reading in readings if len(reading.text) >= PROSE]
        self.score = float(np.mean(long)) if long else 0.0
        self.readable = self.score >= READABLE or len(long) < 3
        return iter(readings)

    def page(self) -> Page:
        words: list[Word] = []
        rulings: list[Ruling] = []
        for grid, table in zip(self._grids, self._tables, strict=True):
            words += self._table_words(table)
            rulings += [Ruling(*(value * PIXEL for value in line)) for line in straighten_lines(grid)]
        for box in self._prose:
            words += _prose_words(box, next(self._readings))
        height, width = self._straight.grey.shape
        nothing = "" if words else ("blank_page" if _blank(self._sheet) else "no_text")
        whole = Box(0.0, 0.0, width * PIXEL, height * PIXEL)
        return Page(self._image.number, whole.x1, whole.bottom, tuple(words), tuple(rulings), (whole,), Source.OCR,
                    nothing, self._to_original())

    def _table_words(self, table: list[_CellInk]) -> Iterator[Word]:
        """A word for each line of each cell; numbers with their alternatives."""
        cells = [(item.cell, [CellReading(line, next(self._readings)) for line in item.lines]) for item in table]
        for (cell, lines), number in zip(cells, read_numbers(cells), strict=True):
            if number is not None:
                ink = lines[0].ink
                box = _inside(Box(ink.left * PIXEL, ink.top * PIXEL, ink.right * PIXEL, ink.bottom * PIXEL), cell.box)
                yield Word(number.text, box, _even(box, len(number.text)), box.height, True, number.confidence,
                           number.alternatives)
                continue
            for line in lines:
                _, left, right = crop(self._sheet, line.ink)
                yield from _line_word(line.reading, left, right, line.ink.top, line.ink.bottom, cell.box)

    def _to_original(self) -> tuple[float, ...]:
        to_points = np.diag([self._image.width / self._image.pixels.shape[1],
                             self._image.height / self._image.pixels.shape[0], 1.0])
        matrix = to_points @ self._straight.to_image @ np.diag([1 / PIXEL, 1 / PIXEL, 1.0])
        matrix = matrix / matrix[2, 2]
        if np.allclose(matrix, np.eye(3), atol=1e-3):
            return ()
        return tuple(round(float(value), 9) for value in matrix.ravel())


def read_lines(crops: Sequence[NDArray[np.uint8]], engine: OcrEngine) -> list[LineReading]:
    """Long lines are read squeezed first, since time goes by width, and again as they are where that leaves doubt."""
    long = [crop.shape[1] > LONG * crop.shape[0] for crop in crops]
    readings = engine.read([_squeezed(crop) if squeeze else crop for crop, squeeze in zip(crops, long, strict=True)],
                           ASKED)
    again = [i for i, reading in enumerate(readings) if long[i] and _in_doubt(reading)]
    for i, reading in zip(again, engine.read([crops[i] for i in again], ASKED), strict=True):
        if reading.confidence >= readings[i].confidence or as_number(reading.text):
            readings[i] = reading
    return readings


def _squeezed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = (max(8, round(pixels.shape[1] * SQUEEZE)), pixels.shape[0])
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _in_doubt(reading: LineReading) -> bool:
    """True if a squeezed line must be read again: it is a number, unsure as a whole, or unsure of a digit."""
    digits = [score for character, score in zip(reading.text, reading.scores, strict=True) if character.isdigit()]
    return (as_number(reading.text) is not None or reading.confidence < SURE or min(digits, default=1.0) < SURE
            or min(reading.scores, default=0.0) < UNSURE)


def straighten(grey: NDArray[np.uint8], dpi: float, quarters: int) -> tuple[Straight, list[RuledGrid]]:
    """The straight page and its grids: quarter turns, then skew from ink, then perspective from rulings."""
    height, width = grey.shape
    scale = dpi / WORK_DPI
    turn, (width, height) = turned(np.eye(3), (width, height), quarters)
    upright = np.ascontiguousarray(np.rot90(grey, -quarters % 4)) if quarters % 4 else grey
    size = (max(1, round(width / scale)), max(1, round(height / scale)))
    # a page with more pixels than needed is averaged down first, since warping would skip pixels
    if scale > 1.3:
        upright = np.asarray(cv2.resize(upright, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    work = np.diag([upright.shape[1] / size[0], upright.shape[0] / size[1], 1.0])
    full = turn @ np.diag([width / upright.shape[1], height / upright.shape[0], 1.0])
    skew = skew_of(upright, upright.shape[1] / size[0] * WORK_DPI)
    matrix = work @ rotation(skew, size) if abs(skew) > 0.05 else work
    straight = warp(upright, matrix, size)
    dark = darkness(straight)
    level, down = find_courses(straight, dark, True), find_courses(straight, dark, False)
    correction = rectification(segments(level, True), segments(down, False), size) if level and down else None
    if correction is not None:
        matrix = matrix @ correction
        straight = warp(upright, matrix, size)
        back = np.linalg.inv(correction)
        level, down = mapped(level, True, back), mapped(down, False, back)
    bend = find_bend(level, size) if down else None
    if bend is not None:
        straight = flattened(straight, bend)
        level, down = flat_courses(level, True, bend), flat_courses(down, False, bend)
    return Straight(straight, full @ matrix), find_grids(straight, level, down)


def _cells(grid: RuledGrid, sheet: Sheet) -> list[_CellInk]:
    """The cells of a grid, joined over the walls that are not drawn, with their ink."""
    rulings = [Ruling(*(value * PIXEL for value in line)) for line in straighten_lines(grid)]
    found = []
    for cells in find_cells(rulings):
        rows = [_nearest([line.level * PIXEL for line in grid.ys], y) for y in cells.ys]
        columns = [_nearest([line.level * PIXEL for line in grid.xs], x) for x in cells.xs]
        for cell in cells.cells:
            first, last = rows[cell.row], rows[cell.row + cell.rowspan]
            left, right = columns[cell.column], columns[cell.column + cell.colspan]
            slot = grid.slot(first, left, last - first, right - left)
            found.append(_CellInk(cell, ink_lines(sheet, slot)))
    return found


def _nearest(values: Sequence[float], wanted: float) -> int:
    return min(range(len(values)), key=lambda i: abs(values[i] - wanted))


def _prose_boxes(sheet: Sheet, grids: list[RuledGrid], engine: OcrEngine) -> Iterator[TextBox]:
    """Lines of text outside the tables, found on stretches of the page that hold ink.

    What the detector misses there, and it misses lone digits, is found as ink that no line covers; those have score 0.
    """
    free = sheet.grey.copy()
    rows = np.ones(free.shape[0], dtype=bool)
    ink = sheet.dark > sheet.ink * 0.62
    for grid in grids:
        left, top, right, bottom = (round(value) for value in grid.box)
        area = (slice(max(0, top - 4), bottom + 5), slice(max(0, left - 4), right + 5))
        free[area] = np.median(free[area]) if free[area].size else 255
        ink[area] = False
        if right - left >= FILLED * free.shape[1]:
            rows[max(0, top):bottom + 1] = False
    for first, last in _stretches(rows):
        columns = np.flatnonzero(ink[first:last].any(axis=0))
        lines = np.flatnonzero(ink[first:last].sum(axis=1) >= 2)
        if len(lines) == 0 or lines[-1] - lines[0] < 8:
            continue
        top, bottom = max(first, first + lines[0] - MARGIN), min(last, first + lines[-1] + MARGIN)
        left, right = max(0, columns[0] - MARGIN), min(free.shape[1], columns[-1] + MARGIN)
        small = cv2.resize(free[top:bottom, left:right], None, fx=FIND_SCALE, fy=FIND_SCALE,
                           interpolation=cv2.INTER_AREA)
        found = [TextBox(box.x / FIND_SCALE + left, box.y / FIND_SCALE + top, box.width / FIND_SCALE,
                         box.height / FIND_SCALE, box.angle, box.score)
                 for box in engine.find_lines(np.asarray(small, dtype=np.uint8))]
        found = [part for box in found for part in _upright_parts(box, sheet)]
        found += _overlooked(ink[top:bottom, left:right], found, left, top)
        yield from sorted(found, key=lambda box: (box.y, box.x))


def _upright_parts(box: TextBox, sheet: Sheet) -> list[TextBox]:
    """The box, or its characters one by one where they stand below each other."""
    if box.height < max(TALL * box.width, 60):
        return [box]
    slot = box.x - box.width / 2, box.y - box.height / 2, box.x + box.width / 2, box.y + box.height / 2
    return [TextBox((line.left + line.right) / 2, (line.top + line.bottom) / 2, line.width + 0.5 * line.height,
                    1.44 * line.height, 0.0, box.score) for line in ink_lines(sheet, slot)]


def _overlooked(ink: NDArray[np.bool_], found: Sequence[TextBox], left: int, top: int) -> list[TextBox]:
    """Marks of a digit's size that no line found covers, neighbours joined."""
    bare = ink.astype(np.uint8)
    for box in found:
        tilt = abs(np.sin(np.deg2rad(box.angle))) * box.width / 2
        cv2.rectangle(bare, (round(box.x - box.width / 2 - left), round(box.y - box.height / 2 - tilt - top)),
                      (round(box.x + box.width / 2 - left), round(box.y + box.height / 2 + tilt - top)), 0, -1)
    joined = cv2.morphologyEx(bare, cv2.MORPH_CLOSE, np.ones((3, 11), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    return [TextBox(x + width / 2 + left, y + height / 2 + top, width + 0.6 * height, 1.44 * height, 0.0, 0.0)
            for x, y, width, height, area in stats[1:].tolist()
            if DIGIT[0] <= height <= DIGIT[1] and 3 <= width <= 5 * height
            and area >= 0.15 * width * height][:MOST_MARKS]


def _stretches(rows: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], rows.astype(np.int8), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        yield int(first), int(last)


def _cut(grey: NDArray[np.uint8], box: TextBox) -> NDArray[np.uint8]:
    """A line's pixels, turned level."""
    width, height = max(8, round(box.width)), max(8, round(box.height))
    x0, y0 = round(box.x - width / 2), round(box.y - height / 2)
    inside = x0 >= 0 and y0 >= 0 and x0 + width <= grey.shape[1] and y0 + height <= grey.shape[0]
    if inside and abs(np.sin(np.deg2rad(box.angle))) * width < 2:
        return grey[y0:y0 + height, x0:x0 + width]
    matrix = cv2.getRotationMatrix2D((box.x, box.y), box.angle, 1.0)
    matrix[:, 2] += [width / 2 - box.x, height / 2 - box.y]
    return np.asarray(cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_LINEAR,
                                     borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def _prose_words(box: TextBox, reading: LineReading) -> Iterator[Word]:
    left, right = box.x - box.width / 2, box.x + box.width / 2
    top, bottom = box.y - box.height / 2, box.y + box.height / 2
    number = read_number(reading)
    if number is None and box.score > 0.0:
        yield from _line_word(reading, left, right, top, bottom, None)
    elif number is not None and number.confidence >= (LEAST_MARK if box.score == 0.0 else 0.0):
        inset = box.height * 0.2
        whole = Box((left + inset) * PIXEL, (top + inset) * PIXEL, (right - inset) * PIXEL, (bottom - inset) * PIXEL)
        yield Word(number.text, whole, _even(whole, len(number.text)), whole.height, True, number.confidence,
                   number.alternatives)


def _line_word(reading: LineReading, left: float, right: float, top: float, bottom: float,
               within: Box | None) -> Iterator[Word]:
    """A line as a word, each character with its borders; spaces at its ends and between Chinese characters go."""
    kept = [i for i, character in enumerate(reading.text) if character != " " or _separates(reading.text, i)]
    if not kept:
        return
    borders = [left + (right - left) * reading.places[kept[0]][0]]
    for before, after in pairwise(kept):
        middle = (reading.places[before][1] + reading.places[after][0]) / 2
        borders.append(left + (right - left) * min(1.0, middle))
    borders.append(left + (right - left) * min(1.0, reading.places[kept[-1]][1]))
    box = Box(borders[0] * PIXEL, top * PIXEL, borders[-1] * PIXEL, bottom * PIXEL)
    edges = tuple(border * PIXEL for border in borders)
    if within is not None:
        box = _inside(box, within)
        edges = tuple(min(max(edge, box.x0), box.x1) for edge in edges)
    text = "".join(reading.text[i] for i in kept)
    confidence = min(1.0, float(np.mean([reading.scores[i] for i in kept])))
    yield Word(text, box, edges, box.height, True, confidence)


def _separates(text: str, index: int) -> bool:
    """True if the space at `index` stands between two Latin letters or digits."""
    before, after = text[:index].rstrip(), text[index + 1:].lstrip()
    return bool(before and after) and before[-1].isascii() and before[-1].isalnum() and after[0].isascii() \
        and after[0].isalnum() and text[index - 1] != " "


def _inside(box: Box, outer: Box) -> Box:
    """`box` cut to `outer`, so that its middle stands in the cell it was read in."""
    x0, top = min(max(box.x0, outer.x0), outer.x1 - 0.1), min(max(box.top, outer.top), outer.bottom - 0.1)
    return Box(x0, top, max(min(box.x1, outer.x1), x0 + 0.1), max(min(box.bottom, outer.bottom), top + 0.1))


def _even(box: Box, count: int) -> tuple[float, ...]:
    return tuple(box.x0 + box.width * i / max(1, count) for i in range(count + 1))


def _blank(sheet: Sheet) -> bool:
    """True if the page holds no more ink than dust."""
    return float(np.mean(sheet.dark > max(20.0, sheet.ink * 0.62))) < 0.0005

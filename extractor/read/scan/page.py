"""One scanned page: straightened, its grids found, every cell and every line of prose read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.document import UNREADABLE, Box, Page, Ruling, Source, Word
from extractor.layout.grid import GridCell
from extractor.layout.grid import find_grids as find_cells
from extractor.read.ocr import LineReading, OcrEngine
from extractor.read.render import POINTS, PageImage
from extractor.read.scan.again import forms, places_to_look
from extractor.read.scan.bend import find_bend, flat_courses, flattened
from extractor.read.scan.cell_ink import CellInk
from extractor.read.scan.cells import (
    INK_SHARE,
    InkLine,
    Sheet,
    crop,
    ink_lines,
    remains,
    somewhere,
    without_rulings,
)
from extractor.read.scan.digits import ASKED
from extractor.read.scan.dots import is_bilevel, without_dots
from extractor.read.scan.grid import RuledGrid, find_grids, straighten_lines
from extractor.read.scan.no_tables import holds_labels_only, is_whole
from extractor.read.scan.numbers import CellReading, NumberReading, better_number, read_numbers, surest
from extractor.read.scan.open_cells import around, open_cells
from extractor.read.scan.open_tables import open_grids
from extractor.read.scan.pale_tables import darkened, pale_areas
from extractor.read.scan.print_walls import printed_walls
from extractor.read.scan.prose import box_around, confirmed, cut, prose_boxes, prose_words, unread_marks
from extractor.read.scan.rulings import darkness, find_courses, mapped, segments
from extractor.read.scan.seals import to_grey
from extractor.read.scan.shading import with_dark_separators
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
from extractor.read.scan.words import PIXEL, inside, line_word, number_word, read_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_SKEW = 0.08
"""Degrees that are turned back: less is two pixels over a page, and turning costs sharpness."""
READABLE = 0.75
"""Mean confidence below which the page is tried upside down."""
FADED, FEWEST_FADED = 0.2, 4
"""Share of the cells of a table that seem blank, with more than a speck in them, from which its digits have faded, and how many
they are at least."""
ENOUGH = 60.0
"""Sure Chinese characters from which a page that was turned reads well: zeros of a table and short texts do so on their side."""
PROSE = 4.0
"""Width over height: shorter lines say little about which way up the page is."""


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

    def add(self, other: Timings) -> None:
        """Adds the seconds of another page, read beside this one."""
        for stage, seconds in other.seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
        self._since = time.perf_counter()


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
    others = (2, 1, 3) if not attempt.readable else ()
    for more in others:
        other = _Attempt(image, grey, quarters + more, engine, timings)
        attempt = max(attempt, other, key=lambda item: item.text)
        if attempt.readable and attempt.text >= ENOUGH:
            break
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
        self._image, self._engine = image, engine
        self._straight, grids = straighten(grey, image.dpi, quarters)
        timings.done("straighten")
        self._lay_out(grids)
        if is_bilevel(self._straight.grey):
            _add_specks(self._tables, self._sheet)
        self._prose = list(prose_boxes(self._sheet, self._grids, self._open, self._pale, engine))
        timings.done("find")
        self._readings = self._read(engine)
        timings.done("read")

    def _lay_out(self, grids: list[RuledGrid]) -> None:
        """Finds the cells of the tables, ruled or not; grids that are no tables give way."""
        self._sheet = without_rulings(self._straight.grey, grids)
        tables = [(grid, _cells(grid, self._sheet)) for grid in grids]
        whole = [(grid, table) for grid, table in tables if is_whole(grid, table, self._sheet)]
        self._open = open_cells(self._sheet, [grid.box for grid, _ in whole])
        kept = [(grid, table) for grid, table in whole if not holds_labels_only(grid, table, self._open)]
        self._grids, self._tables = [grid for grid, _ in kept], [table for _, table in kept]
        if len(kept) < len(tables):
            self._sheet = without_rulings(self._straight.grey, self._grids)
            self._open = open_cells(self._sheet, [grid.box for grid in self._grids])
        ruled = [grid.box for grid in self._grids]
        self._pale = pale_areas(self._sheet, [*ruled, *(around(table) for table in self._open)])
        if self._pale:
            dark = darkened(self._sheet, self._pale)
            self._sheet = replace(self._sheet, grey=dark.grey)
            self._open += open_cells(dark, ruled, self._pale)

    def _read(self, engine: OcrEngine) -> Iterator[LineReading]:
        crops = [crop(self._sheet, line)[0] for table in [*self._tables, *self._open] for item in table
                 for line in item.lines]
        crops += [cut(self._sheet.grey, box) for box in self._prose]
        readings = read_lines(crops, engine)
        shapes = [pixels.shape[1] / max(1, pixels.shape[0]) for pixels in crops]
        # upside down, a long line reads as little or nothing
        long = [reading.confidence * min(1.0, 2 * len(reading.text) / shape)
                for reading, shape in zip(readings, shapes, strict=True) if shape >= PROSE]
        judged = long or [reading.confidence for reading in readings if reading.text]
        score = float(np.mean(judged)) if judged else 0.0
        self.readable = score >= READABLE or not judged
        # lone digits read about as well upside down: which way up the page is, Chinese characters tell
        self.text = sum(reading.confidence * sum("\u4e00" <= c <= "\u9fff" for c in reading.text)
                        for reading in readings)
        return iter(readings)

    def page(self) -> Page:
        words: list[Word] = []
        rulings: list[Ruling] = []
        for grid, table in zip(self._grids, self._tables, strict=True):
            words += self._table_words(table)
            rulings += [Ruling(*(value * PIXEL for value in line)) for line in straighten_lines(grid)]
        numbers = [(box_around(word.box), [word]) for table in self._open for word in self._table_words(table)]
        lines = [(box, list(prose_words(box, next(self._readings)))) for box in self._prose]
        words += confirmed([*numbers, *lines], self._sheet, self._engine)
        unread = [box for box, found in lines if not found]
        words += unread_marks(unread, words, self._sheet, self._engine)
        height, width = self._straight.grey.shape
        nothing = "" if words else ("blank_page" if _blank(self._sheet) else "no_text")
        whole = Box(0.0, 0.0, width * PIXEL, height * PIXEL)
        return Page(self._image.number, whole.x1, whole.bottom, tuple(words), tuple(rulings), (whole,), Source.OCR,
                    nothing, to_points(self._image, self._straight))

    def _table_words(self, table: list[CellInk]) -> Iterator[Word]:
        """A word for each line of each cell; numbers with their alternatives."""
        cells = [(item.cell, [CellReading(line, next(self._readings)) for line in item.lines]) for item in table]
        numbers = read_numbers(cells)
        inks = self._look_again(cells, numbers)
        for index, (cell, lines) in enumerate(cells):
            number = numbers[index]
            if number is not None:
                yield number_word(number, inside(_ink_box(inks.get(index, lines[0].ink)), cell.box))
                continue
            texts = [word for line in lines for word in self._line_words(line, cell.box)]
            if lines and not texts:
                # ink that reads as nothing is no blank: a person must look
                whole = Box.around(_ink_box(line.ink) for line in lines)
                texts = [number_word(NumberReading(UNREADABLE, 0.0, ()), inside(whole, cell.box))]
            yield from texts

    def _look_again(self, cells: list[tuple[GridCell, list[CellReading]]],
                    numbers: list[NumberReading | None]) -> dict[int, InkLine]:
        """Puts what a second look finds into `numbers`, and tells where it stands."""
        places = places_to_look(cells, numbers, self._sheet, PIXEL)
        crops = [(index, form) for index, place in places.items() for form in forms(self._sheet, place)]
        readings: dict[int, list[LineReading]] = {index: [] for index in places}
        for (index, _), reading in zip(crops, self._engine.read([form for _, form in crops], ASKED), strict=True):
            readings[index].append(reading)
        inks: dict[int, InkLine] = {}
        for index, place in places.items():
            number = better_number(cells[index][1], numbers[index], surest(readings[index]))
            if number is not numbers[index]:
                numbers[index], inks[index] = number, place.ink
        return inks

    def _line_words(self, line: CellReading, within: Box) -> Iterator[Word]:
        _, left, right = crop(self._sheet, line.ink)
        return line_word(line.reading, left, right, line.ink.top, line.ink.bottom, within)


def to_points(image: PageImage, straight: Straight) -> tuple[float, ...]:
    """The homography of `Page.to_original` for a page read on `straight`; empty if nothing was moved."""
    scale = np.diag([image.width / image.pixels.shape[1], image.height / image.pixels.shape[0], 1.0])
    matrix = scale @ straight.to_image @ np.diag([1 / PIXEL, 1 / PIXEL, 1.0])
    matrix = matrix / matrix[2, 2]
    if np.allclose(matrix, np.eye(3), atol=1e-3):
        return ()
    return tuple(round(float(value), 9) for value in matrix.ravel())


def straighten(grey: NDArray[np.uint8], dpi: float, quarters: int) -> tuple[Straight, list[RuledGrid]]:
    """The straight page and its grids: quarter turns, then skew from ink, then perspective from rulings."""
    grey = without_dots(grey, dpi)
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
    matrix = work @ rotation(skew, size) if abs(skew) >= LEAST_SKEW else work
    straight = warp(upright, matrix, size)
    lined = with_dark_separators(straight)
    dark = darkness(lined)
    level, down = find_courses(lined, dark, True), find_courses(lined, dark, False)
    correction = rectification(segments(level, True), segments(down, False), size) if level and down else None
    if correction is not None:
        matrix = np.asarray(matrix @ correction, dtype=np.float64)
        straight = warp(upright, matrix, size)
        back = np.asarray(np.linalg.inv(correction), dtype=np.float64)
        level, down = mapped(level, True, back), mapped(down, False, back)
    bend = find_bend(level, size) if down else None
    if bend is not None:
        straight = flattened(straight, bend)
        level, down = flat_courses(level, True, bend), flat_courses(down, False, bend)
    if correction is not None or bend is not None:
        lined = with_dark_separators(straight)
    grids = find_grids(lined, level, down)
    printed_walls(straight, grids)
    return Straight(straight, full @ matrix), open_grids(straight, level, grids)


def _ink_box(ink: InkLine) -> Box:
    """Where a line of ink stands, in points."""
    return Box(ink.left * PIXEL, ink.top * PIXEL, ink.right * PIXEL, ink.bottom * PIXEL)


def _cells(grid: RuledGrid, sheet: Sheet) -> list[CellInk]:
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
            found.append(CellInk(cell, slot, ink_lines(sheet, slot)))
    return found


def _add_specks(tables: Sequence[list[CellInk]], sheet: Sheet) -> None:
    """Adds what is left of digits that have faded to specks on a page of black and white. Where many of a table have, no cell
    of the page is proven blank.
    """
    blank = [[item for item in table if not item.lines] for table in tables]
    specks = [[remains(sheet, item.slot) for item in items] for items in blank]
    faded = any(sum(ink is not None for ink in found) >= max(FEWEST_FADED, FADED * len(found)) for found in specks)
    for items, found in zip(blank, specks, strict=True):
        for item, ink in zip(items, found, strict=True):
            if ink is not None or faded:
                item.lines.append(ink or somewhere(item.slot))


def _nearest(values: Sequence[float], wanted: float) -> int:
    return min(range(len(values)), key=lambda i: abs(values[i] - wanted))


def _blank(sheet: Sheet) -> bool:
    """True if the page holds no more ink than dust."""
    return float(np.mean(sheet.dark > max(20.0, sheet.ink * INK_SHARE))) < 0.0005

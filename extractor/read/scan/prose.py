"""Text outside the tables: lines found by the detector, and the marks that it overlooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.document import UNREADABLE, Box, Word
from extractor.read.ocr import LineReading, OcrEngine, TextBox
from extractor.read.scan.again import closed_forms
from extractor.read.scan.cell_ink import CellInk
from extractor.read.scan.cells import INK_SHARE, InkLine, Sheet, crop, ink_lines
from extractor.read.scan.digits import ASKED, as_number
from extractor.read.scan.dots import is_bilevel
from extractor.read.scan.grid import RuledGrid
from extractor.read.scan.numbers import NumberReading, read_number
from extractor.read.scan.pale_tables import Area
from extractor.read.scan.words import PIXEL, line_word, number_word

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIND_SCALE = 0.5
"""Lines of prose are looked for at this share of the straight page's resolution."""
FILLED = 0.5
"""A table this wide, as a share of the page, leaves no prose beside it."""
MARGIN = 24
"""Pixels kept around the ink of a stretch of prose."""
TALL = 2.6
"""Height over width from which a box holds characters below each other."""
CONTRAST = 3.0
"""Times the contrast that labels of pale tables are looked for with."""
HEADER = 12.0
"""Heights of a line that the first row of numbers stands below the headers of its columns at most."""
WHITE, SLIT = 0.2, 3
"""White between the headers of two columns, in heights of their line, and the pixels of it that are kept beside each."""
EDGE, PAPER = 3, 90
"""Pixels around a number that is wiped out, where its strokes fade; and the per cent of them that are darker than paper."""
DIGIT = 10, 48
"""Pixels: the height of a mark that may be a digit."""
LEAST_LINE = 0.3
"""Confidence below which a line outside the tables is a picture or dirt, not text."""
LEAST_MARK = 0.5
"""Confidence with which a mark that the detector missed must read as a number."""
DUST = 0.5
"""Share of the height of the tallest part of a mark below which its other parts are dust."""
IN_ROW, IN_COLUMN = 3, 2
"""Numbers in line with a mark, across and down, from which it stands in a table: what cannot be read there is no blank."""
WIDEST = 3.0
"""Heights of a mark that a number is wide at most."""
COLUMN_SLACK = 3.0
"""Points by which a mark may stand beside the numbers of its column."""
UNSURE = 0.5
"""Confidence that the second reading of a mark has at most."""
AROUND = 4
"""Pixels around a number's ink when it is looked at for marks at different heights."""
MOST_MARKS = 400
"""Such marks that are looked at in one stretch: more are dirt."""


def prose_boxes(sheet: Sheet, grids: list[RuledGrid], tables: Sequence[Sequence[CellInk]], pale: Sequence[Area],
                engine: OcrEngine) -> Iterator[TextBox]:
    """Lines of text outside the ruled tables, found on stretches of the page that hold ink; the numbers of `tables` without
    rulings are cut out already. The rows of `pale` areas are looked at with more contrast, as far as their labels go.

    What the detector misses there, and it misses lone digits, is found as ink that no line covers; those have score 0.
    """
    free = sheet.grey.copy()
    for left, top, _, bottom in pale:
        free[top:bottom, :left] = _sharper(free[top:bottom, :left])
    rows = np.ones(free.shape[0], dtype=bool)
    ink = sheet.dark > sheet.ink * INK_SHARE
    for grid in grids:
        left, top, right, bottom = (round(value) for value in grid.box)
        area = (slice(max(0, top - 4), bottom + 5), slice(max(0, left - 4), right + 5))
        free[area] = np.median(free[area]) if free[area].size else 255
        ink[area] = False
        if right - left >= FILLED * free.shape[1]:
            rows[max(0, top):bottom + 1] = False
    for line in (line for table in tables for item in table for line in item.lines):
        area = (slice(max(0, line.top - EDGE), line.bottom + EDGE), slice(max(0, line.left - EDGE), line.right + EDGE))
        free[area] = np.percentile(free[area], PAPER)
        ink[area] = False
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
        found = [part for box in found for column in _column_parts(box, sheet, tables) for part in _upright_parts(column, sheet)]
        found += _overlooked(ink[top:bottom, left:right], found, left, top)
        yield from sorted(found, key=lambda box: (box.y, box.x))


def _sharper(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pale print as dark as print, its noise smoothed."""
    soft = cv2.GaussianBlur(pixels, (0, 0), 1.0).astype(np.float32)
    paper = float(np.median(soft))
    return np.asarray(np.clip(paper - CONTRAST * (paper - soft), 0, 255), dtype=np.uint8)


def _column_parts(box: TextBox, sheet: Sheet, tables: Sequence[Sequence[CellInk]]) -> list[TextBox]:
    """The box, or the headers of several columns that it holds: white parts it between all of the numbers below it."""
    left, top, right, bottom = _edges(box)
    over = [at for at in _middles_below(tables, bottom, HEADER * box.height) if left < at < right]
    if len(over) < 2:
        return [box]
    first = max(0, round(left))
    white = (sheet.dark[max(0, round(top)):round(bottom), first:round(right)] > sheet.ink * INK_SHARE).sum(axis=0) < 2
    gaps = [(begin + first, end + first) for begin, end in _stretches(white) if end - begin >= WHITE * box.height]
    between = [[gap for gap in gaps if before < sum(gap) / 2 < after] for before, after in pairwise(over)]
    if not all(between):
        return [box]
    cuts = [max(found, key=lambda gap: gap[1] - gap[0]) for found in between]
    borders = [left, *(edge for gap in cuts for edge in gap), right]
    return [part for begin, end in zip(borders[::2], borders[1::2], strict=True)
            for part in _line_boxes(sheet, (begin - SLIT, top, end + SLIT, bottom), box.score)]


def _edges(box: TextBox) -> tuple[float, float, float, float]:
    return box.x - box.width / 2, box.y - box.height / 2, box.x + box.width / 2, box.y + box.height / 2


def _middles_below(tables: Sequence[Sequence[CellInk]], bottom: float, reach: float) -> list[float]:
    """The middles of the numbers of the first row that begins so far below a place at most, left to right."""
    rows: dict[tuple[int, int], list[InkLine]] = {}
    for index, table in enumerate(tables):
        for item in table:
            rows.setdefault((index, item.cell.row), []).extend(item.lines)
    below = [lines for lines in rows.values() if bottom < max(line.bottom for line in lines)
             and min(line.top for line in lines) <= bottom + reach]
    nearest = min(below, key=lambda lines: min(line.top for line in lines), default=[])
    return sorted((line.left + line.right) / 2 for line in nearest)


def _upright_parts(box: TextBox, sheet: Sheet) -> list[TextBox]:
    """The box, or its characters one by one where they stand below each other."""
    if box.height < max(TALL * box.width, 60):
        return [box]
    return _line_boxes(sheet, _edges(box), box.score)


def _line_boxes(sheet: Sheet, slot: tuple[float, float, float, float], score: float) -> list[TextBox]:
    """The boxes of the lines of ink in a part of the page."""
    return [TextBox((line.left + line.right) / 2, (line.top + line.bottom) / 2, line.width + 0.5 * line.height,
                    1.44 * line.height, 0.0, score) for line in ink_lines(sheet, slot)]


def box_around(box: Box) -> TextBox:
    """The box of a line that holds a word's ink."""
    width, height = box.width / PIXEL, box.height / PIXEL
    return TextBox(box.centre[0] / PIXEL, box.centre[1] / PIXEL, width + 0.6 * height, 1.44 * height, 0.0, 0.0)


def _overlooked(ink: NDArray[np.bool_], found: Sequence[TextBox], left: int, top: int) -> list[TextBox]:
    """Marks of a digit's size that no line found covers, neighbours joined."""
    bare = ink.astype(np.uint8)
    for box in found:
        tilt = abs(np.sin(np.deg2rad(box.angle))) * box.width / 2
        cv2.rectangle(bare, (round(box.x - box.width / 2 - left), round(box.y - box.height / 2 - tilt - top)),
                      (round(box.x + box.width / 2 - left), round(box.y + box.height / 2 + tilt - top)), 0, -1)
    joined = cv2.morphologyEx(bare, cv2.MORPH_CLOSE, np.ones((3, 11), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    marks = [_without_dust(bare, *box) for *box, area in stats[1:].tolist()
             if DIGIT[0] <= box[3] <= DIGIT[1] and 3 <= box[2] <= 5 * box[3] and area >= 0.15 * box[2] * box[3]]
    return [TextBox(x + width / 2 + left, y + height / 2 + top, width + 0.6 * height, 1.44 * height, 0.0, 0.0)
            for x, y, width, height in marks[:MOST_MARKS]]


def _without_dust(ink: NDArray[np.uint8], x: int, y: int, width: int, height: int) -> tuple[int, int, int, int]:
    """The box (left, top, width, height) of a mark without specks that were joined with it."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink[y:y + height, x:x + width], connectivity=8)
    parts = stats[1:][stats[1:, 3] >= DUST * stats[1:, 3].max(initial=0)]
    if not len(parts):
        return x, y, width, height
    first, last = parts[:, :2].min(axis=0), (parts[:, :2] + parts[:, 2:4]).max(axis=0)
    return int(x + first[0]), int(y + first[1]), int(last[0] - first[0]), int(last[1] - first[1])


def _stretches(rows: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], rows.astype(np.int8), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        yield int(first), int(last)


def cut(grey: NDArray[np.uint8], box: TextBox) -> NDArray[np.uint8]:
    """A line's pixels, turned level."""
    width, height = max(8, round(box.width)), max(8, round(box.height))
    x0, y0 = round(box.x - width / 2), round(box.y - height / 2)
    inside = x0 >= 0 and y0 >= 0 and x0 + width <= grey.shape[1] and y0 + height <= grey.shape[0]
    if inside and abs(np.sin(np.deg2rad(box.angle))) * width < 2:
        return grey[y0:y0 + height, x0:x0 + width]
    matrix = np.asarray(cv2.getRotationMatrix2D((box.x, box.y), box.angle, 1.0), dtype=np.float64)
    matrix[0, 2] += width / 2 - box.x
    matrix[1, 2] += height / 2 - box.y
    return np.asarray(cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_LINEAR,
                                     borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def prose_words(box: TextBox, reading: LineReading) -> Iterator[Word]:
    left, right = box.x - box.width / 2, box.x + box.width / 2
    top, bottom = box.y - box.height / 2, box.y + box.height / 2
    number = read_number(reading)
    if number is None and box.score > 0.0 and reading.confidence >= LEAST_LINE:
        yield from line_word(reading, left, right, top, bottom, None)
    elif number is not None and number.confidence >= (LEAST_MARK if box.score == 0.0 else LEAST_LINE):
        inset = box.height * 0.2
        whole = Box((left + inset) * PIXEL, (top + inset) * PIXEL, (right - inset) * PIXEL, (bottom - inset) * PIXEL)
        yield number_word(number, whole)


def confirmed(lines: Sequence[tuple[TextBox, Sequence[Word]]], sheet: Sheet, engine: OcrEngine) -> Iterator[Word]:
    """The words of lines of print; a number that its own ink alone does not read as too, or uneven ink, is never sure.

    On a page without greys the ink is read with the gaps in its strokes closed as well: a fax halves a 4 into a 1.
    """
    numbers = [(box, words[0]) for box, words in lines if len(words) == 1 and as_number(words[0].text) is not None]
    bilevel = bool(numbers) and is_bilevel(sheet.grey)
    crops = [form for box, _ in numbers for form in _forms(box, sheet, bilevel)]
    readings = engine.read(crops, ASKED)
    each = len(crops) // max(1, len(numbers))
    doubted = {id(word) for index, (_, word) in enumerate(numbers)
               if any(number is not None and number.text != word.text
                      for number in map(read_number, readings[each * index:each * (index + 1)]))}
    doubted |= {id(word) for box, word in numbers if _is_doubtful(word.text, box, sheet)}
    for _, words in lines:
        for word in words:
            yield replace(word, confidence=min(word.confidence, UNSURE)) if id(word) in doubted else word


def _is_doubtful(text: str, box: TextBox, sheet: Sheet) -> bool:
    """True if a line's marks stand at different heights, as digits with a seal's arc among them do, or if a 1 leans like a slash."""
    inside = _mark_in(box, sheet)
    lines = ink_lines(sheet, (inside[0] - AROUND, inside[1] - AROUND, inside[0] + inside[2] + AROUND, inside[1] + inside[3] + AROUND))
    return any(line.uneven or (line.leaning and text == "1") for line in lines)


def _forms(box: TextBox, sheet: Sheet, bilevel: bool) -> list[NDArray[np.uint8]]:
    """Crops of a line's ink and nothing else, of a `bilevel` page with its gaps closed too."""
    left, top, width, height = _mark_in(box, sheet)
    pixels, _, _ = crop(sheet, InkLine(left, top, left + width, top + height))
    return [pixels, *closed_forms(pixels)] if bilevel else [pixels]


def unread_marks(boxes: Sequence[TextBox], words: Sequence[Word], sheet: Sheet, engine: OcrEngine) -> Iterator[Word]:
    """Words for those of `boxes`, which could not be read, that are no wider than a number and stand in a row and in a
    column of numbers: read again without the specks beside them, never sure, and `?` if that does not help either.
    """
    numbers = [word.box for word in words if word.text[:1].isdigit()]
    marks = []
    for box in boxes:
        x, y = float(box.x) * PIXEL, float(box.y) * PIXEL
        row = sum(other.top <= y <= other.bottom for other in numbers)
        column = sum(other.x0 - COLUMN_SLACK <= x <= other.x1 + COLUMN_SLACK for other in numbers)
        if row >= IN_ROW and column >= IN_COLUMN and box.width <= WIDEST * box.height:
            marks.append(_mark_in(box, sheet))
    for (left, top, width, height), reading in zip(marks, engine.read([_alone(sheet, *mark) for mark in marks], ASKED),
                                                   strict=True):
        number = read_number(reading) or NumberReading(UNREADABLE, 0.0, ())
        yield number_word(replace(number, confidence=min(number.confidence, UNSURE)),
                          Box(left * PIXEL, top * PIXEL, (left + width) * PIXEL, (top + height) * PIXEL))


def _mark_in(box: TextBox, sheet: Sheet) -> tuple[int, int, int, int]:
    """The box (left, top, width, height) of the ink in a line's box, specks left out."""
    left, top = max(0, round(box.x - box.width / 2)), max(0, round(box.y - box.height / 2))
    area = sheet.dark[top:round(box.y + box.height / 2), left:round(box.x + box.width / 2)]
    x, y, width, height = _without_dust((area > sheet.ink * INK_SHARE).astype(np.uint8), 0, 0, area.shape[1], area.shape[0])
    return left + x, top + y, width, height


def _alone(sheet: Sheet, left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
    """A mark's pixels with nothing but paper around them."""
    line = InkLine(left, top, left + width, top + height)
    pixels, x0, _ = crop(sheet, line)
    y0 = round((top + top + height) / 2 - pixels.shape[0] / 2)
    alone = np.full_like(pixels, round(float(np.percentile(pixels, 85))))
    rows = slice(max(0, top - y0 - 1), top - y0 + height + 1)
    columns = slice(max(0, left - round(x0) - 1), left - round(x0) + width + 1)
    alone[rows, columns] = pixels[rows, columns]
    return alone

"""Crops to words: what is read how wide, and where on the page each character stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.document import Box, Word
from extractor.read.ocr import LineReading, OcrEngine
from extractor.read.render import POINTS
from extractor.read.scan.digits import ASKED, as_number
from extractor.read.scan.numbers import NumberReading
from extractor.read.scan.straighten import WORK_DPI

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIXEL = POINTS / WORK_DPI
"""Points in a pixel of the straight page."""
LONG, SQUEEZE = 3.0, 0.62
"""Lines wider than `LONG` times their height are squeezed to this share of their width (see docs/reading-scans.md)."""
LONGEST, MOST_SQUEEZE = 16.0, 0.5
"""The same for lines as wide as those of prose. Labels are shorter: a row hangs on each of their characters."""
SURE, UNSURE = 0.9, 0.6
"""Confidence below which a squeezed line or a digit in it is read again in full, and the same for any character."""
NO_NUMBER = 0.5
"""Most confidence in digits that were not read as one number."""


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
    height, width = pixels.shape
    share = MOST_SQUEEZE if width > LONGEST * height else SQUEEZE
    return np.asarray(cv2.resize(pixels, (max(8, round(width * share)), height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _in_doubt(reading: LineReading) -> bool:
    """True if a squeezed line must be read again: it is a number, unsure as a whole, or unsure of a digit."""
    digits = [score for character, score in zip(reading.text, reading.scores, strict=True) if character.isdigit()]
    return (as_number(reading.text) is not None or reading.confidence < SURE or min(digits, default=1.0) < SURE
            or min(reading.scores, default=0.0) < UNSURE)


def number_word(number: NumberReading, box: Box) -> Word:
    """A number as a word that fills `box` (points), its characters equally wide."""
    return Word(number.text, box, even(box, len(number.text)), box.height, True, number.confidence, number.alternatives)


def line_word(reading: LineReading, left: float, right: float, top: float, bottom: float,
               within: Box | None) -> Iterator[Word]:
    """A line as a word, each character with its borders; spaces at its ends and between Chinese characters go."""
    kept = [i for i, character in enumerate(reading.text) if not character.isspace() or _separates(reading.text, i)]
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
        box = inside(box, within)
        edges = tuple(min(max(edge, box.x0), box.x1) for edge in edges)
    text = "".join(reading.text[i] for i in kept)
    confidence = min(1.0, float(np.mean([reading.scores[i] for i in kept])))
    if as_number(text) is not None:  # digits that make no number, as 0702: several, or one with a stroke beside it
        confidence = min(confidence, NO_NUMBER)
    yield Word(text, box, edges, box.height, True, confidence)


def _separates(text: str, index: int) -> bool:
    """True if the space at `index` stands between two Latin letters or digits."""
    before, after = text[:index].rstrip(), text[index + 1:].lstrip()
    return bool(before and after) and before[-1].isascii() and before[-1].isalnum() and after[0].isascii() \
        and after[0].isalnum() and text[index - 1] != " "


def inside(box: Box, outer: Box) -> Box:
    """`box` cut to `outer`, so that its middle stands in the cell it was read in."""
    x0, top = min(max(box.x0, outer.x0), outer.x1 - 0.1), min(max(box.top, outer.top), outer.bottom - 0.1)
    return Box(x0, top, max(min(box.x1, outer.x1), x0 + 0.1), max(min(box.bottom, outer.bottom), top + 0.1))


def even(box: Box, count: int) -> tuple[float, ...]:
    return tuple(box.x0 + box.width * i / max(1, count) for i in range(count + 1))

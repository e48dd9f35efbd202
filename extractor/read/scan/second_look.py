"""Reads single cells of a scan again, each in several ways: when the numbers of a table contradict each other.

The first reading works on the straightened page with its rulings wiped out. This one cuts the cell from the page as it was
given, smoothed, enlarged and in black and white, so that a slip of one preparation need not be repeated by the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractor.document import Box, Document, Source
from extractor.read.ocr import OcrEngine
from extractor.read.render import PageImage, decode_image, render_pdf
from extractor.read.scan.digits import ASKED
from extractor.read.scan.numbers import NumberReading, read_number
from extractor.read.scan.seals import to_grey
from extractor.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

ABOVE, BESIDE = 0.15, 0.35
"""Paper around a number, as shares of its height: less than what parts it from the rulings of its cell."""
ENLARGED, STRETCHED = 2.0, 1.25
PAPER = 80.0
"""Percentile of a crop's grey that is its paper."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a number stands: its page, its box in points of the page as given, and `Page.to_original` of that page."""

    page: int
    box: Box
    to_original: tuple[float, ...] = ()

    @property
    def quarters(self) -> int:
        """Quarter turns, clockwise, by which the page as given was turned to be read."""
        if not self.to_original:
            return 0
        a, d = self.to_original[0], self.to_original[3]
        return -round(math.atan2(d, a) / (math.pi / 2)) % 4


def images_of(data: bytes, given: Document, numbers: Iterable[int], settings: Settings) -> Iterator[PageImage]:
    """The pages `numbers` of a PDF or an image file, whose pages are those of `given`, as pixels."""
    if given.source is Source.PDF:
        return render_pdf(data, sorted(numbers), settings)
    sizes = {page.number: (page.width, page.height) for page in given.pages if page.number in set(numbers)}
    return decode_image(data, sizes, settings)


def look_again(images: Iterable[PageImage], spots: Mapping[str, Spot],
               engine: OcrEngine) -> dict[str, tuple[NumberReading, ...]]:
    """For each spot, by its name, what the readings of its crop make of it; those that are no number are left out.

    Pages without pixels have no readings. The order of the spots does not matter.
    """
    prepared = [(name, form) for name, crop in cut_out(images, spots) for form in _prepared(crop)]
    found: dict[str, list[NumberReading]] = {name: [] for name, _ in prepared}
    for (name, _), reading in zip(prepared, engine.read([form for _, form in prepared], ASKED), strict=True):
        number = read_number(reading)
        if number is not None:
            found[name].append(number)
    return {name: tuple(readings) for name, readings in found.items()}


def cut_out(images: Iterable[PageImage], spots: Mapping[str, Spot]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """The upright grey pixels of each spot, by its name, page by page."""
    for image in images:
        wanted = sorted(name for name, spot in spots.items() if spot.page == image.number)
        if not wanted or image.problem or image.pixels.size == 0:
            continue
        grey = to_grey(image.pixels, image.dpi)
        for name in wanted:
            yield name, _cut(grey, image, spots[name])


def _cut(grey: NDArray[np.uint8], image: PageImage, spot: Spot) -> NDArray[np.uint8]:
    """The upright pixels of a spot with some paper around; empty if it lies outside the page."""
    rows, columns = grey.shape
    across, down = columns / image.width, rows / image.height
    box, turned = spot.box, spot.quarters % 2 == 1
    height = box.width if turned else box.height
    side, over = (ABOVE, BESIDE) if turned else (BESIDE, ABOVE)
    left, right = (box.x0 - side * height) * across, (box.x1 + side * height) * across
    top, bottom = (box.top - over * height) * down, (box.bottom + over * height) * down
    part = grey[max(0, math.floor(top)):min(rows, math.ceil(bottom)),
                max(0, math.floor(left)):min(columns, math.ceil(right))]
    return np.ascontiguousarray(np.rot90(part, -spot.quarters % 4))


def _prepared(crop: NDArray[np.uint8]) -> Sequence[NDArray[np.uint8]]:
    """A crop as it is, enlarged and smoothed, in black and white, and stretched; none of an empty one."""
    if min(crop.shape) < 4:
        return []
    large = cv2.resize(crop, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_LANCZOS4)
    smooth = cv2.GaussianBlur(large, (5, 5), 0)
    level, _ = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    paper = float(np.percentile(smooth, PAPER))
    # half of the way to black and white: hard edges are nothing that the recogniser was taught
    sharp = np.clip(128.0 + (smooth.astype(np.float32) - level) * 3.0, 0.0, paper)
    wide = cv2.resize(crop, None, fx=STRETCHED, fy=1.0, interpolation=cv2.INTER_CUBIC)
    return [crop, np.asarray(smooth, np.uint8), np.asarray(sharp, np.uint8), np.asarray(wide, np.uint8)]

"""Pictures of the places that findings speak of: strips of pages as given, with the operands' boxes to be marked.

A page is rendered once and kept as one compressed picture of the part that is needed (a plate); strips are windows on
plates, in points. Nothing here grows with the number of findings but the strips' coordinates.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from extractor.document import Box, Source
from extractor.evidence.cases import Case
from extractor.fields import load
from extractor.report import Evidence, Report
from extractor.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from extractor.read.render import PageImage

DPI = 144.0
"""Plates are drawn at this resolution, or at that of the scan if it is lower."""
MOST_PAGES = 24
"""Pages that may be shown in one report."""
MOST_BYTES = 8 * 1024 * 1024
"""All plates of a report together; pages that come later in the queue are left out."""
MOST_PIXELS = 6_000_000
"""Pixels of one plate; a larger page is drawn coarser."""
MARGIN = 16.0
"""Points shown above and below what is marked."""
GAP = 64.0
"""Points between marks above which a strip is cut in two."""
HEAD = 76.0
"""Points above a table's first numbers in which its head is looked for."""
PAD = 2.5
"""Points between a box and its frame."""
QUALITY = 62
POINTS = 72.0

Role = Literal["computed", "stated", "figure", "other"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A frame on a page: around an operand with its `number` in the case, or around a figure of the prose (0)."""

    page: int
    box: Box
    role: Role
    field: str = ""
    number: int = 0
    suspect: bool = False

    @property
    def frame(self) -> Box:
        box = self.box
        return Box(box.x0 - PAD, box.top - PAD, box.x1 + PAD, box.bottom + PAD)


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of a page, top to bottom in points, with the marks on it; its width is that of the page's plate."""

    page: int
    top: float
    bottom: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Plate:
    """The part of a page that strips need: `box` in points, `data` a compressed picture of it.

    `left` and `right` bound the ink on it. `problem` is empty, or says why there is no picture: `limit` or `damaged`.
    """

    page: int
    box: Box
    data: bytes = b""
    left: float = 0.0
    right: float = 0.0
    problem: str = ""


def marks_of(case: Case, report: Report) -> tuple[Mark, ...]:
    """A mark for every place of every operand, and of every figure, that has a box; each box once."""
    suspects = {suspect.field for suspect in case.suspects}
    stated = {term.field for equation in case.equations for term in equation.stated.terms}
    found: dict[tuple[int, Box], Mark] = {}

    def add(evidence: Evidence, make: Callable[[int, Box], Mark]) -> None:
        if evidence.box is not None:
            box = Box(*evidence.box)
            found.setdefault((evidence.page, box), make(evidence.page, box))

    for name, number in case.operands.items():
        for evidence in report.values[name].evidence if name in report.values else ():
            add(evidence, partial(Mark, role="stated" if name in stated else "computed", field=name, number=number,
                                  suspect=name in suspects))
    for figure in case.figures:
        for evidence in figure.evidence:
            add(evidence, partial(Mark, role="figure", field=figure.field or ""))
    for evidence in case.others:
        add(evidence, partial(Mark, role="other"))
    return tuple(found.values())


def strips_of(marks: Iterable[Mark], report: Report, gap: float = GAP) -> tuple[Strip, ...]:
    """The marks in strips, page by page from top to bottom, cut where nothing is marked for more than `gap` points."""
    heights = {page.number: page.height for page in report.pages}
    strips: list[Strip] = []
    run: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.page, mark.box.top, mark.box.x0)):
        if run and (mark.page != run[0].page or mark.box.top - max(m.box.bottom for m in run) > gap):
            strips.append(_strip(run, heights.get(run[0].page, 0.0)))
            run = []
        run.append(mark)
    if run:
        strips.append(_strip(run, heights.get(run[0].page, 0.0)))
    return tuple(strips)


def with_heads(strips: Sequence[Strip], report: Report) -> tuple[Strip, ...]:
    """The strips, with the head of each table that they show added where it begins on the same page."""
    found = list(strips)
    for page, table in dict.fromkeys((mark.page, field.table) for strip in strips for mark in strip.marks
                                     if (field := load().fields.get(mark.field)) is not None):
        band = _head(report, table, page)
        if band is None:
            continue
        at = next(index for index, strip in enumerate(found) if strip.page == page and strip.bottom > band[0])
        if found[at].top - band[1] < GAP:
            found[at] = replace(found[at], top=min(found[at].top, band[0]))
        else:
            found.insert(at, Strip(page, *band, ()))
    return tuple(found)


def _head(report: Report, table: str, page: int) -> tuple[float, float] | None:
    """Top and bottom of the place above a table's first numbers, if they stand on this page."""
    boxes = {name: [(item.page, item.box[1], item.box[3]) for item in value.evidence if item.box is not None]
             for name, value in report.values.items()}
    own = [place for field in load().table(table).fields for place in boxes.get(field.id, ())]
    if not own or min(own)[0] != page:
        return None
    top = min(own)[1]
    above = [bottom for places in boxes.values() for at, _, bottom in places if at == page and bottom < top]
    return max(0.0, top - HEAD, *above), top


def _strip(marks: Sequence[Mark], height: float) -> Strip:
    top = max(0.0, min(mark.box.top for mark in marks) - MARGIN)
    bottom = max(mark.box.bottom for mark in marks) + MARGIN
    return Strip(marks[0].page, top, min(bottom, height) if height > 0 else bottom, tuple(marks))


def plates(strips: Sequence[Strip], report: Report, data: bytes, settings: Settings,
           quality: int = QUALITY) -> dict[int, Plate]:
    """A plate for each page that the strips need, those of the first strips first; nothing for formats without pages.

    `data` are the bytes that the report was read from; others raise `ValueError`, since their boxes would lie.
    """
    if hashlib.sha256(data).hexdigest() != report.sha256:
        raise ValueError(f"not the bytes that the report on {report.source} was read from")
    pages = {page.number: page for page in report.pages if page.width > 0 and page.height > 0}
    wanted: dict[int, list[Strip]] = {}
    for strip in strips:
        if strip.page in pages and report.format in (Source.PDF, Source.OCR):
            wanted.setdefault(strip.page, []).append(strip)
    bands = {number: Box(0.0, min(strip.top for strip in group), pages[number].width,
                         max(strip.bottom for strip in group)) for number, group in wanted.items()}
    made = {number: Plate(number, box, problem="limit") for number, box in bands.items()}
    left = MOST_BYTES
    for image in _rendered(data, list(bands)[:MOST_PAGES], report, settings):
        plate = _plate(image, bands[image.number], quality)
        if len(plate.data) > left:
            break
        left -= len(plate.data)
        made[image.number] = plate
    return made


def _rendered(data: bytes, numbers: Sequence[int], report: Report, settings: Settings) -> Iterator[PageImage]:
    from pypdfium2 import PdfiumError

    from extractor.read.render import decode_image, render_pdf, without_pixels

    sizes = {page.number: (page.width, page.height) for page in report.pages if page.number in numbers}
    if report.format is not Source.PDF:
        yield from decode_image(data, sizes, settings)
        return
    try:
        yield from render_pdf(data, numbers, settings)
    except PdfiumError:  # it was read by other means, and cannot be drawn
        for number in numbers:
            yield without_pixels(number, *sizes[number], "image_damaged")


def _plate(image: PageImage, band: Box, quality: int) -> Plate:
    if image.problem:
        return Plate(image.number, band, problem="damaged")
    rows, columns = image.pixels.shape[:2]
    across, down = columns / image.width, rows / image.height
    first, last = max(0, int(band.top * down)), min(rows, int(band.bottom * down) + 1)
    if last <= first:
        return Plate(image.number, band, problem="damaged")
    part = image.pixels[first:last]
    box = Box(0.0, first / down, image.width, last / down)
    left, right = _ink(part)
    scale = min(1.0, DPI / POINTS / across, (MOST_PIXELS / part[:, :, 0].size) ** 0.5)
    picture = Image.fromarray(part)
    if scale < 1.0:
        size = (max(1, round(columns * scale)), max(1, round(part.shape[0] * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=quality, method=4)
    return Plate(image.number, box, buffer.getvalue(), left / across, right / across)


_DARK = 70
"""Levels below the paper's grey at which a pixel is ink."""
_LEAST_INK = 0.004
"""Share of a column's pixels that must be ink, so that dust does not count."""
_INK_MARGIN = 24
"""Pixels left beside the ink."""


def _ink(part: NDArray[np.uint8]) -> tuple[int, int]:
    """The first and last column that hold ink, with a margin; all columns where there is none or it reaches the edge."""
    grey = part[::2].mean(axis=2)
    dark = (grey < np.median(grey) - _DARK).mean(axis=0) > _LEAST_INK
    columns = np.flatnonzero(dark)
    width = part.shape[1]
    if columns.size == 0:
        return 0, width
    return max(0, int(columns[0]) - _INK_MARGIN), min(width, int(columns[-1]) + _INK_MARGIN)

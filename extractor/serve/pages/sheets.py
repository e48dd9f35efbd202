"""The pages of a document with everything that was read on them: where a number stands, and what the chosen finding marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.document import Box
from extractor.evidence.crops import PAD, Mark
from extractor.evidence.prose import numbered
from extractor.evidence.view import TAG
from extractor.fields import load
from extractor.report import Evidence, Report
from extractor.serve.model import ReportView, ScaleName, Sheet

LENS = (96.0, 34.0)
"""Least width and height, in points, of the magnified view of a cell."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a page where something was read: `field` of a table, or the number of a `figure` in the prose."""

    box: Box
    field: str = ""
    figure: int = 0


@dataclass(frozen=True, slots=True)
class SheetView:
    """One page: sizes in points, addresses of its images, all spots on it, and the marks of the chosen finding."""

    number: int
    width: float
    height: float
    image: str
    large: str
    thumb: str
    first: bool
    """Whether its image is fetched at once; the others follow when they come into view."""
    spots: tuple[Spot, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Lens:
    """A cell magnified: a window on the image of its page; `window` and `frame` in points."""

    sheet: SheetView
    window: Box
    frame: Box


def sheets_of(view: ReportView, marks: Sequence[Mark]) -> tuple[SheetView, ...]:
    """The pages that have images, with the one first that bears the first mark that is suspected, or any."""
    telling = sorted(marks, key=lambda mark: not mark.suspect)
    first = next((mark.page for mark in telling), view.sheets[0].number if view.sheets else 0)
    by_page: dict[int, list[Spot]] = {}
    for page, spot in _spots(view.report):
        by_page.setdefault(page, []).append(spot)
    return tuple(_sheet(view.sha256, sheet, first, by_page.get(sheet.number, ()),
                        [mark for mark in marks if mark.page == sheet.number]) for sheet in view.sheets)


def _sheet(sha256: str, sheet: Sheet, first: int, spots: Sequence[Spot], marks: Sequence[Mark]) -> SheetView:
    def image(dpi: ScaleName) -> str:
        return f"/v1/reports/{sha256}/pages/{sheet.number}.png?dpi={dpi.value}"

    return SheetView(sheet.number, sheet.width, sheet.height, image(ScaleName.NORMAL), image(ScaleName.HUGE),
                     image(ScaleName.SMALL), sheet.number == first, tuple(spots), tuple(marks))


def _spots(report: Report) -> list[tuple[int, Spot]]:
    known = load().fields
    found = [(item.page, Spot(Box(*item.box), field=name)) for name, value in report.values.items() if name in known
             for item in value.evidence if item.box is not None]
    return found + [(item.page, Spot(Box(*item.box), figure=number)) for number, figure in numbered(report).items()
                    for item in figure.evidence if item.box is not None]


def lens(evidence: Sequence[Evidence], sheets: Sequence[SheetView]) -> Lens | None:
    """The first place of a reading, magnified with what stands around it; None where no page shows it."""
    for item in evidence:
        sheet = next((sheet for sheet in sheets if sheet.number == item.page), None)
        if item.box is None or sheet is None:
            continue
        box = Box(*item.box)
        width, height = max(LENS[0], box.width * 1.5), max(LENS[1], box.height * 1.5)
        x, y = box.centre
        window = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        return Lens(sheet, window, Box(box.x0 - PAD, box.top - PAD, box.x1 + PAD, box.bottom + PAD))
    return None


def tag_of(mark: Mark) -> tuple[float, float]:
    """Where a mark's number stands: to the left of its frame, in points."""
    return mark.frame.x0 - TAG * 0.6, mark.frame.top

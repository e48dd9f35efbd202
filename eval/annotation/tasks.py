"""Answers as Label Studio tasks with predictions: one task a page, a rectangle with a field and a text for each cell.

The format is that of https://labelstud.io/guide/task_format: sizes and places in percent of the page, a rectangle and
its text share an id, a prediction's `score` lets the Data Manager show the least confident pages first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from extractor.fields import load
from extractor.report import PageInfo, Report, Value

IMAGE, FIELD, TEXT = "page", "field", "text"
"""Names of the tags in the labelling configuration."""
DPI = 150
"""Resolution of the pictures of pages."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be looked at: the report it belongs to and the cells that were read on it."""

    report: Report
    info: PageInfo
    values: tuple[Value, ...]

    @property
    def confidence(self) -> float:
        """Of the least confident cell; a page on which nothing was read comes first."""
        return min((value.confidence for value in self.values), default=0.0)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of its picture."""
        return round(self.info.width / 72 * DPI), round(self.info.height / 72 * DPI)


def pages_of(reports: Iterable[Report]) -> list[Page]:
    """All pages of all reports, the least confident first; reports in formats without pages have none."""
    pages = []
    for report in reports:
        for info in report.pages:
            if info.width > 0 and info.height > 0:
                values = tuple(value for value in report.values.values() if _on(value, info.number))
                pages.append(Page(report, info, values))
    return sorted(pages, key=lambda page: (page.confidence, page.report.source, page.info.number))


def image_name(page: Page) -> str:
    """The file name of a page's picture: `0123456789ab-003.png`, the document's SHA-256 in front."""
    return f"{page.report.sha256[:12]}-{page.info.number:03d}.png"


def tasks(pages: Sequence[Page], model_version: str, url: str = "") -> list[dict[str, Any]]:
    """The tasks to import; `url` is what stands before the names of the pictures."""
    return [_task(page, model_version, url) for page in pages]


def configuration() -> str:
    """The labelling configuration (XML) that the tasks belong to."""
    dictionary = load()
    labels = "\n".join(f'    <Label value="{field}" hint="{escape(dictionary.describe(field), quote=True)}"/>'
                       for field in dictionary.fields)
    return (f'<View>\n  <Image name="{IMAGE}" value="$image" zoom="true" zoomControl="true"/>\n'
            f'  <Filter name="filter" toName="{FIELD}" minlength="0"/>\n'
            f'  <RectangleLabels name="{FIELD}" toName="{IMAGE}" choice="single" maxUsages="1">\n{labels}\n'
            f'  </RectangleLabels>\n  <TextArea name="{TEXT}" toName="{IMAGE}" perRegion="true" editable="true" maxSubmissions="1"'
            ' rows="1" displayMode="region-list"/>\n</View>\n')


def _task(page: Page, model_version: str, url: str) -> dict[str, Any]:
    report, info = page.report, page.info
    data = {"image": url + image_name(page), "source": report.source, "sha256": report.sha256, "format": str(report.format),
            "page": info.number, "pages": len(report.pages), "width": info.width, "height": info.height,
            "agency": report.agency, "year": report.year, "template": report.template}
    prediction = {"model_version": model_version, "score": round(page.confidence, 4),
                  "result": [part for value in page.values for part in _results(value, page)]}
    return {"data": data, "predictions": [prediction]}


def _results(value: Value, page: Page) -> Iterator[dict[str, Any]]:
    """The rectangle of a cell and, with the same id, its text; a blank cell has no text."""
    box = next(piece.box for piece in value.evidence if piece.page == page.info.number and piece.box is not None)
    width, height = page.info.width, page.info.height
    place = {"x": 100 * box[0] / width, "y": 100 * box[1] / height, "width": 100 * (box[2] - box[0]) / width,
             "height": 100 * (box[3] - box[1]) / height, "rotation": 0}
    pixels = page.pixels
    common = {"id": value.field.replace(".", "-"), "to_name": IMAGE, "original_width": pixels[0],
              "original_height": pixels[1], "image_rotation": 0, "score": round(value.confidence, 4)}
    yield common | {"from_name": FIELD, "type": "rectanglelabels", "value": place | {"rectanglelabels": [value.field]}}
    if value.raw.strip():
        yield common | {"from_name": TEXT, "type": "textarea", "value": place | {"text": [value.raw]}}


def _on(value: Value, page: int) -> bool:
    return any(piece.page == page and piece.box is not None for piece in value.evidence)

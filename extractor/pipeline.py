"""The way of a report through the code: read -> layout -> label -> reconcile. The only place that knows the order."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

from extractor.document import Document, Notice
from extractor.label import label
from extractor.layout import structure
from extractor.notices import warning
from extractor.read import read
from extractor.reconcile import reconcile
from extractor.report import PageInfo, Report, Warning_
from extractor.settings import Settings


def run(data: bytes, name: str, settings: Settings) -> Report:
    """The report in a document's bytes; `name` is how the report calls its source. Raises `GoujiError`s."""
    timings: dict[str, float] = {}
    with _timed(timings, "read"):
        document = read(data, settings)
    with _timed(timings, "layout"):
        laid_out = structure(document)
    unread = [page.number for page in document.pages if page.needs_ocr]
    with _timed(timings, "label"):
        labelled = label(laid_out, incomplete=bool(unread))
    with _timed(timings, "reconcile"):
        reconciled = reconcile(labelled)
    return Report(
        source=name, sha256=hashlib.sha256(data).hexdigest(), format=document.source,
        agency=labelled.agency, year=labelled.year, period=labelled.period, template=labelled.template,
        values=reconciled.values, figures=labelled.figures, findings=reconciled.findings,
        paragraphs=tuple(paragraph.text for paragraph in laid_out.paragraphs),
        pages=tuple(PageInfo(number=page.number, width=page.width, height=page.height, source=page.source,
                             needs_ocr=page.needs_ocr) for page in document.pages),
        timings=timings, warnings=_warnings(document, labelled.notices))


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[stage] = round(time.perf_counter() - start, 4)


def _warnings(document: Document, labelling: tuple[Notice, ...]) -> tuple[Warning_, ...]:
    """What a person should know: pages that could not be read, and what reader and labeller noticed."""
    pages = tuple(Notice(f"page_{page.needs_ocr}", page.number) for page in document.pages
                  if page.needs_ocr and page.needs_ocr != "damaged")
    return tuple(warning(notice.code, notice.page, notice.detail)
                 for notice in (*pages, *document.notices, *labelling))

"""The way of a report through the code: read -> layout -> label -> reconcile. The only place that knows the order."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from extractor.document import Document, Notice, Source
from extractor.label import label
from extractor.labelled import Labelled
from extractor.layout import structure
from extractor.notices import warning
from extractor.original import on_pages_as_given
from extractor.read import read
from extractor.reconcile import Reconciled, reconcile
from extractor.report import PageInfo, Report, Warning_
from extractor.second_look import in_question, looked_again
from extractor.settings import Settings


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as it was read, before anything is reconciled."""

    given: Document
    """Its pages as they came."""
    document: Document
    """The same pages, scans read by OCR."""
    paragraphs: tuple[str, ...]
    labelled: Labelled


def run(data: bytes, name: str, settings: Settings) -> Report:
    """The report in a document's bytes; `name` is how the report calls its source. Raises `GoujiError`s."""
    timings: dict[str, float] = {}
    reading = read_labelled(data, settings, timings)
    labelled, reconciled = decided(reading, data, settings, timings)
    return Report(
        source=name, sha256=hashlib.sha256(data).hexdigest(), format=reading.given.source,
        agency=labelled.agency, year=labelled.year, period=labelled.period, template=labelled.template,
        values=reconciled.values, figures=reconciled.figures, findings=reconciled.findings,
        paragraphs=reading.paragraphs, pages=_pages(reading.given, reading.document), timings=timings,
        warnings=_warnings(reading.document, labelled.notices))


def read_labelled(data: bytes, settings: Settings, timings: dict[str, float]) -> Reading:
    """What stands in a document: values and figures as read. Seconds by stage go into `timings`."""
    with _timed(timings, "read"):
        given = read(data, settings)
    with _timed(timings, "ocr"):
        document = read_scans(given, data, settings, timings)
    with _timed(timings, "layout"):
        laid_out = structure(document)
    unread = [page.number for page in document.pages if page.needs_ocr]
    with _timed(timings, "label"):
        labelled = on_pages_as_given(label(laid_out, incomplete=bool(unread)), document.pages)
    return Reading(given, document, tuple(paragraph.text for paragraph in laid_out.paragraphs), labelled)


def decided(reading: Reading, data: bytes, settings: Settings,
            timings: dict[str, float]) -> tuple[Labelled, Reconciled]:
    """A reading reconciled, with a second look at the cells of scans on which a contradiction hangs."""
    labelled = reading.labelled
    with _timed(timings, "reconcile"):
        reconciled = reconcile(labelled, reading.paragraphs)
    doubted = in_question(reconciled)
    if doubted:
        with _timed(timings, "second_look"):
            labelled = looked_again(labelled, doubted, reading.given, reading.document, data, settings)
            reconciled = reconcile(labelled, reading.paragraphs)
    return labelled, reconciled


def read_scans(document: Document, data: bytes, settings: Settings, timings: dict[str, float] | None = None) -> Document:
    """The document with its pages without usable text read as scans; the engine starts only if there are any.

    The seconds of each stage of OCR are added to `timings` as `ocr.STAGE`.
    """
    wanted = [page for page in document.pages if page.needs_ocr and page.needs_ocr != "damaged"]
    if not wanted or not settings.ocr:
        return document
    from extractor.read.scan import Timings, ocr_image, ocr_pages

    spent = Timings()
    found = (ocr_pages(data, [page.number for page in wanted], settings, spent) if document.source is Source.PDF
             else ocr_image(data, wanted, settings, spent))
    if timings is not None:
        timings.update({f"ocr.{stage}": round(seconds, 4) for stage, seconds in spent.seconds.items()})
    return replace(document, pages=tuple(found.get(page.number, page) for page in document.pages))


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[stage] = round(time.perf_counter() - start, 4)


def _pages(given: Document, document: Document) -> tuple[PageInfo, ...]:
    """Each page with the source it was read from, why it could not be read, and why it was read by OCR if it was."""
    return tuple(PageInfo(number=page.number, width=before.width, height=before.height, source=page.source,
                          needs_ocr=page.needs_ocr, ocr_because="" if page.needs_ocr else before.needs_ocr)
                 for before, page in zip(given.pages, document.pages, strict=True))


def _warnings(document: Document, labelling: tuple[Notice, ...]) -> tuple[Warning_, ...]:
    """What a person should know: pages that could not be read, and what reader and labeller noticed."""
    pages = tuple(Notice(f"page_{page.needs_ocr}", page.number) for page in document.pages
                  if page.needs_ocr and page.needs_ocr != "damaged")
    return tuple(warning(notice.code, notice.page, notice.detail)
                 for notice in (*pages, *document.notices, *labelling))

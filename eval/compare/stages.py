"""Which stage went wrong first: reading, layout, labelling or reconciliation, as far as the evidence tells.

* reconcile: the best reading taken alone was right, and the published value is not.
* read: the page or file was not read, or the cell that was looked at is the right one and its characters are not.
* layout: characters of several cells were taken for one, or a whole table, or a cell of a table that was found, is lost.
* label: a cell that was read correctly went to another field, a whole row went nowhere, or its text became another
  number or unit.

Where neither boxes nor texts decide, a misreading is only assumed of pages read by OCR: characters of other formats
are what they are.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

from eval.compare.numbers import Kind, digits
from eval.compare.places import areas_of, same_place, touched
from eval.types import Answer, Area, Truth
from extractor.document import Source
from extractor.fields import load
from extractor.report import Report, Value, ValueStatus


class Stage(StrEnum):
    """The stages of the pipeline that can be at fault."""

    READ = "read"
    LAYOUT = "layout"
    LABEL = "label"
    RECONCILE = "reconcile"


_UNREAD = frozenset({"unreadable", "encrypted", "unsupported_format", "limit", "file_access", "internal", "model"})


class StageJudge:
    """Judges the wrong cells of one document."""

    def __init__(self, truth: Truth, answer: Answer) -> None:
        self._truth = truth
        self._answer = answer

    def cell(self, name: str, kind: Kind, source: str | None) -> Stage:
        """The stage at fault for a wrong cell; `source` is the field in whose cell the answer was read, if known."""
        report = self._answer.report
        if report is None:
            return Stage.READ if self._answer.error in _UNREAD else Stage.LABEL
        value = report.values.get(name)
        if value is None or value.status is ValueStatus.MISSING:
            return self._missing(report, name)
        wanted = self._truth.report.values.get(name)
        if value.read != value.value and wanted is not None and value.read == wanted.value:
            return Stage.RECONCILE
        if source is not None and source != name:
            return self._misplaced(value, source)
        if kind in (Kind.SHIFTED_ROW, Kind.SHIFTED_COLUMN, Kind.ELSEWHERE):
            return Stage.LABEL
        return self._misread(report, value, wanted)

    def _misplaced(self, value: Value, source: str) -> Stage:
        """The answer stands in another field's cell: whole, as that cell's text, or torn out of it."""
        there = self._truth.report.values.get(source)
        return Stage.LABEL if there is not None and digits(there.raw) == digits(value.raw) else Stage.LAYOUT

    def _misread(self, report: Report, value: Value, wanted: Value | None) -> Stage:
        expected = digits(wanted.raw) if wanted is not None else ""
        got = digits(value.raw)
        if wanted is not None and got == expected:
            return Stage.LABEL if wanted.value is not None or value.value is not None else Stage.READ
        if len(touched(areas_of(value.evidence), self._numbers)) > 1:
            return Stage.LAYOUT
        scanned = any(piece.source is Source.OCR for piece in value.evidence) or report.format is Source.OCR
        return Stage.READ if scanned else Stage.LAYOUT

    def _missing(self, report: Report, name: str) -> Stage:
        here = self._truth.cells.get(name, ())
        unread = {page.number for page in report.pages if page.needs_ocr}
        if unread and (not here or any(area.page in unread for area in here)):
            return Stage.READ
        if here and any(same_place(areas_of(value.evidence), here) for other, value in report.values.items()
                        if other != name and value.evidence):
            return Stage.LABEL
        fields = load().fields
        if name not in fields:
            return Stage.LABEL
        found = [fields[other] for other in self._found if fields[other].table == fields[name].table]
        if not found:
            return Stage.LAYOUT
        if not any(field.row == fields[name].row for field in found):
            return Stage.LABEL
        return Stage.READ if report.format is Source.OCR or self._by_ocr(report, name) else Stage.LAYOUT

    def _by_ocr(self, report: Report, name: str) -> bool:
        pages = {area.page for area in self._truth.cells.get(name, ())}
        return any(page.source is Source.OCR and (not pages or page.number in pages) for page in report.pages)

    @cached_property
    def _found(self) -> frozenset[str]:
        report = self._answer.report
        known = load().fields
        return frozenset(name for name, value in report.values.items()
                         if value.status is not ValueStatus.MISSING and name in known) if report else frozenset()

    @cached_property
    def _numbers(self) -> dict[str, tuple[Area, ...]]:
        """The labelled cells that hold a number."""
        return {name: areas for name, areas in self._truth.cells.items()
                if (value := self._truth.report.values.get(name)) is not None and value.value is not None}

"""A report as an Excel workbook: the tables as in the statutory form, all values, findings, prose figures, notes.

Text from the report is always written as text, never as a formula, and the bytes are the same on every run.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import xlsxwriter

from extractor.export.form import Form, write_number
from extractor.fields import Dictionary, load
from extractor.labels import place_label
from extractor.messages import Language, say, say_or
from extractor.report import Evidence, Figure, Finding, FindingStatus, Report, Value

CREATED = datetime(2020, 1, 1)
"""Stands in every workbook, since a real date would change the bytes from run to run."""
LONGEST_TEXT = 32_767
"""Characters that a cell can hold."""

Cell = str | int | float | Decimal | None

_BORDER = {"border": 1, "border_color": "#BFBFBF", "valign": "vcenter"}
_NUMBER = {**_BORDER, "align": "right", "num_format": '#,##0;-#,##0;0'}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 12},
    "header": {**_BORDER, "bold": True, "bg_color": "#E7ECF4", "align": "center", "text_wrap": True},
    "label": {**_BORDER, "text_wrap": True},
    "text": {"text_wrap": True, "valign": "top"},
    "number": _NUMBER,
    "violated": {**_NUMBER, "bg_color": "#F8CBCB", "font_color": "#9C0006", "bold": True},
    "doubtful": {**_NUMBER, "bg_color": "#FFF2B3"},
    "repaired": {**_NUMBER, "bg_color": "#FAD7AC"},
    "missing": {**_NUMBER, "bg_color": "#D9D9D9"},
}
_FRACTION = "#,##0.00####"


def workbook(report: Report, language: Language) -> bytes:
    """The bytes of the workbook, its sheets and headings in `language`; labels stay as the form has them."""
    buffer = io.BytesIO()
    book = new_book(buffer, report)
    writer = SheetWriter(book, report, language, load())
    writer.values()
    writer.value_list()
    writer.findings()
    writer.figures()
    writer.notes()
    book.close()
    return buffer.getvalue()


def new_book(buffer: io.BytesIO, report: Report) -> Any:
    """An empty workbook in memory that takes no text for a formula, a link or a number."""
    book = xlsxwriter.Workbook(buffer, {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": report.agency or report.source, "created": CREATED})
    return book


class SheetWriter:
    """One method a sheet; `style` gives the format of a name in `_STYLES`, with `/fraction` for numbers not whole."""

    def __init__(self, book: Any, report: Report, language: Language, dictionary: Dictionary) -> None:
        self.book = book
        self.report = report
        self.language: Language = language
        self.dictionary = dictionary
        self.style = cache(self._style)

    def _style(self, name: str) -> Any:
        base, _, fraction = name.partition("/")
        return self.book.add_format(_STYLES[base] | ({"num_format": _FRACTION} if fraction else {}))

    def values(self, name: str = "") -> None:
        """The tables as in the statutory form; `name` is the sheet's if it is not to be that of the catalogue."""
        sheet = self.book.add_worksheet(name or say("sheet.values", self.language))
        sheet.set_column(0, 1, 14)
        sheet.set_column(2, 2, 34)
        sheet.set_column(3, 20, 12)
        form = Form(sheet, self.style, self.report, self.dictionary)
        for table in self.dictionary.tables:
            form.put_table(table)
        for style in ("violated", "doubtful", "repaired", "missing", "number"):
            key = "blank" if style == "number" else style
            sheet.write_blank(form.row, 0, None, self.style(style))
            sheet.write_string(form.row, 1, say(f"legend.{key}", self.language))
            form.row += 1
        sheet.fit_to_pages(1, 0)
        sheet.set_landscape()

    def value_list(self) -> None:
        widths = {"field": 44, "label": 44, "raw": 16, "place": 30}
        names = ("field", "label", "value", "unit", "status", "read", "raw", "confidence", "implied", "page", "place")
        rows = (self._value_row(value) for value in self.report.values.values())
        self._table("list", names, widths, rows)

    def _value_row(self, value: Value) -> list[Cell]:
        return [value.field, self.dictionary.describe(value.field), value.value, value.unit,
                say(f"status_value.{value.status}", self.language), value.read, value.raw, value.confidence,
                value.implied, *_place(value.evidence)]

    def findings(self) -> None:
        widths = {"rule": 28, "where": 34, "message": 60, "operands": 60, "evidence": 60}
        names = ("status", "rule", "where", "stated", "computed", "severity", "cause", "probability", "message",
                 "operands", "evidence")
        order = [FindingStatus.VIOLATED, FindingStatus.UNDECIDED, FindingStatus.SATISFIED]
        ranked = sorted(self.report.findings, key=lambda finding: order.index(finding.status))
        self._table("findings", names, widths, (self._finding_row(finding) for finding in ranked))

    def _finding_row(self, finding: Finding) -> list[Cell]:
        cause = say_or(f"cause.{finding.cause}", self.language, "")
        # The message of a satisfied rule has the arithmetic; its operands would bury the others.
        operands = () if finding.status is FindingStatus.SATISFIED else finding.operands
        return [say(f"status.{finding.status}", self.language), finding.rule, place_label(finding, self.dictionary),
                finding.actual, finding.expected, str(finding.severity), cause, finding.probability,
                finding.message.in_language(self.language), "\n".join(map(self._operand, operands)),
                "\n".join(map(_evidence, finding.evidence))]

    def _operand(self, name: str) -> str:
        value = self.report.values.get(name)
        shown = value.raw or say(f"status_value.{value.status}", self.language) if value else ""
        return f"{self.dictionary.describe(name)}: {shown}" if shown else self.dictionary.describe(name)

    def figures(self) -> None:
        widths = {"text": 60, "field": 40, "label": 30}
        names = ("text", "field", "label", "value", "low", "high", "unit", "qualifier", "period", "scope",
                 "confidence", "paragraph", "page", "place")
        self._table("figures", names, widths, (self._figure_row(figure) for figure in self.report.figures))

    def _figure_row(self, figure: Figure) -> list[Cell]:
        label = self.dictionary.describe(figure.field) if figure.field else ""
        return [figure.text, figure.field or "", "" if label == figure.field else label, figure.value, figure.low,
                figure.high, figure.unit, str(figure.qualifier), figure.period, figure.scope, figure.confidence,
                figure.span[0] + 1, *_place(figure.evidence)]

    def notes(self) -> None:
        self._table("notes", ("item", "content"), {"item": 24, "content": 90}, self._note_rows())

    def _note_rows(self) -> Iterator[list[Cell]]:
        report, language = self.report, self.language
        period = " – ".join(day for day in (report.period.start, report.period.end) if day)
        facts = {"source": report.source, "sha256": report.sha256, "agency": report.agency or "",
                 "year": str(report.year or ""), "period": period, "template": report.template or ""}
        for key, text in facts.items():
            yield [say(f"note.{key}", language), text]
        for page in report.pages:
            reason = say_or(f"ocr.{page.needs_ocr}", language, page.needs_ocr)
            yield [say("note.page", language, number=page.number),
                   say("note.page_ocr", language, reason=reason) if page.needs_ocr
                   else say("note.page_text", language, source=page.source)]
        for warning in report.warnings:
            yield [say("note.warning", language), warning.message.in_language(language)]

    def _table(self, name: str, columns: Sequence[str], widths: dict[str, int], rows: Iterator[list[Cell]]) -> None:
        """A sheet with one heading line, frozen and filterable."""
        sheet = self.book.add_worksheet(say(f"sheet.{name}", self.language))
        for index, column in enumerate(columns):
            sheet.set_column(index, index, widths.get(column, 11))
            sheet.write_string(0, index, say(f"column.{column}", self.language), self.style("header"))
        last = 0
        for last, row in enumerate(rows, start=1):
            for index, cell in enumerate(row):
                self.cell(sheet, last, index, cell)
        sheet.freeze_panes(1, 0)
        if last:
            sheet.autofilter(0, 0, last, len(columns) - 1)

    def cell(self, sheet: Any, row: int, column: int, cell: Cell, style: Any = None) -> None:
        """One cell by its kind; nothing for None and empty text, and text never as anything but text."""
        if isinstance(cell, Decimal):
            write_number(sheet, row, column, cell, style)
        elif isinstance(cell, int | float):
            sheet.write_number(row, column, cell, style)
        elif cell:
            sheet.write_string(row, column, cell[:LONGEST_TEXT], style or self.style("text"))


def _place(evidence: Sequence[Evidence]) -> list[Cell]:
    """Page and place of the first evidence; no page where the format has none."""
    if not evidence:
        return [None, ""]
    first = evidence[0]
    return [first.page if first.box is not None else None, _box(first) or first.place]


def _evidence(item: Evidence) -> str:
    where = f"p. {item.page} {_box(item)}" if item.box is not None else item.place
    return f"{where}: {item.text}"


def _box(item: Evidence) -> str:
    return "" if item.box is None else "({})".format(", ".join(f"{edge:.0f}" for edge in item.box))

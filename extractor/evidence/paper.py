"""A report as a working paper for Excel: summary, findings with their page pictures and room for the auditor's decision,
values, the tables as printed, prose figures.

Text from the report is always written as text; the only formula is the count of decisions, which names cells alone.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from extractor.evidence.cases import cases
from extractor.evidence.crops import Plate
from extractor.evidence.page import MOST_CASES, MOST_OPEN, facts_of, figure_view, plates_of, title_of, viewer_of
from extractor.evidence.picture import picture
from extractor.evidence.prose import in_table, numbered
from extractor.evidence.view import CaseView, EquationView, LineView, SuspectView, Viewer
from extractor.evidence.wording import Words
from extractor.export.workbook import LONGEST_TEXT, Cell, SheetWriter, new_book
from extractor.fields import load
from extractor.messages import Language
from extractor.reconcile.rules import PREVIOUS
from extractor.report import Evidence, FindingStatus, Report, Value
from extractor.settings import Settings, default_settings
from extractor.verdict import count

DECISIONS = ("confirmed", "dismissed", "misread", "pending")
PICTURE_WIDTH, PICTURE_HEIGHT = 540, 520
"""Pixels that a picture takes in its cell at most; a row of a sheet cannot be higher than 545."""
LONGEST_LINK = 200
"""Characters that a link shows."""
LEAST_HEIGHT = 90
"""Pixels of a row of findings at least."""

_HEAD = {"bold": True, "bg_color": "#E7ECF4", "border": 1, "border_color": "#BFBFBF", "text_wrap": True,
         "valign": "vcenter"}
_TEXT = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#E1E5EA"}
_FORMATS: dict[str, dict[str, Any]] = {
    "head": _HEAD, "text": _TEXT, "number": {**_TEXT, "num_format": "#,##0.######", "align": "right"},
    "decision": {**_TEXT, "bg_color": "#FFFBE6"}, "violated": {**_TEXT, "font_color": "#A11720", "bold": True},
    "share": {**_TEXT, "num_format": "0.0%"}, "small": {**_TEXT, "font_size": 9, "font_color": "#4C5868"},
    "title": {"bold": True, "font_size": 16}, "subtitle": {"font_size": 11, "font_color": "#4C5868"},
    "name": {"font_color": "#4C5868", "valign": "top"}, "plain": {"text_wrap": True, "valign": "top", "align": "left"},
    "link": {**_TEXT, "font_color": "#1D4F7C", "underline": 1}, "count": {"bold": True, "align": "left"},
    "field": {"bottom": 1, "bg_color": "#FFFBE6"},
}
_COLUMNS = (("number", 5), ("decision", 14), ("remark", 24), ("place", 24), ("name", 15), ("message", 40),
            ("arithmetic", 28), ("suspects", 30), ("picture", 78), ("status", 9), ("computed", 11), ("stated", 11),
            ("difference", 9), ("cause", 15), ("probability", 9), ("severity", 9), ("pages", 9), ("operands", 44),
            ("rule", 24), ("fingerprint", 20))
_DECISION_COLUMN, _PICTURE_COLUMN = 1, 8


def paper(report: Report, language: Language, data: bytes | None = None, settings: Settings | None = None) -> bytes:
    """The bytes of the workbook, the same for the same input; `data`, the file's bytes, give it pictures of the pages.

    Raises `ValueError` if `data` are not what the report was read from.
    """
    words = Words(language)
    violated = cases(report, FindingStatus.VIOLATED)
    undecided = cases(report, FindingStatus.UNDECIDED, first=len(violated) + 1)
    pictured = [*violated[:MOST_CASES], *undecided[:MOST_OPEN]]
    plates = plates_of(pictured, report, data, settings or default_settings())
    viewer = viewer_of(report, words, violated, plates)
    buffer = io.BytesIO()
    book = new_book(buffer, report)
    made = _Paper(book, viewer, SheetWriter(book, report, language, load()), plates)
    found = [*violated, *undecided]
    views = [replace(viewer.case(case), windows=viewer.outline(case)) for case in found]
    made.summary(views)
    made.findings(views)
    made.values()
    made.writer.values(words.say("sheet.tables"))
    made.prose()
    book.close()
    return buffer.getvalue()


class _Paper:
    """One method a sheet."""

    def __init__(self, book: Any, viewer: Viewer, writer: SheetWriter, plates: dict[int, Plate]) -> None:
        self.book, self.viewer, self.writer, self.plates = book, viewer, writer, plates
        self.report, self.words = viewer.report, viewer.words
        self.style = {name: book.add_format(form) for name, form in _FORMATS.items()}

    def _sheet(self, name: str) -> Any:
        return self.book.add_worksheet(self.words.say(f"sheet.{name}"))

    def _put(self, sheet: Any, row: int, column: int, cell: Cell, style: str = "text") -> None:
        self.writer.cell(sheet, row, column, cell, self.style[style])

    # --------------------------------------------------------------------------------------------------------- summary
    def summary(self, views: Sequence[CaseView]) -> None:
        say, sheet = self.words.say, self._sheet("summary")
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 70)
        self._put(sheet, 0, 0, say("paper.title"), "title")
        self._put(sheet, 1, 0, title_of(self.report, self.words), "subtitle")
        row = 3
        facts = [(say("paper.agency"), self.report.agency or say("page.unknown_agency")),
                 (say("paper.year"), str(self.report.year or ""))]
        for name, text in (*facts, *((fact.name, fact.text) for fact in facts_of(self.report, self.words))):
            self._put(sheet, row, 0, name, "name")
            self._put(sheet, row, 1, text, "plain")
            row += 1
        row += 1
        for status, total in count(self.report).items():
            self._put(sheet, row, 0, self.words.common(f"status.{status}"), "name")
            self._put(sheet, row, 1, total, "count")
            row += 1
        self._decided(sheet, row, len(views))
        for offset, name in enumerate(("auditor", "date"), start=2):
            self._put(sheet, row + offset, 0, say(f"paper.{name}"), "name")
            sheet.write_blank(row + offset, 1, None, self.style["field"])
        self._index(sheet, row + 5, views)
        sheet.set_portrait()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _index(self, sheet: Any, row: int, views: Sequence[CaseView]) -> None:
        """The cases by name, each leading to its row."""
        if views:
            self._put(sheet, row, 0, self.words.say("page.findings"), "head")
            self._put(sheet, row, 1, self.words.say("paper.message"), "head")
        for offset, view in enumerate(views, start=1):
            target = f"internal:'{self.words.say('sheet.findings')}'!{xl_rowcol_to_cell(offset, 0)}"
            sheet.write_url(row + offset, 0, target, self.style["link"], f"{view.number}  {view.rule}"[:LONGEST_LINK])
            self._put(sheet, row + offset, 1, view.equations[0].message)

    def _decided(self, sheet: Any, row: int, total: int) -> None:
        """How many cases have a decision, counted by the spreadsheet."""
        if not total:
            return
        self._put(sheet, row, 0, f"{self.words.say('paper.progress')} / {self.words.say('paper.of', count=total)}", "name")
        first, last = (xl_rowcol_to_cell(at, _DECISION_COLUMN, row_abs=True, col_abs=True) for at in (1, total))
        sheet.write_formula(row, 1, f"=COUNTA('{self.words.say('sheet.findings')}'!{first}:{last})",
                            self.style["count"], 0)

    # -------------------------------------------------------------------------------------------------------- findings
    def findings(self, views: Sequence[CaseView]) -> None:
        sheet = self._sheet("findings")
        for column, (name, width) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width)
            self._put(sheet, 0, column, self._heading(name), "head")
        sheet.set_row(0, 30)
        for row, view in enumerate(views, start=1):
            self._finding(sheet, row, view)
        sheet.freeze_panes(1, 3)
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, max(1, len(views)), _PICTURE_COLUMN)
        if views:
            sheet.autofilter(0, 0, len(views), len(_COLUMNS) - 1)
            self._offer_decisions(sheet, len(views))

    def _heading(self, name: str) -> str:
        own = self.words.say_or(f"paper.{name}", "")
        return own or self.words.common(f"column.{name}")

    def _offer_decisions(self, sheet: Any, rows: int) -> None:
        say = self.words.say
        sheet.data_validation(1, _DECISION_COLUMN, rows, _DECISION_COLUMN, {
            "validate": "list", "source": [say(f"paper.{name}") for name in DECISIONS],
            "input_title": say("paper.decision_title"), "input_message": say("paper.decision_help"),
            "error_title": say("paper.decision_title"), "error_message": say("paper.decision_error")})

    def _finding(self, sheet: Any, row: int, view: CaseView) -> None:
        lead = view.equations[0]
        sides = {side.role: side for side in lead.sums}
        cells: dict[str, tuple[Cell, str]] = {
            "number": (view.number, "number"), "decision": ("", "decision"), "remark": ("", "decision"),
            "status": (self.words.common(f"status.{lead.status}"), lead.status if lead.status == "violated" else "text"),
            "place": (view.place, "text"), "name": (view.rule, "text"),
            "message": ("\n".join(filter(None, (view.explanation, *(e.message for e in view.equations)))), "text"),
            "arithmetic": ("\n".join(filter(None, map(_formula, view.equations))), "text"),
            "suspects": ("\n".join(map(_suspected, view.suspects)), "text"),
            "computed": (view.finding.expected if not sides else sides["computed"].value, "number"),
            "stated": (view.finding.actual if not sides else sides["stated"].value, "number"),
            "difference": (lead.gap, "number"), "cause": (self._cause(view), "text"),
            "probability": (view.finding.probability, "share"), "severity": (view.severity, "text"),
            "pages": (view.pages, "text"), "operands": (_operands(view.equations), "small"), "picture": ("", "text"),
            "rule": ("\n".join(dict.fromkeys(equation.rule for equation in view.equations)), "small"),
            "fingerprint": ("\n".join(dict.fromkeys(filter(None, (e.fingerprint for e in view.equations)))), "small"),
        }
        for column, (name, _) in enumerate(_COLUMNS):
            value, style = cells[name]
            if value in ("", None):
                sheet.write_blank(row, column, None, self.style[style])
            else:
                self._put(sheet, row, column, value, style)
        self._picture(sheet, row, view)

    def _cause(self, view: CaseView) -> str:
        return self.words.common_or(f"cause.{view.cause_class}", self.words.say("case.unclear"))

    def _picture(self, sheet: Any, row: int, view: CaseView) -> None:
        """The case's picture, scaled to its cell; the row grows with it."""
        drawn = picture(view.windows, self.plates)
        if drawn is None:
            sheet.set_row_pixels(row, LEAST_HEIGHT)
            return
        scale = min(1.0, PICTURE_WIDTH / drawn.width, PICTURE_HEIGHT / drawn.height)
        sheet.set_row_pixels(row, max(LEAST_HEIGHT, round(drawn.height * scale) + 8))
        sheet.insert_image(row, _PICTURE_COLUMN, f"case-{view.number}.jpg", {
            "image_data": io.BytesIO(drawn.data), "x_scale": scale, "y_scale": scale, "x_offset": 4, "y_offset": 4,
            "object_position": 1, "description": "; ".join(window.alt for window in view.windows if window.alt)})

    # ---------------------------------------------------------------------------------------------- values, figures
    def values(self) -> None:
        names = ("field", "label", "value", "unit", "status", "read", "raw", "confidence", "implied", "page", "box",
                 "place")
        widths = {"field": 42, "label": 42, "raw": 16, "box": 28, "place": 24}
        self._listing("values", names, widths, [self._value(value) for name, value in self.report.values.items()
                                                  if not name.startswith(PREVIOUS)])

    def _value(self, value: Value) -> list[Cell]:
        return [value.field, self.words.field(value.field), value.value, value.unit,
                self.words.common(f"status_value.{value.status}"), value.read, value.raw, value.confidence,
                value.implied, *_where(value.evidence)]

    def prose(self) -> None:
        names = ("number", "text", "value", "low", "high", "unit", "qualifier", "field", "label", "table_value",
                 "verdict", "period", "scope", "confidence", "page", "box", "place")
        widths = {"number": 6, "text": 50, "field": 36, "label": 40, "verdict": 18, "box": 28, "place": 24}
        rows: list[list[Cell]] = []
        for key, figure in numbered(self.report).items():
            view = figure_view(key, figure, self.viewer)
            rows.append([key, figure.text, figure.value, figure.low, figure.high, figure.unit, str(figure.qualifier),
                         figure.field or "", view.meaning, in_table(figure, self.report), view.verdict, figure.period,
                         figure.scope, figure.confidence, *_where(figure.evidence)])
        self._listing("prose", names, widths, rows)

    def _listing(self, name: str, columns: Sequence[str], widths: dict[str, int], rows: Sequence[list[Cell]]) -> None:
        """A sheet with one heading line, frozen and filterable."""
        sheet = self._sheet(name)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, widths.get(column, 11))
            self._put(sheet, 0, index, self._heading(column), "head")
        for row, cells in enumerate(rows, start=1):
            for index, cell in enumerate(cells):
                if cell not in ("", None):
                    self._put(sheet, row, index, cell)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)


def _formula(equation: EquationView) -> str:
    """The arithmetic in one line: `12 + 1 = 13 ≠ 23 = 23 + 0`."""
    if len(equation.sums) != 2:
        return ""
    left, right = equation.sums
    first = f"{left.terms} = {left.total}" if " " in left.terms else left.terms
    second = f"{right.total} = {right.terms}" if " " in right.terms else right.terms
    return f"{first} {'≠' if equation.status == 'violated' else '?'} {second}"


def _suspected(view: SuspectView) -> str:
    return f"{view.name}: {view.reads}{f', {view.required}' if view.required else ''} ({view.percent}%)"


def _operands(equations: Sequence[EquationView]) -> str:
    """Every operand with its mark, value and place, each once."""
    lines: dict[str, str] = {}
    for equation in equations:
        for line in (*(line for side in equation.sums for line in side.lines), *equation.others):
            lines.setdefault(line.cell.field, _operand(line))
    return "\n".join(lines.values())[:LONGEST_TEXT]


def _operand(line: LineView) -> str:
    place = f" ({line.place})" if line.place else ""
    return f"{line.number} {line.label}: {line.cell.text}{place}"


def _where(evidence: Sequence[Evidence]) -> list[Cell]:
    """Page, box and place in words of the first evidence; no page where the format has none."""
    if not evidence:
        return [None, "", ""]
    first = evidence[0]
    box = "" if first.box is None else ", ".join(f"{edge:.1f}" for edge in first.box)
    return [first.page if first.box is not None else None, box, first.place]

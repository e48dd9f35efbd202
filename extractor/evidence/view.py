"""What the page template needs, worked out: cases with their ledgers and windows, tables with the state of each cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractor.document import Box, Source
from extractor.evidence.cases import Case, Equation, Side, Term, leading
from extractor.evidence.crops import GAP, Mark, Plate, Strip, marks_of, strips_of, with_heads
from extractor.evidence.forms import Grid, GridCell, excerpts
from extractor.evidence.prose import Passage, numbered, sentence
from extractor.evidence.wording import Words, number, percent
from extractor.fields import load
from extractor.reconcile.rules import PREVIOUS
from extractor.report import Cause, Evidence, Finding, Number, Report, Suspect, Value, ValueStatus

LONGEST = 80
"""Characters of a printed text that a cell shows."""
LOUPE = (84.0, 30.0)
"""Width and height, in points, of the enlarged view of a suspected cell."""
TAG = 4.6
"""Radius of a mark's number, points."""
MOST_SUSPECTS = 8
ALTERNATIVES = 3
SMALL = 12
_STATES = {ValueStatus.REPAIRED: "repaired", ValueStatus.DOUBTFUL: "doubtful", ValueStatus.CONFIRMED: "confirmed"}


@dataclass(frozen=True, slots=True)
class CellView:
    """A value as it is shown: `text` stands for it, `note` says what colour alone must not say."""

    field: str
    text: str
    state: str
    printed: str = ""
    struck: str = ""
    confidence: str = ""
    note: str = ""
    conflict: str = ""
    """`suspect`, `conflict` or empty."""
    cases: tuple[int, ...] = ()
    total: bool = False
    """Whether a violated relation states this cell as a sum of others."""


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of a ledger."""

    number: int
    sign: str
    label: str
    cell: CellView
    place: str
    silent: bool


@dataclass(frozen=True, slots=True)
class SumView:
    """One side of an equation as lines and their sum, or as words of the prose; `terms` is the same in one line."""

    title: str
    role: str
    lines: tuple[LineView, ...]
    total: str
    terms: str
    value: Number | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class EquationView:
    """The arithmetic of one finding: two sums or none, and operands beside them."""

    title: str
    rule: str
    message: str
    sums: tuple[SumView, ...]
    others: tuple[LineView, ...]
    difference: str
    gap: Number | None
    blanks: int
    status: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class MarkView:
    """A frame and its number, in points on the page."""

    field: str
    number: int
    role: str
    suspect: bool
    frame: Box
    tag: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a plate: `box` in points; `problem` takes the place of the picture where there is none."""

    page: int
    box: Box
    marks: tuple[MarkView, ...]
    caption: str
    alt: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SuspectView:
    """A cell that may be wrong, with what it reads and what the relations require of it."""

    field: str
    name: str
    reads: str
    required: str
    percent: str
    share: float
    confidence: str
    alternatives: str
    place: str
    loupe: Window | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case: findings of one cause."""

    number: int
    finding: Finding
    place: str
    pages: str
    rule: str
    cause: str
    cause_class: str
    severity: str
    severity_class: str
    explanation: str
    suspected: str
    """How the suspects are suspected: alone, together, or one instead of the other."""
    alone: bool
    suspects: tuple[SuspectView, ...]
    equations: tuple[EquationView, ...]
    windows: tuple[Window, ...]
    excerpts: tuple[TableView, ...]
    small: bool
    """Whether it fits on a printed page beside others."""
    sentences: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class TableCellView:
    """A cell of a table: a label (with its English name) or a value."""

    kind: str
    text: str
    english: str
    rows: int
    columns: int
    value: CellView | None
    mark: int


@dataclass(frozen=True, slots=True)
class TableView:
    """One table, whole or an excerpt."""

    id: str
    title: str
    head: tuple[tuple[TableCellView, ...], ...]
    body: tuple[tuple[TableCellView, ...], ...]
    wide: bool


@dataclass(frozen=True, slots=True)
class Viewer:
    """Makes views of one report in one language.

    `in_cases` gives the violated cases of each field, `suspected` the fields that are suspects of any, `totals` those
    that a violated relation states as sums; `plates` the pictures of pages.
    """

    report: Report
    words: Words
    in_cases: Mapping[str, tuple[int, ...]]
    suspected: frozenset[str]
    totals: frozenset[str]
    plates: Mapping[int, Plate]

    # ----------------------------------------------------------------------------------------------------------- cells
    def cell(self, field: str, value: Value | None) -> CellView:
        """A value with its state: blank is not 0, and what was printed, read and required stay apart."""
        words, cases = self.words, self.in_cases.get(field, ())
        conflict = "suspect" if field in self.suspected else "conflict" if cases else ""
        if value is None and field.startswith(PREVIOUS):
            return CellView(field, words.say("case.elsewhere"), "missing")
        if value is None or (value.value is None and value.status not in (ValueStatus.BLANK, ValueStatus.CONFIRMED)):
            return CellView(field, words.say("table.missing_mark"), "missing", note=words.say("legend.missing"),
                            conflict=conflict, cases=cases)
        if value.value is None:
            return CellView(field, words.say("table.blank_mark"), "blank", shortened(value.raw),
                            note=words.say("legend.blank"), conflict=conflict, cases=cases)
        text = number(value.value)
        printed = "" if value.raw.strip() in ("", text) else shortened(value.raw)
        state = _STATES.get(value.status, "zero" if value.value == 0 else "read")
        replaced = state in ("repaired", "confirmed") and value.read != value.value
        struck = number(value.read) or words.say("table.blank_mark") if replaced else ""
        sure = percent(value.confidence) if state in ("doubtful", "repaired") or self._scanned(value) else ""
        return CellView(field, text, state, printed, struck, sure, self._note(value, state, text), conflict, cases,
                        field in self.totals)

    def _scanned(self, value: Value) -> bool:
        return value.status is not ValueStatus.CONFIRMED and any(item.source is Source.OCR for item in value.evidence)

    def _note(self, value: Value, state: str, text: str) -> str:
        words, notes = self.words, []
        if state == "repaired":
            notes.append(words.say("table.repaired_from", read=number(value.read) or "–", value=text))
        if state == "confirmed":
            notes.append(words.say("table.confirmed"))
        if state == "doubtful":
            notes.append(words.say("table.doubtful", percent=percent(value.confidence)))
        if value.implied is not None and value.implied != value.value:
            notes.append(words.say("table.implied", implied=number(value.implied)))
        if value.raw.strip() not in ("", text):
            notes.append(words.say("table.printed", raw=shortened(value.raw)))
        return "; ".join(notes)

    # ----------------------------------------------------------------------------------------------------------- cases
    def case(self, case: Case) -> CaseView:
        finding, leads = case.leading, leading(case.suspects, self.report)
        shown = [self.suspect(suspect, case) for suspect in (leads or case.suspects)[:MOST_SUSPECTS]]
        marks = marks_of(case, self.report)
        windows = self.windows(marks)
        figures = numbered(self.report)
        wanted = [key for key, figure in figures.items() if figure in case.figures]
        sentences = [found for key in wanted if (found := sentence(self.report, key, figures)) is not None]
        return CaseView(
            case.number, finding, self.place(case.equations[0]), _pages(marks), self._rule_names(case), self.cause(finding),
            str(finding.cause), self.words.say_or(f"severity.{finding.severity}", str(finding.severity)),
            str(finding.severity),
            finding.explanation.in_language(self.words.language) if finding.explanation is not None else "",
            self._suspected_how(len(leads)), len(leads) == 1, tuple(shown),
            tuple(self.equation(equation) for equation in case.equations), windows,
            () if windows else self.excerpts(case), len(case.operands) <= SMALL, tuple(dict.fromkeys(sentences)))

    def _suspected_how(self, leads: int) -> str:
        return self.words.say("case.suspects" if not leads else "case.suspect" if leads == 1 else "case.together")

    def _rule_names(self, case: Case) -> str:
        names = (self.words.say_or(f"rule.{finding.rule}", finding.rule) for finding in case.findings)
        return " · ".join(dict.fromkeys(names))

    def place(self, equation: Equation) -> str:
        """Where a finding stands, as a title: 表三 · “自然人”列."""
        words, finding, instance = self.words, equation.finding, equation.instance
        dictionary = load()
        if instance is None:
            return self._place_of_field(finding)
        table = dictionary.table(instance.rule.table)
        if instance.rule.per == "column":
            return words.numbered("place.column", table, words.column(table.id, instance.place))
        if instance.rule.per == "row":
            return words.numbered("place.row", table, words.row(table.id, instance.place))
        name = words.row(table.id, instance.where) if any(row.id == instance.where for row in table.rows) else instance.where
        return words.numbered("place.once", table, name)

    def _place_of_field(self, finding: Finding) -> str:
        known = load().fields.get(finding.where)
        if known is not None:
            return self.words.numbered("place.field", load().table(known.table), self.words.field(finding.where))
        table = next((table for table in load().tables if table.id == finding.where), None)
        return self.words.table(table) if table is not None else self.words.field(finding.where)

    def cause(self, finding: Finding) -> str:
        """Whose error it is, with the probability."""
        sure = percent(finding.probability)
        if finding.cause is Cause.UNCLEAR:
            return self.words.say("case.unclear_report", percent=sure)
        name = self.words.common_or(f"cause.{finding.cause}", str(finding.cause))
        return self.words.say("case.cause", cause=name, percent=sure)

    def suspect(self, suspect: Suspect, case: Case) -> SuspectView:
        words, value = self.words, self.report.values.get(suspect.field)
        cell = self.cell(suspect.field, value)
        implied = value.implied if value is not None else None
        scanned = value is not None and self._scanned(value)
        return SuspectView(
            suspect.field, words.field(suspect.field), words.say("case.reads", value=cell.text),
            words.say("case.required", implied=number(implied)) if implied is not None else "",
            percent(suspect.probability), suspect.probability,
            words.say("case.confidence", percent=percent(value.confidence)) if value is not None and scanned else "",
            self._alternatives(value), self.where(value.evidence) if value is not None else "",
            self.loupe(suspect, case))

    def _alternatives(self, value: Value | None) -> str:
        if value is None or not value.alternatives:
            return ""
        words = self.words
        named = [words.say("case.alternative", value=number(other.value) or words.say("case.blank_reading"),
                           percent=percent(other.probability)) for other in value.alternatives[:ALTERNATIVES]]
        return words.say("case.alternatives", list=("、" if words.language == "zh" else ", ").join(named))

    def where(self, evidence: Iterable[Evidence]) -> str:
        """The places of a reading, each once."""
        return "; ".join(dict.fromkeys(place for item in evidence if (place := self.words.place(item))))

    # ------------------------------------------------------------------------------------------------------ arithmetic
    def equation(self, equation: Equation) -> EquationView:
        words, finding = self.words, equation.finding
        short = self.shortener(equation.terms)
        sums = [self._sum(role, side, short) for role, side in
                (("computed", equation.computed), ("stated", equation.stated))] if equation.is_sum else []
        rule = words.say_or(f"rule.{finding.rule}", finding.rule)
        return EquationView(
            f"{rule}{'：' if words.language == 'zh' else ': '}{self.place(equation)}", finding.rule,
            finding.message.in_language(words.language), tuple(sums),
            tuple(self._line(term, True, short) for term in equation.others),
            number(equation.difference) if equation.is_sum else "", equation.difference, equation.blanks, str(finding.status),
            finding.fingerprint)

    def _sum(self, role: str, side: Side, short: Mapping[str, str]) -> SumView:
        lines = tuple(self._line(term, index == 0, short) for index, term in enumerate(side.terms))
        return SumView(self.words.say(f"case.{role}"), role, lines, number(side.total),
                       in_one_line(side) if side.terms else number(side.total), side.total,
                       shortened(side.quote))

    def _line(self, term: Term, first: bool, short: Mapping[str, str]) -> LineView:
        sign = "−" if term.sign < 0 else "" if first else "+"
        places = self.where(term.value.evidence) if term.value is not None else ""
        return LineView(term.number, sign, short[term.field], self.cell(term.field, term.value), places, term.silent)

    def shortener(self, terms: Sequence[Term]) -> dict[str, str]:
        """Names of an equation's fields: the row where they stand in one column, the column where in one row."""
        known = {term.field: load().fields.get(term.field) for term in terms}
        fields = [field for field in known.values() if field is not None]
        rows, columns = {field.row for field in fields}, {field.column for field in fields}
        names: dict[str, str] = {}
        for name, field in known.items():
            if field is None or len(fields) < len(known) or (len(rows) > 1 and len(columns) > 1) or len(known) == 1:
                names[name] = self.words.field(name)
            elif len(rows) == 1:
                names[name] = self.words.column(field.table, field.column, field.row)
            else:
                names[name] = self.words.row(field.table, field.row)
        return names

    # ---------------------------------------------------------------------------------------------------------- places
    def windows(self, marks: Sequence[Mark], gap: float = GAP) -> tuple[Window, ...]:
        """The places of marks, with the heads of their tables."""
        strips = with_heads(strips_of(marks, self.report, gap), self.report)
        return tuple(self.window(strip) for strip in strips)

    def outline(self, case: Case) -> tuple[Window, ...]:
        """The windows of a case without the operands that add nothing, for where a picture must be small."""
        terms = [term for equation in case.equations for term in equation.terms]
        loud = {term.field for term in terms if not term.silent} | {suspect.field for suspect in case.suspects}
        marks = marks_of(case, self.report)
        return self.windows([mark for mark in marks if not mark.number or mark.field in loud] or marks, GAP / 2)

    def window(self, strip: Strip) -> Window:
        words, plate = self.words, self.plates.get(strip.page)
        caption = words.say("case.page", page=strip.page)
        if plate is None or plate.problem:
            key = "case.damaged_crop" if plate is not None and plate.problem == "damaged" else "case.no_crop"
            return Window(strip.page, Box(0, 0, 0, 0), (), caption, "", words.say(key, page=strip.page))
        left = min([plate.left, *(mark.frame.x0 - 2 * TAG for mark in strip.marks)])
        right = max([plate.right, *(mark.frame.x1 + 2 for mark in strip.marks)])
        box = Box(max(0.0, left), max(strip.top, plate.box.top), min(plate.box.x1, right),
                  min(strip.bottom, plate.box.bottom))
        numbers = runs(mark.number for mark in strip.marks)
        alt = (words.say("case.crop_alt", page=strip.page, numbers=numbers) if numbers
               else words.say("case.crop_figure_alt", page=strip.page))
        return Window(strip.page, box, tuple(mark_view(mark) for mark in strip.marks), caption, alt)

    def loupe(self, suspect: Suspect, case: Case) -> Window | None:
        """The suspected cell alone, enlarged; None where its page is not shown."""
        mark = next((mark for mark in marks_of(case, self.report) if mark.field == suspect.field), None)
        plate = self.plates.get(mark.page) if mark is not None else None
        if mark is None or plate is None or plate.problem:
            return None
        x, y = mark.box.centre
        width, height = max(LOUPE[0], mark.box.width * 1.5), max(LOUPE[1], mark.box.height * 1.5)
        box = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        caption = self.words.say("case.page", page=mark.page)
        alt = self.words.say("case.crop_alt", page=mark.page, numbers=mark.number)
        return Window(mark.page, box, (mark_view(mark),), caption, alt)

    # ---------------------------------------------------------------------------------------------------------- tables
    def excerpts(self, case: Case) -> tuple[TableView, ...]:
        """The rows of the report's tables that a case speaks of, for formats without pages."""
        return tuple(self.table(item, case.operands) for item in excerpts(self.report, case.operands.keys()))

    def table(self, item: Grid, marks: Mapping[str, int] | None = None) -> TableView:
        """A table whose cells lead to their cases, or bear their `marks` in one case."""
        def row(cells: Sequence[GridCell]) -> tuple[TableCellView, ...]:
            return tuple(self._table_cell(item, cell, marks or {}) for cell in cells)

        return TableView(item.table.id, self.words.table(item.table), tuple(map(row, item.head)),
                         tuple(map(row, item.body)), item.table.rows_in_header)

    def _table_cell(self, item: Grid, cell: GridCell, marks: Mapping[str, int]) -> TableCellView:
        value = self.cell(cell.id, self.report.values.get(cell.id)) if cell.kind == "value" else None
        name = self.words.label(item.table.id, cell.id) if cell.kind in ("label", "header") else ""
        text = self.words.say("table.content") if cell.kind == "corner" else cell.text or name
        english = name if cell.text and self.words.language == "en" else ""
        return TableCellView(cell.kind, text, english, cell.rows, cell.columns, value,
                             marks.get(cell.id, 0))


def mark_view(mark: Mark) -> MarkView:
    frame = mark.frame
    return MarkView(mark.field, mark.number, mark.role, mark.suspect, frame, (frame.x0 - TAG * 0.6, frame.top))


def _pages(marks: Iterable[Mark]) -> str:
    return runs(mark.page for mark in marks)


def in_one_line(side: Side) -> str:
    """The side in figures, `21 + 0`; of a sum over a set only what is not 0, and blanks not at all."""
    text = ""
    for term in side.terms:
        if term.silent or term.value is None or term.value.value is None:
            continue
        sign = ("−" if term.sign < 0 else "") if not text else (" − " if term.sign < 0 else " + ")
        text += sign + number(term.value.value)
    return text or "0"


def runs(numbers: Iterable[int]) -> str:
    """Numbers from 1, each once and rising, runs drawn together: `1–3, 5`; 0 stands for none."""
    spans: list[list[int]] = []
    for item in sorted({item for item in numbers if item > 0}):
        if spans and item == spans[-1][1] + 1:
            spans[-1][1] = item
        else:
            spans.append([item, item])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)


def shortened(text: str) -> str:
    """A printed text in one line of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[:LONGEST - 1] + "…"

"""What the report page shows of a report: its findings with their decisions, the chosen one worked out, and a cell to correct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.evidence.cases import Case, cases
from extractor.evidence.crops import marks_of
from extractor.evidence.forms import grids
from extractor.evidence.page import MOST_FIGURES, FigureView, figure_view, passages_of, viewer_of
from extractor.evidence.prose import Passage, numbered, verdict_of
from extractor.evidence.view import CaseView, TableView, Viewer
from extractor.evidence.wording import number, percent
from extractor.fields import load
from extractor.report import Cause, FindingStatus, Number, Report, Value, ValueStatus
from extractor.serve.model import Correction, Decided, Decision, ReportView
from extractor.serve.pages.sheets import Lens, SheetView, lens, sheets_of
from extractor.serve.pages.wording import Speech, likelihood
from extractor.store.rows import fingerprint

MOST_UNDECIDED = 60
"""Undecided relations that the list of findings names; the others are counted."""
MOST_CARDS = 3
"""Suspected cells whose readings are offered for correction at once; others are chosen by hand."""
BLANK = "blank"
"""What a form sends for a cell in which nothing is printed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding in the list: `key` is its fingerprint as the store knows it, which finds it again in another solution."""

    number: int
    key: str
    place: str
    rule: str
    cause: Cause
    state: Decision
    violated: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may be printed in a cell: `value` as the form sends it, `text` as it is shown, `why` it is offered."""

    value: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Card:
    """One cell to be compared with the page: what was read, how surely, and what else it may be."""

    field: str
    name: str
    reads: str
    printed: str
    sureness: str
    required: str
    choices: tuple[Choice, ...]
    lens: Lens | None
    correction: Correction | None
    place: str
    sent: str
    """What was read, as the form sends it back where the reading is right; empty where nothing was read."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The finding that the page is about."""

    entry: Entry
    view: CaseView
    cause: str
    decided: Decided | None
    fingerprints: tuple[str, ...]
    cards: tuple[Card, ...]
    operands: tuple[tuple[str, str], ...]
    """Fields of the finding and their names."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that the page of one report needs, in one language."""

    view: ReportView
    speech: Speech
    viewer: Viewer
    entries: tuple[Entry, ...]
    undecided: tuple[Entry, ...]
    undecided_left: int
    chosen: Chosen | None
    lost: bool
    """Whether the finding that was asked for is no more."""
    sheets: tuple[SheetView, ...]
    card: Card | None

    @property
    def report(self) -> Report:
        return self.view.report

    @property
    def open_entries(self) -> int:
        return sum(entry.state is Decision.OPEN for entry in self.entries)

    def neighbour(self, step: int) -> str:
        """The key of the finding before (-1) or after (1) the chosen one; empty at the ends."""
        listed = [*self.entries, *self.undecided]
        at = next((index for index, entry in enumerate(listed)
                   if self.chosen is not None and entry.key == self.chosen.entry.key), -1)
        wanted = at + step
        return listed[wanted].key if at >= 0 and 0 <= wanted < len(listed) else ""

    def next_open(self) -> str:
        """The key of the next finding that is not decided, after the chosen one or else from the top; empty if none."""
        keys = [entry.key for entry in self.entries if entry.state is Decision.OPEN]
        if self.chosen is None:
            return keys[0] if keys else ""
        here = self.chosen.entry.number
        later = [entry.key for entry in self.entries if entry.state is Decision.OPEN and entry.number > here]
        return next((key for key in [*later, *keys] if key != self.chosen.entry.key), "")

    def tables(self) -> list[TableView]:
        return [self.viewer.table(item) for item in grids(self.report)]

    def prose(self) -> tuple[list[Passage], list[FigureView], dict[int, str]]:
        """Paragraphs with their figures marked, the figures as rows, and the verdict of each."""
        figures = dict(list(numbered(self.report).items())[:MOST_FIGURES])
        return (passages_of(self.report, figures), [figure_view(key, figures[key], self.viewer) for key in figures],
                {key: verdict_of(figure) or "unjudged" for key, figure in figures.items()})

    def fields(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The report's cells by table: title, then id and name of each."""
        words = self.speech.words
        return [(words.table(table), [(field.id, words.field(field.id)) for field in table.fields
                                      if field.id in self.report.values]) for table in load().tables]


def desk(view: ReportView, speech: Speech, wanted: str = "", cell: str = "") -> Desk:
    """The report with the finding `wanted` (a fingerprint) chosen, else the first that is open; `cell` to be corrected."""
    violated = cases(view.report, FindingStatus.VIOLATED)
    open_cases = cases(view.report, FindingStatus.UNDECIDED, first=len(violated) + 1)
    viewer = viewer_of(view.report, speech.words, violated, {})
    entries = [_entry(case, view, viewer, speech) for case in violated]
    undecided = [_entry(case, view, viewer, speech) for case in open_cases]
    at = _chosen(wanted, [*violated, *open_cases], [*entries, *undecided], view.report)
    case = [*violated, *open_cases][at] if at is not None else None
    sheets = sheets_of(view, marks_of(case, view.report) if case is not None else ())
    chosen = _worked_out(case, [*entries, *undecided][at], view, viewer, sheets) if case is not None and at is not None else None
    known = cell in view.report.values and cell in load().fields
    return Desk(view, speech, viewer, tuple(entries), tuple(undecided[:MOST_UNDECIDED]),
                max(0, len(undecided) - MOST_UNDECIDED), chosen,
                bool(wanted) and (chosen is None or not _is(wanted, case, view.report)), sheets,
                card(cell, view, speech, sheets) if known else None)


def card(field: str, view: ReportView, speech: Speech, sheets: Sequence[SheetView]) -> Card:
    """The cell with what it may hold: as it was read, other readings, what the other relations require, and blank."""
    value = view.report.values[field]
    shown = Viewer(view.report, speech.words, {}, frozenset(), frozenset(), {}).cell(field, value)
    correction = next((item for item in view.corrections if item.field == field), None)
    places = "; ".join(dict.fromkeys(place for item in value.evidence if (place := speech.words.place(item))))
    return Card(field, speech.words.field(field), shown.text, shown.printed, speech.sureness(value),
                number(value.implied) if value.implied is not None and value.implied != value.value else "",
                tuple(_choices(value, speech)), lens(value.evidence, sheets), correction, places,
                number(value.value) if value.value is not None else "")


def _choices(value: Value, speech: Speech) -> list[Choice]:
    found: dict[str, Choice] = {}

    def offer(candidate: Number | None, why: str) -> None:
        key = BLANK if candidate is None else number(candidate)
        if candidate != value.value:
            found.setdefault(key, Choice(key, speech.say("cell.blank") if candidate is None else key, why))

    if value.implied is not None:
        offer(value.implied, speech.say("cell.choose_required"))
    for other in value.alternatives[:4]:
        offer(other.value, speech.say("cell.choose_percent", percent=percent(other.probability)))
    if value.value is not None or value.status is ValueStatus.MISSING:
        found.setdefault(BLANK, Choice(BLANK, speech.say("cell.blank"), ""))
    return list(found.values())


def _entry(case: Case, view: ReportView, viewer: Viewer, speech: Speech) -> Entry:
    finding = case.leading
    rules = " · ".join(dict.fromkeys(speech.rule(item.rule) for item in case.findings))
    key = fingerprint(finding, view.report)
    decided = view.decisions.get(key)
    return Entry(case.number, key, viewer.place(case.equations[0]), rules, finding.cause,
                 decided.decision if decided is not None else Decision.OPEN, finding.status is FindingStatus.VIOLATED)


def _is(wanted: str, case: Case | None, report: Report) -> bool:
    return case is not None and any(fingerprint(finding, report) == wanted for finding in case.findings)


def _chosen(wanted: str, found: Sequence[Case], entries: Sequence[Entry], report: Report) -> int | None:
    """The place of the finding asked for; else of the first violated one that is open, else of the first violated one."""
    asked = next((index for index, case in enumerate(found) if wanted and _is(wanted, case, report)), None)
    if asked is not None:
        return asked
    violated = [index for index, entry in enumerate(entries) if entry.violated]
    return next((index for index in violated if entries[index].state is Decision.OPEN), violated[0] if violated else None)


def _worked_out(case: Case, entry: Entry, view: ReportView, viewer: Viewer, sheets: Sequence[SheetView]) -> Chosen:
    speech = Speech(viewer.words.language)
    finding, shown = case.leading, viewer.case(case)
    names = {name: viewer.words.field(name) for name in case.operands if name in view.report.values}
    suspected = [item.field for item in shown.suspects if item.field in names]
    return Chosen(entry, shown, speech.say(f"report.cause_{finding.cause}", percent=likelihood(finding.cause, finding.probability)),
                  view.decisions.get(entry.key), tuple(fingerprint(item, view.report) for item in case.findings),
                  tuple(card(name, view, speech, sheets) for name in suspected[:MOST_CARDS]),
                  tuple(names.items()))

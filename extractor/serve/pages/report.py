"""The page of one report, and what is done on it: decide on a finding, correct a reading, take a correction back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal as Number
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from extractor.evidence.cases import Case, cases
from extractor.evidence.page import facts_of, notes_of
from extractor.evidence.view import Viewer
from extractor.label.numerals.cell import parse_number
from extractor.reconcile.correct import difference
from extractor.report import Finding, FindingStatus, Report, Value, ValueStatus
from extractor.serve.model import Decision, Reason, ReportView
from extractor.serve.pages.access import Document, Reader, Reviewer, Work
from extractor.serve.pages.desk import BLANK, Desk, desk
from extractor.serve.pages.frame import render, see, speech_of
from extractor.serve.pages.wording import Speech, moment
from extractor.verdict import count

router = APIRouter(include_in_schema=False)

LONGEST_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class Notice:
    """A line on what was just done; `undo` are the fingerprints of a decision that can be taken back."""

    text: str
    kind: str = "good"
    undo: tuple[str, ...] = ()
    link: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A value that the corrections changed; `own` if it is a corrected cell itself."""

    field: str
    name: str
    before: str
    after: str
    by: str
    own: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """What all corrections of a report did together, since it was extracted."""

    rows: tuple[ChangedRow, ...]
    gone: tuple[Finding, ...]
    appeared: tuple[Finding, ...]
    altered: tuple[Finding, ...]


@router.get("/reports/{sha256}")
def show(request: Request, user: Reader, work: Work, sha256: Document, finding: str = "", cell: str = "",
         corrected: str = "", undone: str = "", decided: str = "", about: str = "", typed: str = "") -> Response:
    view, speech = work.report(sha256), speech_of(request)
    shown = desk(view, speech, finding, cell)
    effects = effects_of(view, shown, speech)
    notices = _notices(shown, effects, speech, corrected, undone, decided, about, typed)
    return render(request, "desk.html", "queue", notices=notices, **_context(shown, effects))


@router.get("/reports/{sha256}/cell")
def cell(request: Request, user: Reader, work: Work, sha256: Document, field: str, finding: str = "") -> Response:
    """One cell to correct, by itself: the page's script puts it in place."""
    view = work.report(sha256)
    return render(request, "desk-cell.html", "", desk=desk(view, speech_of(request), finding, field), sha256=sha256)


@router.post("/reports/{sha256}/decide")
def decide(request: Request, user: Reviewer, work: Work, sha256: Document, finding: Annotated[list[str], Form()],
           decision: Annotated[Decision, Form()], reason: Annotated[Reason, Form()] = Reason.OTHER,
           comment: Annotated[str, Form(max_length=LONGEST_COMMENT)] = "") -> Response:
    told = reason if decision is Decision.DISMISSED else Reason.NONE
    work.decide(user, finding, decision, told, comment)
    here = finding[0]
    following = here if decision is Decision.OPEN else desk(work.report(sha256), speech_of(request), here).next_open() or here
    return see(f"/reports/{sha256}", finding=following, decided=decision, about=here if decision is not Decision.OPEN else "")


@router.post("/reports/{sha256}/correct")
def correct(user: Reviewer, work: Work, sha256: Document, field: Annotated[str, Form()],
            value: Annotated[str, Form(max_length=40)] = "", choice: Annotated[str, Form(max_length=40)] = "",
            finding: Annotated[str, Form()] = "", comment: Annotated[str, Form(max_length=LONGEST_COMMENT)] = "") -> Response:
    written = choice or value.strip()
    printed = None if written == BLANK else parse_number(written)
    if printed is None and written != BLANK:
        return see(f"/reports/{sha256}", finding=finding, cell=field, typed=written or "–")
    work.correct(user, sha256, {field: printed}, comment)
    return see(f"/reports/{sha256}", finding=finding, corrected=field)


@router.post("/reports/{sha256}/undo")
def undo(user: Reviewer, work: Work, sha256: Document, field: Annotated[str, Form()],
         finding: Annotated[str, Form()] = "") -> Response:
    work.undo(user, sha256, field)
    return see(f"/reports/{sha256}", finding=finding, undone=field)


def _context(shown: Desk, effects: Effects) -> dict[str, Any]:
    view, speech = shown.view, shown.speech
    report, numbers = view.report, count(view.report)
    passages, figures, verdicts = shown.prose()
    status = {str(key): value for key, value in numbers.items()}
    places = _places(view, shown)
    return {"desk": shown, "view": view, "report": report, "sha256": view.sha256, "numbers": status,
            "agency": report.agency or speech.say("app.unknown_agency"), "cells": _unsure(report),
            "body_address": f"/bodies/{quote(report.agency or '', safe='')}", "change": effects,
            "tables": shown.tables(), "passages": passages, "figures": figures, "verdicts": verdicts,
            "notes": list(notes_of(report, speech.words)), "facts": facts_of(report, speech.words),
            "finding_place": lambda finding: places.get((finding.rule, finding.where), finding.where)}


def _unsure(report: Report) -> dict[str, int]:
    """How many cells are in doubt, repaired or unread."""
    told = (ValueStatus.DOUBTFUL, ValueStatus.REPAIRED, ValueStatus.MISSING, ValueStatus.CONFIRMED)
    counts = {str(status): sum(value.status is status for value in report.values.values()) for status in told}
    return {name: number for name, number in counts.items() if number}


def _places(view: ReportView, shown: Desk) -> dict[tuple[str, str], str]:
    """Names of the places of all findings that a correction made come or go."""
    found: dict[tuple[str, str], str] = {}
    for report in (view.report, view.read):
        viewer = Viewer(report, shown.speech.words, {}, frozenset(), frozenset(), {})
        listed: list[Case] = cases(report, FindingStatus.VIOLATED) if view.corrections else []
        for equation in (equation for case in listed for equation in case.equations):
            found[equation.finding.rule, equation.finding.where] = viewer.place(equation)
    return found


def effects_of(view: ReportView, shown: Desk, speech: Speech) -> Effects:
    """What the corrections changed: the corrected cells first, then other values whose number changed."""
    if not view.corrections:
        return Effects((), (), (), ())
    changed = difference(view.read, view.report)
    own = {item.field: item for item in view.corrections}
    rows = [ChangedRow(field, speech.words.field(field), _text(view.read.values.get(field), shown),
                       _text(view.report.values.get(field), shown), f"{item.author} · {moment(item.made)}", True)
            for field, item in own.items()]
    rows += [ChangedRow(item.field, speech.words.field(item.field), _text(item.before, shown), _text(item.after, shown), "", False)
             for item in changed.values if item.field not in own and _number(item.before) != _number(item.after)]
    return Effects(tuple(rows), changed.gone, changed.appeared, tuple(after for _, after in changed.altered))


def _number(value: Value | None) -> Number | None:
    return value.value if value is not None else None


def _text(value: Value | None, shown: Desk) -> str:
    return shown.viewer.cell(value.field if value is not None else "", value).text


def _notices(shown: Desk, effects: Effects, speech: Speech, corrected: str, undone: str, decided: str, about: str,
             typed: str) -> list[Notice]:
    found: list[Notice] = []
    row = next((row for row in effects.rows if row.field == corrected and row.own), None)
    if row is not None:
        found.append(Notice(speech.say("change.applied", name=row.name, before=row.before, after=row.after)
                            + _tally(effects, shown, speech), link=("#changes", speech.say("change.title"))))
    elif undone:
        found.append(Notice(speech.say("change.undone")))
    elif shown.lost:
        found.append(Notice(speech.say("report.shown_elsewhere")))
    if typed:
        found.append(Notice(speech.say("cell.invalid", value=typed), "bad"))
    if decided in tuple(Decision):
        entry = next((item for item in shown.entries if item.key == about), None)
        text = speech.say(f"decide.done_{decided}")
        if entry is not None:
            text = f"{speech.say('report.choose', number=entry.number)}{'：' if speech.language == 'zh' else ': '}{text}"
        if shown.entries and not shown.open_entries:
            text += " " + speech.say("decide.all_decided")
        found.append(Notice(text, undo=_undo_of(about, shown), link=None if shown.open_entries else (
            "/queue", speech.say("report.back"))))
    return found


def _undo_of(about: str, shown: Desk) -> tuple[str, ...]:
    """All fingerprints of the finding that was decided."""
    for group in shown.report.causes:
        if group[0].fingerprint == about:
            return tuple(finding.fingerprint for finding in group)
    return ()


def _tally(effects: Effects, shown: Desk, speech: Speech) -> str:
    """How many relations the corrections put right, and how many are left."""
    left = len(shown.report.violated)
    parts = [speech.say("change.gone_count", count=len(effects.gone))]
    if effects.appeared:
        parts.append(speech.say("change.appeared_count", count=len(effects.appeared)))
    parts.append(speech.say("change.left_count", count=left) if left else speech.say("change.left_none"))
    zh = speech.language == "zh"
    return f"{'' if zh else ' '}{('，' if zh else ', ').join(parts)}{'。' if zh else '.'}"

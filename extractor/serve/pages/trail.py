"""The audit log in words: what an entry is about, and what was so before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from extractor.serve.model import AuditRow, Subject
from extractor.serve.pages.wording import Speech, moment, size

LONGEST = 300
"""Characters of what an entry held before or after."""
SHORT = 12
"""Characters by which an identifier is told from others."""
_WORDS = {"decision": "decided", "reason": "reason", "scope": "scope"}
"""Sections of the catalogue in which the words of these keys stand."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the log; `href` leads to what it is about, `chinese` if `about` is the name of a body."""

    row: AuditRow
    action: str
    about: str
    detail: str
    href: str
    before: str
    after: str
    chinese: bool


def step(row: AuditRow, known: Mapping[str, Subject], speech: Speech) -> Step:
    kind, _, name = row.subject.partition(" ")
    subject = known.get(row.subject)
    action = speech.say_or(f"action.{row.action.replace('.', '_')}", row.action)
    before, after = told(row.before, speech), told(row.after, speech)
    if subject is None:
        href = f"/jobs/{name}" if kind == "job" else ""
        return Step(row, action, speech.say_or(f"audit.{kind}", kind), name[:SHORT], href, before, after, False)
    place = f"{speech.place(subject.rule, subject.place)} · {speech.rule(subject.rule)}" if subject.rule else ""
    agency = subject.agency or speech.say("app.unknown_agency")
    return Step(row, action, f"{agency} {speech.year(subject.year)}", place,
                f"/reports/{subject.sha256}" + (f"?finding={name}" if place else ""), before, after, subject.agency is not None)


def told(content: Mapping[str, object] | None, speech: Speech) -> str:
    """What an entry held, in one line of bounded length."""
    parts = [part for key, value in (content or {}).items() if (part := _part(key, value, speech))]
    line = speech.say("app.list_separator").join(parts)
    return line if len(line) <= LONGEST else line[:LONGEST - 1] + "…"


def _part(key: str, value: object, speech: Speech) -> str:
    """One entry of the object: a cell by its name with what is in it, a word in its language."""
    if isinstance(value, Mapping):
        number, status = value.get("value"), str(value.get("status", ""))
        shown = speech.say("cell.blank") if number is None else str(number)
        remark = speech.words.say_or(f"fact.{status}", "") if number is not None else ""
        return f"{speech.words.field(key)}{speech.say('app.colon')}{shown}" + (f" ({remark})" if remark else "")
    if value in ("", None):
        return ""
    if key == "bytes" and isinstance(value, int):
        return size(value)
    if key == "expires":
        return f"{speech.say('audit.expires')}{speech.say('app.colon')}{moment(datetime.fromisoformat(str(value)))}"
    word = speech.say_or(f"{_WORDS[key]}.{value}", str(value)) if key in _WORDS else str(value)
    return word if key in _WORDS else f"{speech.say_or(f'audit.{key}', key)}{speech.say('app.colon')}{word}"

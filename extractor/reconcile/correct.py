"""Solves a report again after a person has said what some cells hold, from the report alone: no original is needed.

A confirmed cell is what is printed: it is never repaired or in doubt, and cannot be a misreading any more. It can still be
the report's own error, so the relations may name it as the one that is wrong. All other cells are taken as they were
read at first, so that what an earlier solution repaired or doubted is decided anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from extractor.fields import load
from extractor.labelled import Labelled
from extractor.reconcile import reconcile
from extractor.report import DOUBTFUL_BELOW, Finding, Report, Value, ValueStatus

NOTE = "confirmed by a person"
"""The note of every value that a person has confirmed or corrected."""

_SOLVED = frozenset({ValueStatus.REPAIRED, ValueStatus.DOUBTFUL})


@dataclass(frozen=True, slots=True)
class Changed:
    """A field before and after; `before` is None if the report did not have the field."""

    field: str
    before: Value | None
    after: Value


@dataclass(frozen=True, slots=True)
class Difference:
    """What one report has and another of the same document has not.

    `values` are those whose number, status or required number changed. Of the violated findings, `gone` are violated no
    more, `appeared` were not violated before, and `altered` are violated in both but by other numbers or with another
    cause: each as (before, after).
    """

    values: tuple[Changed, ...]
    gone: tuple[Finding, ...]
    appeared: tuple[Finding, ...]
    altered: tuple[tuple[Finding, Finding], ...]

    def __bool__(self) -> bool:
        return bool(self.values or self.gone or self.appeared or self.altered)


def corrected(report: Report, corrections: Mapping[str, Decimal | None]) -> Report:
    """The report solved again with each field of `corrections` fixed to what a person says is printed; None is a blank.

    Fields that were confirmed before stay so unless they are corrected again; without corrections the report comes back
    as it is. The given report is not changed. Raises `ValueError` for a field that is none of the dictionary's, and for
    a number that is not finite.
    """
    values = {name: _as_read(value) for name, value in report.values.items()}
    for name, number in corrections.items():
        values[name] = _confirmed(name, number, values.get(name))
    figures = tuple(figure.model_copy(update={"verdict": None, "definition": ""}) for figure in report.figures)
    labelled = Labelled(report.agency, report.year, report.period, report.template or "", values, figures)
    solved = reconcile(labelled, report.paragraphs)
    return report.model_copy(update={"values": solved.values, "figures": solved.figures, "findings": solved.findings})


def difference(before: Report, after: Report) -> Difference:
    """What a correction did: the values and the violated findings that are not the same in both reports."""
    changed = tuple(Changed(name, before.values.get(name), value) for name, value in after.values.items()
                    if _state(before.values.get(name)) != _state(value))
    gone, appeared, altered = [], [], []
    old, new = _by_place(before.violated), _by_place(after.violated)
    for key, finding in old.items():
        now = new.get(key)
        if now is None:
            gone.append(finding)
        elif (now.fingerprint, now.cause, now.suspects) != (finding.fingerprint, finding.cause, finding.suspects):
            altered.append((finding, now))
    appeared = [finding for key, finding in new.items() if key not in old]
    return Difference(changed, tuple(gone), tuple(appeared), tuple(altered))


def _as_read(value: Value) -> Value:
    """The value as it was before the relations had a say."""
    if value.status is ValueStatus.CONFIRMED:
        return value.model_copy(update={"implied": None})
    status = value.status
    if status in _SOLVED:
        unsure = value.confidence < DOUBTFUL_BELOW or value.read is None
        status = ValueStatus.DOUBTFUL if unsure else ValueStatus.READ
    return value.model_copy(update={"value": value.read, "implied": None, "status": status})


def _confirmed(name: str, number: Decimal | None, value: Value | None) -> Value:
    field = load().fields.get(name)
    if field is None:
        raise ValueError(f"no field {name!r}")
    if number is not None and not number.is_finite():
        raise ValueError(f"{name}: {number} is no number of a report")
    read = value or Value(field=name, value=None, read=None, unit=field.unit)
    notes = [note for note in read.note.split("; ") if note and note != NOTE]
    return read.model_copy(update={"value": number, "implied": None, "confidence": 1.0, "note": "; ".join([*notes, NOTE]),
                                   "status": ValueStatus.CONFIRMED})


def _state(value: Value | None) -> tuple[object, ...] | None:
    return None if value is None else (value.value, value.status, value.implied)


def _by_place(findings: Iterable[Finding]) -> dict[tuple[str, str, int], Finding]:
    """Findings by rule and place; several of one rule in one place are numbered."""
    found: dict[tuple[str, str, int], Finding] = {}
    for finding in findings:
        number = 0
        while (key := (finding.rule, finding.where, number)) in found:
            number += 1
        found[key] = finding
    return found

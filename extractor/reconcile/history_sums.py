"""A body's figures against the sum of its subordinate bodies', where a list of them is given.

Reports do not say whether a government's table takes in its departments and townships, or its own office alone, so that
a difference only asks for an explanation. Where one of the bodies listed has no report the sum is undecided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from extractor.fields import load as load_dictionary
from extractor.reconcile.bodies import same_body
from extractor.reconcile.wording import Catalogue, messages
from extractor.report import Cause, Finding, FindingStatus, Report, Severity, Text, Value, plain

RULE = "bodies.sum"


def check_subordinates(parent: Report, reports: Sequence[Report], names: Sequence[str]) -> tuple[Finding, ...]:
    """The totals of `parent` against the sums over the bodies called `names`, as far as `reports` has them.

    Only reports of the parent's year count. One finding for each total that the parent states.
    """
    catalogue = Catalogue(messages(), load_dictionary())
    found = {name: _report_of(name, parent, reports) for name in names}
    missing = [name for name, report in found.items() if report is None]
    if missing or not names:
        text = catalogue.text(RULE, "undecided", "missing", count=len(missing), names="、".join(missing[:8]))
        return (Finding(rule=RULE, status=FindingStatus.UNDECIDED, severity=Severity.INFO, message=text),)
    known = [report for report in found.values() if report is not None]
    return tuple(_sums(parent, known, catalogue))


def _report_of(name: str, parent: Report, reports: Sequence[Report]) -> Report | None:
    """The report of a body for the parent's year; None if there is none, or more than one that differ."""
    fitting = {report.sha256: report for report in reports if report.agency and report.year == parent.year
               and report is not parent and same_body(report.agency, name)}
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def _sums(parent: Report, reports: Sequence[Report], catalogue: Catalogue) -> Iterator[Finding]:
    for field in load_dictionary().fields.values():
        own = parent.values.get(field.id)
        if own is None or own.value is None or field.kind == "change" or (
                field.table == "requests" and field.column != "total"):
            continue
        parts = [report.values.get(field.id) for report in reports]
        numbers = [part.value for part in parts if part is not None and part.value is not None]
        total = sum(numbers, Decimal(0))
        status = FindingStatus.SATISFIED if total == own.value else (
            FindingStatus.VIOLATED if len(numbers) == len(reports) else FindingStatus.UNDECIDED)
        text = catalogue.text(RULE, status, *([] if status is not FindingStatus.UNDECIDED else ["blank"]),
                              name=catalogue.place(field.id), actual=plain(own.value), expected=plain(total),
                              count=len(reports), difference=plain(abs(own.value - total)),
                              blank_count=len(reports) - len(numbers))
        yield _finding(field.id, status, text, own, total)


def _finding(field: str, status: FindingStatus, text: Text, own: Value, total: Decimal) -> Finding:
    violated = status is FindingStatus.VIOLATED
    return Finding(rule=RULE, status=status, cause=Cause.UNCLEAR, probability=0.5 if violated else 1.0,
                   severity=Severity.WARNING if violated else Severity.INFO, where=field, expected=total,
                   actual=own.value, operands=(field,), message=text, evidence=own.evidence if violated else ())

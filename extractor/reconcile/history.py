"""Across years: a body's reports against those of the year before, by the rules `history.*` and `prose.growth`.

A pure function over reports, whose order does not matter. Bodies are told apart by their names (see `bodies.py`); of two
reports of one body and year the one that more was read of is used, and the other is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from extractor.fields import load as load_dictionary
from extractor.reconcile.bodies import groups
from extractor.reconcile.engine import Engine, Instance
from extractor.reconcile.grouping import Subject, grouped
from extractor.reconcile.prose import case_of
from extractor.reconcile.prose_shares import GROWTH_RULE, percentages
from extractor.reconcile.rules import PREVIOUS, RuleBook
from extractor.reconcile.rules import load as load_rules
from extractor.reconcile.wording import Catalogue, appended, messages
from extractor.report import Cause, Evidence, Finding, FindingStatus, Report, Severity, Value, ValueStatus

_EXPLAINED_OUTSIDE = frozenset({"history.in_force"})
"""Rules that fail for reasons outside the reports as well: a violation asks for an explanation."""


@dataclass(frozen=True, slots=True)
class YearPair:
    """A report, that of the year before, and what the two together show."""

    previous: Report
    report: Report
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class BodyHistory:
    """The reports of one body, one a year, in order. `duplicates` are further reports of the same years, which were
    not used; `missing` are years between the first and the last that no report was given for."""

    body: str
    reports: tuple[Report, ...]
    pairs: tuple[YearPair, ...]
    duplicates: tuple[Report, ...] = ()

    @property
    def accused(self) -> bool:
        """Whether anything between the years is more than a question."""
        return any(finding.status is FindingStatus.VIOLATED and finding.severity is Severity.ERROR
                   for pair in self.pairs for finding in pair.findings)

    @property
    def missing(self) -> tuple[int, ...]:
        years = [report.year for report in self.reports if report.year is not None]
        return tuple(year for year in range(years[0], years[-1]) if year not in years) if years else ()


def check_history(reports: Sequence[Report]) -> tuple[Finding, ...]:
    """The outcome of every rule between years for all bodies among the reports; see `histories` for which is which."""
    return tuple(finding for history in histories(reports) for pair in history.pairs for finding in pair.findings)


def histories(reports: Sequence[Report]) -> tuple[BodyHistory, ...]:
    """The reports by body and year, each held against that of the year before.

    Reports without a body or a year are left out, the same document given twice counts once, and bodies with a single
    report have no history.
    """
    once = {report.sha256: report for report in sorted(reports, key=lambda report: report.source, reverse=True)}.values()
    bodies = groups(report.agency for report in once if report.agency)
    found: dict[str, list[Report]] = {}
    for report in once:
        if report.agency and report.year is not None:
            found.setdefault(bodies[report.agency], []).append(report)
    return tuple(_history(body, found[body]) for body in sorted(found) if len(found[body]) > 1)


def _history(body: str, reports: Sequence[Report]) -> BodyHistory:
    ordered = sorted(reports, key=lambda report: (report.year or 0, -_read(report), report.sha256, report.source))
    first = [report for index, report in enumerate(ordered) if index == 0 or report.year != ordered[index - 1].year]
    pairs = tuple(compare(before, report) for before, report in pairwise(first)
                  if (report.year or 0) == (before.year or 0) + 1)
    return BodyHistory(body, tuple(first), pairs, tuple(report for report in ordered if report not in first))


def _read(report: Report) -> int:
    return sum(value.value is not None for value in report.values.values())


def compare(previous: Report, report: Report) -> YearPair:
    """Two reports of the same body, of which `previous` is the one of the year before."""
    engine, values = _engine(), _both(previous, report)
    instances = [instance for instance in engine.instances(report.template or "", values)
                 if all(name in values for name in instance.operands)]
    findings = [_worded(engine.catalogue, _finding(engine, instance, values), previous, report)
                for instance in instances]
    case = case_of(report.figures, report.paragraphs, report.values, load_rules(), engine.catalogue, previous.values)
    findings += [_worded(engine.catalogue, percentage.finding, previous, report) for percentage in percentages(case)
                 if percentage.finding.rule == GROWTH_RULE]
    subject = Subject(report.agency, report.year)
    return YearPair(previous, report, grouped(findings, (), values, subject, engine.catalogue))


@lru_cache(maxsize=1)
def _engine() -> Engine:
    """An engine with the rules between years only."""
    book, dictionary = load_rules(), load_dictionary()
    return Engine(RuleBook(book.version, book.history, book.sets), dictionary, Catalogue(messages(), dictionary))


def _both(previous: Report, report: Report) -> dict[str, Value]:
    """The values of both reports; those of the year before under `previous.`, their places led by their file's name.

    What could not be read is left out: it says nothing about the other year.
    """
    def known(values: Mapping[str, Value]) -> dict[str, Value]:
        return {name: value for name, value in values.items() if value.status is not ValueStatus.MISSING}

    before = {f"{PREVIOUS}{name}": value.model_copy(update={
        "field": f"{PREVIOUS}{name}", "evidence": tuple(_elsewhere(item, previous.source) for item in value.evidence)})
        for name, value in known(previous.values).items()}
    return known(report.values) | before


def _elsewhere(evidence: Evidence, source: str) -> Evidence:
    return evidence.model_copy(update={"place": f"{source} {evidence.place}".strip()})


def _finding(engine: Engine, instance: Instance, values: Mapping[str, Value]) -> Finding:
    finding = engine.evaluate(instance, values)
    if finding.rule in _EXPLAINED_OUTSIDE and finding.status is FindingStatus.VIOLATED:
        return finding.model_copy(update={"cause": Cause.UNCLEAR, "severity": Severity.WARNING,
                                          "probability": min(finding.probability, 0.5)})
    return finding


def _worded(catalogue: Catalogue, finding: Finding, previous: Report, report: Report) -> Finding:
    which = catalogue.text("history.common", "reports", year=report.year, previous=previous.year)
    return finding.model_copy(update={"message": appended(finding.message, which)})

"""Findings: violated rules that were reported against those that the report really violates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.types import Answer, Truth
from extractor.report import Cause, Finding, FindingStatus


@dataclass(frozen=True, slots=True)
class FindingOutcome:
    """A violated rule in one place: labelled, reported, or both; `cause` is the one that was reported."""

    rule: str
    where: str
    wanted: bool
    given: bool
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class FindingComparison:
    """All violated rules of a document; `planted` errors break a rule, `located` of them are named by a suspect."""

    outcomes: tuple[FindingOutcome, ...] = ()
    planted: int = 0
    located: int = 0


def compare_findings(truth: Truth, answer: Answer) -> FindingComparison:
    """Violated rules matched by rule and place; a rule of prose also by the fields that it speaks of.

    Findings that the label calls optional are left out on both sides.
    """
    wanted = [finding for finding in truth.report.violated if not _optional(finding, truth)]
    given = [finding for finding in (answer.report.violated if answer.report is not None else [])
             if not _optional(finding, truth)]
    pairs = _matched(wanted, given)
    outcomes = [FindingOutcome(f.rule, f.where, True, at in pairs, given[pairs[at]].cause if at in pairs else None)
                for at, f in enumerate(wanted)]
    used = set(pairs.values())
    outcomes += [FindingOutcome(f.rule, f.where, False, True, f.cause) for at, f in enumerate(given) if at not in used]
    planted = [error for error in truth.errors if error.fields and any(
        finding.status is FindingStatus.VIOLATED and set(error.fields) <= set(finding.operands)
        for finding in truth.report.findings)]
    located = sum(_located(error.fields, given) for error in planted)
    return FindingComparison(tuple(outcomes), len(planted), located)


def _optional(finding: Finding, truth: Truth) -> bool:
    """Whether the label leaves a finding open, by its rule and its place or the row that the place is in."""
    return any(rule == finding.rule and (finding.where == where or finding.where.startswith(f"{where}."))
               for rule, where in truth.optional)


def _key(finding: Finding) -> tuple[str, str]:
    return finding.rule, finding.where


def _matched(wanted: Sequence[Finding], given: Sequence[Finding]) -> dict[int, int]:
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for fits in (_same, _same_subject):
        for at, finding in enumerate(wanted):
            if at in pairs:
                continue
            for index, other in enumerate(given):
                if index not in used and fits(finding, other):
                    pairs[at] = index
                    used.add(index)
                    break
    return pairs


def _same(wanted: Finding, given: Finding) -> bool:
    return _key(wanted) == _key(given)


def _same_subject(wanted: Finding, given: Finding) -> bool:
    """Places of prose are named differently by different systems; the field that is misstated is the same."""
    if wanted.rule != given.rule or not wanted.rule.startswith("prose."):
        return False
    return bool({wanted.where, *wanted.operands} & {given.where, *given.operands} - {""})


def _located(fields: Sequence[str], given: Sequence[Finding]) -> bool:
    """Whether some finding points at the error: by its likeliest suspect, or by speaking of no other fields."""
    for finding in given:
        pointed = {finding.suspects[0].field} if finding.suspects else set(finding.operands)
        if pointed and pointed <= set(fields):
            return True
    return False

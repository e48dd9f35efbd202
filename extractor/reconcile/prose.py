"""Holds what prose states against the tables, against itself and, where it is given, against the year before.

Every figure gets a verdict; only `mismatch` contradicts the tables. The order of the figures does not matter, and
checking the result again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractor.reconcile import prose_meanings, prose_parts, prose_repeats, prose_shares, prose_table
from extractor.reconcile.conflict import Conflict
from extractor.reconcile.prose_case import Case, in_order
from extractor.reconcile.rules import RuleBook
from extractor.reconcile.wording import Catalogue
from extractor.report import Figure, Finding, Value


@dataclass(frozen=True, slots=True)
class CheckedProse:
    """The figures with their verdicts, in the order in which they were given, and what was found."""

    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]


def case_of(figures: Sequence[Figure], paragraphs: Sequence[str], values: Mapping[str, Value], book: RuleBook,
            catalogue: Catalogue, previous: Mapping[str, Value] | None = None, conflicts: Sequence[Conflict] = ()) -> Case:
    """The figures of one report as the checks see them; `paragraphs` are the texts that their spans count in, and
    `conflicts` what explains the contradictions of its tables."""
    return Case(in_order(figures), paragraphs, values, prose_meanings.load(), {rule.id: rule for rule in book.prose},
                catalogue, previous, conflicts)


def check_prose(case: Case, given: Sequence[Figure]) -> CheckedProse:
    """Verdicts for the figures `given`, and the outcome of the rules `prose.*`, in the rule book's order."""
    judgements = [prose_table.judge(case, figure) for figure in case.figures]
    percentages = prose_shares.percentages(case)
    found = [*prose_table.findings(case, judgements), *prose_repeats.findings(case, judgements),
             *prose_parts.findings(case), *(percentage.finding for percentage in percentages)]
    order = list(case.rules)
    judged = [judgement.figure for judgement in judgements] + [percentage.figure for percentage in percentages]
    verdicts = {_key(figure): figure for figure in judged}
    return CheckedProse(tuple(verdicts[_key(figure)] for figure in given),
                        tuple(sorted(found, key=lambda finding: order.index(finding.rule))))


def _key(figure: Figure) -> Figure:
    """The figure as it was before it got a verdict."""
    return figure.model_copy(update={"verdict": None, "definition": ""})

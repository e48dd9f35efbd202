"""The same field stated twice in prose, and words that exclude a number: 全部办结 against a request carried forward."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from extractor.reconcile.cause import constants
from extractor.reconcile.prose_case import Case, Odds, bounds, own, recognised
from extractor.reconcile.prose_doubt import beside_another, of_documents, slip
from extractor.reconcile.prose_table import Judgement, judge
from extractor.reconcile.prose_words import CARRIED_OUT, all_done
from extractor.report import Figure, Finding, FindingStatus

RULE = "prose.prose"
_SETTLED = 0.5
"""From these odds on it is the table that is wrong, in such a way that the figure is right."""


def findings(case: Case, judgements: Sequence[Judgement]) -> Iterator[Finding]:
    """The outcome of `prose.prose` for each field that is stated more than once, then what statements contradict."""
    stated: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        figure = judgement.figure
        if figure.field is not None and own(figure):
            stated.setdefault(figure.field, []).append(judgement)
    for field, group in stated.items():
        if len(group) > 1:
            yield from _repeated(case, field, group)
    for statement in all_done(case):
        yield from _excluded(case, statement, stated.get(CARRIED_OUT, ()))


def _repeated(case: Case, field: str, group: Sequence[Judgement]) -> Iterator[Finding]:
    """The first statement of a field against the first that it contradicts, or against the last."""
    first = group[0]
    for other in group[1:]:
        if not _agree(case, first, other):
            whose = _odds(case, first, other)
            status = FindingStatus.UNDECIDED if whose.wrong < constants().asks else FindingStatus.VIOLATED
            yield _finding(case, status, field, first, other, whose)
            return
    yield _finding(case, FindingStatus.SATISFIED, field, first, group[-1])


def _agree(case: Case, first: Judgement, other: Judgement) -> bool:
    """Numbers that overlap, or that each fit the tables, or what these should be, by a definition of their own."""
    (low, high), (least, most) = bounds(first.figure), bounds(other.figure)
    if low <= most and least <= high:
        return True
    if all(judgement.fits is not None or (judgement.odds is not None and judgement.odds.report >= _SETTLED)
           for judgement in (first, other)):
        return True
    return first.figure.unit != other.figure.unit or not (first.amounts or _same_words(case, first.figure, other.figure))


def _odds(case: Case, first: Judgement, other: Judgement) -> Odds:
    """Whose error it is that two figures disagree: where one fits the tables, or what they should be, that of the other."""
    figures = (first.figure, other.figure)
    if any(figure.implied for figure in figures):
        return Odds(0.0, 1.0)  # words that take over a number say nothing a second time
    misfits = [judgement for judgement in (first, other) if judgement.odds is not None and judgement.odds.report < _SETTLED]
    if len(misfits) == 1:
        return beside_another(case, misfits[0].figure)
    if any(of_documents(case, figure) or (recognised(figure) and not figure.negated) for figure in figures):
        return Odds(0.0, 1.0)
    if misfits:  # a contradiction only if both are what they are taken for
        both = math.prod(judgement.odds.wrong for judgement in misfits if judgement.odds is not None)
        return Odds(both, 1.0 - both)
    if not slip(*(figure.value or Decimal(0) for figure in figures)):
        return Odds(0.0, 1.0)  # what no table holds is counted in more than one way: visits to this page and to that
    likeness = constants().likeness["slip"]
    return Odds(case.rules[RULE].prior.probability * likeness.report,
                sum(1.0 - figure.confidence for figure in figures) * likeness.label)


def _same_words(case: Case, first: Figure, other: Figure) -> bool:
    """Whether two figures that no table holds count the same thing: they do if the same words stand around them."""
    words = [re.sub(r"[\d,.，．０-９]+", "#", case.quote(figure)) for figure in (first, other)]
    return words[0] == words[1]


def _finding(case: Case, status: FindingStatus, field: str, first: Judgement, other: Judgement,
             whose: Odds | None = None) -> Finding:
    """Numbers that no table holds are often counted in more than one way, so that they only ask for an explanation."""
    figures = (first.figure, other.figure)
    message = case.text_of(RULE, status, quote=case.quote(figures[0]), other=case.quote(figures[1]))
    return case.finding(RULE, status, field, message, figures, expected=figures[0].value, actual=figures[1].value,
                        weak=not first.amounts, odds=whose)


def _excluded(case: Case, statement: Figure, stated: Sequence[Judgement]) -> Iterator[Finding]:
    """A statement against a figure of the prose that it excludes, else against the table. It only asks for a word."""
    for judgement in stated:
        if bounds(judgement.figure)[0] > 0:
            message = case.text_of(RULE, "violated", quote=case.quote(statement), other=case.quote(judgement.figure))
            yield case.finding(RULE, FindingStatus.VIOLATED, CARRIED_OUT, message, (statement, judgement.figure),
                               expected=Decimal(0), actual=judgement.figure.value, weak=True)
            return
    judged = judge(case, statement)
    amount = judged.amounts[0] if judged.amounts else None
    if amount is None or judged.fits is not None or not amount.complete or recognised(statement):
        return
    message = case.text_of("prose.table", "violated", "all_done", quote=case.quote(statement), expected=amount.total,
                           table=case.table(amount.expression), name=case.name(amount.expression))
    yield case.finding("prose.table", FindingStatus.VIOLATED, CARRIED_OUT, message, (statement,), amount.fields,
                       expected=amount.total, actual=Decimal(0), weak=True)

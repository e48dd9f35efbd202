"""Whose error a figure that does not fit is: the report's, or a label of ours that names the wrong field; as odds.

The figure is misstated with the chance that reports break the rule, or, where the table contradicts itself, with the
chance that the table is wrong in just the way that makes the figure fit; it is a number of something else with the chance
that its label is wrong. Both are weighed by how often such figures look like this one: a slip of the pen for the table's
number, the number of another row, one beside another figure of the same field that does fit (see `attribution.toml`).
A number read in an image may be misread by a digit, which looks like a slip as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from extractor.reconcile.cause import constants
from extractor.reconcile.counts import as_count
from extractor.reconcile.prose_case import Case, Odds, bounds, recognised, sure
from extractor.reconcile.prose_meanings import Amount
from extractor.reconcile.slips import Slip, slip_between
from extractor.report import Figure

CHANNELS = re.compile("信函|邮寄|来信|邮件|传真|当面|现场|窗口|线下|书面|网上|网络|在线|互联网|网站|平台|系统")
_REST = re.compile("其余|其他|其它|剩余")
_NEAR, _NEAR_SHARE = 2, Decimal("0.1")
_TELLING = 3
"""Numbers below this stand in so many places that to fit another field says nothing."""
_OF_A_DIGIT = frozenset({Slip.DIGIT_REPLACED, Slip.DIGIT_DROPPED, Slip.DIGIT_ADDED})
_LEAST_NOUGHT = 0.9
"""Confidence below which a nought that the table contradicts is rather one of something else: 政策未规定的 counts nothing."""
_OPENNESS = re.compile("属性|(?:认定|确定|标注)(?:为|是)?(?:主动|依申请|部分|不予)公开"
                       "|主动公开[^，。；、]{0,8}[、，]依申请公开[^，。；、]{0,8}[、，](?:和|及)?不予公开")
"""公文属性认定中，主动公开68件、不予公开15件: documents by how open they are, which are no requests."""
_TAKEN_OVER = re.compile(r"requests\.(?:handled|answered|to_handle)\.")
_ASKED = re.compile(r"requests\.(?:received|to_handle)\.")
_LEAST = 100
"""Of numbers below this every other one is a digit away."""


def odds(case: Case, figure: Figure, amounts: Sequence[Amount]) -> Odds:
    """Whose error it is that a figure fits none of `amounts`."""
    if of_documents(case, figure) or _of_nothing_stated(case, figure):
        return Odds(0.0, 1.0)
    if settled := _settled(case, figure, amounts):
        return Odds(settled, (1.0 - _confidence(case, figure)) * constants().settled)
    return _by_looks(case, figure, _looks(case, figure, amounts))


def beside_another(case: Case, figure: Figure) -> Odds:
    """Whose error it is that a figure says something else than another one of its field that fits."""
    if of_documents(case, figure) or _of_nothing_stated(case, figure):
        return Odds(0.0, 1.0)
    return _by_looks(case, figure, "repeated")


def _by_looks(case: Case, figure: Figure, looks: str) -> Odds:
    if not sure(figure) and _of_something_else(case, figure):
        return Odds(0.0, 1.0)
    likeness = constants().likeness[looks]
    prior = case.rules["prose.table"].prior.probability
    return Odds(prior * likeness.report, (1.0 - _confidence(case, figure)) * likeness.label)


def _confidence(case: Case, figure: Figure) -> float:
    """How sure a figure is: words that take over a number (均已答复) are no surer than the number that they take over."""
    if not figure.implied:
        return figure.confidence
    taken = [other.confidence for other in case.figures if other.value == figure.value and not other.implied
             and other.span[0] == figure.span[0] and other.span[1] < figure.span[1]]
    return figure.confidence * max(taken, default=1.0)


def _looks(case: Case, figure: Figure, amounts: Sequence[Amount]) -> str:
    """Which likeness of `attribution.toml` a figure has."""
    value = figure.value or Decimal(0)
    if _fits_other_statement(case, figure, amounts):
        return "repeated"
    if value == 0:
        return "nought"
    if _fits_other_field(case, figure, amounts):
        return "elsewhere"
    return "slip" if any(slip(value, amount.total) for amount in amounts) else "far"


def _of_something_else(case: Case, figure: Figure) -> bool:
    """Whether the words or the kind of a figure that was not surely read speak against its label."""
    if recognised(figure) and not figure.negated:
        return True
    if figure.implied and _REST.search(case.quote(figure)):
        return True
    unlikely = figure.confidence < _LEAST_NOUGHT and not figure.implied
    return figure.value == 0 and (unlikely or bool(CHANNELS.search(case.quote(figure))))


def _settled(case: Case, figure: Figure, amounts: Sequence[Amount]) -> float:
    """The chance that the table is wrong in such a way that the figure is right: by the explanations of its
    contradictions, or because the columns of its rows add up to the figure."""
    value = figure.value or Decimal(0)
    if any(0 < value == total for total in (_row_sums(case, amount) for amount in amounts)):
        return 1.0
    return max((sum(explanation.probability for explanation in conflict.explanations
                    if any(_moved(case, amount, explanation.changes) == value for amount in amounts))
                for conflict in case.conflicts), default=0.0)


def _moved(case: Case, amount: Amount, changes: Mapping[str, int]) -> Decimal | None:
    """What an amount comes to with some cells changed; None if none of them is its own."""
    if changes.keys().isdisjoint(amount.fields):
        return None
    total = amount.total
    for term in amount.expression.terms:
        for name in case.meanings.cells(term.pattern, case.values):
            if name in changes:
                total += term.sign * (changes[name] - (case.values[name].value or Decimal(0)))
    return total


def of_documents(case: Case, figure: Figure) -> bool:
    """Whether a figure seems to count documents by how open they are."""
    return (figure.field or figure.part_of or "").startswith("requests.") and bool(_OPENNESS.search(case.sentence_text(figure)))


def _of_nothing_stated(case: Case, figure: Figure) -> bool:
    """Whether 全部办结 took over a number that the prose does not give for requests, but for some of them only."""
    return figure.implied and bool(_TAKEN_OVER.match(figure.field or "")) and not any(
        _ASKED.match(other.field or "") and other.value == figure.value and not other.implied and other.subset is None
        for other in case.figures)


def slip(stated: Decimal, other: Decimal) -> bool:
    """Whether one number may be a slip of the pen for the other: near it, or with a digit wrong or two exchanged."""
    if stated == 0 or other == 0:
        return False
    if abs(stated - other) <= max(Decimal(_NEAR), _NEAR_SHARE * max(stated, other)):
        return True
    count = as_count(other)
    if count is None or as_count(stated) is None:
        return False
    kind = slip_between(stated, count)
    return kind is Slip.TRANSPOSED or (kind in _OF_A_DIGIT and min(stated, other) >= _LEAST)


def _row_sums(case: Case, amount: Amount) -> Decimal | None:
    """What an amount of totals comes to if each is what the columns of its row add up to; None if it holds others."""
    if not all(name.endswith(".total") for name in amount.fields) or any(term.sign < 0 for term in amount.expression.terms):
        return None
    rows = {name.rpartition(".")[0] for name in amount.fields}
    return sum((value.value for name, value in case.values.items() if value.value is not None
                and name.rpartition(".")[0] in rows and not name.endswith(".total")), Decimal(0))


def _fits_other_statement(case: Case, figure: Figure, amounts: Iterable[Amount]) -> bool:
    """Whether another figure of the same field says what the table says."""
    totals = [amount.total for amount in amounts]
    return any(other.field == figure.field and other is not figure and other.period == figure.period
               and other.scope == figure.scope and other.subset is None
               and any(bounds(other)[0] <= total <= bounds(other)[1] for total in totals) for other in case.figures)


def _fits_other_field(case: Case, figure: Figure, amounts: Sequence[Amount]) -> bool:
    """Whether the number is that of another row of the same table, in the same column."""
    value = figure.value or Decimal(0)
    table, column = amounts[0].fields[0].partition(".")[0], amounts[0].fields[0].rpartition(".")[2]
    own = {name for amount in amounts for name in amount.fields}
    return value >= _TELLING and any(
        cell.value == value and name not in own and name.partition(".")[0] == table and name.rpartition(".")[2] == column
        for name, cell in case.values.items())

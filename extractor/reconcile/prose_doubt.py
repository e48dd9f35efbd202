"""When a figure that does not fit may only be bound to the wrong field, so that nothing is decided.

A labeller that is sure is believed. One that is not is believed where the number looks like a slip: near the table's, or
its digits exchanged, or what the row's own columns add up to. A number that fits another field, or is far from all that
its field may mean, or stands beside one that fits, is more likely a number of something else. A number read in an image
may be misread by a digit, which looks like a slip as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from extractor.reconcile.engine import as_count
from extractor.reconcile.prose_case import Case, bounds, recognised, sure
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
_OPENNESS = re.compile("属性|(?:认定|确定|标注)(?:为|是)?(?:主动|依申请|部分|不予)公开")
"""公文属性认定中，主动公开68件、不予公开15件: documents by how open they are, which are no requests."""
_TAKEN_OVER = re.compile(r"requests\.(?:handled|answered|to_handle)\.")
_ASKED = re.compile(r"requests\.(?:received|to_handle)\.")
_LEAST = 100
"""Of numbers below this every other one is a digit away."""


def doubtful(case: Case, figure: Figure, amounts: Sequence[Amount]) -> bool:
    """Whether a figure that fits none of `amounts` may be misbound rather than wrong."""
    if of_documents(case, figure) or _of_nothing_stated(case, figure):
        return True
    if sure(figure):
        return False
    value = figure.value or Decimal(0)
    if _row_sum(case, amounts[0]) == value > 0:
        return False
    if recognised(figure) and not figure.negated:
        return True
    if figure.implied and _REST.search(case.quote(figure)):
        return True
    if value == 0:
        unsure = figure.confidence < _LEAST_NOUGHT and not figure.implied
        return unsure or bool(CHANNELS.search(case.quote(figure))) or _fits_other_statement(case, figure, amounts)
    return (not any(slip(value, amount.total) for amount in amounts) or _fits_other_statement(case, figure, amounts)
            or _fits_other_field(case, figure, amounts))


def of_documents(case: Case, figure: Figure) -> bool:
    """Whether a figure seems to count documents by how open they are."""
    return (figure.field or "").startswith("requests.") and bool(_OPENNESS.search(case.sentence_text(figure)))


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


def _row_sum(case: Case, amount: Amount) -> Decimal | None:
    """What the columns of a row add up to beside its total; None where the amount is no single total."""
    if len(amount.fields) != 1 or not amount.fields[0].endswith(".total"):
        return None
    row = amount.fields[0].rpartition(".")[0]
    return sum((value.value for name, value in case.values.items() if value.value is not None
                and name.rpartition(".")[0] == row and not name.endswith(".total")), Decimal(0))


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

"""Prose against tables: each figure against all that it may mean, with a verdict; what does not fit is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractor.fields import load as load_dictionary
from extractor.reconcile.cause import constants
from extractor.reconcile.prose_case import LAST_YEAR, SHARE, Case, Odds, bounds, own
from extractor.reconcile.prose_doubt import CHANNELS, odds
from extractor.reconcile.prose_meanings import Amount
from extractor.reconcile.wording import appended
from extractor.report import Figure, Finding, FindingStatus, Qualifier, Text, Verdict

RULE = "prose.table"
_MONEY = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
_INTAKE = re.compile(r"requests\.(received|to_handle|handled|answered)\.\w+")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A figure with its verdict. `status` is None where no rule applies; `fits` is the meaning that fits, `odds` whose
    error it is that none does."""

    figure: Figure
    status: FindingStatus | None = None
    fits: Amount | None = None
    amounts: tuple[Amount, ...] = ()
    odds: Odds | None = None


def judge(case: Case, figure: Figure) -> Judgement:
    """Holds one figure against the tables. Blank cells count as 0 where that fits, and never contradict."""
    amounts = tuple(amount for amount in case.amounts(figure) if _comparable(figure, amount))
    if not amounts or figure.unit in (SHARE, "倍"):
        return Judgement(_with(figure, Verdict.UNBOUND))
    if not own(figure):
        return Judgement(_with(figure, Verdict.SCOPE_DIFFERS, amounts[0]))
    fits = next((amount for amount in amounts if _holds(figure, amount)), None)
    if fits is not None:
        return Judgement(_with(figure, _verdict(figure, fits, amounts), fits), FindingStatus.SATISFIED, fits, amounts)
    whose = odds(case, figure, amounts)
    if not all(amount.complete for amount in amounts) or whose.wrong < constants().asks:
        return Judgement(_with(figure, Verdict.UNBOUND, amounts[0]), FindingStatus.UNDECIDED, None, amounts, whose)
    return Judgement(_with(figure, Verdict.MISMATCH, amounts[0]), FindingStatus.VIOLATED, None, amounts, whose)


def _with(figure: Figure, verdict: Verdict, amount: Amount | None = None) -> Figure:
    definition = amount.expression.text if amount is not None else ""
    return figure.model_copy(update={"verdict": verdict, "definition": definition})


def _verdict(figure: Figure, fits: Amount, amounts: Sequence[Amount]) -> Verdict:
    if fits is not amounts[0]:
        return Verdict.OTHER_DEFINITION
    low, high = bounds(figure)
    exact = low == high and low * _scale(figure.unit) == fits.total * _scale(fits.unit)
    return Verdict.MATCH if exact else Verdict.WITHIN_INTERVAL


def _comparable(figure: Figure, amount: Amount) -> bool:
    """Money with money, counts with counts."""
    return (figure.unit in _MONEY) == (amount.unit in _MONEY)


def _scale(unit: str) -> Decimal:
    return _MONEY.get(unit, Decimal(1))


def _holds(figure: Figure, amount: Amount) -> bool:
    """Whether the figure may stand for an amount; the far end of 超过 and 不到 is a guess and excludes nothing."""
    low, high = (end * _scale(figure.unit) for end in bounds(figure))
    counted = amount.total * _scale(amount.unit)
    if slack := _printed_place(figure, amount):
        return low - slack < counted < high + slack
    return (low <= counted or figure.qualifier is Qualifier.UNDER) and (counted <= high or figure.qualifier is Qualifier.OVER)


def _printed_place(figure: Figure, amount: Amount) -> Decimal:
    """How far two amounts of money may lie apart because either is printed in 万元 or 亿元; 0 for counts, and yuan."""
    if figure.unit not in _MONEY or figure.value is None:
        return Decimal(0)
    places = [_place(number) * _scale(unit) for number, unit in ((figure.value, figure.unit), (amount.total, amount.unit))
              if unit != "元"]
    return max(places, default=Decimal(0))


def _place(number: Decimal) -> Decimal:
    """The worth of the last digit written: 0.01 for 7.73."""
    exponent = number.as_tuple().exponent
    return Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))


def findings(case: Case, judgements: Sequence[Judgement]) -> Iterator[Finding]:
    """The outcome of `prose.table` for each figure that it applies to; figures that say the same wrong share one."""
    told: set[tuple[object, ...]] = set()
    for judgement in judgements:
        if judgement.status is None:
            continue
        if judgement.status is not FindingStatus.VIOLATED:
            yield _finding(case, judgement, (judgement.figure,))
            continue
        key = _key(judgement.figure)
        if key not in told:
            told.add(key)
            yield _finding(case, judgement, tuple(other.figure for other in judgements
                                                  if other.status is judgement.status and _key(other.figure) == key))
    yield from _lone_noughts(case, judgements)


def _key(figure: Figure) -> tuple[object, ...]:
    return figure.field, bounds(figure), figure.unit


def _finding(case: Case, judgement: Judgement, figures: tuple[Figure, ...]) -> Finding:
    figure, status = judgement.figure, judgement.status or FindingStatus.UNDECIDED
    amount = judgement.fits or next((meant for meant in judgement.amounts if not meant.complete), judgement.amounts[0])
    fields = amount.fields if status is not FindingStatus.VIOLATED else tuple(
        name for meant in judgement.amounts for name in meant.fields)
    return case.finding(RULE, status, figure.field or "", _message(case, judgement, amount), figures, fields,
                        expected=amount.total, actual=figure.value, odds=judgement.odds)


def _message(case: Case, judgement: Judgement, amount: Amount) -> Text:
    figure, status, unit = judgement.figure, judgement.status, _unit(judgement.figure, amount)
    common = {"quote": case.quote(figure), "table": case.table(amount.expression), "name": case.name(amount.expression),
              "expected": amount.total, "unit": unit}
    if status is FindingStatus.SATISFIED:
        words = {Verdict.WITHIN_INTERVAL: "interval", Verdict.OTHER_DEFINITION: "other"}.get(
            figure.verdict or Verdict.MATCH, "match")
        return case.text_of(RULE, "satisfied", words, **common)
    if status is FindingStatus.UNDECIDED:
        blanks = sum(case.values[name].value is None for name in amount.fields)
        return case.text_of(RULE, "undecided", "doubtful" if amount.complete else "blank", **common, blank_count=blanks)
    others = Text(zh="", en="")
    for other in judgement.amounts[1:]:
        others = appended(others, case.text_of(RULE, "definition", name=case.name(other.expression), value=other.total,
                                               unit=unit))
    return case.text_of(RULE, "violated", "implied" if figure.implied else "stated", **common, others=others,
                        difference=_difference(figure, amount), value=figure.value or Decimal(0))


def _unit(figure: Figure, amount: Amount) -> str:
    return amount.unit if figure.unit in _MONEY else figure.unit or "件"


def _difference(figure: Figure, amount: Amount) -> Decimal:
    """How far the figure is from the table, in the table's unit."""
    scale = _scale(amount.unit)
    low, high = (end * _scale(figure.unit) / scale for end in bounds(figure))
    return low - amount.total if amount.total < low else amount.total - high


def _lone_noughts(case: Case, judgements: Sequence[Judgement]) -> Iterator[Finding]:
    """No requests by one channel, and no word of any other, while the table counts some: asks for an explanation."""
    stated = [judgement.figure for judgement in judgements if _INTAKE.fullmatch(judgement.figure.field or "")
              and (judgement.figure.value or 0) > 0 and judgement.figure.period != LAST_YEAR]
    for judgement in judgements:
        figure = judgement.figure
        if (figure.subset is None or figure.value != 0 or figure.period != "this_year" or figure.scope != "own"
                or not _INTAKE.fullmatch(figure.field or "") or stated):
            continue
        channels = {match[0] for match in CHANNELS.finditer(case.text(figure)[:figure.span[1]])}
        counted = _row_counts(case, figure.field or "")
        if counted is None or len(channels) > 1:
            continue
        expected, fields = counted
        amount = case.amounts(figure)[0]
        message = case.text_of(RULE, "violated", "subset", quote=case.quote(figure), expected=expected,
                               table=case.table(amount.expression), name=case.name(amount.expression))
        yield case.finding(RULE, FindingStatus.VIOLATED, figure.field or "", message, (figure,), fields,
                           expected=expected, actual=figure.value, weak=True)


def _row_counts(case: Case, field: str) -> tuple[Decimal, tuple[str, ...]] | None:
    """What the row of a field counts, by its total or by its columns, whichever is more; None if nothing."""
    row = field.rpartition(".")[0]
    columns = [column.id for column in load_dictionary().table("requests").columns]
    cells = {name: number for column in columns for name in case.meanings.cells(f"{row}.{column}", case.values)
             if (number := case.values[name].value) is not None and number > 0}
    total = sum((n for name, n in cells.items() if name.endswith(".total")), Decimal(0))
    parts = sum((n for name, n in cells.items() if not name.endswith(".total")), Decimal(0))
    return (max(total, parts), tuple(cells)) if cells else None

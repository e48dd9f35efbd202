"""Percentages in prose: shares of what is stated or stands in the tables, and growth since the year before.

A percentage printed with d decimals stands for what rounds or is cut to it: its figure says so by its interval, whose
upper end is one unit of the last decimal above the number printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import Literal

from extractor.reconcile.cause import constants
from extractor.reconcile.prose_case import GROWTH, LAST_YEAR, SHARE, THIS_YEAR, Case, Odds, bounds, own, within_reason
from extractor.reconcile.prose_words import CARRIED_OUT, unread_growths, unread_shares
from extractor.report import Figure, Finding, FindingStatus, Qualifier, Text, Value, Verdict

SHARE_RULE, GROWTH_RULE = "prose.share", "prose.growth"
_TIMES = "倍"
_CONTEXT = Context(prec=40)
_WHOLES = ("requests.handled.total", "requests.received.total", "requests.to_handle.total")
"""What a share of requests may be a share of: writers name the whole loosely, so that any of them will do."""
_BEYOND = 10**15
"""No number of a report is as great as this."""
Printing = Literal["rounded", "truncated"]
Range = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Source:
    """A number that a percentage may rest on, from prose (a figure) or from a table."""

    ends: Range
    figure: Figure | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Percentage:
    """A judged percentage: its figure with a verdict, and its finding."""

    figure: Figure
    finding: Finding


def percentages(case: Case) -> tuple[Percentage, ...]:
    """Every share and growth that something can be said of, in reading order."""
    return (*_shares(case), *_growths(case))


def _shares(case: Case) -> Iterator[Percentage]:
    before: Figure | None = None
    for figure in case.figures:
        if before is not None and case.sentence(before) != case.sentence(figure):
            before = None
        if figure.unit != SHARE:
            before = figure
        elif figure.part_of and figure.period == THIS_YEAR and within_reason(figure):
            parts = _sources(case, figure.field, figure) if figure.field else _of(before)
            wholes = _sources(case, figure.part_of, figure)
            if parts and wholes:
                yield _share(case, figure, parts, [*wholes, *_other_wholes(case, figure)])
    for count, figure in unread_shares(case):
        wholes = [*_sources(case, figure.part_of or "", figure), *_other_wholes(case, figure)]
        wholes += [source for name in _WHOLES if figure.part_of in _WHOLES for source in _by_tables(case, name, case.values)]
        if wholes:
            yield _share(case, figure, _of(count), wholes)


def _other_wholes(case: Case, figure: Figure) -> list[Source]:
    """What else a share of requests may be a share of: other wholes, and what is left of one when those are taken away
    that the prose carries forward, which are the requests that were closed."""
    if figure.part_of not in _WHOLES:
        return []
    others = [source for name in _WHOLES if name != figure.part_of for source in _sources(case, name, figure)]
    asked = [source for name in _WHOLES for source in _sources(case, name, figure) if source.figure is not None]
    carried = [source for other in case.figures if other.field == CARRIED_OUT and own(other) for source in _of(other)]
    closed = [Source((whole.ends[0] - out.ends[1], whole.ends[1] - out.ends[0]), whole.figure)
              for whole in asked for out in carried if 0 < out.ends[0] <= out.ends[1] < whole.ends[0]]
    return [*others, *closed]


def _of(figure: Figure | None) -> list[Source]:
    known = figure is not None and figure.low is not None and figure.high is not None and within_reason(figure)
    return [Source(bounds(figure), figure)] if figure is not None and known else []


def _sources(case: Case, field: str, near: Figure) -> list[Source]:
    """The numbers above 0 that the paragraph states for a field, or the tables' where it states none."""
    stated = [source for figure in case.figures if figure.field == field and figure.span[0] == near.span[0]
              and own(figure) and figure.unit != SHARE for source in _of(figure) if source.ends[0] > 0]
    return stated or _by_tables(case, field, case.values)


def _by_tables(case: Case, field: str, values: Mapping[str, Value]) -> list[Source]:
    amounts = case.meanings.amounts(Figure(field=field, value=None), values)
    if not all(amount.complete for amount in amounts):
        return []
    return [Source((amount.total, amount.total), None, amount.fields) for amount in amounts if 0 < amount.total < _BEYOND]


def _share(case: Case, figure: Figure, parts: Sequence[Source], wholes: Sequence[Source]) -> Percentage:
    printing, part, whole = next(
        ((found, part, whole) for part in parts for whole in wholes
         if (found := printed(figure, _quotient(part.ends, whole.ends))) is not None), (None, parts[0], wholes[0]))
    exact = _quotient((part.ends[0],) * 2, (whole.ends[0],) * 2)[0]
    words = {"quote": case.quote(figure), "value": abs(figure.value or Decimal(0)), "part": part.ends[0],
             "whole": whole.ends[0], "exact": _shown(figure, exact), "printing": _printing(case, printing)}
    odds = _share_odds(case, figure, (part, whole)) if printing is None else None
    return _judged(case, SHARE_RULE, figure, figure.field or figure.part_of or "", printing, words, (part, whole), exact, odds)


def _share_odds(case: Case, figure: Figure, taken: Sequence[Source]) -> Odds:
    """Whose error a share is that does not fit. If it is that of other numbers of its paragraph, then by chance, or
    because it is theirs."""
    prior = case.rules[SHARE_RULE].prior.probability
    unsure = 1.0 - min(figure.confidence, *(source.figure.confidence for source in taken if source.figure is not None), 1.0)
    counts = {bounds(other) for other in case.figures if other.span[0] == figure.span[0] and other.unit != SHARE
              and not other.implied and within_reason(other) and bounds(other)[0] > 0}
    pairs = [_quotient(part.ends, ends) for part in taken[:1] for ends in counts if part.ends[0] <= ends[1]]
    pairs += [_quotient(ends, whole.ends) for whole in taken[1:] for ends in counts if ends[0] <= whole.ends[1]]
    if not any(printed(figure, pair) for pair in pairs):
        return Odds(prior, unsure)
    low, high = bounds(figure)
    chance = min(1.0, len(pairs) * float(high - low) / 100)
    return Odds(prior * chance, unsure + constants().misbound)


def _growths(case: Case) -> Iterator[Percentage]:
    for figure in (*case.figures, *unread_growths(case)):
        if figure.period != GROWTH or figure.unit not in (SHARE, _TIMES) or not figure.field or not within_reason(figure):
            continue
        now, before = _now(case, figure), _before(case, figure)
        if now and before:
            yield _growth(case, figure, now, before)


def _now(case: Case, figure: Figure) -> list[Source]:
    """This year's number: what the tables say, and what the prose says beside the growth."""
    field = figure.field or ""
    stated = [source for other in case.figures if other.field == field and own(other) and other.unit != SHARE
              and other.span[0] == figure.span[0] for source in _of(other)]
    return [*_by_tables(case, field, case.values), *stated]


def _before(case: Case, figure: Figure) -> list[Source]:
    """Last year's number: by last year's report, else as the same sentence states it."""
    if case.previous is not None and (found := _by_tables(case, figure.field or "", case.previous)):
        return found
    return [source for other in case.figures if other.period == LAST_YEAR and other.field == figure.field
            and other.unit not in (SHARE, _TIMES) and case.sentence(other) == case.sentence(figure)
            for source in _of(other) if source.ends[0] > 0]


def _growth(case: Case, figure: Figure, now: Sequence[Source], before: Sequence[Source]) -> Percentage:
    factor = Decimal(1) if figure.unit == _TIMES else Decimal(100)
    printing, this, last = next(
        ((found, this, last) for this in now for last in before
         if (found := printed(figure, _change(this.ends, last.ends, factor))) is not None), (None, now[0], before[0]))
    exact = _change((this.ends[0],) * 2, (last.ends[0],) * 2, factor)[0]
    words = {"quote": case.quote(figure), "value": abs(figure.value or Decimal(0)), "now": this.ends[0],
             "before": last.ends[0], "exact": _shown(figure, exact), "printing": _printing(case, printing),
             "unit": figure.unit}
    return _judged(case, GROWTH_RULE, figure, figure.field or "", printing, words, (this, last), exact)


def _judged(case: Case, rule: str, figure: Figure, where: str, printing: Printing | None, words: Mapping[str, object],
            sources: Iterable[Source], exact: Decimal, odds: Odds | None = None) -> Percentage:
    doubtful = odds is not None and odds.wrong < constants().asks
    status = FindingStatus.SATISFIED if printing is not None else (
        FindingStatus.UNDECIDED if doubtful else FindingStatus.VIOLATED)
    sources = tuple(sources)
    figures = (figure, *(source.figure for source in sources if source.figure is not None))
    finding = case.finding(rule, status, where, case.text_of(rule, status, **words), figures,
                           (name for source in sources for name in source.fields),
                           expected=_shown(figure, exact), actual=figure.value, odds=odds)
    verdict = Verdict.MATCH if printing is not None else Verdict.UNBOUND if doubtful else Verdict.MISMATCH
    return Percentage(figure.model_copy(update={"verdict": verdict, "definition": printing or ""}), finding)


def _printing(case: Case, printing: Printing | None) -> Text:
    return Text(zh="", en="") if printing is None else case.catalogue.text("prose.common", printing)


def printed(figure: Figure, exact: Range) -> Printing | None:
    """How numbers between two ends come to be printed as the figure: rounded, truncated, or not at all."""
    low, high = bounds(figure)
    if figure.value is not None and figure.value < 0:
        low, high, exact = -high, -low, (-exact[1], -exact[0])
    unit = high - abs(figure.value or Decimal(0))
    if figure.qualifier is not Qualifier.EXACT:  # about 0.1 % may be what is rounded or cut to it, all the same
        unit = _unit(figure)
        low, high = min(low, abs(figure.value or Decimal(0)) - unit / 2), max(high, abs(figure.value or Decimal(0)) + unit)
    if unit <= 0:  # no interval: as printed, or rounded to its last decimal
        unit = _unit(figure)
        low, high = abs(figure.value or Decimal(0)) - unit / 2, abs(figure.value or Decimal(0)) + unit
    if exact[0] >= high or exact[1] < low:
        return None
    return "rounded" if exact[0] < high - unit / 2 else "truncated"


def _unit(figure: Figure) -> Decimal:
    exponent = (figure.value or Decimal(0)).as_tuple().exponent
    return Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))


def _shown(figure: Figure, exact: Decimal) -> Decimal:
    """A computed percentage with one decimal more than the one printed."""
    low, high = bounds(figure)
    width = (high - low) * 2 / 3 if high > low else _unit(figure)
    places = max(0, -width.adjusted())
    return exact.quantize(Decimal(1).scaleb(-places - 1), context=_CONTEXT) + 0


def _quotient(part: Range, whole: Range) -> Range:
    """The least and the most per cent that a part of this size makes of such a whole."""
    with localcontext(_CONTEXT):
        return part[0] * 100 / whole[1], part[1] * 100 / whole[0]


def _change(now: Range, before: Range, factor: Decimal) -> Range:
    with localcontext(_CONTEXT):
        return (now[0] - before[1]) * factor / before[1], (now[1] - before[0]) * factor / before[0]

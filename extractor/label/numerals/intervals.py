"""What a stated number may stand for: the interval of each qualifier, of rounding in 万 and 亿, and of percentages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Literal

from extractor.report import Qualifier

_CONTEXT = Context(prec=80)
_NEAR, _ABOUT_LOW, _ABOUT_HIGH, _OVER, _UNDER = (Decimal(x) for x in ("0.9", "0.95", "1.05", "1.2", "0.8"))
Printing = Literal["rounded", "truncated"]


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, an open end excluded. `soft` means that the far end is a guess, not stated."""

    low: Decimal
    high: Decimal
    low_open: bool = False
    high_open: bool = False
    soft: bool = False

    def contains(self, value: Decimal) -> bool:
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below

    def mirrored(self) -> Interval:
        """The interval of the opposite numbers."""
        return Interval(self.high.copy_negate(), self.low.copy_negate(), self.high_open, self.low_open, self.soft)


def interval_of(value: Decimal, qualifier: Qualifier = Qualifier.EXACT, *, inclusive: bool = False,
                place: int | None = None, percent_decimals: int | None = None) -> Interval:
    """The numbers that `value` under `qualifier` may stand for.

    ABOVE (余, 多): (n, n + 10^k), k the trailing zeros of n. NEAR (近): [0.9 n, n). ABOUT (约, 左右): [0.95 n, 1.05 n].
    OVER (超, 逾, 以上): (n, 1.2 n], soft. UNDER (不到, 不足): [0.8 n, n), soft; `inclusive` closes the end at n
    (不少于, 以内). An exact number is itself, unless it was printed in 万, 亿 or 千, 10^`place` being the last place
    written (1.2万: 3): then half of that place either way; or is a percentage of `percent_decimals` decimals, which may
    have been rounded or truncated. Where n is exact to the last digit (30299余) n itself is kept inside: otherwise no
    whole number would be left, and writers do add 余 to exact counts.
    """
    if value < 0:
        return interval_of(value.copy_negate(), qualifier, inclusive=inclusive, place=place,
                           percent_decimals=percent_decimals).mirrored()
    if value == 0:
        return _zero(percent_decimals)
    with localcontext(_CONTEXT):
        match qualifier:
            case Qualifier.ABOVE:
                zeros = trailing_zeros(value)
                return Interval(value, value + Decimal(1).scaleb(zeros), low_open=zeros > 0, high_open=True)
            case Qualifier.NEAR:
                return Interval(value * _NEAR, value, high_open=True)
            case Qualifier.ABOUT:
                return Interval(value * _ABOUT_LOW, value * _ABOUT_HIGH)
            case Qualifier.OVER:
                return Interval(value, value * _OVER, low_open=not inclusive, soft=True)
            case Qualifier.UNDER:
                return Interval(value * _UNDER, value, high_open=not inclusive, soft=True)
        if percent_decimals is not None:
            unit = Decimal(1).scaleb(-percent_decimals)
            return Interval(value - unit / 2, value + unit, high_open=True)
        if place is not None:
            half = Decimal(1).scaleb(place) / 2
            return Interval(max(value - half, Decimal(0)), value + half)
        return Interval(value, value)


def _zero(percent_decimals: int | None) -> Interval:
    """Nothing is near or above nothing; only a share printed as 0.00 % may be a little more."""
    if percent_decimals is None:
        return Interval(Decimal(0), Decimal(0))
    return Interval(Decimal(0), Decimal(1).scaleb(-percent_decimals), high_open=True)


def trailing_zeros(value: Decimal) -> int:
    """The exponent of the last digit that is not zero: 160 has 1, 18 has 0, 12.5 has -1; 0 has 0."""
    _, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits))
    significant = text.rstrip("0")
    if not significant or not isinstance(exponent, int):
        return 0
    return exponent + len(text) - len(significant)


def percentage_printing(stated: Decimal, decimals: int, part: int, whole: int) -> Printing | None:
    """How `part` of `whole` gives the stated percentage with `decimals` decimals; None if it does not.

    35 of 805 is 4.3478 %: 4.35 is rounded, 4.34 truncated. Where both agree, the answer is `rounded`.
    """
    if whole == 0:
        return None
    share = Fraction(100 * part, whole)
    with localcontext(Context(prec=_CONTEXT.prec + decimals)):
        exact = Decimal(share.numerator) / Decimal(share.denominator)
        step = Decimal(1).scaleb(-decimals)
        if exact.quantize(step, ROUND_HALF_UP) == stated:
            return "rounded"
        return "truncated" if exact.quantize(step, ROUND_DOWN) == stated else None

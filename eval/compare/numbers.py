"""Numbers made comparable, and the ways in which one can be wrong."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from enum import StrEnum

from extractor.report import Value, plain

_IN_TEN_THOUSAND = {"元": Decimal("0.0001"), "万元": Decimal(1), "亿元": Decimal(10_000)}


class Kind(StrEnum):
    """What became of one labelled or answered cell. A blank cell that is answered as blank is right too."""

    RIGHT = "right"
    MISSING = "missing"
    SPURIOUS = "spurious"
    BLANK_AS_ZERO = "blank_as_zero"
    ZERO_AS_BLANK = "zero_as_blank"
    DIGIT = "digit_substitution"
    LENGTH = "digit_lost_or_added"
    SCALE = "times_ten"
    SHIFTED_ROW = "shifted_row"
    SHIFTED_COLUMN = "shifted_column"
    ELSEWHERE = "from_another_cell"
    OTHER = "other_number"


KINDS_OF_ERROR = tuple(kind for kind in Kind if kind is not Kind.RIGHT)


def normalised(value: Value | None) -> Decimal | None:
    """The number of a value, amounts in 万元 whatever unit they were printed in; None for a blank or missing one."""
    if value is None or value.value is None:
        return None
    return value.value * _IN_TEN_THOUSAND.get(value.unit, Decimal(1))


def digits(text: str) -> str:
    """The ASCII digits of a text, full-width ones included."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isascii() and c.isdigit())


def kind_of(wanted: Decimal | None, got: Decimal | None, *, answered_blank: bool) -> Kind:
    """How a number is wrong, judged by the two numbers alone; `answered_blank`: the cell was claimed to be blank."""
    if wanted == got:
        return Kind.RIGHT
    if wanted is None:
        return Kind.BLANK_AS_ZERO if got == 0 else Kind.SPURIOUS
    if got is None:
        return Kind.ZERO_AS_BLANK if wanted == 0 and answered_blank else Kind.MISSING
    if wanted and got and _power_of_ten(wanted, got):
        return Kind.SCALE
    a, b = plain(abs(wanted)), plain(abs(got))
    if len(a) == len(b):
        return Kind.DIGIT
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return Kind.LENGTH if _is_subsequence(shorter, longer) else Kind.OTHER


def _power_of_ten(a: Decimal, b: Decimal) -> bool:
    """Whether the significant digits agree: 7730.28 and 77302800."""
    first, second = a.normalize().as_tuple(), b.normalize().as_tuple()
    return first.sign == second.sign and first.digits == second.digits


def _is_subsequence(short: str, long: str) -> bool:
    rest = iter(long)
    return all(c in rest for c in short)

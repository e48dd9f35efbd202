"""Names the slip of typing or reading that makes one number of another, and says how plausible it is."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from extractor.report import plain


class Slip(StrEnum):
    """How a wrong number came of the right one."""

    SIGN = "sign"
    POINT = "point"
    LEFT_AT_ZERO = "left_at_zero"
    TRANSPOSED = "transposed"
    DIGIT_REPLACED = "digit_replaced"
    DIGIT_DROPPED = "digit_dropped"
    DIGIT_ADDED = "digit_added"
    OFF_BY_ONE = "off_by_one"
    OTHER = "other"


_PLAUSIBLE = {Slip.OTHER: 0.2, Slip.DIGIT_ADDED: 0.6, Slip.DIGIT_DROPPED: 0.6}
"""What a slip has of the chance of the commonest ones, by judgement: it only ranks explanations of the same cost."""


def slip_between(wrong: Decimal, right: int) -> Slip:
    """The simplest slip by which `right` becomes `wrong`."""
    printed, meant = plain(wrong), str(right)
    if wrong < 0 and plain(-wrong) == meant:
        return Slip.SIGN
    if "." in printed:
        return Slip.POINT if printed.replace(".", "").lstrip("0") == meant else Slip.OTHER
    if printed == "0":
        return Slip.LEFT_AT_ZERO
    if len(printed) == len(meant):
        return _same_length(printed, meant)
    if abs(wrong - right) == 1:
        return Slip.OFF_BY_ONE
    if _without_one(meant, printed):
        return Slip.DIGIT_DROPPED
    return Slip.DIGIT_ADDED if _without_one(printed, meant) else Slip.OTHER


def plausibility(wrong: Decimal, right: int) -> float:
    """How readily `right` becomes `wrong`, against the commonest slips; between 0 and 1."""
    return _PLAUSIBLE.get(slip_between(wrong, right), 1.0)


def near(read: Decimal | None, printed: Decimal | int) -> bool:
    """Whether one digit misread, missed or added makes what was `read` of what is `printed`."""
    if read is None:
        return False
    first, second = plain(read), plain(Decimal(printed))
    if len(first) == len(second):
        return sum(a != b for a, b in zip(first, second, strict=True)) <= 1
    return _without_one(first, second) or _without_one(second, first)


def _same_length(printed: str, meant: str) -> Slip:
    places = [i for i, (a, b) in enumerate(zip(printed, meant, strict=True)) if a != b]
    if len(places) == 1:
        return Slip.DIGIT_REPLACED
    if len(places) == 2 and places[1] == places[0] + 1 and sorted(printed) == sorted(meant):
        return Slip.TRANSPOSED
    return Slip.OFF_BY_ONE if abs(int(printed) - int(meant)) == 1 else Slip.OTHER


def _without_one(longer: str, shorter: str) -> bool:
    """Whether `shorter` is `longer` less one digit."""
    return len(longer) == len(shorter) + 1 and any(longer[:i] + longer[i + 1:] == shorter for i in range(len(longer)))

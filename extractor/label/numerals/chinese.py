"""Chinese numerals to whole numbers: 十二, 三百三十一, 一百零五, 二〇二一, 两千万."""

from __future__ import annotations

import re

from extractor.label.numerals.characters import DIGIT_VALUES, MAX_DIGITS

_SMALL = {"十": 10, "百": 100, "千": 1000}
_TENS = {"廿": "二十", "卅": "三十", "卌": "四十"}
_D = "[一二三四五六七八九两]"
# Thousands to ones, each at most once and in this order; 零 only where a place is left out. A last digit without its
# unit counts the next lower place (一百三 = 130), as in speech.
_SECTION = re.compile(
    rf"(?P<q>{_D}?千)?(?P<b>〇?{_D}?百)?(?P<s>〇?{_D}?十)?(?P<g>〇?{_D})?")
_MAX_SIGNS = 40


def chinese_integer(folded: str) -> int | None:
    """The number that a folded run of numeral signs spells, or None if it spells none.

    Digits alone are read one by one (二〇二一 = 2021); otherwise the run must be a well-formed number.
    """
    if not folded:
        return None
    if all(sign in DIGIT_VALUES for sign in folded):
        if len(folded) > 1 and ("两" in folded or len(folded) > MAX_DIGITS):
            return None
        return int("".join(str(DIGIT_VALUES[sign]) for sign in folded))
    if len(folded) > _MAX_SIGNS:
        return None
    for sign, spelt in _TENS.items():
        folded = folded.replace(sign, spelt)
    return _with_large_units(folded)


def _with_large_units(folded: str) -> int | None:
    """A number with 万 and 亿: each splits the run at its last place, the left side counting in that unit."""
    for sign, factor in (("亿", 10**8), ("万", 10**4)):
        left, found, right = folded.rpartition(sign)
        if not found:
            continue
        high = 1 if not left else _with_large_units(left)
        low = _lower_part(right, factor)
        if high is None or low is None or high == 0 or (sign == "万" and high >= factor):
            return None
        return high * factor + low
    return _section(folded)


def _lower_part(text: str, factor: int) -> int | None:
    """What follows 万 or 亿: nothing, a number below the unit, or one digit that counts its tenth (一万二 = 12000)."""
    if not text:
        return 0
    if len(text) == 1 and text in DIGIT_VALUES and text != "〇":
        return DIGIT_VALUES[text] * factor // 10
    number = _with_large_units(text.removeprefix("〇"))
    return number if number is not None and number < factor else None


def _section(text: str) -> int | None:
    """A number below 10,000."""
    match = _SECTION.fullmatch(text)
    if match is None or not text:
        return None
    total, last = 0, 1
    for group, unit in (("q", 1000), ("b", 100), ("s", 10), ("g", 1)):
        part = match[group]
        if not part:
            continue
        skipped = part.startswith("〇")
        if skipped and (total == 0 or unit * 10 == last):
            return None
        digits = part.lstrip("〇").rstrip("十百千")
        value = DIGIT_VALUES[digits] if digits else 1
        if unit == 1 and last > 10 and not skipped:
            unit = last // 10
        total += value * unit
        last = unit
    return total

"""Reads one number at a position of folded text: digits, multipliers (万, 千), 余 and 多 after them, and the unit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext

from extractor.label.numerals.characters import CHINESE, DIGIT_VALUES, MAX_DIGITS
from extractor.label.numerals.chinese import chinese_integer
from extractor.label.numerals.units import COUNT_UNITS, DURATION_UNITS, MONEY_UNITS, UNIT
from extractor.report import Qualifier

_WIDE = Context(prec=80)
_SPACE = re.compile(r"[ \t\r\n]{0,4}")
_PLAIN = re.compile(r"\d{1,3}(?:,\d{3}){1,7}(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
# Digits over spaces: groups of three, digits set wide apart, or a number cut by a line break.
_THREES = re.compile(r"[1-9]\d{0,2}(?: \d{3}){1,7}(?!\d)")
_LETTER_SPACED = re.compile(r"[1-9](?: {1,2}\d){1,11}(?!\d)")
_CUT = re.compile(r"[1-9]\d{0,8} {0,4}\r?\n {0,4}\d{1,8}(?!\d)")
_CHINESE = re.compile(f"[{CHINESE}]+")
_MULTIPLIER = re.compile(r"万亿|[十百千]?万(?![一分])亿?|[十百千]?亿|百(?![货姓分])|千(?![克米瓦伏])")
_MORE = re.compile(r"余(?![额款热])|多(?![数少样])|几(?!乎)")
_SECOND = re.compile(r"(\d{1,4})([万千百])|(\d{4})(?!\d)")
FACTORS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_UNLIKELY_WITH_CHINESE = frozenset({"分", "字", "度", "周", "日", "月", "年", "点", "天", "刻钟", "人民币", "通", "票"})
_MORE_NEEDS_UNIT = frozenset("多几")


@dataclass(frozen=True, slots=True)
class Reading:
    """A number read from `start` to `end` (unit included); `place` as in `interval_of`, `bare` is a lone 百, 千 or 万.

    `number_end` is where the unit begins; `spelt` says that the number is in Chinese numerals.
    """

    start: int
    end: int
    number_end: int
    value: Decimal
    unit: str = ""
    qualifier: Qualifier = Qualifier.EXACT
    decimals: int = 0
    place: int | None = None
    spelt: bool = False
    bare: bool = False
    joined: bool = False
    too_long: bool = False


def read_number(folded: str, position: int, limit: int) -> Reading | None:
    """The number that begins exactly at `position`, nothing being read from `limit` on; None if there is none."""
    core = _arabic(folded, position, limit) if folded[position] in ".0123456789" else _spelt(folded, position, limit)
    if core is None or core.too_long:
        return core
    with localcontext(_WIDE):
        return _with_unit(folded, _with_multiplier(folded, core, limit), limit)


def skip_spaces(folded: str, position: int, limit: int) -> int:
    """The position behind up to four spaces or line breaks."""
    match = _SPACE.match(folded, position, limit)
    return match.end() if match else position


def _arabic(folded: str, position: int, limit: int) -> Reading | None:
    for pattern in (_THREES, _LETTER_SPACED, _CUT):
        match = pattern.match(folded, position, limit)
        if match and _unit_follows(folded, match.end(), limit):
            digits = re.sub(r"\s", "", match[0])
            return Reading(position, match.end(), match.end(), Decimal(digits), joined=pattern is not _THREES)
    match = _PLAIN.match(folded, position, limit)
    if match is None:
        return None
    text = match[0].replace(",", "")
    too_long = len(text) > MAX_DIGITS
    decimals = len(text.partition(".")[2])
    return Reading(position, match.end(), match.end(), Decimal(text), decimals=decimals, too_long=too_long)


def _unit_follows(folded: str, position: int, limit: int) -> bool:
    """True if what follows can only follow a number: 余, 万, or the unit of a count or of money."""
    at = skip_spaces(folded, position, limit)
    if _MORE.match(folded, at, limit) or _MULTIPLIER.match(folded, at, limit):
        return True
    unit = UNIT.match(folded, at, limit)
    return unit is not None and unit[0] in COUNT_UNITS | MONEY_UNITS


def _spelt(folded: str, position: int, limit: int) -> Reading | None:
    match = _CHINESE.match(folded, position, limit)
    if match is None:
        return None
    value = chinese_integer(match[0])
    if value is None:
        return None
    bare = not any(sign in DIGIT_VALUES or sign in "廿卅卌" for sign in match[0]) and match[0][0] != "十"
    reading = Reading(position, match.end(), match.end(), Decimal(value), spelt=True, bare=bare)
    if match[0][-1] in "万亿":
        return replace(reading, place=FACTORS[match[0][-1]])
    return reading


def _with_multiplier(folded: str, core: Reading, limit: int) -> Reading:
    """Takes in 万, 千 and 余 or 多 before or after them; `place` is set to the last place printed."""
    reading = core
    at = skip_spaces(folded, reading.end, limit)
    before = _MORE.match(folded, at, limit)
    behind = skip_spaces(folded, before.end(), limit) if before else at
    multiplier = _MULTIPLIER.match(folded, behind, limit)
    if core.spelt and multiplier and not before:
        multiplier = None
    if before and not multiplier and before[0] in _MORE_NEEDS_UNIT and not UNIT.match(folded, behind, limit):
        before = None
    if before and before[0] == "几" and core.value % 10 != 0:
        before = None
    if multiplier:
        power = sum(FACTORS[sign] for sign in multiplier[0])
        reading = replace(reading, value=shifted(reading.value, power), end=multiplier.end(),
                          place=power - reading.decimals)
        reading = _with_second_part(folded, reading, limit) if not before and not core.decimals else reading
    if before:
        return _above(reading, max(reading.end, before.end()))
    at = skip_spaces(folded, reading.end, limit)
    after = _MORE.match(folded, at, limit) if multiplier else None
    if after and after[0] != "几":
        return _above(reading, after.end())
    return replace(reading, number_end=reading.end)


def _above(reading: Reading, end: int) -> Reading:
    return replace(reading, qualifier=Qualifier.ABOVE, end=end, number_end=end)


def _with_second_part(folded: str, reading: Reading, limit: int) -> Reading:
    """1万2千, 1亿2000万, 1万2345: smaller parts that follow at once."""
    while reading.place is not None and reading.place > 0:
        match = _SECOND.match(folded, reading.end, limit)
        if match is None:
            return reading
        digits, power = match[1] or match[3], FACTORS[match[2]] if match[2] else 0
        if len(digits) + power > reading.place or (power == 0 and reading.place != len(digits)):
            return reading
        reading = replace(reading, value=reading.value + shifted(Decimal(digits), power), end=match.end(),
                          place=power or None)
    return reading


def _with_unit(folded: str, reading: Reading, limit: int) -> Reading:
    """Takes in the unit. Money keeps a multiplier in its unit: 26.8 in 万元, 3 in 亿元."""
    at = skip_spaces(folded, reading.end, limit)
    match = UNIT.match(folded, at, limit)
    if match is None or (reading.spelt and match[0] in _UNLIKELY_WITH_CHINESE - DURATION_UNITS):
        return reading
    unit, value, place = match[0], reading.value, reading.place
    if unit in MONEY_UNITS and place is not None:
        scale = place + reading.decimals
        power = 8 if scale >= 8 else 4 if scale >= 4 else 0
        value, unit = shifted(value, -power), {8: "亿", 4: "万", 0: ""}[power] + unit
    if unit in MONEY_UNITS or reading.spelt:
        place = None
    return replace(reading, value=value, unit=unit, end=match.end(), place=place)


def shifted(value: Decimal, power: int) -> Decimal:
    """`value` times 10^`power`, a whole number without decimals or exponent."""
    result = value.scaleb(power)
    whole = result.to_integral_value()
    return whole.quantize(Decimal(1)) if whole == result else result.normalize()

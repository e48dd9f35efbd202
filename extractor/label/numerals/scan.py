"""Finds every number in running text, with qualifier, unit and interval, and tells quantities from look-alikes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from extractor.label.numerals.characters import CHINESE, MAX_DIGITS, fold
from extractor.label.numerals.chinese import chinese_integer
from extractor.label.numerals.distractors import Distractor, find_distractors, titles
from extractor.label.numerals.intervals import Interval, interval_of
from extractor.label.numerals.model import Kind, Numeral
from extractor.label.numerals.reading import Reading, read_number
from extractor.label.numerals.units import COUNT_UNITS, DURATION_UNITS, MONEY_UNITS, SHARE_UNITS
from extractor.report import Qualifier

_START = re.compile(rf"\d|(?<![\w.])\.\d|[{CHINESE}]", re.ASCII)
_LOOK_BACK = 8
_BEFORE = re.compile(
    r"(?:(?P<ABOUT>大约|大概|(?<![预节制条合签契违公大])约为?|大致)"
    r"|(?P<NEAR>将近|接近|(?<![附最临靠邻就贴新相])近)"
    r"|(?P<UPTO>不超过|不高于|不多于|最多|至多)"
    r"|(?P<FROM>不少于|不低于|至少|最少)"
    r"|(?P<UNDER>(?<![找看得做达受])不到|(?<![的在些之种])不足|未满|少于|低于)"
    r"|(?P<OVER>超过了?|超出|(?<!高)超|逾|突破了?|高于|大于|多于))[ \t\r\n]{0,4}$")
_UP_TO_HUNDREDS = re.compile(r"(?P<OVER>(?<![以向])上)$")
_AFTER = re.compile(r"[ \t\r\n]{0,4}(?:(?P<ABOUT>左右|上下)|(?P<OVER>以上)|(?P<UPTO>以下|以内|之内))")
_QUALIFIERS = {"ABOUT": (Qualifier.ABOUT, False), "NEAR": (Qualifier.NEAR, False), "OVER": (Qualifier.OVER, False),
               "UNDER": (Qualifier.UNDER, False), "FROM": (Qualifier.OVER, True), "UPTO": (Qualifier.UNDER, True)}
_NEGATIVE = re.compile(r"(?:(?<![担承抱胜自])负|(?:^|(?<=[\s(:,;、为是率达至幅比长降]))-)$")
_SHARE = re.compile(rf"(?P<of>[十百千万\d]{{1,5}})分之(?=[{CHINESE}\d])")
_SHARE_UNITS = {"百": "%", "千": "‰", "万": "‱", "100": "%", "1000": "‰", "10000": "‱"}
_RANGE = re.compile(r"[ \t]{0,2}(?:至|到|-{1,2}|~)[ \t]{0,2}(?=[\d〇一二三四五六七八九两十])")
_ONE = re.compile(r"[统唯逐之专单同某每进万合上下另前后]$")
_LETTER = re.compile(r"[A-Za-z_@]")
_CLOSING = "”\"』」’"
_OPENING = re.compile(r"[“\"『「‘](?=[^“”\"『』「」‘’]*[^\d\s“”\"『』「」‘’][^“”\"『』「」‘’]*$)")
_NEIGHBOURS = {"两三", "三五"} | {f"{a}{b}" for a, b in zip("一二三四五六七八", "二三四五六七八九", strict=True)}


def find_numerals(text: str) -> list[Numeral]:
    """All numbers of a running text, left to right, none overlapping another, distractors told apart by `kind`.

    Words that merely contain a numeral (统一, 十分) are left out. Takes time proportional to the length of the text and
    never raises.
    """
    folded = fold(text)
    distractors = find_distractors(folded)
    return list(_with_titles(_scan(text, folded, distractors), folded))


def _scan(text: str, folded: str, distractors: list[Distractor]) -> Iterator[Numeral]:
    position, pending = 0, iter([*distractors, Distractor(len(folded), len(folded), "name")])
    for distractor in pending:
        while position < distractor.start:
            start = _START.search(folded, position, distractor.start)
            if start is None:
                break
            numeral, position = _numeral_at(text, folded, start.start(), position, distractor.start)
            if numeral is not None:
                yield numeral
        if distractor.start < len(folded):
            yield _numeral_of(distractor, text, folded)
        position = max(position, distractor.end)


def _numeral_at(text: str, folded: str, at: int, floor: int, limit: int) -> tuple[Numeral | None, int]:
    """The numeral whose digits begin at `at`, reaching back at most to `floor`; and where to go on."""
    share = _SHARE.match(folded, at, limit)
    if share:
        return _share_at(text, folded, share, floor, limit)
    reading = read_number(folded, at, limit)
    if reading is None:
        return None, max(at + 1, _behind_signs(folded, at, limit))
    if reading.spelt and not _counts(folded, reading):
        return None, reading.number_end
    ranged = _range_at(text, folded, reading, limit)
    if ranged is not None:
        return ranged, ranged.end
    numeral = _qualified(text, folded, reading, floor, limit)
    if numeral is None or (reading.bare and numeral.qualifier is Qualifier.EXACT):
        return None, reading.number_end
    return numeral, numeral.end


def _counts(folded: str, reading: Reading) -> bool:
    """False for numeral signs that are part of a word: 统一, 一起, 十分."""
    signs = folded[reading.start:reading.number_end]
    if reading.unit or reading.qualifier is not Qualifier.EXACT:
        if signs == "一" and _ONE.search(folded, max(0, reading.start - 1), reading.start):
            return False
        return not (signs == "一" and reading.unit == "起" and folded[reading.end:reading.end + 1] not in "案行诉复")
    return len(signs) >= 2


def _qualified(text: str, folded: str, reading: Reading, floor: int, limit: int) -> Numeral | None:
    start, end, qualifier, inclusive = reading.start, reading.end, reading.qualifier, False
    value = reading.value
    window = folded[max(floor, start - _LOOK_BACK):start]
    if not reading.spelt and (sign := _NEGATIVE.search(window)) and not reading.too_long:
        start -= len(window) - sign.start()
        value = value.copy_negate()
        window = window[:sign.start()]
    word = _BEFORE.search(window) or (_UP_TO_HUNDREDS.search(window) if reading.bare else None)
    after = None if word else _AFTER.match(folded, end, limit)
    interval = _interval(value, qualifier, reading, False)
    found = word or after
    if found and found.lastgroup and not reading.too_long:
        named, inclusive = _QUALIFIERS[found.lastgroup]
        worded = _interval(value, named, reading, inclusive)
        interval = worded if qualifier is Qualifier.EXACT else _hull(interval, worded)
        qualifier = named if qualifier is Qualifier.EXACT else qualifier
        start, end = start - (len(window) - word.start()) if word else start, after.end() if after else end
    numeral = _build(text, start, end, value, interval, reading, _kind(folded, reading))
    return replace(numeral, qualifier=qualifier)


def _interval(value: Decimal, qualifier: Qualifier, reading: Reading, inclusive: bool) -> Interval:
    if reading.too_long:
        return Interval(value, value)
    return interval_of(value, qualifier, inclusive=inclusive, place=reading.place,
                       percent_decimals=reading.decimals if reading.unit in SHARE_UNITS else None)


def _hull(one: Interval, other: Interval) -> Interval:
    """Both intervals and what lies between, for 约20余次: either word may be the one that is meant."""
    low = min(one, other, key=lambda i: (i.low, i.low_open))
    high = max(one, other, key=lambda i: (i.high, not i.high_open))
    return Interval(low.low, high.high, low.low_open, high.high_open, one.soft or other.soft)


def _build(text: str, start: int, end: int, value: Decimal, interval: Interval, reading: Reading,
           kind: Kind) -> Numeral:
    return Numeral(start, end, text[start:end], value, interval.low, interval.high, interval.low_open,
                   interval.high_open, interval.soft, reading.unit, reading.qualifier, reading.decimals, kind,
                   reading.joined)


def _kind(folded: str, reading: Reading) -> Kind:
    before, behind = folded[max(0, reading.start - 1):reading.start], folded[reading.end:reading.end + 1]
    number_behind = folded[reading.number_end:reading.number_end + 1]
    if reading.too_long or _LETTER.match(before) or _LETTER.match(number_behind):
        return "identifier"
    if reading.unit in DURATION_UNITS:
        return "duration"
    if behind and behind in _CLOSING and _OPENING.search(folded[max(0, reading.start - 20):reading.start]):
        return "name"
    if reading.spelt and not reading.unit and reading.qualifier is Qualifier.EXACT and reading.end - reading.start < 3:
        return "name"
    return "number"


def _share_at(text: str, folded: str, share: re.Match[str], floor: int, limit: int) -> tuple[Numeral | None, int]:
    """百分之三十 is 30 %; other denominators give a fraction, rounded to 28 digits."""
    reading = read_number(folded, share.end(), limit)
    if reading is None:
        return None, share.end()
    reading = replace(reading, start=share.start(), end=reading.number_end, unit="", place=None, spelt=False)
    if share["of"] in _SHARE_UNITS:
        numeral = _qualified(text, folded, replace(reading, unit=_SHARE_UNITS[share["of"]]), floor, limit)
        return numeral, numeral.end if numeral else reading.end
    whole = chinese_integer(share["of"]) if not share["of"].isdigit() else int(share["of"])
    if not whole or reading.too_long:
        return None, reading.end
    value = reading.value / whole
    return _build(text, reading.start, reading.end, value, Interval(value, value), reading, "fraction"), reading.end


def _range_at(text: str, folded: str, first: Reading, limit: int) -> Numeral | None:
    """3至5件: two numbers, the second larger and with a unit, the first without one; or 三五件, neighbouring digits."""
    signs = folded[first.start:first.number_end]
    if signs in _NEIGHBOURS and first.unit in COUNT_UNITS:
        low, high = divmod(first.value, 10)
        return _build(text, first.start, first.end, low, Interval(low, high), first, "range")
    link = _RANGE.match(folded, first.end, limit) if not first.unit and first.qualifier is Qualifier.EXACT else None
    if link is None or first.too_long:
        return None
    second = read_number(folded, link.end(), limit)
    if second is None or second.too_long or second.spelt != first.spelt or second.unit == "":
        return None
    if second.unit not in COUNT_UNITS | MONEY_UNITS | SHARE_UNITS | DURATION_UNITS or first.value >= second.value:
        return None
    kind: Kind = "duration" if second.unit in DURATION_UNITS else "range"
    interval, plain = Interval(first.value, second.value), replace(second, qualifier=Qualifier.EXACT)
    return _build(text, first.start, second.end, first.value, interval, plain, kind)


def _behind_signs(folded: str, at: int, limit: int) -> int:
    """The position behind a run of numeral signs that spells no number."""
    while at < limit and folded[at] in CHINESE:
        at += 1
    return at


def _numeral_of(distractor: Distractor, text: str, folded: str) -> Numeral:
    value = _first_number(folded[distractor.start:distractor.end])
    return Numeral(distractor.start, distractor.end, text[distractor.start:distractor.end], value, value, value,
                   kind=distractor.kind)


def _first_number(folded: str) -> Decimal:
    """The first number of a distractor, which tells years apart; 0 if it spells none."""
    digits = re.search(r"\d[\d ]*", folded)
    if digits:
        return Decimal(digits[0].replace(" ", "")[:MAX_DIGITS])
    signs = re.search(f"[{CHINESE}]+", folded)
    value = chinese_integer(signs[0]) if signs else None
    return Decimal(value or 0)


def _with_titles(numerals: Iterator[Numeral], folded: str) -> Iterator[Numeral]:
    """Quantities inside book marks (《八条措施》) are part of a name."""
    spans = titles(folded)
    starts = [start for start, _ in spans]
    for numeral in numerals:
        index = bisect_right(starts, numeral.start) - 1
        inside = index >= 0 and numeral.end <= spans[index][1]
        yield replace(numeral, kind="name") if inside and numeral.kind in ("number", "range", "duration") else numeral

"""Reads a whole string as one number: `parse_number`, and `parse_cell` for table cells, where a blank is not a zero."""

from __future__ import annotations

import re
from decimal import Decimal

from extractor.label.numerals.characters import MAX_DIGITS, fold
from extractor.label.numerals.chinese import chinese_integer
from extractor.label.numerals.model import CellReading
from extractor.label.numerals.reading import FACTORS, Reading, read_number, shifted
from extractor.label.numerals.units import COUNT_UNITS, MONEY_UNITS, SHARE_UNITS
from extractor.report import Qualifier

_MAX_CELL = 200
_NOT_APPLICABLE = re.compile(r"(?:[-/\\_]{1,6}|无|暂无|没有|不适用|不涉及|[nN]/?[aA])")
_LETTER_ZERO = frozenset("Oo〇○◯ＯｏOo")
_SIMPLE = re.compile(r"\d{1,20}")
_REMARK = re.compile(r"\([^()]*\)$|\([^()]*[\u4e00-\u9fff][^()]*$|\[[^\[\]]*\]$|〔[^〔〕]*〕$|【[^【】]*】$|[*※①-⑳⑴-⒇†‡]+$|注\d?$")
_PREFIX = re.compile(r"(?:(?:共计|合计|总计|共|计|为)[: ]{0,3}){1,2}(?=[\d.一二三四五六七八九两十〇])")
_DOWN = frozenset({"减少", "减", "減少", "減", "↓", "降", "负", "負", "-"})
_SIGN = re.compile(r"(增加|[减減]少|增|[减減]|↑|↓|升|降|[负負]|正|\+|-)[ :了]{0,3}(?=[\d.一二三四五六七八九两十百千〇])")
_ABOUT = re.compile(r"(?:大约|约|近|超过|超|逾|不足|不到)(?=\s?[\d.])")
_DIGIT_GAPS = re.compile(r"(?<=\d)(\s+)(?=\d)")
_MARK_GAPS = re.compile(r"(?<=[\d.,])\s+(?=[\d.,])")
_THREES = re.compile(r"\d{1,3}(?: \d{3})+(?:\.\d+)?(?!\d)")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+")
_WHOLE = re.compile(r"([+-]|负)? ?(?:(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
                    r"([十百千]?万亿?|[十百千]?亿|[百千])?|([〇一二三四五六七八九两十百千万亿廿卅卌]+))")
_TRAILING = ",;。"


def parse_number(text: str) -> Decimal | None:
    """The number that the whole of `text` is, or None: 1,234, １２, 三百三十一, 1.2万, -3. No unit, no qualifier."""
    match = _WHOLE.fullmatch(fold(text).strip())
    if match is None or sum(sign.isdigit() for sign in match[0]) > MAX_DIGITS:
        return None
    number = chinese_integer(match[4]) if match[4] else None
    if match[4] and number is None:
        return None
    value = Decimal(number) if number is not None else _with_power(match[2], match[3] or "")
    return value.copy_negate() if match[1] in ("-", "负") and value != 0 else value


def _with_power(digits: str, multiplier: str) -> Decimal:
    value = Decimal(digits.replace(",", "").replace(" ", ""))
    return shifted(value, sum(FACTORS[sign] for sign in multiplier)) if multiplier else value


def parse_cell(text: str) -> CellReading:
    """A table cell read as a number, with what was written kept beside it.

    Empty cells are `blank`; `/`, `-`, `—`, `无` are `not_applicable`; both have no value. Everything that is not
    clearly one number is `unreadable`. Never raises.
    """
    stripped = text.strip()
    if _SIMPLE.fullmatch(stripped):
        return CellReading(Decimal(stripped), "", text, "number")
    folded = fold(text).strip()
    if not folded:
        return CellReading(None, "", text, "blank")
    if len(folded) > _MAX_CELL:
        return CellReading(None, "", text, "unreadable")
    if stripped in _LETTER_ZERO:
        return CellReading(Decimal(0), "", text, "number", "letter_zero")
    notes: list[str] = []
    body, unit = _without_remark(folded, notes)
    if _NOT_APPLICABLE.fullmatch(re.sub(r"\s", "", body).rstrip(_TRAILING)):
        return CellReading(None, "", text, "not_applicable")
    return _number_cell(text, body, unit, notes)


def _without_remark(folded: str, notes: list[str]) -> tuple[str, str]:
    """The cell without brackets and footnote signs at its end, and the unit if a bracket holds just that."""
    unit = ""
    for _ in range(3):
        match = _REMARK.search(folded)
        if match is None or match.start() == 0:
            break
        inner = match[0][1:].rstrip(")]〕】").strip()  # the last bracket may be lost
        if inner in COUNT_UNITS | MONEY_UNITS | SHARE_UNITS:
            unit = inner
        elif "remark" not in notes:
            notes.append("remark")
        folded = folded[:match.start()].rstrip()
    return folded, unit


def _number_cell(text: str, body: str, unit: str, notes: list[str]) -> CellReading:
    unreadable = CellReading(None, "", text, "unreadable")
    body = _PREFIX.sub("", body, count=1) if _PREFIX.match(body) else body
    sign = _SIGN.match(body)
    if sign:
        body = body[sign.end():]
        if sign[1] == "-" and not any(minus in text for minus in "-－−﹣"):
            notes.append("dash_minus")
    about = _ABOUT.match(body)
    if about:
        body = body[about.end():].lstrip()
        notes.append("qualified")
    if body.endswith(tuple(_TRAILING)) and len(body) > 1:
        body = body.rstrip(_TRAILING).rstrip()
        notes.append("punctuation")
    body = _closed_up(body, notes)
    if "joined" in notes and body.startswith("0"):
        return unreadable
    reading = read_number(body, 0, len(body)) if body and (body[0] in ".0123456789" or _is_spelt(body)) else None
    if reading is None or reading.end != len(body) or reading.too_long or not _acceptable(body, reading):
        return unreadable
    value = reading.value.copy_negate() if sign and sign[1] in _DOWN and reading.value != 0 else reading.value
    return CellReading(value, reading.unit or unit, text, "number", " ".join([*notes, *_remarks(reading)]))


def _is_spelt(body: str) -> bool:
    return body[0] in "〇一二三四五六七八九两十百千廿卅"


def _closed_up(body: str, notes: list[str]) -> str:
    """Digits joined over spaces and line breaks; groups of three are thousands, all else is noted."""
    gaps = [match[1] for match in _DIGIT_GAPS.finditer(body)]
    if gaps and not _THREES.match(body):
        notes.append("line_break" if all("\n" in gap for gap in gaps) else "joined")
    return _MARK_GAPS.sub("", body)


def _acceptable(body: str, reading: Reading) -> bool:
    """False for digits grouped oddly (12,34), dates and durations, and words that begin with a numeral."""
    digits = body[:reading.number_end]
    if not reading.spelt and not _GROUPED.match(digits):
        return False
    return not reading.bare and reading.unit in {"", *COUNT_UNITS, *MONEY_UNITS, *SHARE_UNITS}


def _remarks(reading: Reading) -> list[str]:
    notes = []
    if reading.qualifier is not Qualifier.EXACT:
        notes.append("qualified")
    if reading.place is not None:
        notes.append("rounded")
    if reading.spelt:
        notes.append("chinese")
    return notes

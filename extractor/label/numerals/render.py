"""Writes whole numbers the ways that reports write them; the inverse of `parse_number`."""

from __future__ import annotations

_DIGITS, _FORMAL_DIGITS = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
_UNITS, _FORMAL_UNITS = ("", "十", "百", "千"), ("", "拾", "佰", "仟")
LARGEST = 10**16 - 1


def to_arabic(number: int, *, mark: str = "", full_width: bool = False) -> str:
    """Arabic digits, in groups of three set apart by `mark` (`,` or a space), in full width if asked for."""
    text = f"{number:,}".replace(",", mark)
    if full_width:
        text = "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in text)
    return text


def to_chinese(number: int, *, formal: bool = False) -> str:
    """Chinese numerals, 0 to `LARGEST`: 105 is 一百零五, formally 壹佰零伍; 12 is 十二, formally 壹拾贰."""
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} is not between 0 and {LARGEST}")
    digits, units = (_FORMAL_DIGITS, _FORMAL_UNITS) if formal else (_DIGITS, _UNITS)
    if number == 0:
        return digits[0]
    high, low = divmod(number, 10**8)
    text = _below_100_million(low, digits, units)
    if high:
        gap = digits[0] if low and low < 10**7 else ""
        text = _below_100_million(high, digits, units) + "亿" + gap + text
    return text if formal or not text.startswith("一十") else text[1:]


def _below_100_million(number: int, digits: str, units: tuple[str, ...]) -> str:
    high, low = divmod(number, 10**4)
    text = _section(low, digits, units)
    if high:
        gap = digits[0] if low and low < 1000 else ""
        text = _section(high, digits, units) + "万" + gap + text
    return text


def _section(number: int, digits: str, units: tuple[str, ...]) -> str:
    """A number below 10,000; empty for 0."""
    parts: list[str] = []
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            parts.append(digits[digit] + units[place])
        elif parts and parts[-1] != digits[0]:
            parts.append(digits[0])
    return "".join(parts).rstrip(digits[0])

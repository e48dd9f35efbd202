"""Ordinal numbers as word processors and browsers print them before the items of automatic lists."""

from __future__ import annotations

DIGITS = "〇一二三四五六七八九"
FORMAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
LARGEST_SPELT = 9999
"""Larger numbers are printed in Arabic digits: no list is that long."""

_UNITS = ("", "十", "百", "千")
_FORMAL_UNITS = ("", "拾", "佰", "仟")
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
          (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
# First character and count of the Unicode ranges of enclosed numbers.
_ENCLOSED = {
    "decimalEnclosedCircle": ("①", 20), "decimalEnclosedCircleChinese": ("①", 20), "decimalEnclosedParen": ("⑴", 20),
    "decimalEnclosedFullstop": ("⒈", 20), "ideographEnclosedCircle": ("㊀", 10),
}
_SPELT = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting",
          "taiwaneseCountingThousand", "koreanCounting")
_FORMAL = ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal")


def ordinal(number: int, style: str) -> str:
    """`number` in a numbering style, named as in Office Open XML (ECMA-376 part 1, 17.18.59 ST_NumberFormat).

    `bullet` and `none` give nothing; styles that no Chinese report uses, and numbers a style has no sign for, are
    printed in Arabic digits.
    """
    if style in ("bullet", "none"):
        return ""
    if not 0 < number <= LARGEST_SPELT:
        return str(number)
    if style in _SPELT:
        return spelt(number)
    if style in _FORMAL:
        return spelt(number, FORMAL_DIGITS, _FORMAL_UNITS, bare_ten=False)
    if style in _ENCLOSED:
        first, count = _ENCLOSED[style]
        return chr(ord(first) + number - 1) if number <= count else str(number)
    return _other(number, style)


def spelt(number: int, digits: str = DIGITS, units: tuple[str, ...] = _UNITS, bare_ten: bool = True) -> str:
    """`number` (1 to 9999) in Chinese numerals: 12 is 十二, 105 is 一百〇五; 10 to 19 lose their 一 if `bare_ten`."""
    parts: list[str] = []
    figures = str(number)
    for position, figure in enumerate(figures):
        unit = units[len(figures) - 1 - position]
        if figure != "0":
            parts.append(digits[int(figure)] + unit)
        elif parts and parts[-1] != digits[0]:
            parts.append(digits[0])
    text = "".join(parts).rstrip(digits[0])
    return text[1:] if bare_ten and 10 <= number < 20 else text


def _other(number: int, style: str) -> str:
    match style:
        case "upperLetter":
            return _letters(number)
        case "lowerLetter":
            return _letters(number).lower()
        case "upperRoman":
            return _roman(number)
        case "lowerRoman":
            return _roman(number).lower()
        case "decimalZero":
            return f"{number:02d}"
        case "decimalFullWidth" | "decimalFullWidth2":
            return "".join(chr(ord("０") + int(figure)) for figure in str(number))
        case "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital":
            return "".join(DIGITS[int(figure)] for figure in str(number))
        case "ideographTraditional":
            return STEMS[number - 1] if number <= len(STEMS) else str(number)
        case "ideographZodiac":
            return BRANCHES[number - 1] if number <= len(BRANCHES) else str(number)
    return str(number)


def _letters(number: int) -> str:
    """A to Z, then AA, BB and so on, as Word counts."""
    times, letter = divmod(number - 1, 26)
    return chr(ord("A") + letter) * min(times + 1, 10)


def _roman(number: int) -> str:
    parts = []
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        parts.append(sign * times)
    return "".join(parts)

"""Folds the signs that reports write numbers with (full-width, formal, traditional) into one, a sign for a sign."""

from __future__ import annotations

MAX_DIGITS = 24
"""A longer run of digits is an identifier (a bank account, a mangled table), not a quantity that anybody counted."""

_WIDE = {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)}
_DASHES = dict.fromkeys("‐‑‒–—―─−﹣", "-")
_FORMAL = dict(zip("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千", strict=True))
_TRADITIONAL = dict(zip("弐貳參陸萬億兩", "二二三六万亿两", strict=True))
_OTHER = {**dict.fromkeys("零○◯", "〇"), **dict.fromkeys("∕⁄", "/"), **dict.fromkeys("～〜∼", "~"),
          "﹪": "%", "﹒": ".", "﹐": ",", **dict.fromkeys("\u00a0\u3000\u2009\u202f\ufeff\u200b", " ")}
_FOLD = str.maketrans({**_WIDE, **_DASHES, **_FORMAL, **_TRADITIONAL, **_OTHER})

DIGITS = "〇一二三四五六七八九"
CHINESE = "〇一二三四五六七八九两十百千万亿廿卅卌"
DIGIT_VALUES = {**{sign: value for value, sign in enumerate(DIGITS)}, "两": 2}


def fold(text: str) -> str:
    """`text` with every number sign in its plain form; as long as `text`, so that positions stay valid.

    Full-width ASCII becomes ASCII, every dash `-`, formal and traditional numerals (壹, 萬) the everyday ones,
    零 becomes 〇, and every space ` ` (line breaks stay).
    """
    return text.translate(_FOLD)

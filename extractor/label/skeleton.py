"""A paragraph reduced to what prose patterns look at: no spaces, plain punctuation, a sign for each number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractor.label.numerals import Numeral, find_numerals
from extractor.label.numerals.characters import fold
from extractor.label.numerals.units import SHARE_UNITS
from extractor.spelling import readings, simplified

NUMBER, SHARE, YEAR, OTHER = "#", "%", "@", "&"
"""A quantity, a percentage, a year or a date with one, and every other number (documents, telephones, durations)."""

_PUNCTUATION = str.maketrans(",;:()!?|", "，；：（）！？，")
_DROPPED = frozenset("“”\"'‘’「」『』*_`")
_RESERVED = frozenset((NUMBER, SHARE, YEAR, OTHER))
_TITLE = re.compile(r"《[^《》\n]{1,120}》")
_JOIN = "(?:、|以及|(?<!法人)和|(?<![涉以普])及(?!时)|(?<!参)与|(?<!法人)或(?!者))"
# 涉及, 及时, 参与 and 法人或其他组织 are words of their own.
_NAMES = f"(?P<names>[^，。；：（）{NUMBER}{SHARE}{OTHER}]{{2,60}}?)"
_SEVERAL = re.compile(rf"{_NAMES}分别(?P<verb>[^，。；：（）{NUMBER}、]{{0,8}})"
                      rf"(?P<numbers>{NUMBER}(?:(?:[，、]|以及|和|及|与){NUMBER}){{1,9}})")
_EACH = re.compile(rf"{_NAMES}(?:(?:均|都|皆)?各(?:为|有|是)?|均为|都为|均是)(?P<numbers>{NUMBER})")
_BOTH_NONE = re.compile(rf"(?P<names>行政复议{_JOIN}{{1,2}}(?:行政)?诉讼)"
                        rf"(?:案件|案|申请|情况|数量|数|均|为|共|有|计){{0,4}}(?P<numbers>{NUMBER})")


@dataclass(frozen=True, slots=True)
class Sign:
    """One character of a skeleton and the characters of the paragraph that it stands for."""

    char: str
    start: int
    end: int
    numeral: Numeral | None = None


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The signs of a paragraph, and their characters as one string for regular expressions."""

    signs: tuple[Sign, ...]
    text: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the paragraph that signs `start` to `end` come from."""
        part = self.signs[start:end]
        return min(sign.start for sign in part), max(sign.end for sign in part)

    def numeral(self, index: int) -> Numeral:
        numeral = self.signs[index].numeral
        if numeral is None:
            raise ValueError(f"no number at {index}")
        return numeral


def skeleton(text: str) -> Skeleton:
    """The skeleton of a paragraph; lists that share their numbers are written out.

    `A、B分别为3件和5件` becomes `A#、B#`, and so does `A和B各1篇`, the same number standing twice. Titles in book
    marks are emptied, for what they name did not happen.
    """
    signs = _signs(text)
    for pattern in (_SEVERAL, _EACH, _BOTH_NONE):
        signs = _written_out(signs, pattern)
    return _skeleton(signs)


def _skeleton(signs: Sequence[Sign]) -> Skeleton:
    return Skeleton(tuple(signs), "".join(sign.char for sign in signs))


def _signs(text: str) -> list[Sign]:
    text = simplified(text)
    folded = fold(text).translate(_PUNCTUATION)
    hidden = bytearray(len(folded))
    for start, end in readings(text):
        hidden[start:end] = b"\x01" * (end - start)
    for match in _TITLE.finditer(folded):
        hidden[match.start() + 1:match.end() - 1] = b"\x01" * (len(match[0]) - 2)
    signs: list[Sign] = []
    position = 0
    for numeral in [*find_numerals(text), None]:
        end = numeral.start if numeral else len(text)
        signs += _plain_signs(folded, position, end, hidden)
        if numeral is None:
            break
        if not hidden[numeral.start]:
            signs.append(Sign(_sign_of(numeral), numeral.start, numeral.end, numeral))
        position = numeral.end
    return signs


def _plain_signs(folded: str, start: int, end: int, hidden: bytearray) -> list[Sign]:
    signs = []
    for index in range(start, end):
        char = folded[index]
        if char.isspace() or char in _DROPPED or hidden[index]:
            continue
        signs.append(Sign("＿" if char in _RESERVED else char, index, index + 1))
    return signs


def _sign_of(numeral: Numeral) -> str:
    if numeral.kind in ("number", "range"):
        return SHARE if numeral.unit in SHARE_UNITS or numeral.unit == "倍" else NUMBER
    return YEAR if numeral.kind in ("year", "date") and 1990 <= numeral.value <= 2099 else OTHER


def _written_out(signs: list[Sign], pattern: re.Pattern[str]) -> list[Sign]:
    """The signs with each list that `pattern` finds turned into name and number, name and number."""
    text = "".join(sign.char for sign in signs)
    result: list[Sign] = []
    position = 0
    for match in pattern.finditer(text):
        names = _names(match)
        numbers = [sign for sign in signs[match.start("numbers"):match.end("numbers")] if sign.char == NUMBER]
        one = len(numbers) == 1
        if pattern is _BOTH_NONE and numbers[0].numeral is not None and numbers[0].numeral.value != 0:
            continue
        if len(names) < 2 or not (one or len(numbers) == len(names)):
            continue
        verb = signs[match.start("verb"):match.end("verb")] if "verb" in pattern.groupindex else []
        result += signs[position:match.start("names")]
        for index, (start, end) in enumerate(names):
            number = numbers[0 if one else index]
            result += [*signs[start:end], *verb, number]
            if index < len(names) - 1:
                result.append(replace(number, char="、", numeral=None))
        position = match.end()
    return [*result, *signs[position:]]


def _names(match: re.Match[str]) -> list[tuple[int, int]]:
    """The spans of the names in a list, empty ones left out."""
    offset, names = match.start("names"), match["names"]
    spans: list[tuple[int, int]] = []
    position = 0
    for link in re.finditer(_JOIN, names):
        spans.append((offset + position, offset + link.start()))
        position = link.end()
    spans.append((offset + position, offset + len(names)))
    return [(start, end) for start, end in spans if end > start]

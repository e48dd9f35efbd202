"""Texts as the model's tokens: a token a character, one for a whole number, years relative to the report's.

What a number counts does not depend on its digits, so the digits of a quantity become one token (nought another), those
of look-alikes a third, and a year says how far it lies from the report's. The number grammar (`extractor.label.numerals`)
tells which is which. Takes time and memory proportional to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractor.label.numerals import Numeral, find_numerals
from extractor.label.numerals.characters import CHINESE, fold
from extractor.spelling import readings, simplified

PAD, START, END, UNKNOWN = "[PAD]", "[CLS]", "[SEP]", "[UNK]"
NUMBER, NOUGHT, LOOK_ALIKE = "[N]", "[0]", "[X]"
THIS_YEAR, LAST_YEAR, EARLIER, NEXT_YEAR, LATER, SOME_YEAR = "[Y0]", "[Y-1]", "[Y-]", "[Y+1]", "[Y+]", "[Y]"
SECTIONS = tuple(f"[S{number}]" for number in range(7))
TABLES = {"disclosure": "[T2]", "requests": "[T3]", "disputes": "[T4]"}
CELL = "[CELL]"
SPECIAL = (PAD, START, END, UNKNOWN, NUMBER, NOUGHT, LOOK_ALIKE, THIS_YEAR, LAST_YEAR, EARLIER, NEXT_YEAR, LATER,
           SOME_YEAR, *SECTIONS, *TABLES.values(), CELL)
"""The tokens that are no characters, in the order of their numbers."""

QUANTITIES = ("number", "range", "fraction")
"""Kinds of numerals that may be figures."""
WINDOW, OVERLAP = 192, 64
"""Tokens of prose that the model sees at once, and by how many two windows of a long paragraph overlap."""
HEADING = 20
"""Tokens of a heading that are put before its paragraphs."""
LABEL = 28
"""Characters of a header cell that the model sees."""
TABLE_TOKENS = 500
"""Tokens of a table's headers that the model sees at once."""

Box = tuple[int, int, int, int]
NO_BOX: Box = (0, 0, 0, 0)

_DIGITS = re.compile(rf"[\d{CHINESE}][\d{CHINESE}., ]*")
_YEAR = re.compile(r"[12] ?[09] ?\d ?\d")
_WORDS = re.compile(r"[未无没零均皆悉]|不(?:存在|曾)|都(?!市|会)|全(?:部|都|数|为|由|是|系|属|来)|一律|一概"
                    r"|已[^，。]{0,10}[办答回]|百分之百")
"""What a paragraph without a number must hold to state a figure all the same."""


class Vocabulary:
    """Tokens and their numbers."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tuple(tokens)
        self._numbers = {token: number for number, token in enumerate(self.tokens)}
        self.unknown = self._numbers[UNKNOWN]
        self.padding = self._numbers[PAD]

    def __len__(self) -> int:
        return len(self.tokens)

    def number(self, token: str) -> int:
        return self._numbers.get(token, self.unknown)

    def numbers(self, tokens: Sequence[str]) -> list[int]:
        get, unknown = self._numbers.get, self.unknown
        return [get(token, unknown) for token in tokens]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A numeral that may be a figure, and its tokens `start` to `end`."""

    numeral: Numeral
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ProseTokens:
    """A paragraph's tokens, the characters that each stands for (start, end), and the quantities among them.

    `years` holds (token, year) of each year.
    """

    tokens: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    quantities: tuple[Quantity, ...]
    years: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The tokens that stand for characters `start` to `end`; None if there are none."""
        inside = [index for index, (first, last) in enumerate(self.places) if first < end and start < last]
        return (inside[0], inside[-1] + 1) if inside else None


def may_hold_figures(text: str, tokens: ProseTokens) -> bool:
    """False for a paragraph that can state no figure: neither a quantity nor words such as 未, 无, 均."""
    return bool(tokens.quantities) or _WORDS.search(text) is not None


def prose_tokens(text: str, year: int | None) -> ProseTokens:
    """The tokens of a paragraph of the report of `year` (None if it is unknown)."""
    plain = fold(simplified(text))
    hidden = {at for start, end in readings(text) for at in range(start, end)}
    draft = _Draft(plain, hidden, year)
    for numeral in find_numerals(text):
        draft.characters(numeral.start)
        draft.numeral(numeral)
    draft.characters(len(plain))
    return ProseTokens(tuple(draft.tokens), tuple(draft.places), tuple(draft.quantities), tuple(draft.years))


class _Draft:
    """Tokens of a paragraph as they are written, left to right."""

    def __init__(self, plain: str, hidden: set[int], year: int | None) -> None:
        self.plain = plain
        self.tokens: list[str] = []
        self.places: list[tuple[int, int]] = []
        self.quantities: list[Quantity] = []
        self.years: list[tuple[int, int]] = []
        self._hidden = hidden
        self._year = year
        self._at = 0

    def characters(self, end: int) -> None:
        """A token for each character up to `end`."""
        for at in range(self._at, end):
            char = self.plain[at]
            if not char.isspace() and at not in self._hidden:
                self._add(LOOK_ALIKE if char.isdigit() else char, at, at + 1)
        self._at = max(self._at, end)

    def numeral(self, numeral: Numeral) -> None:
        """Runs of digits as one token each, the rest of the numeral (余, 件) character by character."""
        first = len(self.tokens)
        quantity = numeral.kind in QUANTITIES
        if numeral.kind in ("year", "date"):
            self._dated(numeral)
        for match in _DIGITS.finditer(self.plain, self._at, numeral.end):
            self.characters(match.start())
            token = LOOK_ALIKE if not quantity else NUMBER if numeral.value else NOUGHT
            self._add(token, match.start(), match.end())
            self._at = match.end()
        self.characters(numeral.end)
        if quantity and len(self.tokens) > first:
            self.quantities.append(Quantity(numeral, first, len(self.tokens)))

    def _dated(self, numeral: Numeral) -> None:
        """The years of a date; what follows them is left to come."""
        for match in _YEAR.finditer(self.plain, self._at, numeral.end):
            if match.start() < self._at or self.plain[match.end():match.end() + 1].isdigit():
                continue
            self.characters(match.start())
            year = int(match[0].replace(" ", ""))
            self.years.append((len(self.tokens), year))
            self._add(self._relative(year), match.start(), match.end())
            self._at = match.end()

    def _relative(self, year: int) -> str:
        if self._year is None:
            return SOME_YEAR
        known = {0: THIS_YEAR, -1: LAST_YEAR, 1: NEXT_YEAR}
        apart = year - self._year
        return known.get(apart, EARLIER if apart < 0 else LATER)

    def _add(self, token: str, start: int, end: int) -> None:
        self.tokens.append(token)
        self.places.append((start, end))


def windows(length: int) -> Iterator[tuple[int, int]]:
    """Overlapping stretches of `length` tokens that the model sees one by one."""
    start = 0
    while True:
        end = min(length, start + WINDOW)
        yield start, end
        if end == length:
            return
        start = end - OVERLAP


def prose_prefix(section: int, heading: str) -> list[str]:
    """The tokens before a window of prose: the section, and the heading if it says more than the section's own."""
    words = [char for char in fold(simplified(heading)) if not char.isspace()][:HEADING]
    return [START, SECTIONS[section if 0 <= section < len(SECTIONS) else 0], *words, END]


@dataclass(frozen=True, slots=True)
class HeaderTokens:
    """A table's header cells as tokens with a box each (0 to 1000, all 0: none); `cells` are each cell's (start, end).

    `first` is the number of the first cell among those given.
    """

    tokens: tuple[str, ...]
    boxes: tuple[Box, ...]
    cells: tuple[tuple[int, int], ...]
    first: int = 0


def header_tokens(table: str, cells: Sequence[tuple[str, Box]]) -> Iterator[HeaderTokens]:
    """The header cells of the statutory table `table`, in reading order; large tables in several parts."""
    opening = [START, TABLES.get(table, UNKNOWN)]
    tokens, boxes, spans, first = list(opening), [NO_BOX] * 2, list[tuple[int, int]](), 0
    for number, (text, box) in enumerate(cells):
        words = [CELL, *[char for char in fold(simplified(text)) if not char.isspace()][:LABEL]]
        if len(tokens) + len(words) > TABLE_TOKENS:
            yield HeaderTokens(tuple(tokens), tuple(boxes), tuple(spans), first)
            tokens, boxes, spans, first = list(opening), [NO_BOX] * 2, [], number
        spans.append((len(tokens), len(tokens) + len(words)))
        tokens += words
        boxes += [box] * len(words)
    if spans:
        yield HeaderTokens(tuple(tokens), tuple(boxes), tuple(spans), first)


def labels_of_heads(heads: Mapping[str, Sequence[str]]) -> dict[str, slice]:
    """Where each head's scores stand in the model's output, the heads one behind the other."""
    places, start = {}, 0
    for name, labels in heads.items():
        places[name] = slice(start, start + len(labels))
        start += len(labels)
    return places

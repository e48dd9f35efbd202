"""What a prose figure may mean by the tables: the admissible expressions of `prose.toml`, and what they come to."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

from extractor.fields import Dictionary
from extractor.fields import load as load_dictionary
from extractor.reconcile.rules import Term, parse_side
from extractor.report import Figure, Value

DISPUTES = ("review", "litigation", "litigation.direct", "litigation.after_review")
_PLACEHOLDERS = {"{outcome}": "(?P<outcome>upheld|corrected|other|pending)", "{column}": r"(?P<column>[a-z_]+)",
                 "{dispute}": f"(?P<dispute>{'|'.join(re.escape(row) for row in DISPUTES)})"}
_KEYS = frozenset({"prose", "admissible", "when", "implied"})


class MeaningError(ValueError):
    """`prose.toml` contradicts itself or the dictionary; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A sum of fields or derived rows, as a figure may mean it."""

    text: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One entry of `prose.toml`, its pattern ready to match field ids."""

    field: re.Pattern[str]
    admissible: tuple[str, ...]
    when: re.Pattern[str] | None
    implied: bool


@dataclass(frozen=True, slots=True)
class Amount:
    """What an expression comes to by the tables, blanks taken as 0; `complete` if none was blank or unread."""

    expression: Expression
    total: Decimal
    complete: bool
    fields: tuple[str, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Meanings:
    """The entries in order, and the dictionary that they speak of."""

    entries: tuple[Meaning, ...]
    dictionary: Dictionary

    def expressions(self, figure: Figure, words: str = "") -> tuple[Expression, ...]:
        """What the figure may mean, the plainest meaning first; empty where no field of a table is concerned.

        `words` are those around the figure, where more is known than the figure's own text.
        """
        name = figure.field or ""
        for entry in self.entries:
            match = entry.field.fullmatch(name)
            if match is None or (entry.implied and not figure.implied):
                continue
            if entry.when is not None and not entry.when.search(words or figure.text):
                continue
            filled = (_filled(text, match.groupdict()) for text in entry.admissible)
            return tuple(Expression(text, parse_side(text)) for text in filled)
        return (Expression(name, parse_side(name)),) if self.known(name) else ()

    def known(self, name: str) -> bool:
        """Whether a table, or a sum over one, holds the field."""
        return name in self.dictionary.fields or bool(self._rows(name))

    def amounts(self, figure: Figure, values: Mapping[str, Value], words: str = "") -> tuple[Amount, ...]:
        """What each meaning comes to in this report; meanings of which it has no cell are left out."""
        found = (self.amount(expression, values) for expression in self.expressions(figure, words))
        return tuple(amount for amount in found if amount is not None)

    def amount(self, expression: Expression, values: Mapping[str, Value]) -> Amount | None:
        """What an expression comes to; None where the report has no cell of its first term."""
        total, complete, fields, unit = Decimal(0), True, list[str](), ""
        for index, term in enumerate(expression.terms):
            cells = self.cells(term.pattern, values)
            if not cells and index == 0:
                return None
            for name in cells:
                number, known = _number(name, values)
                total += term.sign * number
                complete = complete and known
                unit = unit or values[name].unit
            fields += cells
        return Amount(expression, total, complete, tuple(fields), unit)

    def sum_of(self, *names: str) -> Expression:
        """The sum of fields or derived rows as an expression."""
        text = " + ".join(names)
        return Expression(text, parse_side(text))

    def cells(self, name: str, values: Mapping[str, Value]) -> tuple[str, ...]:
        """The fields of the report that add up to a field: itself, or those of a derived row."""
        if name in values:
            return (name,)
        return tuple(cell for row in self._rows(name) for cell in self.cells(row, values))

    def _rows(self, name: str) -> tuple[str, ...]:
        """The fields that a derived field is the sum of."""
        row, _, column = name.rpartition(".")
        for derived in self.dictionary.derived:
            if derived.id == row:
                return tuple(f"{part}.{column}" for part in derived.rows)
        return ()


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return text


def _number(name: str, values: Mapping[str, Value]) -> tuple[Decimal, bool]:
    """A cell's number and whether it is filled in; of a blank total the sum of what its row holds."""
    number = values[name].value
    if number is not None:
        return number, True
    row, _, column = name.rpartition(".")
    if column != "total":
        return Decimal(0), False
    parts = (value.value for field, value in values.items() if field != name and field.rpartition(".")[0] == row)
    return sum((part for part in parts if part is not None), Decimal(0)), False


def parse(text: str, dictionary: Dictionary) -> Meanings:
    """The meanings of a TOML text; raises `MeaningError` where it names what does not exist."""
    book = Meanings(tuple(_meaning(entry) for entry in tomllib.loads(text)["meanings"]), dictionary)
    for entry in book.entries:
        for name in (term.pattern for text in entry.admissible for term in _instances(text)):
            if not book.known(name):
                raise MeaningError(f"{entry.field.pattern!r} may not mean the unknown {name!r}")
    return book


def _meaning(raw: Mapping[str, Any]) -> Meaning:
    if unknown := set(raw) - _KEYS:
        raise MeaningError(f"{raw.get('prose')!r} has unknown keys {sorted(unknown)}")
    if not raw["admissible"]:
        raise MeaningError(f"{raw['prose']!r} may mean nothing")
    pattern = re.escape(raw["prose"]).replace(r"\{", "{").replace(r"\}", "}")
    for placeholder, words in _PLACEHOLDERS.items():
        pattern = pattern.replace(placeholder, words)
    when = re.compile(raw["when"]) if "when" in raw else None
    return Meaning(re.compile(pattern), tuple(raw["admissible"]), when, raw.get("implied", False))


def _instances(text: str) -> Iterator[Term]:
    """The terms of an expression for one column and every kind of dispute."""
    for dispute in DISPUTES:
        yield from parse_side(_filled(text, {"column": "total", "dispute": dispute, "outcome": "upheld"}))


@lru_cache(maxsize=1)
def load() -> Meanings:
    """The meanings that ship with the product."""
    text = resources.files(__package__).joinpath("prose.toml").read_text("utf8")
    return parse(text, load_dictionary())

"""Loads `prose.toml`: the pattern rules of the baseline prose labeller."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

_WORD = re.compile(r"(?<!\?P)<(\w+)>")
_MAX_NESTING = 4


class PatternError(ValueError):
    """`prose.toml` contradicts itself; the message names the rule."""


class Pattern:
    """A regular expression that is compiled when it is first used: most reports need few of them."""

    __slots__ = ("_compiled", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self._compiled: re.Pattern[str] | None = None

    @property
    def compiled(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self.source)
        return self._compiled


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of `prose.toml`, whose head explains the fields. `units` is None where any unit fits."""

    field: str
    patterns: tuple[Pattern, ...]
    also: str = ""
    key: tuple[str, ...] = ()
    field_2019: str = ""
    units: frozenset[str] | None = None
    needs: Pattern | None = None
    needs_near: Pattern | None = None
    unless: Pattern | None = None
    year: str = ""
    subset: str = ""
    sure: float = 0.9
    parts: bool = False
    none: bool = False
    unit: str = "件"

    def concerns(self, text: str) -> bool:
        """False if the rule cannot match in a text."""
        return not self.key or any(word in text for word in self.key)


@dataclass(frozen=True, slots=True)
class Implied:
    """Words that give `field` the number of the nearest figure before them that states one of `of`."""

    field: str
    of: frozenset[str]
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Patterns:
    """All rules, in order of precedence."""

    rules: tuple[Rule, ...]
    implied: tuple[Implied, ...]


def parse(text: str) -> Patterns:
    """The rules of a TOML text; raises `PatternError` for unknown words, units and keys."""
    raw = tomllib.loads(text)
    words, units = raw["words"], {name: frozenset(members) for name, members in raw["units"].items()}
    implied = tuple(Implied(item["field"], frozenset(item["of"]), _patterns(item["patterns"], words, item["field"]))
                    for item in raw.get("implied", ()))
    return Patterns(tuple(_rule(item, words, units) for item in raw["rules"]), implied)


@lru_cache(maxsize=1)
def load() -> Patterns:
    """The rules that ship with the product."""
    return parse(resources.files(__package__).joinpath("prose.toml").read_text("utf8"))


def compile_all(patterns: Patterns) -> None:
    """Compiles every pattern, which is otherwise done on first use; raises `PatternError` for a faulty one."""
    for rule in patterns.rules:
        for condition in (rule.needs, rule.needs_near, rule.unless):
            if condition is not None:
                _check(condition, rule.field)
        for pattern in rule.patterns:
            _check(pattern, rule.field)
            if ("n" in pattern.compiled.groupindex) == rule.none:
                raise PatternError(f"rule {rule.field!r}: pattern {pattern.source!r}: N and `none` exclude each other")
    for implied in patterns.implied:
        for pattern in implied.patterns:
            _check(pattern, implied.field)


def _check(pattern: Pattern, name: str) -> None:
    try:
        _ = pattern.compiled
    except re.error as error:
        raise PatternError(f"rule {name!r}: pattern {pattern.source!r}: {error}") from error


def _rule(raw: Mapping[str, Any], words: Mapping[str, str], units: Mapping[str, frozenset[str]]) -> Rule:
    item = dict(raw)
    name = item.pop("field")
    try:
        patterns = _patterns(item.pop("patterns"), words, name)
        for key in ("needs", "needs_near", "unless"):
            if key in item:
                item[key] = _pattern(item[key], words, name)
        if "units" in item:
            item["units"] = units[item["units"]]
        item["key"] = tuple(item.get("key", "").split("|")) if item.get("key") else ()
        return Rule(field=name, patterns=patterns, **item)
    except (KeyError, TypeError) as error:
        raise PatternError(f"rule {name!r}: {error}") from error


def _patterns(patterns: list[str], words: Mapping[str, str], name: str) -> tuple[Pattern, ...]:
    return tuple(_pattern(pattern, words, name) for pattern in patterns)


def _pattern(pattern: str, words: Mapping[str, str], name: str) -> Pattern:
    text = pattern
    for _ in range(_MAX_NESTING):
        try:
            text = _WORD.sub(lambda match: words[match[1]], text)
        except KeyError as error:
            raise PatternError(f"rule {name!r}: unknown word {error}") from error
    return Pattern(text.replace("N", "(?P<n>#)"))

"""Loads `rules.toml` and checks it against the dictionary of fields: the relations as data, parsed and validated."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, cast, get_args

from extractor.fields import Dictionary, TableSpec
from extractor.fields import load as load_dictionary
from extractor.report import Severity

Per = Literal["column", "row", "once", "field", "figure"]
SideName = Literal["left", "right"]
Strength = Literal["hard", "soft"]
Check = Literal["present", "whole", "not_negative"]

_TERM = re.compile(r"\s*([+-]?)\s*(?:sum\(\s*([a-z0-9_.{}]+)\s*\)|([a-z0-9_.{}]+))\s*")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
PREVIOUS = "previous."
"""Stands before a field of the same body's report of the year before, in the relations between years."""
_KEYS = frozenset({"id", "table", "per", "relation", "checks", "formula", "stated", "where", "except", "severity", "strength",
                   "prior", "templates", "source"})


class RuleBookError(ValueError):
    """The rule book contradicts itself or the dictionary; the message names the rule."""


@dataclass(frozen=True, slots=True)
class Prior:
    """How often real tables broke a rule: `broken` of `of` looked at."""

    broken: int
    of: int

    @property
    def probability(self) -> float:
        """Jeffreys' estimate (k + 1/2) / (n + 1): never 0, however few tables were looked at."""
        return (self.broken + 0.5) / (self.of + 1)


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a side: a field id with placeholders; `summed` says that it runs over a set."""

    sign: int
    pattern: str
    summed: bool

    @property
    def placeholders(self) -> tuple[str, ...]:
        return tuple(_PLACEHOLDER.findall(self.pattern))


@dataclass(frozen=True, slots=True)
class Relation:
    """An equation between two sums of terms; `text` is how the rule book writes it."""

    text: str
    left: tuple[Term, ...]
    right: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class SetSpec:
    """What a placeholder inside `sum(…)` runs over: columns of a table, or its rows under a group."""

    id: str
    table: str
    columns: bool
    under: str
    without: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: a `relation`, `checks` (by kind of field), or for prose a `formula`; and all that a finding says of it.

    A formula is for people to read: what figures of prose are held against, `prose.toml` says.
    """

    id: str
    per: Per
    table: str
    relation: Relation | None
    checks: Mapping[str, tuple[Check, ...]]
    stated: SideName
    where: str
    without: frozenset[str]
    severity: Severity
    strength: Strength
    prior: Prior
    templates: frozenset[str]
    source: str
    formula: str = ""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything that `rules.toml` says, in its order.

    `rules` hold inside the tables of one report, `prose` between its prose and its tables, `history` between reports.
    """

    version: str
    rules: tuple[Rule, ...]
    sets: Mapping[str, SetSpec]
    prose: tuple[Rule, ...] = ()
    history: tuple[Rule, ...] = ()

    @property
    def every(self) -> tuple[Rule, ...]:
        return (*self.rules, *self.prose, *self.history)

    def rule(self, rule_id: str) -> Rule:
        return next(rule for rule in self.every if rule.id == rule_id)


def parse_relation(text: str) -> Relation:
    """The relation that `text` writes, for example `a.{column} + b.{column} = sum({set}.{column})`.

    Raises `RuleBookError` unless it is one equation between two sums of field ids.
    """
    sides = text.split("=")
    if len(sides) != 2:
        raise RuleBookError(f"{text!r} is not one equation")
    return Relation(text, parse_side(sides[0], text), parse_side(sides[1], text))


def parse_side(text: str, relation: str = "") -> tuple[Term, ...]:
    """The terms of one sum, `a.{column} - b.{column}`; `relation` is what an error quotes, the sum itself if empty.

    Raises `RuleBookError` where it cannot be read.
    """
    relation = relation or text
    terms: list[Term] = []
    position = 0
    while position < len(text.rstrip()):
        match = _TERM.match(text, position)
        if match is None or (terms and not match[1]):
            raise RuleBookError(f"{relation!r} cannot be read at {text[position:].strip()!r}")
        terms.append(Term(-1 if match[1] == "-" else 1, match[2] or match[3], match[2] is not None))
        position = match.end()
    if not terms:
        raise RuleBookError(f"{relation!r} has an empty side")
    return tuple(terms)


def group_of(table: TableSpec, row_id: str) -> Iterator[str]:
    """The groups that a row stands under, innermost first."""
    under = table.row(row_id).under
    while under is not None:
        yield under
        under = table.group(under).under


def members(spec: SetSpec, dictionary: Dictionary) -> tuple[str, ...]:
    """All rows or columns that a set may run over, in the order of the table."""
    table = dictionary.table(spec.table)
    if spec.columns:
        return tuple(column.id for column in table.columns if column.id not in spec.without)
    return tuple(row.id for row in table.rows
                 if spec.under in group_of(table, row.id) and row.id not in spec.without)


def parse(text: str, dictionary: Dictionary) -> RuleBook:
    """A rule book from TOML text; raises `RuleBookError` where it is malformed or names what does not exist."""
    raw = tomllib.loads(text)
    sets = {name: _set(name, spec, dictionary) for name, spec in raw["sets"].items()}
    rules, prose, history = (tuple(_rule(entry, dictionary) for entry in raw.get(part, ()))
                             for part in ("rules", "prose", "history"))
    book = RuleBook(raw["version"], rules, sets, prose, history)
    for rule in book.every:
        if sum(rule.id == other.id for other in book.every) > 1:
            raise RuleBookError(f"rule {rule.id!r} is defined twice")
        _check_fields(rule, sets, dictionary)
    return book


def _set(name: str, raw: Mapping[str, Any], dictionary: Dictionary) -> SetSpec:
    if raw["table"] not in {table.id for table in dictionary.tables}:
        raise RuleBookError(f"set {name!r} names unknown table {raw['table']!r}")
    if ("columns" in raw) == ("rows_under" in raw):
        raise RuleBookError(f"set {name!r} must run over either columns or rows_under")
    spec = SetSpec(name, raw["table"], "columns" in raw, raw.get("rows_under", ""), frozenset(raw.get("except", ())))
    table = dictionary.table(spec.table)
    known = {column.id for column in table.columns} if spec.columns else {row.id for row in table.rows}
    if unknown := spec.without - known:
        raise RuleBookError(f"set {name!r} leaves out unknown {sorted(unknown)}")
    if not members(spec, dictionary):
        raise RuleBookError(f"set {name!r} is empty")
    return spec


def _choice(raw: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    if raw.get(key) not in allowed:
        raise RuleBookError(f"rule {raw.get('id')!r}: {key} is {raw.get(key)!r}, not one of {', '.join(allowed)}")
    return str(raw[key])


def _rule(raw: Mapping[str, Any], dictionary: Dictionary) -> Rule:
    rule_id = raw.get("id", "")
    if unknown := set(raw) - _KEYS:
        raise RuleBookError(f"rule {rule_id!r} has unknown keys {sorted(unknown)}")
    per = _choice(raw, "per", get_args(Per))
    kinds = {"field": "checks", "figure": "formula"}
    if [key for key in ("relation", "checks", "formula") if key in raw] != [kinds.get(per, "relation")]:
        raise RuleBookError(f"rule {rule_id!r} must have a relation, or checks per field, or a formula per figure")
    table = raw.get("table", "")
    if per not in kinds and table not in {known.id for known in dictionary.tables}:
        raise RuleBookError(f"rule {rule_id!r} names unknown table {table!r}")
    if (per == "once") != ("where" in raw):
        raise RuleBookError(f"rule {rule_id!r}: `where` belongs to rules that hold once, and only to them")
    templates = frozenset(raw.get("templates", ()))
    if not templates or templates - {template.id for template in dictionary.templates}:
        raise RuleBookError(f"rule {rule_id!r} names no or unknown templates {sorted(templates)}")
    prior = Prior(**raw["prior"])
    if not 0 <= prior.broken <= prior.of:
        raise RuleBookError(f"rule {rule_id!r}: {prior.broken} of {prior.of} is no prior")
    if not raw.get("source"):
        raise RuleBookError(f"rule {rule_id!r} has no source")
    stated = _choice(raw, "stated", get_args(SideName)) if "relation" in raw else "left"
    return Rule(rule_id, cast(Per, per), table, parse_relation(raw["relation"]) if "relation" in raw else None,
                _checks(raw), cast(SideName, stated), raw.get("where", ""), frozenset(raw.get("except", ())),
                Severity(raw["severity"]), cast(Strength, _choice(raw, "strength", get_args(Strength))),
                prior, templates, raw["source"], raw.get("formula", ""))


def _checks(raw: Mapping[str, Any]) -> dict[str, tuple[Check, ...]]:
    checks: dict[str, tuple[Check, ...]] = {}
    for kind, names in raw.get("checks", {}).items():
        if unknown := set(names) - set(get_args(Check)):
            raise RuleBookError(f"rule {raw.get('id')!r} has unknown checks {sorted(unknown)}")
        checks[kind] = tuple(names)
    return checks


def places(rule: Rule, dictionary: Dictionary) -> tuple[str, ...]:
    """The rows or columns that a relation could be instantiated for; one empty place where it holds once."""
    if rule.relation is None:
        return ()
    if rule.per == "once":
        return ("",)
    table = dictionary.table(rule.table)
    ids = [column.id for column in table.columns] if rule.per == "column" else [row.id for row in table.rows]
    return tuple(place for place in ids if place not in rule.without)


def expand(term: Term, rule: Rule, place: str, sets: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The field ids that a term stands for in one place of its rule; `sets` says what each set holds there."""
    patterns = [term.pattern.replace("{" + rule.per + "}", place)]
    for name in term.placeholders:
        if name != rule.per:
            patterns = [pattern.replace("{" + name + "}", member) for pattern in patterns for member in sets[name]]
    return tuple(patterns)


def _check_fields(rule: Rule, sets: Mapping[str, SetSpec], dictionary: Dictionary) -> None:
    """Every field id that the rule can come to name must exist, and only sums may run over sets."""
    if rule.relation is None:
        return
    everything = {name: members(spec, dictionary) for name, spec in sets.items()}
    for term in (*rule.relation.left, *rule.relation.right):
        over_sets = [name for name in term.placeholders if name != rule.per]
        if unknown := set(over_sets) - set(sets):
            raise RuleBookError(f"rule {rule.id!r} names unknown placeholders {sorted(unknown)}")
        if bool(over_sets) != term.summed:
            raise RuleBookError(f"rule {rule.id!r}: sum() and sets belong together in {term.pattern!r}")
        for place in places(rule, dictionary):
            missing = [name for name in expand(term, rule, place, everything)
                       if name.removeprefix(PREVIOUS) not in dictionary.fields]
            if missing:
                raise RuleBookError(f"rule {rule.id!r} names unknown fields {missing[:3]}")


@lru_cache(maxsize=1)
def load() -> RuleBook:
    """The rule book that ships with the product, checked against the dictionary that ships with it."""
    text = resources.files(__package__).joinpath("rules.toml").read_text("utf8")
    return parse(text, load_dictionary())

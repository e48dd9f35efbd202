"""What the pages say: the workbench's own catalogue beside that of the evidence, and numbers, sizes and times in words."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources

from extractor.document import Source
from extractor.evidence.wording import Words, percent
from extractor.fields import load
from extractor.messages import Language
from extractor.reconcile.rules import Rule
from extractor.reconcile.rules import load as load_rules
from extractor.report import Cause, Value, ValueStatus
from extractor.serve.model import Decided

CERTAIN, LIKELY, DOUBTFUL = 0.98, 0.9, 0.5
"""Confidence from which on a reading is called clear, very likely right, and doubtful; below it is unreliable."""
_UNITS = ("B", "KB", "MB", "GB")


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, dict[str, str]]]:
    """All messages: section, key, language."""
    return tomllib.loads(resources.files(__package__).joinpath("messages.toml").read_text("utf8"))


@lru_cache(maxsize=1)
def _rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in load_rules().every}


def _row(table: str, where: str) -> str:
    """The id of a row that a finding names, with or without its table's id before it; empty if there is none."""
    known = {row.id for row in load().table(table).rows}
    return next((name for name in (where, f"{table}.{where}") if name in known), "")


def rule_ids() -> list[str]:
    """All rules, in the order of the rule book."""
    return list(_rules())


@dataclass(frozen=True, slots=True)
class Speech:
    """The words of one language: `say` the workbench's own, `words` those that it shares with the evidence page."""

    language: Language

    @property
    def words(self) -> Words:
        return Words(self.language)

    def say(self, key: str, **values: object) -> str:
        """The message `section.key` with its braces filled."""
        section, _, name = key.partition(".")
        return catalogue()[section][name][self.language].format(**values)

    def say_or(self, key: str, fallback: str, **values: object) -> str:
        """The message `section.key`, or `fallback` where there is none: for codes that others may add to."""
        section, _, name = key.partition(".")
        found = catalogue()[section].get(name)
        return fallback if found is None else found[self.language].format(**values)

    def rule(self, rule: str) -> str:
        return self.words.say_or(f"rule.{rule}", rule)

    def place(self, rule: str, where: str) -> str:
        """Where a finding stands, as a title: 表三“自然人”列; the same as the evidence page says of a relation."""
        words, known = self.words, _rules().get(rule)
        if known is not None and known.relation is not None and known.per == "column":
            table = load().table(known.table)
            return words.numbered("place.column", table, words.column(table.id, where))
        if known is not None and known.relation is not None and (found := _row(known.table, where)):
            key = "place.row" if known.per == "row" else "place.once"
            return words.numbered(key, load().table(known.table), words.row(known.table, found))
        if (field := load().fields.get(where)) is not None:
            return words.numbered("place.field", load().table(field.table), words.field(where))
        named = next((table for table in load().tables if table.id == where), None)
        return words.table(named) if named is not None else words.field(where)

    def year(self, year: int | None) -> str:
        return self.say("app.unknown_year") if year is None else self.say("app.year", year=year)

    def sureness(self, value: Value) -> str:
        """How sure a reading is, in plain words with its percentage."""
        if value.status is ValueStatus.CONFIRMED:
            return self.say("cell.sure_person")
        if value.evidence and all(item.source is not Source.OCR for item in value.evidence):
            return self.say("cell.sure_digital")
        sure = value.confidence
        name = "certain" if sure >= CERTAIN else "likely" if sure >= LIKELY else "doubtful" if sure >= DOUBTFUL else "poor"
        return self.say(f"cell.sure_{name}", percent=percent(sure))

    def decided(self, decided: Decided) -> str:
        """Who decided what of a finding, and when."""
        reason = self.say(f"reason.{decided.reason}") if decided.reason else self.say("app.none")
        return self.say(f"decide.{decided.decision}_by", author=decided.author, made=moment(decided.made), reason=reason)


def likelihood(cause: Cause, report: float) -> str:
    """How likely the cause is, in per cent; `report` is the probability that the report itself is wrong."""
    return percent(1.0 - report if cause is Cause.READING else report)


def moment(time: datetime) -> str:
    """Date and time of day as the service's clock has it."""
    return time.astimezone().strftime("%Y-%m-%d %H:%M")


def size(number: int) -> str:
    """A number of bytes in the greatest unit that leaves at least 1: `12 KB`, `3.4 MB`."""
    amount, unit = float(number), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit > 1 else f"{amount:.0f} {_UNITS[unit]}"

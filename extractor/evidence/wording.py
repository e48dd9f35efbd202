"""What evidence says, in Chinese and English: the catalogue `messages.toml`, and names of fields short enough to list."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from extractor.evidence.cases import MOST_DIGITS
from extractor.fields import Row, TableSpec, load
from extractor.messages import Language
from extractor.messages import say as say_common
from extractor.messages import say_or as say_common_or
from extractor.reconcile import engine_of_product
from extractor.report import Evidence, Number, plain

_NUMERALS = "零一二三四五六七八九"
_LONG = 14
"""Characters above which an official label gives way to the shortest variant that the dictionary knows."""
_PLACE = re.compile(r"\b(page|table|row|column|line|paragraph) (\d+) ?")
_REMARK = re.compile(r"（[^（）]{7,}）$")
_ORDINAL = re.compile(r"^（.）")


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, dict[str, str]]]:
    """All messages: section, key, language."""
    return tomllib.loads(resources.files(__package__).joinpath("messages.toml").read_text("utf8"))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language. Labels of the statutory form are Chinese in either, their English names stand beside."""

    language: Language

    def say(self, key: str, **values: object) -> str:
        """The message `section.key` with its braces filled."""
        section, _, name = key.partition(".")
        return catalogue()[section][name][self.language].format(**values)

    def say_or(self, key: str, fallback: str) -> str:
        """The message `section.key`, or `fallback` where there is none: for codes that other stages may add to."""
        section, _, name = key.partition(".")
        return catalogue()[section].get(name, {}).get(self.language, fallback)

    def common(self, key: str, **values: object) -> str:
        """A message that the command line says too (statuses, causes)."""
        return say_common(key, self.language, **values)

    def common_or(self, key: str, fallback: str) -> str:
        return say_common_or(key, self.language, fallback)

    def field(self, field: str) -> str:
        """The name of a field, of a derived sum or of what prose states; the id itself where it has no name."""
        known = load().fields.get(field)
        if known is None:
            return self.say_or(f"concept.{field}", "") or self._derived(field) or self._previous(field)
        column = self.column(known.table, known.column, known.row)
        return f"{self.row(known.table, known.row)}{'·' if self.language == 'zh' else ', '}{column}"

    def _previous(self, field: str) -> str:
        """A field of the year before; the id itself of anything else."""
        name = field.removeprefix("previous.")
        return self.say("case.previous", name=self.field(name)) if name != field else field

    def _derived(self, field: str) -> str:
        row, _, column = field.rpartition(".")
        for derived in load().derived:
            if derived.id == field:
                return self.say_or(f"derived.{derived.id}", derived.labels[0])
            if derived.id == row:
                name = self.say_or(f"derived.{derived.id}", derived.labels[0])
                joint = "·" if self.language == "zh" else ", "
                return f"{name}{joint}{self.column(derived.table, column, row)}"
        return ""

    def row(self, table: str, row_id: str) -> str:
        """A row's name: in Chinese its label, with the ordinal of the group it stands under: （三）1.属于国家秘密."""
        if self.language == "en":
            return engine_of_product().catalogue.place(row_id, table).en
        spec = load().table(table)
        row = spec.row(row_id)
        return _ordinal(spec, row) + short_label(row)

    def column(self, table: str, column_id: str, row_id: str = "") -> str:
        for column in load().table(table).columns:
            if column.id == column_id:
                return column.label(row_id) if self.language == "zh" else self._english_column(table, column_id)
        return column_id

    def _english_column(self, table: str, column_id: str) -> str:
        return engine_of_product().catalogue.place(column_id, table).en

    def label(self, table: str, meaning: str) -> str:
        """The name of what a label of the form stands for (see `GridCell.id`); empty where it stands for nothing."""
        kind, _, name = meaning.partition(" ")
        if not name:
            return ""
        if kind == "group":
            return self.say_or(f"group.{name}", "")
        return self.row(table, name) if kind == "row" else self.column(table, name)

    def numbered(self, key: str, table: TableSpec, name: str) -> str:
        """A message that names a table by its number: 表三, Table 3."""
        return self.say(key, number=_NUMERALS[table.number], digit=table.number, name=name)

    def table(self, table: TableSpec) -> str:
        """The title of a table with its number."""
        english = engine_of_product().catalogue.table(table.id).en
        name = table.labels[0] if self.language == "zh" else english.partition("(")[2].rstrip(")") or english
        return self.numbered("table.title", table, name)

    def place(self, evidence: Evidence) -> str:
        """Where a reading stands: its page, or the place in words of formats without pages."""
        if evidence.box is not None:
            return self.say("case.page", page=evidence.page)
        return _PLACE.sub(lambda found: self.say(f"where.{found[1]}", number=found[2]), evidence.place)


def short_label(row: Row) -> str:
    """The official label without its long remark; its shortest variant where it is very long."""
    label = _REMARK.sub("", row.labels[0])
    return label if len(label) <= _LONG else _REMARK.sub("", min(row.labels, key=len))


def _ordinal(table: TableSpec, row: Row) -> str:
    if row.under is None:
        return ""
    found = _ORDINAL.match(table.group(row.under).labels[0])
    return found[0] if found else ""


def number(value: Number | None) -> str:
    """A number as it is written out; empty for none. One out of all reason is written with an exponent."""
    if value is None:
        return ""
    exponent = value.as_tuple().exponent
    reasonable = isinstance(exponent, int) and exponent >= -MOST_DIGITS and value.adjusted() <= MOST_DIGITS
    return plain(value) if reasonable else f"{value:.6E}"


def percent(probability: float) -> str:
    """A probability in per cent without its sign, rounded so that only certainty is 100 and only the impossible 0."""
    if 0 < probability < 1:
        return f"{min(max(probability * 100, 0.1), 99.9):.1f}".removesuffix(".0")
    return f"{probability * 100:.0f}"

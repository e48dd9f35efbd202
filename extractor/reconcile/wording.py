"""Turns outcomes of rules into sentences in Chinese and English, from the catalogue `messages.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from extractor.fields import Dictionary
from extractor.report import Text

_LISTED = 8
"""How many cells a message names before it only counts the rest."""

_TABLE_NUMERALS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Messages by rule id and status, and the English names of tables, rows and columns."""

    messages: Mapping[str, Any]
    dictionary: Dictionary

    def text(self, *key: str, **values: object) -> Text:
        """The message under `key`, its braces filled; a value that is a `Text` is filled in by language."""
        return worded(self.messages, *key, **values)

    def place(self, place: str, within: str = "") -> Text:
        """The name of a row, a column or a field, in Chinese with the group that it stands under.

        `within` is the table to look in; columns of several tables may share an id.
        """
        if place in self.dictionary.fields:
            known = self.dictionary.fields[place]
            return _joined(self._row(known.table, known.row), self._column(known.table, known.column, known.row))
        for table in self.dictionary.tables:
            if within and table.id != within:
                continue
            if any(row.id == place for row in table.rows):
                return self._row(table.id, place)
            if any(column.id == place for column in table.columns):
                return self._column(table.id, place)
        return Text(zh=place, en=place)

    def column(self, field_id: str) -> Text:
        """The name of the column of a field."""
        field = self.dictionary.fields[field_id]
        return self._column(field.table, field.column, field.row)

    def table(self, table_id: str) -> Text:
        """The name of a table: 表三, Table 3 (requests received and handled)."""
        number = self.dictionary.table(table_id).number
        return Text(zh=f"表{_TABLE_NUMERALS[number]}", en=self.messages["names"]["tables"][table_id])

    def listing(self, fields: Sequence[str]) -> Text:
        """The first few of `fields` by name, and how many there are if that is not all."""
        shown = [self.place(field) for field in fields[:_LISTED]]
        rest = self.text("common", "list_more", count=len(fields)) if len(fields) > _LISTED else Text(zh="", en="")
        separator = self.text("common", "list_separator")
        return Text(zh=separator.zh.join(name.zh for name in shown) + rest.zh,
                    en=separator.en.join(name.en for name in shown) + rest.en)

    def _row(self, table_id: str, row_id: str) -> Text:
        table = self.dictionary.table(table_id)
        row = table.row(row_id)
        # The innermost group tells rows with the same label apart; the outer ones say nothing more.
        path = table.label_path(row)[-2:] if row.under is not None else [row.labels[0]]
        # Messages put names in quotation marks, so that those inside a name become inner ones.
        name = "－".join(path).translate(str.maketrans("“”", "‘’"))
        return Text(zh=name, en=self.messages["names"]["rows"][row_id])

    def _column(self, table_id: str, column_id: str, row_id: str = "") -> Text:
        column = next(column for column in self.dictionary.table(table_id).columns if column.id == column_id)
        return Text(zh=column.label(row_id), en=self.messages["names"]["columns"][column_id])


def _joined(row: Text, column: Text) -> Text:
    return Text(zh=f"{row.zh}·{column.zh}", en=f"{row.en}, {column.en}")


def worded(messages: Mapping[str, Any], *key: str, **values: object) -> Text:
    """The message of a catalogue under `key`, its braces filled; a value that is a `Text` is filled in by language."""
    entry: Any = messages
    for part in key:
        entry = entry[part]
    return Text(**{language: entry[language].format(
        **{name: value.in_language(language) if isinstance(value, Text) else value
           for name, value in values.items()}) for language in ("zh", "en")})


def appended(text: Text, more: Text) -> Text:
    """Both texts, one after the other, in each language."""
    return Text(zh=text.zh + more.zh, en=text.en + more.en)


@lru_cache(maxsize=1)
def messages() -> dict[str, Any]:
    """The catalogue as it ships."""
    return tomllib.loads(resources.files(__package__).joinpath("messages.toml").read_text("utf8"))

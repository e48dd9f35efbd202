"""Loads and validates `dictionary.toml`: fields, tables, templates and derived sums."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

Kind = Literal["count", "change", "amount"]


@dataclass(frozen=True, slots=True)
class Template:
    """A statutory layout: the reports' years (inclusive) it is meant for, and its legal basis."""

    id: str
    first_year: int
    last_year: int
    basis: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row (or a group of rows) of a table: the official label first, then variants."""

    id: str
    labels: tuple[str, ...]
    under: str | None
    templates: frozenset[str]
    replaces: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    id: str
    labels: tuple[str, ...]
    kind: Kind
    unit: str
    templates: frozenset[str]
    in_row: tuple[tuple[str, str], ...] = ()

    def label(self, row_id: str) -> str:
        """The official heading of the column in a row."""
        return dict(self.in_row).get(row_id, self.labels[0])


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical field: `id` is `row.column`."""

    id: str
    table: str
    row: str
    column: str
    kind: Kind
    unit: str
    templates: frozenset[str]


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One statutory table. `rows_in_header`: the ids' rows are groups of columns, and all numbers stand in one line."""

    id: str
    number: int
    labels: tuple[str, ...]
    groups: tuple[Row, ...]
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    fields: tuple[Field, ...]
    rows_in_header: bool

    def row(self, row_id: str) -> Row:
        return next(row for row in self.rows if row.id == row_id)

    def group(self, group_id: str) -> Row:
        return next(group for group in self.groups if group.id == group_id)

    def label_path(self, row: Row) -> list[str]:
        """Official labels from the outermost group down to the row itself."""
        path = [row.labels[0]]
        while row.under is not None:
            row = self.group(row.under)
            path.insert(0, row.labels[0])
        return path


@dataclass(frozen=True, slots=True)
class Derived:
    """A row that is stated in prose only: the sum of `rows`, column by column."""

    id: str
    table: str
    rows: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Everything that `dictionary.toml` says."""

    version: str
    templates: tuple[Template, ...]
    tables: tuple[TableSpec, ...]
    derived: tuple[Derived, ...]
    fields: dict[str, Field] = field(default_factory=dict)

    def table(self, table_id: str) -> TableSpec:
        return next(table for table in self.tables if table.id == table_id)

    def template_of_year(self, year: int) -> Template | None:
        return next((t for t in self.templates if t.first_year <= year <= t.last_year), None)

    def of_template(self, template: str) -> list[Field]:
        """The fields of a pure template, in the order of the tables."""
        return [f for f in self.fields.values() if template in f.templates]

    def describe(self, field_id: str) -> str:
        """The official Chinese label of a field, or of a row where the id is one: `（一）予以公开·自然人`."""
        known = self.fields.get(field_id)
        if known is not None:
            table = self.table(known.table)
            column = next(c for c in table.columns if c.id == known.column)
            return f"{table.row(known.row).labels[0]}·{column.label(known.row)}"
        for table in self.tables:
            for row in table.rows:
                if row.id == field_id:
                    return row.labels[0]
        for derived in self.derived:
            head, _, tail = field_id.rpartition(".")
            if derived.id in (field_id, head):
                column_labels = {c.id: c.labels[0] for t in self.tables if t.id == derived.table for c in t.columns}
                return derived.labels[0] + (f"·{column_labels[tail]}" if derived.id == head and tail in column_labels else "")
        return field_id


class DictionaryError(ValueError):
    """The dictionary contradicts itself; the message names the place."""


def _row(raw: dict[str, Any], every: frozenset[str]) -> Row:
    if not raw.get("labels"):
        raise DictionaryError(f"row {raw.get('id')!r} has no labels")
    return Row(raw["id"], tuple(raw["labels"]), raw.get("under"),
               frozenset(raw.get("templates", every)), frozenset(raw.get("replaces", ())))


def _crossed(table: dict[str, Any], rows: tuple[Row, ...], columns: tuple[Column, ...],
             every: frozenset[str]) -> Iterator[tuple[Row, Column, frozenset[str]]]:
    """Each (row, column) that the table's `cells` allow, with the templates it belongs to."""
    allowed: dict[tuple[str, str], set[str]] = {}
    for block in table["cells"]:
        templates = {block["template"]} if "template" in block else set(every)
        row_ids = [r.id for r in rows] if block["rows"] == ["*"] else block["rows"]
        column_ids = [c.id for c in columns] if block["columns"] == ["*"] else block["columns"]
        for unknown in set(row_ids) - {r.id for r in rows} | set(column_ids) - {c.id for c in columns}:
            raise DictionaryError(f"table {table['id']!r} crosses unknown row or column {unknown!r}")
        for row_id in row_ids:
            for column_id in column_ids:
                allowed.setdefault((row_id, column_id), set()).update(templates)
    for row in rows:
        for column in columns:
            templates = allowed.get((row.id, column.id), set()) & row.templates & column.templates
            if templates:
                yield row, column, frozenset(templates)


def _table(raw: dict[str, Any], every: frozenset[str]) -> TableSpec:
    rows = tuple(_row(r, every) for r in raw["rows"])
    groups = tuple(_row(g, every) for g in raw.get("groups", ()))
    columns = tuple(Column(c["id"], tuple(c["labels"]), c.get("kind", "count"), c.get("unit", raw["unit"]),
                           frozenset(c.get("templates", every)), tuple(c.get("in_row", {}).items()))
                    for c in raw["columns"])
    for row in rows + groups:
        if row.under is not None and row.under not in {g.id for g in groups}:
            raise DictionaryError(f"row {row.id!r} stands under unknown group {row.under!r}")
        if unknown := row.replaces - {r.id for r in rows}:
            raise DictionaryError(f"row {row.id!r} replaces unknown rows {sorted(unknown)}")
    fields = tuple(Field(f"{row.id}.{column.id}", raw["id"], row.id, column.id, column.kind, column.unit, templates)
                   for row, column, templates in _crossed(raw, rows, columns, every))
    return TableSpec(raw["id"], raw["number"], tuple(raw["labels"]), groups, rows, columns, fields,
                     raw.get("rows_in_header", False))


def _derived(raw: dict[str, Any], tables: tuple[TableSpec, ...]) -> Derived:
    table = next((t for t in tables if t.id == raw["table"]), None)
    if table is None:
        raise DictionaryError(f"derived field {raw['id']!r} names unknown table {raw['table']!r}")
    rows: list[str] = []
    for pattern in raw["sum"]:
        prefix = pattern.removesuffix("*")
        found = [r.id for r in table.rows if r.id == pattern or (pattern.endswith("*") and r.id.startswith(prefix))]
        if not found:
            raise DictionaryError(f"derived field {raw['id']!r} sums nothing under {pattern!r}")
        rows += found
    return Derived(raw["id"], raw["table"], tuple(rows), tuple(raw["labels"]))


def parse(text: str) -> Dictionary:
    """A dictionary from TOML text; raises `DictionaryError` where it contradicts itself."""
    raw = tomllib.loads(text)
    templates = tuple(Template(t["id"], t["years"][0], t["years"][1], t["basis"]) for t in raw["templates"])
    every = frozenset(t.id for t in templates)
    tables = tuple(_table(t, every) for t in raw["tables"])
    fields: dict[str, Field] = {}
    for table in tables:
        for entry in table.fields:
            if entry.id in fields:
                raise DictionaryError(f"field {entry.id!r} is defined twice")
            if unknown := entry.templates - every:
                raise DictionaryError(f"field {entry.id!r} names unknown templates {sorted(unknown)}")
            fields[entry.id] = entry
    return Dictionary(raw["version"], templates, tables, tuple(_derived(d, tables) for d in raw["derived"]), fields)


@lru_cache(maxsize=1)
def load() -> Dictionary:
    """The dictionary that ships with the product."""
    return parse(resources.files(__package__).joinpath("dictionary.toml").read_text("utf8"))

"""Names for people: the official label of a field, row, column or table that a finding speaks of."""

from __future__ import annotations

from extractor.fields import Dictionary, load
from extractor.report import Evidence, Finding


def place_label(finding: Finding, dictionary: Dictionary | None = None) -> str:
    """The official label of the place a finding names: a field, row, column or table, or `where` itself if unknown.

    A row or column is looked for in the tables of the finding's operands, since tables share ids of columns.
    """
    known = dictionary or load()
    where = finding.where
    if (label := known.describe(where)) != where:
        return label
    concerned = {field.table for name in finding.operands if (field := known.fields.get(name))}
    for table in known.tables:
        if table.id not in concerned:
            continue
        names = {column.id: column.labels[0] for column in table.columns}
        names |= {row.id.removeprefix(f"{table.id}."): row.labels[0] for row in table.rows}
        names[table.id] = table.labels[0]
        if where in names:
            return names[where]
    return where


def table_label(table_id: str, dictionary: Dictionary | None = None) -> str:
    return (dictionary or load()).table(table_id).labels[0]


def page_label(evidence: tuple[Evidence, ...]) -> str:
    """The pages of `evidence`, each once: `3` or `3, 4`; places in words where there are no pages."""
    if any(item.box is not None for item in evidence):
        return ", ".join(str(number) for number in sorted({item.page for item in evidence}))
    return "; ".join(dict.fromkeys(item.place for item in evidence if item.place))

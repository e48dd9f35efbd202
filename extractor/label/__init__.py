"""Labelling: tables and paragraphs become canonical values and prose figures, each with confidence and evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from extractor.document import Cell, Notice, Source, Structure
from extractor.errors import NotAReport, UnsupportedTemplate
from extractor.fields import Dictionary, Field, load
from extractor.label.cells import label_tables
from extractor.label.evidence import evidence_at
from extractor.label.facts import Facts, report_facts
from extractor.label.headers import HeaderMatcher, LabelMatcher
from extractor.label.interface import ProseLabeller
from extractor.label.numerals import parse_cell
from extractor.label.prose import PatternLabeller
from extractor.label.reading import CellReading, TableReading, digits_of
from extractor.label.recognise import is_report
from extractor.labelled import GluedRow, Labelled
from extractor.report import DOUBTFUL_BELOW, Alternative, Evidence, Value, ValueStatus

Labeller = Literal["model", "patterns"]
RUN_TOGETHER, UNSURE = re.compile(r"\s*[-－−]?[0０][0-9０-９]"), 0.5
"""A 0 before other digits, as no number is written, is the value of another cell or a stroke: most confidence in the rest."""


def label(structure: Structure, incomplete: bool = False, labeller: Labeller = "model") -> Labelled:
    """The canonical values and figures of a report.

    `incomplete` says that pages could not be read, so that missing tables prove nothing. `labeller` is the trained
    model, or patterns and text matching alone. Raises `NotAReport`, `UnsupportedTemplate` and `ModelError`.
    """
    dictionary = load()
    facts = report_facts(structure)
    prose, matcher = _labellers(labeller, structure.source)
    reading = label_tables(structure.tables, dictionary, matcher)
    if not reading.cells and not reading.glued and not incomplete:
        _refuse(structure, facts, dictionary)
    template = _template(reading, facts, dictionary)
    values = _values(reading, template, dictionary, structure.source)
    glued = tuple(GluedRow(row.fields, digits_of(row.cell.text), _evidence(row.cell, structure.source))
                  for row in reading.glued)
    figures = prose.label(structure.paragraphs, facts.year)
    notices = (*structure.notices, *_notices(reading, values, glued, dictionary))
    return Labelled(facts.agency, facts.year, facts.period, template, values, figures, glued, notices)


def _labellers(name: Labeller, source: Source) -> tuple[ProseLabeller, HeaderMatcher]:
    """What labels prose and headers; the model is loaded once a process, when it is first wanted, and heard together
    with the patterns."""
    if name == "patterns":
        return PatternLabeller(source), LabelMatcher()
    from extractor.label.model.agreed import AgreedProse
    from extractor.label.model.headers import ModelMatcher
    from extractor.label.model.release import load as load_model

    network = load_model()
    return AgreedProse(network, source), ModelMatcher(network)


def _notices(reading: TableReading, values: dict[str, Value], glued: tuple[GluedRow, ...],
             dictionary: Dictionary) -> Iterator[Notice]:
    """Statutory tables of which nothing was found, and rows of numbers that belong to none of them."""
    held = {field for row in glued for field in row.fields} | {
        field for field, value in values.items() if value.status is not ValueStatus.MISSING}
    for table in dictionary.tables:
        if not any(field.id in held for field in table.fields):
            yield Notice("table_missing", detail=table.labels[0])
    for cell in reading.unplaced:
        yield Notice("row_unplaced", cell.place.page, cell.place.name or cell.text)


def _refuse(structure: Structure, facts: Facts, dictionary: Dictionary) -> None:
    """No statutory table: an old report, or none at all. A report of the right years goes on, its values missing."""
    if not is_report(structure):
        raise NotAReport("This is no annual report on government-information disclosure: "
                         "neither its title nor one of the statutory tables was found.",
                         "Check that the right file was given.")
    if facts.year is not None and dictionary.template_of_year(facts.year) is None:
        first = min(template.first_year for template in dictionary.templates)
        raise UnsupportedTemplate(f"This is a report of {facts.year}; the statutory tables exist since {first}.",
                                  "Reports of earlier years are not read.")


def _template(reading: TableReading, facts: Facts, dictionary: Dictionary) -> str:
    """The template whose own fields the tables hold; for a hybrid of several, that of the year, else the most held."""
    held = {cell.field for cell in reading.cells} | {field for row in reading.glued for field in row.fields}
    by_year = dictionary.template_of_year(facts.year) if facts.year is not None else None

    def weight(template: str) -> tuple[bool, bool, int]:
        own = sum(len(field.templates) == 1 and field.id in held for field in dictionary.of_template(template))
        return own > 0, by_year is not None and by_year.id == template, own

    return max((template.id for template in dictionary.templates), key=weight)


def _values(reading: TableReading, template: str, dictionary: Dictionary, source: Source) -> dict[str, Value]:
    """Every field that was found, and every field of the template that was not, in the dictionary's order."""
    found: dict[str, CellReading] = {}
    for cell in reading.cells:
        if cell.field in dictionary.fields:
            found.setdefault(cell.field, cell)
    held = set(found) | {field for row in reading.glued for field in row.fields}
    values: dict[str, Value] = {}
    for field in dictionary.fields.values():
        if field.id in found:
            values[field.id] = _value(field, found[field.id], source)
        elif template in field.templates and not _replaced(field, held, dictionary):
            values[field.id] = Value(field=field.id, value=None, read=None, unit=field.unit, confidence=0.0,
                                     status=ValueStatus.MISSING)
    return values


def _replaced(field: Field, held: set[str], dictionary: Dictionary) -> bool:
    """True if another row of the report stands in place of this field's row."""
    spec = dictionary.table(field.table)
    for row in spec.rows:
        here = any(f"{row.id}.{column.id}" in held for column in spec.columns)
        if here and field.row in row.replaces:
            return True
        if here and any(other.id == field.row and row.id in other.replaces for other in spec.rows):
            return True
    return False


def _value(field: Field, reading: CellReading, source: Source) -> Value:
    parsed = parse_cell(reading.cell.text)
    confidence = min(1.0, reading.confidence) * reading.cell.confidence
    if RUN_TOGETHER.match(reading.cell.text):
        confidence = min(confidence, UNSURE)
    status = ValueStatus.READ
    if parsed.status == "unreadable" or confidence < DOUBTFUL_BELOW:
        status = ValueStatus.DOUBTFUL
    elif parsed.status in ("blank", "not_applicable"):
        status = ValueStatus.BLANK
    return Value(field=field.id, value=parsed.value, read=parsed.value, raw=reading.cell.text,
                 unit=parsed.unit or reading.unit or field.unit, confidence=round(confidence, 4),
                 alternatives=_alternatives(reading.cell), status=status, note=parsed.note,
                 evidence=(_evidence(reading.cell, source),))


def _alternatives(cell: Cell) -> tuple[Alternative, ...]:
    """Other readings of the cell's text, as numbers; each number once, with its total probability."""
    totals: dict[str, float] = {}
    numbers: dict[str, Alternative] = {}
    for text, probability in cell.alternatives:
        parsed = parse_cell(text)
        if parsed.status == "unreadable":
            continue
        key = str(parsed.value)
        totals[key] = min(1.0, totals.get(key, 0.0) + probability)
        numbers[key] = Alternative(value=parsed.value, probability=totals[key])
    return tuple(sorted(numbers.values(), key=lambda a: -a.probability))


def _evidence(cell: Cell, source: Source) -> Evidence:
    return evidence_at(cell.place, cell.text, source)

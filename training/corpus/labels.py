"""The label file of a corpus sample: what the extractor should answer, and where every cell, word and figure stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from extractor.document import Source
from extractor.fields import load
from extractor.report import (
    Cause,
    Evidence,
    Figure,
    Finding,
    FindingStatus,
    Number,
    PageInfo,
    Period,
    Qualifier,
    Report,
    Text,
    Value,
    ValueStatus,
)
from training.corpus.types import InjectedError, LabelledFigure, LabelledParagraph, SyntheticReport

LABEL_VERSION = "1"
SUFFIX = ".label.json"
Quad = tuple[float, float, float, float]
Points = tuple[tuple[float, float], ...]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Area(_Model):
    """A place on a page (counted from 1): `box` (x0, top, x1, bottom) in points from the top left corner, upright.

    On scans `polygon` is the exact outline (clockwise, in points); the box is the smallest one around it.
    """

    page: int
    box: Quad
    polygon: Points | None = None


class LineLabel(_Model):
    """Characters `start` to `end` of a text as they stand on one line.

    `edges` are the n + 1 borders of the n characters, left to right; empty for text that does not run so.
    """

    start: int
    end: int
    area: Area
    edges: tuple[float, ...] = ()


class CellLabel(_Model):
    """A cell of the tables; `number` is 2, 3 or 4, `table` counts the tables of the file (a table 2 may be four).

    `areas` is the cell itself, one box a page; `lines` its text. `role` is title, header, label, value or corner.
    """

    table: int
    number: int
    row: int
    column: int
    rowspan: int
    colspan: int
    text: str
    role: str
    field: str | None = None
    areas: tuple[Area, ...] = ()
    lines: tuple[LineLabel, ...] = ()


class FigureLabel(_Model):
    """A figure or a distractor in a paragraph, as in `training.corpus.types.LabelledFigure`, and where it stands."""

    start: int
    end: int
    phrase: tuple[int, int]
    field: str | None
    value: Number | None
    low: Number | None
    high: Number | None
    unit: str
    qualifier: str
    period: str = "this_year"
    scope: str = "own"
    subset: str | None = None
    negated: bool = False
    implied: bool = False
    part_of: str | None = None
    distractor: str | None = None
    pattern: str = ""
    areas: tuple[Area, ...] = ()


class ParagraphLabel(_Model):
    """A paragraph with its figures; `lines` says where its characters stand."""

    text: str
    section: int
    heading: bool = False
    figures: tuple[FigureLabel, ...] = ()
    lines: tuple[LineLabel, ...] = ()


class ErrorLabel(_Model):
    """An injected error, as in `training.corpus.types.InjectedError`."""

    kind: str
    fields: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]
    figures: tuple[int, ...] = ()


class ScanLabel(_Model):
    """How a file was made to look scanned: the preset, what was drawn for it, and the pages' resolution and size.

    `turns` is the number of quarter turns (clockwise) that each page was put into the file with.
    """

    level: str
    seed: int
    dpi: float
    container: str
    turns: tuple[int, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()
    steps: tuple[str, ...] = ()


class CorpusLabel(_Model):
    """What only the corpus knows of a sample."""

    version: str = LABEL_VERSION
    seed: int
    format: str
    level: str
    template: str
    hybrid: str
    reserved: bool
    layout: dict[str, Any] = {}
    scan: ScanLabel | None = None
    cells: tuple[CellLabel, ...] = ()
    paragraphs: tuple[ParagraphLabel, ...] = ()
    errors: tuple[ErrorLabel, ...] = ()
    page_sizes: tuple[tuple[float, float], ...] = ()


class Label(_Model):
    """A label file: `report` in the schema of the extractor's own output, `corpus` with everything else."""

    report: Report
    corpus: CorpusLabel

    def to_json(self) -> str:
        return self.model_dump_json(exclude_defaults=False) + "\n"


def read_label(path: str | Path) -> Label:
    """The label in a `.label.json` file, or the one beside a sample's file; raises `OSError` or `ValidationError`."""
    found = Path(path)
    if not found.name.endswith(SUFFIX):
        found = found.with_suffix(SUFFIX)
    return Label.model_validate_json(found.read_bytes())


Format = Literal["pdf", "docx", "html", "txt"]
_SOURCES: dict[str, Source] = {"pdf": Source.PDF, "docx": Source.WORD, "html": Source.WEB, "txt": Source.TEXT}


def make_label(report: SyntheticReport, data: bytes, name: str, kind: Format, cells: Sequence[CellLabel],
               paragraphs: Sequence[ParagraphLabel], page_sizes: Sequence[tuple[float, float]],
               layout: dict[str, Any]) -> Label:
    """The label of the file `data`; `page_sizes` in points, empty for formats without pages."""
    source = _SOURCES[kind]
    corpus = CorpusLabel(
        seed=report.seed, format=kind, level=report.body.level, template=report.template, hybrid=report.hybrid,
        reserved=report.reserved, layout=layout, cells=tuple(cells), paragraphs=tuple(paragraphs),
        errors=tuple(_error(error) for error in report.errors), page_sizes=tuple(page_sizes))
    pages = tuple(PageInfo(number=at, width=w, height=h, source=source) for at, (w, h) in enumerate(page_sizes, 1))
    expected = Report(
        source=name, sha256=hashlib.sha256(data).hexdigest(), format=source, agency=report.body.name,
        year=report.year, period=Period(start=f"{report.year}-01-01", end=f"{report.year}-12-31"),
        template=report.template, values=_values(report, cells, source), figures=tuple(_figures(paragraphs, source)),
        findings=tuple(_findings(report.errors)), paragraphs=tuple(p.text for p in paragraphs), pages=pages)
    return Label(report=expected, corpus=corpus)


def _error(error: InjectedError) -> ErrorLabel:
    return ErrorLabel(kind=error.kind, fields=error.fields, rules=error.rules, figures=error.figures)


def _values(report: SyntheticReport, cells: Sequence[CellLabel], source: Source) -> dict[str, Value]:
    """Every field that has a cell; blank cells have status `blank`. An amount counts in the unit its cell prints."""
    units = {field.id: field.unit for field in load().fields.values()}
    values = {}
    for cell in cells:
        if cell.field is None:
            continue
        number: Decimal | None = report.values[cell.field]
        unit = units[cell.field]
        if number is not None and unit == "万元" and cell.text.endswith("元") and not cell.text.endswith("万元"):
            number, unit = number * 10_000, "元"
        values[cell.field] = Value(
            field=cell.field, value=number, read=number, raw=cell.text, unit=unit,
            evidence=tuple(_evidence(cell, source)), status=ValueStatus.BLANK if number is None else ValueStatus.READ)
    return values


def _evidence(cell: CellLabel, source: Source) -> Iterable[Evidence]:
    areas = [line.area for line in cell.lines] or cell.areas
    for area in areas:
        yield Evidence(page=area.page, box=area.box, text=cell.text, source=source)
    if not areas:
        place = f"table {cell.table + 1} row {cell.row + 1} column {cell.column + 1}"
        yield Evidence(text=cell.text, source=source, place=place)


def _figures(paragraphs: Sequence[ParagraphLabel], source: Source) -> Iterable[Figure]:
    """The figures that a reader should bind; distractors stand in `corpus` only."""
    for number, paragraph in enumerate(paragraphs):
        for figure in paragraph.figures:
            if figure.distractor is not None:
                continue
            text = paragraph.text[figure.start:figure.end]
            evidence = tuple(Evidence(page=a.page, box=a.box, text=text, source=source) for a in figure.areas)
            yield Figure(
                field=figure.field, value=figure.value, low=figure.low, high=figure.high, unit=figure.unit,
                qualifier=Qualifier(figure.qualifier), period=figure.period, scope=figure.scope, subset=figure.subset,
                negated=figure.negated, implied=figure.implied, part_of=figure.part_of, evidence=evidence,
                span=(number, figure.start, figure.end), text=text)


def _findings(errors: Sequence[InjectedError]) -> Iterable[Finding]:
    for error in errors:
        for rule, where in error.rules:
            message = Text(zh=f"人为错误（{error.kind}）：{rule}，{where}",
                           en=f"injected error ({error.kind}): {rule} at {where}")
            yield Finding(rule=rule, status=FindingStatus.VIOLATED, cause=Cause.REPORT, where=where,
                          operands=error.fields, message=message)


def figure_label(figure: LabelledFigure, areas: Iterable[Area]) -> FigureLabel:
    """The label of a figure that stands in `areas`."""
    return FigureLabel(
        start=figure.start, end=figure.end, phrase=figure.phrase, field=figure.field, value=figure.value,
        low=figure.low, high=figure.high, unit=figure.unit, qualifier=figure.qualifier, period=figure.period,
        scope=figure.scope, subset=figure.subset, negated=figure.negated, implied=figure.implied,
        part_of=figure.part_of, distractor=figure.distractor, pattern=figure.pattern, areas=tuple(areas))


def unplaced(paragraph: LabelledParagraph) -> ParagraphLabel:
    """The label of a paragraph in a format without pages."""
    return ParagraphLabel(text=paragraph.text, section=paragraph.section, heading=paragraph.heading,
                          figures=tuple(figure_label(figure, ()) for figure in paragraph.figures))

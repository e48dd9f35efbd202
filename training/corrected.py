"""Samples that people have corrected: reports as the product writes them, or labels as the corpus writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from extractor.layout.sections import section_of
from extractor.report import Figure, Report
from training.corpus.labels import FigureLabel, Label
from training.corpus.types import LabelledFigure
from training.samples import ProseSample

PERIODS = {"plan": "planned"}


class CorrectedError(ValueError):
    """A file is no report and no label; the message names it and says what is wrong."""


def read_corrected(folder: Path) -> list[ProseSample]:
    """The paragraphs of all `*.json` below a folder, with their figures.

    A number to which no figure is given counts nothing: the figures of a report must be complete. Raises
    `CorrectedError`, and `OSError` for what cannot be read.
    """
    paths = sorted(folder.rglob("*.json"))
    if not paths:
        raise CorrectedError(f"{folder} holds no .json file")
    return [sample for path in paths for sample in _read(path)]


def _read(path: Path) -> Iterator[ProseSample]:
    try:
        raw = json.loads(path.read_text("utf8"))
        if isinstance(raw, dict) and "corpus" in raw:
            yield from _of_label(Label.model_validate(raw))
        else:
            yield from _of_report(Report.model_validate(raw))
    except (ValidationError, ValueError) as error:
        raise CorrectedError(f"{path}: {error}") from error


def _of_label(label: Label) -> Iterator[ProseSample]:
    heading = ""
    for paragraph in label.corpus.paragraphs:
        heading = paragraph.text if paragraph.heading else heading
        figures = tuple(_of_corpus(figure) for figure in paragraph.figures)
        yield ProseSample(paragraph.text, paragraph.section, _year(label.report), heading, figures)


def _of_report(report: Report) -> Iterator[ProseSample]:
    section, heading = 0, ""
    for index, text in enumerate(report.paragraphs):
        if here := section_of(text):
            section, heading = here, text
        figures = [figure for figure in report.figures if figure.span[0] == index]
        yield ProseSample(text, section, _year(report), heading, _of_figures(figures, text))


def _of_figures(figures: Sequence[Figure], text: str) -> tuple[LabelledFigure, ...]:
    for figure in figures:
        if not 0 <= figure.span[1] < figure.span[2] <= len(text):
            raise ValueError(f"the span {figure.span} of the figure {figure.text!r} lies outside its paragraph")
    return tuple(LabelledFigure(
        f.span[1], f.span[2], (f.span[1], f.span[2]), f.field, f.value, f.low, f.high, f.unit, f.qualifier.value,
        "other_year" if f.period.startswith("year:") else PERIODS.get(f.period, f.period), f.scope, f.subset, f.negated,
        f.implied, f.part_of, pattern="corrected") for f in figures)


def _of_corpus(figure: FigureLabel) -> LabelledFigure:
    values = figure.model_dump(exclude={"areas"})
    return LabelledFigure(**values)


def _year(report: Report) -> int:
    return report.year or 0

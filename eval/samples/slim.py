"""Labels without what only training needs: a tenth of the size, enough to score every figure of the evaluation."""

from __future__ import annotations

from training.corpus.labels import CellLabel, Label, ParagraphLabel


def slim(label: Label) -> Label:
    """The label without the cells that hold no value or have no place, and without the places of single characters."""
    cells = tuple(_cell(cell) for cell in label.corpus.cells if cell.field is not None and cell.areas)
    paragraphs = tuple(_paragraph(paragraph) for paragraph in label.corpus.paragraphs)
    values = {name: value.model_copy(update={"evidence": ()}) for name, value in label.report.values.items()}
    figures = tuple(figure.model_copy(update={"evidence": ()}) for figure in label.report.figures)
    report = label.report.model_copy(update={"values": values, "figures": figures})
    return Label(report=report, corpus=label.corpus.model_copy(update={"cells": cells, "paragraphs": paragraphs}))


def slim_json(label: Label) -> str:
    """The slim label as JSON, without what has its default value."""
    return slim(label).model_dump_json(exclude_defaults=True) + "\n"


def _cell(cell: CellLabel) -> CellLabel:
    """The cell with its boxes; exact outlines and the borders of its characters are left out."""
    areas = tuple(area.model_copy(update={"polygon": None}) for area in cell.areas)
    lines = tuple(line.model_copy(update={"edges": (), "area": line.area.model_copy(update={"polygon": None})})
                  for line in cell.lines)
    return cell.model_copy(update={"areas": areas, "lines": lines})


def _paragraph(paragraph: ParagraphLabel) -> ParagraphLabel:
    """Only the distractors: text and figures of every paragraph stand in the report already."""
    figures = tuple(figure.model_copy(update={"areas": ()}) for figure in paragraph.figures if figure.distractor)
    return paragraph.model_copy(update={"text": "", "lines": (), "figures": figures})

"""Makes a sample: the file of a report in a layout and a format, and the label that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.document import Box
from training.corpus.labels import (
    Area,
    CellLabel,
    Format,
    Label,
    LineLabel,
    ParagraphLabel,
    figure_label,
    make_label,
    unplaced,
)
from training.corpus.pages.layout import Layout
from training.corpus.pages.readback import Char, lines_of
from training.corpus.pages.sheet import Composed, Owner
from training.corpus.pages.tables import TableModel
from training.corpus.types import LabelledParagraph, SyntheticReport


@dataclass(frozen=True, slots=True)
class Sample:
    """A file and its label; `suffix` is the file name's ending, with its dot."""

    data: bytes
    label: Label
    suffix: str


def make_pdf(report: SyntheticReport, layout: Layout, name: str = "report.pdf") -> Sample:
    """A born-digital PDF; boxes are read back from its bytes. Raises `ReadbackError` if they cannot be."""
    from training.corpus.pages.compose import complete, compose
    from training.corpus.pages.pdf import write_pdf
    from training.corpus.pages.readback import read_back
    from training.corpus.pages.tables import build_tables

    paragraphs, tables = complete(report), build_tables(report, layout)
    composed = compose(report, paragraphs, tables, layout)
    data = write_pdf(composed, f"{report.body.name}{report.year}年政府信息公开工作年度报告")
    chars = read_back(data, composed)
    sizes = [(round(composed.width, 2), round(composed.height, 2))] * len(composed.sheets)
    label = make_label(report, data, name, "pdf", list(_cells(tables, composed, chars)),
                       [_paragraph(p, chars.get(Owner("paragraph", n), [])) for n, p in enumerate(paragraphs)],
                       sizes, layout.to_json())
    return Sample(data, label, ".pdf")


def make_sample(report: SyntheticReport, layout: Layout, kind: Format, name: str = "") -> Sample:
    """The report in one of the formats `pdf`, `docx`, `html`, `txt`."""
    name = name or f"report.{kind}"
    if kind == "pdf":
        return make_pdf(report, layout, name)
    from training.corpus.pages.compose import complete
    from training.corpus.pages.docx import write_docx
    from training.corpus.pages.html import write_html
    from training.corpus.pages.tables import build_tables
    from training.corpus.pages.text import write_text

    write = {"docx": write_docx, "html": write_html, "txt": write_text}[kind]
    paragraphs, tables = complete(report), build_tables(report, layout)
    data, remarks = write(report, paragraphs, tables, layout)
    cells = [_unplaced_cell(index, table, at) for index, table in enumerate(tables) for at in range(len(table.cells))]
    label = make_label(report, data, name, kind, cells, [unplaced(p) for p in paragraphs], [],
                       {**layout.to_json(), **remarks})
    return Sample(data, label, f".{kind}")


def _unplaced_cell(index: int, table: TableModel, at: int) -> CellLabel:
    cell = table.cells[at]
    return CellLabel(table=index, number=table.number, row=cell.row, column=cell.column, rowspan=cell.rowspan,
                     colspan=cell.colspan, text=cell.text, role=cell.role, field=cell.field)


def _cells(tables: Sequence[TableModel], composed: Composed, chars: dict[Owner, list[Char]]) -> Iterable[CellLabel]:
    areas: dict[Owner, list[Area]] = {}
    for region in composed.regions:
        areas.setdefault(region.owner, []).append(Area(page=region.page, box=_rounded(region.box)))
    number = 0
    for index, table in enumerate(tables):
        for at in range(len(table.cells)):
            owner = Owner("cell", number)
            bare = _unplaced_cell(index, table, at)
            yield bare.model_copy(update={"areas": tuple(areas.get(owner, ())),
                                          "lines": tuple(_lines(chars.get(owner, [])))})
            number += 1


def _paragraph(paragraph: LabelledParagraph, chars: Sequence[Char]) -> ParagraphLabel:
    figures = []
    for figure in paragraph.figures:
        inside = [char for char in chars if figure.start <= char.offset < figure.end]
        figures.append(figure_label(figure, (Area(page=page, box=_rounded(box)) for page, box in lines_of(inside))))
    return ParagraphLabel(text=paragraph.text, section=paragraph.section, heading=paragraph.heading,
                          figures=tuple(figures), lines=tuple(_lines(chars)))


def _lines(chars: Sequence[Char]) -> Iterable[LineLabel]:
    at = 0
    for page, box in lines_of(chars):
        inside = []
        while at < len(chars) and chars[at].page == page and box.contains(*chars[at].box.centre):
            inside.append(chars[at])
            at += 1
        if not inside:
            continue
        level = len(inside) == 1 or inside[0].box.x0 < inside[-1].box.x0 - 0.1
        edges = (*(char.box.x0 for char in inside), inside[-1].box.x1) if level else ()
        yield LineLabel(start=inside[0].offset, end=inside[-1].offset + 1, area=Area(page=page, box=_rounded(box)),
                        edges=tuple(round(edge, 2) for edge in edges))


def _rounded(box: Box) -> tuple[float, float, float, float]:
    return round(box.x0, 2), round(box.top, 2), round(box.x1, 2), round(box.bottom, 2)

"""Writes a report as a Word document: merged cells, runs split as editors leave them, fields for page numbers."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from training.corpus.pages.compose import blocks_of
from training.corpus.pages.grid import slots
from training.corpus.pages.layout import Layout
from training.corpus.pages.tables import TableCell, TableModel
from training.corpus.types import LabelledParagraph, SyntheticReport

_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_BODY_FONTS = ("仿宋_GB2312", "仿宋", "宋体", "FangSong", "方正仿宋_GBK", "楷体_GB2312")
_TITLE_FONTS = ("方正小标宋简体", "宋体", "方正小标宋_GBK", "黑体")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_docx(report: SyntheticReport, paragraphs: Sequence[LabelledParagraph], tables: Sequence[TableModel],
               layout: Layout) -> tuple[bytes, dict[str, Any]]:
    """The document's bytes, the same for the same arguments, and what an evaluation slices by."""
    import docx
    from docx.oxml import parse_xml
    from docx.shared import Pt

    rng = random.Random(f"docx {layout.seed}")
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Pt(layout.width), Pt(layout.height)
    section.left_margin, section.right_margin = Pt(layout.left), Pt(layout.right)
    writer = _Writer(rng, layout)
    body = document.element.body
    for block in blocks_of(paragraphs, tables):
        for xml in writer.block(block):
            body.insert_element_before(parse_xml(xml), "w:sectPr")
    if layout.page_number:
        footer = section.footer.paragraphs[0]._p
        for xml in _page_field():
            footer.append(parse_xml(xml))
    made = io.BytesIO()
    document.save(made)
    remarks = {"slice": f"docx-{layout.hierarchy}-{layout.table2}", "split_runs": writer.split_runs}
    return _undated(made.getvalue()), remarks


class _Writer:
    def __init__(self, rng: random.Random, layout: Layout) -> None:
        self.rng, self.layout = rng, layout
        self.body_font, self.title_font = rng.choice(_BODY_FONTS), rng.choice(_TITLE_FONTS)
        self.table_font = rng.choice(("宋体", "仿宋", self.body_font))
        self.split_runs = rng.random() < 0.5
        self.shade = layout.shade.removeprefix("#")

    def block(self, block: tuple[int, LabelledParagraph] | TableModel) -> list[str]:
        if isinstance(block, TableModel):
            made = [self._table(block), f"<w:p {_NAMESPACE}/>"]
            if block.caption:
                made.insert(0, self._paragraph(block.caption, self.table_font, self.layout.table, "center"))
            return made
        text, heading = block[1].text, block[1].heading
        if heading and block[1].section == 0:
            return [self._paragraph(text, self.title_font, self.layout.title, "center")]
        return [self._paragraph(text, "黑体" if heading else self.body_font, self.layout.body, "", indent=True)]

    def _paragraph(self, text: str, font: str, size: float, align: str, indent: bool = False, bold: bool = False,
                   declare: bool = True) -> str:
        properties = (f'<w:ind w:firstLineChars="200" w:firstLine="{round(size * 40)}"/>' if indent else "") + (
            f'<w:jc w:val="{align}"/>' if align else "")
        runs = "".join(self._run(piece, font, size, bold) for piece in self._pieces(text))
        return f"<w:p {_NAMESPACE if declare else ''}><w:pPr>{properties}</w:pPr>{runs}</w:p>"

    def _pieces(self, text: str) -> list[str]:
        """The text cut into runs: at random places, as years of editing leave it, or whole."""
        if not self.split_runs or len(text) < 6:
            return [text] if text else []
        cuts = sorted(self.rng.sample(range(1, len(text)), min(len(text) - 1, 1 + len(text) // 12)))
        return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    @staticmethod
    def _run(text: str, font: str, size: float, bold: bool) -> str:
        inner = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
        fonts = f'<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{font}"/>'
        half = round(size * 2)
        return (f'<w:r><w:rPr>{fonts}{"<w:b/>" if bold else ""}<w:sz w:val="{half}"/><w:szCs w:val="{half}"/></w:rPr>'
                f"{inner}</w:r>")

    def _table(self, table: TableModel) -> str:
        total = sum(table.widths)
        widths = [round(width / total * self.layout.text_width * 20) for width in table.widths]
        edges = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
                        for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        rows = []
        for number, line in enumerate(slots(table)):
            repeated = "<w:tblHeader/>" if self.layout.repeat_header and number < table.header_rows else ""
            cells = "".join(self._cell(table, cell, column, starts, widths) for column, cell, starts in line)
            rows.append(f"<w:tr><w:trPr>{repeated}</w:trPr>{cells}</w:tr>")
        return (f'<w:tbl {_NAMESPACE}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
                f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
                f'<w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>')

    def _cell(self, table: TableModel, cell: TableCell | None, column: int, starts: bool, widths: list[int]) -> str:
        span = cell.colspan if cell is not None else 1
        size = self.layout.table if table.number == 2 else self.layout.table3
        properties = f'<w:tcW w:w="{sum(widths[column:column + span])}" w:type="dxa"/>'
        if span > 1:
            properties += f'<w:gridSpan w:val="{span}"/>'
        if cell is not None and cell.rowspan > 1:
            properties += '<w:vMerge w:val="restart"/>' if starts else "<w:vMerge/>"
        if cell is not None and cell.role == "title" and self.shade:
            properties += f'<w:shd w:val="clear" w:color="auto" w:fill="{self.shade}"/>'
        if cell is not None and cell.vertical and self.layout.vertical == "rotated":
            properties += '<w:textDirection w:val="tbRlV"/>'
        properties += '<w:vAlign w:val="center"/>'
        text = cell.text if cell is not None and starts else ""
        if cell is not None and cell.vertical and self.layout.vertical == "stacked":
            text = "\n".join(text)
        align = "left" if cell is not None and cell.role in ("label", "corner") else "center"
        heavy = cell is not None and cell.role in ("title", "header") and self.layout.bold_headers
        inner = self._paragraph(text, self.table_font, size, align, bold=heavy, declare=False)
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def _page_field() -> list[str]:
    """The runs of - PAGE -."""
    field = ('<w:fldChar w:fldCharType="begin"/>', '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
             '<w:fldChar w:fldCharType="separate"/>', "<w:t>1</w:t>", '<w:fldChar w:fldCharType="end"/>')
    runs = ('<w:t xml:space="preserve">- </w:t>', *field, '<w:t xml:space="preserve"> -</w:t>')
    return [f"<w:r {_NAMESPACE}>{run}</w:r>" for run in runs]


def _undated(data: bytes) -> bytes:
    """The archive with every entry dated alike, so that the same report gives the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w") as target:
        for entry in source.infolist():
            plain = zipfile.ZipInfo(entry.filename, _EPOCH)
            plain.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(plain, source.read(entry))
    return made.getvalue()

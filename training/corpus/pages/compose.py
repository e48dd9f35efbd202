"""Puts a report on sheets: title, paragraphs, tables in their sections, and what stands around them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from extractor.document import Box
from training.corpus.pages import fonts
from training.corpus.pages.layout import Layout
from training.corpus.pages.pagetable import TableSetter, embolden
from training.corpus.pages.sheet import Composed, Fill, Owner, Region, Run, Sheet, Stroke, advance, baseline
from training.corpus.pages.tables import TableModel
from training.corpus.pages.typeset import break_lines, glyphs_of, justify
from training.corpus.types import LabelledParagraph, SyntheticReport

SECTION = re.compile(r"^[一二三四五六]、")
HEADINGS = {1: "一、总体情况", 2: "二、主动公开政府信息情况", 3: "三、收到和处理政府信息公开申请情况",
            4: "四、政府信息公开行政复议、行政诉讼情况", 5: "五、存在的主要问题及改进情况", 6: "六、其他需要报告的事项"}
Block = tuple[int, LabelledParagraph] | TableModel
_RED = "#D00000"
_NOTES = ("注：本报告电子版可在门户网站下载。", "注：数据由各单位报送汇总。", "（此件公开发布）")


def complete(report: SyntheticReport) -> tuple[LabelledParagraph, ...]:
    """The paragraphs of a report, with the official headings of sections that have tables but no heading yet."""
    have = {p.section for p in report.paragraphs if p.heading}
    made: list[LabelledParagraph] = []
    for section in range(0, 7):
        own = [p for p in report.paragraphs if p.section == section]
        if section in (2, 3, 4) and section not in have:
            made.append(LabelledParagraph(HEADINGS[section], section, heading=True))
        made += own
    return tuple(made)


def blocks_of(paragraphs: Sequence[LabelledParagraph], tables: Sequence[TableModel]) -> list[Block]:
    """Paragraphs (with their numbers) and tables in reading order: a table follows its section's heading."""
    made: list[Block] = []
    placed: set[int] = set()
    for number, paragraph in enumerate(paragraphs):
        made.append((number, paragraph))
        if paragraph.heading and paragraph.section not in placed:
            placed.add(paragraph.section)
            made += [table for table in tables if table.number == paragraph.section]
    return made


def compose(report: SyntheticReport, paragraphs: Sequence[LabelledParagraph], tables: Sequence[TableModel],
            layout: Layout) -> Composed:
    """The report on sheets; owners count the cells of all tables in order, and paragraphs by their number."""
    composer = _Composer(report, layout)
    composer.head()
    first = {id(table): sum(len(t.cells) for t in tables[:index]) for index, table in enumerate(tables)}
    for block in blocks_of(paragraphs, tables):
        if isinstance(block, TableModel):
            composer.table(block, first[id(block)])
        else:
            composer.paragraph(*block)
    composer.finish()
    return Composed(composer.sheets, composer.regions, layout.width, layout.height)


class _Composer:
    def __init__(self, report: SyntheticReport, layout: Layout) -> None:
        self.report, self.layout = report, layout
        self.rng = random.Random(f"compose {layout.seed}")
        self.sheets = [Sheet()]
        self.regions: list[Region] = []
        self.y = layout.top
        self.limit = layout.height - layout.bottom

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    def turn(self) -> None:
        self.sheets.append(Sheet())
        self.y = self.layout.top

    def head(self) -> None:
        """The red head of an official document: the body's name in large red letters over a red line."""
        if not self.layout.red_head:
            return
        size = min(36.0, self.layout.text_width / max(1, len(self.report.body.name)) * 0.95)
        self._line(self.report.body.name, self.layout.title_font, size, size * 1.6, "center", color=_RED)
        x0, x1 = self.layout.left, self.layout.width - self.layout.right
        self.sheet.strokes.append(Stroke(x0, self.y, x1, self.y, 1.8, _RED))
        self.y += 24

    def paragraph(self, number: int, paragraph: LabelledParagraph) -> None:
        layout = self.layout
        owner = Owner("paragraph", number)
        if paragraph.heading and paragraph.section == 0:
            self._set(paragraph.text, owner, layout.title_font, layout.title, layout.title * 1.5, "center",
                      color=layout.title_color)
            self.y += layout.title * 0.6
        elif paragraph.heading:
            main = SECTION.match(paragraph.text) is not None
            if self.y + 2 * layout.leading + 40 > self.limit:
                self.turn()
            self._set(paragraph.text, owner, layout.heading_font if main else layout.body_font, layout.body,
                      layout.leading, "indent", heavy=not main and self.rng.random() < 0.7)
        else:
            self._set(paragraph.text, owner, layout.body_font, layout.body, layout.leading, "indent")

    def _set(self, text: str, owner: Owner | None, font: str, size: float, leading: float, how: str,
             color: str = "#000000", heavy: bool = False) -> None:
        layout = self.layout
        indent = 2 * size if how == "indent" else 0.0
        start = 0
        for piece in text.split("\n"):
            glyphs = glyphs_of(piece, font, layout.western, size, start)
            start += len(piece) + 1
            even = layout.justify and how == "indent"
            lines = break_lines(glyphs, layout.text_width, size, indent, squeeze=even)
            for line in justify(lines, layout.text_width) if even else lines:
                if self.y + leading > self.limit:
                    self.turn()
                if not line.glyphs:
                    continue
                x = layout.left + line.indent
                if how == "center":
                    x = layout.left + (layout.text_width - line.width) / 2
                elif how == "right":
                    x = layout.left + layout.text_width - line.width - 2 * size
                run = Run(x, baseline(self.y, leading, size), line.glyphs, size, line.spacing, owner, color=color)
                self.sheet.runs.append(embolden(run, layout) if heavy else run)
                self.y += leading

    def _line(self, text: str, font: str, size: float, leading: float, how: str, color: str = "#000000") -> None:
        self._set(text, None, font, size, leading, how, color)

    def table(self, model: TableModel, first_owner: int) -> None:
        layout = self.layout
        setter = TableSetter(model, layout, first_owner)
        if model.caption:
            if self.y + 3 * layout.leading > self.limit:
                self.turn()
            self._line(model.caption, layout.table_font, layout.table, layout.table * 1.8, "center")
        whole = self.limit - layout.top
        if layout.split == "before" and self.y + setter.height > self.limit and setter.height <= whole:
            self.turn()
        if self.y + setter.heights[0] > self.limit:
            self.turn()
        parts = setter.parts(len(self.sheets), self.y, layout.top, self.limit)
        while len(self.sheets) < parts[-1].page:
            self.sheets.append(Sheet())
        self.regions += setter.draw(parts, self.sheets)
        self.y = parts[-1].slices[-1].bottom + self.rng.choice((4.0, 10.0, layout.leading * 0.6))

    def finish(self) -> None:
        """Signature, page numbers, running heads and a footnote."""
        layout = self.layout
        if layout.signature:
            self.y += layout.leading
            date = f"{self.report.year + 1}年1月{self.rng.randint(4, 31)}日"
            for text in (self.report.body.name, date):
                self._line(text, layout.body_font, layout.body, layout.leading, "right")
        if layout.footnote:
            note = self.rng.choice(_NOTES)
            y = layout.height - layout.bottom + 12
            self.sheets[0].strokes.append(Stroke(layout.left, y - 4, layout.left + 140, y - 4, 0.5, "#000000"))
            self._mark(self.sheets[0], note, layout.left, y, 9.0)
        for number, sheet in enumerate(self.sheets, start=1):
            self._number(sheet, number)
            if layout.running_head:
                head = f"{self.report.body.name}政府信息公开工作年度报告"
                self._mark(sheet, head, layout.left, layout.top * 0.45, 9.0)
        if layout.family == "web_print" and self.rng.random() < 0.5:
            self.sheets[0].fills.append(Fill(Box(0.0, 0.0, layout.width, layout.top * 0.8), "#F5F8FC"))

    def _number(self, sheet: Sheet, number: int) -> None:
        layout = self.layout
        text = layout.page_number.format(n=number, of=len(self.sheets))
        if not text:
            return
        size = 14.0 if layout.body >= 15 else 9.0
        font = fonts.FALLBACK["song"] if layout.western else layout.body_font
        glyphs = tuple(glyphs_of(text, font, layout.western, size))
        width = advance(glyphs)
        right = layout.width - layout.right - width
        x = {"center": (layout.width - width) / 2, "right": right,
             "outer": right - size if number % 2 else layout.left + size}[layout.page_number_at]
        y = layout.height - max(24.0, layout.bottom * 0.55)
        sheet.runs.append(Run(x, y, glyphs, size))

    def _mark(self, sheet: Sheet, text: str, x: float, y: float, size: float) -> None:
        glyphs = glyphs_of(text, self.layout.body_font, self.layout.western, size)
        sheet.runs.append(Run(x, baseline(y, size, size), tuple(glyphs), size))

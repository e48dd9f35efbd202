"""Builds a small report with the statutory tables of 2021, for tests: as rows of cells, web page, text dump and PDF.

The values of table 3 satisfy its sums.
"""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Sequence
from decimal import Decimal

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from extractor.fields import load

Cell = str | tuple[str, int, int]
Rows = list[list[Cell]]
Values = dict[str, Decimal | None]

BODY, TITLE = "淮北市烈山区财政局", "淮北市烈山区财政局2022年政府信息公开工作年度报告"
PREAMBLE = "依据条例编制本报告。本报告所列数据的统计期限自2022年1月1日起至2022年12月31日止。"
PROSE = "2022年，我局认真贯彻落实条例，扎实推进各项工作，进一步提升政府信息公开工作的质量和水平。"
HEADINGS = ("一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况",
            "四、政府信息公开行政复议、行政诉讼情况", "五、存在的主要问题及改进情况")
APPLICANTS = ("natural_person", "business", "research", "social", "legal_service", "other_org", "total")
NAMES: list[Cell] = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
OUTCOMES = ("upheld", "corrected", "other", "pending", "total")
RESULTS: list[Cell] = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
DISPUTES = {"review": (2, 1, 0, 3, 6), "litigation.direct": (1, 0, 2, 0, 3), "litigation.after_review": (4, 0, 0, 1, 5)}
REQUESTS = load().table("requests")
ROWS = [row for row in REQUESTS.rows if "2021" in row.templates]
STATED = {
    "received": (31, 4, 0, 1, 2, 0), "carried_in": (3, 1, 0, 0, 0, 0), "granted": (12, 2, 0, 0, 1, 0),
    "partially_granted": (4, 1, 0, 0, 0, 0), "refused.third_party_rights": (1, 0, 0, 0, 0, 0),
    "refused.process_information": (2, 0, 0, 0, 0, 0), "unavailable.not_held": (5, 1, 0, 1, 0, 0),
    "not_processed.petition": (2, 0, 0, 0, 0, 0), "not_processed.duplicate": (0, 0, 0, 0, 1, 0),
    "other.not_corrected": (1, 0, 0, 0, 0, 0), "other.other": (2, 0, 0, 0, 0, 0), "handled": (29, 4, 0, 1, 2, 0),
    "carried_out": (5, 1, 0, 0, 0, 0)}
HEADER: Rows = [[("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 3, 3), ("申请人情况", 1, 7)],
                [("自然人", 2, 1), ("法人或其他组织", 1, 5), ("总计", 2, 1)], NAMES[1:6]]


def counts(row_id: str) -> list[int]:
    stated = STATED.get(row_id.removeprefix("requests."), (0,) * 6)
    return [*stated, sum(stated)]


def expected(**changed: Decimal | int | None) -> Values:
    """All values; `changed` gives others, by field id or the beginning of one, with `__` for the dots."""
    found: Values = {
        "disclosure.regulations.issued": Decimal(1), "disclosure.regulations.repealed": Decimal(2),
        "disclosure.regulations.in_force": Decimal(13), "disclosure.normative_documents.issued": Decimal(6),
        "disclosure.normative_documents.repealed": Decimal(5), "disclosure.normative_documents.in_force": Decimal(32),
        "disclosure.licences.decisions": Decimal(5176), "disclosure.penalties.decisions": Decimal(693),
        "disclosure.coercions.decisions": Decimal(21), "disclosure.fees.amount": Decimal("40.682")}
    found |= {f"{row.id}.{column}": Decimal(n) for row in ROWS for column, n in zip(APPLICANTS, counts(row.id), strict=True)}
    found |= {f"{group}.{name}": Decimal(n) for group, line in DISPUTES.items() for name, n in zip(OUTCOMES, line, strict=True)}
    for name, value in changed.items():
        start = name.replace("__", ".")
        found |= {field: Decimal(value) if value is not None else None for field in found
                  if field == start or field.startswith(start + ".")}
    return found


def table2() -> Rows:
    return [[("第二十条第（一）项", 1, 4)], ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
            ["规章", "1", "2", "13"], ["行政规范性文件", "6", "5", "32"], [("第二十条第（五）项", 1, 4)],
            ["信息内容", ("本年处理决定数量", 1, 3)], ["行政许可", ("5176", 1, 3)], [("第二十条第（六）项", 1, 4)],
            ["信息内容", ("本年处理决定数量", 1, 3)], ["行政处罚", ("693", 1, 3)], ["行政强制", ("21", 1, 3)],
            [("第二十条第（八）项", 1, 4)], ["信息内容", ("本年收费金额（单位：万元）", 1, 3)],
            ["行政事业性收费", ("40.682", 1, 3)]]


def lines3(more: int = 0) -> list[tuple[str, list[tuple[str, int, int]], list[Cell]]]:
    """Row ids, label cells and values of table 3; `more` is added to every value."""
    inner = [row for row in ROWS if row.under]
    made: list[tuple[str, list[tuple[str, int, int]], list[Cell]]] = []
    for row in ROWS:
        members = [other for other in ROWS if other.under == row.under]
        labels = [(row.labels[0], 1, 1 if row.under not in (None, "result") else 2 if row.under else 3)]
        if row.under not in (None, "result") and row is members[0]:
            labels.insert(0, (REQUESTS.group(row.under or "").labels[0], len(members), 1))
        if row is inner[0]:
            labels.insert(0, ("三、本年度办理结果", len(inner), 1))
        values: list[Cell] = [str(n + more) for n in counts(row.id)]
        made.append((row.id, labels, values))
    return made


def table3(more: int = 0) -> Rows:
    return [*HEADER, *([*labels, *values] for _, labels, values in lines3(more))]


def flat3(names: Sequence[Cell] = NAMES, pick: Callable[[list[Cell]], list[Cell]] = list) -> Rows:
    """Table 3 with one label column and one header row."""
    return [["项目", *names], *([labels[-1][0], *pick(values)] for _, labels, values in lines3())]


def table4() -> Rows:
    return [[("行政复议", 1, 5), ("行政诉讼", 1, 10)],
            [*((str(name), 2, 1) for name in RESULTS), ("未经复议直接起诉", 1, 5), ("复议后起诉", 1, 5)], RESULTS * 2,
            [str(n) for line in DISPUTES.values() for n in line]]


def spanned(cell: Cell) -> tuple[str, int, int]:
    return cell if isinstance(cell, tuple) else (cell, 1, 1)


def markup(rows: Rows) -> str:
    lines = ("".join(f'<td rowspan="{down}" colspan="{across}">{html.escape(text)}</td>'
                     for text, down, across in map(spanned, row)) for row in rows)
    return "<table border=1>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def page(second: str | None = None, third: str | None = None, fourth: str | None = None, first: str = PROSE) -> bytes:
    parts = (first, second if second is not None else markup(table2()), third if third is not None else markup(table3()),
             fourth if fourth is not None else markup(table4()), PROSE)
    body = "".join(f"<p>{heading}</p>" + (part if part.startswith("<") else f"<p>{part}</p>")
                   for heading, part in zip(HEADINGS, parts, strict=True))
    return f"<html><head><meta charset='utf-8'></head><body><p>{TITLE}</p><p>{PREAMBLE}</p>{body}</body></html>".encode()


def dump(write: Callable[[Rows], str], second: Rows | None = None, third: Rows | None = None,
         fourth: Rows | None = None) -> bytes:
    parts = (PROSE, write(second or table2()), write(third or table3()), write(fourth or table4()), PROSE)
    sections = (f"{heading}\n{part}" for heading, part in zip(HEADINGS, parts, strict=True))
    return "\n".join([TITLE, PREAMBLE, *sections]).encode()


def texts(rows: Rows) -> list[list[str]]:
    return [[spanned(cell)[0] for cell in row] for row in rows]


def slots(rows: Rows) -> list[list[str]]:
    """The grid, a spanning cell's text in its first slot only."""
    taken: dict[tuple[int, int], str] = {}
    for r, row in enumerate(rows):
        column = 0
        for text, down, across in map(spanned, row):
            while (r, column) in taken:
                column += 1
            taken |= {(r + i, column + j): text if i == j == 0 else "" for i in range(down) for j in range(across)}
            column += across
    width = max(column for _, column in taken) + 1
    return [[taken.get((r, column), "") for column in range(width)] for r in range(len(rows))]


def wide(text: str) -> int:
    return sum(2 if char > "\u2e80" else 1 for char in text)


class Sheet:
    """PDF pages on which text is set and lines are drawn from the top down, with the PDF base font for Chinese."""

    def __init__(self, wide: bool = False, lines: str = "all") -> None:
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        self.width, self.height = (842, 595) if wide else (595, 842)
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=(self.width, self.height))
        self.lines, self.y = lines, 50.0

    def turn(self) -> None:
        self.canvas.showPage()
        self.y = 50.0

    def text(self, x: float, top: float, text: str, size: float) -> None:
        self.canvas.setFont("STSong-Light", size)
        self.canvas.drawString(x, self.height - top - 0.86 * size, text)

    def paragraph(self, text: str) -> None:
        per = int((self.width - 100) // 11)
        for start in range(0, len(text), per):
            if self.y > self.height - 70:
                self.turn()
            self.text(50, self.y, text[start:start + per], 11)
            self.y += 18

    def table(self, rows: Rows, widths: Sequence[float], lines: str = "") -> None:
        """A table with the lines `all`, `double`, `horizontal`, `outer` (none between values) or `none`."""
        scale = (self.width - 100) / sum(widths)
        xs = [50 + scale * sum(widths[:i]) for i in range(len(widths) + 1)]
        cells = placed(rows)
        heights = [max(16.0, *(10 * len(broken(cell[4], xs[cell[1] + cell[3]] - xs[cell[1]])) + 6 for cell in cells
                               if cell[0] == row and cell[2] == 1)) for row in range(len(rows))]
        first = 0
        while first < len(rows):
            last, height = first, 0.0
            while last < len(rows) and self.y + height + heights[last] < self.height - 60:
                height, last = height + heights[last], last + 1
            if last > first:
                self.part(cells, first, last, xs, heights, lines or self.lines)
            first = last
            if first < len(rows):
                self.turn()
        self.y += 12

    def part(self, cells: list[tuple[int, int, int, int, str]], first: int, last: int, xs: list[float],
             heights: list[float], lines: str) -> None:
        """The rows `first` to `last` of a table, on one page."""
        ys = {row: self.y + sum(heights[first:row]) for row in range(first, last + 1)}
        for row, column, down, across, text in cells:
            if row >= last or row + down <= first:
                continue
            box = (xs[column], ys[max(row, first)], xs[column + across], ys[min(row + down, last)])
            self.frame(*box, lines, len(xs) == 11 and column > 2)
            if row >= first:
                top = (box[1] + box[3]) / 2 - 5 * len(broken(text, box[2] - box[0]))
                for i, line in enumerate(broken(text, box[2] - box[0])):
                    middle = (box[0] + box[2] - 4 * wide(line)) / 2
                    self.text(middle if text.isdigit() else box[0] + 3, top + 10 * i, line, 8)
        self.y = ys[last]

    def frame(self, left: float, top: float, right: float, bottom: float, lines: str, value: bool) -> None:
        for inset in {"all": (0.0,), "outer": (0.0,), "horizontal": (0.0,), "double": (0.0, 1.6)}.get(lines, ()):
            ends = (left + inset, self.height - top - inset, right - inset, self.height - bottom + inset)
            self.canvas.line(ends[0], ends[1], ends[2], ends[1])
            self.canvas.line(ends[0], ends[3], ends[2], ends[3])
            if lines != "horizontal" and not (lines == "outer" and value):
                self.canvas.line(ends[0], ends[1], ends[0], ends[3])
            if lines != "horizontal" and not (lines == "outer" and value and right < self.width - 51):
                self.canvas.line(ends[2], ends[1], ends[2], ends[3])

    def data(self) -> bytes:
        self.canvas.showPage()
        self.canvas.save()
        return self.out.getvalue()


def broken(text: str, width: float) -> list[str]:
    """The lines of 8-point text in a cell."""
    made = [""]
    for char in text:
        if 4 * wide(made[-1] + char) > width - 6 and made[-1]:
            made.append("")
        made[-1] += char
    return made


def placed(rows: Rows) -> list[tuple[int, int, int, int, str]]:
    """Row, column, spans and text of each cell."""
    taken: set[tuple[int, int]] = set()
    found = []
    for r, row in enumerate(rows):
        column = 0
        for text, down, across in map(spanned, row):
            while (r, column) in taken:
                column += 1
            found.append((r, column, down, across, text))
            taken |= {(r + i, column + j) for i in range(down) for j in range(across)}
            column += across
    return found


def printed(sheet: Sheet, second: str = "", third: str = "", fourth: str = "", gap: float = 0.0) -> bytes:
    """A report on pages; the tables with the lines named, `gap` points left free above table 4."""
    for text in (TITLE, PREAMBLE, HEADINGS[0], PROSE, HEADINGS[1]):
        sheet.paragraph(text)
    sheet.table(table2(), [2, 1, 1, 1], second)
    sheet.paragraph(HEADINGS[2])
    sheet.table(table3(), [1, 2.2, 6, *[1.4] * 7], third)
    sheet.paragraph(HEADINGS[3])
    sheet.y += gap
    sheet.table(table4(), [1] * 15, fourth)
    for text in (HEADINGS[4], PROSE):
        sheet.paragraph(text)
    return sheet.data()

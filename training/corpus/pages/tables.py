"""The statutory tables of a report as grids of cells, in the variants in which offices set them; for every format."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from extractor.fields import Row, TableSpec, load
from extractor.report import plain
from training.corpus.pages.layout import LabelStyle, Layout
from training.corpus.types import SyntheticReport

Role = Literal["title", "header", "label", "value", "corner"]
_UNITS = ("（单位：万元）", "（单位：万元）", "（万元）", "（单位：万元，保留4位小数）")
COLUMNS3 = ("natural_person", "business", "research", "social", "legal_service", "other_org", "total")
OUTCOMES = ("upheld", "corrected", "other", "pending", "total")
RELATION = "本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和"
_ITEMS_2021 = (("第二十条第（一）项", ("regulations", "normative_documents"), ("issued", "repealed", "in_force")),
               ("第二十条第（五）项", ("licences",), ("decisions",)),
               ("第二十条第（六）项", ("penalties", "coercions"), ("decisions",)),
               ("第二十条第（八）项", ("fees",), ("amount",)))
_ITEMS_2019 = (("第二十条第（一）项", ("regulations", "normative_documents"),
                ("created", "published", "published_total")),
               ("第二十条第（五）项", ("licences", "other_services"), ("items_last_year", "change", "decisions")),
               ("第二十条第（六）项", ("penalties", "coercions"), ("items_last_year", "change", "decisions")),
               ("第二十条第（八）项", ("fees",), ("items_last_year", "change")),
               ("第二十条第（九）项", ("procurement",), ("items", "amount")))


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a grid; `field` is set where it holds a value, `vertical` where a label may be set downwards."""

    row: int
    column: int
    text: str
    role: Role
    rowspan: int = 1
    colspan: int = 1
    field: str | None = None
    vertical: bool = False


@dataclass(frozen=True, slots=True)
class TableModel:
    """A grid with its cells, the relative widths of its columns, its leading header rows and what stands above it.

    `number` is 2, 3 or 4, the section that the table belongs to.
    """

    number: int
    cells: tuple[TableCell, ...]
    rows: int
    columns: int
    widths: tuple[float, ...]
    header_rows: int
    caption: str = ""


def printed(report: SyntheticReport, field: str) -> str:
    """What stands in the cell of `field`."""
    if field in report.printed:
        return report.printed[field]
    value = report.values[field]
    return "" if value is None else plain(value)


def build_tables(report: SyntheticReport, layout: Layout) -> list[TableModel]:
    """All tables of the report in reading order, labels worded as the layout's office words them."""
    words = _Wording(layout.labels, random.Random(f"labels {layout.seed}"))
    return [*_disclosure(report, layout, words), _requests(report, layout, words), *_disputes(report, layout, words)]


class _Wording:
    """Words labels: brackets, marks after numbers, variants, blanks between short words, slips of the pen."""

    def __init__(self, style: LabelStyle, rng: random.Random) -> None:
        self.style, self.rng = style, rng

    def choose(self, labels: Sequence[str]) -> str:
        use = len(labels) > 1 and self.rng.random() < self.style.variants
        return self.typed(self.rng.choice(labels[1:]) if use else labels[0])

    def typed(self, text: str) -> str:
        style = self.style
        text = re.sub(r"^(\d)\.", lambda found: found[1] + style.mark, text)
        text = re.sub(r"^(（[一二三四五六七]）)", lambda found: found[1] + style.after_ordinal, text)
        if style.parentheses == "half":
            text = text.replace("（", "(").replace("）", ")")
        if style.spread and text in ("总计", "合计", "其他", "规章"):
            text = f"{text[0]}{' ' * self.rng.choice((1, 2))}{text[1]}"
        if len(text) > 9 and self.rng.random() < style.slips:
            at = self.rng.randrange(4, len(text) - 1)
            text = text[:at] + text[at + 1:]
        return text

    def header(self, text: str) -> str:
        """A header of a narrow column, broken by hand into lines of two or so characters where the office does so."""
        if not self.style.header_breaks or len(text) < 4:
            return text
        if len(text) == 4:
            return f"{text[:2]}\n{text[2:]}"
        return "\n".join(text[at:at + 2] for at in range(0, len(text), 2)) if self.rng.random() < 0.4 else text


def _column_label(spec: TableSpec, column: str, row: str) -> tuple[str, ...]:
    labels = next(c.labels for c in spec.columns if c.id == column)
    if column == "amount":
        return ("采购总金额",) if row == "procurement" else ("本年收费金额",)
    if column == "decisions" and "other_services" in row:
        return ("处理决定数量",)
    return labels


def _disclosure(report: SyntheticReport, layout: Layout, words: _Wording) -> list[TableModel]:
    items = _ITEMS_2019 if "disclosure.fees.items_last_year" in report.values else _ITEMS_2021
    parts = [part for part in (_item(report, words, *item) for item in items) if part is not None]
    if layout.table2 == "one":
        return [_stacked(parts)] if parts else []
    made = []
    for part in parts:
        if layout.table2 == "captioned":
            title = part.cells[0].text
            cells = tuple(replace(cell, row=cell.row - 1) for cell in part.cells[1:])
            part = replace(part, cells=cells, rows=part.rows - 1, header_rows=1, caption=title)
        made.append(part)
    return made


def _item(report: SyntheticReport, words: _Wording, title: str, rows: Iterable[str],
          columns: Sequence[str]) -> TableModel | None:
    """One part of table 2: its title, its header, its rows; the grid has four columns whatever the part needs."""
    spec = load().table("disclosure")
    kept = [row for row in rows if any(f"disclosure.{row}.{column}" in report.values for column in columns)]
    if not kept:
        return None
    at, spans = _thirds(len(columns))
    old = "change" in columns
    cells = [TableCell(0, 0, words.typed(title), "title", colspan=4), TableCell(1, 0, "信息内容", "header")]
    for column, start, span in zip(columns, at, spans, strict=True):
        label = words.choose(_column_label(spec, column, kept[-1]))
        if old and column == "decisions":
            label = "处理决定数量"
        if column == "amount" and kept[0] == "fees":
            label += words.typed(words.rng.choice(_UNITS))
        elif column == "amount":
            label += words.rng.choice(("", "", words.typed("（单位：万元）")))
        cells.append(TableCell(1, start, label, "header", colspan=span))
    for index, row in enumerate(kept, start=2):
        labels = spec.row(f"disclosure.{row}").labels
        if row == "normative_documents" and old_style(columns):
            labels = ("规范性文件",)
        cells.append(TableCell(index, 0, words.choose(labels), "label"))
        for column, start, span in zip(columns, at, spans, strict=True):
            field = f"disclosure.{row}.{column}"
            text = printed(report, field) if field in report.values else ""
            cells.append(TableCell(index, start, text, "value", colspan=span,
                                   field=field if field in report.values else None))
    return TableModel(2, tuple(cells), len(kept) + 2, 4, (1.5, 1.0, 1.0, 1.0), 2)


def old_style(columns: Sequence[str]) -> bool:
    """True for the columns of template 2019."""
    return "created" in columns


def _thirds(count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """First columns and spans of one, two or three cells that share columns 1 to 3."""
    return {1: ((1,), (3,)), 2: ((1, 2), (1, 2)), 3: ((1, 2, 3), (1, 1, 1))}[count]


def _stacked(parts: Sequence[TableModel]) -> TableModel:
    cells: list[TableCell] = []
    rows = 0
    for part in parts:
        cells += [replace(cell, row=cell.row + rows) for cell in part.cells]
        rows += part.rows
    return replace(parts[0], cells=tuple(cells), rows=rows, header_rows=0)


def _requests(report: SyntheticReport, layout: Layout, words: _Wording) -> TableModel:
    spec = load().table("requests")
    rows = [row for row in spec.rows if f"{row.id}.total" in report.values]
    depth = layout.hierarchy
    cells, top = _header3(layout, words, depth)
    cells += _labels3(spec, rows, layout, words, top, depth)
    extra = _result_line(rows) if depth == 1 else None
    for index, row in enumerate(rows):
        line = top + index + (1 if extra is not None and index >= extra else 0)
        for at, column in enumerate(COLUMNS3):
            field = f"{row.id}.{column}"
            if field in report.values:
                cells.append(TableCell(line, depth + at, printed(report, field), "value", field=field))
    total = top + len(rows) + (1 if extra is not None else 0)
    label = layout.label_share / (1 - layout.label_share) * len(COLUMNS3)
    shares = {3: (0.09, 0.36, 0.55), 2: (0.3, 0.7), 1: (1.0,)}[depth]
    widths = tuple(label * share for share in shares) + (1.0,) * len(COLUMNS3)
    return TableModel(3, tuple(cells), total, depth + len(COLUMNS3), widths, top)


def _result_line(rows: Sequence[Row]) -> int | None:
    """Index of the first row under 三、本年度办理结果, which takes a line of its own in flat tables."""
    return next((index for index, row in enumerate(rows) if row.under is not None), None)


def _header3(layout: Layout, words: _Wording, depth: int) -> tuple[list[TableCell], int]:
    spec = load().table("requests")
    names = {column.id: words.choose(column.labels[:1]) for column in spec.columns}
    corner = words.typed(words.rng.choice((f"（{RELATION}）",) * 5 + (RELATION, "项目", "")))
    if layout.header3 == "one_row":
        cells = [TableCell(0, 0, corner or "申请人情况", "corner", colspan=depth)]
        return cells + [TableCell(0, depth + at, words.header(names[c]), "header") for at, c in enumerate(COLUMNS3)], 1
    top = 3 if layout.header3 == "statutory" else 2
    cells = [TableCell(0, 0, corner, "corner", rowspan=top, colspan=depth)]
    if top == 3:
        cells.append(TableCell(0, depth, "申请人情况", "header", colspan=7))
    first = top - 2
    cells.append(TableCell(first, depth, words.header(names["natural_person"]), "header", rowspan=2))
    cells.append(TableCell(first, depth + 1, "法人或其他组织", "header", colspan=5))
    cells.append(TableCell(first, depth + 6, names["total"], "header", rowspan=2))
    cells += [TableCell(first + 1, depth + at, words.header(names[c]), "header")
              for at, c in enumerate(COLUMNS3[1:6], start=1)]
    return cells, top


def _labels3(spec: TableSpec, rows: Sequence[Row], layout: Layout, words: _Wording, top: int,
             depth: int) -> list[TableCell]:
    if depth == 1:
        return _flat_labels(spec, rows, words, top)
    cells: list[TableCell] = []
    last = depth - 1
    result = [index for index, row in enumerate(rows) if row.under is not None]
    if depth == 3 and result:
        label = words.choose(spec.group("result").labels[:1])
        cells.append(TableCell(top + result[0], 0, label, "label", rowspan=len(result), vertical=True))
    for group in ("refused", "unavailable", "not_processed", "other"):
        members = [index for index, row in enumerate(rows) if row.under == group]
        if members:
            cells.append(TableCell(top + members[0], last - 1, words.choose(spec.group(group).labels), "label",
                                   rowspan=len(members)))
    for index, row in enumerate(rows):
        first = 0 if row.under is None else last - 1 if row.under == "result" else last
        cells.append(TableCell(top + index, first, words.choose(row.labels), "label", colspan=depth - first))
    return cells


def _flat_labels(spec: TableSpec, rows: Sequence[Row], words: _Wording, top: int) -> list[TableCell]:
    """One label column: 三、本年度办理结果 on a line of its own, a group's name before each of its rows."""
    cells = []
    extra = _result_line(rows)
    names = {group.id: words.choose(group.labels[:1]) for group in spec.groups}
    for index, row in enumerate(rows):
        if index == extra:
            cells.append(TableCell(top + index, 0, names["result"], "label", colspan=1 + len(COLUMNS3)))
        line = top + index + (1 if extra is not None and index >= extra else 0)
        text = words.choose(row.labels)
        group = names[row.under] if row.under is not None and row.under != "result" else ""
        cells.append(TableCell(line, 0, group + text, "label"))
    return cells


def _disputes(report: SyntheticReport, layout: Layout, words: _Wording) -> list[TableModel]:
    spec = load().table("disputes")
    groups = [row.id for row in spec.rows if f"{row.id}.total" in report.values]
    blocks = {"statutory": [groups], "two": [groups[:1], groups[1:]], "three": [[g] for g in groups]}[layout.table4]
    return [_dispute_block(report, words, spec, block) for block in blocks if block]


def _dispute_block(report: SyntheticReport, words: _Wording, spec: TableSpec, groups: Sequence[str]) -> TableModel:
    """Some of the groups 行政复议, 未经复议直接起诉, 复议后起诉 side by side, under their shared header."""
    cells: list[TableCell] = []
    names = {c.id: words.choose(c.labels[:1]) for c in spec.columns}
    litigation = [group for group in groups if group.startswith("litigation")]
    deep = bool(litigation)
    header = 3 if deep else 2
    for block, group in enumerate(groups):
        start = block * 5
        label = words.choose(spec.row(group).labels[:1])
        leaf, span = 1, 2 if deep else 1
        if group in litigation:
            cells.append(TableCell(1, start, label, "header", colspan=5))
            leaf, span = 2, 1
        else:
            cells.append(TableCell(0, start, label, "header", colspan=5))
        for at, outcome in enumerate(OUTCOMES):
            field = f"{group}.{outcome}"
            cells.append(TableCell(leaf, start + at, words.header(names[outcome]), "header", rowspan=span))
            cells.append(TableCell(header, start + at, printed(report, field), "value", field=field))
    if litigation:
        first = groups.index(litigation[0]) * 5
        cells.append(TableCell(0, first, words.choose(spec.group("litigation").labels), "header",
                               colspan=5 * len(litigation)))
    return TableModel(4, tuple(cells), header + 1, 5 * len(groups), (1.0,) * (5 * len(groups)), header)

"""How a report is laid out: one seeded draw of everything that differs between offices, from fonts to page breaks."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from typing import Any, Literal

from training.corpus.pages import fonts

Family = Literal["office", "rects", "spreadsheet", "web_print", "open_sides", "horizontal", "borderless"]
RULED: frozenset[str] = frozenset({"office", "rects", "spreadsheet", "web_print", "open_sides"})
"""Families whose tables show all inner rulings, so that the grid can be read off the page."""
_FAMILIES: tuple[tuple[Family, int], ...] = (
    ("office", 46), ("rects", 16), ("spreadsheet", 10), ("web_print", 10), ("open_sides", 6), ("horizontal", 7),
    ("borderless", 5))
_SHADES = ("", "", "", "#C6D9F0", "#D9D9D9", "#DBE5F1", "#F2F2F2", "#E2EFD9", "#FFF2CC", "#BDD6EE", "#DEEAF6")
_PAGE_NUMBERS = ("- {n} -", "- {n} -", "-{n}-", "— {n} —", "{n}", "{n}", "第{n}页", "第 {n} 页 共 {of} 页",
                 "{n} / {of}", "")


@dataclass(frozen=True, slots=True)
class LabelStyle:
    """How the official labels are typed: brackets, marks after numbers, blanks, and slips of the pen."""

    parentheses: Literal["full", "half"] = "full"
    mark: str = "."
    after_ordinal: str = ""
    spread: bool = False
    variants: float = 0.0
    slips: float = 0.0
    header_breaks: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that decides how one report looks. Lengths are points, sizes of type included.

    `family` is how tables are ruled; `hierarchy` how many columns the labels of table 3 take (3, 2 or 1); `split`
    where a table may break: anywhere (inside a row label too), between rows, or before the table only.
    """

    seed: int
    family: Family
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    body_font: str
    heading_font: str
    title_font: str
    table_font: str
    western: str
    body: float
    leading: float
    title: float
    table: float
    table3: float
    title_color: str
    bold: Literal["stroke", "cut", "overprint", "none"]
    bold_headers: bool
    bold_rows: bool
    line: float
    line_color: str
    outer_line: float
    shade: str
    shade_headers: bool
    row_height: float
    row_height3: float
    padding: float
    label_share: float
    label_align: Literal["left", "center"]
    vertical: Literal["stacked", "rotated", "wrapped"]
    hierarchy: Literal[3, 2, 1]
    header3: Literal["statutory", "two_rows", "one_row"]
    table2: Literal["one", "four", "captioned"]
    table4: Literal["statutory", "two", "three"]
    split: Literal["anywhere", "rows", "before"]
    open_break: bool
    spanning: Literal["first", "cut", "repeat"]
    repeat_header: bool
    wrap_numbers: bool
    page_number: str
    page_number_at: Literal["center", "outer", "right"]
    running_head: bool
    footnote: bool
    red_head: bool
    signature: bool
    justify: bool
    labels: LabelStyle

    @property
    def ruled(self) -> bool:
        return self.family in RULED

    @property
    def text_width(self) -> float:
        return self.width - self.left - self.right

    @property
    def name(self) -> str:
        """A short name for slices of an evaluation: `office-3-one-anywhere`."""
        return f"{self.family}-{self.hierarchy}-{self.table2}-{self.split}"

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "ruled": self.ruled, **asdict(self)}


def draw_layout(seed: int) -> Layout:
    """The layout of number `seed`; the same number gives the same layout on a machine with the same fonts."""
    rng = random.Random(f"layout {seed}")
    family = rng.choices([name for name, _ in _FAMILIES], [weight for _, weight in _FAMILIES])[0]
    body = rng.choice((16.0, 16.0, 16.0, 15.0, 14.0, 12.0, 10.5))
    web = family == "web_print"
    depths: tuple[Literal[3], Literal[2], Literal[1]] = (3, 2, 1)
    hierarchy = rng.choices(depths, (86, 9, 5))[0]
    page: dict[str, Any] = _page(rng, web)
    return Layout(
        seed=seed, family=family, **page, **_type(rng, web, body),
        title_color=rng.choice(("#000000", "#000000", "#000000", "#C00000", "#1F3864")),
        bold=rng.choices(("stroke", "cut", "overprint", "none"), (55, 30, 5, 10))[0],
        bold_headers=rng.random() < 0.5, bold_rows=rng.random() < 0.4, **_rulings(rng),
        padding=rng.choice((1.5, 2.5, 4.0, 5.4)), label_share=rng.uniform(0.42, 0.58),
        label_align=rng.choice(("left", "left", "left", "center")),
        vertical=rng.choices(("stacked", "rotated", "wrapped"), (62, 14, 24))[0], hierarchy=hierarchy,
        header3=rng.choices(("statutory", "two_rows", "one_row"), (88, 7, 5))[0],
        table2=rng.choices(("one", "four", "captioned"), (76, 13, 11))[0],
        table4=rng.choices(("statutory", "two", "three"), (88, 7, 5))[0],
        split=rng.choices(("anywhere", "rows", "before"), (55, 30, 15))[0], open_break=rng.random() < 0.3,
        spanning=rng.choices(("first", "cut", "repeat"), (60, 25, 15))[0], repeat_header=rng.random() < 0.22,
        wrap_numbers=rng.random() < 0.04, page_number=rng.choice(_PAGE_NUMBERS),
        page_number_at=rng.choice(("center", "center", "outer", "right")), running_head=rng.random() < 0.08,
        footnote=rng.random() < 0.08, red_head=rng.random() < 0.08, signature=rng.random() < 0.3,
        justify=rng.random() < 0.8, labels=_labels(rng))


def _page(rng: random.Random, web: bool) -> dict[str, float]:
    width, height = rng.choices(((595.3, 841.9), (595.0, 842.0), (612.0, 792.0)), (70, 25, 5))[0]
    if web:
        side = rng.uniform(28, 50)
        return {"width": width, "height": height, "left": side, "right": side, "top": rng.uniform(30, 50),
                "bottom": rng.uniform(30, 50)}
    left = rng.choice((89.9, 79.4, 74.3, 70.9, 62.4, rng.uniform(55, 95)))
    return {"width": width, "height": height, "left": left, "right": rng.choice((left, left, left - 4)),
            "top": rng.choice((104.9, 72.0, 79.4, 85.0)), "bottom": rng.choice((99.2, 72.0, 85.0, 70.0))}


def _type(rng: random.Random, web: bool, body: float) -> dict[str, Any]:
    text_style: fonts.Style = rng.choices(("fangsong", "song", "kai", "hei"), (50, 33, 7, 10))[0]
    if web:
        text_style = rng.choice(("song", "hei"))
        body = rng.choice((12.0, 10.5, 13.5))
    table_style: fonts.Style = rng.choices(("song", "fangsong", "hei", "kai"), (66, 20, 9, 5))[0]
    text_font, table_font = rng.choice(fonts.names_of(text_style)), rng.choice(fonts.names_of(table_style))
    if rng.random() < 0.3:
        table_font = text_font
    small = rng.choice((12.0, 10.5, 10.5, 10.0, 9.0, 14.0))
    return {"body_font": text_font, "table_font": table_font, "body": body,
            "heading_font": rng.choice(fonts.names_of(rng.choice(("hei", "hei", text_style)))),
            "title_font": rng.choice(fonts.names_of(rng.choice(("song", "song", "hei")))),
            "western": rng.choices(("Times-Roman", "", "Helvetica"), (58, 34, 8))[0],
            "leading": round(body * rng.uniform(1.45, 2.0), 1), "title": rng.choice((22.0, 22.0, 20.0, 18.0, 24.0)),
            "table": small, "table3": min(small, rng.choice((12.0, 10.5, 10.0, 9.0, 9.0, 8.0)))}


def _rulings(rng: random.Random) -> dict[str, Any]:
    line = rng.choice((0.5, 0.5, 0.48, 0.75, 0.25, 1.0))
    return {"line": line, "line_color": rng.choice(("#000000",) * 6 + ("#7F7F7F", "#BFBFBF", "#4472C4", "#DDDDDD")),
            "outer_line": rng.choice((line, line, line, 1.5)), "shade": rng.choice(_SHADES),
            "shade_headers": rng.random() < 0.25, "row_height": rng.choice((18.0, 22.0, 28.3, 34.0, 40.0)),
            "row_height3": rng.choice((13.0, 15.6, 17.0, 20.0, 24.0, 28.0))}


def _labels(rng: random.Random) -> LabelStyle:
    return LabelStyle(
        parentheses=rng.choices(("full", "half"), (82, 18))[0],
        mark=rng.choices((".", "．", "、", ". "), (70, 12, 10, 8))[0],
        after_ordinal=rng.choice(("", "", "", "", " ")), spread=rng.random() < 0.12,
        variants=rng.choice((0.0, 0.0, 0.0, 0.15, 0.5)), slips=rng.choice((0.0,) * 12 + (0.03,)),
        header_breaks=rng.random() < 0.5)

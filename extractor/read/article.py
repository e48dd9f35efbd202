"""Finds the report on a web page: between navigation, side columns and footers, by what only the report has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.read.flow import Passage, RawTable
from extractor.read.markup import Region

TITLE = re.compile(r"信息公开.{0,30}年报|年度报告|資訊公開")
"""What the title of an annual report holds."""
LONGEST_TITLE = 80
SECTION = re.compile(r"^\s*[一二三四五六]\s*[、．.]", re.MULTILINE)
"""How the six sections are numbered."""
NUMBERS = 4
"""Numbers in cells that make a table one of the report's."""
FEWEST_ANCHORS = 2
"""Headings and tables that it takes to tell where the report is."""
LARGE = 12
"""Cells of a table that belongs to the report even where it holds no numbers yet."""
PROSE = 40
"""Characters from which a line with a full stop is running text, not a menu entry."""
LEAST_SHARE = 0.5
"""Share of the page's text, links aside, that the report must be: missed headings must not cost half of it."""
WIDENINGS = 30
"""How many enclosing elements are looked at beyond the one that holds all sections."""
TRUSTED_LINKS = 0.6
"""Share of linked text above which links say nothing (an anchor left open swallows the page)."""

Item = Passage | RawTable


def select(items: Sequence[Item], regions: Sequence[Region]) -> tuple[list[Item], int]:
    """The items of the report, and the number of the region that was found to hold it (0: the whole page).

    The region is the smallest that holds all numbered section headings, all tables with numbers and most of the text,
    widened to the title and introduction around it. Passages and tables that consist of links are navigation and left
    out. A page with hardly any such headings and tables is returned whole, less its links.
    """
    links = _links_tell(items)
    shown = [item for item in items if not (links and _is_navigation(item))]
    anchors = [_origin(item) for item in shown if _is_anchor(item)]
    if len(anchors) < FEWEST_ANCHORS:
        return shown, 0
    region = min(anchors)
    while region and (regions[region].last < max(anchors) or _share(shown, region, regions) < LEAST_SHARE):
        region = regions[region].parent
    region = _widened(region, items, regions, links)
    return [item for item in shown if _within(item, region, regions)], region


def _origin(item: Item) -> int:
    return item.origin if isinstance(item.origin, int) else 0


def _within(item: Item, region: int, regions: Sequence[Region]) -> bool:
    return region <= _origin(item) <= regions[region].last


def _share(items: Sequence[Item], region: int, regions: Sequence[Region]) -> float:
    """The share of the items' text that stands within a region."""
    inside = outside = 0
    for item in items:
        size = len(item.text) if isinstance(item, Passage) else sum(len(cell.text) for cell in item.cells)
        if _within(item, region, regions):
            inside += size
        else:
            outside += size
    return inside / max(1, inside + outside)


def _links_tell(items: Sequence[Item]) -> bool:
    passages = [item for item in items if isinstance(item, Passage)]
    linked = sum(len(passage.text) for passage in passages if passage.linked)
    return linked <= TRUSTED_LINKS * sum(len(passage.text) for passage in passages)


def _is_navigation(item: Item) -> bool:
    """True for a linked passage and for a table most of whose filled cells are links."""
    if isinstance(item, Passage):
        return item.linked
    filled = [cell for cell in item.cells if cell.text]
    linked = sum(1 for cell in filled if any(isinstance(inner, Passage) and inner.linked for inner in cell.content))
    return linked * 2 > len(filled)


def _is_anchor(item: Item) -> bool:
    if isinstance(item, RawTable):
        return item.numbers >= NUMBERS
    return SECTION.search(item.text) is not None


def is_title(text: str) -> bool:
    """True if a line may be the title of an annual report."""
    return len(text) <= LONGEST_TITLE and TITLE.search(text) is not None


def _widened(region: int, items: Sequence[Item], regions: Sequence[Region], links: bool) -> int:
    """The outermost enclosing region that adds a title or running text and no more navigation than other lines."""
    chosen, outer = region, region
    for _ in range(WIDENINGS):
        if outer == 0:
            break
        outer = regions[outer].parent
        extra = [item for item in items if _within(item, outer, regions) and not _within(item, chosen, regions)]
        linked = sum(1 for item in extra if links and _is_navigation(item))
        worth = any(_belongs(item) for item in extra if not (links and _is_navigation(item)))
        if worth and linked * 2 <= len(extra):
            chosen = outer
    return chosen


def _belongs(item: Item) -> bool:
    if isinstance(item, RawTable):
        return len(item.cells) >= LARGE
    return any(is_title(line) or (len(line) >= PROSE and "。" in line) for line in item.lines)

"""A table without upright rulings that goes on over a page break: the columns of the page before are those of this one.

Where most of its cells are blank and no header is repeated, its own print does not show all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.document import Page, Ruling, Word
from extractor.layout.grid import Grid, GridCell, find_grids

SAME = 6.0
"""Points within which the sides of both parts, and borders of their columns, are the same."""
OFF = 4.0
"""Points by which a number may be off the middle of its column."""


def continued(pages: Iterable[Page]) -> tuple[Page, ...]:
    """The pages of a scan in their order, each with the columns that its first table has on the page before."""
    found: list[Page] = []
    for page in pages:
        found.append(_with_columns_before(page, found[-1] if found else None))
    return tuple(found)


def _with_columns_before(page: Page, before: Page | None) -> Page:
    """The page with the columns that its first table has on the page before, if that is as wide and has more of them.

    Only a table without any words among its numbers takes them, since a header tells its own columns.
    """
    if before is None or page.needs_ocr or before.needs_ocr:
        return page
    mine, others = find_grids(page.rulings)[:1], find_grids(before.rulings)[-1:]
    if not mine or not others:
        return page
    grid, borders = mine[0], others[0].xs
    if len(grid.xs) >= len(borders) or any(abs(grid.xs[i] - borders[i]) > SAME for i in (0, -1)):
        return page
    words = [word for word in page.words if grid.box.contains(*word.box.centre)]
    first = _first_border(grid, borders, words)
    if first is None:
        return page
    missing = [at for at in borders if first - SAME < at < grid.xs[-1] - SAME
               and all(abs(at - own) > SAME for own in grid.xs)]
    if not missing:  # it is only among its labels that the part has fewer columns
        return page
    kept = [ruling for ruling in page.rulings if not _own_border(ruling, grid, first, borders)]
    more = [Ruling(at, cell.box.top, at, cell.box.bottom) for cell in _rows_after(grid, first) for at in missing]
    return replace(page, rulings=(*kept, *more))


def _first_border(grid: Grid, borders: Sequence[float], words: Sequence[Word]) -> float | None:
    """Where the grid's columns of numbers begin, if it holds nothing but numbers there and each stands in the middle of one
    of the columns with `borders`; else None.
    """
    numbers = [word for word in words if word.text.strip().isdigit()]
    first = max((at for at in grid.xs if numbers and at <= min(word.box.x0 for word in numbers)), default=None)
    if first is None or any(word.box.x0 > first and word not in numbers for word in words):
        return None
    middles = [(before + after) / 2 for before, after in pairwise(borders)]
    centred = all(min(abs(word.box.centre[0] - middle) for middle in middles) <= OFF for word in numbers)
    crossed = any(word.box.x0 < at < word.box.x1 for word in words for at in borders if at > first)
    return first if centred and not crossed else None


def _own_border(ruling: Ruling, grid: Grid, first: float, borders: Sequence[float]) -> bool:
    """True for an upright ruling among the numbers of a grid that is none of the `borders`."""
    return (not ruling.horizontal and first - 0.1 <= ruling.x0 < grid.xs[-1] - SAME
            and grid.ys[0] - SAME <= ruling.top and ruling.bottom <= grid.ys[-1] + SAME
            and all(abs(ruling.x0 - at) > SAME for at in borders))


def _rows_after(grid: Grid, first: float) -> list[GridCell]:
    """One cell of each row of a grid, from among its numbers."""
    rows = {cell.row: cell for cell in grid.cells if cell.rowspan == 1 and cell.box.x1 > first + SAME}
    return list(rows.values())

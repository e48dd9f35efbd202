"""A table without upright rulings that goes on over a page break: the columns of the page before are those of this one.

Where most of its cells are blank and no header is repeated, its own print does not show all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from extractor.document import Page, Ruling, Word
from extractor.layout.grid import Grid, find_grids

SAME = 6.0
"""Points within which the sides of both parts, and borders of their columns, are the same."""


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
    grid, other = mine[0], others[0]
    if len(grid.xs) >= len(other.xs) or any(abs(grid.xs[i] - other.xs[i]) > SAME for i in (0, -1)):
        return page
    words = [word for word in page.words if grid.box.contains(*word.box.centre)]
    more = _missing(grid, other.xs, words)
    return replace(page, rulings=(*page.rulings, *more)) if more else page


def _missing(grid: Grid, borders: Sequence[float], words: Sequence[Word]) -> list[Ruling]:
    """The borders that the grid lacks, cell by cell; none if there are words among the numbers, or numbers upon a border."""
    numbers = [word for word in words if word.text.strip().isdigit()]
    if not numbers:
        return []
    first = max((at for at in grid.xs if at <= min(word.box.x0 for word in numbers)), default=grid.xs[0])
    new = [at for at in borders if at > first + SAME and all(abs(at - other) > SAME for other in grid.xs)]
    among = [word for word in words if word.box.x0 > first and word not in numbers]
    cut = any(word.box.x0 < at < word.box.x1 for word in words for at in new)
    if not new or among or cut:
        return []
    return [Ruling(at, cell.box.top, at, cell.box.bottom) for cell in grid.cells for at in new
            if cell.box.x0 + SAME < at < cell.box.x1 - SAME and cell.box.x0 >= first - SAME]

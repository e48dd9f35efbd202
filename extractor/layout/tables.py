"""Fills grids with the words that stand in them, and joins a table that continues on the next page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from extractor.document import Box, Cell, Page, Place, Table, Word
from extractor.layout.grid import Grid, GridCell, find_grids
from extractor.layout.lines import TextRun, to_lines, without_watermark

MAY_CUT = 2.0
"""Points a word may reach over a cell's border before its characters are dealt out one by one."""
SAME_COLUMNS = 6.0
"""Points within which two tables' column borders are the same."""
NARROW = 0.15
"""Share of a table's width that a column of sideways labels takes at most."""
REPEATED = 80
"""Likeness, of 100, of a header at the top of a page to that of its table, for it to be the same one again."""
NUMBERED = re.compile(r"\s*([（(]?[一二三四五六七八九十]+[）)、.．]|[（(]?\d{1,2}[）)、.．](?!\d))")
"""The start of a label that opens a new row or group: 三、 （四） 1. 2、"""


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A table with the place of its column borders, so that its parts on two pages can be aligned."""

    page: int
    box: Box
    xs: tuple[float, ...]
    table: Table


def page_tables(page: Page, before: RuledTable | None = None) -> tuple[list[RuledTable], list[Word]]:
    """The ruled tables of a page, and the words that stand in none of them; `before` is the last table of the page before."""
    tables: list[RuledTable] = []
    free = without_watermark(page.words)
    for position, grid in enumerate(find_grids(page.rulings)):
        if position == 0 and before is not None and before.page == page.number - 1:
            grid = _as_wide(grid, before.xs)
        if len(grid.xs) < 3 and len(grid.ys) < 3:
            continue
        inside, outside = _split(free, grid.box)
        table = _fill(grid, inside, page.number)
        if _is_table(table):
            tables.append(RuledTable(page.number, grid.box, grid.xs, table))
            free = outside
    return tables, free


def _as_wide(grid: Grid, xs: Sequence[float]) -> Grid:
    """The grid with the first column of the table before it (borders `xs`), where this lacks its own borders.

    It is that of a cell that began on the page before and ends on a later one: some programs draw none of it here.
    """
    shared = [at for at in xs if at >= grid.xs[0] - SAME_COLUMNS]
    same = all(any(abs(at - other) <= SAME_COLUMNS for other in grid.xs) for at in shared)
    width = grid.xs[0] - xs[0]
    if not same or len(shared) < 3 or abs(grid.xs[-1] - xs[-1]) > SAME_COLUMNS or not (
            SAME_COLUMNS < width < NARROW * (xs[-1] - xs[0])):
        return grid
    begun = GridCell(0, 0, len(grid.ys) - 1, 1, Box(xs[0], grid.ys[0], grid.xs[0], grid.ys[-1]))
    moved = (replace(cell, column=cell.column + 1) for cell in grid.cells)
    return Grid((xs[0], *grid.xs), grid.ys, (begun, *moved))


def _is_table(table: Table) -> bool:
    """Boxes around prose and underlines make grids too: a table has two columns, and text in at least two cells."""
    return table.columns >= 2 and sum(bool(cell.text) for cell in table.cells) >= 2 and \
        any(cell.colspan < table.columns for cell in table.cells if cell.text)


def _split(words: Sequence[Word], box: Box) -> tuple[list[Word], list[Word]]:
    inside: list[Word] = []
    outside: list[Word] = []
    for word in words:
        (inside if box.contains(*word.box.centre) else outside).append(word)
    return inside, outside


def _fill(grid: Grid, words: Sequence[Word], page: int) -> Table:
    """A table whose cells hold the words of their boxes; a cell's place is its words' box, or its own if empty."""
    in_cell: dict[int, list[Word]] = defaultdict(list)
    for word in words:
        for index, part in _deal(grid, word):
            in_cell[index].append(part)
    cells = []
    for index, cell in enumerate(grid.cells):
        lines = cell_lines(in_cell[index])
        box = Box.around(line.box for line in lines) if lines else cell.box
        cells.append(Cell(cell.row, cell.column, "\n".join(line.text for line in lines), cell.rowspan, cell.colspan,
                          Place(page, box), min((line.confidence for line in lines), default=1.0),
                          lines[0].alternatives if len(lines) == 1 else ()))
    return Table(tuple(cells), len(grid.ys) - 1, len(grid.xs) - 1)


def _deal(grid: Grid, word: Word) -> list[tuple[int, Word]]:
    """The cell a word stands in, or its parts where it runs over a border (neighbouring cells read as one word)."""
    home = _cell_at(grid, *word.box.centre)
    if home is not None and _fits(word, grid.cells[home].box):
        return [(home, word)]
    parts: list[tuple[int, Word]] = []
    y = word.box.centre[1]
    start, current = 0, None
    for position in range(len(word.text) + 1):
        middle = (word.edges[position] + word.edges[position + 1]) / 2 if position < len(word.text) else None
        cell = _cell_at(grid, middle, y) if middle is not None else None
        if position == len(word.text) or (cell != current and position > start):
            if current is not None:
                parts.append((current, word.part(start, position)))
            start = position
        current = cell
    return parts or ([(home, word)] if home is not None else [])


def _fits(word: Word, box: Box) -> bool:
    return word.box.x0 >= box.x0 - MAY_CUT and word.box.x1 <= box.x1 + MAY_CUT


def _cell_at(grid: Grid, x: float, y: float) -> int | None:
    return next((i for i, cell in enumerate(grid.cells) if cell.box.contains(x, y)), None)


def cell_lines(words: list[Word]) -> list[TextRun]:
    """The lines of a cell; rotated text (a label set sideways) is read as one line, in its own direction."""
    turned = [word for word in words if not word.upright]
    lines = to_lines([word for word in words if word.upright])
    if turned:
        ordered = sorted(turned, key=lambda w: (round(w.box.x0), w.box.top))
        text = "".join(word.text for word in ordered)
        lines.append(TextRun(text, Box.around(w.box for w in ordered), (), ordered[0].size, 1.0))
    return lines


def continues(upper: RuledTable, lower: RuledTable) -> bool:
    """True if `lower`, at the top of a page, is as wide as `upper`, at the foot of the page before."""
    return (lower.page == upper.page + 1 and abs(upper.box.x0 - lower.box.x0) <= SAME_COLUMNS
            and abs(upper.box.x1 - lower.box.x1) <= SAME_COLUMNS)


def join(upper: RuledTable, lower: RuledTable) -> RuledTable:
    """One table from two that follow each other: a repeated header is dropped, a label cut in two is made whole."""
    xs, of_upper, of_lower = _common_borders(_fitted(upper.xs, lower.xs), lower.xs)
    first, second = _realigned(upper, of_upper, len(xs) - 1), _realigned(lower, of_lower, len(xs) - 1)
    second = _without_repeated_header(first, second)
    moved = tuple(replace(cell, row=cell.row + first.rows) for cell in second.cells)
    joined = Table(first.cells + moved, first.rows + second.rows, len(xs) - 1)
    return RuledTable(lower.page, lower.box, xs, _mend_break(joined, first.rows) if moved else joined)


def _fitted(xs: Sequence[float], onto: Sequence[float]) -> tuple[float, ...]:
    """Column borders moved and stretched so that the first and the last are those of `onto`: pages of a scan differ by a
    few points, and then their columns do."""
    stretch = (onto[-1] - onto[0]) / (xs[-1] - xs[0])
    return tuple(onto[0] + (at - xs[0]) * stretch for at in xs)


def _common_borders(upper: Sequence[float], lower: Sequence[float]) -> tuple[tuple[float, ...], list[int], list[int]]:
    """All column borders of both, and where among them each one's own are.

    One of `upper` and one of `lower` within `SAME_COLUMNS` are the same; two of one table never are, however narrow
    the column between them is.
    """
    borders: list[float] = []
    places: tuple[list[int], list[int]] = [], []
    for at, own in sorted([(at, 0) for at in upper] + [(at, 1) for at in lower]):
        taken = bool(places[own]) and places[own][-1] == len(borders) - 1
        if not borders or taken or at - borders[-1] > SAME_COLUMNS:
            borders.append(at)
        places[own].append(len(borders) - 1)
    return tuple(borders), *places


def _realigned(part: RuledTable, places: Sequence[int], columns: int) -> Table:
    """The table with its columns counted by common borders; `places` are its own borders' among them."""
    cells = tuple(replace(cell, column=places[cell.column], colspan=places[cell.column + cell.colspan] - places[cell.column])
                  for cell in part.table.cells)
    return Table(cells, part.table.rows, columns)


def _without_repeated_header(upper: Table, lower: Table) -> Table:
    """Drops leading rows of `lower` that repeat the leading rows of `upper`; a misread character makes no other header."""
    first, second = upper.by_row(), lower.by_row()
    repeated = 0
    for above, below in zip(first, second, strict=False):
        if not _same_header(above, below) or any(_is_number(cell) for cell in above):
            break
        repeated += 1
    if not repeated:
        return lower
    cells = tuple(replace(cell, row=cell.row - repeated) for cell in lower.cells if cell.row >= repeated)
    return Table(cells, lower.rows - repeated, lower.columns)


def _same_header(above: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """True if two rows have cells in the same columns and say the same, but for marks and a few characters."""
    if [(c.column, c.colspan) for c in above] != [(c.column, c.colspan) for c in below]:
        return False
    texts = ["".join(re.sub(r"\W+", "", cell.text) for cell in row) for row in (above, below)]
    return bool(texts[0]) and fuzz.ratio(*texts) >= REPEATED


def _mend_break(table: Table, at: int) -> Table:
    """Joins what a page break at row `at` cut: a row with halves on both pages, and cells that span the break."""
    above = {(c.column, c.colspan): c for c in table.cells if c.row + c.rowspan == at}
    below = {(c.column, c.colspan): c for c in table.cells if c.row == at}
    pairs = [(above[key], below[key]) for key in above.keys() & below.keys()]
    if not pairs:
        return table
    one_row = (len(pairs) == len(above) == len(below)
               and all(not upper.text or not lower.text or _cut_label(upper, lower) for upper, lower in pairs)
               and any(lower.text for _, lower in pairs)
               and not _independent(pairs))
    if one_row:
        merged = {id(lower): None for _, lower in pairs}
        grown = {id(upper): _merged(upper, lower, lower.rowspan - 1) for upper, lower in pairs}
        rest = [grown.get(id(c), c) for c in table.cells if id(c) not in merged]
        return _drop_row(replace(table, cells=tuple(rest)), at)
    # a heading above, numbers below: the upper row is the end of a header, whatever is left of the lower one's label
    first_values = any(map(_is_number, below.values())) and not any(map(_is_number, above.values()))
    spanning = [(u, low) for u, low in pairs if (not low.text or _cut_label(u, low)) and u.text and not _is_number(u)
                and (u.rowspan > 1 or low.rowspan > 1) and not (low.rowspan == 1 and (_only_values(below.values()) or first_values))]
    gone = {id(low) for _, low in spanning}
    longer = {id(u): _merged(u, low, low.rowspan) for u, low in spanning}
    return replace(table, cells=tuple(longer.get(id(c), c) for c in table.cells if id(c) not in gone))


def _only_values(row: Iterable[Cell]) -> bool:
    """True for a row without a label: its blanks are values left blank, whatever header stands above them."""
    texts = [cell for cell in row if cell.text]
    return bool(texts) and all(_is_number(cell) for cell in texts)


def _independent(pairs: list[tuple[Cell, Cell]]) -> bool:
    """True if both halves hold values, or the lower half opens a label of its own: then they are two rows."""
    both = sum(_is_number(upper) and _is_number(lower) for upper, lower in pairs)
    opens = any(upper.text and NUMBERED.match(lower.text) for upper, lower in pairs)
    return both > 0 or opens


def _cut_label(upper: Cell, lower: Cell) -> bool:
    """True if the lower text goes on where the upper one breaks off, and opens no label of its own."""
    return bool(upper.text) and not _is_number(upper) and not _is_number(lower) and not NUMBERED.match(lower.text)


def _is_number(cell: Cell) -> bool:
    """True for a number, also with a unit or a remark behind it (2240000元, 22（其中修订16件）), for strokes and for 无."""
    return bool(cell.text) and bool(re.fullmatch(
        r"[\s\d.,，．０-９/／—－+-]+(?:亿?万?元|件|项|个|%)?\s*(?:[（(][^（）()]*[)）])?|\s*(?:暂?无|無|不涉及|不适用)\s*",
        cell.text))


def _merged(upper: Cell, lower: Cell, more_rows: int) -> Cell:
    place = upper.place if upper.text or not lower.text else lower.place
    return replace(upper, text=upper.text + ("\n" if upper.text and lower.text else "") + lower.text,
                   rowspan=upper.rowspan + more_rows, place=place,
                   confidence=min(upper.confidence, lower.confidence),
                   alternatives=upper.alternatives if upper.text else lower.alternatives)


def _drop_row(table: Table, row: int) -> Table:
    cells = tuple(replace(cell, row=cell.row - 1) if cell.row > row else cell for cell in table.cells)
    return replace(table, cells=cells, rows=table.rows - 1)

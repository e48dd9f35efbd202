"""Lays tables on pages: widths, heights, page breaks (between rows and inside them), rulings, and text in cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractor.document import Box
from training.corpus.pages import fonts
from training.corpus.pages.layout import Layout
from training.corpus.pages.sheet import Fill, Owner, Region, Run, Sheet, Stroke, advance, baseline
from training.corpus.pages.tables import TableCell, TableModel
from training.corpus.pages.typeset import Glyph, SetLine, break_lines, glyphs_of

LEADING = 1.25
SMALLEST = 5.5
"""Points below which numbers are broken into two lines rather than shrunk."""


@dataclass(frozen=True, slots=True)
class SetCell:
    """A cell with its text in lines; `size` is shrunk where a number would not fit its column."""

    cell: TableCell
    owner: Owner
    lines: tuple[SetLine, ...]
    size: float
    turned: bool = False

    @property
    def leading(self) -> float:
        return self.size * LEADING

    @property
    def height(self) -> float:
        return advance(self.lines[0].glyphs) if self.turned else len(self.lines) * self.leading


@dataclass(frozen=True, slots=True)
class Slice:
    """Part of a row on one page: lines `first` to `last` of its cells (`last` None: all that are left)."""

    row: int
    top: float
    bottom: float
    first: int = 0
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The slices of a table on one page, preceded by a repeated header of `header` slices."""

    page: int
    slices: tuple[Slice, ...]
    header: tuple[Slice, ...] = ()


class TableSetter:
    """Sets one table for a layout: measures it, breaks it into parts and draws them."""

    def __init__(self, model: TableModel, layout: Layout, first_owner: int) -> None:
        self.model, self.layout = model, layout
        self.size = layout.table if model.number == 2 else layout.table3
        total = sum(model.widths)
        self.xs = [layout.left]
        for width in model.widths:
            self.xs.append(self.xs[-1] + width / total * layout.text_width)
        self.cells = [self._set(cell, Owner("cell", first_owner + index)) for index, cell in enumerate(model.cells)]
        self.heights = self._heights()

    @property
    def height(self) -> float:
        return sum(self.heights)

    # --- measuring

    def _set(self, cell: TableCell, owner: Owner) -> SetCell:
        layout = self.layout
        width = self.xs[cell.column + cell.colspan] - self.xs[cell.column] - 2 * self._padding(cell)
        font = layout.table_font
        if cell.vertical and layout.vertical == "rotated":
            return SetCell(cell, owner, (SetLine(tuple(glyphs_of(cell.text, font, layout.western, self.size))),),
                           self.size, turned=True)
        if cell.vertical and layout.vertical == "stacked":
            glyphs = glyphs_of(cell.text, font, layout.western, self.size)
            return SetCell(cell, owner, tuple(SetLine((glyph,)) for glyph in glyphs), self.size)
        size = self._shrunk(cell, width)
        return SetCell(cell, owner, tuple(self._lines(cell.text, size, width)), size)

    def _padding(self, cell: TableCell) -> float:
        room = self.xs[cell.column + cell.colspan] - self.xs[cell.column]
        return min(self.layout.padding, max(0.5, (room - 2 * self.size) / 2))

    def _shrunk(self, cell: TableCell, width: float) -> float:
        if cell.role != "value" or self.layout.wrap_numbers or not cell.text.strip("-").replace(".", "").isdigit():
            return self.size
        needed = advance(glyphs_of(cell.text, self.layout.table_font, self.layout.western, self.size))
        return max(SMALLEST, self.size * min(1.0, width / needed))

    def _lines(self, text: str, size: float, width: float) -> Iterator[SetLine]:
        start = 0
        for piece in text.split("\n"):
            glyphs = glyphs_of(piece, self.layout.table_font, self.layout.western, size, start)
            yield from break_lines(glyphs, max(width, size), size, split_numbers=True)
            start += len(piece) + 1

    def _heights(self) -> list[float]:
        low = self.layout.row_height if self.model.number == 2 else self.layout.row_height3
        heights = [low] * self.model.rows
        for item in self.cells:
            if item.cell.rowspan == 1:
                heights[item.cell.row] = max(heights[item.cell.row], item.height + 2 * min(3.0, self.layout.padding))
        for item in self.cells:
            rows = range(item.cell.row, item.cell.row + item.cell.rowspan)
            lacking = item.height + 2 - sum(heights[row] for row in rows)
            if lacking > 0:
                heights[rows[-1]] += lacking
        return heights

    # --- breaking

    def parts(self, page: int, y: float, top: float, limit: float) -> list[Part]:
        """Where the rows go from (`page`, `y`) on; pages after the first begin at `top` and end at `limit`."""
        parts: list[Part] = []
        slices: list[Slice] = []
        header: tuple[Slice, ...] = ()
        for row, height in enumerate(self.heights):
            if y + height > limit + 0.01 and (slices or parts):
                cut = self._cut(row, limit - y)
                if cut is not None:
                    lines, used = cut
                    slices.append(Slice(row, y, y + used, 0, lines))
                parts.append(Part(page, tuple(slices), header))
                page, y, slices = page + 1, top, []
                header, y = self._repeated(y)
                if cut is not None:
                    slices.append(Slice(row, y, y + height - used + 2, cut[0], None))
                    y += height - used + 2
                    continue
            slices.append(Slice(row, y, y + height))
            y += height
        return [*parts, Part(page, tuple(slices), header)]

    def _repeated(self, y: float) -> tuple[tuple[Slice, ...], float]:
        if not self.layout.repeat_header:
            return (), y
        slices = []
        for row in range(self.model.header_rows):
            slices.append(Slice(row, y, y + self.heights[row]))
            y += self.heights[row]
        return tuple(slices), y

    def _cut(self, row: int, room: float) -> tuple[int, float] | None:
        """How many lines of a row stay on the page, and the height they take; None if the row may not be cut."""
        own = [item for item in self.cells if item.cell.row == row and item.cell.rowspan == 1]
        lines = max((len(item.lines) for item in own), default=1)
        if self.layout.split != "anywhere" or lines < 2 or row < self.model.header_rows:
            return None
        leading = self.size * LEADING
        kept = min(lines - 1, int((room - 2) // leading))
        return (kept, kept * leading + 2) if kept >= 1 else None

    # --- drawing

    def draw(self, parts: Sequence[Part], sheets: Sequence[Sheet]) -> Iterator[Region]:
        """Draws the parts on their sheets; yields the areas of the cells."""
        for index, part in enumerate(parts):
            sheet = sheets[part.page - 1]
            boxes: list[tuple[SetCell, Box]] = []
            for item in self.cells:
                for box in self._boxes(item, part.header):
                    boxes.append((item, box))
                    self._text(sheet, item, box, item.lines, owned=False)
                for box in self._boxes(item, part.slices):
                    boxes.append((item, box))
                    yield Region(item.owner, part.page, box)
                    self._text(sheet, item, box, self._lines_here(item, parts, index))
            self._shade(sheet, boxes)
            self._rule(sheet, [box for _, box in boxes], cut_above=index > 0 and not part.header,
                       cut_below=index < len(parts) - 1)

    def _boxes(self, item: SetCell, slices: Sequence[Slice]) -> list[Box]:
        rows = range(item.cell.row, item.cell.row + item.cell.rowspan)
        mine = [piece for piece in slices if piece.row in rows]
        if not mine:
            return []
        left, right = self.xs[item.cell.column], self.xs[item.cell.column + item.cell.colspan]
        return [Box(left, mine[0].top, right, mine[-1].bottom)]

    def _lines_here(self, item: SetCell, parts: Sequence[Part], index: int) -> tuple[SetLine, ...]:
        """The lines of a cell that stand in part `index`."""
        areas = [self._boxes(item, part.slices) for part in parts]
        present = [at for at, boxes in enumerate(areas) if boxes]
        if len(present) == 1:
            return item.lines
        if item.cell.rowspan == 1:
            piece = next(piece for piece in parts[index].slices if piece.row == item.cell.row)
            return item.lines[piece.first:piece.last]
        if self.layout.spanning == "repeat" and not item.turned:
            return item.lines if areas[index][0].height >= item.height else ()
        heights = [areas[at][0].height for at in present]
        if self.layout.spanning == "first" or item.turned:
            fitting = [at for at, height in zip(present, heights, strict=True) if height >= item.height]
            home = fitting[0] if fitting else present[heights.index(max(heights))]
            return item.lines if index == home else ()
        return self._cut_lines(item, heights, present.index(index))

    @staticmethod
    def _cut_lines(item: SetCell, heights: Sequence[float], at: int) -> tuple[SetLine, ...]:
        """The lines that fall into part `at` when the text is centred over all parts and cut where the page ends."""
        start = (sum(heights) - item.height) / 2
        above = sum(heights[:at])
        kept = [line for number, line in enumerate(item.lines)
                if above <= start + (number + 0.5) * item.leading < above + heights[at]]
        return tuple(kept)

    def _text(self, sheet: Sheet, item: SetCell, box: Box, lines: Sequence[SetLine], owned: bool = True) -> None:
        owner = item.owner if owned else None
        if not lines or not any(line.glyphs for line in lines):
            return
        if item.turned:
            x, y = box.centre
            run = Run(x + 0.38 * item.size, y + item.height / 2, lines[0].glyphs, item.size, owner=owner, angle=90)
            sheet.runs.append(self._weighted(run, item.cell))
            return
        top = box.top + (box.height - len(lines) * item.leading) / 2
        for number, line in enumerate(lines):
            width = advance(line.glyphs)
            left = box.x0 + self._padding(item.cell)
            centred = item.cell.role in ("title", "header", "value") or item.cell.vertical or (
                item.cell.role == "label" and self.layout.label_align == "center")
            x = box.x0 + (box.width - width) / 2 if centred else left
            y = baseline(top + number * item.leading, item.leading, item.size)
            if line.glyphs:
                sheet.runs.append(self._weighted(Run(x, y, line.glyphs, item.size, owner=owner), item.cell))

    def _weighted(self, run: Run, cell: TableCell) -> Run:
        """The run in bold where the layout sets headers or main rows so."""
        heavy = (cell.role in ("title", "header") and self.layout.bold_headers) or (
            cell.role == "label" and self.layout.bold_rows and cell.text[:2] in ("一、", "二、", "三、", "四、"))
        return embolden(run, self.layout) if heavy else run

    def _shade(self, sheet: Sheet, boxes: Sequence[tuple[SetCell, Box]]) -> None:
        if not self.layout.shade:
            return
        for item, box in boxes:
            if item.cell.role == "title" or (item.cell.role == "header" and self.layout.shade_headers):
                sheet.fills.append(Fill(box, self.layout.shade))

    def _rule(self, sheet: Sheet, boxes: Sequence[Box], cut_above: bool, cut_below: bool) -> None:
        if boxes:
            sheet.strokes.extend(rulings(boxes, self.layout, cut_above, cut_below))


def embolden(run: Run, layout: Layout) -> Run:
    """The run in bold, the way the layout's office gets it: the font's bold cut, a thick outline, or printed twice."""
    if layout.bold == "none":
        return run
    if layout.bold == "cut":
        glyphs = tuple(replace(glyph, font=fonts.bold_of(glyph.font) or glyph.font) for glyph in run.glyphs)
        if glyphs != run.glyphs:
            return replace(run, glyphs=tuple(_measured(glyph, run.size) for glyph in glyphs))
    return replace(run, weight="overprint" if layout.bold == "overprint" else "stroke")


def _measured(glyph: Glyph, size: float) -> Glyph:
    return replace(glyph, advance=fonts.width(glyph.char, glyph.font) * size)


def rulings(boxes: Sequence[Box], layout: Layout, cut_above: bool, cut_below: bool) -> Iterator[Stroke]:
    """The lines around cells, as the layout's family draws them."""
    if layout.family == "borderless":
        return
    outer = Box.around(boxes)
    above, below = cut_above and layout.open_break, cut_below and layout.open_break
    horizontal, vertical = _edges(boxes, outer, layout, above, below)
    if layout.family in ("spreadsheet", "horizontal"):
        horizontal, vertical = _joined(horizontal), _joined(vertical)
    filled = layout.family in ("rects", "web_print")
    for y, x0, x1 in sorted(horizontal):
        edge = y in (_grain(outer.top), _grain(outer.bottom))
        yield Stroke(x0, y, x1, y, layout.outer_line if edge else layout.line, layout.line_color, filled)
    for x, top, bottom in sorted(vertical):
        edge = x in (_grain(outer.x0), _grain(outer.x1))
        yield Stroke(x, top, x, bottom, layout.outer_line if edge else layout.line, layout.line_color, filled)


Edge = tuple[float, float, float]


def _grain(value: float) -> float:
    return round(value, 2)


def _edges(boxes: Sequence[Box], outer: Box, layout: Layout, open_top: bool,
           open_bottom: bool) -> tuple[set[Edge], set[Edge]]:
    """The edges of all boxes, shared ones once: (y, x0, x1) and (x, top, bottom)."""
    horizontal: set[Edge] = set()
    vertical: set[Edge] = set()
    for box in boxes:
        for y, drop in ((box.top, open_top and box.top <= outer.top + 0.1),
                        (box.bottom, open_bottom and box.bottom >= outer.bottom - 0.1)):
            if not drop:
                horizontal.add((_grain(y), _grain(box.x0), _grain(box.x1)))
        for x in (box.x0, box.x1):
            side = abs(x - outer.x0) < 0.1 or abs(x - outer.x1) < 0.1
            if layout.family != "horizontal" and not (side and layout.family == "open_sides"):
                vertical.add((_grain(x), _grain(box.top), _grain(box.bottom)))
    return horizontal, vertical


def _joined(edges: set[Edge]) -> set[Edge]:
    """Edges that touch in one line drawn as one."""
    made: list[Edge] = []
    for at, start, end in sorted(edges):
        if made and made[-1][0] == at and start <= made[-1][2] + 0.1:
            made[-1] = (at, made[-1][1], max(end, made[-1][2]))
        else:
            made.append((at, start, end))
    return set(made)

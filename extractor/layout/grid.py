"""Ruling lines to tables: rulings -> merged lines -> connected groups -> a grid of slots -> cells with spans.

A slot is the smallest rectangle between neighbouring grid lines. Two neighbouring slots belong to one cell unless a
ruling separates them; so spans follow from missing lines, small gaps in a line do no harm, and a border that is
missing at a page break does not lose the row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.document import Box, Ruling

SNAP = 3.0
"""Points within which lines are the same line and ends touch."""
GAP = 4.0
"""Points a broken line may be interrupted."""
COVERED = 0.6
"""Share of a slot's side that a ruling must cover to separate it from its neighbour."""


@dataclass(frozen=True, slots=True)
class Line:
    """A merged ruling: `at` is its position across, `start` to `end` its extent along."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a grid: its top left slot, its spans and its box in points."""

    row: int
    column: int
    rowspan: int
    colspan: int
    box: Box


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: the positions of its lines and its cells in reading order."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[GridCell, ...]

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


def find_grids(rulings: Sequence[Ruling]) -> list[Grid]:
    """The ruled tables of a page, top to bottom. Costs O(n log n) to merge and O(h * v) to connect n rulings."""
    horizontals = merge((r.top, r.x0, r.x1) for r in rulings if r.horizontal)
    verticals = merge((r.x0, r.top, r.bottom) for r in rulings if not r.horizontal)
    grids = [grid for group in _connected(horizontals, verticals) if (grid := _grid(*group)) is not None]
    return sorted(grids, key=lambda grid: (grid.ys[0], grid.xs[0]))


def merge(parts: Iterable[tuple[float, float, float]]) -> list[Line]:
    """Joins (at, start, end) pieces that lie on one line and overlap or nearly touch."""
    by_position: list[list[tuple[float, float, float]]] = []
    for part in sorted(parts):
        if by_position and part[0] - by_position[-1][-1][0] <= SNAP / 2 and part[0] - by_position[-1][0][0] <= SNAP:
            by_position[-1].append(part)
        else:
            by_position.append([part])
    lines: list[Line] = []
    for pieces in by_position:
        at = sum(piece[0] for piece in pieces) / len(pieces)
        start, end = float("inf"), float("-inf")
        for _, first, last in sorted(pieces, key=lambda piece: piece[1]):
            if first > end + GAP and end > start:
                lines.append(Line(at, start, end))
                start, end = first, last
            else:
                start, end = min(start, first), max(end, last)
        lines.append(Line(at, start, end))
    return lines


def _connected(horizontals: list[Line], verticals: list[Line]) -> list[tuple[list[Line], list[Line]]]:
    """Groups of lines that touch each other."""
    parent = list(range(len(horizontals) + len(verticals)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for i, h in enumerate(horizontals):
        for j, v in enumerate(verticals, len(horizontals)):
            if h.start - SNAP <= v.at <= h.end + SNAP and v.start - SNAP <= h.at <= v.end + SNAP:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for i, h in enumerate(horizontals):
        groups[root(i)][0].append(h)
    for j, v in enumerate(verticals, len(horizontals)):
        groups[root(j)][1].append(v)
    return [group for group in groups.values() if group[0] and group[1]]


def _grid(horizontals: list[Line], verticals: list[Line]) -> Grid | None:
    """The grid of one group of lines, or None if they make no table of at least two cells."""
    ys = _positions(horizontals, verticals)
    xs = _positions(verticals, horizontals)
    if len(xs) < 2 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) < 2:
        return None
    cells = _cells(xs, ys, horizontals, verticals)
    return Grid(tuple(xs), tuple(ys), tuple(cells)) if len(cells) >= 2 else None


def _positions(lines: list[Line], across: list[Line]) -> list[float]:
    """Where the grid has lines: those drawn, and where two or more crossing lines end without one (an open side).

    A single crossing line (the top of a header that a page break cut off) says where the sides are by its own ends.
    """
    ends = sorted([line.start for line in across] + [line.end for line in across])
    drawn = sorted(line.at for line in lines)
    open_sides = []
    for end in (ends[0], ends[-1]):
        agreeing = [other for other in ends if abs(other - end) <= SNAP]
        alone = len(across) == 1 and len(drawn) >= 2
        if (len(agreeing) >= 2 or alone) and all(abs(at - end) > SNAP for at in drawn):
            open_sides.append(sum(agreeing) / len(agreeing))
    positions: list[float] = []
    last = 0.0
    for at in sorted(drawn + open_sides):
        close = positions and at - last <= SNAP and at - positions[-1] <= 2 * SNAP  # lines side by side are one border
        last = at
        if not close:
            positions.append(at)
    return positions


def _cells(xs: list[float], ys: list[float], horizontals: list[Line], verticals: list[Line]) -> list[GridCell]:
    """Slots joined where no ruling stands between them; a shape that is no rectangle falls back to its slots."""
    rows, columns = len(ys) - 1, len(xs) - 1
    below = _walls(ys, xs, horizontals)
    right = _walls(xs, ys, verticals)
    seen = [[False] * columns for _ in range(rows)]
    cells: list[GridCell] = []
    for row in range(rows):
        for column in range(columns):
            if not seen[row][column]:
                slots = _flood(row, column, below, right, rows, columns)
                for r, c in slots:
                    seen[r][c] = True
                cells += _rectangles(slots, xs, ys)
    return sorted(cells, key=lambda cell: (cell.row, cell.column))


def _walls(positions: list[float], along: list[float], lines: list[Line]) -> set[tuple[int, int]]:
    """(i, j) for each grid line i that is drawn along slot j of the other direction."""
    walls: set[tuple[int, int]] = set()
    for line in lines:
        index = min(range(len(positions)), key=lambda i: abs(positions[i] - line.at))
        for slot in range(len(along) - 1):
            start, end = along[slot], along[slot + 1]
            if min(end, line.end) - max(start, line.start) >= COVERED * (end - start):
                walls.add((index, slot))
    return walls


def _flood(row: int, column: int, below: set[tuple[int, int]], right: set[tuple[int, int]],
           rows: int, columns: int) -> list[tuple[int, int]]:
    """The slots reachable from one without crossing a wall. `below` holds (line, column), `right` (line, row)."""
    found, todo = {(row, column)}, [(row, column)]
    while todo:
        r, c = todo.pop()
        around = []
        if r + 1 < rows and (r + 1, c) not in below:
            around.append((r + 1, c))
        if r > 0 and (r, c) not in below:
            around.append((r - 1, c))
        if c + 1 < columns and (c + 1, r) not in right:
            around.append((r, c + 1))
        if c > 0 and (c, r) not in right:
            around.append((r, c - 1))
        for slot in around:
            if slot not in found:
                found.add(slot)
                todo.append(slot)
    return sorted(found)


def _rectangles(slots: list[tuple[int, int]], xs: list[float], ys: list[float]) -> list[GridCell]:
    top, bottom = min(r for r, _ in slots), max(r for r, _ in slots)
    left, right = min(c for _, c in slots), max(c for _, c in slots)
    if (bottom - top + 1) * (right - left + 1) == len(slots):
        box = Box(xs[left], ys[top], xs[right + 1], ys[bottom + 1])
        return [GridCell(top, left, bottom - top + 1, right - left + 1, box)]
    return [GridCell(r, c, 1, 1, Box(xs[c], ys[r], xs[c + 1], ys[r + 1])) for r, c in slots]

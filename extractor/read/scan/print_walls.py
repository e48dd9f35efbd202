"""Walls of a ruled grid that only its print shows: two numbers side by side or above each other are in two cells.

A seal, a fold, or a hairline that the copying has lost leaves two cells in one. No cell holds two numbers, and a text stands in
the middle of its cell, not in the middle of a part of it: so print tells where a wall of a known line is missing, and also
where a whole line is, if the numbers of several rows or columns agree on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from extractor.read.scan.cells import WIPE, without_rulings
from extractor.read.scan.grid import RuledGrid
from extractor.read.scan.open_columns import crossed
from extractor.read.scan.open_spans import WHITE, Piece, best_cuts
from extractor.read.scan.print_marks import find_marks, texts_of, type_size, without_dust
from extractor.read.scan.regions import parts, runs
from extractor.read.scan.rulings import Course, GridLine

if TYPE_CHECKING:
    from numpy.typing import NDArray

OFF, AT_MOST, SLACK = 0.1, 0.5, 3.0
"""Share of its cell's width or height, and sizes of the type, by which a text may be off the middle at most, and pixels more."""
MIDDLE = 0.2
"""Share of all that might be its cell from which a lone number is off its middle, so that it is not its cell."""
APART = 1.0, 0.9
"""Sizes of the type by which two numbers of two cells stand apart at least: side by side, and above each other, where the lines of a
number that is broken in its cell (5,82 above 2) leave 0.6 and the rows of a table 1.2."""
BESIDE = 0.4
"""Sizes of the type between two texts from which a line that the numbers tell may run there."""
DOUBLE = 1.7
"""How much wider than most a column is in which one row of two numbers is enough."""
LABELS_APART, FEWEST = 2.0, 3
"""Sizes of the type by which two texts stand apart that are in two cells; so many, each in the middle of its own, may be nearer."""


def printed_walls(grey: NDArray[np.uint8], grids: Sequence[RuledGrid]) -> None:
    """Adds to ruled grids of a straight page the lines and walls that are missing between the numbers in them."""
    if not grids:
        return
    sheet = without_rulings(grey, list(grids))
    for grid in grids:
        left, top, right, bottom = (round(value) for value in grid.box)
        marks = find_marks(sheet, (max(0, left), max(0, top), min(grey.shape[1], right + 1), min(grey.shape[0], bottom + 1)))
        size = type_size(marks)
        if size <= 0:
            continue
        marks = without_dust(marks, size)
        for upright in (True, False):
            side = _Side(grid, marks, size, upright)
            while side.add_line():
                pass
            side.add_walls()


@dataclass(frozen=True, slots=True)
class _Side:
    """A grid and the marks in it, seen along its rows (`upright`: upright walls are looked for) or along its columns."""

    grid: RuledGrid
    marks: NDArray[np.int32]
    size: float
    upright: bool

    @property
    def lines(self) -> list[GridLine]:
        return self.grid.xs if self.upright else self.grid.ys

    @property
    def walls(self) -> set[tuple[int, int]]:
        return self.grid.upright_walls if self.upright else self.grid.level_walls

    @property
    def crossing(self) -> set[tuple[int, int]]:
        return self.grid.level_walls if self.upright else self.grid.upright_walls

    @property
    def apart(self) -> float:
        return APART[0 if self.upright else 1] * self.size

    def areas(self) -> Iterator[tuple[int, int, int, int]]:
        """(first and last slot between `lines`, first and last across) of each cell, and of each row of one that is no rectangle."""
        shape = len(self.grid.ys) - 1, len(self.grid.xs) - 1
        for slots in parts({(row, column) for row in range(shape[0]) for column in range(shape[1])},
                           self.grid.level_walls, self.grid.upright_walls):
            places = sorted((row, column) if self.upright else (column, row) for row, column in slots)
            across, along = sorted({row for row, _ in places}), sorted({column for _, column in places})
            if len(across) * len(along) == len(places):
                yield along[0], along[-1], across[0], across[-1]
                continue
            for row, run in groupby(places, key=itemgetter(0)):
                for stretch in runs([column for _, column in run]):
                    yield stretch[0], stretch[-1], row, row

    def inside(self, first: int, last: int, start: int, end: int) -> NDArray[np.int32]:
        """The marks whose middle is in a cell, their places along the looked at direction first."""
        cell = (start, first, end - start + 1, last - first + 1) if self.upright else (first, start, last - first + 1,
                                                                                     end - start + 1)
        left, top, right, bottom = self.grid.slot(*cell)
        x, y = (self.marks[:, 0] + self.marks[:, 2]) / 2, (self.marks[:, 1] + self.marks[:, 3]) / 2
        found = self.marks[(x > left) & (x < right) & (y > top) & (y < bottom)]
        return found if self.upright else found[:, (1, 0, 3, 2)]

    def add_walls(self) -> None:
        """Adds walls of known lines within cells that go over several slots."""
        for first, last, start, end in list(self.areas()):
            if first == last:
                continue
            marks = self.inside(first, last, start, end)
            if len(marks):
                cuts = self._cuts(self._texts(marks, first, last), first, last + 1)
                self.walls.update((line, slot) for line in cuts for slot in range(start, end + 1))

    def _texts(self, marks: NDArray[np.int32], first: int, last: int) -> list[Piece]:
        """The texts of a cell: what stands in slots between which no print runs over a line."""
        found: list[Piece] = []
        marks = self._print(marks, first, last)
        begin, middles = first, (marks[:, 0] + marks[:, 2]) / 2
        for line in range(first + 1, last + 2):
            at = self.lines[line].level
            if line <= last and crossed(marks, at, WHITE * self.size):
                continue
            inside = marks[(middles >= self.lines[begin].level) & (middles < at)]
            if len(inside):
                found.append(self._text(inside, begin, line))
            begin = line
        return found

    def _print(self, marks: NDArray[np.int32], first: int, last: int) -> NDArray[np.int32]:
        """The marks without what is left of the lines that run through a cell."""
        levels = np.array([line.level for line in self.lines[first + 1:last + 1]])
        on_line = (np.abs((marks[:, :1] + marks[:, 2:3]) / 2 - levels) <= WIPE).any(axis=1)
        width, height = marks[:, 2] - marks[:, 0], marks[:, 3] - marks[:, 1]
        return np.asarray(marks[~(on_line & (width <= 2 * WIPE) & (height > width))], dtype=np.int32)

    def _text(self, marks: NDArray[np.int32], first: int, end: int) -> Piece:
        texts = texts_of(marks if self.upright else marks[:, (1, 0, 3, 2)], self.size)
        return Piece(first, end, float(marks[:, 0].min()), float(marks[:, 2].max()), len(texts) == 1 and texts[0].number)

    def _cuts(self, texts: Sequence[Piece], first: int, end: int) -> Sequence[int]:
        """The lines that part the texts of an area, from its first slot to the one before `end`; none if it may be one cell."""
        if not texts:
            return ()
        apart = min((after.left - before.right for before, after in pairwise(texts)), default=np.inf)
        numbers = sum(text.number for text in texts)
        if numbers == len(texts) and all(text.end - text.first == 1 and self._centred(text, text.first, text.end)
                                         for text in texts):
            alone = len(texts) == 1 and self._centred(texts[0], first, end, MIDDLE)
            return range(first + 1, end) if apart >= self.apart and not alone else ()
        if len(texts) == 1 or not self.upright:
            return ()
        cuts = best_cuts(texts, [line.level for line in self.lines], first, end)
        off = [not self._centred(text, *span) for text, span in zip(texts, pairwise((first, *cuts, end)), strict=True)]
        if any(off[1:]):
            return ()
        if first == 0 and not texts[0].number and numbers == len(texts) - 1:
            return cuts if apart >= self.apart else ()  # a label may begin at the side of its cell
        return cuts if not off[0] and apart >= (LABELS_APART if len(texts) < FEWEST else 0.0) * self.size else ()

    def _centred(self, text: Piece, first: int, end: int, share: float = OFF) -> bool:
        """True if a text stands in the middle between two lines."""
        return self._in_middle(text, self.lines[first].level, self.lines[end].level, share)

    def add_line(self) -> bool:
        """Adds a line that is missing as a whole between the texts of several cells; False if none is."""
        areas = list(self.areas())
        for slot in range(len(self.lines) - 1):
            own = {(start, end): self.inside(slot, slot, start, end) for first, last, start, end in areas
                   if first == last == slot}
            at = self._between(list(own.values()), slot)
            if at is not None:
                self._insert(slot, at, own)
                return True
        return False

    def _between(self, cells: Sequence[NDArray[np.int32]], slot: int) -> float | None:
        """Where the cells of a slot that hold several texts agree on a line between the first two, the numbers in the middle of
        their parts; None if they do not.
        """
        before, after = self.lines[slot].level, self.lines[slot + 1].level
        rows = [[self._text(group, slot, slot + 1) for group in groups] for marks in cells
                if len(groups := self._pieces(marks)) > 1]
        numbers = [row for row in rows if all(text.number for text in row)]
        if not numbers:
            return None
        most = max(len(row) for row in numbers)
        numbers, rows = [row for row in numbers if len(row) == most], [row for row in rows if len(row) == most]
        at = before + (after - before) / most
        borders = np.linspace(before, after, most + 1).tolist()
        if most == 2:  # columns may differ in width: numbers in the middle of their cells tell their border, from either side
            widths = [line.level - other.level for other, line in pairwise(self.lines)]
            if len(rows) == 1 and not (self.upright and after - before >= DOUBLE * float(np.median(widths))):
                return None
            at = float(np.mean([row[0].middle + row[1].middle for row in numbers])) - (before + after) / 2
            borders = [before, at, after]
        if not max(row[0].right for row in numbers) < at < min(row[1].left for row in numbers):
            return None
        held = sum(all(self._in_middle(text, *part) for text, part in zip(row, pairwise(borders), strict=True)) for row in rows)
        return at if held >= max(1, len(rows) - 1) else None

    def _pieces(self, marks: NDArray[np.int32]) -> list[NDArray[np.int32]]:
        """The marks of each text of a cell that stands apart from the others."""
        marks = marks[np.argsort(marks[:, 0], kind="stable")]
        reach = np.maximum.accumulate(marks[:, 2])
        cuts = np.flatnonzero(marks[1:, 0] - reach[:-1] >= self.apart) + 1
        return np.split(marks, cuts) if len(cuts) else [marks]

    def _insert(self, slot: int, at: float, own: dict[tuple[int, int], NDArray[np.int32]]) -> None:
        """Puts a line into a slot, drawn in those of its cells over whose print it does not run."""
        grid = self.grid
        across = grid.ys if self.upright else grid.xs
        ends = np.array([across[0].level, across[-1].level])
        drawn = {(slot + 1, along) for (start, end), marks in own.items() for along in range(start, end + 1)
                 if not crossed(marks, at, BESIDE * self.size)}
        parallel = {(line + (line > slot), along) for line, along in self.walls} | drawn
        crossing = {(line, along + (along > slot)) for line, along in self.crossing}
        crossing |= {(line, slot + 1) for line, along in self.crossing if along == slot}
        self.lines.insert(slot + 1, GridLine([Course(ends, np.array([at, at]), 0.0)], at))
        grid.upright_walls, grid.level_walls = (parallel, crossing) if self.upright else (crossing, parallel)

    def _in_middle(self, text: Piece, before: float, after: float, share: float = OFF) -> bool:
        off = abs(text.middle - (before + after) / 2)
        return off <= min(share * (after - before), AT_MOST * self.size) + SLACK and before <= text.left and text.right <= after

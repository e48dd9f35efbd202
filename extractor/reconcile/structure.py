"""Explains contradictions by the structure of a table: numbers that stand in the wrong cell, or nowhere.

A row moved by one column, rows moved by one line, a row overwritten by its neighbour, neighbours exchanged, digits that
belong to the next cell, a row or a column that was never filled in: each such slip breaks several relations at once,
and undoing it mends them all. A hypothesis counts only if it mends at least two relations that the numbers violate, one
more for each number that it cannot know and two for each relation that stays violated because of something else, and it
breaks none that holds; so it is never tried where the arithmetic is sound. What hypotheses find is named in findings; nothing here changes a value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractor.fields import TableSpec
from extractor.reconcile.elimination import Row, eliminate

_LEAST_MENDED = 2
_UNMENDED = 2


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is printed: its lines from top to bottom, each with its id and its fields from left to right."""

    lines: tuple[tuple[str, tuple[str, ...]], ...]
    columns: tuple[tuple[str, tuple[str, ...]], ...]

    @staticmethod
    def of(table: TableSpec, known: Iterable[str]) -> Grid:
        """The grid of those fields of a table that are `known`; rows that stand in the header make one line."""
        fields = [field for field in table.fields if field.id in set(known)]
        rows, columns = dict[str, list[str]](), dict[str, list[str]]()
        for field in fields:
            rows.setdefault(field.row, []).append(field.id)
            columns.setdefault(field.column, []).append(field.id)
        lines = [(table.id, [field.id for field in fields])] if table.rows_in_header else list(rows.items())
        return Grid(tuple((name, tuple(members)) for name, members in lines),
                    tuple((name, tuple(members)) for name, members in columns.items()))


@dataclass(frozen=True, slots=True)
class Relation:
    """Sum of coefficient x field = 0."""

    id: str
    coefficients: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What should stand where: `moved` are numbers that are known, `lost` cells whose numbers are not.

    `kind` is a key of `structure` in `attribution.toml`; `place` the row, column or cell that it speaks of, one of so
    many `places`.
    """

    kind: str
    place: str
    moved: Mapping[str, int]
    lost: tuple[str, ...] = ()
    places: float = 1


@dataclass(frozen=True, slots=True)
class Explained:
    """A hypothesis that holds: the cells that it changes, with their numbers, the relations that it mends, its cost."""

    hypothesis: Hypothesis
    changes: Mapping[str, int]
    mended: frozenset[str]
    cost: float


def explained(grid: Grid, numbers: Mapping[str, int], relations: Sequence[Relation], prior: float,
              shares: Mapping[str, float]) -> list[Explained]:
    """The hypotheses that mend most relations, the likeliest first; several if they mend the same ones.

    `numbers` holds every field of the grid, blanks as 0. `prior` is the share of tables that are broken at all, `shares`
    how they are broken; costs are log odds against each.
    """
    trial = _Trial(numbers, relations)
    if len(trial.violated) < _LEAST_MENDED:
        return []
    found = _holding(trial, _hypotheses(grid, numbers, trial.violated_fields), prior, shares)
    if not found:
        return []
    if any(item.hypothesis.kind == "row_missing" for item in found):
        found += _holding(trial, _overwritten(grid, numbers), prior, shares)
    best = max(found, key=lambda e: (len(e.mended), -e.cost))
    alike = [e for e in found if e.mended == best.mended]
    distinct: dict[tuple[tuple[str, int], ...], Explained] = {}
    for item in sorted(alike, key=lambda e: (e.cost, e.hypothesis.kind, e.hypothesis.place)):
        distinct.setdefault(tuple(sorted(item.changes.items())), item)
    return list(distinct.values())


def _holding(trial: _Trial, hypotheses: Iterable[Hypothesis], prior: float, shares: Mapping[str, float]) -> list[Explained]:
    """Those of some hypotheses that hold."""
    return [Explained(hypothesis, *verdict, math.log(hypothesis.places / (prior * shares[hypothesis.kind])))
            for hypothesis in hypotheses if (verdict := trial.verdict(hypothesis)) is not None]


class _Trial:
    """Tries hypotheses against the relations that the numbers violate."""

    def __init__(self, numbers: Mapping[str, int], relations: Sequence[Relation]) -> None:
        self.numbers = numbers
        self.holding: dict[str, list[Relation]] = {}
        self.residuals: dict[str, int] = {}
        for relation in relations:
            self.residuals[relation.id] = sum(c * numbers[name] for name, c in relation.coefficients.items())
            for name in relation.coefficients:
                self.holding.setdefault(name, []).append(relation)
        self.violated = {name for name, residual in self.residuals.items() if residual}
        self.violated_fields = {name for relation in relations if self.residuals[relation.id]
                                for name in relation.coefficients}

    def verdict(self, hypothesis: Hypothesis) -> tuple[dict[str, int], frozenset[str]] | None:
        """The cells that a hypothesis changes and the relations that it mends; None if it does not hold."""
        changes = {name: number for name, number in hypothesis.moved.items() if number != self.numbers[name]}
        touched = {relation.id: relation for name in (*changes, *hypothesis.lost)
                   for relation in self.holding.get(name, ())}
        mended = set(touched) & self.violated
        if len(mended) < _LEAST_MENDED:
            return None
        # Numbers that stand in no relation are left open: nothing can be known of them.
        lost = [name for name in hypothesis.lost if name in self.holding]
        rows, unmended, index = [], 0, {name: i for i, name in enumerate(lost)}
        for relation in touched.values():
            residual = self.residuals[relation.id] + sum(
                relation.coefficients.get(name, 0) * (number - self.numbers[name]) for name, number in changes.items())
            unknown = {index[name]: c for name, c in relation.coefficients.items() if name in index}
            constant = -residual + sum(c * self.numbers[lost[i]] for i, c in unknown.items())
            if unknown:
                rows.append(Row(unknown, constant))
            elif constant and relation.id not in mended:
                return None
            elif constant:
                mended.remove(relation.id)
                unmended += 1
        used = _UNMENDED * unmended
        if index:
            solved = _solved(rows, len(index))
            if solved is None:
                return None
            used += _surplus(hypothesis, solved)
            changes |= {name: solved[i] for name, i in index.items() if solved[i] != self.numbers[name]}
        if len(changes) < 2 or len(mended) < _LEAST_MENDED + used:
            return None
        return changes, frozenset(mended)


def _surplus(hypothesis: Hypothesis, solved: Sequence[int]) -> int:
    """How many relations a hypothesis uses up to know the numbers that are lost; where nothing was filled in, none:
    that all cells are 0 is what speaks for it."""
    unfilled = hypothesis.kind in ("column_unfilled", "row_missing", "row_overwritten")
    return 0 if unfilled else sum(number != 0 for number in solved)


def _solved(rows: Sequence[Row], count: int) -> list[int] | None:
    """The unknowns, if the relations determine them all as whole numbers that are not negative."""
    solved, left = eliminate(rows, range(count))
    if len(solved) < count or any(row.constant for row in left):
        return None
    numbers = []
    for unknown in range(count):
        row = solved[unknown]
        number, rest = divmod(row.constant, row.coefficients[unknown])
        if rest or number < 0 or len(row.coefficients) > 1:
            return None
        numbers.append(number)
    return numbers


def _hypotheses(grid: Grid, numbers: Mapping[str, int], suspected: set[str]) -> Iterator[Hypothesis]:
    """Everything that may have happened to a table in which the `suspected` cells stand in violated relations."""
    yield from _unfilled(grid, numbers, suspected)
    yield from _rows(grid, numbers, suspected)
    for name, line in grid.lines:
        if not suspected.isdisjoint(line) and any(numbers[field] for field in line):
            yield from _shifted(name, line, numbers, len(grid.lines))
    beside = [pair for _, line in grid.lines for pair in pairwise(line)]
    below = [pair for (_, above), (_, under) in pairwise(grid.lines) if len(above) == len(under)
             for pair in zip(above, under, strict=True)]
    for pairs, recut in ((beside, True), (below, False)):
        for first, second in pairs:
            a, b = numbers[first], numbers[second]
            if a == b or min(a, b) < 0 or suspected.isdisjoint((first, second)):
                continue
            yield Hypothesis("cells_swapped", first, {first: b, second: a}, places=len(beside) + len(below))
            if recut:
                for left, right in _cuts(a, b):
                    yield Hypothesis("digits_recut", first, {first: left, second: right}, places=4 * len(beside))


def _unfilled(grid: Grid, numbers: Mapping[str, int], suspected: set[str]) -> Iterator[Hypothesis]:
    for kind, parts in (("row_missing", grid.lines), ("column_unfilled", grid.columns)):
        for name, members in parts:
            if len(members) > 1 and not any(numbers[field] for field in members) and suspected & set(members):
                yield Hypothesis(kind, name, {}, members, places=len(parts))


def _rows(grid: Grid, numbers: Mapping[str, int], suspected: set[str]) -> Iterator[Hypothesis]:
    """Two rows exchanged; the rows between an empty one and the end of the table moved by one line."""
    lines = [line for _, line in grid.lines]
    if len({len(line) for line in lines}) != 1:
        return
    for (name, above), (_, below) in pairwise(grid.lines):
        if suspected & {*above, *below}:
            moved = {a: numbers[b] for a, b in zip(above, below, strict=True)}
            moved |= {b: numbers[a] for a, b in zip(above, below, strict=True)}
            yield Hypothesis("rows_swapped", name, moved, places=len(lines))
    empty = [i for i, line in enumerate(lines) if not any(numbers[field] for field in line)]
    for i in empty:
        for block in (lines[i:], lines[i::-1]):
            if len(block) > 2:
                moved = {field: numbers[source] for line, after in pairwise(block)
                         for field, source in zip(line, after, strict=True)}
                yield Hypothesis("rows_shifted", grid.lines[i][0], moved, block[-1], places=2 * len(lines))


def _overwritten(grid: Grid, numbers: Mapping[str, int]) -> Iterator[Hypothesis]:
    """The rows from an empty one up to another moved by one line, so that the last one's own numbers are gone. They are
    those that a missing row would have: only where one may be missing is this worth a look."""
    lines = [line for _, line in grid.lines]
    if len({len(line) for line in lines}) != 1:
        return
    empty = [not any(numbers[field] for field in line) for line in lines]
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        run = 0
        for place, (first, after) in enumerate(pairwise(order)):
            run = run + 1 if empty[first] else 0
            if not run or empty[after]:  # from any row of an empty run on it is the same
                continue
            moved: dict[str, int] = {}
            for above, last in pairwise(order[place:]):
                moved |= {field: numbers[source] for field, source in zip(lines[above], lines[last], strict=True)}
                yield Hypothesis("row_overwritten", grid.lines[last][0], dict(moved), lines[last],
                                 places=len(lines) ** 2 / run)


def _shifted(name: str, line: Sequence[str], numbers: Mapping[str, int], lines: int) -> Iterator[Hypothesis]:
    """A line moved to the right or to the left by one cell, with its last number or without."""
    for cells in (line, line[:-1]):
        for order in (cells, cells[::-1]):
            # What moved away from its first cell left nothing there.
            if len(order) > 2 and not numbers[order[0]]:
                moved = {cell: numbers[after] for cell, after in pairwise(order)}
                yield Hypothesis("row_shifted", name, moved, (order[-1],), places=4 * lines)


def _cuts(first: int, second: int) -> Iterator[tuple[int, int]]:
    """Other ways to cut the digits of two neighbouring numbers; an empty part stands for a 0 that is not printed."""
    for digits in {f"{first}{second}", f"{first or ''}{second or ''}"}:
        for cut in range(len(digits) + 1):
            left, right = digits[:cut], digits[cut:]
            if all(part == "0" or not part.startswith("0") for part in (left, right)):
                pair = int(left or 0), int(right or 0)
                if pair != (first, second):
                    yield pair

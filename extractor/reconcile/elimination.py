"""Exact elimination of cells from linear equations in whole numbers, on sparse rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """The equation: sum of coefficient x unknown = constant."""

    coefficients: Mapping[int, int]
    constant: int

    def with_known(self, numbers: Mapping[int, int]) -> Row:
        """The row with `numbers` put in for some unknowns."""
        put_in = {i: self.coefficients[i] for i in numbers if i in self.coefficients}
        if not put_in:
            return self
        rest = {i: c for i, c in self.coefficients.items() if i not in put_in}
        return Row(rest, self.constant - sum(c * numbers[i] for i, c in put_in.items()))

    def less(self, unknowns: Set[int]) -> Row:
        """The row with 0 put in for `unknowns`."""
        if self.coefficients.keys().isdisjoint(unknowns):
            return self
        return Row({i: c for i, c in self.coefficients.items() if i not in unknowns}, self.constant)


def without(row: Row, pivot: Row, unknown: int) -> Row:
    """`row` less so much of `pivot` that `unknown`, which both contain, drops out."""
    a, b = row.coefficients[unknown], pivot.coefficients[unknown]
    common = math.gcd(a, b)
    by, less = b // common, a // common
    if by < 0:
        by, less = -by, -less
    return Row(_combined(row.coefficients, by, pivot.coefficients, less), by * row.constant - less * pivot.constant)


def _combined(first: Mapping[int, int], by: int, second: Mapping[int, int], less: int) -> dict[int, int]:
    result = {i: by * c for i, c in first.items()}
    for i, c in second.items():
        total = result.get(i, 0) - less * c
        if total:
            result[i] = total
        else:
            del result[i]
    return result


def eliminate(rows: Sequence[Row], unknowns: Iterable[int]) -> tuple[dict[int, Row], list[Row]]:
    """Solves `rows` for as many of `unknowns` as they determine.

    Returns, by unknown, a row that contains no other solved unknown, and the rows left over, which contain none of
    `unknowns`. An unknown without a row of its own depends on others that are open too.
    """
    left = list(rows)
    solved: dict[int, Row] = {}
    for unknown in unknowns:
        holding = [k for k, row in enumerate(left) if unknown in row.coefficients]
        if not holding:
            continue
        # Short rows with a coefficient of 1 keep the others short and their numbers small.
        best = min(holding, key=lambda k: (abs(left[k].coefficients[unknown]), len(left[k].coefficients), k))
        pivot = left.pop(best)
        left = [without(row, pivot, unknown) if unknown in row.coefficients else row for row in left]
        solved = {other: without(row, pivot, unknown) if unknown in row.coefficients else row
                  for other, row in solved.items()}
        solved[unknown] = pivot
    return solved, left

"""The cheapest set of choices that meets a growing list of demands and, up to rounding, the relations themselves.

A mixed-integer program over the choices y (0 or 1) and, for each free change, its size d, which is at most M: |d| <= M y,
and every relation holds for the changes. Where M is large, changes are counted in a unit that makes it `_LARGEST` units,
so that no coefficient exceeds that whatever the size of the numbers, and relations hold up to `_SLACK` units. What small
numbers lose by that makes the program too permissive, never too strict; the caller works the choices out exactly and
demands what they lack.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractor.reconcile.solver import INFEASIBLE, minimise

_LARGEST = 1e4
"""With this bound a choice that the solver rounds to 0 (up to 1e-6) hides a hundredth of a unit."""

_SLACK = 1e-5
"""How far off a relation may be, in units other than 1: ten times the solver's own tolerance."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice: its cost, and what it adds to relations, by their index.

    A free choice adds its coefficients times a number between `low` and `high`; any other adds them as they stand.
    """

    cost: float
    cell: int
    adds: Mapping[int, int]
    free: bool
    low: int = 0
    high: int = 0


class Cover:
    """Chooses among `options` so that for each relation what they add is its constant; of a cell's options only one."""

    def __init__(self, options: Sequence[Option], constants: Sequence[int], bound: int) -> None:
        self.options = options
        self.count = len(options)
        self.share = {k: self.count + position
                      for position, k in enumerate(k for k, option in enumerate(options) if option.free)}
        self.columns: list[int] = []
        self.entries: list[float] = []
        self.starts: list[int] = [0]
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.unit = max(1.0, bound / _LARGEST)
        self._relations(constants)
        self._links()
        by_cell: dict[int, list[int]] = {}
        for k, option in enumerate(options):
            by_cell.setdefault(option.cell, []).append(k)
        for members in by_cell.values():
            if len(members) > 1:
                self._row([(k, 1.0) for k in members], 0.0, 1.0)

    def demand(self, wanted: Iterable[int], unwanted: Iterable[int], floor: int) -> None:
        """Asks that the wanted choices made, less the unwanted ones made, be at least `floor`."""
        self._row([(k, 1.0) for k in sorted(wanted)] + [(k, -1.0) for k in sorted(unwanted)], float(floor), float("inf"))

    def solve(self, ceiling: float | None, deadline: float) -> tuple[frozenset[int] | None, str]:
        """The cheapest choices that meet all demands at a cost of `ceiling` at most.

        None if there are none, or, with a reason, if that could not be told before `deadline` (monotonic seconds).
        """
        import numpy as np
        from scipy.optimize import LinearConstraint
        from scipy.sparse import csr_array

        left = deadline - time.monotonic()
        if left <= 0:
            return None, "out of time"
        width = self.count + len(self.share)
        costs = np.zeros(width)
        costs[:self.count] = [option.cost for option in self.options]
        integrality = np.zeros(width)
        integrality[:self.count] = 1
        low, high = np.zeros(width), np.ones(width)
        low[self.count:] = [min(0, self.options[k].low) / self.unit for k in self.share]
        high[self.count:] = [self.options[k].high / self.unit for k in self.share]
        matrix = csr_array((self.entries, self.columns, self.starts), shape=(len(self.lower), width))
        constraints = [LinearConstraint(matrix, self.lower, self.upper)]
        if ceiling is not None:
            # Told what it may cost, the solver need not find out what the next best answer is.
            constraints.append(LinearConstraint(costs[None, :], -np.inf, ceiling))
        answer = minimise(costs, integrality, low, high, constraints, left)
        if isinstance(answer, str):
            return None, "" if answer == INFEASIBLE else "out of time"
        return frozenset(k for k in range(self.count) if answer[k] > 0.5), ""

    def _row(self, entries: Iterable[tuple[int, float]], lower: float, upper: float) -> None:
        for column, entry in entries:
            self.columns.append(column)
            self.entries.append(entry)
        self.starts.append(len(self.columns))
        self.lower.append(lower)
        self.upper.append(upper)

    def _relations(self, constants: Sequence[int]) -> None:
        rows: list[list[tuple[int, float]]] = [[] for _ in constants]
        for k, option in enumerate(self.options):
            for j, coefficient in option.adds.items():
                rows[j].append((self.share[k], float(coefficient)) if option.free else (k, coefficient / self.unit))
        slack = 0.0 if self.unit == 1.0 else _SLACK
        for row, constant in zip(rows, constants, strict=True):
            self._row(row, constant / self.unit - slack, constant / self.unit + slack)

    def _links(self) -> None:
        for k, share in self.share.items():
            self._row([(share, 1.0), (k, -self.options[k].high / self.unit)], -float("inf"), 0.0)
            if self.options[k].low < 0:
                self._row([(share, 1.0), (k, -self.options[k].low / self.unit)], 0.0, float("inf"))

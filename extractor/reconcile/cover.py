"""The cheapest set of choices that meets a growing list of demands: a covering problem in zeros and ones."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence


class Cover:
    """Chooses among numbered choices, each with a cost; of choices that belong to the same cell at most one.

    All coefficients are 0, 1 or -1, so that the solver's floating point is no danger to the answer.
    """

    def __init__(self, costs: Sequence[float], cells: Sequence[int]) -> None:
        self.costs = list(costs)
        self.columns: list[int] = []
        self.signs: list[float] = []
        self.starts: list[int] = [0]
        self.floors: list[float] = []
        by_cell: dict[int, list[int]] = {}
        for choice, cell in enumerate(cells):
            by_cell.setdefault(cell, []).append(choice)
        for members in by_cell.values():
            if len(members) > 1:
                self.demand((), members, -1)

    def demand(self, wanted: Iterable[int], unwanted: Iterable[int], floor: int) -> None:
        """Asks that the wanted choices made, less the unwanted ones made, be at least `floor`."""
        for choices, sign in ((sorted(wanted), 1.0), (sorted(unwanted), -1.0)):
            self.columns += choices
            self.signs += [sign] * len(choices)
        self.starts.append(len(self.columns))
        self.floors.append(float(floor))

    def solve(self, ceiling: float | None, deadline: float) -> tuple[frozenset[int] | None, str]:
        """The cheapest choices that meet all demands at a cost of `ceiling` at most.

        None if there are none, or, with a reason, if that could not be told before `deadline` (monotonic seconds).
        """
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        left = deadline - time.monotonic()
        if left <= 0:
            return None, "out of time"
        count = len(self.costs)
        costs = np.array(self.costs)
        matrix = csr_array((self.signs, self.columns, self.starts), shape=(len(self.floors), count))
        constraints = [LinearConstraint(matrix, self.floors, np.inf)]
        result = milp(costs, integrality=np.ones(count), bounds=Bounds(0, 1), constraints=constraints,
                      options={"time_limit": left, "mip_rel_gap": 0.0, "presolve": False})
        if result.status == 2:
            return None, ""
        if result.status != 0:
            return None, "out of time"
        chosen = frozenset(choice for choice in range(count) if result.x[choice] > 0.5)
        if ceiling is not None and sum(self.costs[choice] for choice in chosen) > ceiling:
            return None, ""
        return chosen, ""

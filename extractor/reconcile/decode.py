"""Decodes readings by linear relations: the least costly change of readings such that all relations hold.

The model, a mixed-integer program. Cell i was read as r_i (a blank counts as 0) and may be kept at no cost, be replaced
by an alternative reading a at cost c_ia, or by any other whole number at cost w_i, the largest of its costs:

    x_i = r_i + sum_a (a - r_i) y_ia + d_i          sum_a y_ia + z_i <= 1,   y, z binary
    -r_i z_i <= d_i <= M z_i                        (-M z_i <= d_i where the cell may be negative)
    sum_i A_ji x_i + e_j = 0                        e_j = 0 for a hard relation, |e_j| <= M s_j for a soft one
    minimise  sum w_i z_i + sum c_ia y_ia + sum q_j s_j

M comes from the table itself: no change of a cell that serves a purpose exceeds the sum of all residuals, what the
alternatives add to them included, by more than the size of a minor of A, which 2 bounds with room in practice. As real
counts reach tens of millions, M times the solver's tolerance is no small number, so that every answer is solved again
in whole numbers on its support, and forbidden if it does not hold there.

All optima are found by no-good cuts; each forbids the choices of an optimum and all choices that contain them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MOST = 8
"""More optima than this are no help to anybody: not identifiable."""

SECONDS = 0.5
"""Longest time for one decoding, all optima included."""

_TIE = 1e-6
_ROUNDS = 64


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell before decoding. `value` None is a blank; costs are log odds against the reading, and positive.

    `weight` is the cost of any number that is not among `alternatives`, each a number and its cost. A `fixed` cell
    (confirmed by a person) is never changed; a `signed` one may be negative.
    """

    value: int | None
    weight: float = 1.0
    alternatives: tuple[tuple[int, float], ...] = ()
    fixed: bool = False
    signed: bool = False

    @property
    def base(self) -> int:
        return 0 if self.value is None else self.value


@dataclass(frozen=True, slots=True)
class Equation:
    """Sum of coefficient x cell = 0. `weight` is the cost of its being broken, None where it always holds."""

    id: str
    coefficients: Mapping[str, int]
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """One least costly explanation: new numbers of the changed cells, by name, and the soft relations given up.

    `determined` is false where some of the numbers are only an example of many that would do.
    """

    changes: Mapping[str, int]
    broken: tuple[str, ...] = ()
    cost: float = 0.0
    determined: bool = True


class Outcome(StrEnum):
    """What the relations say about the readings."""

    ONE = "one answer"
    SEVERAL = "alternatives"
    NOT_IDENTIFIABLE = "not identifiable"


@dataclass(frozen=True, slots=True)
class Decoding:
    """The optima, complete for `one answer` and `alternatives`; `reason` says why it is not identifiable."""

    outcome: Outcome
    solutions: tuple[Solution, ...] = ()
    reason: str = ""


def decode(readings: Mapping[str, Reading], equations: Sequence[Equation], *, most: int = MOST,
           seconds: float = SECONDS) -> Decoding:
    """All least costly changes of `readings` that satisfy `equations`; at most `most`, within `seconds`.

    Readings that satisfy everything are one answer without changes. The order of neither argument matters.
    Raises `ValueError` where an equation names a cell without a reading or a cost is not positive.
    """
    problem = _Problem.build(readings, equations)
    if not any(problem.residuals) and not problem.impossible:
        return Decoding(Outcome.ONE, (Solution({}),))
    quick = _single_changes(problem)
    if quick:
        return _decoding(quick[:most + 1], most)
    return _Search(problem, most, time.monotonic() + seconds).run()


def _decoding(solutions: Sequence[Solution], most: int) -> Decoding:
    if len(solutions) > most:
        return Decoding(Outcome.NOT_IDENTIFIABLE, tuple(solutions[:most]), f"more than {most} explanations")
    if not all(solution.determined for solution in solutions):
        return Decoding(Outcome.NOT_IDENTIFIABLE, tuple(solutions), "an explanation leaves numbers open")
    return Decoding(Outcome.ONE if len(solutions) == 1 else Outcome.SEVERAL, tuple(solutions))


@dataclass(frozen=True, slots=True)
class _Choice:
    """One way to deviate: cell `cell` to number `target` (None: any), or equation `equation` given up."""

    cost: float
    cell: int = -1
    target: int | None = None
    equation: int = -1


@dataclass(frozen=True, slots=True)
class _Problem:
    """The program in indices: `columns[i]` holds (equation, coefficient) of cell i, `residuals[j]` is (A r)_j."""

    names: tuple[str, ...]
    readings: tuple[Reading, ...]
    equations: tuple[Equation, ...]
    columns: tuple[tuple[tuple[int, int], ...], ...]
    residuals: tuple[int, ...]
    choices: tuple[_Choice, ...]
    impossible: tuple[int, ...] = field(default=())
    """Cells whose reading cannot be right (negative where it must not be): to be changed at any rate."""

    @staticmethod
    def build(readings: Mapping[str, Reading], equations: Sequence[Equation]) -> _Problem:
        ordered = sorted(equations, key=lambda equation: equation.id)
        names = tuple(sorted({name for equation in ordered for name in equation.coefficients}))
        if unknown := [name for name in names if name not in readings]:
            raise ValueError(f"no reading of {unknown[0]!r}")
        index = {name: i for i, name in enumerate(names)}
        columns: list[list[tuple[int, int]]] = [[] for _ in names]
        for j, equation in enumerate(ordered):
            for name, coefficient in equation.coefficients.items():
                if coefficient:
                    columns[index[name]].append((j, coefficient))
        cells = tuple(readings[name] for name in names)
        residuals = tuple(sum(c * readings[name].base for name, c in equation.coefficients.items())
                          for equation in ordered)
        return _Problem(names, cells, tuple(ordered), tuple(tuple(column) for column in columns), residuals,
                        tuple(_choices(cells, ordered)),
                        tuple(i for i, cell in enumerate(cells)
                              if cell.base < 0 and not (cell.signed or cell.fixed)))

    def touches(self, cell: int, equation: int) -> bool:
        """Whether the cell stands in the equation; no cell is -1."""
        return cell >= 0 and any(j == equation for j, _ in self.columns[cell])

    def exact(self, chosen: Sequence[_Choice], hint: Mapping[int, int]) -> tuple[dict[int, int], bool] | None:
        """The whole numbers that these choices lead to, and whether they are the only ones; None if there are none.

        `hint` gives changes of cells for the case that they are not the only ones.
        """
        residuals = list(self.residuals)
        numbers: dict[int, int] = {}
        for choice in chosen:
            if choice.target is not None:
                numbers[choice.cell] = choice.target
                for j, coefficient in self.columns[choice.cell]:
                    residuals[j] += coefficient * (choice.target - self.readings[choice.cell].base)
        free = [choice.cell for choice in chosen if choice.cell >= 0 and choice.target is None]
        given_up = {choice.equation for choice in chosen if choice.equation >= 0}
        solved = _eliminate(self, free, residuals, given_up, hint)
        if solved is None:
            return None
        deltas, unique = solved
        numbers |= {cell: self.readings[cell].base + delta for cell, delta in deltas.items()}
        if any(number < 0 and not self.readings[cell].signed for cell, number in numbers.items()):
            return None
        return numbers, unique

    def solution(self, chosen: Sequence[_Choice], hint: Mapping[int, int]) -> Solution | None:
        """The choices as a solution, if they hold exactly and each of them changes something."""
        solved = self.exact(chosen, hint)
        if solved is None:
            return None
        numbers, unique = solved
        changes = {self.names[cell]: number for cell, number in sorted(numbers.items())
                   if number != self.readings[cell].base}
        broken = tuple(sorted(self.equations[choice.equation].id for choice in chosen if choice.equation >= 0))
        return Solution(changes, broken, sum(choice.cost for choice in chosen), unique)


def _choices(cells: Sequence[Reading], equations: Sequence[Equation]) -> Iterator[_Choice]:
    for i, cell in enumerate(cells):
        costs = [cell.weight, *(cost for _, cost in cell.alternatives)]
        if min(costs) <= 0:
            raise ValueError("costs must be positive")
        if cell.fixed:
            continue
        for target, cost in sorted(set(cell.alternatives)):
            if target != cell.base and (target >= 0 or cell.signed):
                yield _Choice(cost, cell=i, target=target)
        yield _Choice(max(costs), cell=i)
    for j, equation in enumerate(equations):
        if equation.weight is not None:
            if equation.weight <= 0:
                raise ValueError("costs must be positive")
            yield _Choice(equation.weight, equation=j)


def _eliminate(problem: _Problem, free: Sequence[int], residuals: Sequence[int],
               given_up: set[int], hint: Mapping[int, int]) -> tuple[dict[int, int], bool] | None:
    """Changes of the `free` cells that make all residuals 0, by exact elimination; None if there are no whole ones.

    Where they are not unique, the cells that remain open change by their `hint`, as an example.
    """
    place = {cell: k for k, cell in enumerate(free)}
    matrix: dict[int, list[Fraction]] = {
        j: [Fraction(0)] * len(free) + [Fraction(-residual)] for j, residual in enumerate(residuals) if residual}
    for cell in free:
        for j, coefficient in problem.columns[cell]:
            matrix.setdefault(j, [Fraction(0)] * (len(free) + 1))[place[cell]] = Fraction(coefficient)
    rows = [row for j, row in sorted(matrix.items()) if j not in given_up]
    pivots: list[int] = []
    for k in range(len(free)):
        pivot = next((row for row in rows[len(pivots):] if row[k]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [entry / pivot[k] for entry in pivot]
        rows = [[a - row[k] * b for a, b in zip(row, pivot, strict=True)] if row[k] else row for row in rows]
        rows.insert(len(pivots), pivot)
        pivots.append(k)
    if any(row[-1] for row in rows[len(pivots):]):
        return None
    deltas = {cell: hint.get(cell, 0) for k, cell in enumerate(free) if k not in pivots}
    for k, row in zip(pivots, rows, strict=False):
        delta = row[-1] - sum(row[i] * deltas[cell] for i, cell in enumerate(free) if i not in pivots)
        if delta.denominator != 1:
            return None
        deltas[free[k]] = int(delta)
    return deltas, len(pivots) == len(free)


def _single_changes(problem: _Problem) -> list[Solution]:
    """All optima where they are single choices: cheaper than any two choices together. Empty where that is not so."""
    if len(problem.choices) < 2:
        return []
    two = sum(sorted(choice.cost for choice in problem.choices)[:2])
    wanted = {j for j, residual in enumerate(problem.residuals) if residual}
    found: list[Solution] = []
    for choice in problem.choices:
        touched = {choice.equation} if choice.cell < 0 else {j for j, _ in problem.columns[choice.cell]}
        if choice.cost + _TIE >= two or not (touched >= wanted) or set(problem.impossible) - {choice.cell}:
            continue
        solution = problem.solution((choice,), {})
        if solution is not None and (solution.changes or solution.broken):
            found.append(solution)
    return _cheapest(found)


def _cheapest(found: Sequence[Solution]) -> list[Solution]:
    """Those of least cost, each once, in an order that depends on nothing but what they say."""
    best = min((solution.cost for solution in found), default=0.0)
    kept: dict[tuple[Any, ...], Solution] = {}
    for solution in found:
        if solution.cost <= best + _TIE:
            kept.setdefault((tuple(sorted(solution.changes.items())), solution.broken), solution)
    return [kept[key] for key in sorted(kept)]


class _Search:
    """Finds all optima with the solver: solve, check exactly, forbid what was found, until it costs more."""

    def __init__(self, problem: _Problem, most: int, deadline: float) -> None:
        self.problem = problem
        self.most = most
        self.deadline = deadline
        self.program = _Program(problem)

    def run(self) -> Decoding:
        found: list[Solution] = []
        for _ in range(_ROUNDS):
            ceiling = found[0].cost + _TIE if found else None
            answer, reason = self.program.solve(ceiling, self.deadline)
            if answer is None:
                if reason:
                    return Decoding(Outcome.NOT_IDENTIFIABLE, tuple(_cheapest(found)), reason)
                if not found:
                    return Decoding(Outcome.NOT_IDENTIFIABLE, (), "no change of these readings satisfies the relations")
                return _decoding(_cheapest(found), self.most)
            chosen, hint = answer
            solution = self.problem.solution([self.problem.choices[k] for k in chosen], hint)
            if solution is None:
                self.program.forbid_exactly(chosen)
                continue
            found.append(solution)
            self.program.forbid(chosen)
            if len(found) > self.most:
                return _decoding(_cheapest(found), self.most)
        return Decoding(Outcome.NOT_IDENTIFIABLE, tuple(_cheapest(found)), "the search took too many rounds")


class _Program:
    """The mixed-integer program: first the binary choices, then the change of each freely changed cell or relation."""

    def __init__(self, problem: _Problem) -> None:
        import numpy as np

        self.problem = problem
        self.count = len(problem.choices)
        self.cuts: list[np.ndarray] = []
        self.floors: list[float] = []
        self.bound = _change_bound(problem)
        self.free = [k for k, choice in enumerate(problem.choices) if choice.target is None]
        self.costs = np.concatenate([[choice.cost for choice in problem.choices], np.zeros(len(self.free))])
        self.matrix, self.lower, self.upper = self._constraints()

    def forbid(self, chosen: Sequence[int]) -> None:
        """No solution may contain all of these choices."""
        import numpy as np

        row = np.zeros(self.count + len(self.free))
        row[list(chosen)] = -1
        self.cuts.append(row)
        self.floors.append(1.0 - len(chosen))

    def forbid_exactly(self, chosen: Sequence[int]) -> None:
        """No solution may be these choices and no others."""
        import numpy as np

        row = np.concatenate([np.ones(self.count), np.zeros(len(self.free))])
        row[list(chosen)] = -1
        self.cuts.append(row)
        self.floors.append(1.0 - len(chosen))

    def solve(self, ceiling: float | None,
              deadline: float) -> tuple[tuple[list[int], dict[int, int]] | None, str]:
        """The cheapest choices that are left, of cost at most `ceiling`, with the changes of freely changed cells.

        None if there are no such choices, with a reason where that is not proven.
        """
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        left = deadline - time.monotonic()
        if left <= 0:
            return None, "out of time"
        constraints = [LinearConstraint(self.matrix, self.lower, self.upper)]
        if self.cuts:
            constraints.append(LinearConstraint(np.array(self.cuts), self.floors, np.inf))
        if ceiling is not None:
            constraints.append(LinearConstraint(self.costs[None, :], -np.inf, ceiling))
        integrality = np.concatenate([np.ones(self.count), np.zeros(len(self.free))])
        ranges = [self._range(k) for k in self.free]
        low = np.concatenate([np.zeros(self.count), [min(0.0, least) for least, _ in ranges]])
        high = np.concatenate([np.ones(self.count), [greatest for _, greatest in ranges]])
        result = milp(self.costs, integrality=integrality, bounds=Bounds(low, high), constraints=constraints,
                      options={"time_limit": left, "mip_rel_gap": 0.0})
        if result.status == 0:
            changes = zip(self.free, result.x[self.count:], strict=True)
            return ([k for k in range(self.count) if result.x[k] > 0.5],
                    {self.problem.choices[k].cell: round(float(change)) for k, change in changes}), ""
        return None, "" if result.status == 2 else "out of time"

    def _constraints(self) -> tuple[Any, np.ndarray, np.ndarray]:
        """Relations, one choice a cell, and the links of changes to choices, as one sparse matrix with bounds."""
        import numpy as np
        from scipy.sparse import csr_array

        entries: list[tuple[int, int, float]] = []
        lower: list[float] = [-float(residual) for residual in self.problem.residuals]
        upper = list(lower)
        change = {k: self.count + position for position, k in enumerate(self.free)}
        by_cell: dict[int, list[int]] = {}
        for k, choice in enumerate(self.problem.choices):
            if choice.cell < 0:
                entries.append((choice.equation, change[k], 1.0))
                continue
            by_cell.setdefault(choice.cell, []).append(k)
            step = 1 if choice.target is None else choice.target - self.problem.readings[choice.cell].base
            where = change[k] if choice.target is None else k
            entries += [(j, where, float(coefficient * step)) for j, coefficient in self.problem.columns[choice.cell]]
        for k in self.free:
            least, greatest = self._range(k)
            entries += [(len(lower), change[k], 1.0), (len(lower), k, -greatest)]
            lower.append(-np.inf)
            upper.append(0.0)
            if least < 0:
                entries += [(len(lower), change[k], 1.0), (len(lower), k, -least)]
                lower.append(0.0)
                upper.append(np.inf)
        for cell, members in by_cell.items():
            if len(members) == 1 and cell not in self.problem.impossible:
                continue
            entries += [(len(lower), k, 1.0) for k in members]
            lower.append(1.0 if cell in self.problem.impossible else 0.0)
            upper.append(1.0)
        for j, residual in enumerate(self.problem.residuals):
            if residual:
                # A relation that the readings violate needs some choice that touches it: implied, but not by the
                # relaxation that the solver starts from, which it makes several times as tight.
                entries += [(len(lower), k, 1.0) for k, choice in enumerate(self.problem.choices)
                            if choice.equation == j or self.problem.touches(choice.cell, j)]
                lower.append(1.0)
                upper.append(np.inf)
        rows, columns, numbers = zip(*entries, strict=True)
        shape = (len(lower), self.count + len(self.free))
        return csr_array((numbers, (rows, columns)), shape=shape), np.array(lower), np.array(upper)

    def _range(self, k: int) -> tuple[float, float]:
        """The least and greatest change of a freely changed cell or relation."""
        choice = self.problem.choices[k]
        if choice.cell < 0:
            return -self.bound, self.bound
        reading = self.problem.readings[choice.cell]
        return (-self.bound if reading.signed else max(-self.bound, -float(reading.base))), self.bound


def _change_bound(problem: _Problem) -> float:
    """M: twice the sum of all residuals, with what alternatives can add to them and readings that must go."""
    reach = sum(abs(residual) for residual in problem.residuals)
    steps: dict[int, int] = {}
    for choice in problem.choices:
        if choice.target is not None:
            step = abs(choice.target - problem.readings[choice.cell].base) * len(problem.columns[choice.cell])
            steps[choice.cell] = max(steps.get(choice.cell, 0), step)
    reach += sum(steps.values()) + sum(abs(problem.readings[cell].base) for cell in problem.impossible)
    return float(2 * reach + 1)

"""Decodes readings by linear relations: the least costly change of readings such that all relations hold.

The model. Cell i was read as r_i (a blank counts as 0). It may be kept at no cost, be replaced by an alternative reading
at that reading's cost, or by any other whole number at cost w_i; a soft relation may be given up at a cost of its own,
which is the same as a change d of a slack in it. Wanted are the cheapest choices for which whole numbers exist with

    sum_i A_ji (r_i + d_i) = 0 for every relation j,     r_i + d_i >= 0 unless the cell may be negative.

Real counts reach tens of millions, and a mixed-integer program over the numbers themselves would need bounds so large
that the solver's tolerance hides whole requests. So the solver only chooses (a covering problem in zeros and ones), and
the numbers are worked out in exact integers, in the manner of Fellegi and Holt (A systematic approach to automatic edit
and imputation, 1976): a relation that the readings violate must have a changed cell; so must every combination of
relations that the readings violate. For a choice S that cannot work, eliminating the cells of S from the relations
leaves a combination that proves it; its cells give the next demand, `at least one of these changes`.

All optima are found by going on with no-good cuts; each forbids the choices of an optimum and all that contain them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from extractor.reconcile.cover import Cover, Option
from extractor.reconcile.elimination import Row, eliminate
from extractor.reconcile.solver import INFEASIBLE, minimise

MOST = 8
"""More optima than this are no help to anybody: not identifiable."""

MAX_VIOLATED = 25
"""With more violated relations than this the table was not read as a table at all: not identifiable, at once."""

SECONDS = 10.0
"""An emergency brake only: as the clock differs between runs, `MAX_VIOLATED` and `_ROUNDS` are what bounds the work."""

_ROUNDS = 150
_TIE = 1e-6
_GREATEST_BOUND = 10**16
_IMPOSSIBLE = "no change of these readings satisfies the relations"


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

    `determined` is false where the relations leave some of the numbers open; `changes` then holds an example.
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
    violated = sum(row.constant != 0 for row in problem.rows)
    if not violated and not problem.impossible:
        return Decoding(Outcome.ONE, (Solution({}),))
    if violated > MAX_VIOLATED:
        return Decoding(Outcome.NOT_IDENTIFIABLE, (), f"more than {MAX_VIOLATED} relations are violated")
    quick = _single_changes(problem)
    if quick:
        return _decoding(quick, most)
    return _search(problem, most, time.monotonic() + seconds)


def _decoding(solutions: Sequence[Solution], most: int) -> Decoding:
    if len(solutions) > most:
        return Decoding(Outcome.NOT_IDENTIFIABLE, tuple(solutions[:most]), f"more than {most} explanations")
    if not all(solution.determined for solution in solutions):
        return Decoding(Outcome.NOT_IDENTIFIABLE, tuple(solutions), "an explanation leaves numbers open")
    return Decoding(Outcome.ONE if len(solutions) == 1 else Outcome.SEVERAL, tuple(solutions))


@dataclass(frozen=True, slots=True)
class _Choice:
    """A way to deviate: cell `cell` to number `target` (None: to any). Cells after the last name are slacks."""

    cost: float
    cell: int
    target: int | None = None


@dataclass(frozen=True, slots=True)
class _Problem:
    """Cells by index. `rows` are the relations as equations in the changes d: sum of coefficient x d = constant."""

    names: tuple[str, ...]
    readings: tuple[Reading, ...]
    relations: tuple[str, ...]
    rows: tuple[Row, ...]
    choices: tuple[_Choice, ...]
    impossible: tuple[int, ...]
    """Cells whose reading cannot be right (negative where it must not be): to be changed at any rate."""

    @staticmethod
    def build(readings: Mapping[str, Reading], equations: Sequence[Equation]) -> _Problem:
        ordered = sorted(equations, key=lambda equation: equation.id)
        names = tuple(sorted({name for equation in ordered for name in equation.coefficients}))
        if unknown := [name for name in names if name not in readings]:
            raise ValueError(f"no reading of {unknown[0]!r}")
        index = {name: i for i, name in enumerate(names)}
        cells = [readings[name] for name in names]
        cells += [Reading(0, equation.weight or 1.0, signed=True, fixed=equation.weight is None)
                  for equation in ordered]
        rows = []
        for j, equation in enumerate(ordered):
            coefficients = {index[name]: c for name, c in equation.coefficients.items() if c}
            residual = sum(c * cells[i].base for i, c in coefficients.items())
            rows.append(Row(coefficients | {len(names) + j: 1}, -residual))
        # Cells that nothing may change are constants: they leave the equations of the changes.
        rows = [Row({i: c for i, c in row.coefficients.items() if not cells[i].fixed}, row.constant) for row in rows]
        impossible = tuple(i for i, cell in enumerate(cells) if cell.base < 0 and not (cell.signed or cell.fixed))
        return _Problem(names, tuple(cells), tuple(equation.id for equation in ordered), tuple(rows),
                        tuple(_choices(cells)), impossible)

    def least(self, cell: int) -> int | None:
        """The least change of a cell that leaves it a number that it may hold; None if any will do."""
        return None if self.readings[cell].signed else -self.readings[cell].base

    def solution(self, changes: Mapping[int, int], cost: float, determined: bool = True) -> Solution:
        count = len(self.names)
        return Solution({self.names[i]: self.readings[i].base + d for i, d in sorted(changes.items()) if i < count},
                        tuple(self.relations[i - count] for i in sorted(changes) if i >= count), cost, determined)


def _choices(cells: Sequence[Reading]) -> Iterator[_Choice]:
    for i, cell in enumerate(cells):
        costs = [cell.weight, *(cost for _, cost in cell.alternatives)]
        if not min(costs) > 0:
            raise ValueError("costs must be positive")
        if cell.fixed:
            continue
        for target, cost in sorted(set(cell.alternatives)):
            if target != cell.base and (target >= 0 or cell.signed):
                yield _Choice(cost, i, target)
        yield _Choice(max(costs), i)


@dataclass(frozen=True, slots=True)
class _Demand:
    """At least `floor` must be reached by the number of `wanted` choices made less the `unwanted` ones made."""

    wanted: frozenset[int]
    unwanted: frozenset[int] = frozenset()
    floor: int = 1


def _single_changes(problem: _Problem) -> list[Solution]:
    """All optima where they are single choices: cheaper than any two choices together. Empty where that is not so."""
    if len(problem.choices) < 2:
        return []
    two = sum(sorted(choice.cost for choice in problem.choices)[:2])
    violated = [row for row in problem.rows if row.constant]
    common = frozenset.intersection(*(frozenset(row.coefficients) for row in violated)) if violated else frozenset()
    found = []
    for k, choice in enumerate(problem.choices):
        if choice.cell in common and choice.cost + _TIE < two and not set(problem.impossible) - {choice.cell}:
            verdict = _examine(problem, frozenset({k}))
            found += [verdict] if isinstance(verdict, Solution) and (verdict.changes or verdict.broken) else []
    return _cheapest(found)


def _examine(problem: _Problem, chosen: frozenset[int]) -> Solution | list[_Demand]:
    """The solution that these choices lead to, or demands that they do not meet and every solution does."""
    targets = {problem.choices[k].cell: target - problem.readings[problem.choices[k].cell].base
               for k in chosen if (target := problem.choices[k].target) is not None}
    free = sorted(problem.choices[k].cell for k in chosen if problem.choices[k].target is None)
    solved, conflicts = eliminate([row.with_known(targets) for row in problem.rows], free)
    failed = [row for row in conflicts if row.constant]
    if failed:
        return [_demand(problem, row, chosen) for row in failed]
    changes, bad = dict(targets), []
    for cell, row in solved.items():
        delta, remainder = divmod(row.constant, row.coefficients[cell])
        least = problem.least(cell)
        if set(row.coefficients).isdisjoint(set(free) - {cell}):
            changes[cell] = delta
            if remainder or (least is not None and delta < least):
                bad.append(row)
    if bad:
        return [_demand(problem, row, chosen) for row in bad]
    cost = sum(problem.choices[k].cost for k in chosen)
    if len(changes) == len(chosen):
        return problem.solution(changes, cost)
    example = _example(problem, free, solved)
    if example is None:
        return [_Demand(frozenset(range(len(problem.choices))) - chosen)]
    return problem.solution(targets | example, cost, determined=False)


def _demand(problem: _Problem, row: Row, chosen: frozenset[int]) -> _Demand:
    """That some choice that matters to a combination of relations be made differently.

    `row` has no freely changed cell of `chosen` but the one whose number it fixes, so that it stays as it is unless
    another of its cells changes, or one with a given target does not.
    """
    wanted, unwanted = set(), set()
    for k, choice in enumerate(problem.choices):
        if k not in chosen and choice.cell in row.coefficients:
            wanted.add(k)
        elif k in chosen and choice.target is not None and choice.cell in row.known:
            unwanted.add(k)
    # A cell that is freely changed may take a given target as well, and nothing is gained by that.
    free = {problem.choices[k].cell for k in chosen if problem.choices[k].target is None}
    wanted = {k for k in wanted if problem.choices[k].cell not in free}
    return _Demand(frozenset(wanted), frozenset(unwanted), 1 - len(unwanted))


def _example(problem: _Problem, free: Sequence[int], solved: Mapping[int, Row]) -> dict[int, int] | None:
    """Some whole numbers for cells that the relations do not determine; none at all if none were found; None if there
    are none."""
    import numpy as np
    from scipy.optimize import LinearConstraint

    place = {cell: k for k, cell in enumerate(free)}
    matrix = np.zeros((len(solved), len(free)))
    for j, row in enumerate(solved.values()):
        for cell, coefficient in row.coefficients.items():
            if cell in place:
                matrix[j, place[cell]] = coefficient
    constants = [row.constant for row in solved.values()]
    bound = _change_bound(problem)
    low = np.array([-bound if (least := problem.least(cell)) is None else least for cell in free])
    answer = minimise(np.ones(len(free)), np.ones(len(free)), low, np.full(len(free), bound),
                      [LinearConstraint(matrix, constants, constants)], SECONDS)
    if isinstance(answer, str):
        return None if answer == INFEASIBLE else {}
    changes = {cell: round(float(answer[k])) for cell, k in place.items()}
    exact = all(sum(c * changes[cell] for cell, c in row.coefficients.items() if cell in changes) == row.constant
                for row in solved.values())
    return changes if exact else {}


def _cheapest(found: Sequence[Solution]) -> list[Solution]:
    """Those of least cost, each once, in an order that depends on nothing but what they say."""
    best = min((solution.cost for solution in found), default=0.0)
    kept: dict[tuple[Any, ...], Solution] = {}
    for solution in found:
        if solution.cost <= best + _TIE:
            kept.setdefault((tuple(sorted(solution.changes.items())), solution.broken), solution)
    return [kept[key] for key in sorted(kept)]


def _first_demands(problem: _Problem) -> Iterator[_Demand]:
    """What every violated relation and every impossible reading demands."""
    for row in problem.rows:
        if row.constant:
            yield _demand(problem, row, frozenset())
    for cell in problem.impossible:
        yield _Demand(frozenset(k for k, choice in enumerate(problem.choices) if choice.cell == cell))


def _change_bound(problem: _Problem) -> int:
    """M, from the table itself: twice the sum of all that may have to be made up for.

    A change in a solution that cannot be spared is a quotient of minors of the relations times their residuals; in
    tables of sums the quotients are 1 or 2 at most. Alternatives and impossible readings can add to the residuals.
    """
    reach = sum(abs(row.constant) for row in problem.rows)
    reach += sum(abs(problem.readings[cell].base) for cell in problem.impossible)
    steps: dict[int, int] = {}
    for choice in problem.choices:
        if choice.target is not None:
            step = abs(choice.target - problem.readings[choice.cell].base)
            steps[choice.cell] = max(steps.get(choice.cell, 0), step)
    return 2 * (reach + sum(steps.values())) + 1


def _cover(problem: _Problem) -> Cover:
    bound = _change_bound(problem)
    adds: dict[int, dict[int, int]] = {}
    for j, row in enumerate(problem.rows):
        for cell, coefficient in row.coefficients.items():
            adds.setdefault(cell, {})[j] = coefficient
    options = []
    for choice in problem.choices:
        column, reading = adds.get(choice.cell, {}), problem.readings[choice.cell]
        if choice.target is None:
            low = -bound if (least := problem.least(choice.cell)) is None else least
            options.append(Option(choice.cost, choice.cell, column, True, low, bound))
        else:
            step = choice.target - reading.base
            options.append(Option(choice.cost, choice.cell, {j: c * step for j, c in column.items()}, False))
    return Cover(options, [row.constant for row in problem.rows], bound)


def _search(problem: _Problem, most: int, deadline: float) -> Decoding:
    """All optima: choose, work out the numbers, demand what they lack or forbid what was found, until it costs more."""
    if not problem.choices:
        return Decoding(Outcome.NOT_IDENTIFIABLE, (), _IMPOSSIBLE)
    if _change_bound(problem) > _GREATEST_BOUND:
        return Decoding(Outcome.NOT_IDENTIFIABLE, (), "the numbers are too large for the solver")
    cover = _cover(problem)
    for demand in dict.fromkeys(_first_demands(problem)):
        cover.demand(demand.wanted, demand.unwanted, demand.floor)
    found: list[Solution] = []
    for _ in range(_ROUNDS):
        chosen, reason = cover.solve(found[0].cost + _TIE if found else None, deadline)
        if chosen is None and not reason:
            if found:
                return _decoding(_cheapest(found), most)
            return Decoding(Outcome.NOT_IDENTIFIABLE, (), _IMPOSSIBLE)
        if chosen is None:
            return Decoding(Outcome.NOT_IDENTIFIABLE, tuple(_cheapest(found)), reason)
        verdict = _examine(problem, chosen)
        if isinstance(verdict, Solution):
            found.append(verdict)
            cover.demand(frozenset(), chosen, 1 - len(chosen))
        else:
            for demand in verdict:
                cover.demand(demand.wanted, demand.unwanted, demand.floor)
        if len(found) > most:
            return _decoding(_cheapest(found), most)
    return Decoding(Outcome.NOT_IDENTIFIABLE, tuple(_cheapest(found)), "the search took too many rounds")

"""Decodes readings by linear relations: the least costly change of readings such that all relations hold.

The model. Cell i was read as r_i (a blank counts as 0). It may be kept at no cost, be replaced by an alternative reading
at that reading's cost, or by any other whole number at cost w_i; a soft relation may be given up at a cost of its own,
which is the same as a change d of a slack in it. Wanted are the cheapest choices for which whole numbers exist with

    sum_i A_ji (r_i + d_i) = 0 for every relation j,     r_i + d_i >= 0 unless the cell may be negative.

Real counts reach tens of millions. A mixed-integer program over the numbers needs bounds so large that the tolerance of
a floating-point solver hides whole requests, and how long it takes depends on the machine. So the choices are searched
for directly and the numbers worked out in exact integers, see `search`; all optima are found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from extractor.reconcile.elimination import Row
from extractor.reconcile.search import TIE, Choice, Optimum, Task, cheapest

MOST = 25
"""More optima than this are no help to anybody: not identifiable. A wrong cell of a column whose rows have no totals may
stand in any of the 21 rows of results."""

MAX_VIOLATED = 25
"""With more violated relations than this the table was not read as a table at all: not identifiable, at once."""

MAX_NODES = 600
"""Nodes of the search after which it is given up, some 0.2 s: five wrong cells take a few dozen, seldom 500."""

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
           nodes: int = MAX_NODES, ceiling: float = float("inf")) -> Decoding:
    """All least costly changes of `readings` that satisfy `equations`; at most `most`, within `nodes` of the search.

    Readings that satisfy everything are one answer without changes; explanations that cost more than `ceiling` are
    none. The order of neither argument matters.
    Raises `ValueError` where an equation names a cell without a reading or a cost is not positive.
    """
    problem = _Problem.build(readings, equations)
    violated = sum(row.constant != 0 for row in problem.task.rows)
    if not violated and not problem.task.impossible:
        return Decoding(Outcome.ONE, (Solution({}),))
    if violated > MAX_VIOLATED:
        return Decoding(Outcome.NOT_IDENTIFIABLE, (), f"more than {MAX_VIOLATED} relations are violated")
    answer = cheapest(problem.task, most=most, nodes=nodes, ceiling=ceiling)
    solutions = _distinct([problem.solution(optimum) for optimum in answer.optima])
    if len(solutions) > most:
        return Decoding(Outcome.NOT_IDENTIFIABLE, solutions[:most], f"more than {most} explanations")
    if not answer.complete:
        return Decoding(Outcome.NOT_IDENTIFIABLE, solutions, "the search took too many steps")
    if not solutions:
        return Decoding(Outcome.NOT_IDENTIFIABLE, (), _IMPOSSIBLE)
    if not all(solution.determined for solution in solutions):
        return Decoding(Outcome.NOT_IDENTIFIABLE, solutions, "an explanation leaves numbers open")
    return Decoding(Outcome.ONE if len(solutions) == 1 else Outcome.SEVERAL, solutions)


def _distinct(solutions: Sequence[Solution]) -> tuple[Solution, ...]:
    """Those of least cost, each once, in an order that depends on nothing but what they say."""
    best = min((solution.cost for solution in solutions), default=0.0)
    kept: dict[tuple[Any, ...], Solution] = {}
    for solution in solutions:
        if solution.cost <= best + TIE:
            kept.setdefault((tuple(sorted(solution.changes.items())), solution.broken), solution)
    return tuple(kept[key] for key in sorted(kept))


@dataclass(frozen=True, slots=True)
class _Problem:
    """Cells by index, those after the last name being slacks. The task's rows are the relations as equations in the
    changes d: sum of coefficient x d = constant."""

    names: tuple[str, ...]
    readings: tuple[Reading, ...]
    relations: tuple[str, ...]
    task: Task

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
            # Cells that nothing may change are constants: they leave the equations of the changes.
            rows.append(Row({i: c for i, c in (coefficients | {len(names) + j: 1}).items() if not cells[i].fixed},
                            -residual))
        impossible = frozenset(i for i, cell in enumerate(cells)
                               if cell.base < 0 and not (cell.signed or cell.fixed))
        least = {i: -cell.base for i, cell in enumerate(cells) if not cell.signed}
        task = Task(tuple(rows), tuple(_choices(cells)), least, impossible)
        return _Problem(names, tuple(cells), tuple(equation.id for equation in ordered), task)

    def solution(self, optimum: Optimum) -> Solution:
        count, changes = len(self.names), optimum.changes
        return Solution({self.names[i]: self.readings[i].base + d for i, d in sorted(changes.items()) if i < count},
                        tuple(self.relations[i - count] for i in sorted(changes) if i >= count),
                        optimum.cost, optimum.determined)


def _choices(cells: Sequence[Reading]) -> Iterator[Choice]:
    for i, cell in enumerate(cells):
        costs = [cell.weight, *(cost for _, cost in cell.alternatives)]
        if not min(costs) > 0:
            raise ValueError("costs must be positive")
        if cell.fixed:
            continue
        for target, cost in sorted(set(cell.alternatives)):
            if target != cell.base and (target >= 0 or cell.signed):
                yield Choice(cost, i, target - cell.base)
        yield Choice(max(costs), i)

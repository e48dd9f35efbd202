"""Finds the cheapest sets of changes after which linear relations hold: best first, in exact whole numbers.

Fellegi and Holt (A systematic approach to automatic edit and imputation, 1976): a relation that the readings violate
must have a changed cell, and so must every combination of relations that they violate. A set of changes that cannot
work leaves, when its cells are eliminated from the relations, a combination that proves it: one of that combination's
other cells changes as well. So each node of the search tree is a set of changes made so far, and branches over the
cells of its shortest violated combination; a branch never makes again what an earlier branch of the same node made, so
that no set is met twice.

A node is worth its cost and a bound on what is still to come: a price for each violated combination such that no choice
is asked for more than its cost by all combinations that it may mend together (a solution of the dual of the covering
problem). Where a solution that costs no more than that bound has to mend each priced combination by one cell, that
cell's change is known, and the other combinations tell whether such changes can add up to what they miss. Nodes are
taken up in the order of that worth, so that the first solution is an optimum, and all others of the same cost follow
before anything dearer. The work is counted in nodes, never by a clock: the same table gives the same answer on every
machine.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractor.reconcile.elimination import Row, eliminate, without

TIE = 1e-6
"""Costs that differ by no more than this are equal."""

_MOST_OPEN = 4
"""Numbers that relations leave open, above which no example is looked for."""


_MOST_SUMS = 4096
"""Sums that are looked through for what a relation misses."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to deviate: cell `cell` changes by `step`, or by whatever the relations ask for where that is None."""

    cost: float
    cell: int
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """`rows` are equations in the changes of cells; `least` is the least change that each cell may have, if there is one.

    `impossible` cells must change at any rate.
    """

    rows: Sequence[Row]
    choices: Sequence[Choice]
    least: Mapping[int, int]
    impossible: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Optimum:
    """One cheapest set of changes; not `determined` where the relations leave numbers open: then it is an example."""

    changes: Mapping[int, int]
    cost: float
    determined: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """The optima, and whether they are all: not if there were more than asked for, or too many nodes."""

    optima: tuple[Optimum, ...]
    complete: bool
    nodes: int


@dataclass(frozen=True, slots=True)
class _Node:
    """Changes made so far and what is left of the relations.

    `barred` are choices, as bits, that were tried by branches before; cells of which all are barred stand in no row.
    `pending` are sets of cells, besides those of `rows`, of each of which one must still change.
    """

    made: tuple[int, ...]
    cost: float
    rows: tuple[Row, ...]
    solved: Mapping[int, Row]
    barred: int = 0
    pending: tuple[frozenset[int], ...] = ()


class _Branch(NamedTuple):
    """The node to be made from `parent` by making `choice`; the `dead` cells before it were tried by other branches.

    `row` is the relation that asks for it, if one does, and `rest` are its cells whose turn comes later: where the
    choice is the `only` change of the relation they are as they were read, otherwise one of them changes as well.
    """

    parent: _Node
    choice: int
    barred: int
    dead: frozenset[int]
    row: Row | None = None
    rest: frozenset[int] = frozenset()
    only: bool = False


def cheapest(task: Task, *, most: int, nodes: int, ceiling: float = float("inf")) -> Answer:
    """Up to `most` + 1 of the cheapest sets of changes, none of which costs more than `ceiling`, within `nodes` nodes."""
    return _Search(task).run(most, nodes, ceiling)


class _Search:
    """The search tree of one task. An entry of the queue is a branch whose node is made when its turn comes."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.of_cell: dict[int, list[int]] = {}
        for k, choice in enumerate(task.choices):
            self.of_cell.setdefault(choice.cell, []).append(k)
        self.bits = {cell: sum(1 << k for k in members) for cell, members in self.of_cell.items()}
        self.least_cost = {cell: min(task.choices[k].cost for k in members) for cell, members in self.of_cell.items()}
        self.cheapest = min(self.least_cost.values(), default=0.0)
        self.serial = itertools.count()
        self.queue: list[tuple[float, float, int, _Node | _Branch]] = []

    def run(self, most: int, nodes: int, ceiling: float) -> Answer:
        found: list[Optimum] = []
        made = 0
        self._push(0.0, 0.0, _Node((), 0.0, tuple(self.task.rows), {}))
        while self.queue:
            worth, _, _, entry = heapq.heappop(self.queue)
            if worth > min(ceiling, found[0].cost if found else ceiling) + TIE:
                break
            if made >= nodes or len(found) > most:
                return Answer(tuple(found), False, made)
            made += 1
            node = self._made(entry) if isinstance(entry, _Branch) else entry
            if node is None:
                continue
            demands = self._demands(node)
            if demands:
                self._expand(node, demands, worth)
            elif (optimum := self._optimum(node)) is not None:
                found.append(optimum)
        return Answer(tuple(found), True, made)

    def _push(self, worth: float, spent: float, entry: _Node | _Branch) -> None:
        # Of entries worth the same the one that has spent more is nearer to a solution.
        heapq.heappush(self.queue, (worth, -spent, next(self.serial), entry))

    def _made(self, branch: _Branch) -> _Node | None:
        """The node of a branch; None if some demand cannot be met any more."""
        parent, choice, dead, barred = branch.parent, self.task.choices[branch.choice], branch.dead, branch.barred
        pending = [demand for demand in parent.pending if choice.cell not in demand]
        if branch.only:
            dead |= branch.rest
            for cell in branch.rest:
                barred |= self.bits[cell]
        elif branch.row is not None:
            pending.append(branch.rest)
        rows: Iterable[Row]
        solved: Mapping[int, Row]
        if choice.step is not None:
            step = {choice.cell: choice.step}
            rows = [row.with_known(step).less(dead) for row in parent.rows]
            solved = {cell: row.with_known(step).less(dead) for cell, row in parent.solved.items()}
        else:
            rows, solved = self._eliminated(parent, choice.cell, branch.row, dead)
        if any(row.constant and not row.coefficients for row in rows):
            return None
        return _Node((*parent.made, branch.choice), parent.cost + choice.cost, tuple(rows), solved, barred,
                     tuple(demand - dead for demand in pending))

    @staticmethod
    def _eliminated(parent: _Node, cell: int, pivot: Row | None, dead: frozenset[int]) -> tuple[list[Row],
                                                                                          dict[int, Row]]:
        """What is left of a node's relations, and those solved, when `cell` is free and `dead` cells are not."""
        if pivot is None:
            pivot = min((row for row in parent.rows if cell in row.coefficients), default=None,
                        key=lambda row: (abs(row.coefficients[cell]), len(row.coefficients)))
        if pivot is None:
            return ([row.less(dead) for row in parent.rows],
                    {other: row.less(dead) for other, row in parent.solved.items()})
        by = pivot.less(dead)
        rows = [(without(row, by, cell) if cell in row.coefficients else row).less(dead)
                for row in parent.rows if row is not pivot]
        solved = {other: (without(row, by, cell) if cell in row.coefficients else row).less(dead)
                  for other, row in parent.solved.items()}
        solved[cell] = by
        return rows, solved

    def _demands(self, node: _Node) -> list[tuple[Collection[int], Row | None]]:
        """Sets of cells of each of which at least one is still to change, with the relation that asks for it."""
        wanted: list[tuple[Collection[int], Row | None]] = [
            (row.coefficients.keys(), row) for row in node.rows if row.constant]
        wanted += [(demand, None) for demand in node.pending]
        if self.task.impossible or not wanted:
            changed = {self.task.choices[k].cell for k in node.made}
            wanted += [((cell,), None) for cell in sorted(self.task.impossible - changed)]
            if not wanted:
                wanted = [([cell for cell in members if cell not in changed], None)
                          for members in self._wanting(node)]
        return wanted

    def _wanting(self, node: _Node) -> Iterator[Iterable[int]]:
        """Of freely changed cells whose number comes out as one that they cannot hold, the relations that say so."""
        free = {self.task.choices[k].cell for k in node.made if self.task.choices[k].step is None}
        open_too = False
        for cell, row in node.solved.items():
            if any(other in row.coefficients for other in free if other != cell):
                open_too = True
                continue
            change, rest = divmod(row.constant, row.coefficients[cell])
            if rest or change < self.task.least.get(cell, change):
                yield row.coefficients
        if (open_too or free - node.solved.keys()) and self._example(node, free) is None:
            yield {other for row in node.solved.values() for other in row.coefficients}

    def _expand(self, node: _Node, demands: Sequence[tuple[Collection[int], Row | None]], worth: float) -> None:
        """Branches over the choices of the demand with the fewest cells.

        Where that is a relation, each choice makes two branches: one in which it is the only change of the relation,
        whose other cells are then as they were read, and a dearer one in which there is another.
        """
        prices = self._prices([cells for cells, _ in demands])
        ahead = node.cost + sum(prices)
        if ahead == float("inf"):
            return
        room = min(self.cheapest, *(price for price in prices if price))
        if ahead + room > worth + TIE and not _consistent(demands, prices):
            # Nothing that costs less than `room` more is left.
            self._push(ahead + room, node.cost, node)
            return
        at = min(range(len(demands)), key=lambda d: (len(demands[d][0]), -prices[d]))
        members, row = demands[at]
        paid = dict.fromkeys(members, 0.0)
        for (cells, _), price in zip(demands, prices, strict=True):
            if price:
                for cell in members:
                    if cell in cells:
                        paid[cell] += price
        barred, dead, rest = node.barred, frozenset[int](), frozenset(members)
        for cell in sorted(members):
            rest -= {cell}
            for k in self.of_cell[cell]:
                if barred >> k & 1:
                    continue
                choice = self.task.choices[k]
                spent, least = node.cost + choice.cost, ahead - paid[cell] + choice.cost
                if row is None or _mends(choice, row):
                    self._push(max(worth, least), spent, _Branch(node, k, barred, dead, row, rest, row is not None))
                if row is not None and rest:
                    self._push(max(worth, least + prices[at]), spent, _Branch(node, k, barred, dead, row, rest))
                barred |= 1 << k
            dead |= {cell}

    def _optimum(self, node: _Node) -> Optimum | None:
        """The solution that a node without demands is; None if a change comes out as none at all."""
        chosen = [self.task.choices[k] for k in node.made]
        free = {choice.cell for choice in chosen if choice.step is None}
        changes = {choice.cell: choice.step for choice in chosen if choice.step is not None}
        determined = free <= node.solved.keys() and all(
            not any(other in row.coefficients for other in free if other != cell) for cell, row in node.solved.items())
        if determined:
            changes |= {cell: row.constant // row.coefficients[cell] for cell, row in node.solved.items()}
        else:
            changes |= self._example(node, free) or {}
        if determined and not all(changes.values()):
            return None
        return Optimum(dict(sorted(changes.items())), node.cost, determined)

    def _example(self, node: _Node, free: set[int]) -> dict[int, int] | None:
        """Changes of the `free` cells that the relations allow, where they determine not all of them; None if none do.

        Wherever relations of sums allow any numbers they allow some of which as many as are open are at their least.
        """
        rows = [Row({cell: c for cell, c in row.coefficients.items() if cell in free}, row.constant)
                for row in node.solved.values()]
        loose = len(free) - len(rows)
        if loose > _MOST_OPEN:
            return None
        for tight in itertools.combinations(sorted(free), loose):
            least = {cell: self.task.least.get(cell, 0) for cell in tight}
            solved, left = eliminate([row.with_known(least) for row in rows], sorted(free - set(tight)))
            if any(row.constant for row in left) or len(solved) < len(free) - loose:
                continue
            changes = least | {cell: row.constant // row.coefficients[cell] for cell, row in solved.items()}
            whole = all(row.constant % row.coefficients[cell] == 0 for cell, row in solved.items())
            if whole and all(change >= self.task.least.get(cell, change) for cell, change in changes.items()):
                return changes
        return None

    def _prices(self, demands: Sequence[Collection[int]]) -> list[float]:
        """A price for each demand such that no cell is asked for more than its cheapest choice; the dearer of two."""
        by_length = sorted(range(len(demands)), key=lambda d: len(demands[d]))
        return max((self._ascent(demands, order) for order in (by_length, by_length[::-1])), key=sum)

    def _ascent(self, demands: Sequence[Collection[int]], order: Iterable[int]) -> list[float]:
        left: dict[int, float] = {}
        prices = [0.0] * len(demands)
        for d in order:
            price = float("inf")
            for cell in demands[d]:
                price = min(price, left.get(cell, self.least_cost[cell]))
                if not price:
                    break
            prices[d] = price
            if 0 < price < float("inf"):
                for cell in demands[d]:
                    left[cell] = left.get(cell, self.least_cost[cell]) - price
        return prices


def _mends(choice: Choice, row: Row) -> bool:
    """Whether a choice by itself can satisfy a relation."""
    coefficient = row.coefficients[choice.cell]
    return row.constant % coefficient == 0 if choice.step is None else row.constant == coefficient * choice.step


def _consistent(demands: Sequence[tuple[Collection[int], Row | None]], prices: Sequence[float]) -> bool:
    """Whether all violated relations can be mended if each priced one is by exactly one cell, and no cell beside them.

    True as well where that cannot be told by adding up.
    """
    steps: dict[int, tuple[int, int]] = {}
    for owner, ((cells, row), price) in enumerate(zip(demands, prices, strict=True)):
        if not price:
            continue
        if row is None or not steps.keys().isdisjoint(cells):
            return True
        for cell, coefficient in row.coefficients.items():
            step, rest = divmod(row.constant, coefficient)
            if not rest:
                steps[cell] = (owner, step)
    return all(price or row is None or _reachable(row, steps)
               for (_, row), price in zip(demands, prices, strict=True))


def _reachable(row: Row, steps: Mapping[int, tuple[int, int]]) -> bool:
    """Whether one step of each owner at most can add up to what a relation misses."""
    options: dict[int, set[int]] = {}
    for cell, coefficient in row.coefficients.items():
        if cell in steps:
            owner, step = steps[cell]
            options.setdefault(owner, {0}).add(coefficient * step)
    sums = {0}
    for contributions in options.values():
        sums = {total + contribution for total in sums for contribution in contributions}
        if len(sums) > _MOST_SUMS:
            return True
    return row.constant in sums

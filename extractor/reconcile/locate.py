"""Puts the decoder to use: which cells of a contradictory table are suspect, what they should be, and what is repaired.

A table whose numbers violate relations is explained in two ways: by single cells that are wrong (`decode`) and by slips
of its structure (`structure`), at costs that are log odds. A cell reads c if it is printed so and printed right; else it
was misread or the report itself is wrong there, see `cause`. What the cheapest explanations say falls apart into
conflicts: violated relations that share no cell that any explanation changes have nothing to do with one another. What a
conflict changes in the values is decided in `repair`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from extractor.fields import TableSpec
from extractor.reconcile.breach import (
    broken,
    broken_alone,
    broken_beside_unread,
    misread_alone,
    misread_by_what_is_missing,
)
from extractor.reconcile.cause import constants, erred, misread_as, misread_share, other_readings, scanned
from extractor.reconcile.conflict import Conflict, Explanation
from extractor.reconcile.counts import as_count
from extractor.reconcile.decode import MAX_NODES, Equation, Outcome, Reading, decode
from extractor.reconcile.engine import Engine, Instance
from extractor.reconcile.linked import components, linked_groups, name_of, telling
from extractor.reconcile.placed import with_digits_alone
from extractor.reconcile.repair import applied
from extractor.reconcile.settle import settled
from extractor.reconcile.slips import plausibility
from extractor.reconcile.structure import Explained, Grid, Relation, explained
from extractor.reconcile.unprinted import lost_rows
from extractor.report import Value, ValueStatus

_NO_COUNT = -1
"""Stands for a number with decimals: like a negative one, it must be changed whatever the relations say."""

_MOST_SLIPS = 3
"""Slips of structure that are looked for in one table."""

_NEAR = 3.0
"""Explanations dearer than the cheapest by more than this (log odds: 20 to 1) are not named."""


@dataclass(frozen=True, slots=True)
class Located:
    """Values with what the decoder says about them, the conflicts that are left in them, and rows that hold nothing: those that
    are not printed, or that were not read and whose numbers nothing asks for."""

    values: dict[str, Value]
    conflicts: tuple[Conflict, ...] = ()
    empty: frozenset[str] = frozenset()


def locate(engine: Engine, template: str, values: Mapping[str, Value],
           unprinted: frozenset[str] = frozenset()) -> Located:
    """Explains the relations of each table that the values violate; without violations it does nothing.

    Fills `implied`, and `value` with status `repaired` or status `doubtful` where the reading was uncertain. Where the
    relations leave several explanations only the suspects are named. `unprinted` rows are none of the table's.
    """
    result = dict(values)
    conflicts: list[Conflict] = []
    empty = unprinted
    for table in engine.dictionary.tables:
        at_odds = _at_odds(engine, template, table, values, unprinted)
        lost = frozenset(lost_rows(table, values)) - unprinted
        if at_odds is not None and lost and at_odds.asks_nothing_of(lost):
            empty |= lost
            at_odds = _at_odds(engine, template, table, values, empty)
        if at_odds is None:
            continue
        for conflict in at_odds.conflicts():
            changed = applied(conflict, at_odds.values, at_odds.theirs)
            result |= {name: value.model_copy(update={"confidence": values[name].confidence}) for name, value in changed.items()}
            if not any(value.status is ValueStatus.REPAIRED for value in changed.values()):
                conflicts.append(conflict)
    return Located(result, tuple(conflicts), empty)


def _at_odds(engine: Engine, template: str, table: TableSpec, values: Mapping[str, Value],
             empty: frozenset[str]) -> _Table | None:
    """A table whose numbers violate relations; None of one that does not."""
    members = [instance for instance in engine.instances(template, values, empty) if instance.rule.table == table.id]
    violated = [instance for instance in members if engine.violated(instance, values)]
    return _Table(table, members, violated, with_digits_alone(values, violated)) if violated else None


class _Table:
    """One table whose numbers violate relations."""

    def __init__(self, table: TableSpec, instances: Sequence[Instance], violated: Sequence[Instance],
                 values: Mapping[str, Value]) -> None:
        self.violated = [name_of(instance) for instance in violated]
        self.values = values
        self.instances = {name_of(instance): instance for instance in telling(instances, table, values)}
        self.beside_unread = [instance for instance in violated if name_of(instance) not in self.instances]
        self.fields = sorted({name for instance in instances for name in instance.operands})
        self.grid = Grid.of(table, self.fields)
        self.prior = max(instance.rule.prior.probability for instance in instances)
        self.theirs = self.prior / len(self.fields) / constants().others
        self.readings = {name: _reading(values.get(name), self.theirs) for name in self.fields}
        numbers = {name: reading.base for name, reading in self.readings.items()}
        self.relations = [Relation(name, instance.coefficients) for name, instance in self.instances.items()]
        self.settled = settled(values, numbers, self.relations)
        self.numbers = numbers | self.settled

    def conflicts(self) -> list[Conflict]:
        """All violated relations of the table, in conflicts that have nothing to do with one another."""
        slips = self._slips
        groups = self._groups()
        found = [self._decoded(group, slips) for group in groups] if slips else self._plain
        if slips:
            dear = sum(map(self._slip_cost, slips)) + sum(decoding.cost for decoding in found)
            plain = [self._decoded(group, (), dear) for group in groups]
            if sum(decoding.cost for decoding in plain) < dear:
                slips, found = [], plain
        mended, conflicts = set[str](), []
        for slip in slips:
            names = [name for name in self.violated if name in slip[0].mended or self._hidden(name, slip[0])]
            conflicts.append(self._slip_conflict(slip, [name for name in names if name not in mended]))
            mended |= set(names)
        for group, decoding in zip(groups, found, strict=True):
            left = [name for name in map(name_of, group) if name in self.violated and name not in mended]
            conflicts += self._parted(left, decoding) if left else []
        return self._with_unread(conflicts)

    def asks_nothing_of(self, lost: frozenset[str]) -> bool:
        """Whether whatever explains the table leaves rows that were not read empty."""
        cells = {name for name in self.fields if name.rpartition(".")[0] in lost}
        if self._slips or self.beside_unread:
            return False
        return all(decoding.solutions and all(cells.isdisjoint(changes) for changes in decoding.solutions)
                   for decoding in self._plain)

    def _groups(self) -> list[list[Instance]]:
        """The relations in groups that share no cell, where some are violated."""
        return [group for group in linked_groups(list(self.instances.values()))
                if any(name_of(instance) in self.violated for instance in group)]

    @cached_property
    def _plain(self) -> list[_Decoded]:
        """What single cells explain in each group, no slip of structure undone."""
        return [self._decoded(group, ()) for group in self._groups()]

    def _with_unread(self, conflicts: Sequence[Conflict]) -> list[Conflict]:
        """The conflicts, those with more relations that mend relations beside cells that were not read, and such of the latter
        as nothing mends."""
        found = list(conflicts)
        for instance in self.beside_unread:
            place, form = (instance.rule.id, instance.where), instance.coefficients
            share = broken_beside_unread(form, self.values, self.prior)
            excess = self._excess(form, {})
            at = next((index for index, conflict in enumerate(found) if conflict.explanations
                       and self._excess(form, conflict.explanations[0].changes) * excess <= 0), None)
            if at is None:
                found.append(Conflict((place,), frozenset(instance.operands), reason="cells were not read", broken={place: share}))
            else:
                joined = found[at]
                found[at] = replace(joined, relations=(*joined.relations, place), fields=joined.fields | set(instance.operands),
                                    broken={**joined.broken, place: min(share, joined.report or share)})
        return found

    def _excess(self, form: Mapping[str, int], changes: Mapping[str, int]) -> int:
        """By how much a relation is off, cells that were not read being 0 and some cells holding other numbers."""
        return sum(c * changes.get(name, self.readings[name].base) for name, c in form.items())

    @cached_property
    def _slips(self) -> list[list[Explained]]:
        """Slips of structure that mend violated relations, one after the other; of each its equals too."""
        numbers = dict(self.numbers)
        slips: list[list[Explained]] = []
        for _ in range(_MOST_SLIPS):
            found = explained(self.grid, numbers, self.relations, self.prior, constants().structure)
            if not found:
                break
            slips.append(found)
            numbers |= found[0].changes
        return slips

    def _slip_cost(self, slip: Sequence[Explained]) -> float:
        """What a slip costs, with the misreadings that hid it."""
        return slip[0].cost + sum(dict(self.readings[name].alternatives)[self.settled[name]]
                                  for name in slip[0].changes.keys() & self.settled.keys())

    def _hidden(self, name: str, slip: Explained) -> bool:
        """Whether a relation is violated only because a cell that a slip moves was misread."""
        coefficients = self.instances[name].coefficients
        moved = slip.changes.keys() & self.settled.keys() & coefficients.keys()
        return bool(moved) and not sum(c * self.numbers[cell] for cell, c in coefficients.items())

    def _decoded(self, group: Sequence[Instance], slips: Sequence[Sequence[Explained]],
                 ceiling: float = math.inf) -> _Decoded:
        """What single cells explain in a group of linked relations once `slips` are undone."""
        moved = {name: number for slip in slips for name, number in slip[0].changes.items()}
        names = {name for instance in group for name in instance.operands}
        readings = {name: Reading(moved[name], fixed=True) if name in moved else self.readings[name] for name in names}
        # With slips it is asked twice, without and with them.
        decoding = decode(readings, [Equation(name_of(instance), instance.coefficients) for instance in group],
                          ceiling=ceiling, nodes=MAX_NODES // 2 if slips or ceiling < math.inf else MAX_NODES)
        if decoding.outcome is Outcome.NOT_IDENTIFIABLE:
            return _Decoded((), math.inf, decoding.reason)
        return _Decoded(tuple(solution.changes for solution in decoding.solutions), decoding.solutions[0].cost)

    def _parted(self, violated: Sequence[str], decoding: _Decoded) -> list[Conflict]:
        """The violated relations of a group, those together that some explanation mends together."""
        if not decoding.solutions:
            return [self._unexplained(violated, decoding.reason)]
        parts: list[set[str]] = [{name} for name in violated]
        for changes in decoding.solutions:
            for linked in components(changes, self.instances):
                joined = [part for part in parts if not part.isdisjoint(linked)]
                parts = [part for part in parts if part.isdisjoint(linked)] + [linked.union(*joined)]
        return [self._part(part, violated, decoding.solutions) for part in parts
                if not part.isdisjoint(violated)]

    def _part(self, part: set[str], violated: Sequence[str], solutions: Sequence[Mapping[str, int]]) -> Conflict:
        """A conflict: of each explanation only what it changes in the relations of `part`."""
        within = {name for relation in part for name in self.instances[relation].operands}
        names = [name for name in violated if name in part]
        found: dict[tuple[tuple[str, int], ...], float] = {}
        fills: dict[tuple[tuple[str, int], ...], bool] = {}
        for changes in solutions:
            own = {name: number for name, number in changes.items() if name in within and not self._blank(name)}
            fills[tuple(sorted(own.items()))] = any(name in within and self._blank(name) for name in changes)
            found[tuple(sorted(own.items()))] = math.prod(
                plausibility(self._printed(name), number) for name, number in own.items())
        total = sum(found.values())
        trust = constants().trusted(max(len(own) for own in found))
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        explanations = tuple(Explanation(dict(own), trust * weight / total, fills=fills[own]) for own, weight in ranked)
        report = sum(weight / total * self._report_share(dict(own)) for own, weight in ranked)
        broken_on_paper = {self._place(name): min(self._settled_share(name), sum(
            weight / total * self._broken(name, dict(own)) for own, weight in ranked)) for name in names}
        return Conflict(self._places(names), self._operands(names), explanations, report, _suspects(explanations),
                        broken=broken_on_paper, misread=self._misread(explanations[0].changes))

    def _unexplained(self, names: Sequence[str], reason: str) -> Conflict:
        """Relations for which no explanation was found: what each says of itself, once cells in doubt are settled."""
        values = self._settled_values()
        left = {name: broken_alone(self.instances[name].coefficients, values, self.prior) for name in names}
        misread: dict[str, float] = {}
        for name in names:
            for cell, share in misread_alone(self.instances[name].coefficients, values, self.prior).items():
                misread[cell] = max(share, misread.get(cell, 0.0))
        return Conflict(self._places(names), self._operands(names), reason=reason, misread=misread, broken={
            self._place(name): share or self._broken(name, self.settled) for name, share in left.items()})

    def _slip_conflict(self, slip: Sequence[Explained], names: Sequence[str]) -> Conflict:
        weights = _likely(slip)
        explanations = tuple(Explanation(item.changes, constants().trusted(1) * weight / sum(weights.values()),
                                         item.hypothesis.kind, item.hypothesis.place)
                             for index, item in enumerate(slip) if (weight := weights.get(index)))
        known = constants()
        ours = known.scanned_structure if any(
            scanned(self.values[name]) for name in slip[0].changes if name in self.values) else known.born_digital
        report = self.prior / (self.prior + ours.probability) * self._slip_share(slip)
        broken_on_paper = {self._place(name): report if name in slip[0].mended else self._broken(name, self.settled)
                           for name in names}
        return Conflict(self._places(names), self._operands(names), explanations, report, _suspects(explanations),
                        broken=broken_on_paper)

    def _slip_share(self, slip: Sequence[Explained]) -> float:
        """The probability of a slip against one misread cell in each relation that it mends: where the search gave up
        nothing else has weighed how unsure the numbers are that the slip would move. Cells that were settled count as read so:
        another relation says so."""
        values = {name: value.model_copy(update={"confidence": 1.0, "alternatives": ()}) if name in self.settled else value
                  for name, value in self._settled_values().items()}
        ours = math.prod(misread_by_what_is_missing(self.instances[name].coefficients, values) for name in sorted(slip[0].mended))
        theirs = sum(math.exp(-item.cost) for item in slip)
        return theirs / (theirs + ours)

    def _settled_share(self, name: str) -> float:
        """The most that a relation's own cells let be said of it: one that holds with an alternative of a cell in doubt, which
        breaks no other, is not laid to the report because another number of that cell explains more."""
        coefficients = self.instances[name].coefficients
        left = sum(c * self.numbers[cell] for cell, c in coefficients.items())
        if left or self.settled.keys().isdisjoint(coefficients):
            return 1.0
        return broken_alone(coefficients, self.values, self.prior)

    def _settled_values(self) -> dict[str, Value]:
        """The values, those in doubt as they were settled."""
        return {name: value if name not in self.settled else value.model_copy(update={"value": Decimal(self.settled[name])})
                for name, value in self.values.items()}

    def _report_share(self, changes: Mapping[str, int]) -> float:
        """The probability that the report is wrong in at least one of the cells that an explanation changes."""
        return 1.0 - math.prod(self._misread(changes).values())

    def _misread(self, changes: Mapping[str, int]) -> dict[str, float]:
        """For each cell that should hold another number the probability that it was misread."""
        return {name: misread_share(self.values.get(name), number, self.theirs) for name, number in changes.items()}

    def _broken(self, name: str, changes: Mapping[str, int]) -> float:
        """The probability that a relation does not hold on paper if these cells should hold other numbers."""
        return broken(self.instances[name].coefficients, changes, self.values, self.theirs)

    def _blank(self, name: str) -> bool:
        return self.readings[name].value is None

    def _printed(self, name: str) -> Decimal:
        value = self.values.get(name)
        return Decimal(0) if value is None or value.value is None else value.value

    def _places(self, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
        return tuple(map(self._place, names))

    def _place(self, name: str) -> tuple[str, str]:
        return self.instances[name].rule.id, self.instances[name].where

    def _operands(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(field for name in names for field in self.instances[name].operands)


@dataclass(frozen=True, slots=True)
class _Decoded:
    """Explanations by single cells, all of the same cost; none, for a `reason`, where they cannot be told."""

    solutions: tuple[Mapping[str, int], ...]
    cost: float
    reason: str = ""


def _likely(slip: Sequence[Explained]) -> dict[int, float]:
    """How likely each of several slips is, without scale, by its index. Those of one kind in many places stand and fall
    together: only kinds that are unlikely with all their places are left out."""
    weights = [math.exp(slip[0].cost - item.cost) for item in slip]
    kinds: dict[str, float] = {}
    for item, weight in zip(slip, weights, strict=True):
        kinds[item.hypothesis.kind] = kinds.get(item.hypothesis.kind, 0.0) + weight
    least = math.exp(-_NEAR) * max(kinds.values())
    return {index: weight for index, (item, weight) in enumerate(zip(slip, weights, strict=True))
            if kinds[item.hypothesis.kind] >= least}


def _reading(value: Value | None, theirs: float) -> Reading:
    """A value as the decoder sees it; `theirs` is the chance that the report has just one error of its own in this cell."""
    known = constants()
    if value is None or value.value is None:
        return Reading(None, known.blank_cost)
    number = as_count(value.value)
    if number is None:
        return Reading(_NO_COUNT, known.blank_cost)
    right = max(value.confidence if scanned(value) else 1.0, 1e-6)
    costs = {count: _cost(right, misread_as(value, count) + erred(value, count, theirs)) for count in other_readings(value)}
    weight = max([_cost(right, misread_as(value, None) + theirs), *costs.values()])
    return Reading(number, weight, tuple(sorted(costs.items())))


def _cost(right: float, wrong: float) -> float:
    return max(constants().least_cost, math.log(right / wrong))


def _suspects(explanations: Iterable[Explanation]) -> dict[str, float]:
    """The changed cells, each with the probability of all explanations that change it, the likeliest first."""
    found: dict[str, float] = {}
    for explanation in explanations:
        for name in explanation.changes:
            found[name] = found.get(name, 0.0) + explanation.probability
    return {name: round(min(1.0, found[name]), 4) for name in sorted(found, key=lambda name: (-found[name], name))}

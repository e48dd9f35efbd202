"""Puts the decoder to use: which cells of a contradictory table are suspect, what they should be, and what is repaired.

A table whose numbers violate relations is explained in two ways: by single cells that are wrong (`decode`) and by slips
of its structure (`structure`), at costs that are log odds. A cell reads c if it is printed so and printed right; else it
was misread or the report itself is wrong there, see `cause`. What the cheapest explanations say falls apart into
conflicts: violated relations that share no cell that any explanation changes have nothing to do with one another.

A reading is changed only if it was uncertain itself, the number that the relations demand is among its alternatives and
far likelier a misreading than the report's error, the explanation is the only one, and this holds for all its cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from extractor.fields import TableSpec
from extractor.reconcile.cause import constants, misread_as, scanned, uncertain
from extractor.reconcile.decode import Equation, Outcome, Reading, decode
from extractor.reconcile.engine import Engine, Instance, as_count
from extractor.reconcile.slips import plausibility
from extractor.reconcile.structure import Explained, Grid, Relation, explained
from extractor.report import Value, ValueStatus

_NO_COUNT = -1
"""Stands for a number with decimals: like a negative one, it must be changed whatever the relations say."""

_SEVERAL_BLANKS = 3
"""Blanks of one row or column, each in a relation that fails with it as 0, that show that they stand for numbers."""

_MOST_SLIPS = 3
"""Slips of structure that are looked for in one table."""

_NEAR = 3.0
"""Explanations dearer than the cheapest by more than this (log odds: 20 to 1) are not named."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Cells that should hold other numbers, and how likely it is that this is what happened to a conflict.

    `kind` is `cells`, or names the hypothesis on the structure, which speaks of the row, column or cell `place`.
    `fills` says that blank cells would have to hold numbers as well; they are no error and not among `changes`.
    """

    changes: Mapping[str, int]
    probability: float
    kind: str = "cells"
    place: str = ""
    fills: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """Violated relations, as (rule id, where), that have one cause, with the explanations of it, the likeliest first.

    `report` is the probability that the report itself is wrong, None where nothing explains the conflict; `suspects`
    are the cells that may be wrong, each with its probability, the likeliest first.
    """

    relations: tuple[tuple[str, str], ...]
    fields: frozenset[str]
    explanations: tuple[Explanation, ...] = ()
    report: float | None = None
    suspects: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """Values with what the decoder says about them, and the conflicts that are left in them."""

    values: dict[str, Value]
    conflicts: tuple[Conflict, ...] = ()


def locate(engine: Engine, template: str, values: Mapping[str, Value],
           unprinted: frozenset[str] = frozenset()) -> Located:
    """Explains the relations of each table that the values violate; without violations it does nothing.

    Fills `implied`, and `value` with status `repaired` or status `doubtful` where the reading was uncertain. Where the
    relations leave several explanations only the suspects are named. `unprinted` rows are none of the table's.
    """
    result = dict(values)
    conflicts: list[Conflict] = []
    instances = engine.instances(template, values, unprinted)
    for table in engine.dictionary.tables:
        members = [instance for instance in instances if instance.rule.table == table.id]
        violated = [instance for instance in members if engine.violated(instance, values)]
        if not violated:
            continue
        at_odds = _Table(table, members, violated, values)
        for conflict in at_odds.conflicts():
            changed = _applied(conflict, values, at_odds.prior / len(at_odds.fields))
            result |= changed
            if not any(value.status is ValueStatus.REPAIRED for value in changed.values()):
                conflicts.append(conflict)
    return Located(result, tuple(conflicts))


class _Table:
    """One table whose numbers violate relations."""

    def __init__(self, table: TableSpec, instances: Sequence[Instance], violated: Sequence[Instance],
                 values: Mapping[str, Value]) -> None:
        self.violated = [_name(instance) for instance in violated]
        self.values = values
        self.instances = {_name(instance): instance for instance in _telling(instances, table, values)}
        self.fields = sorted({name for instance in instances for name in instance.operands})
        self.grid = Grid.of(table, self.fields)
        self.prior = max(instance.rule.prior.probability for instance in instances)
        self.readings = {name: _reading(values.get(name), self.prior / len(self.fields)) for name in self.fields}

    def conflicts(self) -> list[Conflict]:
        """All violated relations of the table, in conflicts that have nothing to do with one another."""
        slips = self._slips()
        groups = [group for group in _groups(list(self.instances.values()))
                  if any(_name(instance) in self.violated for instance in group)]
        found = [self._decoded(group, slips) for group in groups]
        if slips:
            dear = sum(slip[0].cost for slip in slips) + sum(decoding.cost for decoding in found)
            plain = [self._decoded(group, (), dear) for group in groups]
            if sum(decoding.cost for decoding in plain) < dear:
                slips, found = [], plain
        mended = frozenset[str]().union(*(slip[0].mended for slip in slips))
        conflicts = [self._slip_conflict(slip) for slip in slips]
        for group, decoding in zip(groups, found, strict=True):
            left = [name for name in map(_name, group) if name in self.violated and name not in mended]
            conflicts += self._parted(left, decoding) if left else []
        return conflicts

    def _slips(self) -> list[list[Explained]]:
        """Slips of structure that mend violated relations, one after the other; of each its equals too."""
        relations = [Relation(name, instance.coefficients) for name, instance in self.instances.items()]
        numbers = {name: reading.base for name, reading in self.readings.items()}
        slips: list[list[Explained]] = []
        for _ in range(_MOST_SLIPS):
            found = explained(self.grid, numbers, relations, self.prior, constants().structure)
            if not found:
                break
            slips.append(found)
            numbers |= found[0].changes
        return slips

    def _decoded(self, group: Sequence[Instance], slips: Sequence[Sequence[Explained]],
                 ceiling: float = math.inf) -> _Decoded:
        """What single cells explain in a group of linked relations once `slips` are undone."""
        moved = {name: number for slip in slips for name, number in slip[0].changes.items()}
        names = {name for instance in group for name in instance.operands}
        readings = {name: Reading(moved[name], fixed=True) if name in moved else self.readings[name] for name in names}
        decoding = decode(readings, [Equation(_name(instance), instance.coefficients) for instance in group],
                          ceiling=ceiling)
        if decoding.outcome is Outcome.NOT_IDENTIFIABLE:
            return _Decoded((), math.inf, decoding.reason)
        return _Decoded(tuple(solution.changes for solution in decoding.solutions), decoding.solutions[0].cost)

    def _parted(self, violated: Sequence[str], decoding: _Decoded) -> list[Conflict]:
        """The violated relations of a group, those together that some explanation mends together."""
        if not decoding.solutions:
            return [Conflict(self._places(violated), self._operands(violated), reason=decoding.reason)]
        parts: list[set[str]] = [{name} for name in violated]
        for changes in decoding.solutions:
            for linked in _components(changes, self.instances):
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
        return Conflict(self._places(names), self._operands(names), explanations, report, _suspects(explanations))

    def _slip_conflict(self, slip: Sequence[Explained]) -> Conflict:
        weights = _likely(slip)
        explanations = tuple(Explanation(item.changes, constants().trusted(1) * weight / sum(weights.values()),
                                         item.hypothesis.kind, item.hypothesis.place)
                             for index, item in enumerate(slip) if (weight := weights.get(index)))
        names = [name for name in self.violated if name in slip[0].mended]
        known = constants()
        ours = known.scanned_structure if any(
            scanned(self.values[name]) for name in slip[0].changes if name in self.values) else known.born_digital
        report = self.prior / (self.prior + ours.probability)
        return Conflict(self._places(names), self._operands(names), explanations, report, _suspects(explanations))

    def _report_share(self, changes: Mapping[str, int]) -> float:
        """The probability that the report is wrong in at least one of the cells that an explanation changes."""
        misread = 1.0
        for name, number in changes.items():
            value = self.values.get(name)
            ours = 0.0 if value is None else misread_as(value, number)
            theirs = self.prior / len(self.fields) / constants().others
            misread *= ours / (ours + theirs)
        return 1.0 - misread

    def _blank(self, name: str) -> bool:
        return self.readings[name].value is None

    def _printed(self, name: str) -> Decimal:
        value = self.values.get(name)
        return Decimal(0) if value is None or value.value is None else value.value

    def _places(self, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
        return tuple((self.instances[name].rule.id, self.instances[name].where) for name in names)

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


def _telling(instances: Sequence[Instance], table: TableSpec, values: Mapping[str, Value]) -> list[Instance]:
    """Those that say anything of single cells: not those with blanks of a row or column that was left out on purpose or
    not read. That it was shows where several of its blanks stand in relations that fail with them as 0; the others of
    its blanks are then no zeros either, although a row of zeros adds up to them."""
    numbers = {name: _number(values.get(name)) for instance in instances for name in instance.operands}
    wrong = {name for instance in instances for name in instance.operands
             if sum(c * (numbers[name] or 0) for name, c in instance.coefficients.items())}
    blank = {name for name, number in numbers.items() if number is None}
    lines: dict[str, set[str]] = {}
    for column, members in Grid.of(table, numbers).columns:
        for name in members:
            lines.setdefault(f"column {column}", set()).add(name)
            lines.setdefault(f"row {name.rpartition('.')[0]}", set()).add(name)
    unknown = {name for line in lines.values() if len(line & blank & wrong) >= _SEVERAL_BLANKS for name in line & blank}
    return [instance for instance in instances if unknown.isdisjoint(instance.operands)]


def _number(value: Value | None) -> int | None:
    """The number that a cell holds; None for a blank, and for what is no count."""
    return None if value is None or value.value is None else as_count(value.value)


def _name(instance: Instance) -> str:
    return f"{instance.rule.id} {instance.where}"


def _components(changes: Mapping[str, int], instances: Mapping[str, Instance]) -> Iterator[set[str]]:
    """The relations that hold a changed cell, those together that share one."""
    parts: list[set[str]] = []
    for cell in changes:
        touched = {name for name, instance in instances.items() if cell in instance.operands}
        joined = [part for part in parts if not part.isdisjoint(touched)]
        parts = [part for part in parts if part.isdisjoint(touched)] + [touched.union(*joined)]
    yield from parts


def _groups(instances: Sequence[Instance]) -> Iterator[list[Instance]]:
    """The instances in groups that share no field with one another."""
    groups: list[tuple[set[str], list[Instance]]] = []
    for instance in instances:
        linked = [group for group in groups if not group[0].isdisjoint(instance.operands)]
        fields = set(instance.operands).union(*(group[0] for group in linked))
        members = [member for group in linked for member in group[1]] + [instance]
        groups = [group for group in groups if group not in linked] + [(fields, members)]
    yield from (members for _, members in groups)


def _reading(value: Value | None, report_error: float) -> Reading:
    """A value as the decoder sees it; `report_error` is the chance that the report itself is wrong in this cell."""
    known = constants()
    if value is None or value.value is None:
        return Reading(None, known.blank_cost)
    number = as_count(value.value)
    if number is None:
        return Reading(_NO_COUNT, known.blank_cost)
    theirs = report_error / known.others
    right = max(value.confidence if scanned(value) else 1.0, 1e-6)
    costs = {count: _cost(right, misread_as(value, count) + theirs) for other in value.alternatives
             if other.value is not None and (count := as_count(other.value)) is not None}
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


def _applied(conflict: Conflict, values: Mapping[str, Value], prior: float) -> dict[str, Value]:
    """The values that a conflict changes: repaired all together, or those that are in doubt marked as such.

    `prior` is the chance that the report itself is wrong in a given cell.
    """
    sole = conflict.explanations[0] if len(conflict.explanations) == 1 else None
    changes = {name: Decimal(number) for name, number in sole.changes.items() if name in values} if sole else {}
    if sole is not None and sole.kind == "cells" and not sole.fills and changes and len(changes) == len(sole.changes) and all(
            _repairable(values[name], number, prior) for name, number in changes.items()):
        return {name: values[name].model_copy(update={"value": number, "implied": number,
                                                      "status": ValueStatus.REPAIRED})
                for name, number in changes.items()}
    doubted = {name: _doubted(values[name], conflict, prior) for name in conflict.suspects if name in values}
    return {name: value.model_copy(update={"implied": changes[name]}) if name in changes else value
            for name, value in doubted.items()}


def _repairable(value: Value, number: Decimal, prior: float) -> bool:
    """Whether the reading was uncertain and `number` among its alternatives, far likelier than an error of the report."""
    if value.value is None or not uncertain(value):
        return False
    probability = max((other.probability for other in value.alternatives if other.value == number), default=0.0)
    return probability >= constants().repair_odds * prior


def _doubted(value: Value, conflict: Conflict, prior: float) -> Value:
    """The value as doubtful, if it was uncertain when read, or if it is likelier than not that it was misread.

    The text of a born-digital file is never in doubt.
    """
    if value.value is None or value.status is not ValueStatus.READ:
        return value
    misread = sum(explanation.probability * (ours / (ours + prior / constants().others))
                  for explanation in conflict.explanations if value.field in explanation.changes
                  for ours in [misread_as(value, explanation.changes[value.field])])
    if uncertain(value) or (scanned(value) and misread >= 0.5):
        return value.model_copy(update={"status": ValueStatus.DOUBTFUL})
    return value

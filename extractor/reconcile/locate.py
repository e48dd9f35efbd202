"""Puts the decoder to use: which cells of a contradictory table are suspect, what they should be, and what is repaired.

Costs are log odds. A cell reads c if it is printed so and printed right; it may be misread as another, with the
probability that the reader gives each alternative and what is left for all others; and the report itself may be wrong
there, with the prior of a broken table spread over its cells. Any particular other number has 1 / `_OTHERS` of that.

A reading is changed only if it was uncertain itself, the number that the relations demand is among its alternatives and
far likelier a misreading than the report's error, the explanation is the only one, and this holds for all its cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from extractor.reconcile.cause import uncertain
from extractor.reconcile.decode import Decoding, Equation, Outcome, Reading, Solution, decode
from extractor.reconcile.engine import Engine, Instance, as_count
from extractor.report import Finding, FindingStatus, Suspect, Value, ValueStatus

_OTHERS = 20.0
"""About how many numbers a wrong digit or a slip of typing makes of one: what a particular one has of the chance."""

_BLANK_COST = 0.5
"""A blank that stands for a number other than 0 is no error, so that it costs little; but one blank explains more than two."""

_NO_COUNT = -1
"""Stands for a number with decimals: like a negative one, it must be changed whatever the relations say."""

_LEAST_COST = 0.1
_REPAIR_ODDS = 20.0

_TRUST = {1: 0.99, 2: 0.99, 3: 0.99, 4: 0.98, 5: 0.97}
_TRUST_BEYOND = 0.9
"""How often an only answer with so many changed cells is right: rounded down from bench/decode.py."""


@dataclass(frozen=True, slots=True)
class Located:
    """Values with what the decoder says about them, and how likely each suspected field is wrong."""

    values: dict[str, Value]
    suspects: Mapping[str, float] = field(default_factory=dict)


def locate(engine: Engine, template: str, values: Mapping[str, Value]) -> Located:
    """Decodes each group of linked hard relations that the values violate; without violations it does nothing.

    Fills `implied`, and `value` with status `repaired` or status `doubtful` where the reading was uncertain. Where the
    relations leave several explanations only the suspects are named.
    """
    result = dict(values)
    suspects: dict[str, float] = {}
    for group in _groups([instance for instance in engine.instances(template, values)
                          if instance.rule.strength == "hard"]):
        if not any(engine.violated(instance, values) for instance in group):
            continue
        decoding = _decode(group, values)
        suspects |= _suspects(decoding)
        if decoding.outcome is Outcome.ONE:
            result |= _applied(decoding.solutions[0], group, values)
        else:
            result |= _doubted(suspects, values)
    return Located(result, suspects)


def with_suspects(findings: Iterable[Finding], suspects: Mapping[str, float]) -> tuple[Finding, ...]:
    """The findings, each violated one with those of its operands that are suspected, the likeliest first."""
    return tuple(_with_suspects(finding, suspects) for finding in findings)


def _with_suspects(finding: Finding, suspects: Mapping[str, float]) -> Finding:
    found = [(-suspects[name], name) for name in finding.operands if name in suspects]
    if finding.status is not FindingStatus.VIOLATED or not found:
        return finding
    ranked = tuple(Suspect(field=name, probability=-probability) for probability, name in sorted(found))
    return finding.model_copy(update={"suspects": ranked})


def _groups(instances: Sequence[Instance]) -> Iterator[list[Instance]]:
    """The instances in groups that share no field with one another."""
    groups: list[tuple[set[str], list[Instance]]] = []
    for instance in instances:
        linked = [group for group in groups if not group[0].isdisjoint(instance.operands)]
        fields = set(instance.operands).union(*(group[0] for group in linked))
        members = [member for group in linked for member in group[1]] + [instance]
        groups = [group for group in groups if group not in linked] + [(fields, members)]
    yield from (members for _, members in groups)


def _decode(group: Sequence[Instance], values: Mapping[str, Value]) -> Decoding:
    names = sorted({name for instance in group for name in instance.operands})
    error = max(instance.rule.prior.probability for instance in group) / len(names)
    readings = {name: _reading(values.get(name), error) for name in names}
    return decode(readings, [Equation(f"{instance.rule.id} {instance.where}", instance.coefficients)
                             for instance in group])


def _reading(value: Value | None, report_error: float) -> Reading:
    """A value as the decoder sees it; `report_error` is the chance that the report itself is wrong in this cell."""
    if value is None or value.value is None:
        return Reading(None, _BLANK_COST)
    number = as_count(value.value)
    if number is None:
        return Reading(_NO_COUNT, _BLANK_COST)
    right = max(value.confidence, 1e-6)
    alternatives = {count: other.probability for other in value.alternatives
                    if other.value is not None and (count := as_count(other.value)) is not None}
    left = max(0.0, 1.0 - value.confidence - sum(alternatives.values()))
    weight = max(_LEAST_COST, math.log(right * _OTHERS / (left + report_error)))
    costs = tuple((count, min(weight, max(_LEAST_COST, math.log(right / max(probability, 1e-9)))))
                  for count, probability in sorted(alternatives.items()))
    return Reading(number, weight, costs)


def _suspects(decoding: Decoding) -> dict[str, float]:
    """The changed cells, each with the share of the explanations that change it."""
    count = len(decoding.solutions)
    if not count or decoding.outcome is Outcome.NOT_IDENTIFIABLE:
        return {}
    trust = _TRUST.get(len(decoding.solutions[0].changes), _TRUST_BEYOND)
    names = sorted({name for solution in decoding.solutions for name in solution.changes})
    return {name: round(trust * sum(name in solution.changes for solution in decoding.solutions) / count, 4)
            for name in names}


def _applied(solution: Solution, group: Sequence[Instance], values: Mapping[str, Value]) -> dict[str, Value]:
    """The changed cells of the only explanation: repaired all together or not at all."""
    changed = {name: (values[name], Decimal(number)) for name, number in solution.changes.items() if name in values}
    error = max(instance.rule.prior.probability for instance in group) / len(
        {name for instance in group for name in instance.operands})
    if len(changed) == len(solution.changes) and all(_repairable(*pair, error) for pair in changed.values()):
        return {name: value.model_copy(update={"value": number, "implied": number, "status": ValueStatus.REPAIRED})
                for name, (value, number) in changed.items()}
    return {name: _doubtful(value).model_copy(update={"implied": number})
            for name, (value, number) in changed.items()}


def _repairable(value: Value, number: Decimal, report_error: float) -> bool:
    """Whether the reading was uncertain and `number` among its alternatives, far likelier than an error of the report."""
    if value.value is None or not uncertain(value):
        return False
    probability = max((other.probability for other in value.alternatives if other.value == number), default=0.0)
    return probability >= _REPAIR_ODDS * report_error


def _doubted(suspects: Mapping[str, float], values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: _doubtful(values[name]) for name in suspects if name in values}


def _doubtful(value: Value) -> Value:
    """The value as doubtful, if it was uncertain when read; a confident reading stays what it is."""
    if value.value is not None and value.status is ValueStatus.READ and uncertain(value):
        return value.model_copy(update={"status": ValueStatus.DOUBTFUL})
    return value

"""Takes unsure readings for one of their alternatives where that mends relations and breaks none.

A slip of a whole row or column is looked for in numbers that add up but for it. One cell of the row misread hides it: so
the cells in doubt are settled first. This is a working hypothesis only, and changes no value by itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from extractor.reconcile.cause import confirmed, other_readings, uncertain
from extractor.reconcile.structure import Relation
from extractor.report import Value

_MOST_UNSURE = 12
"""With more unsure cells than this in one relation no pairs of them are tried."""

Step = tuple[tuple[str, int], ...]
"""Cells, each with the alternative that it is taken for."""


def settled(values: Mapping[str, Value], numbers: Mapping[str, int], relations: Sequence[Relation]) -> dict[str, int]:
    """The cells that are taken for an alternative, with that number: first one by one, then two of a relation at once.

    `numbers` holds every cell of the relations, blanks as 0. The order of the values and relations does not matter.
    """
    settling = _Settling(values, numbers, relations)
    found: dict[str, int] = {}
    while (step := settling.best(found)) is not None:
        found |= dict(step)
    return found


class _Settling:
    def __init__(self, values: Mapping[str, Value], numbers: Mapping[str, int], relations: Sequence[Relation]) -> None:
        self.numbers = numbers
        self.relations = sorted(relations, key=lambda relation: relation.id)
        self.options = {name: options for name in sorted(numbers) if name in values
                        if (options := _options(values[name], numbers[name]))}
        self.holding: dict[str, list[Relation]] = {}
        for relation in self.relations:
            for name in relation.coefficients.keys() & self.options.keys():
                self.holding.setdefault(name, []).append(relation)

    def best(self, found: Mapping[str, int]) -> Step | None:
        """The step that mends most, the likelier of two; two cells are changed together only where one does nothing."""
        known = {**self.numbers, **found}
        left = {relation.id: sum(c * known[name] for name, c in relation.coefficients.items()) for relation in self.relations}
        for steps in (self._singles(found), self._pairs(found, left)):
            ranked = [(mended, self._chance(step), step) for step in steps if (mended := self._mended(step, left))]
            if ranked:
                return max(ranked)[2]
        return None

    def _singles(self, found: Mapping[str, int]) -> Iterator[Step]:
        for name in self.holding.keys() - found.keys():
            for number in self.options[name]:
                yield ((name, number),)

    def _pairs(self, found: Mapping[str, int], left: Mapping[str, int]) -> Iterator[Step]:
        for relation in self.relations:
            unsure = sorted((relation.coefficients.keys() & self.holding.keys()) - found.keys())
            if left[relation.id] and len(unsure) <= _MOST_UNSURE:
                for first, second in itertools.combinations(unsure, 2):
                    for a, b in itertools.product(self.options[first], self.options[second]):
                        yield (first, a), (second, b)

    def _mended(self, step: Step, left: Mapping[str, int]) -> int:
        """How many relations a step mends; 0 if it breaks one."""
        off: dict[str, int] = {}
        for name, number in step:
            for relation in self.holding[name]:
                off[relation.id] = off.get(relation.id, 0) + relation.coefficients[name] * (number - self.numbers[name])
        if any(change and not left[relation] for relation, change in off.items()):
            return 0
        return sum(left[relation] + change == 0 for relation, change in off.items() if left[relation])

    def _chance(self, step: Step) -> float:
        chance = 1.0
        for name, number in step:
            chance *= self.options[name][number]
        return chance


def _options(value: Value, number: int) -> dict[int, float]:
    """The other numbers that an unsure cell may hold, each with its probability."""
    if value.value is None or confirmed(value) or not uncertain(value):
        return {}
    return {count: probability for count, probability in other_readings(value).items() if count >= 0 and count != number}

"""Which relations of the rule book follow from the others, so that they can never be broken by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.reconcile.elimination import Row, without
from extractor.reconcile.engine import Instance


def redundant(instances: Sequence[Instance]) -> list[Instance]:
    """Those that are combinations of instances before them: exactly, by elimination in whole numbers.

    What is redundant is a matter of order; how many are is not. In table 3 it is two: the column of totals balances
    where every other column and every row does.
    """
    names = sorted({name for instance in instances for name in instance.operands})
    index = {name: i for i, name in enumerate(names)}
    pivots: dict[int, Row] = {}
    found = []
    for instance in sorted(instances, key=_totals_last):
        row = Row({index[name]: c for name, c in instance.coefficients.items() if c}, 0)
        for unknown, pivot in pivots.items():
            if unknown in row.coefficients:
                row = without(row, pivot, unknown)
        if row.coefficients:
            pivots[min(row.coefficients)] = row
        else:
            found.append(instance)
    return found


def _totals_last(instance: Instance) -> bool:
    """Totals are what other numbers add up to, so that it is their relations that are called redundant."""
    return instance.where == "total"

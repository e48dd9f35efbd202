"""Tells doubt about a row's place in the table from doubt about its digits: only the latter can break the row's own sum.

A value is as sure as its digits and its place together. A place in doubt (a label that is lost, columns that the header
does not name) lowers all numbers of a row alike, so that the surest of them shows by how much. Numbers that stand in the
wrong place still add up to their own total: where a row's sum does not hold, its place explains nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from extractor.reconcile.cause import scanned
from extractor.reconcile.engine import Instance
from extractor.report import Value

LEAST = 0.8
"""Surer than this a row's place must be: below it, numbers that are each in doubt look alike."""
ALIKE = 1e-3
"""Confidences nearer than this are the same."""
WITNESSES = 3
"""Numbers of a row that must be equally sure to tell how sure its place is."""
MOST_ROWS = 2
"""With more rows that do not add up the columns are in question, and the doubt stays."""


def with_digits_alone(values: Mapping[str, Value], violated: Iterable[Instance]) -> dict[str, Value]:
    """The values, those of scanned rows that do not add up as sure as their digits are, whatever their place."""
    rows = [instance.operands for instance in violated if _is_row(instance)]
    found = dict(values)
    if len(rows) > MOST_ROWS:
        return found
    for names in rows:
        held = [values[name] for name in names if name in values]
        place = _place(held)
        found |= {value.field: value.model_copy(update={"confidence": min(1.0, value.confidence / place)}) for value in held}
    return found


def _is_row(instance: Instance) -> bool:
    """Whether all operands stand in one row."""
    return len({name.rpartition(".")[0] for name in instance.operands}) == 1


def _place(row: Sequence[Value]) -> float:
    """How sure the place of a row's numbers is, as far as that is in doubt and can be told; else 1."""
    sure = [value.confidence for value in row if value.value is not None and scanned(value)]
    most = max(sure, default=1.0)
    told = sum(most - confidence <= ALIKE for confidence in sure) >= WITNESSES
    return most if told and most >= LEAST else 1.0

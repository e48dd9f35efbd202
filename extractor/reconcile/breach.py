"""How likely a relation that the readings violate is violated in the report as printed: each relation on its own.

One conflict may hold an error of the report and a misreading of ours at once, wherever the two cells share a relation.
What is laid to the report is then decided relation by relation: of the cells that an explanation changes each was either
misread, so that the page holds the right number, or printed wrongly, so that it holds what was read; and the relation is
broken on paper unless what is wrong there adds up to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from extractor.reconcile.cause import constants, misread_as, misread_share, other_readings, uncertain
from extractor.reconcile.counts import as_count
from extractor.report import Value

_MOST_SUMS = 256
"""Differences that a relation may have on paper, above which the cells that are left count as one more difference."""


def broken(coefficients: Mapping[str, int], changes: Mapping[str, int], values: Mapping[str, Value],
           theirs: float) -> float:
    """The probability that a relation does not hold on paper, if the cells of `changes` should hold those numbers.

    The relation is sum of coefficient x field = 0, and holds once the changes are made.
    """
    sums: dict[int, float] = {0: 1.0}
    intact = 1.0
    for name in sorted(changes.keys() & coefficients.keys()):
        misread = misread_share(values.get(name), changes[name], theirs)
        if len(sums) > _MOST_SUMS:
            intact *= misread
            continue
        off = coefficients[name] * (_count(values.get(name)) - changes[name])
        after: dict[int, float] = {}
        for total, probability in sums.items():
            for printed, share in ((total, misread), (total + off, 1.0 - misread)):
                after[printed] = after.get(printed, 0.0) + probability * share
        sums = after
    return 1.0 - sums.get(0, 0.0) * intact


def broken_alone(coefficients: Mapping[str, int], values: Mapping[str, Value], prior: float) -> float:
    """The same where nothing explains the table: from the cells of this relation and what it misses, no more.

    Any cell of it may have been misread by just what the relation misses, and of its unsure cells two as well; `prior`
    is the share of real tables that break the relation.
    """
    if not _missing(coefficients, values):
        return 0.0
    theirs = prior / constants().others
    return theirs / (theirs + misread_by_what_is_missing(coefficients, values))


def misread_alone(coefficients: Mapping[str, int], values: Mapping[str, Value], prior: float) -> dict[str, float]:
    """For each cell of such a relation the probability that it was misread by just what the relation misses."""
    missing = _missing(coefficients, values)
    every = prior / constants().others + misread_by_what_is_missing(coefficients, values)
    return {name: _by(missing, c, values[name]) / every for name, c in coefficients.items() if missing and c and name in values}


def broken_beside_unread(coefficients: Mapping[str, int], values: Mapping[str, Value], prior: float) -> float:
    """The same for a relation some cells of which could not be read, while those that were are too much for the other side:
    it holds on paper only if a cell was misread by that much at least. A table that was read in part may be torn as well."""
    excess = -_missing(coefficients, values)
    ours = constants().scanned_structure.probability
    for name, c in coefficients.items():
        value = values.get(name)
        if value is None or value.value is None:
            continue
        enough = sum(probability for count, probability in other_readings(value).items()
                     if _enough(c * (count - _count(value)), excess))
        can = _enough(-c * _count(value), excess) or c * excess < 0
        left = max(0.0, 1.0 - value.confidence - sum(other.probability for other in value.alternatives)) if can else 0.0
        ours += (enough + left) / _right(value)
    return prior / (prior + ours)


def _enough(step: int, excess: int) -> bool:
    """Whether a step takes away all of what is too much."""
    return step * excess < 0 and abs(step) >= abs(excess)


def misread_by_what_is_missing(coefficients: Mapping[str, int], values: Mapping[str, Value]) -> float:
    """How much likelier than that all was read right a violated relation holds on paper, with one of its cells misread by
    just what it misses, or two of its unsure ones."""
    missing = _missing(coefficients, values)
    held = [(name, c, values[name]) for name, c in coefficients.items() if c and name in values]
    ours = sum(_by(missing, c, value) for _, c, value in held)
    unsure = [item for item in held if uncertain(item[2])]
    for at, (_, c, value) in enumerate(unsure):
        for count, probability in ({0: misread_as(value, 0)} | other_readings(value)).items():
            if count >= 0 and (step := c * (count - _count(value))):
                ours += probability / _right(value) * sum(
                    _by(missing - step, d, second) for _, d, second in unsure[at + 1:])
    return ours


def _missing(coefficients: Mapping[str, int], values: Mapping[str, Value]) -> int:
    """What has to be added for a relation to hold."""
    return -sum(c * _count(values.get(name)) for name, c in coefficients.items())


def _by(missing: int, coefficient: int, value: Value) -> float:
    """How much likelier than rightly read a cell is misread by just what is missing."""
    step, rest = divmod(missing, coefficient)
    number = _count(value) + step
    return 0.0 if rest or not step or number < 0 else misread_as(value, number) / _right(value)


def _right(value: Value) -> float:
    return max(value.confidence, 1e-3)


def _count(value: Value | None) -> int:
    number = None if value is None or value.value is None else as_count(value.value)
    return number or 0

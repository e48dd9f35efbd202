"""What a conflict changes in the values: readings repaired all together, or marked as doubtful.

A reading is changed only if it was uncertain itself, the number that the relations demand is among its alternatives and
far likelier a misreading than the report's error, the explanation is the only one, and this holds for all its cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from extractor.reconcile.cause import constants, misread_share, scanned, uncertain
from extractor.reconcile.conflict import Conflict
from extractor.reconcile.linked import left_blank
from extractor.report import Value, ValueStatus


def applied(conflict: Conflict, values: Mapping[str, Value], theirs: float) -> dict[str, Value]:
    """The values that a conflict changes: repaired all together, or those that are in doubt marked as such.

    `theirs` is the chance that the report has just one error of its own in a given cell.
    """
    sole = conflict.explanations[0] if len(conflict.explanations) == 1 else None
    changes = {name: Decimal(number) for name, number in sole.changes.items() if name in values} if sole else {}
    if sole is not None and sole.kind == "cells" and not sole.fills and changes and len(changes) == len(sole.changes) and all(
            _repairable(values[name], number, theirs) and not (number == 0 and left_blank(name, values))
            for name, number in changes.items()):
        return {name: values[name].model_copy(update={"value": number, "implied": number,
                                                      "status": ValueStatus.REPAIRED})
                for name, number in changes.items()}
    # Where nothing explains the numbers of a scan, every reading that was uncertain is to be looked at.
    unsure = [name for name in sorted(conflict.fields) if name in values and scanned(values[name])]
    doubted = {name: _doubted(values[name], conflict, theirs) for name in conflict.suspects or unsure if name in values}
    return {name: value.model_copy(update={"implied": changes[name]}) if name in changes else value
            for name, value in doubted.items()}


def _repairable(value: Value, number: Decimal, theirs: float) -> bool:
    """Whether the reading was uncertain and `number` among its alternatives, so much likelier than that the report prints
    what was read that no genuine error is erased, even if reports with errors were as frequent as those without."""
    known = constants()
    if value.value is None or not uncertain(value):
        return False
    probability = max((other.probability for other in value.alternatives if other.value == number), default=0.0)
    blank = sum(other.probability for other in value.alternatives if other.value is None) if not number else 0.0
    unnamed = 1.0 - value.confidence - sum(other.probability for other in value.alternatives)
    genuine = value.confidence * max(theirs, known.repair_prior / known.cells / known.others)
    # A cell that may as well be blank is no 0, nor is a number known that may as well be none of those named.
    return probability >= max(known.repair_odds * genuine, known.blank_odds * blank, unnamed)


def _doubted(value: Value, conflict: Conflict, theirs: float) -> Value:
    """The value as doubtful, if it was uncertain when read, or if it is likelier than not that it was misread; where nothing
    explains the conflict, if it may well have been.

    The text of a born-digital file is never in doubt.
    """
    if value.value is None or value.status is not ValueStatus.READ:
        return value
    if not conflict.explanations and conflict.misread.get(value.field, 0.0) >= constants().reading and scanned(value):
        return value.model_copy(update={"status": ValueStatus.DOUBTFUL})
    misread = sum(explanation.probability * misread_share(value, explanation.changes[value.field], theirs)
                  for explanation in conflict.explanations if value.field in explanation.changes)
    if uncertain(value) or (scanned(value) and misread >= 0.5):
        return value.model_copy(update={"status": ValueStatus.DOUBTFUL})
    return value

"""What the decoder says of a contradiction: relations with one cause, and the explanations of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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

    `report` is the probability that the report itself is wrong, None where nothing explains the conflict, and `broken`
    for each relation that it does not hold on paper; `misread` that a cell of the likeliest explanation was misread, or any
    cell where there is none.
    `suspects` are the cells that may be wrong, each with its probability, the likeliest first.
    """

    relations: tuple[tuple[str, str], ...]
    fields: frozenset[str]
    explanations: tuple[Explanation, ...] = ()
    report: float | None = None
    suspects: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    broken: Mapping[tuple[str, str], float] = field(default_factory=dict)
    misread: Mapping[str, float] = field(default_factory=dict)

"""Slices: the documents grouped by a key of their label files; numbers that take many values are put into ranges."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from eval.facts import DEFAULT_KEYS
from eval.types import Fact, Truth

MOST_VALUES = 6
"""More distinct numbers than this are put into four ranges that hold about the same number of documents."""


def groups(truths: Sequence[Truth], key: str) -> dict[str, list[int]]:
    """The indices of the documents by their value of `key`; documents without the key are in no group."""
    known = [(at, truth.facts[key]) for at, truth in enumerate(truths) if key in truth.facts]
    numbers = sorted({value for _, value in known if isinstance(value, float)})
    edges = _edges([value for _, value in known if isinstance(value, float)]) if len(numbers) > MOST_VALUES else []
    found: dict[str, list[int]] = {}
    for at, value in sorted(known, key=lambda pair: _order(pair[1])):
        found.setdefault(_name(value, edges), []).append(at)
    return found


def keys_of(truths: Sequence[Truth], wanted: Sequence[str] = ()) -> list[str]:
    """The keys to slice by: `wanted`, or the usual ones that split the documents into groups."""
    if wanted:
        return list(wanted)
    return [key for key in DEFAULT_KEYS if len(groups(truths, key)) > 1]


def known_keys(truths: Sequence[Truth]) -> list[str]:
    """Every key that some label has."""
    return sorted({key for truth in truths for key in truth.facts})


def _edges(values: Sequence[float]) -> list[float]:
    return sorted({float(edge) for edge in np.quantile(values, (0.0, 0.25, 0.5, 0.75, 1.0), method="nearest")})


def _order(value: Fact) -> tuple[int, float, str]:
    return (0, value, "") if isinstance(value, float) else (1, 0.0, str(value))


def _name(value: Fact, edges: Sequence[float]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, float):
        return value or "none"
    for low, high in pairwise(edges):
        if value <= high:
            return f"{low:.3g} – {high:.3g}"
    return f"{value:.4g}"

"""What metrics share: counts that add up over documents, ratios of them, and intervals by resampling documents.

The documents are the independent observations, not their cells: a lost table makes 175 errors at once. So an interval
draws whole documents with replacement (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13:
percentile interval). Where no document has an error, resampling cannot see one either, and the interval has no width;
`Estimate.noise` therefore never falls below one error more or less.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.compare import Comparison

Floats = NDArray[np.float64]
Ratio = tuple[Floats, Floats]
DRAWS = 1000
SEED = 20190131
TOLERANCE = 1e-9
"""Differences of two shares below this are those of floating-point arithmetic."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; None where there was nothing to measure. `of` is what it is a share of."""

    value: float | None
    low: float | None = None
    high: float | None = None
    of: float = 0.0

    @property
    def noise(self) -> float:
        """How far the figure may move without meaning anything: half the interval, at least one error more or less."""
        width = (self.high - self.low) / 2 if self.high is not None and self.low is not None else 0.0
        return max(width, 1.0 / self.of if self.of else 1.0)


def resamples(documents: int, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """How often each document is drawn: (draws, documents), every row adds up to `documents`."""
    if documents == 0:
        return np.zeros((draws, 0))
    rng = np.random.default_rng(seed)
    return rng.multinomial(documents, np.full(documents, 1.0 / documents), size=draws).astype(np.float64)


def estimate(value: Ratio, resampled: Ratio) -> Estimate:
    """A ratio with its interval; draws in which there is nothing to measure are left out."""
    numerator, denominator = float(value[0]), float(value[1])
    if denominator <= 0:
        return Estimate(None)
    kept = resampled[1] > 0
    drawn = resampled[0][kept] / resampled[1][kept]
    low, high = np.quantile(drawn, (0.025, 0.975)) if drawn.size else (numerator / denominator,) * 2
    return Estimate(numerator / denominator, float(low), float(high), denominator)


def share_or_zero(part: Floats, whole: Floats, due: Floats) -> Ratio:
    """`part / whole`, 0 where there is nothing in the whole though something was due (as scikit-learn's zero_division=0)."""
    return part, np.where((whole == 0) & (due > 0), 1.0, whole)


def f1(right: Floats, given: Floats, wanted: Floats) -> Ratio:
    """The harmonic mean of precision and recall: 2 right / (given + wanted)."""
    return 2 * right, given + wanted


class Metric(ABC):
    """A small object that is updated with one document after the other, and summed up at the end."""

    name: str

    @abstractmethod
    def update(self, comparison: Comparison) -> None:
        """Adds one document."""

    @abstractmethod
    def summary(self, weights: Floats | None = None) -> dict[str, Estimate]:
        """The figures by name; `weights` (draws, documents) are resamples of the documents, drawn here if None.

        Documents count in the order in which they were added. A weight of 0 in all draws leaves a document out only
        of the interval: use `of_documents` for slices.
        """

    @abstractmethod
    def reset(self) -> None:
        """Forgets all documents."""


class CountMetric(Metric):
    """A metric of counts: a row of `columns` a document, and ratios of their sums."""

    columns: tuple[str, ...]

    def __init__(self) -> None:
        self._rows: list[Sequence[float]] = []

    @abstractmethod
    def count(self, comparison: Comparison) -> Mapping[str, float]:
        """The counts of one document; a column that is not named is 0."""

    @abstractmethod
    def ratios(self, sums: Mapping[str, Floats]) -> dict[str, Ratio]:
        """The figures as (numerator, denominator), from summed columns of any shape."""

    def update(self, comparison: Comparison) -> None:
        counts = self.count(comparison)
        self._rows.append([counts.get(column, 0.0) for column in self.columns])

    def reset(self) -> None:
        self._rows.clear()

    @property
    def table(self) -> Floats:
        """(documents, columns)"""
        return np.array(self._rows, dtype=np.float64).reshape(len(self._rows), len(self.columns))

    def summary(self, weights: Floats | None = None) -> dict[str, Estimate]:
        return self.of_documents(self.table, weights)

    def of_documents(self, table: Floats, weights: Floats | None = None) -> dict[str, Estimate]:
        """The figures of some rows of `table`, with resamples of just these rows."""
        weights = resamples(len(table)) if weights is None else weights
        exact, drawn = self.ratios_of(table.sum(axis=0)), self.ratios_of(weights @ table)
        return {name: estimate(exact[name], drawn[name]) for name in exact}

    def ratios_of(self, sums: Floats) -> dict[str, Ratio]:
        """The figures from sums of the table's rows, columns last."""
        return self.ratios(self._named(sums))

    def _named(self, sums: Floats) -> dict[str, Floats]:
        return {column: sums[..., at] for at, column in enumerate(self.columns)}

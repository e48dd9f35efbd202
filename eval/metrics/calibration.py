"""Whether a confidence means what it says, and what errors remain if only the confident readings are taken unseen.

Only cells about which the answer says something are judged; `coverage` is a share of all labelled cells all the same,
so that what was not read counts as not covered.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import digamma

from eval.compare import Comparison
from eval.metrics.base import Estimate, Floats, Metric, Ratio, estimate, resamples
from extractor.report import ValueStatus

BINS = 15
TARGETS = (0.0001, 0.001, 0.01)
"""Error rates for which the coverage is told."""


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of the reliability diagram: mean confidence, share right, and how many cells."""

    confidence: float
    accuracy: float
    count: int


class Calibration(Metric):
    """Adaptive expected calibration error, Brier score, risk against coverage.

    ECE: bins of equal mass (Nixon et al., Measuring Calibration in Deep Learning, 2019), equal confidences never split;
    the mean distance of accuracy and confidence. AURC: the mean, over all coverages, of the error rate among the cells
    accepted when the most confident come first (Geifman et al., Bias-Reduced Uncertainty Estimation, 2019); cells of
    equal confidence come in random order.
    """

    name = "calibration"

    def __init__(self) -> None:
        self._confidence: list[float] = []
        self._right: list[bool] = []
        self._document: list[int] = []
        self._labelled: list[int] = []

    def update(self, comparison: Comparison) -> None:
        number = len(self._labelled)
        cells = comparison.cells or ()
        self._labelled.append(sum(cell.labelled for cell in cells))
        answered = comparison.answer.report.values if comparison.answer.report is not None else {}
        for cell in cells:
            value = answered.get(cell.field)
            if value is not None and value.status is not ValueStatus.MISSING:
                self._confidence.append(cell.confidence)
                self._right.append(cell.right)
                self._document.append(number)

    def reset(self) -> None:
        for items in (self._confidence, self._right, self._document, self._labelled):
            items.clear()

    def summary(self, weights: Floats | None = None) -> dict[str, Estimate]:
        documents = len(self._labelled)
        names = ("ece", "brier", "aurc", *(f"coverage_{target:g}" for target in TARGETS))
        if not self._confidence:
            covered = Estimate(0.0, 0.0, 0.0, float(sum(self._labelled))) if sum(self._labelled) else Estimate(None)
            return {name: covered if name.startswith("coverage") else Estimate(None) for name in names}
        weights = resamples(documents) if weights is None else weights
        exact = self._figures(np.ones((1, documents)))
        drawn = self._figures(weights)
        return {name: estimate((exact[name][0][0], exact[name][1][0]), drawn[name]) for name in names}

    def reliability(self) -> list[Bin]:
        """The bins of the reliability diagram, least confident first."""
        if not self._confidence:
            return []
        count, right, confidence, _ = self._levels()
        return [Bin(float((confidence[at] * count[at]).sum() / count[at].sum()),
                    float(right[at].sum() / count[at].sum()), int(count[at].sum())) for at in _bins(count)]

    def risk_coverage(self) -> list[tuple[float, float]]:
        """(coverage, error rate) with the most confident first: a point for each confidence."""
        if not self._confidence:
            return []
        count, right, _, _ = self._levels()
        total, wrong = np.cumsum(count[::-1]), np.cumsum((count - right)[::-1])
        labelled = max(sum(self._labelled), int(total[-1]))
        return [(float(n / labelled), float(w / n)) for n, w in zip(total, wrong, strict=True)]

    def _levels(self) -> tuple[Any, Any, Floats, NDArray[np.intp]]:
        """Cells and right cells at each confidence, ascending, and the level of each cell."""
        confidence, level = np.unique(np.array(self._confidence), return_inverse=True)
        right = np.array(self._right, dtype=np.float64)
        size = len(confidence)
        cells, hits = (np.bincount(level, weight, size) for weight in (np.ones_like(right), right))
        return cells, hits, confidence, level

    def _figures(self, weights: Floats) -> dict[str, Ratio]:
        """Every figure as (numerator, denominator) for each row of `weights`."""
        count, _, confidence, level = self._levels()
        right = np.array(self._right, dtype=np.float64)
        shape = (len(self._labelled), len(confidence))
        cells = csr_matrix((np.ones(len(right)), (self._document, level)), shape=shape)
        hits = csr_matrix((right, (self._document, level)), shape=shape)
        n, r = np.asarray(weights @ cells), np.asarray(weights @ hits)
        total = n.sum(axis=1)
        brier = (r * (1 - confidence) ** 2 + (n - r) * confidence ** 2).sum(axis=1)
        gap = sum((np.abs((r[:, at] - confidence[at] * n[:, at]).sum(axis=1)) for at in _bins(count)), np.zeros(len(n)))
        figures: dict[str, Ratio] = {"ece": (gap, total), "brier": (brier, total)}
        n, wrong = n[:, ::-1], (n - r)[:, ::-1]
        figures["aurc"] = _area(n, wrong), total
        labelled = np.maximum(weights @ np.array(self._labelled, dtype=np.float64), total)
        for target in TARGETS:
            figures[f"coverage_{target:g}"] = _covered(n, wrong, target), labelled
        return figures


def _bins(count: Floats) -> list[slice]:
    """Runs of levels that hold about the same number of cells each."""
    edges = np.searchsorted(np.cumsum(count), np.linspace(0, count.sum(), BINS + 1)[1:-1]) + 1
    borders = sorted({0, *(int(edge) for edge in edges), len(count)})
    return [slice(a, b) for a, b in pairwise(borders) if a < b]


def _area(n: Floats, wrong: Floats) -> Floats:
    """Sum over k of the expected error rate among the first k cells; levels in descending confidence.

    Inside a level of b cells, e of them wrong, that follow m cells with E wrong, the rate after k cells is
    (E + (k - m) e / b) / k, which sums up to e + (E - m e / b) (H(m + b) - H(m)) with the harmonic numbers H.
    """
    before, missed = np.cumsum(n, axis=1) - n, np.cumsum(wrong, axis=1) - wrong
    rate = np.divide(wrong, n, out=np.zeros_like(wrong), where=n > 0)
    harmonic = digamma(before + n + 1) - digamma(before + 1)
    area: Floats = (wrong + (missed - before * rate) * harmonic).sum(axis=1)
    return area


def _covered(n: Floats, wrong: Floats, target: float) -> Floats:
    """The most cells that can be accepted, whole levels at a time, with at most the target's share of them wrong."""
    total, missed = np.cumsum(n, axis=1), np.cumsum(wrong, axis=1)
    best: Floats = np.where(missed <= target * total, total, 0.0).max(axis=1)
    return best

"""Where scikit-learn computes the same figure, it computes the same number."""

from __future__ import annotations

import random
from decimal import Decimal

import numpy as np
import pytest

from eval.compare import compare
from eval.metrics import Calibration, CellScores, FieldScores
from eval.metrics.base import resamples
from eval.types import Answer, Truth
from extractor.report import Report, ValueStatus

sklearn = pytest.importorskip("sklearn")


def noisy(report: Report, seed: int) -> Report:
    """The report with errors of all kinds, and confidences that know something of them."""
    rng = random.Random(seed)
    values = {}
    for name, value in report.values.items():
        chance = rng.random()
        number, status = value.value, value.status
        confidence = min(1.0, max(0.0, rng.gauss(0.95, 0.05)))
        if chance < 0.06:
            number, confidence = (number or Decimal(0)) + 1, min(1.0, max(0.0, rng.gauss(0.7, 0.2)))
        elif chance < 0.1:
            number, status = None, ValueStatus.BLANK
        values[name] = value.model_copy(update={"value": number, "read": number, "status": status, "confidence": confidence})
    return report.model_copy(update={"values": values})


@pytest.fixture(scope="module")
def pairs(truths: list[Truth]) -> list[tuple[Truth, Report]]:
    return [(truth, noisy(truth.report, seed)) for seed in range(5) for truth in truths]


def test_precision_recall_and_f1_micro_and_macro(pairs: list[tuple[Truth, Report]]) -> None:
    from sklearn.metrics import precision_recall_fscore_support

    cells, fields = CellScores(), FieldScores()
    wanted: list[str] = []
    got: list[str] = []
    for truth, report in pairs:
        comparison = compare(truth, Answer(report))
        cells.update(comparison)
        fields.update(comparison)
        for name, value in truth.report.values.items():
            wanted.append(f"{name}={value.value}" if value.value is not None else "")
            got.append(f"{name}={report.values[name].value}" if report.values[name].value is not None else "")
    labels = sorted({label for label in (*wanted, *got) if label})
    precision, recall, f1, _ = precision_recall_fscore_support(wanted, got, labels=labels, average="micro", zero_division=0)
    scores = cells.summary()
    assert (scores["precision"].value, scores["recall"].value, scores["f1"].value) == pytest.approx((precision, recall, f1))

    names = sorted({label.partition("=")[0] for label in labels})
    by_field = []
    for name in names:
        pairs_of_field = [(w, g) for w, g in zip(wanted, got, strict=True) if w.startswith(f"{name}=") or g.startswith(f"{name}=")]
        own = sorted({label for pair in pairs_of_field for label in pair if label})
        found = precision_recall_fscore_support(*zip(*pairs_of_field, strict=True), labels=own, average="micro", zero_division=0)
        by_field.append(found[2])
        assert fields.by_field()[name]["f1"] == pytest.approx(found[2])
    assert fields.summary()["macro_f1"].value == pytest.approx(np.mean(by_field))


def judged(pairs: list[tuple[Truth, Report]]) -> tuple[Calibration, np.ndarray, np.ndarray]:
    metric = Calibration()
    confidence, right = [], []
    for truth, report in pairs:
        comparison = compare(truth, Answer(report))
        metric.update(comparison)
        assert comparison.cells is not None
        confidence += [cell.confidence for cell in comparison.cells]
        right += [cell.right for cell in comparison.cells]
    return metric, np.array(confidence), np.array(right)


def test_brier_score(pairs: list[tuple[Truth, Report]]) -> None:
    from sklearn.metrics import brier_score_loss

    metric, confidence, right = judged(pairs)
    assert metric.summary()["brier"].value == pytest.approx(brier_score_loss(right, confidence))


def test_reliability_and_calibration_error(pairs: list[tuple[Truth, Report]]) -> None:
    from sklearn.calibration import calibration_curve

    metric, confidence, right = judged(pairs)
    distinct = confidence + np.arange(len(confidence)) * 1e-12  # quantile bins without ties, as ours never split ties
    accuracy, mean = calibration_curve(right, np.clip(distinct, 0, 1), n_bins=5, strategy="quantile")
    bins = metric.reliability()
    assert sum(b.count for b in bins) == len(right)
    ece = sum(abs(b.confidence - b.accuracy) * b.count for b in bins) / len(right)
    assert metric.summary()["ece"].value == pytest.approx(ece)
    merged = np.interp(mean, [b.confidence for b in bins], [b.accuracy for b in bins])
    assert merged == pytest.approx(accuracy, abs=0.1)


def test_area_under_risk_coverage_by_brute_force(pairs: list[tuple[Truth, Report]]) -> None:
    metric, confidence, right = judged(pairs[:4])
    order = np.argsort(-confidence, kind="stable")
    rng = np.random.default_rng(0)
    areas = []
    for _ in range(200):  # cells of equal confidence in random order
        shuffled = rng.permutation(len(order))
        by_confidence = shuffled[np.argsort(-confidence[shuffled], kind="stable")]
        wrong = np.cumsum(~right[by_confidence])
        areas.append((wrong / np.arange(1, len(wrong) + 1)).mean())
    assert metric.summary()["aurc"].value == pytest.approx(np.mean(areas), abs=2e-3)


def test_bootstrap_interval_by_documents_is_that_of_scipy(pairs: list[tuple[Truth, Report]]) -> None:
    from scipy.stats import bootstrap

    metric = CellScores()
    for truth, report in pairs:
        metric.update(compare(truth, Answer(report)))
    table = metric.table
    exact, of = table[:, metric.columns.index("exact")], table[:, metric.columns.index("cells")]
    peer = bootstrap((exact, of), lambda a, b, axis=-1: a.sum(axis=axis) / b.sum(axis=axis), paired=True,
                     vectorized=True, n_resamples=4000, method="percentile", rng=np.random.default_rng(1))
    ours = metric.summary(resamples(len(table), 4000))["exact"]
    assert (ours.low, ours.high) == pytest.approx(tuple(peer.confidence_interval), abs=2e-3)
    assert metric.summary()["exact"] == metric.summary()["exact"], "a fixed seed"

"""Calibration of scanned numbers: scores become shares of right readings, and caps are no scores."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")
pytest.importorskip("sklearn")

from extractor.read.scan.numbers import SECOND
from training.numerals.calibrate import ece, fit, uncapped


def test_fitted_probabilities_rise_with_the_score_and_meet_the_share_that_is_right() -> None:
    rng = np.random.default_rng(1)
    scores = rng.uniform(0, 1, 20_000)
    right = (rng.uniform(0, 1, 20_000) < scores**2).astype(np.float64)  # over-confident
    at, probabilities = fit(scores, right)
    assert (np.diff(probabilities) >= 0).all()
    assert abs(float(np.interp(0.7, at, probabilities)) - 0.49) < 0.06
    assert ece(np.interp(scores, at, probabilities), right) < 0.02 < ece(scores, right)


def test_both_errors_are_zero_where_confidence_is_the_share_that_is_right() -> None:
    probabilities, right = np.full(10, 0.9), np.array([1.0] * 9 + [0.0])
    assert ece(probabilities, right) == pytest.approx(0.0)
    assert ece(probabilities, right, bins=1, adaptive=True) == pytest.approx(0.0)


def test_a_cap_is_no_score_of_the_recogniser() -> None:
    scores, right = uncapped([(SECOND, True), (0.93, True), (0.2, False)])
    assert (scores.tolist(), right.tolist()) == ([0.93, 0.2], [1.0, 0.0])

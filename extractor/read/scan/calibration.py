"""Confidence that means something: a score of the recogniser to the share of numbers with that score that are right.

The table is made by `python -m training.numerals.calibrate` from scans of the corpus (isotonic regression; Zadrozny and
Elkan 2002) and lies beside this module. Without it a score counts as it is. What the recogniser itself doubts stays in
doubt: such numbers are too few in the corpus to say more of them.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from extractor.report import DOUBTFUL_BELOW

TABLE = Path(__file__).with_name("calibration.json")
TRUSTED = 0.9
"""Score from which a number may pass without a doubt. Of 2,937 numbers above it (seeds 30000 to 30003), none was wrong; of 16 below, 5."""
IN_DOUBT = DOUBTFUL_BELOW - 0.01
"""Most that is said of a number below it."""


def calibrated(score: float) -> float:
    """The probability that a number read with a score (0 to 1) is right; linear between the points of the table, and in
    doubt below the score that is trusted.
    """
    scores, probabilities = _points(TABLE)
    probability = float(np.interp(score, scores, probabilities))
    return probability if score >= TRUSTED else min(score, probability, IN_DOUBT)


@lru_cache(maxsize=1)
def _points(table: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Scores and their probabilities, both rising."""
    if not table.is_file():
        return (0.0, 1.0), (0.0, 1.0)
    read = json.loads(table.read_text("utf8"))
    return tuple(read["scores"]), tuple(read["probabilities"])

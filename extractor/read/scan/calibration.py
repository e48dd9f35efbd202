"""Confidence that means something: a score of the recogniser to the share of numbers with that score that are right.

The table is made by `python -m training.numerals.calibrate` from scans of the corpus (isotonic regression; Zadrozny and
Elkan 2002) and lies beside this module. Without it a score counts as it is.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

TABLE = Path(__file__).with_name("calibration.json")


def calibrated(score: float) -> float:
    """The probability that a number read with a score (0 to 1) is right; linear between the points of the table."""
    scores, probabilities = _points(TABLE)
    return float(np.interp(score, scores, probabilities))


@lru_cache(maxsize=1)
def _points(table: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Scores and their probabilities, both rising."""
    if not table.is_file():
        return (0.0, 1.0), (0.0, 1.0)
    read = json.loads(table.read_text("utf8"))
    return tuple(read["scores"]), tuple(read["probabilities"])

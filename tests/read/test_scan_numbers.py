"""What the recogniser's probabilities are taken for: numbers, marks, and what is too doubtful to be a mark."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from extractor.read.ocr import LineReading
from extractor.read.scan.digits import SYMBOLS
from extractor.read.scan.numbers import UNREADABLE, read_number


def _line(text: str, **chances: float) -> LineReading:
    """A reading of one character whose symbols have these probabilities, and the blank the rest."""
    names = {"slash": "/", "zero": "0", "dash": "-"}
    row = np.zeros(len(SYMBOLS) + 1, np.float32)
    for name, chance in chances.items():
        row[SYMBOLS.index(names[name]) + 1] = chance
    row[0] = 1.0 - row.sum()
    return LineReading(text, (max(chances.values()),), ((0.0, 1.0),), row[None])


def test_a_sure_slash_is_what_it_is() -> None:
    number = read_number(_line("/", slash=0.97, zero=0.01))
    assert number is not None and number.text == "/"


def test_an_unsure_slash_is_the_number_it_may_be_and_doubted() -> None:
    number = read_number(_line("/", slash=0.4, zero=0.3))
    assert number is not None and number.text == "0" and number.confidence <= 0.5
    assert number.alternatives[0][0] == "/"


def test_an_unsure_stroke_that_can_be_no_number_is_unreadable_not_blank() -> None:
    number = read_number(_line("-", dash=0.5))
    assert number is not None and (number.text, number.confidence) == (UNREADABLE, 0.0)

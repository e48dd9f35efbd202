"""Strokes of a mask: followed and judged all at once, as each would be by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from extractor.read.scan.strokes import Strokes, best_worths, followed, medians, opened

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.mark.parametrize("length", [11, 45, 60])
def test_opening_leaves_what_opencv_leaves(length: int) -> None:
    random = np.random.default_rng(length)
    mask = np.asarray(cv2.threshold(cv2.blur(random.integers(0, 256, (60, 400)).astype(np.uint8), (41, 3)), 126, 255,
                                    cv2.THRESH_BINARY)[1], dtype=np.uint8)
    mask[7, :90] = mask[30, 330:] = 255  # strokes that run off the page

    expected = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))

    assert 0 < np.count_nonzero(expected) < np.count_nonzero(mask)
    assert np.array_equal(opened(mask, length), expected)


def test_a_stroke_is_followed_at_the_centre_of_its_darkness() -> None:
    response = np.zeros((40, 200), np.uint8)
    response[10, 20:180], response[11, 20:180] = 30, 90
    strokes = _followed(response)

    along, at = strokes.course(0)
    assert (along[0], along[-1]) == (20.0, 179.0)
    assert at == pytest.approx(10.75)


def test_strokes_that_drift_and_lie_above_each_other_keep_their_own_courses() -> None:
    response = np.zeros((60, 400), np.uint8)
    for x in range(10, 390):
        response[10 + x // 100, x] = response[40 - x // 100, x] = 50
    strokes = _followed(response)

    assert len(strokes) == 2
    stroke, along, at = strokes.pixels()
    down, up = at[stroke == 0], at[stroke == 1]
    assert np.array_equal(along[stroke == 0], np.arange(10, 390))
    assert down == pytest.approx(10 + np.arange(10, 390) // 100, abs=0.6)
    assert up == pytest.approx(40 - np.arange(10, 390) // 100, abs=0.6)


def test_a_stroke_without_darkness_of_its_own_runs_along_its_middle() -> None:
    mask = np.zeros((20, 100), np.uint8)
    mask[8:11, 10:90] = 255
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)

    strokes = followed(np.asarray(labels), np.asarray(stats), np.array([False, True]), np.arange(20), np.zeros_like(mask))

    assert strokes.course(0)[1] == pytest.approx(9.5)


def test_medians_of_groups_are_those_of_each() -> None:
    random = np.random.default_rng(0)
    groups = [random.integers(0, 256, size).astype(np.uint8) for size in (1, 2, 5, 8)]
    sizes = np.array([len(group) for group in groups])

    found = medians(np.concatenate(groups), np.repeat(np.arange(4), sizes), sizes)

    assert found.tolist() == [float(np.median(group)) for group in groups]


def test_the_best_stretch_of_a_group_does_not_reach_into_another() -> None:
    worth = np.array([1.0, 1.0, 1.0, 1.0, 1.0, -5.0, 1.0, 1.0, -5.0, -5.0])

    assert best_worths(worth, np.array([3, 5, 2])).tolist() == [3.0, 2.0, 0.0]


def _followed(response: NDArray[np.uint8]) -> Strokes:
    mask = cv2.dilate((response > 0).astype(np.uint8), np.ones((3, 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    wanted = np.arange(len(stats)) > 0
    return followed(np.asarray(labels), np.asarray(stats), wanted, np.arange(len(mask)), response)

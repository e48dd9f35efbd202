"""Pages of black and white: dots of shading go, print and decimal points stay."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

cv2 = pytest.importorskip("cv2")

from extractor.read.scan.dots import is_bilevel, without_dots  # noqa: E402

Pixels = NDArray[np.uint8]
DPI = 150.0


def _page(dots: int) -> Pixels:
    """A page with two digits, a point between them, a black bar, and dots in a band around the digits."""
    page = np.full((600, 800), 255, np.uint8)
    page[400:500, 50:750] = 0
    for number in range(dots):
        page[100 + 6 * (number // 120), 60 + 6 * (number % 120)] = 0
    page[170:200, 300:420] = 255
    page[175:195, 320:332] = 0
    page[175:195, 342:354] = 0
    page[192:195, 336:339] = 0
    return page


def test_crowded_dots_go_and_digits_with_their_point_stay() -> None:
    clean = without_dots(_page(3000), DPI)
    assert (clean[106:160, 80:740] == 0).sum() == 0
    assert (clean[170:200, 310:360] == _page(0)[170:200, 310:360]).all()


def test_few_specks_are_left_as_they_are() -> None:
    page = _page(20)
    assert (without_dots(page, DPI) == page).all()


def test_a_page_with_greys_is_left_as_it_is() -> None:
    page = np.clip(np.random.default_rng(4).normal(200, 20, (600, 800)), 0, 255).astype(np.uint8)
    assert not is_bilevel(page)
    assert without_dots(page, DPI) is page


def test_a_resampled_page_of_black_and_white_is_still_known() -> None:
    assert is_bilevel(cv2.resize(_page(3000), None, fx=1.33, fy=1.33, interpolation=cv2.INTER_CUBIC))

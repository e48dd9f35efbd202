"""Seals in colour: their ink goes from the grey page, print and what is written with a pen stay."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

cv2 = pytest.importorskip("cv2")

from extractor.read.scan.seals import to_grey  # noqa: E402

Pixels = NDArray[np.uint8]
DPI = 100.0
INKS = {"red": (225, 45, 50), "blue": (45, 70, 190), "violet": (125, 50, 165)}


def _page() -> Pixels:
    return np.full((400, 400, 3), 245, np.uint8)


def _seal(page: Pixels, ink: tuple[int, int, int]) -> Pixels:
    """A ring of 1.6 inches with a block in its middle, and a bar of black print below and above the ring."""
    cv2.circle(page, (200, 200), 80, ink, 5)
    cv2.rectangle(page, (185, 185), (215, 215), ink, -1)
    cv2.rectangle(page, (195, 260), (205, 295), (25, 25, 25), -1)
    return page


@pytest.mark.parametrize("ink", INKS.values(), ids=INKS.keys())
def test_the_ink_of_a_seal_goes_and_the_print_that_it_crosses_stays(ink: tuple[int, int, int]) -> None:
    grey = to_grey(_seal(_page(), ink), DPI)
    assert grey[200, 120] > 215 and grey[200, 200] > 215
    assert grey[262:294, 196:205].max() < 60


@pytest.mark.parametrize("ink", [INKS["blue"], INKS["violet"]], ids=["blue", "violet"])
def test_what_is_written_or_framed_in_blue_is_no_seal(ink: tuple[int, int, int]) -> None:
    page = _page()
    cv2.rectangle(page, (100, 100), (220, 200), ink, 3)
    for x in range(110, 210, 25):
        cv2.putText(page, "6", (x, 170), cv2.FONT_HERSHEY_SIMPLEX, 1.2, ink, 3)
    assert (to_grey(page, DPI) == cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)).all()


def test_red_print_that_is_no_seal_keeps_its_darkness() -> None:
    page = _page()
    cv2.rectangle(page, (20, 100), (380, 130), INKS["red"], -1)
    assert to_grey(page, DPI)[115, 200] < 110

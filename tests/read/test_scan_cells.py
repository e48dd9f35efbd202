"""Ink of cells: which marks belong to a number, however pale, and which are dirt."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

cv2 = pytest.importorskip("cv2")

from extractor.read.scan.again import Place, forms  # noqa: E402
from extractor.read.scan.cells import InkLine, Sheet, ink_lines, remains  # noqa: E402

Pixels = NDArray[np.uint8]
SLOT = (0.0, 0.0, 120.0, 60.0)


def _sheet(draw: Pixels) -> Sheet:
    return Sheet(draw, np.asarray(cv2.blur(255 - draw, (3, 3)), np.uint8), 105.0)


def _digit() -> Pixels:
    """A cell with a block of ink where a digit stands."""
    cell = np.full((60, 120), 255, np.uint8)
    cell[20:42, 60:72] = 90
    return cell


def test_a_minus_sign_paler_than_its_digits_belongs_to_them_and_makes_them_doubtful() -> None:
    cell = _digit()
    [plain] = ink_lines(_sheet(cell), SLOT)
    cell[30:33, 46:54] = 190
    [signed] = ink_lines(_sheet(cell), SLOT)
    assert plain.left >= 58 and not plain.faint
    assert signed.left <= 47 and signed.faint


def test_a_pale_speck_before_a_digit_is_no_minus_sign() -> None:
    cell = _digit()
    cell[29:34, 48:53] = 190
    assert ink_lines(_sheet(cell), SLOT)[0].left >= 58


def test_ink_at_the_border_of_a_cell_does_no_harm() -> None:
    cell = np.full((60, 120), 255, np.uint8)
    cell[20:42, 0:14] = 90
    assert len(ink_lines(_sheet(cell), SLOT)) == 1


def test_a_second_look_takes_paler_ink_for_a_seals_and_wipes_it_out() -> None:
    cell = _digit()
    cell[44:50, 20:110] = 180
    ink = InkLine(58, 20, 74, 50, faint=True)
    as_it_is, wiped, *_ = forms(_sheet(cell), Place(ink, None, 165.0))
    assert as_it_is.min() == 90 and (as_it_is == 180).any()
    assert not ((wiped > 150) & (wiped < 200)).any() and wiped.min() < 120


def test_digits_further_apart_than_those_of_one_number_are_doubtful() -> None:
    cell = _digit()
    cell[20:42, 76:88] = 90
    [near] = ink_lines(_sheet(cell), SLOT)
    cell[20:42, 76:88] = 255
    cell[20:42, 6:18] = 90
    cell[20:42, 60:72] = 255
    cell[20:42, 92:104] = 90
    [apart] = ink_lines(_sheet(cell), SLOT)
    assert not near.uneven and apart.uneven


@pytest.mark.parametrize(("top", "bottom", "leaning"), [(68, 60, True), (62, 62, False), (60, 63, False), (65, 63, False)])
def test_a_stroke_that_leans_is_told_from_a_digit_1(top: int, bottom: int, leaning: bool) -> None:
    cell = np.full((60, 120), 255, np.uint8)
    cv2.line(cell, (top, 20), (bottom, 41), 60, 2)
    [line] = ink_lines(_sheet(cell), SLOT)
    assert line.leaning is leaning


def test_a_number_of_several_strokes_does_not_lean() -> None:
    cell = np.full((60, 120), 255, np.uint8)
    for x in (56, 70):
        cv2.line(cell, (x + 8, 20), (x, 41), 60, 2)
    assert not ink_lines(_sheet(cell), SLOT)[0].leaning


def test_what_is_left_of_a_ruling_does_not_make_the_label_that_touches_it_as_high_as_its_cell() -> None:
    cell = _digit()
    cell[:, 0:4] = 60
    cell[20:42, 3:20] = 90
    [line] = ink_lines(_sheet(cell), SLOT)
    assert 16 <= line.top <= 21 and 41 <= line.bottom <= 46 and line.right >= 70


def test_a_digit_beside_what_is_left_of_a_thick_ruling_is_no_dust() -> None:
    cell = _digit()
    cell[:, 114:] = 60
    [line] = ink_lines(_sheet(cell), SLOT)
    assert line.left <= 61 and line.right <= 76 and 18 <= line.top <= 21


def test_a_digit_under_the_arc_of_a_seal_is_read_by_itself_and_doubted() -> None:
    cell = _digit()
    cv2.line(cell, (0, 55), (45, 0), 120, 3)
    [line] = ink_lines(_sheet(cell), SLOT)
    assert line.uneven and 58 <= line.left <= 61 and line.right <= 75


def test_specks_that_may_be_left_of_a_digit_are_no_blank_and_single_dust_is() -> None:
    cell = np.full((60, 120), 255, np.uint8)
    cell[24:26, 56:58] = cell[24:26, 64:66] = 0
    halves = remains(_sheet(cell), SLOT)
    assert halves is not None and halves.faint and halves.left <= 56 and halves.right >= 66
    dust = np.full((60, 120), 255, np.uint8)
    dust[24:26, 56:58] = dust[40:42, 100:102] = 0
    assert remains(_sheet(dust), SLOT) is None
    assert remains(_sheet(np.full((60, 120), 255, np.uint8)), SLOT) is None


def test_a_hair_far_from_a_number_does_not_belong_to_it_and_makes_it_doubtful() -> None:
    cell = _digit()
    cv2.line(cell, (10, 6), (14, 52), 40, 2)
    [line] = ink_lines(_sheet(cell), SLOT)
    assert line.uneven and line.left >= 58 and 18 <= line.top <= 20


def test_digits_far_from_each_other_at_one_height_are_none_of_them_hairs() -> None:
    cell = np.full((60, 240), 255, np.uint8)
    cell[20:42, 30:42] = cell[20:42, 118:130] = 90
    [line] = ink_lines(_sheet(cell), (0.0, 0.0, 240.0, 60.0))
    assert line.uneven and line.left <= 31 and line.right >= 129

"""Rulings that are hard to see: hairlines on quiet and on noisy paper, borders that are shading, text beside walls."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

cv2 = pytest.importorskip("cv2")

from extractor.read.scan.grid import RuledGrid, find_grids  # noqa: E402
from extractor.read.scan.rulings import darkness, find_courses  # noqa: E402
from extractor.read.scan.shading import with_dark_separators  # noqa: E402

Pixels = NDArray[np.uint8]
XS, YS = (200, 500, 700, 900), (300, 360, 420, 480, 540)


def _page() -> Pixels:
    return np.full((800, 1100), 250, np.uint8)


def _ruled(page: Pixels, grey: int, first: int = 0) -> Pixels:
    """The page with a table of three columns and four rows; rows before `first` are left without rulings."""
    for y in YS[first:]:
        page[y:y + 2, XS[0]:XS[-1] + 2] = grey
    for x in XS:
        page[YS[first]:YS[-1] + 2, x:x + 2] = grey
    return page


def _shape(page: Pixels) -> list[tuple[int, int]]:
    return [(len(grid.ys) - 1, len(grid.xs) - 1) for grid in _grids(page)]


def _grids(page: Pixels) -> list[RuledGrid]:
    dark = darkness(page)
    return find_grids(page, find_courses(page, dark, True), find_courses(page, dark, False))


def test_hairlines_six_grey_levels_off_are_found_on_quiet_paper() -> None:
    assert _shape(_ruled(_page(), 242)) == [(4, 3)]


def test_noise_alone_is_no_table() -> None:
    noise = np.random.default_rng(5).normal(240, 9, (800, 1100))
    assert _grids(np.clip(noise, 0, 255).astype(np.uint8)) == []


def test_a_shaded_row_without_rulings_belongs_to_its_table() -> None:
    page = _page()
    page[YS[0]:YS[1], XS[0]:XS[-1] + 2] = 225
    assert _shape(_ruled(page, 60, first=1)) == [(4, 3)]


def test_a_ruling_is_seen_over_shading_too() -> None:
    page = _page()
    page[YS[0]:YS[1], XS[0]:XS[-1] + 2] = 228
    _ruled(page, 215)
    [grid] = _grids(page)
    assert {(line, 0) for line in range(4)} <= grid.upright_walls


def test_a_character_in_line_with_a_ruling_below_is_no_wall() -> None:
    page = _ruled(_page(), 40)
    for x in XS[1:-1]:
        page[YS[0] + 2:YS[1], x - 3:x + 5] = 250  # the first row is one cell
    cv2.line(page, (XS[1], YS[0] + 14), (XS[1], YS[1] - 10), 30, 3)
    [grid] = _grids(page)
    assert (1, 0) not in grid.upright_walls and (1, 1) in grid.upright_walls


def test_characters_in_a_title_are_no_walls_though_the_rows_above_and_below_have_them() -> None:
    page = _ruled(_page(), 205)
    for x in XS[1:-1]:
        page[YS[1] + 3:YS[2], x - 3:x + 5] = 250  # the second row is one cell
        page[YS[1] + 18:YS[2] - 14, x - 1:x + 2] = 40  # and a character stands where the walls would be
    [grid] = _grids(page)
    assert (1, 1) not in grid.upright_walls and (1, 0) in grid.upright_walls and (1, 2) in grid.upright_walls


def test_a_ruling_is_found_where_print_shows_through_the_paper() -> None:
    page = _ruled(_page(), 120)
    for x in range(XS[0] + 6, XS[-1] - 6, 12):
        page[YS[0] + 4:YS[1] - 4, x:x + 5] = 242
    assert _shape(page) == [(4, 3)]


def test_a_faint_ruling_of_a_table_is_seen_in_noise() -> None:
    page = _ruled(_page(), 150)
    page[YS[0] + 4:YS[-1] - 2, XS[2] - 1:XS[2] + 3] = 250
    page[YS[0]:YS[-1], XS[2]:XS[2] + 2] = 205
    noise = np.random.default_rng(7).normal(0, 14, page.shape)
    assert _shape(np.clip(page + noise, 0, 255).astype(np.uint8)) == [(4, 3)]


def test_a_row_that_a_page_break_left_open_is_a_table() -> None:
    page = _page()
    page[YS[0] + 60:YS[0] + 62, XS[0]:XS[-1] + 2] = 60
    for x in (XS[0], XS[1], XS[-1]):
        page[YS[0]:YS[0] + 62, x:x + 2] = 60
    assert _shape(page) == [(1, 2)]


def test_bold_print_on_a_grey_page_is_no_shading() -> None:
    page = _ruled(np.full((800, 1100), 200, np.uint8), 90)
    word = page[YS[1] + 16:YS[1] + 50, XS[0] + 60:XS[0] + 260]
    word[:, ::2] = 120
    assert _shape(cv2.GaussianBlur(page, (5, 5), 0)) == [(4, 3)]


def test_separators_paler_than_the_shading_of_their_cells_are_lines() -> None:
    page = _ruled(_page(), 236)
    page[YS[0]:YS[1], XS[0]:XS[-1] + 2] = 200
    for x in XS[1:-1]:
        page[YS[0]:YS[1], x:x + 2] = 236
    lined = with_dark_separators(page)
    assert lined[YS[0] + 20, XS[1]] < 200 and (lined[YS[1] + 10] == page[YS[1] + 10]).all()
    dark = darkness(lined)
    [grid] = find_grids(lined, find_courses(lined, dark, True), find_courses(lined, dark, False))
    assert (len(grid.ys) - 1, len(grid.xs) - 1) == (4, 3) and {(1, 0), (2, 0)} <= grid.upright_walls


def test_a_page_without_shading_has_no_separators() -> None:
    page = _ruled(_page(), 60)
    assert with_dark_separators(page) is page


def test_brackets_below_each_other_are_no_broken_line() -> None:
    ys = tuple(range(200, 761, 56))
    page = np.full((900, 1100), 250, np.uint8)
    for y in ys:
        page[y:y + 2, XS[0]:XS[-1] + 2] = 190
    for x in XS:
        page[ys[0]:ys[-1] + 2, x:x + 2] = 190
    for y in ys[:-1]:
        page[y + 9:y + 47, XS[0] + 30:XS[0] + 33] = 200  # as pale, and as thin, as a ruling
    noise = np.random.default_rng(3).normal(0, 9, page.shape)
    [grid] = _grids(np.clip(page + noise, 0, 255).astype(np.uint8))
    assert (len(grid.ys) - 1, len(grid.xs) - 1) == (len(ys) - 1, 3)


def _titled(page: Pixels, *places: tuple[int, int]) -> Pixels:
    """A ruled page whose first row has no rulings within, and words in it from one place to another."""
    _ruled(page, 60)
    for x in XS[1:-1]:
        page[YS[0] + 2:YS[1], x - 2:x + 5] = 250
    for first, last in places:
        page[YS[0] + 20:YS[1] - 18, first:last:3] = 40
    return page


def test_columns_with_a_word_in_the_middle_of_each_are_cells_though_no_ruling_parts_them() -> None:
    [grid] = _grids(_titled(_page(), (310, 391), (560, 641), (760, 841)))
    assert {(1, 0), (2, 0)} <= grid.upright_walls


def test_one_word_in_the_middle_of_several_columns_is_one_cell() -> None:
    [grid] = _grids(_titled(_page(), (480, 621)))
    assert not {(1, 0), (2, 0)} & grid.upright_walls


def test_a_wall_that_a_stain_covers_still_parts_two_cells() -> None:
    page = _ruled(_page(), 60)
    page[YS[2] - 14:YS[2] + 16, XS[1] + 1:XS[2] + 1] = 60
    [grid] = _grids(page)
    assert (2, 1) in grid.level_walls


def _digits(page: Pixels) -> Pixels:
    """The page with a mark of a digit's size in the middle of every cell."""
    for left, right in pairwise(XS):
        for top, bottom in pairwise(YS):
            x, y = (left + right) // 2, (top + bottom) // 2
            page[y - 10:y + 10, x - 5:x + 6] = 40
    return page


def test_a_line_of_the_back_of_the_sheet_that_runs_through_print_is_none_of_this_page() -> None:
    page = _ruled(_page(), 60)
    page[(YS[1] + YS[2]) // 2, XS[0]:XS[-1]] = 238
    for x in range(XS[0] + 80, XS[0] + 200, 8):
        page[YS[1] + 20:YS[2] - 20, x:x + 4] = 40
    assert _shape(page) == [(4, 3)]


def test_a_line_of_the_back_of_the_sheet_next_to_a_ruling_does_not_hide_it() -> None:
    page = _digits(_ruled(_page(), 60))
    page[YS[0] + 70:YS[-1] - 70, XS[1] - 7:XS[1] - 5] = 240
    [grid] = _grids(page)
    assert (len(grid.ys) - 1, len(grid.xs) - 1) == (4, 3)
    assert {(1, row) for row in range(4)} <= grid.upright_walls


def test_a_line_very_much_paler_than_the_others_is_none_of_this_page() -> None:
    page = _digits(_ruled(_page(), 60))
    page[YS[1]:YS[-1], XS[1] + 40:XS[1] + 42] = 238
    assert _shape(page) == [(4, 3)]


def test_more_pale_lines_of_the_back_of_the_sheet_than_a_table_has_are_none_of_this_page() -> None:
    page = _page()
    for x in (260, 330, 400, 560, 620, 760, 820):
        page[YS[0]:YS[-1] + 2, x:x + 2] = 240
    assert _shape(_ruled(page, 60)) == [(4, 3)]


def test_a_larger_table_of_the_back_of_the_sheet_leaves_the_table_of_this_page_alone() -> None:
    page = _page()
    for y in range(90, 751, 60):
        page[y:y + 2, 120:1000] = 240
    for x in range(120, 1001, 80):
        page[100:751, x:x + 2] = 240
    _digits(_ruled(page, 60))
    [grid] = _grids(page)
    assert [round(line.level) for line in grid.ys] == pytest.approx(YS, abs=2)
    assert [round(line.level) for line in grid.xs] == pytest.approx(XS, abs=2)


def test_a_short_ruling_in_line_with_one_of_the_back_of_the_sheet_stays() -> None:
    page, ys = np.full((1100, 1100), 250, np.uint8), range(300, 800, 60)
    for y in ys:
        page[y:y + 2, XS[0]:XS[-1] + 2] = 60
    for x in XS:
        page[ys[0]:ys[-1] + 2, x:x + 2] = 60
    page[ys[0]:ys[2], 600:602] = 60
    page[ys[2]:ys[-1], 600:602] = 238
    [grid] = _grids(page)
    assert len(grid.xs) == 5 and {row for line, row in grid.upright_walls if line == 2} == {0, 1}


def test_a_pale_line_close_to_a_ruling_is_its_shadow() -> None:
    page = _ruled(_page(), 60)
    page[YS[2] + 13:YS[2] + 15, XS[0]:XS[-1]] = 236
    assert _shape(page) == [(4, 3)]


def test_a_broken_wall_between_two_numbers_still_parts_them() -> None:
    page = _digits(_ruled(_page(), 60))
    page[YS[2]:YS[2] + 2, XS[1] + 4:XS[2] - 4] = 250
    page[YS[2]:YS[2] + 2, XS[1] + 30:XS[2] - 20] = 170  # a trace of it is left
    [grid] = _grids(page)
    assert (2, 1) in grid.level_walls


def test_two_lines_of_print_in_one_cell_are_not_parted() -> None:
    page = _digits(_ruled(_page(), 60))
    page[YS[2]:YS[2] + 2, XS[1] + 4:XS[2] - 4] = 250
    [grid] = _grids(page)
    assert (2, 1) not in grid.level_walls


def test_a_line_of_print_at_the_height_of_a_ruling_is_no_wall() -> None:
    page = _ruled(_page(), 150)
    page[YS[2] - 2:YS[2] + 4, XS[1] + 4:XS[2] - 3] = 250
    for x in range(XS[1] + 8, XS[2] - 8, 9):
        page[YS[2] - 12:YS[2] + 13, x:x + 7] = 30
    [grid] = _grids(cv2.GaussianBlur(page, (5, 5), 0))
    assert (2, 1) not in grid.level_walls and (2, 0) in grid.level_walls and (2, 2) in grid.level_walls


def test_a_cell_that_goes_on_over_both_page_breaks_has_the_line_beside_the_table_as_its_side() -> None:
    page = _ruled(_page(), 60)
    page[YS[0]:YS[-1] + 2, XS[0] - 50:XS[0] - 48] = 60
    [grid] = _grids(page)
    assert (len(grid.ys) - 1, len(grid.xs) - 1) == (4, 4)
    assert not {(line, 0) for line in range(1, 4)} & grid.level_walls

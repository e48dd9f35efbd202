"""Two numbers are in two cells: walls, and whole lines, that only the print of a ruled table shows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

cv2 = pytest.importorskip("cv2")

from extractor.read.scan.grid import RuledGrid  # noqa: E402
from extractor.read.scan.print_walls import printed_walls  # noqa: E402
from extractor.read.scan.rulings import Course, GridLine  # noqa: E402

Pixels = NDArray[np.uint8]
XS, YS = (100, 300, 400, 500, 600), (100, 160, 220, 280, 340)


def _number(page: Pixels, text: str, x: float, y: float) -> None:
    """Digits around a place; a 0 of 14 by 22 pixels."""
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.95, 2)
    cv2.putText(page, text, (round(x - width / 2), round(y + height / 2)), cv2.FONT_HERSHEY_SIMPLEX, 0.95, 30, 2)


def _label(page: Pixels, left: float, y: float, characters: int) -> None:
    """So many marks of the size and density of Chinese characters."""
    for index in range(characters):
        x = round(left + 32 * index)
        cv2.rectangle(page, (x, round(y) - 14), (x + 28, round(y) + 14), 30, 3)
        cv2.line(page, (x, round(y)), (x + 28, round(y)), 30, 3)


def _line(at: float, start: float, end: float) -> GridLine:
    return GridLine([Course(np.array([start, end], dtype=np.float64), np.array([at, at], dtype=np.float64), end - start)], at)


def _table(xs: tuple[int, ...] = XS, ys: tuple[int, ...] = YS) -> tuple[Pixels, RuledGrid]:
    """A page with the rulings of a table, and its grid with all walls."""
    page = np.full((500, 720), 250, np.uint8)
    for y in ys:
        cv2.line(page, (xs[0], y), (xs[-1], y), 60, 2)
    for x in xs:
        cv2.line(page, (x, ys[0]), (x, ys[-1]), 60, 2)
    walls = ({(line, slot) for line in range(len(ys)) for slot in range(len(xs) - 1)},
             {(line, slot) for line in range(len(xs)) for slot in range(len(ys) - 1)})
    return page, RuledGrid([_line(x, ys[0], ys[-1]) for x in xs], [_line(y, xs[0], xs[-1]) for y in ys], *walls)


def _fill(page: Pixels, xs: tuple[int, ...] = XS, ys: tuple[int, ...] = YS) -> None:
    """A label in the first cell of each row, and a number in each other."""
    for top, bottom in pairwise(ys):
        _label(page, xs[0] + 8, (top + bottom) / 2, 4)
        for left, right in pairwise(xs[1:]):
            _number(page, "0", (left + right) / 2, (top + bottom) / 2)


def _middle(bounds: tuple[int, ...], slot: int) -> float:
    return (bounds[slot] + bounds[slot + 1]) / 2


def test_a_wall_between_two_numbers_that_was_lost_is_put_back() -> None:
    page, grid = _table()
    _fill(page)
    walls = set(grid.upright_walls)
    grid.upright_walls -= {(2, 1), (3, 1), (3, 2)}
    printed_walls(page, [grid])
    assert grid.upright_walls == walls


def test_a_level_wall_between_two_numbers_that_was_lost_is_put_back() -> None:
    page, grid = _table()
    _fill(page)
    walls = set(grid.level_walls)
    grid.level_walls -= {(2, 2)}
    printed_walls(page, [grid])
    assert grid.level_walls == walls


def test_a_wall_between_a_label_and_its_number_is_put_back() -> None:
    page, grid = _table()
    _fill(page)
    grid.upright_walls -= {(1, 2)}
    printed_walls(page, [grid])
    assert (1, 2) in grid.upright_walls


@pytest.mark.parametrize("place", [_middle((300, 500), 0), _middle((300, 600), 0)])
def test_a_number_in_the_middle_of_a_wide_cell_is_in_that_cell(place: float) -> None:
    page, grid = _table()
    last = 3 if place == 400 else 4
    _number(page, "128", place, _middle(YS, 1))
    grid.upright_walls -= {(line, 1) for line in range(2, last)}
    walls = set(grid.upright_walls)
    printed_walls(page, [grid])
    assert grid.upright_walls == walls


def test_a_long_text_over_several_columns_is_in_one_cell() -> None:
    page, grid = _table()
    _label(page, 140, _middle(YS, 0), 13)
    grid.upright_walls -= {(line, 0) for line in (1, 2, 3)}
    walls = set(grid.upright_walls)
    printed_walls(page, [grid])
    assert grid.upright_walls == walls


def test_a_cell_with_nothing_in_it_stays_as_it_is() -> None:
    page, grid = _table()
    grid.upright_walls -= {(2, 1)}
    walls = set(grid.upright_walls)
    printed_walls(page, [grid])
    assert grid.upright_walls == walls


def test_a_line_that_is_missing_between_the_numbers_of_all_rows_is_put_in() -> None:
    page, _ = _table((100, 300, 400, 600))
    _fill(page)
    _, grid = _table((100, 300, 400, 600))
    printed_walls(page, [grid])
    assert [line.level for line in grid.xs] == pytest.approx([100, 300, 400, 500, 600], abs=4)
    assert {(3, row) for row in range(4)} <= grid.upright_walls
    assert {(line, slot) for line in range(5) for slot in range(4)} == grid.level_walls


def test_a_line_that_is_missing_does_not_cut_what_runs_over_it() -> None:
    page, _ = _table((100, 300, 400, 600))
    _fill(page, XS, YS[1:])
    _label(page, 420, _middle(YS, 0), 5)  # a header over both columns
    _, grid = _table((100, 300, 400, 600))
    printed_walls(page, [grid])
    assert [row for line, row in sorted(grid.upright_walls) if line == 3] == [1, 2, 3]


def test_all_lines_of_a_row_of_numbers_may_be_missing() -> None:
    xs = (100, 200, 300, 400, 500, 600)
    page, grid = _table((100, 600), YS[:2])
    for slot in range(5):
        _number(page, "0", _middle(xs, slot), _middle(YS, 0))
    printed_walls(page, [grid])
    assert [round(line.level) for line in grid.xs] == pytest.approx(xs, abs=4)


def test_a_number_and_dust_are_not_two_numbers() -> None:
    page, grid = _table((100, 300, 400, 600))
    for row in range(4):
        _number(page, "17", 500, _middle(YS, row))
    cv2.circle(page, (560, round(_middle(YS, 1))), 4, 30, -1)
    printed_walls(page, [grid])
    assert len(grid.xs) == 4


def test_a_page_without_grids_needs_nothing() -> None:
    printed_walls(np.full((100, 100), 250, np.uint8), [])


def test_a_number_that_is_broken_in_two_lines_stays_in_one_cell() -> None:
    ys = (100, 190, 250)
    page, grid = _table(XS, ys)
    for slot in (1, 2):  # 5,82 above 2, with a line's distance between them
        _number(page, "582", _middle(XS, slot), 145 - 20)
        _number(page, "2", _middle(XS, slot), 145 + 20)
    _number(page, "14", _middle(XS, 3), 145)
    printed_walls(page, [grid])
    assert [line.level for line in grid.ys] == list(ys)

"""Rulings become cells: spans from missing lines, small gaps tolerated, open sides closed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractor.document import Ruling
from extractor.layout.grid import Grid, find_grids


def horizontal(y: float, x0: float, x1: float) -> Ruling:
    return Ruling(x0, y, x1, y)


def vertical(x: float, top: float, bottom: float) -> Ruling:
    return Ruling(x, top, x, bottom)


def full_grid(xs: list[float], ys: list[float]) -> list[Ruling]:
    return [horizontal(y, xs[0], xs[-1]) for y in ys] + [vertical(x, ys[0], ys[-1]) for x in xs]


def spans(grid: Grid) -> list[tuple[int, int, int, int]]:
    return [(cell.row, cell.column, cell.rowspan, cell.colspan) for cell in grid.cells]


def test_a_full_grid_has_one_cell_a_slot() -> None:
    [grid] = find_grids(full_grid([0, 100, 200], [0, 20, 40, 60]))
    assert spans(grid) == [(row, column, 1, 1) for row in range(3) for column in range(2)]


def test_a_missing_line_makes_a_span() -> None:
    rulings = [horizontal(y, 0, 300) for y in (0, 20, 60)] + [horizontal(40, 100, 300)]
    rulings += [vertical(x, 0, 60) for x in (0, 100, 300)] + [vertical(200, 20, 60)]
    [grid] = find_grids(rulings)
    assert spans(grid) == [(0, 0, 1, 1), (0, 1, 1, 2),
                           (1, 0, 2, 1), (1, 1, 1, 1), (1, 2, 1, 1), (2, 1, 1, 1), (2, 2, 1, 1)]


def test_a_line_drawn_in_pieces_with_small_gaps_is_one_line() -> None:
    pieces = [horizontal(20, x, x + 9) for x in range(0, 200, 12)]
    border = [horizontal(0, 0, 200), horizontal(40, 0, 200), *(vertical(x, 0, 40) for x in (0, 90, 200))]
    [grid] = find_grids([*border, *pieces])
    assert spans(grid) == [(row, column, 1, 1) for row in range(2) for column in range(2)]


def test_lines_drawn_twice_a_point_apart_are_one_line() -> None:
    doubled = [Ruling(r.x0 + d, r.top + d, r.x1 + d, r.bottom + d)
               for r in full_grid([0, 100, 200], [0, 20, 40]) for d in (0.0, 1.0)]
    [grid] = find_grids(doubled)
    assert len(grid.cells) == 4


def test_a_table_cut_off_at_the_foot_of_a_page_keeps_its_last_row() -> None:
    rulings = [horizontal(y, 0, 200) for y in (0, 20)] + [vertical(x, 0, 45) for x in (0, 100, 200)]
    [grid] = find_grids(rulings)
    assert spans(grid) == [(0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)]


def test_a_table_without_outer_side_lines_keeps_its_outer_columns() -> None:
    rulings = [horizontal(y, 0, 300) for y in (0, 20, 40)] + [vertical(x, 0, 40) for x in (100, 200)]
    [grid] = find_grids(rulings)
    assert len(grid.cells) == 6


def test_separate_tables_are_separate_grids_in_reading_order() -> None:
    lower = full_grid([0, 50, 100], [200, 220])
    upper = full_grid([0, 50, 100], [0, 20])
    assert [grid.ys[0] for grid in find_grids(lower + upper)] == [0, 200]


def test_a_lone_underline_is_no_grid() -> None:
    assert find_grids([horizontal(10, 0, 200)]) == []


@given(st.lists(st.floats(15, 80), min_size=1, max_size=6), st.lists(st.floats(12, 60), min_size=2, max_size=8),
       st.randoms(use_true_random=False))
def test_the_order_of_rulings_never_matters(widths: list[float], heights: list[float], random: object) -> None:
    xs, ys = [0.0], [0.0]
    for width in widths:
        xs.append(xs[-1] + width)
    for height in heights:
        ys.append(ys[-1] + height)
    rulings = full_grid(xs, ys)
    shuffled = list(rulings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert find_grids(rulings) == find_grids(shuffled)
    [grid] = find_grids(rulings)
    assert len(grid.cells) == len(widths) * len(heights)


def test_the_top_line_of_a_header_cut_off_by_a_page_break_says_where_its_open_sides_are() -> None:
    rulings = [horizontal(0, 0, 400), *(vertical(x, 0, 20) for x in (100, 200, 300))]
    [grid] = find_grids(rulings)
    assert grid.xs == (0, 100, 200, 300, 400)


def test_double_lines_are_one_border() -> None:
    doubled = [ruling for d in (-1.6, 0.0, 1.6) for ruling in full_grid([0 + d, 100 + d, 200 + d], [0 + d, 20 + d, 40 + d])]
    [grid] = find_grids(doubled)
    assert spans(grid) == [(row, column, 1, 1) for row in range(2) for column in range(2)]

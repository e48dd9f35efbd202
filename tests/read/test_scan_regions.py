"""A cell that is no rectangle lacks a wall, and as a rule only one wall can be meant."""

from __future__ import annotations

from extractor.read.scan.regions import rectangular

Walls = set[tuple[int, int]]


def _closed(rows: int, columns: int) -> tuple[Walls, Walls]:
    """All walls of a grid: level ones as (line, column), upright ones as (line, row)."""
    return ({(line, column) for line in range(rows + 1) for column in range(columns)},
            {(line, row) for line in range(columns + 1) for row in range(rows)})


def test_a_grid_of_rectangles_stays_as_it_is() -> None:
    level, upright = _closed(3, 3)
    level -= {(1, 0), (2, 0)}  # the first column is one cell of three rows
    assert rectangular(level, upright, (3, 3)) == (level, upright)


def test_a_lost_wall_beside_a_high_cell_is_put_back() -> None:
    level, upright = _closed(3, 3)
    level -= {(1, 0), (2, 0)}
    assert rectangular(level, upright - {(1, 1)}, (3, 3)) == (level, upright)


def test_a_lost_wall_below_a_wide_cell_is_put_back() -> None:
    level, upright = _closed(2, 3)
    upright -= {(1, 0), (2, 0)}
    assert rectangular(level - {(1, 1)}, upright, (2, 3)) == (level, upright)


def test_where_two_walls_could_be_meant_none_is_added() -> None:
    level, upright = _closed(2, 2)
    lost = level - {(1, 0)}, upright - {(1, 0)}  # three slots in the shape of an L
    assert rectangular(*lost, (2, 2)) == lost


def test_where_two_walls_could_be_meant_the_one_of_which_more_is_left_is_added() -> None:
    level, upright = _closed(2, 2)
    lost = level - {(1, 0)}, upright - {(1, 0)}
    assert rectangular(*lost, (2, 2), lambda is_upright, _: 0.5 if is_upright else 0.1) == (lost[0], upright)
    assert rectangular(*lost, (2, 2), lambda *_: 0.5) == lost

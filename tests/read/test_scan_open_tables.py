"""Tables that are ruled only between their rows: columns from the print, walls only through white, headings left out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

cv2 = pytest.importorskip("cv2")

from extractor.document import Box, Page, Ruling, Word  # noqa: E402
from extractor.read.scan.grid import RuledGrid  # noqa: E402
from extractor.read.scan.open_columns import _side_by_side  # noqa: E402
from extractor.read.scan.open_pages import continued  # noqa: E402
from extractor.read.scan.open_spans import Rows, upright_walls  # noqa: E402
from extractor.read.scan.open_tables import open_grids  # noqa: E402
from extractor.read.scan.print_marks import Text  # noqa: E402
from extractor.read.scan.rulings import Course, GridLine, darkness, find_courses  # noqa: E402

Pixels = NDArray[np.uint8]
LEFT, RIGHT = 150, 1050
MIDDLES = (600, 750, 900, 1000)
ROWS = (300, 350, 400, 450, 500)
TALL, WIDE = 22, 13
"""Pixels: a digit; a character is half as wide again as it is tall, and filled."""


def _page() -> Pixels:
    return np.full((900, 1200), 250, np.uint8)


def _level(page: Pixels, y: int, left: int = LEFT, right: int = RIGHT) -> None:
    page[y:y + 2, left:right] = 60


def _digit(page: Pixels, x: int, y: int) -> None:
    cv2.ellipse(page, (x, y), (WIDE // 2, TALL // 2), 0, 0, 360, 40, 3)


def _number(page: Pixels, x: int, y: int, digits: int = 1) -> None:
    for index in range(digits):
        _digit(page, x + round((index - (digits - 1) / 2) * (WIDE + 4)), y)


def _words(page: Pixels, x: int, y: int, count: int) -> None:
    """Characters from `x` on, each a ring with a stroke down through it."""
    for index in range(count):
        middle = x + 32 * index + 14
        cv2.ellipse(page, (middle, y), (13, 14), 0, 0, 360, 40, 3)
        page[y - 15:y + 16, middle - 1:middle + 2] = 40


def _table(numbers: tuple[int, ...] = (1, 1, 1, 1)) -> Pixels:
    """Four rows, each with a label and with as many digits in each column as `numbers` says; 0 leaves it blank."""
    page = _page()
    for y in ROWS:
        _level(page, y)
    for row, y in enumerate(ROWS[:-1]):
        _words(page, LEFT + 8, y + 26, 4 + row)
        for middle, digits in zip(MIDDLES, numbers, strict=True):
            _number(page, middle, y + 26, digits)
    return page


def _grids(page: Pixels) -> list[RuledGrid]:
    return open_grids(page, find_courses(page, darkness(page), True), [])


def _walls(grid: RuledGrid, row: int) -> list[int]:
    """Where (pixels) the walls of a row are."""
    return [round(grid.xs[line].level) for line, at in sorted(grid.upright_walls) if at == row]


def test_numbers_below_each_other_between_rulings_make_columns() -> None:
    grid, = _grids(_table())
    assert (len(grid.ys) - 1, len(grid.xs) - 1) == (4, 5)
    for row in range(4):
        walls = _walls(grid, row)
        assert len(walls) == 6
        assert all(before < middle < after for middle, before, after in zip(MIDDLES, walls[1:], walls[2:], strict=False))


def test_a_wall_stands_where_no_number_does_however_long_they_are() -> None:
    page = _table((5, 1, 4, 1))
    grid, = _grids(page)
    for row, y in enumerate(ROWS[:-1]):
        for at in _walls(grid, row)[1:-1]:
            assert page[y + 5:y + 45, at - 1:at + 2].min() > 200


def test_a_number_that_runs_over_a_border_is_not_cut() -> None:
    page = _table()
    page[ROWS[2] + 3:ROWS[2] + 48, 560:1040] = 250
    _number(page, 675, ROWS[2] + 26, 9)
    grid, = _grids(page)
    assert not [at for at in _walls(grid, 2) if 610 < at < 740]
    assert [at for at in _walls(grid, 1) if 610 < at < 740]


def test_a_title_in_the_middle_of_the_table_is_one_cell() -> None:
    page = _table()
    _level(page, ROWS[0] - 50)
    _words(page, (LEFT + RIGHT) // 2 - 3 * 32 + 3, ROWS[0] - 24, 6)
    grid, = _grids(page)
    assert _walls(grid, 0) == [round(grid.xs[0].level), round(grid.xs[-1].level)]


def test_a_header_over_two_columns_spans_them() -> None:
    page = _page()
    for y in (200, 250, 300, 350, 400):
        _level(page, y)
    for y, middles in ((276, (600, 750, 900)), (326, (600, 750, 900)), (376, (600, 750, 900))):
        _words(page, LEFT + 8, y, 5)
        for middle in middles:
            _number(page, middle, y)
    _words(page, LEFT + 100, 226, 4)
    _words(page, 675 - 48, 226, 3)
    _words(page, 900 - 32, 226, 2)
    page[202:250, 960:] = 250
    grid, = _grids(page)
    assert [at for at in _walls(grid, 0) if 610 < at < 740] == []
    assert [at for at in _walls(grid, 0) if 760 < at < 890] != []


def test_a_heading_between_two_tables_parts_them() -> None:
    page = _table()
    lower = _table()
    page[560:760] = lower[300:500]
    _level(page, 558)
    _level(page, 760)
    _words(page, LEFT + 90, ROWS[-1] + 29, 9)
    assert [(len(grid.ys) - 1, len(grid.xs) - 1) for grid in _grids(page)] == [(4, 5), (4, 5)]


def test_a_row_that_a_page_break_left_open_belongs_to_the_table() -> None:
    page = _table()
    page[ROWS[-1] - 1:ROWS[-1] + 4] = 250
    grid, = _grids(page)
    assert len(grid.ys) - 1 == 4
    assert grid.ys[-1].level > ROWS[-2] + 26 + TALL / 2


def test_underlined_prose_is_no_table() -> None:
    page = _page()
    for y in ROWS:
        _words(page, LEFT, y - 20, 27)
        _level(page, y)
    assert _grids(page) == []


def test_a_blank_beside_a_number_is_a_cell_of_its_own_though_their_headers_touch() -> None:
    page = _table()
    _level(page, ROWS[0] - 50)
    _words(page, MIDDLES[0] - 29, ROWS[0] - 24, 7)
    _words(page, MIDDLES[2] - 29, ROWS[0] - 24, 2)
    _words(page, MIDDLES[3] - 29, ROWS[0] - 24, 1)
    page[ROWS[2] + 5:ROWS[2] + 45, MIDDLES[0] - 20:MIDDLES[0] + 20] = 250
    grid, = _grids(page)
    assert _walls(grid, 3) == _walls(grid, 2)
    assert any(MIDDLES[0] < at < MIDDLES[1] for at in _walls(grid, 3))


def test_two_numbers_never_share_a_cell_though_one_column_has_but_one_of_them() -> None:
    page = _table((1, 0, 1, 1))
    _number(page, MIDDLES[1], ROWS[3] + 26)
    grid, = _grids(page)
    assert any(MIDDLES[0] < at < MIDDLES[1] for at in _walls(grid, 3))


def _lines(xs: tuple[float, ...], ys: tuple[float, ...]) -> tuple[Ruling, ...]:
    return (*(Ruling(xs[0], y, xs[-1], y) for y in ys), *(Ruling(x, ys[0], x, ys[-1]) for x in xs))


def _word(text: str, x: float, y: float) -> Word:
    return Word(text, Box(x - 3, y - 5, x + 3, y + 5), (x - 3, x + 3))


def test_a_sparse_part_takes_the_columns_of_the_page_before() -> None:
    before = Page(1, 595, 842, (), _lines((100, 250, 300, 350, 400), (700, 720, 740)))
    after = Page(2, 595, 842, (_word("7", 275, 110), _word("3", 375, 110)), _lines((100, 250, 340, 400), (100, 120, 140)))
    added = {ruling.x0 for ruling in continued([before, after])[1].rulings} - {100, 250, 340, 400}
    assert added == {300, 350}


def test_a_part_that_has_fewer_columns_only_among_its_labels_keeps_its_own() -> None:
    before = Page(1, 595, 842, (), _lines((100, 150, 250, 300, 350, 400), (700, 720, 740)))
    after = Page(2, 595, 842, (_word("7", 273, 110), _word("3", 373, 110)), _lines((97, 246, 296, 346, 397), (100, 120, 140)))
    assert continued([before, after])[1] is after


def test_a_part_with_words_among_its_numbers_keeps_its_own_columns() -> None:
    before = Page(1, 595, 842, (), _lines((100, 250, 300, 350, 400), (700, 720, 740)))
    after = Page(2, 595, 842, (_word("7", 275, 110), _word("数量", 375, 110)), _lines((100, 250, 400), (100, 120, 140)))
    assert continued([before, after])[1] is after


def test_the_shaded_header_of_a_table_without_upright_rulings_is_part_of_it() -> None:
    page = _table()
    _level(page, ROWS[0] - 50)
    page[ROWS[0] - 48:ROWS[0], LEFT:RIGHT] = 215
    _words(page, (LEFT + RIGHT) // 2 - 64, ROWS[0] - 25, 4)
    level, down = find_courses(page, darkness(page), True), find_courses(page, darkness(page), False)
    edges = [Course(np.array([LEFT, RIGHT], dtype=np.float64), np.array([y, y], dtype=np.float64), 0.0, shaded=True)
             for y in (ROWS[0] - 50, ROWS[0], ROWS[0] + 1)]
    sides = [Course(np.array([ROWS[0] - 50.0, ROWS[0]]), np.array([x, x], dtype=np.float64), 0.0, shaded=True)
             for x in (LEFT, RIGHT)]
    assert not down
    header = RuledGrid([GridLine([side], side.level) for side in sides], [GridLine([edge], edge.level) for edge in edges])
    grid, = open_grids(page, level, [header])
    assert (len(grid.ys) - 1, len(grid.xs) - 1) == (5, 5)


def test_a_text_in_the_middle_of_a_column_does_not_part_it_from_the_others() -> None:
    row = [Text(591.0, 610.0, 22.0, number=True), *(Text(at - 8.0, at + 8.0, 22.0, number=True) for at in MIDDLES[1:])]
    stained = [Text(580.0, 622.0, 22.0, number=False), *row[1:]]  # 597 with a stroke through it
    assert _side_by_side([600.0, *MIDDLES[1:]], [row, stained, row], 8.0) == [600.0, *MIDDLES[1:]]
    label = [Text(655.0, 705.0, 22.0, number=False), *row[1:]]  # words between the columns
    assert _side_by_side([600.0, *MIDDLES[1:]], [row, label, row], 8.0) == list(MIDDLES[1:])


@pytest.mark.parametrize(("middle", "walls"), [(300, [0, 1, 2, 4]), (270, [0, 1, 2, 3, 4])])
def test_a_header_of_two_texts_makes_no_blank_beside_a_number_in_the_middle_of_both(middle: int, walls: list[int]) -> None:
    header = np.array([[x, 0, x + 22, 24] for x in (*range(110, 170, 26), *range(212, 316, 26), *range(350, 380, 26))], np.int32)
    numbers = np.array([[8, 50, 90, 74], [143, 50, 157, 68], [middle - 7, 50, middle + 7, 68]], np.int32)
    rows = Rows((header, numbers), 24.0)
    found = upright_walls(rows, [0.0, 100.0, 200.0, 340.0, 400.0], 1, {(line, slot) for line in range(3) for slot in range(4)})
    assert sorted(line for line, row in found if row == 1) == walls

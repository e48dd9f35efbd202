"""Numbers in tables without rulings: each is a cell by itself, what stands in their places is no blank, labels stay text."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

cv2 = pytest.importorskip("cv2")

from extractor.read.ocr import LineReading, TextBox  # noqa: E402
from extractor.read.scan.cells import INK_SHARE, Sheet, without_rulings  # noqa: E402
from extractor.read.scan.grid import RuledGrid  # noqa: E402
from extractor.read.scan.no_tables import holds_labels_only, is_whole  # noqa: E402
from extractor.read.scan.open_cells import around, open_cells  # noqa: E402
from extractor.read.scan.open_numbers import Numbers, tabular_numbers  # noqa: E402
from extractor.read.scan.pale_tables import darkened, pale_areas  # noqa: E402
from extractor.read.scan.prose import prose_boxes  # noqa: E402
from extractor.read.scan.rulings import Course, GridLine  # noqa: E402

Pixels = NDArray[np.uint8]
COLUMNS, ROWS = (600, 720, 840, 960), (300, 360, 420, 480)
LABEL = 150
INK, PALE = 40, 225


def _page() -> Pixels:
    return np.full((900, 1200), 250, np.uint8)


def _number(page: Pixels, x: int, y: int, digits: int = 1, ink: int = INK, step: int = 17) -> None:
    for index in range(digits):
        cv2.ellipse(page, (x + round((index - (digits - 1) / 2) * step), y), (6, 11), 0, 0, 360, ink, 3)


def _words(page: Pixels, x: int, y: int, count: int, ink: int = INK) -> None:
    """Characters from `x` on, each a ring with a stroke down through it."""
    for index in range(count):
        middle = x + 32 * index + 14
        cv2.ellipse(page, (middle, y), (13, 14), 0, 0, 360, ink, 3)
        page[y - 15:y + 16, middle - 1:middle + 2] = ink


def _table(ink: int = INK, labels: int = INK) -> Pixels:
    page = _page()
    for y in ROWS:
        _words(page, LABEL, y, 5, labels)
        for x in COLUMNS:
            _number(page, x, y, ink=ink)
    return page


def _noisy(page: Pixels) -> Pixels:
    noise = np.random.default_rng(1).normal(0, 2.0, page.shape)
    return np.clip(page + noise, 0, 255).astype(np.uint8)


def _sheet(page: Pixels) -> Sheet:
    return without_rulings(page, [])


def _numbers(page: Pixels) -> Numbers:
    sheet = _sheet(page)
    return tabular_numbers((sheet.dark > sheet.ink * INK_SHARE).astype(np.uint8))


def test_every_number_of_a_table_without_rulings_is_found_in_its_row_and_column() -> None:
    numbers = _numbers(_table())
    assert len(numbers) == len(COLUMNS) * len(ROWS)
    assert np.bincount(numbers.rows).tolist() == [len(COLUMNS)] * len(ROWS)
    assert np.bincount(numbers.columns).tolist() == [len(ROWS)] * len(COLUMNS)


@pytest.mark.parametrize("step", [20, 26])
def test_digits_set_apart_are_one_number(step: int) -> None:
    page = _page()
    for x in COLUMNS:
        _number(page, x, 300, digits=3, step=step)
    assert len(_numbers(page)) == len(COLUMNS)


def test_figures_in_prose_ordinals_of_labels_and_a_page_number_are_no_table() -> None:
    page = _page()
    for y in (200, 260, 320):
        _words(page, LABEL, y, 4)
        _number(page, LABEL + 32 * 4 + 16, y, digits=2)
        _words(page, LABEL + 32 * 5 + 16, y, 12)
    for y in (400, 450, 500):  # 1、
        _number(page, LABEL, y)
        _words(page, LABEL + 42, y, 6)
    _number(page, 600, 850)
    assert not len(_numbers(page))


def test_numbers_below_each_other_in_one_column_are_a_tables() -> None:
    page = _page()
    for y in ROWS:
        _words(page, LABEL, y, 5)
        _number(page, 700, y)
    assert len(_numbers(page)) == len(ROWS)


def test_each_number_becomes_a_cell_and_a_paler_one_among_them_a_faint_cell() -> None:
    page = _table()
    cv2.rectangle(page, (COLUMNS[1] - 20, ROWS[2] - 20), (COLUMNS[1] + 20, ROWS[2] + 20), 250, -1)
    _number(page, COLUMNS[1], ROWS[2], ink=190)
    [table] = open_cells(_sheet(page), [])
    assert len(table) == len(COLUMNS) * len(ROWS)
    [faint] = [item for item in table if item.lines[0].faint]
    assert (faint.cell.row, faint.cell.column) == (2, 1)


def test_a_place_with_nothing_printed_stays_nothing() -> None:
    page = _table()
    cv2.rectangle(page, (COLUMNS[1] - 20, ROWS[2] - 20), (COLUMNS[1] + 20, ROWS[2] + 20), 250, -1)
    [table] = open_cells(_sheet(page), [])
    assert (2, 1) not in {(item.cell.row, item.cell.column) for item in table}
    assert len(table) == len(COLUMNS) * len(ROWS) - 1


def test_a_dash_in_the_place_of_a_number_is_a_cell() -> None:
    page = _table()
    cv2.rectangle(page, (COLUMNS[1] - 20, ROWS[2] - 20), (COLUMNS[1] + 20, ROWS[2] + 20), 250, -1)
    page[ROWS[2] - 1:ROWS[2] + 2, COLUMNS[1] - 9:COLUMNS[1] + 9] = INK
    [table] = open_cells(_sheet(_noisy(page)), [])
    assert (2, 1) in {(item.cell.row, item.cell.column) for item in table}


def test_a_minus_sign_belongs_to_its_number() -> None:
    page = _table()
    x, y = COLUMNS[0] - 20, ROWS[0]
    page[y - 1:y + 2, x - 5:x + 5] = INK
    [table] = open_cells(_sheet(page), [])
    first = next(item for item in table if (item.cell.row, item.cell.column) == (0, 0))
    assert first.lines[0].left <= x - 3


def test_numbers_inside_a_ruled_table_are_left_to_it() -> None:
    assert not open_cells(_sheet(_table()), [(100.0, 250.0, 1100.0, 550.0)])


def test_a_pale_table_beside_its_labels_is_found_and_its_ink_is_faint() -> None:
    sheet = _sheet(_noisy(_table(ink=PALE, labels=130)))
    assert not open_cells(sheet, [])
    areas = pale_areas(sheet, [])
    found = [item for table in open_cells(darkened(sheet, areas), [], areas) for item in table]
    assert len(found) == len(COLUMNS) * len(ROWS)
    assert all(item.lines[0].faint for item in found)


def test_what_shows_through_without_labels_of_the_front_is_no_pale_table() -> None:
    page = _page()
    for y in ROWS:
        for x in COLUMNS:
            _number(page, x - 400, y, ink=PALE)
        _words(page, 800, y, 5, PALE)
    _words(page, LABEL, 700, 12)
    assert not pale_areas(_sheet(_noisy(page)), [])


def test_a_table_that_is_dark_enough_is_no_pale_one() -> None:
    sheet = _sheet(_noisy(_table()))
    assert not pale_areas(sheet, [around(table) for table in open_cells(sheet, [])])


def _grid(xs: list[int], ys: list[int]) -> RuledGrid:
    def line(at: int, start: int, end: int) -> GridLine:
        return GridLine([Course(np.array([start, end], float), np.array([at, at], float), float(end - start))], at)
    return RuledGrid([line(x, ys[0], ys[-1]) for x in xs], [line(y, xs[0], xs[-1]) for y in ys])


def test_strokes_of_an_underlined_line_are_no_table() -> None:
    sheet = _sheet(_page())
    [cell] = open_cells(_sheet(_table()), [])[0][:1]
    strokes = [769, 788, 827, 839, 944, 975, 991, 1038, 1083, 1098, 1183]
    assert not is_whole(_grid(strokes, [300, 336]), [cell], sheet)
    assert is_whole(_grid(list(range(100, 1100, 80)), [300, 360]), [cell], sheet)


def test_a_box_around_labels_gives_way_to_the_numbers_beside_it_but_no_table_with_numbers_does() -> None:
    tables = open_cells(_sheet(_table()), [])
    labels = [item for item in open_cells(_sheet(_table()), [])[0][:2]]
    for item in labels:
        line = item.lines[0]
        item.lines = [type(line)(LABEL, line.top, LABEL + 160, line.bottom)]
    grid = _grid([100, 500], [270, 520])
    assert holds_labels_only(grid, labels, tables)
    assert not holds_labels_only(grid, open_cells(_sheet(_table()), [])[0], tables)
    assert not holds_labels_only(grid, labels, [])


class _Finder:
    """Finds one line over the headers of all columns; keeps what it was shown."""

    def __init__(self, box: TextBox) -> None:
        self.box, self.seen = box, list[Pixels]()

    def find_lines(self, grey: Pixels) -> list[TextBox]:
        self.seen.append(grey)
        return [self.box]

    def read(self, crops: object, asked: object = ()) -> list[LineReading]:
        raise NotImplementedError


def test_the_detector_sees_no_cut_out_number_and_headers_in_one_box_are_parted_by_their_columns() -> None:
    page = _table()
    for x in COLUMNS:
        _words(page, x - 46, 230, 3)
    sheet = _sheet(page)
    tables = open_cells(sheet, [])
    top, left = 230 - 15 - 24, LABEL + 1 - 24  # where the stretch of the page with ink begins
    finder = _Finder(TextBox((780 - left) / 2, (230 - top) / 2, 470 / 2, 40 / 2, 0.0, 0.9))
    found = [box for box in prose_boxes(sheet, [], tables, [], finder) if box.score]
    assert [round(box.x / 10) for box in found] == [round(x / 10) for x in COLUMNS]
    [seen] = finder.seen
    assert seen[round((ROWS[0] - 15 - top) / 2):, round((COLUMNS[0] - 30 - left) / 2):].min() > 200

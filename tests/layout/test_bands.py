"""Rows of pages without rulings: numbers go to the columns that they stand in, by full rows or by the header."""

from __future__ import annotations

import pytest

from extractor.document import Box, Place
from extractor.layout.bands import aligned, header_columns
from extractor.layout.rows import Row

SIZE = 10.0
COLUMNS = [200.0 + 40 * i for i in range(7)]
"""Middles of seven columns of numbers."""


def row(top: float, *cells: tuple[str, float]) -> Row:
    """Texts with the place of their left border, each character `SIZE` wide, on a line of its own height."""
    place = Place(1, Box(50, top, 500, top + SIZE))
    edges = tuple(tuple(x + SIZE * i for i in range(len(text) + 1)) for text, x in cells)
    return Row(tuple((text, place) for text, _ in cells), edges)


def centred(top: float, label: str, *numbers: tuple[str, float]) -> Row:
    return row(top, *([(label, 50.0)] if label else []), *((text, at - SIZE * len(text) / 2) for text, at in numbers))


def full(top: float) -> Row:
    return centred(top, "甲乙", *(("0", at) for at in COLUMNS))


def texts(rows: list[Row]) -> list[list[str]]:
    return [[text for text, _ in row.cells] for row in rows]


def test_a_short_row_gets_empty_cells_where_full_rows_have_numbers() -> None:
    rows = [full(0), full(30), full(60), centred(90, "丙", ("5", COLUMNS[0]), ("6", COLUMNS[6]))]
    assert texts(aligned(rows))[-1] == ["丙", "5", "", "", "", "", "", "6"]


def test_a_number_that_touches_its_label_is_freed() -> None:
    glued = row(90, ("信息313", COLUMNS[0] - 3.5 * SIZE), *((text, at - SIZE / 2) for text, at in
                                                          zip("012345", COLUMNS[1:], strict=True)))
    assert texts(aligned([full(0), full(30), full(60), glued]))[-1] == ["信息", "313", "0", "1", "2", "3", "4", "5"]


def test_two_numbers_that_touch_are_cut_where_both_stand_in_the_middle_of_their_columns() -> None:
    touching = row(90, ("丙", 50.0), ("12345678", COLUMNS[0] - 2 * SIZE), *(("0", at - SIZE / 2) for at in COLUMNS[2:]))
    assert texts(aligned([full(0), full(30), full(60), touching]))[-1][:3] == ["丙", "1234", "5678"]


def test_numbers_that_cannot_be_cut_for_certain_are_read_by_nobody() -> None:
    touching = row(90, ("丙", 50.0), ("1234567", COLUMNS[0] - 2 * SIZE), *(("0", at - SIZE / 2) for at in COLUMNS[2:]))
    cells = texts(aligned([full(0), full(30), full(60), touching]))[-1]
    assert "1234567" not in cells
    assert "" not in cells


HEADER = row(0, ("内容", 60), ("制发件数", 120), ("废止件数", 200), ("有效件数", 280))


def test_numbers_go_under_the_header_above_them() -> None:
    assert texts(aligned([HEADER, row(30, ("文件", 60), ("2", 135), ("11", 290))]))[-1] == ["文件", "2", "", "11"]


def test_a_row_whose_cell_is_broken_over_lines_is_left_alone() -> None:
    wrapped = row(40, ("（另有）", 280))
    assert texts(aligned([HEADER, row(30, ("文件", 60), ("2", 135), ("1", 215)), wrapped]))[1] == ["文件", "2", "1"]


def test_the_next_header_counts_from_there_on() -> None:
    second = row(60, ("内容", 60), ("数量", 160))
    rows = [HEADER, row(30, ("甲", 60), ("1", 215)), second, row(90, ("乙", 60), ("7", 165))]
    assert texts(aligned(rows)) == [["内容", "制发件数", "废止件数", "有效件数"], ["甲", "", "1", ""], ["内容", "数量"], ["乙", "7"]]


@pytest.mark.parametrize(("gap", "count"), [(1.0, 2), (3.0, 3)])
def test_a_label_of_two_characters_may_be_spaced_out(gap: float, count: int) -> None:
    lines = [row(0, ("项目", 50), ("总", 200), ("计", 210 + gap * SIZE))]
    assert len(header_columns(lines)) == count


def test_cells_over_several_columns_are_no_columns() -> None:
    lines = [row(0, ("申请人情况申请", 200)), row(12, ("项目", 50), ("自然人", 190), ("企业", 230)), row(24, ("总计", 270))]
    assert [column.text for column in header_columns(lines)] == ["项目", "自然人", "企业", "总计"]

"""Dumps with one blank behind each cell: runs of blanks are empty cells, but only where the text has that habit."""

from __future__ import annotations

from extractor.document import TextLine
from extractor.layout.blanks import blank_kept_rows

NUMBERS = ["甲申请 1 2 0 0 0 0 3", "乙申请 0 0 0 0 0 0 0", "丙申请 4 0 0 0 0 0 4"]


def kept(lines: list[str]) -> dict[int, list[str]]:
    rows = blank_kept_rows([TextLine(number, line) for number, line in enumerate(lines, 1)])
    return {number: [text for text, _ in row.cells] for number, row in rows.items()}


def test_runs_of_blanks_are_empty_cells() -> None:
    assert kept([*NUMBERS, "丁申请 5 2     7", "戊申请       "]) == {
        4: ["丁申请", "5", "2", "", "", "", "", "7"], 5: ["戊申请", *[""] * 7]}


def test_an_empty_cell_at_the_end_is_one() -> None:
    assert kept([*NUMBERS, "丁申请 0 0 0 0 0 0 ", "戊申请 1 0 0 0 0 0 "])[4] == ["丁申请", *"000000", ""]


def test_columns_of_fixed_width_are_left_alone() -> None:
    assert kept(["甲申请   1    2    3    6", "乙申请   1         3    4", "丙申请        2    3    5"] * 3) == {}


def test_a_stray_double_blank_is_no_cell() -> None:
    assert kept([*NUMBERS, "丁申请 1 2  0 0 0 0 3"]) == {}


def test_a_line_without_a_label_needs_many_cells() -> None:
    assert kept([*NUMBERS, "          1    1", "3  4"]) == {4: ["", *[""] * 10, "1", *[""] * 3, "1"]}

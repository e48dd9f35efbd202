"""Marks for "not applicable", told from digits by their shape, and from each other by their company."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

cv2 = pytest.importorskip("cv2")

from extractor.document import Box  # noqa: E402
from extractor.layout.grid import GridCell  # noqa: E402
from extractor.read.ocr import LineReading  # noqa: E402
from extractor.read.scan.cells import InkLine, Sheet, ink_lines  # noqa: E402
from extractor.read.scan.digits import SYMBOLS  # noqa: E402
from extractor.read.scan.numbers import PIXEL, CellReading, NumberReading, better_number, read_numbers  # noqa: E402

Pixels = NDArray[np.uint8]
SLOT = (0.0, 0.0, 120.0, 60.0)


def _ink(*strokes: tuple[int, int, int, int]) -> list[InkLine]:
    """The ink of a cell of uneven paper with these blocks (left, top, right, bottom) in it."""
    cell = np.random.default_rng(1).integers(248, 255, (60, 120)).astype(np.uint8)
    for left, top, right, bottom in strokes:
        cell[top:bottom, left:right] = 60
    return ink_lines(Sheet(cell, np.asarray(cv2.blur(255 - cell, (3, 3)), np.uint8), 105.0), SLOT)


@pytest.mark.parametrize(("strokes", "flat"), [
    ([(56, 30, 64, 33)], True),
    ([(48, 30, 76, 33)], True),
    ([(57, 20, 60, 40)], False),
    ([(54, 30, 57, 34), (62, 30, 65, 34)], False),
    ([(0, 30, 118, 33)], False),
    ([(54, 20, 66, 40)], False)],
    ids=["a hyphen", "a dash", "a 1", "what a fax leaves of a 0", "a line through the cell", "a digit"])
def test_only_one_unbroken_stroke_wider_than_high_lies_flat(strokes: list[tuple[int, int, int, int]], flat: bool) -> None:
    assert [line.flat for line in _ink(*strokes)] == [flat]


def _reading(text: str, **chances: float) -> LineReading:
    names = {"zero": "0", "one": "1", "dash": "-", "slash": "/"}
    row = np.zeros(len(SYMBOLS) + 1, np.float32)
    for name, chance in chances.items():
        row[SYMBOLS.index(names[name]) + 1] = chance
    row[0] = 1.0 - row.sum()
    return LineReading(text, (max(chances.values(), default=0.6),), ((0.0, 1.0),), row[None])


def _cell(column: int, row: int = 0) -> GridCell:
    """A cell 80 pixels wide and 40 high."""
    box = Box(column * 80 * PIXEL, row * 40 * PIXEL, (column + 1) * 80 * PIXEL, (row + 1) * 40 * PIXEL)
    return GridCell(row, column, 1, 1, box)


def _stroke(column: int, reading: LineReading, top: int = 19, row: int = 0) -> tuple[GridCell, list[CellReading]]:
    """A flat stroke of 8 by 3 pixels in a cell."""
    return _cell(column, row), [CellReading(InkLine(column * 80 + 36, row * 40 + top, column * 80 + 44, row * 40 + top + 3,
                                                    flat=True), reading)]


def _digit(column: int, row: int = 0, height: int = 18, text: str = "0", **chances: float) -> tuple[GridCell, list[CellReading]]:
    top = row * 40 + 20 - height // 2
    return _cell(column, row), [CellReading(InkLine(column * 80 + 34, top, column * 80 + 46, top + height),
                                            _reading(text, **(chances or {"zero": 0.999})))]


ONE, NOTHING = _reading("1", one=0.95), _reading("•")


def _texts(cells: list[tuple[GridCell, list[CellReading]]]) -> list[str | None]:
    return [number.text if number is not None else None for number in read_numbers(cells)]


def test_flat_strokes_beside_each_other_are_dashes_whatever_they_read_as() -> None:
    row = [_stroke(0, ONE), _stroke(1, NOTHING), _stroke(2, _reading("-", dash=0.9)), _digit(3)]
    found = read_numbers(row)
    assert _texts(row) == ["-", "-", "-", "0"]
    assert all(number is not None and number.confidence >= 0.9 for number in found)


def test_a_flat_stroke_by_itself_that_reads_as_a_digit_is_a_doubted_dash() -> None:
    [number, *_] = read_numbers([_stroke(0, ONE), _digit(1), _digit(2)])
    assert number is not None and number.text == "-" and number.confidence <= 0.5 and number.alternatives == (("1", 0.5),)


def test_one_that_reads_as_nothing_is_left_alone() -> None:
    assert read_numbers([_stroke(0, NOTHING), _digit(1), _digit(2)])[0] is None


@pytest.mark.parametrize("top", [28, 7], ids=["at the foot of digits", "at their head"])
def test_flat_strokes_that_do_not_stand_at_the_middle_of_digits_are_no_dashes(top: int) -> None:
    row = [_stroke(column, ONE, top) for column in range(3)] + [_digit(3), _digit(4)]
    assert _texts(row)[:3] == ["1", "1", "1"]


def test_dashes_of_one_width_all_over_a_table_are_sure_though_each_stands_alone() -> None:
    table = [cell for row in range(4) for cell in (_stroke(row, ONE, row=row), _digit(row + 4, row))]
    assert [number.confidence for number in read_numbers(table)[::2] if number] == [0.9] * 4


def test_a_second_look_makes_no_digit_of_a_dash() -> None:
    lines = _stroke(0, ONE)[1]
    first = NumberReading("-", 0.5, ())
    assert better_number(lines, first, NumberReading("1", 0.99, ())) is first


def test_the_word_for_nothing_among_numbers_is_no_digit() -> None:
    none = _cell(3), [CellReading(InkLine(270, 10, 290, 30), _reading("无", zero=0.2))]
    assert read_numbers([_digit(0), _digit(1), _digit(2), none])[3] is None


def test_the_word_for_nothing_is_sure_where_it_fills_a_column() -> None:
    column = [(_cell(0, row), [CellReading(InkLine(30, row * 40 + 10, 50, row * 40 + 30), _reading("无", zero=0.2))])
              for row in range(3)]
    assert [(number.text, number.confidence) for number in read_numbers(column) if number] == [("无", 0.9)] * 3


def test_a_number_higher_than_the_digits_of_its_table_is_doubted() -> None:
    row = [_digit(column) for column in range(4)] + [_digit(4, height=27, text="6"), _digit(5, height=20)]
    high, usual = read_numbers(row)[4:]
    assert high is not None and high.confidence <= 0.7
    assert usual is not None and usual.confidence > 0.9


def test_a_row_in_larger_type_is_not_doubted() -> None:
    rows = [_digit(column) for column in range(6)] + [_digit(column, 1, 27) for column in range(3)]
    assert all(number is not None and number.confidence > 0.9 for number in read_numbers(rows))


def _slash(column: int, row: int) -> tuple[GridCell, list[CellReading]]:
    return _digit(column, row, text="/", slash=0.99)


def test_what_cannot_be_read_among_nothing_but_slashes_is_likely_one_and_doubted() -> None:
    table = [_slash(column, row) for row in range(4) for column in range(5)]
    table[7] = _digit(2, 1, text="4", one=0.3)
    table[13] = _cell(3, 2), [CellReading(InkLine(260, 90, 300, 110), _reading("V"))]
    spoilt = [read_numbers(table)[index] for index in (7, 13)]
    assert [(number.text, number.confidence) for number in spoilt if number] == [("/", 0.5)] * 2


@pytest.mark.parametrize(("text", "doubted"), [("1", True), ("0", False)])
def test_a_sure_number_among_nothing_but_slashes_stays_and_is_doubted_if_a_slash_may_read_so(text: str, doubted: bool) -> None:
    table = [_slash(column, row) for row in range(4) for column in range(5)]
    table[7] = _digit(2, 1, text="1", one=0.999) if text == "1" else _digit(2, 1, text="0", zero=0.999)
    number = read_numbers(table)[7]
    assert number is not None and number.text == text and (number.confidence <= 0.5) is doubted


def test_a_doubtful_number_in_a_column_of_slashes_but_a_row_of_numbers_stays() -> None:
    table = [_slash(0, row) for row in range(5)] + [_digit(column, 2) for column in range(1, 6)]
    table[2] = _digit(0, 2, text="4", one=0.3)
    number = read_numbers(table)[2]
    assert number is not None and number.text == "1"


def _leaning(column: int, text: str) -> tuple[GridCell, list[CellReading]]:
    """A stroke that leans, of which the recogniser is not sure enough to name it a slash."""
    return _cell(column), [CellReading(InkLine(column * 80 + 36, 10, column * 80 + 46, 30, leaning=True),
                                       _reading(text, slash=0.5, one=0.4))]


def test_two_strokes_that_lean_and_read_as_slashes_though_unsurely_are_slashes() -> None:
    row = [_leaning(0, "/"), _leaning(1, "/"), _digit(2)]
    assert [(number.text, number.confidence) for number in read_numbers(row) if number][:2] == [("/", 0.9)] * 2


def test_a_single_one_is_a_doubted_slash() -> None:
    [number, *_] = read_numbers([_leaning(0, "/"), _digit(1), _digit(2)])
    assert number is not None and (number.text, number.confidence) == ("/", 0.5)

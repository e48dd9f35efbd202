"""What the recogniser's probabilities are taken for: numbers, marks, and what is too doubtful to be a mark."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from extractor.document import UNREADABLE, Box
from extractor.layout.grid import GridCell
from extractor.read.ocr import LineReading
from extractor.read.scan.cells import InkLine
from extractor.read.scan.digits import SYMBOLS
from extractor.read.scan.numbers import (
    CellReading,
    NumberReading,
    better_number,
    read_number,
    read_numbers,
    surest,
)


def _line(text: str, **chances: float) -> LineReading:
    """A reading of one character whose symbols have these probabilities, and the blank the rest."""
    names = {"slash": "/", "zero": "0", "one": "1", "dash": "-"}
    row = np.zeros(len(SYMBOLS) + 1, np.float32)
    for name, chance in chances.items():
        row[SYMBOLS.index(names[name]) + 1] = chance
    row[0] = 1.0 - row.sum()
    return LineReading(text, (max(chances.values()),), ((0.0, 1.0),), row[None])


def test_a_sure_slash_is_what_it_is() -> None:
    number = read_number(_line("/", slash=0.97, zero=0.01))
    assert number is not None and number.text == "/"


def test_an_unsure_slash_is_the_number_it_may_be_and_doubted() -> None:
    number = read_number(_line("/", slash=0.4, zero=0.3))
    assert number is not None and number.text == "0" and number.confidence <= 0.5
    assert number.alternatives[0][0] == "/"


def test_an_unsure_stroke_that_can_be_no_number_is_unreadable_not_blank() -> None:
    number = read_number(_line("-", dash=0.5))
    assert number is not None and (number.text, number.confidence) == (UNREADABLE, 0.0)


def _digits(*steps: dict[str, float], text: str = "") -> LineReading:
    """A reading whose steps have these probabilities of symbols; a blank step stands between any two."""
    rows = []
    for chances in steps:
        row = np.zeros(len(SYMBOLS) + 1, np.float32)
        for symbol, chance in chances.items():
            row[SYMBOLS.index(symbol) + 1] = chance
        row[0] = 1.0 - row.sum()
        rows += [row, np.eye(1, len(SYMBOLS) + 1, 0, dtype=np.float32)[0]]
    read = text or "".join(max(chances, key=lambda symbol: chances[symbol]) for chances in steps)
    return LineReading(read, (0.6,) * len(read), ((0.0, 1.0),) * len(read), np.array(rows))


def test_no_number_begins_with_a_zero_that_means_nothing() -> None:
    number = read_numbers([(_cell(0, column), [CellReading(InkLine(0, 0, 16, 24), reading)]) for column, reading in enumerate(
        [_digits({"0": 0.99}), _digits({"0": 0.99}), _digits({"0": 0.9}, {"1": 0.6})])])[2]
    assert number is not None and number.text == "0" and number.confidence < 0.75


def test_a_blurred_label_in_a_row_of_numbers_is_none_of_them() -> None:
    label = CellReading(InkLine(0, 0, 130, 24), _digits({"0": 0.3}, {"0": 0.3}, {"1": 0.3}, text="(c)eit"))
    row = [(_cell(0, column), [CellReading(InkLine(0, 0, 16, 24), _digits({"0": 0.99}))]) for column in range(1, 5)]
    assert read_numbers([(_cell(0, 0), [label]), *row])[0] is None


def test_the_reading_that_most_forms_of_a_crop_agree_on_is_the_surest() -> None:
    found = surest([_digits({"0": 0.7}), _digits({"0": 0.8}), _digits({"6": 0.9}), _line("?", zero=0.1)])
    assert found is not None and found.text == "0"


def test_a_second_look_at_the_digits_alone_does_not_take_a_minus_sign_away() -> None:
    first = NumberReading("-3", 0.5, ())
    assert better_number([], first, NumberReading("3", 0.99, ())) is first


def _stroke(column: int, leaning: bool, **chances: float) -> tuple[GridCell, list[CellReading]]:
    text = "/" if chances.get("slash", 0.0) > 0.5 else "1"
    return _cell(0, column), [CellReading(InkLine(0, 0, 7, 20, leaning=leaning), _line(text, **chances))]


def test_strokes_that_lean_among_slashes_are_slashes_though_they_read_as_a_1() -> None:
    row = [_stroke(0, True, one=0.999), _stroke(1, True, slash=0.99), _stroke(2, True, one=0.9)]
    assert [(number.text, number.confidence) for number in read_numbers(row) if number] == [
        ("/", 0.9), ("/", pytest.approx(0.99, abs=0.01)), ("/", 0.9)]


def test_one_that_leans_by_itself_is_doubted() -> None:
    number = read_numbers([_stroke(0, True, one=0.999), _stroke(1, False, zero=0.99), _stroke(2, False, zero=0.99)])[0]
    assert number is not None and number.text == "1" and number.confidence <= 0.5 and number.alternatives[0][0] == "/"


def test_an_upright_1_among_slashes_is_a_1() -> None:
    row = [_stroke(0, False, one=0.999), _stroke(1, True, slash=0.99), _stroke(2, True, slash=0.99)]
    number = read_numbers(row)[0]
    assert number is not None and number.text == "1" and number.confidence > 0.9


def _cell(row: int, column: int) -> GridCell:
    return GridCell(row, column, 1, 1, Box(40.0 * column, 20.0 * row, 40.0 * column + 40, 20.0 * row + 20))


@pytest.mark.parametrize(("text", "number"), [
    ("/80455", "80455"), ("0一", "0"), ("•0", "0"), ("0.", "0"), ("12．", None), ("1.", None), ("三", None)])
def test_a_number_beside_a_stroke_or_dust_is_a_number_and_doubted(text: str, number: str | None) -> None:
    reading = LineReading(text, (0.9,) * len(text), ((0.0, 1.0),) * len(text), np.eye(1, len(SYMBOLS) + 1, 0, dtype=np.float32))
    [found] = read_numbers([(_cell(0, 0), [CellReading(InkLine(0, 0, 60, 20), reading)])])
    assert (found.text if found else None) == number
    assert found is None or found.confidence <= 0.5


def test_a_number_of_several_digits_with_a_mark_above_it_is_a_number_and_a_label_with_a_digit_below_is_none() -> None:
    ink = InkLine(0, 0, 60, 20)
    digits = _digits({"3": 0.99}, {"1": 0.99}, {"2": 0.99})
    [found] = read_numbers([(_cell(0, 0), [CellReading(ink, _line("力", one=0.1)), CellReading(ink, digits)])])
    assert found is not None and found.text == "312" and found.confidence <= 0.5
    label = LineReading("规章", (0.9, 0.9), ((0.0, 1.0),) * 2, digits.chosen)
    assert read_numbers([(_cell(0, 0), [CellReading(ink, label), CellReading(ink, _line("1", one=0.9))])]) == [None]


def test_a_second_look_that_holds_some_of_digits_set_wide_apart_does_not_take_the_others_away() -> None:
    wide = [CellReading(InkLine(0, 0, 80, 20), _digits({"1": 0.9}, {"3": 0.9}, {"7": 0.9}))]
    first, found = NumberReading("137", 0.2, ()), NumberReading("3", 0.9, ())
    assert better_number(wide, first, found) == first
    crossed = [CellReading(InkLine(0, 0, 80, 20, uneven=True), wide[0].reading)]
    assert (better_number(crossed, first, found) or first).text == "3"


def test_a_second_look_takes_no_digit_from_a_number_whose_digits_were_all_sure() -> None:
    lines = [CellReading(InkLine(0, 0, 40, 17, uneven=True), _digits({"6": 0.99}, {"6": 0.99}, {"5": 0.99}))]
    first = NumberReading("665", 0.7, ())
    assert better_number(lines, first, NumberReading("66", 0.99, ())) is first


def test_a_number_with_a_hair_far_beside_it_in_a_line_of_its_own_is_read_and_doubted() -> None:
    hair = CellReading(InkLine(150, 0, 160, 13), _line("八", one=0.1))
    digit = CellReading(InkLine(60, 30, 75, 51), _digits({"0": 0.99}))
    [found] = read_numbers([(_cell(0, 0), [hair, digit])])
    assert found is not None and found.text == "0" and found.confidence <= 0.5
    below = CellReading(InkLine(62, 0, 72, 13), hair.reading)
    assert read_numbers([(_cell(0, 0), [below, digit])]) == [None]


def _narrow(width: float) -> GridCell:
    return GridCell(0, 0, 1, 1, Box(0.0, 0.0, width, 40.0))


def _part(text: str, top: int, wide: int) -> CellReading:
    return CellReading(InkLine(10, top, 10 + wide, top + 17), _line(text, one=0.9))


@pytest.mark.parametrize(("first", "number"), [("5,82", "5,822"), ("5.82", "5,822"), ("1582", "15822")])
def test_a_number_broken_in_a_narrow_cell_is_one_and_never_sure(first: str, number: str) -> None:
    [found] = read_numbers([(_narrow(28.0), [_part(first, 10, 44), _part("2", 42, 10)])])
    assert found is not None and found.text == number and found.confidence <= 0.74


def test_two_numbers_in_a_cell_with_room_for_both_are_not_one() -> None:
    [found] = read_numbers([(_narrow(80.0), [_part("1582", 10, 44), _part("2", 42, 10)])])
    assert found is None or found.text != "15822"


def test_two_numbers_as_far_apart_as_rows_are_not_one() -> None:
    [found] = read_numbers([(_narrow(28.0), [_part("1582", 10, 44), _part("2", 60, 10)])])
    assert found is None or found.text != "15822"

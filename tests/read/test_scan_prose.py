"""Marks in tables without upright rulings that the first reading makes nothing of: no number is taken for a blank."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

cv2 = pytest.importorskip("cv2")

from extractor.document import Box, Word  # noqa: E402
from extractor.read.ocr import LineReading, TextBox  # noqa: E402
from extractor.read.scan.cells import without_rulings  # noqa: E402
from extractor.read.scan.digits import ASKED  # noqa: E402
from extractor.read.scan.prose import confirmed, unread_marks  # noqa: E402
from extractor.read.scan.words import PIXEL, line_word  # noqa: E402

Pixels = NDArray[np.uint8]
COLUMNS, ROWS = (200, 300, 400, 500), (200, 260, 320)
MARK = TextBox(COLUMNS[0], ROWS[1] - 4, 28, 40, 0.0, 0.9)
"""Where the detector sees a 0 and the speck above it."""


class _Reader:
    """Reads a 0 in every crop, or nothing; keeps the crops."""

    def __init__(self, text: str) -> None:
        self.text, self.crops = text, list[Pixels]()

    def find_lines(self, grey: Pixels) -> list[TextBox]:
        raise NotImplementedError

    def read(self, crops: Sequence[Pixels], asked: Sequence[str] = ()) -> list[LineReading]:
        self.crops += crops
        chosen = np.full((3, 1 + len(ASKED)), 1e-6, np.float32)
        chosen[:, 0] = 1.0
        if self.text:
            chosen[1, 0], chosen[1, 1] = 0.01, 0.99
        return [LineReading(self.text, (0.99,) * len(self.text), ((0.3, 0.6),) * len(self.text), chosen)] * len(crops)


def _page() -> Pixels:
    page = np.full((500, 700), 250, np.uint8)
    for y in ROWS:
        for x in COLUMNS:
            cv2.ellipse(page, (x, y), (6, 11), 0, 0, 360, 40, 3)
    page[ROWS[1] - 24:ROWS[1] - 20, COLUMNS[0] - 2:COLUMNS[0] + 2] = 40
    return page


def _numbers(*left_out: tuple[int, int]) -> list[Word]:
    boxes = [Box((x - 6) * PIXEL, (y - 11) * PIXEL, (x + 6) * PIXEL, (y + 11) * PIXEL)
             for x in COLUMNS for y in ROWS if (x, y) not in left_out]
    return [Word("0", box, (box.x0, box.x1)) for box in boxes]


def test_a_mark_in_a_row_and_a_column_of_numbers_is_read_again_without_its_speck_and_stays_doubtful() -> None:
    reader = _Reader("0")
    [word] = unread_marks([MARK], _numbers((COLUMNS[0], ROWS[1])), without_rulings(_page(), []), reader)
    assert word.text == "0" and word.confidence <= 0.5
    [seen] = reader.crops
    assert not (seen[:5] < 150).any()


def test_a_mark_that_reads_as_nothing_there_is_no_blank() -> None:
    [word] = unread_marks([MARK], _numbers((COLUMNS[0], ROWS[1])), without_rulings(_page(), []), _Reader(""))
    assert (word.text, word.confidence) == ("?", 0.0)


def test_a_mark_outside_the_columns_of_numbers_is_dirt() -> None:
    stray = TextBox(620, ROWS[1], 28, 40, 0.0, 0.9)
    assert not list(unread_marks([stray], _numbers(), without_rulings(_page(), []), _Reader("0")))


def _line(text: str) -> tuple[TextBox, list[Word]]:
    """A number read on its line, surely, and where it stands: the last of the page's column."""
    x, y = COLUMNS[-1], ROWS[-1]
    box = Box((x - 6) * PIXEL, (y - 11) * PIXEL, (x + 6) * PIXEL, (y + 11) * PIXEL)
    return TextBox(x, y, 44, 34, 0.0, 0.9), [Word(text, box, (box.x0, box.x1))]


def test_a_number_whose_own_ink_reads_as_another_is_never_sure() -> None:
    sheet = without_rulings(_page(), [])
    word, = confirmed([_line("8")], sheet, _Reader("0"))
    assert (word.text, word.confidence) == ("8", 0.5)


def test_a_number_whose_own_ink_reads_as_the_same_stays_sure() -> None:
    sheet = without_rulings(_page(), [])
    word, = confirmed([_line("0")], sheet, _Reader("0"))
    assert (word.text, word.confidence) == ("0", 1.0)


def test_a_number_with_a_stroke_at_another_height_is_never_sure() -> None:
    page = _page()
    x, y = COLUMNS[-1], ROWS[-1]
    page[y - 14:y + 2, x + 14:x + 17] = 40
    word, = confirmed([_line("0")], without_rulings(page, []), _Reader("0"))
    assert word.confidence == 0.5


def test_digits_that_make_no_number_are_never_sure() -> None:
    reading = LineReading("0702", (0.99,) * 4, tuple((i / 4, (i + 1) / 4) for i in range(4)),
                          np.full((3, 1 + len(ASKED)), 1e-6, np.float32))
    word, = line_word(reading, 100, 160, 200, 222, None)
    assert (word.text, word.confidence) == ("0702", 0.5)


@pytest.mark.parametrize(("slant", "doubted"), [(14, True), (0, False)])
def test_a_slash_that_reads_as_a_1_is_doubted_and_an_upright_1_is_not(slant: int, doubted: bool) -> None:
    page = np.full((500, 700), 250, np.uint8)
    x, y = COLUMNS[-1], ROWS[-1]
    cv2.line(page, (x - slant // 2, y + 11), (x + slant // 2, y - 11), 40, 3)
    word, = confirmed([_line("1")], without_rulings(page, []), _Reader(""))
    assert (word.confidence <= 0.5) is doubted

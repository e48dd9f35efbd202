"""Cells of tables in plain lines are as sure as the words that were read there."""

from __future__ import annotations

from extractor.document import Box, Cell, Page, Place, Source, Table, Word
from extractor.layout.doubts import as_sure_as_read

LINE = Place(1, Box(100, 50, 400, 62))


def _word(text: str, x: float, confidence: float, other: str = "") -> Word:
    box = Box(x, 51, x + 8, 61)
    return Word(text, box, (box.x0, box.x1), confidence=confidence, alternatives=((other, 0.3),) if other else ())


def _page(*words: Word, source: Source = Source.OCR) -> Page:
    return Page(1, 595, 842, words, source=source)


def _read(texts: tuple[str, ...], page: Page, confidence: float = 1.0) -> list[tuple[float, int]]:
    cells = tuple(Cell(0, i, text, place=LINE, confidence=confidence) for i, text in enumerate(texts))
    table, = as_sure_as_read([Table(cells, 1, len(texts), ragged=True)], [page])
    assert isinstance(table, Table)
    return [(cell.confidence, len(cell.alternatives)) for cell in table.cells]


def test_each_cell_of_a_line_is_as_sure_as_its_own_word() -> None:
    page = _page(_word("0", 300, 0.5, "6"), _word("行政许可", 110, 0.99), _word("0", 200, 0.97))
    assert _read(("行政许可", "0", "0"), page) == [(0.99, 0), (0.97, 0), (0.5, 1)]


def test_a_cell_that_is_no_word_of_its_line_is_as_sure_as_the_least_sure_one() -> None:
    page = _page(_word("2", 200, 0.9), _word("44", 220, 0.4))
    assert _read(("24", "4"), page) == [(0.4, 0), (0.4, 0)]


def test_a_table_with_confidences_of_its_own_and_one_of_a_born_digital_page_stay_as_they_are() -> None:
    assert _read(("0",), _page(_word("0", 200, 0.5)), confidence=0.8) == [(0.8, 0)]
    assert _read(("0",), _page(_word("0", 200, 0.5), source=Source.PDF)) == [(1.0, 0)]


def test_a_blank_is_unproven_where_no_cell_was_looked_into() -> None:
    assert _read(("0", ""), _page(_word("0", 200, 0.97))) == [(0.97, 0), (0.5, 0)]
    assert _read(("0", ""), _page(_word("0", 200, 0.97), source=Source.PDF)) == [(1.0, 0), (1.0, 0)]

"""How sure the cells of tables in plain lines are: as sure as the words that were read there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from extractor.document import Cell, Page, Paragraph, Source, Table, Word

AROUND = 1.0
"""Points by which a word's middle may lie outside of its cell."""
UNPROVEN = 0.5
"""Confidence in a blank of such a table: that no word was found there does not prove that no ink is."""


def as_sure_as_read(blocks: Sequence[Paragraph | Table], pages: Sequence[Page]) -> list[Paragraph | Table]:
    """The blocks; on scanned pages, cells made of lines of text get the confidence and the other readings of their words.

    Tables that have confidences already are left as they are.
    """
    words = {page.number: page.words for page in pages if page.source is Source.OCR}
    return [_table(block, words) if isinstance(block, Table) and words and
            all(cell.confidence == 1.0 for cell in block.cells) else block for block in blocks]


def _table(table: Table, words: dict[int, tuple[Word, ...]]) -> Table:
    cells: list[Cell] = []
    for _, group in groupby(table.cells, key=lambda cell: (cell.row, cell.place)):
        line = list(group)
        there = words.get(line[0].place.page)
        cells += line if there is None else _line(line, _inside(line[0], there))
    return replace(table, cells=tuple(cells))


def _inside(cell: Cell, words: Sequence[Word]) -> list[Word]:
    """The words in a cell's place, which may be its whole line, left to right."""
    box = cell.place.box
    if box is None:
        return []
    return sorted((word for word in words if box.x0 - AROUND <= word.box.centre[0] <= box.x1 + AROUND
                   and box.top - AROUND <= word.box.centre[1] <= box.bottom + AROUND), key=lambda word: word.box.x0)


def _line(cells: Sequence[Cell], words: Sequence[Word]) -> list[Cell]:
    """The cells of one place. As many words as cells with one text are these cells, in their order; a cell that is no word
    is as sure as the least sure of them all.
    """
    alike: dict[str, list[Word]] = {cell.text: [word for word in words if word.text == cell.text] for cell in cells}
    counts = Counter(cell.text for cell in cells)
    seen: Counter[str] = Counter()
    found = []
    for cell in cells:
        same = alike[cell.text]
        if cell.text and len(same) == counts[cell.text]:
            word = same[seen[cell.text]]
            seen[cell.text] += 1
            found.append(replace(cell, confidence=word.confidence, alternatives=word.alternatives))
        elif cell.text:
            found.append(replace(cell, confidence=min(word.confidence for word in same or words)) if words else cell)
        else:
            found.append(replace(cell, confidence=UNPROVEN))
    return found

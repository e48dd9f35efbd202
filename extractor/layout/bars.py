"""Dumps of web tables with a cell a line, each closed by a bar: cells gathered into rows, blank ones kept.

    信息内容 |            A lone bar is a blank cell, or only opens a row; several bars alone fill up the columns that a
    规章 |                spanning cell covers. So blanks before a label are dropped, and blanks at the end of a row too
    0 |                   where they would make it longer than every row is up to its last number.
    |
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractor.document import Place, TextLine
from extractor.layout.rows import VALUE, Row
from extractor.layout.sections import section_of

FEWEST = 10
"""Lines closed by a bar that make a dump of a text."""
LONGEST_PART = 20
"""Characters of a line without a bar that can be the beginning of the next line's cell."""
_FILLING = re.compile(r"\|(?:\s*\|)+")
_CELL = re.compile(r"(?P<text>[^|]*?)\s*\|(?P<filling>(?:\s*\|)*)")


def is_bar_dump(lines: Sequence[TextLine]) -> bool:
    """True if most lines with a bar hold one cell and the bar that closes it, or nothing but bars."""
    barred = [line.text.strip() for line in lines if "|" in line.text]
    single = sum(bool(_CELL.fullmatch(text)) for text in barred)
    numbers = sum(bool(re.fullmatch(VALUE, text.rstrip("|").strip())) for text in barred)
    return numbers >= FEWEST and single > 0.8 * len(barred)


def bar_rows(lines: Sequence[TextLine]) -> Iterator[Row | TextLine]:
    """The rows of a dump for which `is_bar_dump` holds, and in their place the lines that are no cells."""
    run: list[Row] = []
    for item in _gathered(lines):
        if isinstance(item, Row):
            run.append(item)
            continue
        if item.text.strip():
            yield from _trimmed(run)
            run = []
        yield item
    yield from _trimmed(run)


def _gathered(lines: Sequence[TextLine]) -> Iterator[Row | TextLine]:
    """Rows, each a label with the values and blanks that follow it, and the lines between tables."""
    cells: list[tuple[str, Place]] = []
    begun: list[TextLine] = []
    for line in lines:
        found = _CELL.fullmatch(line.text.strip())
        if found is None:
            if cells and _can_begin(line.text):
                begun.append(line)
                continue
            yield from _row(cells)
            yield from begun
            cells, begun = [], []
            yield line
            continue
        text = "\n".join([*(part.text.strip() for part in begun), found["text"].strip()]).strip()
        begun = []
        if _FILLING.fullmatch(line.text.strip()):
            continue
        if text and not re.fullmatch(VALUE, text):
            yield from _row(cells)
            cells = []
        if text or cells:
            cells.append((text, line.where))
    yield from _row(cells)
    yield from begun


def _can_begin(text: str) -> bool:
    """True for a line that the next line may go on: short, no heading, no sentence."""
    bare = text.strip()
    return "|" not in bare and len(bare) <= LONGEST_PART and section_of(bare) is None and not bare.endswith("。")


def _row(cells: Sequence[tuple[str, Place]]) -> Iterator[Row]:
    if cells:
        yield Row(tuple(cells))


def _filled(row: Row) -> int:
    """How many cells a row has up to the last that holds anything."""
    return max(at for at, (text, _) in enumerate(row.cells, 1) if text)


def _trimmed(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows without the blanks at their ends that only fill up columns."""
    longest = max((length for row in rows if (length := _filled(row)) > 2), default=1)
    for row in rows:
        cells = list(row.cells)
        while len(cells) > max(1, longest) and not cells[-1][0]:
            cells.pop()
        if len(cells) > 1 and not any(text for text, _ in cells[1:]) and longest == 1:
            cells = cells[:1]
        yield Row(tuple(cells))

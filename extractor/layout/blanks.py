"""Dumps that put one blank behind each cell: empty cells leave runs of blanks, which say how many they are.

    一、本年新收政府信息公开申请数量 5 2     7        seven cells, of which four are empty

Texts of fixed width look alike, but there hardly any two cells stand one blank apart; and runs of blanks count only if
other rows have as many cells, or if a row without a label has many.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from extractor.document import TextLine
from extractor.layout.bands import FULL_ROW
from extractor.layout.rows import VALUE, Row

SINGLE = 0.5
"""Share of gaps before numbers that are one blank wide, from which a dump puts one blank behind each cell."""
FEWEST_GAPS = 10
"""Gaps before numbers from which their widths tell anything."""
_GAP = re.compile(rf"(?<=\S)(?P<gap> +)(?={VALUE}(?:\s|$))")


def blank_kept_rows(lines: Sequence[TextLine]) -> Mapping[int, Row]:
    """The rows with empty cells, by line number; none if the text is no such dump. Costs O(characters)."""
    gaps = [len(found["gap"]) for line in lines if "\t" not in line.text and "|" not in line.text
            for found in _GAP.finditer(line.text.rstrip("\r\n"))]
    if len(gaps) < FEWEST_GAPS or gaps.count(1) < SINGLE * len(gaps):
        return {}
    split = {line.number: _split(line) for line in lines if "\t" not in line.text and "|" not in line.text}
    sizes = Counter(_size(row) for row in split.values())
    whole = Counter(_size(row) for row in split.values() if all(text for text, _ in row.cells))
    return {number: row for number, row in split.items() if _counts(row, sizes, whole)}


def _split(line: TextLine) -> Row:
    """The line's label, if it has one, and its cells, each of which ends at a single blank."""
    fields = line.text.rstrip("\r\n").split(" ")
    first = len(fields)
    while first and (not fields[first - 1] or re.fullmatch(VALUE, fields[first - 1])):
        first -= 1
    label = " ".join(fields[:first]).strip()
    return Row(tuple((text, line.where) for text in ([label] if label else [""]) + fields[first:]))


def _size(row: Row) -> int:
    return len(row.cells) - 1


def _counts(row: Row, sizes: Mapping[int, int], whole: Mapping[int, int]) -> bool:
    """True if the row's runs of blanks stand for cells: others are as long, and more than have only its numbers."""
    size = _size(row)
    filled = sum(bool(text) for text, _ in row.cells[1:])
    if filled == size or size < 2:
        return False
    unlabelled = not row.cells[0][0]
    alone = unlabelled and filled > 0 and size >= FULL_ROW
    return alone or (not unlabelled and sizes[size] >= 2 and sizes[size] > whole.get(filled, 0))

"""Reads the boxes of every character back from the PDF that was made, and sorts them by cell and paragraph."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractor.document import Box
from training.corpus.pages.pdf import drawn
from training.corpus.pages.sheet import Composed, Owner, Run

TOLERANCE = 0.5
"""Points that the centre of a character may lie outside its cell."""


class ReadbackError(AssertionError):
    """The file does not hold what was laid out; the message names the page and both texts."""


@dataclass(frozen=True, slots=True)
class Char:
    """A character as the file has it: `offset` counts in the text of its owner."""

    owner: Owner
    offset: int
    text: str
    page: int
    box: Box


def read_back(pdf: bytes, composed: Composed) -> dict[Owner, list[Char]]:
    """The characters of each owner, in text order, with the boxes that a PDF reader finds.

    Raises `ReadbackError` if the characters of a page are not those that were laid out, one by one and in order, or
    one of a cell lies outside the cell.
    """
    import pdfplumber

    found: dict[Owner, list[Char]] = defaultdict(list)
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        for number, (page, sheet) in enumerate(zip(document.pages, composed.sheets, strict=True), start=1):
            planned = [entry for run in sheet.runs for entry in _planned(run)]
            chars = page.chars
            if len(chars) != len(planned):
                raise ReadbackError(f"page {number}: {len(chars)} characters, {len(planned)} were laid out")
            for char, (text, owner, offset) in zip(chars, planned, strict=True):
                if char["text"] != text:
                    raise ReadbackError(f"page {number}: {char['text']!r} where {text!r} was laid out")
                if owner is not None:
                    box = Box(float(char["x0"]), float(char["top"]), float(char["x1"]), float(char["bottom"]))
                    found[owner].append(Char(owner, offset, text, number, box))
            page.close()
    for chars_of_owner in found.values():
        chars_of_owner.sort(key=lambda char: (char.offset, char.page))
    _check_cells(found, composed)
    return dict(found)


def _planned(run: Run) -> Iterator[tuple[str, Owner | None, int]]:
    """The characters of a run as they are written; the second print of an overprinted bold has no owner."""
    seen: set[int] = set()
    for _, glyphs, _ in drawn(run):
        for glyph in glyphs:
            again = glyph.offset in seen
            seen.add(glyph.offset)
            yield glyph.char, None if again else run.owner, glyph.offset


def _check_cells(found: dict[Owner, list[Char]], composed: Composed) -> None:
    areas: dict[tuple[Owner, int], Box] = {(region.owner, region.page): region.box for region in composed.regions}
    for owner, chars in found.items():
        if owner.kind != "cell":
            continue
        for char in chars:
            box = areas.get((owner, char.page))
            x, y = char.box.centre
            if box is None or not Box(box.x0 - TOLERANCE, box.top - TOLERANCE, box.x1 + TOLERANCE,
                                      box.bottom + TOLERANCE).contains(x, y):
                raise ReadbackError(f"page {char.page}: {char.text!r} of cell {owner.number} lies outside it")


def lines_of(chars: Sequence[Char]) -> list[tuple[int, Box]]:
    """The boxes of a run of characters: (page, box), one a line, in reading order; text set sideways is one line."""
    made: list[tuple[int, Box]] = []
    for char in chars:
        if made and made[-1][0] == char.page and _goes_on(made[-1][1], char.box):
            made[-1] = (char.page, Box.around((made[-1][1], char.box)))
        else:
            made.append((char.page, char.box))
    return made


def _goes_on(line: Box, box: Box) -> bool:
    """True if a character stands at the line's end: to its right, or, in text that runs upwards, on top of it."""
    level = abs(line.centre[1] - box.centre[1]) < 0.6 * max(line.height, box.height) and box.x0 >= line.x0 - 1
    same_column = abs(line.x0 - box.x0) < 0.5 and abs(line.x1 - box.x1) < 0.5
    return level or (same_column and box.bottom <= line.top + 1)

"""Lines of a page to paragraphs: joined over line and page breaks, without page numbers and running headers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from extractor.document import Page, Paragraph, Piece, Place
from extractor.layout.lines import TextRun

PAGE_NUMBER = re.compile(r"[\s\-—–－―~·.]*(第\s*)?\d{1,4}(\s*页)?"
                         r"(\s*[/／]\s*\d{1,4}|[,，]?\s*共\s*\d{1,4}\s*页)?[\s\-—–－―~·.]*")
MARGIN = 0.12
"""Share of a page's height at top and foot where page numbers and running headers stand."""
OPENS = re.compile(r"^(#{1,6}\s|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]"
                   r"|\d{1,2}[.．、](?!\d))")
ENDS = tuple("。！？!?；;：:”）)")
UNBREAKABLE = re.compile(r"[《〈“‘（【〔(\[]*(?:[A-Za-z0-9.,%/:@_+-]+|.)[》〉”’）】〕，。、；：！？)\],.%;:]*")
"""The start of a line that could not have stood on the line above alone: a number or word whole, no mark apart."""
NOTE = 0.9
"""Size of a note's print against that of running text, at most."""
STEP = 0.5
"""Points by which print of one size may differ."""
INDENT = 1.2
"""Character sizes from the margin from which a line is indented."""
FURTHEST_INDENT = 4.5
"""Character sizes from the margin from which a line is centred rather than indented."""
HABIT = 3
"""Indented lines that show that paragraphs are indented."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of text on a page, with its running order on the whole document."""

    page: int
    run: TextRun


@dataclass(frozen=True, slots=True)
class _Column:
    """The margins of running text in points, and whether its paragraphs are indented."""

    left: float
    right: float
    indents: bool


def drop_marginalia(lines: Sequence[Placed], pages: Sequence[Page]) -> list[Placed]:
    """Leaves out page numbers, and short lines that come back at the margin of three pages or more."""
    heights = {page.number: page.height for page in pages}

    def marginal(line: Placed) -> bool:
        height = heights[line.page]
        return line.run.box.bottom < MARGIN * height or line.run.box.top > (1 - MARGIN) * height

    repeated = Counter(re.sub(r"\d+", "#", line.run.text) for line in lines if marginal(line))
    return [line for line in lines if not marginal(line) or not (
        PAGE_NUMBER.fullmatch(line.run.text) or repeated[re.sub(r"\d+", "#", line.run.text)] >= 3)]


def to_paragraphs(lines: Sequence[Placed]) -> list[Paragraph]:
    """Consecutive lines of running text as paragraphs, in order."""
    if not lines:
        return []
    column = _column(lines)
    return [_paragraph(group, column) for group in grouped(lines)]


def grouped(lines: Sequence[Placed]) -> list[list[Placed]]:
    """The lines of each paragraph, in order; a note at the foot of a page follows the paragraph that it interrupts."""
    if not lines:
        return []
    column = _column(lines)
    groups: list[list[Placed]] = []
    notes: list[list[Placed]] = []
    for position, line in enumerate(lines):
        if groups and _is_note(line, groups[-1][-1], lines[position + 1:]):
            notes.append([line])
        elif groups and not _starts(line, groups[-1][-1], column):
            groups[-1].append(line)
        else:
            groups += [*notes, [line]]
            notes = []
    return groups + notes


def _column(lines: Sequence[Placed]) -> _Column:
    left, right = min(line.run.box.x0 for line in lines), max(line.run.box.x1 for line in lines)
    shares = [(line.run.box.x0 - left) / max(line.run.size, 1.0) for line in lines]
    return _Column(left, right, sum(INDENT < share < FURTHEST_INDENT for share in shares) >= HABIT)


def _is_note(line: Placed, before: Placed, after: Sequence[Placed]) -> bool:
    """True for a line of smaller print that ends a page in the middle of a sentence."""
    return (line.run.size < NOTE * before.run.size and not before.run.text.endswith(ENDS) and line.page == before.page
            and bool(after) and after[0].page != line.page and abs(after[0].run.size - before.run.size) < STEP)


def _starts(line: Placed, before: Placed, column: _Column) -> bool:
    """True if a line opens a paragraph: indented, after a line that ends early, of another size, or numbered.

    Where paragraphs are indented, a number at the margin is one of a list within a sentence.
    """
    size = max(line.run.size, 1.0)
    indented = line.run.box.x0 - column.left > INDENT * size
    numbered = bool(OPENS.match(line.run.text)) and not column.indents
    ended_early = column.right - before.run.box.x1 > max(2.0 * size, _unbreakable(line.run) + 0.5 * size)
    other_size = abs(line.run.size - before.run.size) > 0.15 * size
    if line.page != before.page:
        return (indented and before.run.text.endswith(ENDS)) or (ended_early and before.run.text.endswith(ENDS)) \
            or numbered
    far = line.run.box.top - before.run.box.bottom > 1.5 * max(line.run.box.height, before.run.box.height)
    return indented or ended_early or other_size or far or (numbered and before.run.text.endswith(ENDS))


def _unbreakable(run: TextRun) -> float:
    """The width of a line's first part that cannot be broken, in points."""
    found = UNBREAKABLE.match(run.text)
    return run.edges[found.end()] - run.edges[0] if found and found.end() < len(run.edges) else 0.0


def _paragraph(lines: list[Placed], column: _Column) -> Paragraph:
    text = ""
    pieces: list[Piece] = []
    for line in lines:
        if _latin(text[-1:]) and _latin(line.run.text[:1]):
            text += " "
        pieces.append(Piece(len(text), len(text) + len(line.run.text), Place(line.page, line.run.box), line.run.edges))
        text += line.run.text
    first = lines[0].run
    before, after = first.box.x0 - column.left, column.right - first.box.x1
    centred = abs(before - after) < first.size < before
    heading = len(lines) == 1 and len(text) <= 40 and not text.endswith(("。", "；", "，")) and (
        centred or bool(OPENS.match(text)))
    return Paragraph(text, tuple(pieces), heading=heading)


def _latin(char: str) -> bool:
    return char.isascii() and char.isalpha()

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


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of text on a page, with its running order on the whole document."""

    page: int
    run: TextRun


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
    left = min(line.run.box.x0 for line in lines)
    right = max(line.run.box.x1 for line in lines)
    groups: list[list[Placed]] = []
    for line in lines:
        if groups and not _starts(line, groups[-1][-1], left, right):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_paragraph(group, left, right) for group in groups]


def _starts(line: Placed, before: Placed, left: float, right: float) -> bool:
    """True if a line opens a paragraph: indented, after a line that ends early, of another size, or numbered."""
    size = max(line.run.size, 1.0)
    indented = line.run.box.x0 - left > 1.2 * size
    ended_early = right - before.run.box.x1 > 2.0 * size
    other_size = abs(line.run.size - before.run.size) > 0.15 * size
    if line.page != before.page:
        return (indented and before.run.text.endswith(ENDS)) or (ended_early and before.run.text.endswith(ENDS)) \
            or bool(OPENS.match(line.run.text))
    far = line.run.box.top - before.run.box.bottom > 1.5 * max(line.run.box.height, before.run.box.height)
    return indented or ended_early or other_size or far or (
        bool(OPENS.match(line.run.text)) and before.run.text.endswith(ENDS))


def _paragraph(lines: list[Placed], left: float, right: float) -> Paragraph:
    text = ""
    pieces: list[Piece] = []
    for line in lines:
        if _latin(text[-1:]) and _latin(line.run.text[:1]):
            text += " "
        pieces.append(Piece(len(text), len(text) + len(line.run.text), Place(line.page, line.run.box), line.run.edges))
        text += line.run.text
    first = lines[0].run
    before, after = first.box.x0 - left, right - first.box.x1
    centred = abs(before - after) < first.size < before
    heading = len(lines) == 1 and len(text) <= 40 and not text.endswith(("。", "；", "，")) and (
        centred or bool(OPENS.match(text)))
    return Paragraph(text, tuple(pieces), heading=heading)


def _latin(char: str) -> bool:
    return char.isascii() and char.isalpha()

"""Texts whose line breaks are lost: a page copied into one line is parted again at its title and its headings.

    某局2023年政府信息公开工作年度报告 根据…。 一、总体情况 2023年，… （一）主动公开。… 二、主动公开政府信息情况 …
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from extractor.document import TextLine

LONG = 200
"""Characters from which a line may be several."""
FEWEST = 3
"""Headings behind blanks in a line, one of the first level among them, that show it to be several."""
_HEADING = re.compile(r"(?<=\s)[一二三四五六七八九]、(?!本年新收|上年|本年度办理结果|结转)[^\s。；：]{3,30}(?=\s)")
"""A heading of the first level, not a label of table 3 that is numbered like one."""
_SUBHEADING = re.compile(r"(?<=\s)(?=(?:[（(][一二三四五六七八九十]{1,3}[）)]|\d{1,2}、)[^\s\d])")
_TITLE = re.compile(r"^.{6,70}?(?:年度报告|年报|工作报告)(?=\s)")


def unrolled(lines: Sequence[TextLine]) -> Sequence[TextLine]:
    """The lines, those that hold several headings parted; every part keeps the place of its line."""
    if not any(len(line.text) >= LONG for line in lines):
        return lines
    parts = [(part, line) for line in lines for part in _parts(line.text)]
    if len(parts) == len(lines):
        return lines
    return [TextLine(number, part.strip(" \u3000"), line.where) for number, (part, line) in enumerate(parts, 1)]


def _parts(text: str) -> Iterator[str]:
    headings = list(_HEADING.finditer(text)) if len(text) >= LONG else []
    if not headings or len(headings) + len(_SUBHEADING.findall(text)) < FEWEST:
        yield text
        return
    title = _TITLE.match(text[:headings[0].start()])
    cuts = {0, len(text), *(title.span() if title else ()), *(at for found in headings for at in found.span())}
    for start, end in pairwise(sorted(cuts)):
        piece = text[start:end]
        yield from _SUBHEADING.split(piece) if "。" in piece else [piece]  # in a table they are labels of rows

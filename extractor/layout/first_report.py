"""Pages that hold one report after another (of another year, another body): the first is the one that is read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.document import Paragraph, Table

FIRST, LAST_SECTIONS, WITH_TABLES = 1, (4, 5, 6), (2, 3, 4)
"""Sections by number: the one that opens a report, those that end one, and those whose tables are statutory."""
PREAMBLE = 12
"""Paragraphs before its first section among which the title of a further report is looked for."""
_TITLE = re.compile(r"^[^，。；]{0,60}(?:19|20)\d\d年?度?[^，。；]{0,40}(?:年度报告|年报|工作报告)[^，。；]{0,12}$")


def first_report(blocks: Sequence[Paragraph | Table]) -> tuple[Sequence[Paragraph | Table], str]:
    """The blocks up to the title of a further report, and that title; all and no title if there is none.

    A further report begins where the first section opens again after the tables and one of the last sections, under a
    title of its own.
    """
    section, tables = 0, False
    for at, block in enumerate(blocks):
        if isinstance(block, Table):
            tables = tables or block.section in WITH_TABLES
            continue
        if block.section == FIRST and section in LAST_SECTIONS and tables:
            found = _title_before(blocks, at)
            if found is not None:
                return blocks[:found[0]], found[1]
        section = block.section
    return blocks, ""


def _title_before(blocks: Sequence[Paragraph | Table], at: int) -> tuple[int, str] | None:
    """The place of the nearest title above a block, and the title."""
    for place in range(at - 1, max(-1, at - PREAMBLE - 1), -1):
        block = blocks[place]
        if isinstance(block, Paragraph) and _TITLE.match("".join(block.text.split())):
            return place, block.text
    return None

"""Whether a text is an annual report on government-information disclosure at all, where no statutory table says so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.document import Paragraph, Structure
from extractor.label.facts import ABOUT_REPORTS, LONGEST_TITLE_LINE, TITLES, announced, compact

INTRODUCED = re.compile("数据的?统计的?(?:期限|时限|时间|时段|周期|截止|截至)|统计数据的?(?:期限|时限|时间|截止|截至)"
                        "|编制(?:完成|形成|了)?本(?:年度|年)?(?:报告|年报)|本(?:年度|年)?(?:报告|年报)[^。]{0,60}数据[^。]{0,8}(?:截止|截至)")
"""What a preamble says of its own report: 本报告中所列数据的统计期限自…; 编制本报告."""
STATUTORY = frozenset({2, 3, 4})
"""Sections that only such reports have; two of them are no chance."""
TITLE_LINES = 3
"""Lines over which a title may run."""
LONGEST_TAIL = 12
"""Characters that may follow a title on its line: （2022年）, a date."""
SUBJECT = "信息公开"


def is_report(structure: Structure) -> bool:
    """True if the text has the title of such a report, its sections, or a preamble that says what it is.

    A text that only speaks of such reports (rules for them, a notice, a list of links) has none of these.
    """
    texts = [compact(paragraph.text) for paragraph in structure.paragraphs]
    if not any(SUBJECT in text for text in texts):
        return False
    sections = {paragraph.section for paragraph in structure.paragraphs}
    return (len(sections & STATUTORY) >= 2 or any(INTRODUCED.search(text) or announced(text) for text in texts)
            or _titled(structure.paragraphs, texts))


def _titled(paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> bool:
    """True if a line, or a few that follow each other, are a title with a year."""
    short = [text if len(paragraph.text) < LONGEST_TITLE_LINE and not re.search("[。，；]", text) else None
             for paragraph, text in zip(paragraphs, texts, strict=True)]
    for start in range(len(short)):
        joined = ""
        for text in short[start:start + TITLE_LINES]:
            if text is None:
                break
            joined += text.strip("《》")
            if _is_title(joined):
                return True
    return False


def _is_title(line: str) -> bool:
    for title in TITLES:
        found = title.search(line)
        if found is not None:
            after = line[found.end():]
            return len(after) <= LONGEST_TAIL and not ABOUT_REPORTS.match(after)
    return False

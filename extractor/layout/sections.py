"""The six statutory sections, recognised by what their headings say: numbering restarts or is missing in practice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from extractor.spelling import simplified

HEADING = re.compile(r"^\s*(#{1,6}\s*)?[（(]?[一二三四五六七八九十]+\s*[)）、.．,，:：]?\s*")
"""The numbering that may stand before a heading, Markdown marks included."""
KEYWORDS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (4, re.compile("行政复议.{0,6}诉讼")),
    (3, re.compile("收到和处理(政府)?(信息公开)?申请|政府信息公开申请的?(收到|受理)和处理")),
    (2, re.compile("主动公开(政府)?信息的?情况")),
    (5, re.compile("存在的?主要问题|主要问题(及|和|与)改进|存在的?问题|问题(及|和|与)改进")),
    (6, re.compile("其[他它]需要(报告|说明)|需要(报告|说明)的(其他)?事项")),
    (1, re.compile("总体情况|基本情况|总体概况|概述")),
)
"""What the heading of each section says; the order matters where one heading names two."""
SHORT_KEYWORDS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (2, re.compile("主动公开情况")),
    (3, re.compile("依申请公开(政府)?(信息)?(的)?情况|申请情况")),
    (5, re.compile("问题")),
    (6, re.compile("其[他它]事项")),
)
"""What headings of the first level (二、) may say in short; below that level such words head mere paragraphs."""
LONGEST = 40
"""Characters: a heading is short; longer paragraphs only mention a section."""
UNNUMBERED = 24
"""Characters: a heading without a number is shorter still."""
NAMES_A_SECTION = re.compile("情况|问题|事项|概述")

RUNS_ON = re.compile(r"^(是|方面)|[。；：:](?=[^（）()]*$)[^（）()]")
"""Text that goes on behind what might be a heading: a sentence (一是主动公开政府信息情况：建立…)."""


def section_of(text: str) -> int | None:
    """The section that a heading opens, or None if the text is no section heading."""
    compact = simplified(re.sub(r"\s+", "", text))
    if not compact or len(compact) > LONGEST:
        return None
    numbered = HEADING.match(compact)
    body = compact[numbered.end():] if numbered else compact
    if not top_level(text) and RUNS_ON.search(body):
        return None
    if not numbered and (len(compact) > UNNUMBERED or not NAMES_A_SECTION.search(compact)):
        return None
    for section, words in KEYWORDS:
        found = words.search(body)
        if found and (found.start() == 0 or (
                found.start() <= 14 and compact[-1] not in "。；;" and len(body) - found.end() <= 14)):
            return section
    if top_level(text):
        return next((section for section, words in SHORT_KEYWORDS if words.match(body)), None)
    return None


def top_level(text: str) -> bool:
    """True if the numbering is of the first level (一、), not （一）."""
    return bool(re.match(r"^\s*#{0,6}\s*[一二三四五六七八九十]+\s*[、.．,，]", text))


@dataclass(frozen=True, slots=True)
class Headings:
    """What opens a section in one document; `first_level` are the sections that its headings of the first level open.

    （一）主动公开政府信息情况 under 一、总体情况 is a heading within that section where 二、主动公开政府信息情况 follows, and
    opens a section in a document that numbers its sections so.
    """

    first_level: frozenset[int] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Headings:
        """The habit of a document, by the texts of its lines or paragraphs."""
        return cls(frozenset(section for text in texts
                             if top_level(text) and (section := section_of(text)) is not None))

    def opened(self, text: str, current: int) -> int | None:
        """The section that a text opens where `current` is open; None if it is no heading of a section."""
        section = section_of(text)
        if section in self.first_level and section != current and not top_level(text):
            return None
        return section

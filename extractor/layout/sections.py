"""The six statutory sections, recognised by what their headings say: numbering restarts or is missing in practice."""

from __future__ import annotations

import re

HEADING = re.compile(r"^\s*(#{1,6}\s*)?[（(]?[一二三四五六七八九十]+\s*[)）、.．,，:：]?\s*")
"""The numbering that may stand before a heading, Markdown marks included."""
KEYWORDS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (4, ("行政复议、行政诉讼", "行政复议行政诉讼", "行政复议和行政诉讼", "行政复议及行政诉讼", "行政复议、诉讼")),
    (3, ("收到和处理政府信息公开申请", "收到和处理信息公开申请", "收到和处理申请")),
    (2, ("主动公开政府信息情况", "主动公开信息情况")),
    (5, ("存在的主要问题", "主要问题及改进", "存在问题", "存在的问题", "问题及改进")),
    (6, ("其他需要报告", "其它需要报告", "需要报告的其他", "需要说明的事项")),
    (1, ("总体情况", "基本情况", "概述")),
)
LONGEST = 40
"""Characters: a heading is short; longer paragraphs only mention a section."""


def section_of(text: str) -> int | None:
    """The section that a heading opens, or None if the text is no section heading."""
    compact = re.sub(r"\s+", "", text)
    if not compact or len(compact) > LONGEST or compact[-1] in "。；;":
        return None
    numbered = HEADING.match(compact)
    if not numbered and len(compact) > 24:
        return None
    body = compact[numbered.end():] if numbered else compact
    for section, words in KEYWORDS:
        for word in words:
            at = body.find(word)
            if 0 <= at <= (8 if numbered else 6) and len(body) - at - len(word) <= 14:
                return section if numbered or at <= 4 else None
    return None


def top_level(text: str) -> bool:
    """True if the numbering is of the first level (一、), not （一）."""
    return bool(re.match(r"^\s*#{0,6}\s*[一二三四五六七八九十]+\s*[、.．,，]", text))

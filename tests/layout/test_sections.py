"""Section headings are known by what they say, whatever their number."""

from __future__ import annotations

import pytest

from extractor.layout.sections import Headings, section_of


@pytest.mark.parametrize(("text", "section"), [
    ("一、总体情况", 1),
    ("## 一、总体情况", 1),
    ("二、主动公开政府信息情况", 2),
    ("一、主动公开政府信息情况", 2),
    ("三、收到和处理政府信息公开申请情况", 3),
    ("（三）收到和处理政府信息公开申请情况", 3),
    ("  四、政府信息公开行政复议、行政诉讼情况", 4),
    ("四、因政府信息公开工作被申请行政复议、提起行政诉讼情况", 4),
    ("五、存在的主要问题及改进情况", 5),
    ("五、政府信息公开工作存在的主要问题及改进情况", 5),
    ("六、其他需要报告的事项", 6),
    ("六、其他需要报告的事项 无。", 6),
    ("收到和处理政府信息公开申请情况", 3),
])
def test_headings(text: str, section: int | None) -> None:
    assert section_of(text) == section


@pytest.mark.parametrize("text", [
    "", "三、本年度办理结果", "四、结转下年度继续办理", "一、本年新收政府信息公开申请数量",
    "行政复议", "行政复议行政诉讼", "一是主动公开政府信息情况：建立联动体",
    "本报告由总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况等六部分组成。",
    "2021年，全区行政复议、行政诉讼工作取得进展，各单位认真落实政府信息公开各项要求，效果良好。",
])
def test_other_texts(text: str) -> None:
    assert section_of(text) is None


def opened(*texts: str) -> list[int]:
    """The section after each text of a document."""
    headings, section = Headings.of(texts), 0
    found = []
    for text in texts:
        section = headings.opened(text, section) or section
        found.append(section)
    return found


def test_a_heading_within_a_section_opens_none_that_has_a_heading_of_the_first_level() -> None:
    assert opened("一、总体情况", "（一）主动公开政府信息情况", "（二）政府信息公开申请情况",
                  "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况") == [1, 1, 1, 2, 3]


def test_sections_numbered_below_the_first_level_open_where_nothing_else_does() -> None:
    assert opened("（一）总体情况", "（二）主动公开政府信息情况", "（三）收到和处理政府信息公开申请情况") == [1, 2, 3]
    assert opened("一、总体情况", "（二）主动公开政府信息情况", "三、收到和处理政府信息公开申请情况") == [1, 2, 3]

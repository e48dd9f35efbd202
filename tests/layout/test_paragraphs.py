"""Lines of running text become paragraphs: what ends early, what goes on, and what stands in between."""

from __future__ import annotations

from extractor.document import Box
from extractor.layout.lines import TextRun
from extractor.layout.paragraphs import Placed, to_paragraphs

SIZE = 10.0
LEFT, WIDE = 50.0, 20
"""The margin, and how many characters a full line holds."""


def line(text: str, at: int, indent: int = 0, page: int = 1, size: float = SIZE) -> Placed:
    x = LEFT + indent * SIZE
    edges = tuple(x + size * i for i in range(len(text) + 1))
    return Placed(page, TextRun(text, Box(x, 100 + 15.0 * at, edges[-1], 100 + 15.0 * at + size), edges, size, 1.0))


def texts(*lines: Placed) -> list[str]:
    return [paragraph.text for paragraph in to_paragraphs(lines)]


FULL = "全年主动公开政府信息若干条其中政策类占比"


def test_a_line_that_ends_early_ends_a_paragraph() -> None:
    assert texts(line(FULL, 0), line("十条。", 1), line(FULL, 2)) == [FULL + "十条。", FULL]


def test_a_number_that_did_not_fit_moves_to_the_next_line_whole() -> None:
    assert texts(line(FULL, 0), line(FULL[:-4], 1), line("41.91%，其余为", 2), line(FULL, 3)) == [
        FULL + FULL[:-4] + "41.91%，其余为", FULL]


def test_where_paragraphs_are_indented_a_number_at_the_margin_opens_none() -> None:
    parts = [line(FULL[:18], at, indent=2) for at in (0, 2, 4)]
    lines = [parts[0], line("还有不足。", 1), parts[1], line("还有不足。", 3), parts[2], line(FULL[:19] + "。", 5), line("2.更新不够。", 6)]
    assert texts(*lines)[-1] == FULL[:18] + FULL[:19] + "。2.更新不够。"


def test_without_indents_a_number_opens_a_paragraph() -> None:
    assert texts(line(FULL[:19] + "。", 0), line("2.更新不够。", 1)) == [FULL[:19] + "。", "2.更新不够。"]


def test_a_note_at_the_foot_of_a_page_does_not_cut_a_sentence() -> None:
    assert texts(line(FULL, 0), line("注：数据由各单位报送。", 1, size=8), line("其余。", 0, page=2)) == [
        FULL + "其余。", "注：数据由各单位报送。"]

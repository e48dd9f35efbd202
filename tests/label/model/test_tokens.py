"""Texts as tokens: numbers are one token whatever their digits, years are relative, places are kept."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.label.model.tokens import (
    CELL,
    NO_BOX,
    OVERLAP,
    SPECIAL,
    TABLE_TOKENS,
    WINDOW,
    Vocabulary,
    header_tokens,
    may_hold_figures,
    prose_prefix,
    prose_tokens,
    windows,
)


def joined(text: str, year: int | None = 2021) -> str:
    return "".join(prose_tokens(text, year).tokens)


@pytest.mark.parametrize("text", ["收到申请331件", "收到申请 ３３１ 件", "收到申请三百三十一件", "收到申请1,234件"])
def test_a_quantity_is_one_token_however_it_is_written(text: str) -> None:
    assert joined(text) == "收到申请[N]件"


def test_nought_qualifiers_and_units_stay_visible() -> None:
    assert joined("受理0件，公开160余条，近1.2万人次") == "受理[0]件,公开[N]余条,近[N]人次"


def test_years_are_told_relative_to_the_reports() -> None:
    assert joined("2021年收到3件，2020年2件，2015年以来9件，2022年计划5件") == (
        "[Y0]年收到[N]件,[Y-1]年[N]件,[Y-]年以来[N]件,[Y+1]年计划[N]件")
    assert joined("2021年收到3件", year=None) == "[Y]年收到[N]件"


def test_look_alikes_are_no_quantities() -> None:
    tokens = prose_tokens("12345热线，国办发〔2021〕30号，第三条，（五）", 2021)
    assert tokens.quantities == ()
    assert "[N]" not in tokens.tokens


@given(st.text(alphabet="共收到依申请公开０1２3九百万件，。、 \n年度2021未无均A%〔〕第（）濉", max_size=80))
def test_every_token_knows_its_characters_in_order(text: str) -> None:
    tokens = prose_tokens(text, 2021)
    assert len(tokens.tokens) == len(tokens.places)
    ends = [0, *(end for _, end in tokens.places)]
    assert all(0 <= before <= start < end <= len(text)
               for before, (start, end) in zip(ends, tokens.places, strict=False))
    for quantity in tokens.quantities:
        assert tokens.span(quantity.numeral.start, quantity.numeral.end) is not None


@given(st.integers(0, 5000))
def test_windows_cover_everything_and_overlap(length: int) -> None:
    found = list(windows(length))
    assert found[0][0] == 0 and found[-1][1] == length
    assert all(end - start <= WINDOW for start, end in found)
    assert all(before[1] - after[0] == OVERLAP for before, after in pairwise(found))


def test_a_very_long_paragraph_takes_time_in_proportion() -> None:
    start = time.perf_counter()
    tokens = prose_tokens("全年共受理申请12件，" * 10_000, 2021)
    assert len(tokens.quantities) == 10_000
    assert time.perf_counter() - start < 10


def test_only_paragraphs_that_may_state_a_figure_are_run() -> None:
    for text, wanted in (("收到申请3件。", True), ("本年度未发生行政复议。", True), ("均为自然人申请。", True),
                         ("加强组织领导，提高工作水平。", False), ("2021年1月1日起施行。", False)):
        assert may_hold_figures(text, prose_tokens(text, 2021)) is wanted, text


def test_the_prefix_names_section_and_heading() -> None:
    assert prose_prefix(3, "收到 申请")[1:] == ["[S3]", "收", "到", "申", "请", "[SEP]"]
    assert prose_prefix(99, "")[1:] == ["[S0]", "[SEP]"]


def test_headers_have_a_box_a_token_and_large_tables_several_parts() -> None:
    cells = [("其他处理" * 5, (0, n, 10, n + 1)) for n in range(60)]
    parts = list(header_tokens("requests", cells))
    assert sum(len(part.cells) for part in parts) == 60
    for part in parts:
        assert len(part.tokens) == len(part.boxes) <= TABLE_TOKENS
        assert part.boxes[0] == NO_BOX
        assert all(part.tokens[start] == CELL for start, _ in part.cells)
    assert [part.first for part in parts] == [0, len(parts[0].cells), *[p.first for p in parts[2:]]]
    assert list(header_tokens("requests", [])) == []


def test_an_unknown_character_is_the_unknown_token() -> None:
    vocabulary = Vocabulary([*SPECIAL, "件"])
    assert vocabulary.numbers(["件", "濉"]) == [len(SPECIAL), vocabulary.unknown]

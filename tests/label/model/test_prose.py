"""Prose by the released model: what numbers and words state, and what hostile text does to it (nothing)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractor.document import Paragraph
from extractor.label.model.prose import LONGEST, ModelProse
from extractor.label.model.release import load
from extractor.report import Figure, Qualifier

REQUESTS = "三、收到和处理政府信息公开申请情况"


@pytest.fixture(scope="module")
def labeller() -> ModelProse:
    return ModelProse(load())


def read(labeller: ModelProse, text: str, section: int = 3, heading: str = REQUESTS,
         year: int | None = 2023) -> tuple[Figure, ...]:
    return labeller.label([Paragraph(heading, section=section, heading=True), Paragraph(text, section=section)], year)


def fields(figures: tuple[Figure, ...]) -> dict[str | None, Decimal | None]:
    return {figure.field: figure.value for figure in figures}


def test_a_report_of_requests(labeller: ModelProse) -> None:
    figures = read(labeller, "2023年，我局共收到政府信息公开申请331件，上年结转2件。已办结328件，其中予以公开209件，部分公开33件，"
                             "不予公开10件，无法提供63件，不予处理1件，其他处理12件，结转下年度继续办理5件。")
    found = fields(figures)
    for name, value in (("received", 331), ("carried_in", 2), ("granted", 209), ("partially_granted", 33),
                        ("refused", 10), ("unavailable", 63), ("not_processed", 1), ("carried_out", 5)):
        assert found.get(f"requests.{name}.total") == value, name
    for figure in figures:
        assert figure.text == "2023年，我局共收到政府信息公开申请331件，上年结转2件。已办结328件，其中予以公开209件，部分公开33件，" \
            "不予公开10件，无法提供63件，不予处理1件，其他处理12件，结转下年度继续办理5件。"[figure.span[1]:figure.span[2]]


def test_a_negation_states_a_nought_for_each_thing_it_names(labeller: ModelProse) -> None:
    figures = read(labeller, "本年度，我局未发生因政府信息公开引起的行政复议、行政诉讼案件。", 4, "四、行政复议、行政诉讼情况")
    assert {f.field: (f.value, f.negated) for f in figures} == {
        "review.total": (0, True), "litigation.total": (0, True)}


def test_words_take_over_the_number_before_them(labeller: ModelProse) -> None:
    figures = read(labeller, "2023年共收到政府信息公开申请14件，均为自然人申请。")
    implied = [figure for figure in figures if figure.implied]
    assert [(figure.field, figure.value) for figure in implied] == [("requests.received.natural_person", 14)]


def test_the_number_grammar_gives_value_interval_and_unit(labeller: ModelProse) -> None:
    figures = read(labeller, "全年主动公开政府信息5500余条。", 1, "一、总体情况")
    assert [(f.field, f.value, f.low, f.high, f.unit, f.qualifier) for f in figures] == [
        ("prose.disclosed_items", 5500, 5500, 5600, "条", Qualifier.ABOVE)]


def test_numbers_of_another_year_say_so(labeller: ModelProse) -> None:
    figures = read(labeller, "2023年共收到政府信息公开申请31件，同比增长5%；2022年收到20件。")
    assert {f.value: f.period for f in figures if f.field == "requests.received.total"} == {
        Decimal(31): "this_year", Decimal(5): "growth", Decimal(20): "last_year"}


@pytest.mark.parametrize("text", [
    "", " ", "The council received 12 requests in 2023.", "情報公開請求は12件でした。", "濉溪县𠀀𠀁共５件", "\x00\x01\u200b",
    "（一）（二）（三）12345", "0" * 500, "均" * 500, "件" * 3000, "１２３４５６７８９０" * 30])
def test_strange_text_does_no_harm(labeller: ModelProse, text: str) -> None:
    for figure in read(labeller, text, section=0, heading=""):
        assert 0.0 <= figure.confidence <= 1.0
        assert 0 <= figure.span[1] < figure.span[2] <= len(text)


@pytest.mark.parametrize("text", [
    "The council received 12 requests in 2023.", "情報公開請求は12件でした。", "2023년 정보공개 청구는 12건 접수되었다.",
    "Администрация получила 12 запросов в 2023 году."])
def test_text_of_other_languages_states_nothing(labeller: ModelProse, text: str) -> None:
    assert read(labeller, text) == ()


def test_unknown_characters_and_full_width_digits_are_no_hindrance(labeller: ModelProse) -> None:
    found = fields(read(labeller, "２０２３年，濉溪县共收到政府信息公开申请１，２３４件，上年结转５件。"))
    assert found == {"requests.received.total": 1234, "requests.carried_in.total": 5}


def test_a_paragraph_beyond_all_measure_is_read_as_far_as_anybody_would(labeller: ModelProse) -> None:
    figures = read(labeller, "共收到政府信息公开申请3件。" * 8_000)
    assert figures
    assert max(figure.span[2] for figure in figures) <= LONGEST


def test_long_paragraphs_are_read_whole_through_overlapping_windows(labeller: ModelProse) -> None:
    text = "加强组织领导，落实工作责任，提高公开水平。" * 12
    figures = read(labeller, text + "2023年共收到政府信息公开申请7件。" + text)
    assert [(f.field, f.value) for f in figures if f.confidence > 0.5] == [("requests.received.total", 7)]


def test_no_paragraphs_no_figures(labeller: ModelProse) -> None:
    assert labeller.label([], 2023) == ()
    assert read(labeller, "共收到政府信息公开申请3件。", year=None)

"""Words that state a figure without a number: a nought is denied, an applicant named."""

from __future__ import annotations

import pytest

from extractor.label.words import bear_out


@pytest.mark.parametrize(("before", "words", "field"), [
    ("本年度未发生行政复议、", "行政诉讼", "litigation.total"),
    ("我局", "未收到政府信息公开申请", "requests.received.total"),
    ("全年", "零申请", "requests.received.total"),
    ("没有出现", "不予公开的情形", "requests.refused.total"),
    ("我局", "沒有發生行政復議", "review.total"),
])
def test_a_nought_is_denied_in_its_sentence(before: str, words: str, field: str) -> None:
    assert bear_out(before + words, words, field, implied=False)


@pytest.mark.parametrize(("before", "words", "field"), [
    ("（三）", "行政复议、行政诉讼情况", "litigation.total"),
    ("未收到投诉。", "行政复议情况", "review.total"),
    ("本机关不掌握该信息，", "无法提供", "requests.unavailable.total"),
    ("没有出现", "应公开而不予公开的情形", "requests.refused.total"),
])
def test_words_that_deny_nothing_or_another_thing_are_no_nought(before: str, words: str, field: str) -> None:
    assert not bear_out(before + words, words, field, implied=False)


def test_a_number_taken_over_for_an_applicant_names_him() -> None:
    assert bear_out("均为自然人申请", "均为自然人申请", "requests.received.natural_person", implied=True)
    assert not bear_out("均依照条例答复", "均依照条例答复", "requests.received.natural_person", implied=True)
    assert bear_out("均已答复", "均已答复", "requests.handled.total", implied=True)

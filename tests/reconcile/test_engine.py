"""What a rule finds: satisfied, violated or undecided, with the numbers, the cells and the words for it."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.document import Source
from extractor.fields import load
from extractor.reconcile import engine_of_product, reconcile
from extractor.report import Cause, Finding, FindingStatus, Severity, Value, ValueStatus

VIOLATED, UNDECIDED, SATISFIED = FindingStatus.VIOLATED, FindingStatus.UNDECIDED, FindingStatus.SATISFIED
Build = Callable[..., Any]


def findings(build: Build, numbers: Any, template: str = "2021") -> dict[tuple[str, str], Finding]:
    found = engine_of_product().findings(template, build(numbers, template).values)
    return {(finding.rule, finding.where): finding for finding in found}


def violated(found: dict[tuple[str, str], Finding]) -> set[tuple[str, str]]:
    return {key for key, finding in found.items() if finding.status is VIOLATED}


def test_a_consistent_report_satisfies_every_rule(build: Build, draw: Build) -> None:
    found = findings(build, draw(1))
    assert len(found) == 7 + 7 + 25 + 3 + 1
    assert {finding.status for finding in found.values()} == {SATISFIED}


def test_a_wrong_cell_violates_exactly_the_relations_it_stands_in(build: Build, draw: Build) -> None:
    numbers = draw(2)
    numbers["requests.handled.business"] += 3
    assert violated(findings(build, numbers)) == {
        ("requests.balance", "business"), ("requests.handled_sum", "business"), ("requests.applicant_sum", "handled")}


def test_a_sum_finds_the_stated_total_as_actual_and_the_computed_sum_as_expected(build: Build) -> None:
    numbers = {f"review.{name}": number for name, number in
               {"upheld": 10, "corrected": 1, "other": 0, "pending": 0, "total": 0}.items()}
    finding = findings(build, numbers)["review.sum", "review"]
    assert (finding.status, finding.actual, finding.expected) == (VIOLATED, Decimal(0), Decimal(11))
    assert finding.severity is Severity.ERROR
    assert finding.operands == ("review.total", "review.upheld", "review.corrected", "review.other", "review.pending")
    assert [evidence.place for evidence in finding.evidence] == list(finding.operands)
    assert finding.message.zh == "表四行政复议总计填0件，而四种结果之和为11件（10 + 1），相差11件。"
    assert "stated as 0" in finding.message.en
    assert "add up to 11 (10 + 1)" in finding.message.en


def test_the_balance_states_what_was_handled_and_carried_forward(build: Build) -> None:
    numbers = {f"requests.{row}.total": number for row, number in
               {"received": 331, "carried_in": 2, "handled": 328, "carried_out": 4}.items()}
    finding = findings(build, numbers)["requests.balance", "total"]
    assert (finding.status, finding.actual, finding.expected) == (VIOLATED, Decimal(332), Decimal(333))
    assert "331 + 2" in finding.message.zh
    assert "328 + 4" in finding.message.zh


def test_a_row_is_named_by_its_tail_and_worded_with_its_group(build: Build, draw: Build) -> None:
    numbers = draw(3) | {"requests.refused.state_secret.total": 9999}
    finding = findings(build, numbers)["requests.applicant_sum", "refused.state_secret"]
    assert finding.status is VIOLATED
    assert "（三）不予公开－1.属于国家秘密" in finding.message.zh
    assert "refused: state secret" in finding.message.en


def test_blanks_that_satisfy_as_zero_satisfy(build: Build) -> None:
    numbers = {"review.upheld": 5, "review.corrected": None, "review.other": None, "review.pending": 2, "review.total": 7}
    finding = findings(build, numbers)["review.sum", "review"]
    assert finding.status is SATISFIED
    assert "2个空白单元格按0计" in finding.message.zh


def test_blanks_that_do_not_satisfy_as_zero_leave_it_undecided_and_never_violated(build: Build) -> None:
    numbers = {"review.upheld": 5, "review.corrected": None, "review.other": 0, "review.pending": 2, "review.total": 6}
    finding = findings(build, numbers)["review.sum", "review"]
    assert (finding.status, finding.severity) == (UNDECIDED, Severity.INFO)
    assert finding.expected is None, "a sum with a blank in it is not known"
    assert finding.actual == 6


def test_a_mark_for_not_applicable_counts_as_a_blank(build: Build) -> None:
    mark = Value(field="review.total", value=None, read=None, raw="/", status=ValueStatus.READ)
    numbers = {"review.upheld": 5, "review.corrected": 0, "review.other": 0, "review.pending": 2, "review.total": mark}
    assert findings(build, numbers)["review.sum", "review"].status is UNDECIDED


def test_a_relation_of_which_nothing_could_be_read_is_undecided(build: Build) -> None:
    names = [f"review.{name}" for name in ("upheld", "corrected", "other", "pending", "total")]
    unread = {name: Value(field=name, value=None, read=None, status=ValueStatus.MISSING) for name in names}
    assert findings(build, unread)["review.sum", "review"].status is UNDECIDED
    assert findings(build, dict.fromkeys(names))["review.sum", "review"].status is SATISFIED


def test_an_all_zero_table_is_satisfied(build: Build, draw: Build) -> None:
    found = findings(build, dict.fromkeys(draw(1), 0))
    assert {finding.status for finding in found.values()} == {SATISFIED}


def test_an_all_blank_table_violates_nothing_and_says_that_it_is_blank(build: Build, draw: Build) -> None:
    found = findings(build, dict.fromkeys(draw(1)))
    assert not violated(found)
    assert found["form.count", "requests"].status is UNDECIDED
    assert len(found["form.count", "requests"].operands) == 175
    assert "175" in found["form.count", "requests"].message.en


def test_an_empty_report_has_no_findings(build: Build) -> None:
    assert findings(build, {}) == {}


def test_a_report_without_table_4_is_not_checked_for_it(build: Build, draw: Build) -> None:
    numbers = {name: number for name, number in draw(4).items() if name.startswith("requests.")}
    assert {rule for rule, _ in findings(build, numbers)} == {
        "requests.balance", "requests.handled_sum", "requests.applicant_sum", "form.count"}


@pytest.mark.parametrize("template", ["2019", "2021"])
def test_a_hybrid_sums_the_rows_that_its_table_has(template: str, build: Build, draw: Build) -> None:
    for single in (False, True):
        numbers = draw(5, single_other=single)
        assert not violated(findings(build, numbers, template))
        numbers["requests.other.total" if single else "requests.other.fee_unpaid.total"] += 1
        assert ("requests.handled_sum", "total") in violated(findings(build, numbers, template))


@pytest.mark.parametrize("template", ["2019", "2021"])
def test_rows_of_the_other_template_that_were_not_read_do_not_count(template: str, build: Build, draw: Build) -> None:
    for single in (False, True):
        unread = {field.id: Value(field=field.id, value=None, read=None, status=ValueStatus.MISSING)
                  for field in load().fields.values() if field.table == "requests"}
        found = findings(build, unread | draw(6, single_other=single), template)
        relations = {key: finding.status for key, finding in found.items() if key[0] != "form.count"}
        assert set(relations.values()) == {SATISFIED}
        assert ("requests.applicant_sum", "other") in relations if single else True


def test_a_sub_total_above_the_rows_it_sums_is_not_counted_twice(build: Build, draw: Build) -> None:
    numbers = draw(7)
    parts = ("not_corrected", "fee_unpaid", "other")
    for column in load().table("requests").columns:
        numbers[f"requests.other.{column.id}"] = sum(numbers[f"requests.other.{part}.{column.id}"] for part in parts)
    assert not violated(findings(build, numbers))


def test_a_row_that_the_table_does_not_have_leaves_the_sum_decided(build: Build, draw: Build) -> None:
    numbers = draw(8)
    gone = "requests.refused.state_secret"
    numbers = {name: number for name, number in numbers.items() if not name.startswith(f"{gone}.")}
    found = findings(build, numbers)
    assert all(found["requests.handled_sum", column.id].status in (SATISFIED, VIOLATED)
               for column in load().table("requests").columns)
    assert ("requests.applicant_sum", "refused.state_secret") not in found


def test_a_row_that_could_not_be_read_leaves_the_sum_undecided(build: Build, draw: Build) -> None:
    numbers: dict[str, Any] = draw(9) | {"requests.handled.total": 99999, "requests.granted.total": Value(
        field="requests.granted.total", value=None, read=None, status=ValueStatus.MISSING)}
    assert findings(build, numbers)["requests.handled_sum", "total"].status is UNDECIDED


@pytest.mark.parametrize(("field", "number", "good"), [
    ("requests.received.total", "3", True), ("requests.received.total", "3.0", True),
    ("requests.received.total", "3.5", False), ("requests.received.total", "-3", False),
    ("disclosure.licences.change", "-3", True), ("disclosure.licences.change", "-3.5", False),
    ("disclosure.fees.amount", "7730.28", True), ("disclosure.fees.amount", "-1", False),
])
def test_counts_are_whole_and_not_negative_changes_may_be_negative_amounts_have_decimals(
        field: str, number: str, good: bool, build: Build) -> None:
    template = "2019" if "change" in field else "2021"
    found = findings(build, {field: number}, template)
    if good:
        assert found["form.count", ""].status is SATISFIED
    else:
        assert found["form.count", field].status is VIOLATED
        assert found["form.count", field].actual == Decimal(number)
        assert found["form.count", field].operands == (field,)


def test_violated_forms_come_one_by_one_the_rest_in_one_finding_each(build: Build, draw: Build) -> None:
    numbers: dict[str, Any] = draw(10)
    numbers |= {"review.upheld": -1, "review.other": "1.5", "requests.received.total": None, "review.pending": None}
    found = [f for f in engine_of_product().findings("2021", build(numbers).values) if f.rule == "form.count"]
    assert [(f.status, f.where) for f in found] == [
        (VIOLATED, "review.upheld"), (VIOLATED, "review.other"), (UNDECIDED, "requests"), (UNDECIDED, "disputes"),
        (SATISFIED, "")]


def test_the_cause_is_the_report_where_the_text_is_born_digital(build: Build, draw: Build) -> None:
    found = findings(build, draw(11) | {"review.total": 500, "requests.granted.total": 500})
    review, granted = found["review.sum", "review"], found["requests.applicant_sum", "granted"]
    assert review.cause is Cause.REPORT
    assert granted.cause is Cause.REPORT
    assert review.probability > granted.probability > 0.5, "real reports break table 4 more often than table 3"


def test_the_cause_is_unclear_where_a_scan_was_read_without_confidence(build: Build, draw: Build) -> None:
    labelled = build(draw(12) | {"review.total": 500})
    scanned = {name: value.model_copy(update={
        "confidence": 0.8, "evidence": tuple(e.model_copy(update={"source": Source.OCR}) for e in value.evidence)})
        for name, value in labelled.values.items()}
    [finding] = [f for f in engine_of_product().findings("2021", scanned) if f.status is VIOLATED]
    assert finding.cause is Cause.UNCLEAR
    assert finding.probability < 0.5


def test_sums_are_exact_where_floating_point_is_not(build: Build) -> None:
    numbers = {"review.upheld": "9007199254740993", "review.corrected": 0, "review.other": 0, "review.pending": 0,
               "review.total": "9007199254740992"}
    assert findings(build, numbers)["review.sum", "review"].status is VIOLATED


@pytest.mark.parametrize("number", ["1E+400", "1E-400"])
def test_a_number_beyond_reason_leaves_the_relation_undecided(number: str, build: Build) -> None:
    numbers = {"review.upheld": number, "review.corrected": 1, "review.other": 0, "review.pending": 0, "review.total": 1}
    assert findings(build, numbers)["review.sum", "review"].status is UNDECIDED


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), errors=st.integers(0, 4))
def test_the_order_of_the_values_never_matters(seed: int, errors: int, build: Build, draw: Build) -> None:
    rng = random.Random(seed)
    numbers: dict[str, Any] = draw(seed)
    for name in rng.sample(sorted(numbers), errors):
        numbers[name] = rng.choice([None, 0, 7, 1234])
    shuffled = list(numbers.items())
    rng.shuffle(shuffled)
    here, there = reconcile(build(numbers)), reconcile(build(dict(shuffled)))
    assert here.findings == there.findings
    assert list(here.values.items()) == list(there.values.items())


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0, 1))
def test_blanks_alone_never_accuse(seed: int, share: float, build: Build, draw: Build) -> None:
    rng = random.Random(seed)
    numbers = {name: None if rng.random() < share else number for name, number in draw(seed).items()}
    assert not violated(findings(build, numbers))

"""What reconciling makes of a contradiction: suspects, implied numbers, and repairs only where our reading was unsure."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.document import Source
from extractor.labelled import Labelled
from extractor.reconcile import Reconciled, engine_of_product, reconcile
from extractor.reconcile.locate import locate
from extractor.report import Alternative, Cause, Evidence, FindingStatus, Value, ValueStatus

Build = Callable[..., Any]
CELL = "requests.granted.business"


def scanned(field: str, number: int, confidence: float, **alternatives: float) -> Value:
    """A value of a scan; `alternatives` are `n12=0.3`."""
    return Value(field=field, value=Decimal(number), read=Decimal(number), raw=str(number), confidence=confidence,
                 alternatives=tuple(Alternative(value=Decimal(name[1:]), probability=p) for name, p in alternatives.items()),
                 evidence=(Evidence(source=Source.OCR, text=str(number)),))


def violated(result: Reconciled) -> list[str]:
    return [finding.rule for finding in result.findings if finding.status is FindingStatus.VIOLATED]


def again(result: Reconciled, template: str = "2021") -> Reconciled:
    from extractor.report import Period

    return reconcile(Labelled(None, None, Period(), template, result.values))


def test_a_confident_wrong_cell_is_suspected_and_kept(build: Build, draw: Build) -> None:
    numbers = draw(1) | {CELL: draw(1)[CELL] + 7}
    result = reconcile(build(numbers))
    value = result.values[CELL]
    assert (value.value, value.read, value.status) == (numbers[CELL], numbers[CELL], ValueStatus.READ)
    assert value.implied == draw(1)[CELL]
    found = [finding for finding in result.findings if finding.status is FindingStatus.VIOLATED]
    assert {finding.rule for finding in found} == {"requests.handled_sum", "requests.applicant_sum"}
    assert all([suspect.field for suspect in finding.suspects] == [CELL] for finding in found)
    assert len({finding.cause_id for finding in found}) == 1


def test_an_uncertain_reading_with_the_right_alternative_is_repaired(build: Build, draw: Build) -> None:
    right = draw(2)[CELL]
    alternative = {f"n{right}": 0.3}
    result = reconcile(build(draw(2) | {CELL: scanned(CELL, right + 7, 0.6, **alternative)}))
    value = result.values[CELL]
    assert (value.value, value.read, value.implied, value.status) == (right, right + 7, right, ValueStatus.REPAIRED)
    assert not violated(result)


def test_an_uncertain_reading_without_the_right_alternative_is_doubtful(build: Build, draw: Build) -> None:
    right = draw(2)[CELL]
    alternative = {f"n{right + 1}": 0.3}
    result = reconcile(build(draw(2) | {CELL: scanned(CELL, right + 7, 0.6, **alternative)}))
    value = result.values[CELL]
    assert (value.value, value.implied, value.status) == (right + 7, right, ValueStatus.DOUBTFUL)
    assert violated(result)


def test_a_confident_reading_is_not_repaired_even_by_its_own_alternative(build: Build, draw: Build) -> None:
    right = draw(2)[CELL]
    alternative = {f"n{right}": 0.04}
    result = reconcile(build(draw(2) | {CELL: scanned(CELL, right + 7, 0.95, **alternative)}))
    assert result.values[CELL].value == right + 7
    assert violated(result)


def test_an_uncertain_reading_is_not_repaired_together_with_a_confident_one(build: Build, draw: Build) -> None:
    """Two wrong cells of one row are one conflict, which is repaired as a whole or not at all."""
    right = draw(3)
    alternative = {f"n{right[CELL]}": 0.3}
    other = "requests.granted.social"
    result = reconcile(build(right | {CELL: scanned(CELL, right[CELL] + 7, 0.6, **alternative), other: right[other] + 2}))
    assert result.values[CELL].status is ValueStatus.DOUBTFUL
    assert result.values[CELL].value == right[CELL] + 7
    assert result.values[other].value == right[other] + 2


def test_conflicts_that_have_nothing_in_common_are_settled_each_by_itself(build: Build, draw: Build) -> None:
    right = draw(3)
    alternative = {f"n{right[CELL]}": 0.3}
    other = "requests.carried_out.social"
    result = reconcile(build(right | {CELL: scanned(CELL, right[CELL] + 7, 0.6, **alternative), other: right[other] + 2}))
    assert (result.values[CELL].status, result.values[CELL].value) == (ValueStatus.REPAIRED, right[CELL])
    assert result.values[other].value == right[other] + 2
    assert {finding.where for finding in result.findings if finding.status is FindingStatus.VIOLATED} == {
        "social", "carried_out"}


def test_a_confident_reading_of_a_scan_that_is_likelier_misread_is_doubted_and_kept(build: Build, draw: Build) -> None:
    right = draw(2)[CELL]
    alternative = {f"n{right}": 0.03}
    result = reconcile(build(draw(2) | {CELL: scanned(CELL, right + 7, 0.96, **alternative)}))
    assert (result.values[CELL].status, result.values[CELL].value) == (ValueStatus.DOUBTFUL, right + 7)
    assert {finding.cause for finding in result.findings if finding.status is FindingStatus.VIOLATED} == {Cause.READING}


def test_an_error_of_the_report_is_told_from_a_misreading_by_the_alternatives(build: Build, draw: Build) -> None:
    right = draw(2)[CELL]
    result = reconcile(build(draw(2) | {CELL: scanned(CELL, right + 7, 0.9995, **{f"n{right + 50}": 0.0004})}))
    assert {finding.cause for finding in result.findings if finding.status is FindingStatus.VIOLATED} == {Cause.REPORT}
    assert result.values[CELL].status is ValueStatus.READ


def test_a_violated_table_4_suspects_each_of_its_cells_and_changes_none(build: Build, draw: Build) -> None:
    result = reconcile(build(draw(4) | {"review.total": 999}))
    [finding] = [finding for finding in result.findings if finding.status is FindingStatus.VIOLATED]
    assert finding.rule == "review.sum"
    assert {suspect.field for suspect in finding.suspects} == {
        f"review.{column}" for column in ("upheld", "corrected", "other", "pending", "total")}
    assert sum(suspect.probability for suspect in finding.suspects) <= 1
    assert all(value.implied is None for value in result.values.values())


def test_a_wrong_cell_of_a_table_without_totals_may_stand_in_any_row(build: Build, draw: Build) -> None:
    """A row of zeros beside a blank total is as good a place as any other: blanks of that column are no zeros."""
    right = draw(1)
    blanks = {name: None for name in right if name.startswith("requests.") and name.endswith(".total")}
    rows = [name.rpartition(".")[0] for name in right if name.endswith(".business")]
    empty = next(row for row in rows[2:-2] if not any(right[name] for name in right if name.rpartition(".")[0] == row))
    right |= {f"{empty}.business": 3, "requests.handled.business": right["requests.handled.business"] + 3,
              "requests.received.business": right["requests.received.business"] + 3}
    printed = right | blanks | {f"{empty}.business": 0}
    [conflict] = locate(engine_of_product(), "2021", build(printed).values).conflicts
    named = {name for explanation in conflict.explanations for name in explanation.changes}
    assert {f"{row}.business" for row in rows[2:-2]} <= named
    assert {f"{empty}.business": 3} in [dict(explanation.changes) for explanation in conflict.explanations]


def test_a_rather_sure_misreading_in_a_table_that_nothing_explains_is_doubted(build: Build, draw: Build) -> None:
    """Totals of most rows and columns are wrong; one row is off by just what an alternative of one of its cells makes."""
    numbers: dict[str, Any] = draw(1)
    rows = sorted({name.rpartition(".")[0] for name in numbers if name.startswith("requests.")} - {"requests.granted"})
    spoilt = {f"{row}.total": numbers[f"{row}.total"] + 3 + 7 * at for at, row in enumerate(rows)}
    read = {name: scanned(name, number, 0.9998) for name, number in (numbers | spoilt).items()}
    right = numbers[CELL]
    result = reconcile(build(read | {CELL: scanned(CELL, right + 1, 0.956, **{f"n{right}": 0.031})}))
    assert (result.values[CELL].value, result.values[CELL].status) == (right + 1, ValueStatus.DOUBTFUL)
    assert result.values["requests.granted.natural_person"].status is ValueStatus.READ


def test_undecided_relations_start_no_decoding(build: Build, draw: Build) -> None:
    result = reconcile(build(draw(5) | {"requests.handled.total": None}))
    assert not violated(result)
    assert all(value.implied is None for value in result.values.values())


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), errors=st.integers(0, 4))
def test_nothing_confident_is_ever_changed(seed: int, errors: int, build: Build, draw: Build) -> None:
    rng = random.Random(seed)
    numbers = draw(seed)
    for name in rng.sample(sorted(numbers), errors):
        numbers[name] = rng.randint(0, 500)
    result = reconcile(build(numbers))
    assert {name: value.value for name, value in result.values.items()} == numbers
    assert {value.status for value in result.values.values()} == {ValueStatus.READ}


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), errors=st.integers(0, 3))
def test_reconciling_twice_changes_nothing_more(seed: int, errors: int, build: Build, draw: Build) -> None:
    rng = random.Random(seed)
    right = draw(seed)
    numbers: dict[str, Any] = dict(right)
    for name in rng.sample(sorted(name for name in right if name.startswith("requests.")), errors):
        alternative = {f"n{right[name] + rng.choice([0, 0, 1])}": 0.3}
        numbers[name] = scanned(name, right[name] + rng.randint(2, 50), rng.choice([0.5, 0.97]), **alternative)
    once = reconcile(build(numbers))
    assert again(once) == once


def test_numbers_that_no_computer_should_count_do_no_harm(build: Build, draw: Build) -> None:
    others = "requests.handled.total", "requests.received.social"
    numbers: dict[str, Any] = draw(6) | {CELL: "1E+1000000", others[0]: 3, others[1]: "1E-1000000"}
    result = reconcile(build(numbers))
    assert result.values[CELL].value == Decimal("1E+1000000")


@pytest.mark.parametrize("number", ["1.5", "-4"])
def test_a_number_that_no_count_can_be_is_suspected(number: str, build: Build, draw: Build) -> None:
    numbers: dict[str, Any] = draw(6) | {CELL: number}
    result = reconcile(build(numbers))
    assert "form.count" in violated(result)
    assert result.values[CELL].implied == draw(6)[CELL]
    assert result.values[CELL].value == Decimal(number)

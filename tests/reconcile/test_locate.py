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
from extractor.reconcile import Reconciled, reconcile
from extractor.report import Alternative, Evidence, FindingStatus, Value, ValueStatus

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


def test_an_uncertain_reading_is_not_repaired_beside_a_confident_one_that_is_wrong_too(build: Build, draw: Build) -> None:
    right = draw(3)
    alternative = {f"n{right[CELL]}": 0.3}
    other = "requests.carried_out.social"
    result = reconcile(build(right | {CELL: scanned(CELL, right[CELL] + 7, 0.6, **alternative), other: right[other] + 2}))
    assert result.values[CELL].status is ValueStatus.DOUBTFUL
    assert result.values[CELL].value == right[CELL] + 7
    assert result.values[other].value == right[other] + 2


def test_several_explanations_are_all_suspected_and_nothing_is_implied(build: Build, draw: Build) -> None:
    """A total column that is 0 throughout may be wrong, or every number beside it."""
    numbers = dict.fromkeys(draw(1), 0)
    for row in ("received", "granted", "handled"):
        numbers[f"requests.{row}.natural_person"] = 18
    result = reconcile(build(numbers))
    found = [finding for finding in result.findings if finding.status is FindingStatus.VIOLATED]
    assert [finding.where for finding in found] == ["received", "granted", "handled"]
    assert {suspect.field for suspect in found[0].suspects} == {
        "requests.received.natural_person", "requests.received.total"}
    assert all(value.implied is None for value in result.values.values())


def test_a_violated_table_4_names_no_suspects(build: Build, draw: Build) -> None:
    result = reconcile(build(draw(4) | {"review.total": 999}))
    [finding] = [finding for finding in result.findings if finding.status is FindingStatus.VIOLATED]
    assert finding.rule == "review.sum"
    assert finding.suspects == ()


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

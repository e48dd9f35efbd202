"""Correcting a stored report: what a person confirms is fixed, everything else is decided anew from the report alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import extract
from extractor.document import Source
from extractor.reconcile import reconcile
from extractor.reconcile.correct import NOTE, corrected, difference
from extractor.report import Alternative, Cause, Evidence, Report, Value, ValueStatus

Build = Callable[..., Any]
CELL, OTHER = "requests.granted.business", "requests.granted.research"


def misread(field: str, number: int, confidence: float, **alternatives: float) -> Value:
    """A value of a scan; `alternatives` are `n12=0.3`."""
    return Value(field=field, value=Decimal(number), read=Decimal(number), raw=str(number), confidence=confidence,
                 alternatives=tuple(Alternative(value=Decimal(name[1:]), probability=p) for name, p in alternatives.items()),
                 evidence=(Evidence(source=Source.OCR, box=(1, 2, 3, 4), text=str(number)),))


def report_of(labelled: Any) -> Report:
    """The report of labelled values, as it comes back from a store."""
    solved = reconcile(labelled)
    report = Report(source="a.pdf", sha256=hashlib.sha256(b"").hexdigest(), format=Source.PDF, template=labelled.template,
                    values=solved.values, findings=solved.findings)
    return Report.from_json(report.to_json())


@pytest.fixture(scope="module")
def county(samples: Path) -> Report:
    """A PDF with prose, tables and errors of its own, as it comes back from a store."""
    return Report.from_json(extract(samples / "demo" / "county_2022.pdf").to_json())


def test_a_corrected_misreading_ends_its_contradiction(build: Build, draw: Build) -> None:
    right = draw(1)
    before = report_of(build(right | {CELL: misread(CELL, right[CELL] + 7, 0.97)}))
    after = corrected(before, {CELL: Decimal(right[CELL])})
    value = after.values[CELL]
    assert (value.value, value.read, value.raw) == (right[CELL], right[CELL] + 7, str(right[CELL] + 7))
    assert (value.status, value.confidence, value.note) == (ValueStatus.CONFIRMED, 1.0, NOTE)
    assert value.evidence == before.values[CELL].evidence
    assert before.violated and not after.violated
    assert set(difference(before, after).gone) == set(before.violated)


def test_a_confirmed_number_that_breaks_relations_is_the_reports_error(build: Build, draw: Build) -> None:
    """The reading was uncertain and its alternative would do; but the page says otherwise."""
    right = draw(2)
    alternative = {f"n{right[CELL]}": 0.3}
    before = report_of(build(right | {CELL: misread(CELL, right[CELL] + 7, 0.6, **alternative)}))
    assert before.values[CELL].status is ValueStatus.REPAIRED and not before.violated
    after = corrected(before, {CELL: Decimal(right[CELL] + 7)})
    assert (after.values[CELL].value, after.values[CELL].implied) == (right[CELL] + 7, right[CELL])
    assert after.values[CELL].status is ValueStatus.CONFIRMED
    assert {finding.cause for finding in after.violated} == {Cause.REPORT}
    assert all(finding.suspects[0].field == CELL for finding in after.violated)


def test_a_repair_that_rested_on_a_wrong_cell_is_taken_back(build: Build, draw: Build) -> None:
    right = draw(4)
    alternative = {f"n{right[CELL] + 3}": 0.3}
    total, below = "requests.granted.total", "requests.handled.business"
    shifted = right | {total: right[total] + 3, "requests.handled.total": right["requests.handled.total"] + 3,
                       below: right[below] + 3, "requests.carried_out.business": right["requests.carried_out.business"] - 3,
                       "requests.carried_out.total": right["requests.carried_out.total"] - 3}
    before = report_of(build(shifted | {CELL: misread(CELL, right[CELL], 0.6, **alternative)}))
    assert before.values[CELL].status is ValueStatus.REPAIRED
    fixed = {name: Decimal(right[name]) for name in shifted if shifted[name] != right[name]}
    after = corrected(before, fixed)
    assert (after.values[CELL].value, after.values[CELL].status) == (right[CELL], ValueStatus.DOUBTFUL)
    assert not after.violated


def test_a_doubt_ends_with_the_contradiction_that_raised_it(build: Build, draw: Build) -> None:
    right, part, total = draw(1), "review.upheld", "review.total"
    before = report_of(build(right | {part: misread(part, right[part], 0.8), total: misread(total, right[total] + 5, 0.8)}))
    assert {before.values[part].status, before.values[total].status} == {ValueStatus.DOUBTFUL}
    after = corrected(before, {total: Decimal(right[total])})
    assert after.values[part].status is ValueStatus.READ
    assert {change.field for change in difference(before, after).values} == {part, total}


def test_a_cell_confirmed_as_blank_is_not_zero(build: Build, draw: Build) -> None:
    before = report_of(build(draw(3)))
    after = corrected(before, {CELL: None})
    assert (after.values[CELL].value, after.values[CELL].status) == (None, ValueStatus.CONFIRMED)


def test_a_missing_cell_can_be_given(build: Build, draw: Build) -> None:
    numbers = draw(3)
    lost = Value(field=CELL, value=None, read=None, confidence=0.0, status=ValueStatus.MISSING)
    after = corrected(report_of(build(numbers | {CELL: lost})), {CELL: Decimal(numbers[CELL])})
    assert (after.values[CELL].value, after.values[CELL].status) == (numbers[CELL], ValueStatus.CONFIRMED)
    assert not after.violated


def test_corrections_add_up_one_by_one_or_together(build: Build, draw: Build) -> None:
    right = draw(5)
    wrong = right | {CELL: misread(CELL, right[CELL] + 7, 0.97), OTHER: misread(OTHER, right[OTHER] + 2, 0.6)}
    before = report_of(build(wrong))
    together = corrected(before, {CELL: Decimal(right[CELL]), OTHER: Decimal(right[OTHER])})
    one_by_one = corrected(corrected(before, {OTHER: Decimal(right[OTHER])}), {CELL: Decimal(right[CELL])})
    assert together == one_by_one
    assert corrected(together, {CELL: Decimal(right[CELL])}) == together


def test_prose_is_held_against_the_corrected_table(county: Report) -> None:
    figure = next(figure for figure in county.figures if figure.field == "requests.received.total" and figure.verdict == "match")
    assert figure.value is not None
    after = corrected(county, {"requests.received.total": figure.value + 40})
    found = difference(county, after)
    assert "prose.table" in {finding.rule for finding in found.appeared}
    again = corrected(after, {"requests.received.total": figure.value})
    assert [f.fingerprint for f in again.violated] == [f.fingerprint for f in county.violated]
    assert again.figures == county.figures


def test_without_corrections_a_report_stays_as_it_is(county: Report) -> None:
    assert corrected(county, {}) == county
    assert not difference(county, corrected(county, {}))


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_confirmed_cell_is_ever_changed(data: st.DataObject, build: Build, draw: Build) -> None:
    numbers = draw(data.draw(st.integers(0, 50)))
    cells = sorted(numbers)
    wrong = data.draw(st.lists(st.sampled_from(cells), min_size=1, max_size=3, unique=True))
    unsure = {name: misread(name, numbers[name] + data.draw(st.integers(1, 9)), 0.6, **{f"n{numbers[name]}": 0.3})
              for name in wrong}
    before = report_of(build(numbers | unsure))
    fixed = {name: Decimal(data.draw(st.integers(0, 60)))
             for name in data.draw(st.lists(st.sampled_from(cells), min_size=1, max_size=4, unique=True))}
    after = corrected(before, fixed)
    assert {name: after.values[name].value for name in fixed} == fixed
    assert {after.values[name].status for name in fixed} == {ValueStatus.CONFIRMED}
    assert corrected(after, {}) == after


@pytest.mark.parametrize(("field", "number"), [("requests.granted.nobody", Decimal(1)), (CELL, Decimal("NaN"))])
def test_nonsense_is_refused(build: Build, draw: Build, field: str, number: Decimal) -> None:
    with pytest.raises(ValueError):
        corrected(report_of(build(draw(1))), {field: number})

"""Each relation of a conflict has odds of its own: an error of the report and a misreading may meet in one row."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.document import Source
from extractor.reconcile import reconcile
from extractor.reconcile.breach import broken, broken_alone, broken_beside_unread
from extractor.reconcile.cause import misread_share
from extractor.report import Alternative, Cause, Evidence, Finding, FindingStatus, Value, ValueStatus

THEIRS = 1e-5
Build = Callable[..., Any]


def cell(name: str, number: int, confidence: float = 0.9999, **alternatives: float) -> Value:
    """A value of a scan; `alternatives` are `n12=0.3`."""
    return Value(field=name, value=Decimal(number), read=Decimal(number), raw=str(number), confidence=confidence,
                 alternatives=tuple(Alternative(value=Decimal(n[1:]), probability=p) for n, p in alternatives.items()),
                 evidence=(Evidence(source=Source.OCR, text=str(number)),))


def known(*cells: Value) -> dict[str, Value]:
    return {value.field: value for value in cells}


# ------------------------------------------------------------------------------------------------------ what is explained
def test_a_relation_is_broken_on_paper_as_its_cell_was_read_right() -> None:
    values = known(cell("a", 41, 0.99999), cell("b", 7, 0.6, n1=0.3))
    assert broken({"a": 1, "c": -1}, {"a": 14, "b": 1}, values, THEIRS) > 0.8
    assert broken({"b": 1, "d": -1}, {"a": 14, "b": 1}, values, THEIRS) < 0.001


def test_errors_that_make_up_for_each_other_break_nothing() -> None:
    """A total and a part that were both left at 0: their sum says nothing, and a misread third part is all that is off."""
    values = known(cell("total", 0, 0.99999), cell("part", 0, 0.99999), cell("other", 10, 0.5, n0=0.4))
    changes = {"total": 12, "part": 12, "other": 0}
    assert broken({"total": 1, "part": -1, "other": -1}, changes, values, THEIRS) < 0.1
    assert broken({"total": 1, "x": -1}, changes, values, THEIRS) > 0.9


def test_a_relation_without_changed_cells_holds() -> None:
    assert broken({"x": 1, "y": -1}, {"a": 14}, known(cell("a", 41)), THEIRS) == 0.0


def test_numbers_two_digits_apart_are_seldom_misread() -> None:
    value = cell("a", 130, 0.999)
    assert misread_share(value, 103, THEIRS) < 0.3 < 0.6 < misread_share(value, 180, THEIRS)


def test_a_number_where_0_belongs_is_likelier_a_mark_on_the_scan() -> None:
    assert misread_share(cell("a", 9, 1.0), 0, THEIRS) > 0.5 > misread_share(cell("a", 9, 1.0), 5, THEIRS)


def test_a_doubtful_reading_where_0_belongs_accuses_nobody_however_many_digits_it_has() -> None:
    """The two strokes of a thin 0 look like 11."""
    value = cell("a", 11, 0.33, n1=0.4, n15=0.09, n13=0.06)
    assert misread_share(value, 0, THEIRS) > 0.99 > misread_share(value, 4, THEIRS)


# ---------------------------------------------------------------------------------------------------- what nothing explains
ROW = {"a": 1, "b": 1, "total": -1}


def test_a_relation_of_sure_cells_is_laid_to_the_report() -> None:
    assert broken_alone(ROW, known(cell("a", 1), cell("b", 2), cell("total", 30)), 0.04) > 0.9


def test_one_of_a_cell_whose_alternative_mends_it_is_not() -> None:
    assert broken_alone(ROW, known(cell("a", 1), cell("b", 8, 0.6, n2=0.3), cell("total", 3)), 0.04) < 0.01


def test_nor_is_one_of_two_cells_whose_alternatives_mend_it_together() -> None:
    values = known(cell("a", 7, 0.6, n1=0.3), cell("b", 8, 0.6, n2=0.3), cell("total", 3))
    assert broken_alone(ROW, values, 0.04) < 0.05


def test_nor_is_one_whose_only_numbers_are_two_marks_where_0_may_stand() -> None:
    values = known(cell("a", 6, 0.67, n8=0.23, n5=0.07, n16=0.03), cell("b", 10, 0.18, n70=0.71), cell("total", 0))
    assert broken_alone(ROW, values, 0.04) < 0.05


@given(numbers=st.tuples(*[st.integers(0, 50)] * 3), confidence=st.floats(0.05, 1.0))
def test_the_odds_are_chances(numbers: tuple[int, int, int], confidence: float) -> None:
    values = known(*(cell(name, number, confidence, n4=0.03) for name, number in zip(ROW, numbers, strict=True)))
    assert 0.0 <= broken_alone(ROW, values, 0.04) <= 1.0


# ----------------------------------------------------------------------------------------------------- beside unread cells
def test_parts_that_exceed_their_total_beside_an_unread_one_are_laid_to_the_report() -> None:
    assert broken_beside_unread(ROW, known(cell("a", 30), cell("total", 3)), 0.04) > 0.8


def test_not_where_a_doubtful_part_may_be_smaller_or_a_doubtful_total_greater() -> None:
    assert broken_beside_unread(ROW, known(cell("a", 30, 0.6, n3=0.3), cell("total", 3)), 0.04) < 0.2
    assert broken_beside_unread(ROW, known(cell("a", 30), cell("total", 3, 0.6)), 0.04) < 0.2


def test_a_doubtful_part_that_cannot_be_so_much_smaller_does_not_matter() -> None:
    assert broken_beside_unread(ROW, known(cell("a", 30), cell("b", 2, 0.6, n1=0.3), cell("total", 3)), 0.04) > 0.8


# ----------------------------------------------------------------------------------------------------------------- reports
def violated(numbers: dict[str, Any], build: Build) -> dict[tuple[str, str], Finding]:
    return {(f.rule, f.where): f for f in reconcile(build(numbers)).findings if f.status is FindingStatus.VIOLATED}


def test_an_error_of_the_report_and_a_misreading_in_one_column_are_two_causes(build: Build, draw: Build) -> None:
    right = draw(1)
    printed, misread = "requests.handled.business", "requests.granted.business"
    numbers = right | {printed: cell(printed, right[printed] + 27, 0.99999),
                       misread: cell(misread, right[misread] + 60, 0.93, **{f"n{right[misread]}": 0.06})}
    found = violated(numbers, build)
    theirs = {place for place, finding in found.items() if finding.cause is Cause.REPORT}
    assert theirs == {("requests.balance", "business"), ("requests.handled_sum", "business"), ("requests.applicant_sum", "handled")}
    ours = found["requests.applicant_sum", "granted"]
    assert ours.cause is Cause.READING
    assert ours.cause_id not in {found[place].cause_id for place in theirs}
    assert [suspect.field for suspect in ours.suspects] == [misread]


def test_a_shifted_row_is_seen_through_a_misread_cell_of_it(build: Build, draw: Build) -> None:
    right = draw(3)
    row = [f"requests.carried_out.{column}" for column in
           ("natural_person", "business", "research", "social", "legal_service", "other_org")]
    right |= dict(zip(row, (75, 11, 0, 0, 2, 0), strict=True))
    right["requests.carried_out.total"] = 88
    for column, name in zip(("natural_person", "business", "research", "social", "legal_service", "other_org"), row, strict=True):
        right[f"requests.received.{column}"] = (right[f"requests.handled.{column}"] + right[name]
                                                - right[f"requests.carried_in.{column}"])
    right["requests.received.total"] = sum(right[name.replace("carried_out", "received")] for name in row)
    shifted = dict(zip(row, (0, 75, 11, 0, 0, 2), strict=True))
    numbers: dict[str, Any] = right | shifted | {row[4]: cell(row[4], 6, 0.4, n0=0.5)}
    found = violated(numbers, build)
    assert {place for place, finding in found.items() if finding.cause is Cause.REPORT} == {
        ("requests.balance", column) for column in ("natural_person", "business", "research", "legal_service", "other_org")}
    [headline] = [finding for finding in found.values() if finding.headline and finding.cause is Cause.REPORT]
    assert headline.explanation is not None and "整体错开一列" in headline.explanation.zh


def test_a_relation_that_an_alternative_of_a_doubtful_cell_mends_is_not_laid_to_the_report(build: Build, draw: Build) -> None:
    """Printed are 75 and 86 for 78 and 89, and 75 was read as 15: with 75 the row holds, whatever else its column needs."""
    numbers = {name: 0 for name in draw(1) if name.startswith("requests.")}
    for column, number in (("natural_person", 78), ("business", 3), ("legal_service", 8), ("total", 89)):
        numbers |= {f"requests.{row}.{column}": number for row in ("received", "granted", "handled")}
    name = "requests.granted.natural_person"
    read = {n: cell(n, number, 0.9998) for n, number in numbers.items()} | {
        name: cell(name, 15, 0.74, n75=0.03, n5=0.06), "requests.granted.total": cell("requests.granted.total", 86, 0.9998),
        "requests.handled.total": cell("requests.handled.total", 90, 0.9998)}
    found = violated(read, build)
    assert found["requests.applicant_sum", "handled"].cause is Cause.REPORT
    assert found["requests.applicant_sum", "granted"].cause is Cause.READING


def test_a_slip_of_numbers_that_are_in_doubt_is_not_laid_to_the_report(build: Build, draw: Build) -> None:
    """Two marks in an empty table, read as totals, look like rows of totals moved by one line."""
    zeros = {name: cell(name, 0, 0.9998) for name in draw(1) if name.startswith("requests.") and not name.endswith(".total")}
    blanks: dict[str, Any] = {name: None for name in draw(1) if name.startswith("requests.") and name.endswith(".total")}
    blanks |= {"requests.not_processed.duplicate.other_org": None, "requests.other.other.business": None,
               "requests.unavailable.still_unclear.total": cell("requests.unavailable.still_unclear.total", 0)}
    marks: dict[str, tuple[int, float, dict[str, float]]] = {
        "carried_in.total": (25, 0.04, {}), "refused.third_party_rights.total": (22, 0.1, {}),
        "granted.research": (70, 0.32, {"n0": 0.43, "n10": 0.25}),
        "refused.state_secret.natural_person": (1, 0.05, {"n2": 0.45, "n0": 0.02}),
        "refused.state_secret.other_org": (1, 0.22, {"n7": 0.41, "n2": 0.21, "n0": 0.04, "n3": 0.03}),
        "refused.forbidden_by_law.social": (10, 0.08, {"n0": 0.84, "n101": 0.06}),
        "refused.forbidden_by_law.other_org": (10, 0.18, {"n70": 0.71, "n20": 0.03, "n1": 0.03, "n0": 0.02, "n7": 0.02}),
        "refused.process_information.total": (2, 0.02, {"n0": 0.37, "n3": 0.29, "n5": 0.05, "n1": 0.04, "n7": 0.02}),
        "refused.administrative_query.total": (8, 0.05, {"n0": 0.3, "n9": 0.28, "n2": 0.07, "n3": 0.04, "n7": 0.03})}
    read = {f"requests.{name}": cell(f"requests.{name}", number, sure, **others) for name, (number, sure, others) in marks.items()}
    found = violated(zeros | blanks | read, build)
    assert found
    assert all(finding.cause is not Cause.REPORT for finding in found.values())


def test_no_verdict_is_certain(build: Build, draw: Build) -> None:
    right = draw(1)
    found = violated(right | {"requests.handled.business": right["requests.handled.business"] + 7}, build)
    assert all(0.0 < finding.probability < 1.0 for finding in found.values())


# ----------------------------------------------------------------------------------------------------------------- repairs
TOTAL = "requests.granted.total"


@pytest.mark.parametrize(("confidence", "chance", "status"), [
    (0.5, 0.4, ValueStatus.REPAIRED), (0.89, 0.08, ValueStatus.DOUBTFUL), (0.6, 0.03, ValueStatus.DOUBTFUL)])
def test_a_misprint_that_the_reader_read_rather_surely_is_not_erased(
        confidence: float, chance: float, status: ValueStatus, build: Build, draw: Build) -> None:
    right = draw(2)[TOTAL]
    numbers = draw(2) | {TOTAL: cell(TOTAL, right + 40, confidence, **{f"n{right}": chance, f"n{right + 1}": 0.99 - confidence - chance})}
    value = reconcile(build(numbers)).values[TOTAL]
    assert (value.status, value.value, value.implied) == (status, right if status is ValueStatus.REPAIRED else right + 40, right)


def test_a_mark_in_a_column_left_blank_is_not_repaired_to_0(build: Build, draw: Build) -> None:
    numbers: dict[str, Any] = {name: 0 if name.startswith("requests.") else number for name, number in draw(2).items()}
    marked = numbers | {TOTAL: cell(TOTAL, 2, 0.05, n0=0.6)}
    assert reconcile(build(marked)).values[TOTAL].status is ValueStatus.REPAIRED
    blanks = {name: None for name in numbers if name.startswith("requests.") and name.endswith(".total")}
    value = reconcile(build(marked | blanks | {TOTAL: marked[TOTAL]})).values[TOTAL]
    assert (value.value, value.status) == (2, ValueStatus.DOUBTFUL)


def test_a_cell_that_is_likelier_blank_is_not_repaired_to_0(build: Build, draw: Build) -> None:
    zero = next(name for name, number in draw(2).items() if number == 0 and name.startswith("requests.refused"))
    read = cell(zero, 1, 0.02, n0=0.1)
    blank = read.model_copy(update={"alternatives": (*read.alternatives, Alternative(value=None, probability=0.87))})
    value = reconcile(build(draw(2) | {zero: blank})).values[zero]
    assert (value.value, value.status) == (1, ValueStatus.DOUBTFUL)

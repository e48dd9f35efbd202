"""Rows that the report does not print are no part of its sums; rows that were not read leave them undecided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from extractor.document import Source
from extractor.fields import load
from extractor.reconcile import Reconciled, reconcile
from extractor.report import Evidence, FindingStatus, Value, ValueStatus

Build = Callable[..., Any]
ROW = "requests.refused.state_secret"


def without_row(build: Build, numbers: dict[str, Any], row: str = ROW) -> Reconciled:
    lost = {field.id: Value(field=field.id, value=None, read=None, status=ValueStatus.MISSING, confidence=0.0)
            for field in load().fields.values() if field.row == row}
    return reconcile(build(numbers | lost))


def violated(result: Reconciled) -> set[tuple[str, str]]:
    return {(f.rule, f.where) for f in result.findings if f.status is FindingStatus.VIOLATED}


def empty(numbers: dict[str, int], row: str = ROW) -> dict[str, int]:
    """A consistent report in which a row holds nothing: its numbers are those of another row."""
    other = "requests.granted"
    moved = {f"{other}.{name.rpartition('.')[2]}": numbers[f"{other}.{name.rpartition('.')[2]}"] + numbers[name]
             for name in numbers if name.startswith(f"{row}.")}
    return numbers | moved | {name: 0 for name in numbers if name.startswith(f"{row}.")}


def test_an_error_is_found_in_a_table_that_leaves_out_an_empty_row(build: Build, draw: Build) -> None:
    numbers = empty(draw(1))
    numbers["requests.granted.business"] += 7
    assert violated(without_row(build, numbers)) == {
        ("requests.handled_sum", "business"), ("requests.applicant_sum", "granted")}


def test_a_row_that_was_not_read_accuses_nobody(build: Build, draw: Build) -> None:
    numbers = empty(draw(1))
    for column in ("business", "total"):
        numbers[f"requests.granted.{column}"] += 7
        for row in ("handled", "received"):
            numbers[f"requests.{row}.{column}"] += 7
        numbers[f"requests.granted.{column}"] -= 7
    result = without_row(build, numbers)
    assert violated(result) == set()
    assert any(f.status is FindingStatus.UNDECIDED and f.rule == "requests.handled_sum" for f in result.findings)


def test_a_blank_row_that_is_printed_still_decides_nothing(build: Build, draw: Build) -> None:
    numbers: dict[str, Any] = empty(draw(1))
    numbers["requests.granted.business"] += 7
    numbers |= {name: None for name in numbers if name.startswith(f"{ROW}.")}
    assert violated(reconcile(build(numbers))) == {("requests.applicant_sum", "granted")}


def on_scan(numbers: dict[str, Any]) -> dict[str, Any]:
    return {name: Value(field=name, value=number, read=number, raw=str(number), confidence=0.9998,
                        evidence=(Evidence(source=Source.OCR, text=str(number)),)) for name, number in numbers.items()}


def test_a_row_of_a_scan_of_which_nothing_asks_for_a_number_leaves_the_sums_decided(build: Build, draw: Build) -> None:
    """The total of a row is off by 7: its row shows it, and no number in the unread row would mend the column of totals."""
    numbers = empty(draw(1))
    numbers["requests.granted.total"] -= 7
    assert violated(without_row(build, on_scan(numbers))) == {
        ("requests.handled_sum", "total"), ("requests.applicant_sum", "granted")}


def test_a_row_of_a_scan_that_may_hold_what_the_others_lack_leaves_them_undecided(build: Build, draw: Build) -> None:
    """Two rows lack the same number in one column, and another row is off: the unread row may hold the former."""
    numbers = empty(draw(1))
    for name in ("handled.business", "handled.total", "received.business", "received.total"):
        numbers[f"requests.{name}"] += 5
    numbers["requests.carried_in.total"] += 3
    found = violated(without_row(build, on_scan(numbers)))
    assert ("requests.applicant_sum", "carried_in") in found
    assert not found & {("requests.handled_sum", "business"), ("requests.handled_sum", "total")}


def test_rows_that_exceed_their_total_violate_it_whatever_an_unread_row_holds(build: Build, draw: Build) -> None:
    numbers = draw(1)
    numbers["requests.handled.business"] = numbers["requests.granted.business"] - 1
    numbers["requests.granted.business"] += 10
    found = {f.where: f for f in without_row(build, on_scan(numbers)).findings if f.rule == "requests.handled_sum"}
    assert found["business"].status is FindingStatus.VIOLATED
    assert "1 cells could not be read" in found["business"].message.en and "只会使差额更大" in found["business"].message.zh


def test_nor_do_blanks_that_could_be_written_in_later_violate_it(build: Build, draw: Build) -> None:
    numbers: dict[str, Any] = draw(1) | {f"{ROW}.business": None}
    numbers["requests.handled.business"] = numbers["requests.granted.business"] - 1
    assert ("requests.handled_sum", "business") not in violated(reconcile(build(numbers)))

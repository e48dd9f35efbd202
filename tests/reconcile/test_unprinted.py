"""Rows that the report does not print are no part of its sums; rows that were not read leave them undecided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from extractor.fields import load
from extractor.reconcile import Reconciled, reconcile
from extractor.report import FindingStatus, Value, ValueStatus

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

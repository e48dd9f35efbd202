"""Rows whose digits run together are cut only where the relations leave exactly one way."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.document import Source
from extractor.fields import load
from extractor.labelled import GluedRow
from extractor.reconcile import reconcile
from extractor.report import Evidence, FindingStatus, Value, ValueStatus

Build = Callable[..., Any]
EVIDENCE = Evidence(text="digits", source=Source.WEB, place="table 3 row 1")


def fields_of(row: str) -> tuple[str, ...]:
    if row == "disputes":
        return tuple(field.id for field in load().table("disputes").fields)
    return tuple(field.id for field in load().fields.values() if field.row == row)


def rows_of(numbers: dict[str, int]) -> list[str]:
    rows = dict.fromkeys(load().fields[name].row for name in numbers if name.startswith("requests."))
    return [*rows, "disputes"]


def glue(row: str, numbers: dict[str, int]) -> GluedRow:
    fields = fields_of(row)
    return GluedRow(fields, "".join(str(numbers[field]) for field in fields), EVIDENCE)


def unread(fields: tuple[str, ...]) -> dict[str, Value]:
    return {field: Value(field=field, value=None, read=None, unit="件", status=ValueStatus.MISSING) for field in fields}


def split(build: Build, glued: list[GluedRow], known: dict[str, Any] | None = None) -> dict[str, Value]:
    missing = unread(tuple(field for row in glued for field in row.fields))
    return dict(reconcile(build(missing | (known or {}), glued=tuple(glued))).values)


def test_a_row_is_cut_where_its_sum_leaves_one_way(build: Build) -> None:
    fields = fields_of("requests.received")
    values = split(build, [GluedRow(fields, "21710000218", EVIDENCE)])
    assert [values[field].value for field in fields] == [217, 1, 0, 0, 0, 0, 218]
    total = values["requests.received.total"]
    assert (total.status, total.raw, total.read) == (ValueStatus.READ, "21710000218", Decimal(218))
    assert total.evidence == (EVIDENCE,)
    assert total.unit == "件"
    assert 0.9 <= total.confidence < 1
    assert "run together" in total.note


def test_a_row_with_two_ways_to_cut_it_stays_unread(build: Build) -> None:
    fields = fields_of("requests.received")
    values = split(build, [GluedRow(fields, "110000011", EVIDENCE)])  # 11 + 0 … = 11, or 1 + 10 + 0 … = 11
    assert {values[field].status for field in fields} == {ValueStatus.MISSING}
    assert {values[field].value for field in fields} == {None}
    assert {values[field].raw for field in fields} == {"110000011"}
    assert "several ways" in values[fields[0]].note


def test_the_other_rows_decide_between_two_ways(build: Build, draw: Build) -> None:
    numbers = dict.fromkeys(draw(1), 0)
    for row in ("received", "granted", "handled"):
        numbers |= {f"requests.{row}.natural_person": 1, f"requests.{row}.business": 10, f"requests.{row}.total": 11}
    known = {name: number for name, number in numbers.items() if load().fields[name].row != "requests.received"}
    values = split(build, [glue("requests.received", numbers)], known)
    assert values["requests.received.natural_person"].value == 1
    assert values["requests.received.business"].value == 10


def test_a_row_that_breaks_its_own_sum_stays_unread(build: Build) -> None:
    fields = fields_of("requests.received")
    values = split(build, [GluedRow(fields, "18000000", EVIDENCE)])
    assert {values[field].status for field in fields} == {ValueStatus.MISSING}
    assert "no way" in values[fields[0]].note


def test_all_zeros_are_zeros(build: Build) -> None:
    fields = fields_of("disputes")
    values = split(build, [GluedRow(fields, "0" * 15, EVIDENCE)])
    assert {values[field].value for field in fields} == {Decimal(0)}


def test_a_contradiction_across_rows_leaves_its_table_unread_but_not_the_other(build: Build, draw: Build) -> None:
    numbers = draw(3, 3)
    numbers["requests.granted.natural_person"] += 1
    numbers["requests.granted.total"] += 1
    values = split(build, [glue(row, numbers) for row in rows_of(numbers)])
    assert {values[name].value for name in numbers if name.startswith("requests.")} == {None}
    assert all(values[name].value == numbers[name] for name in fields_of("disputes"))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([1, 9, 60, 900]), single=st.booleans())
def test_whole_tables_are_read_right_or_truthfully_not(seed: int, scale: int, single: bool, build: Build,
                                                       draw: Build) -> None:
    numbers = draw(seed, scale, single)
    rows = rows_of(numbers)
    random.Random(seed).shuffle(rows)
    values = split(build, [glue(row, numbers) for row in rows])
    for row in rows:
        read = [values[field].value for field in fields_of(row)]
        assert read in ([numbers[field] for field in fields_of(row)], [None] * len(read))
    assert sum(values[name].value is not None for name in numbers) >= 0.8 * len(numbers)


@pytest.mark.parametrize("seed", range(5))
def test_a_table_that_was_cut_violates_nothing(seed: int, build: Build, draw: Build) -> None:
    numbers = draw(seed, 200)
    glued = tuple(glue(row, numbers) for row in rows_of(numbers))
    missing = unread(tuple(field for row in glued for field in row.fields))
    result = reconcile(build(missing, glued=glued))
    assert all(finding.status is not FindingStatus.VIOLATED for finding in result.findings)


@pytest.mark.parametrize("digits", [
    "", "0", "１２３", "12a4567", "-1000001", "0" * 65, "9" * 10_000, "1" * 64, "10" * 32, "1234567890" * 6, "1" * 21])
def test_hostile_digits_end_unread_and_soon(digits: str, build: Build) -> None:
    for row in ("requests.received", "disputes"):
        start = time.process_time()
        values = split(build, [GluedRow(fields_of(row), digits, EVIDENCE)])
        assert time.process_time() - start < 5
        assert {values[field].status for field in fields_of(row)} == {ValueStatus.MISSING}
        assert {values[field].raw for field in fields_of(row)} == {digits}


def test_a_whole_table_of_ambiguous_rows_ends_unread_and_soon(build: Build, draw: Build) -> None:
    glued = [GluedRow(fields_of(row), "1" * 17, EVIDENCE) for row in rows_of(draw(1)) if row != "disputes"]
    start = time.process_time()
    values = split(build, glued)
    assert time.process_time() - start < 20
    assert {value.status for value in values.values()} == {ValueStatus.MISSING}


def test_rows_that_claim_the_same_cells_stay_unread(build: Build) -> None:
    fields = fields_of("requests.received")
    glued = [GluedRow(fields, "1000001", EVIDENCE), GluedRow(fields, "2000002", EVIDENCE)]
    assert {value.value for value in split(build, glued).values()} == {None}


def test_cells_without_a_relation_are_not_guessed(build: Build) -> None:
    fields = ("disclosure.licences.decisions", "disclosure.penalties.decisions")
    values = split(build, [GluedRow(fields, "12", EVIDENCE)])
    assert {value.value for value in values.values()} == {None}


def test_rows_without_a_total_are_cut_by_the_relations_that_cross_them(build: Build) -> None:
    """Table 3 whose last column has strokes: nothing in a row says how to cut it, its columns do."""
    rows = {"requests.received": "4600070", "requests.carried_in": "000000", "requests.granted": "3400040",
            "requests.partially_granted": "600020", "requests.unavailable.not_held": "600010",
            "requests.handled": "4600070", "requests.carried_out": "000000"}
    applicants = [field.column for field in load().fields.values() if field.row == "requests.received"][:-1]
    rest = [field.id for field in load().fields.values() if field.table == "requests" and "2021" in field.templates
            and field.row not in rows and field.column in applicants]
    known = {field: Value(field=field, value=Decimal(0), read=Decimal(0), unit="件") for field in rest}
    glued = [GluedRow(tuple(f"{row}.{column}" for column in applicants), digits, EVIDENCE) for row, digits in rows.items()]
    values = split(build, glued, known)
    assert [values[f"requests.received.{column}"].value for column in applicants] == [46, 0, 0, 0, 7, 0]
    assert [values[f"requests.granted.{column}"].value for column in applicants] == [34, 0, 0, 0, 4, 0]

"""Doubt about a row's place is told from doubt about its digits: numbers in the wrong place still add up to their total."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from extractor.document import Source
from extractor.reconcile import Reconciled, engine_of_product, reconcile
from extractor.reconcile.placed import with_digits_alone
from extractor.report import Cause, Evidence, FindingStatus, Value, ValueStatus

Build = Callable[..., Any]
ROW = "requests.granted"
TOTAL = f"{ROW}.total"


def row_read(numbers: Mapping[str, int], confidence: float, **others: float) -> dict[str, Value]:
    """The numbers of a row of a scan, all as sure but for `others`, by column."""
    return {name: Value(field=name, value=Decimal(number), read=Decimal(number), raw=str(number),
                        confidence=others.get(name.rpartition(".")[2], confidence),
                        evidence=(Evidence(source=Source.OCR, text=str(number)),))
            for name, number in numbers.items() if name.startswith(f"{ROW}.")}


def solved(build: Build, numbers: dict[str, int], confidence: float, **others: float) -> Reconciled:
    return reconcile(build(numbers | row_read(numbers, confidence, **others)))


def accused(result: Reconciled) -> set[tuple[str, str]]:
    return {(f.rule, f.where) for f in result.findings if f.status is FindingStatus.VIOLATED and f.cause is Cause.REPORT}


@pytest.mark.parametrize("confidence", [0.9498, 0.8998])
def test_a_row_whose_place_is_in_doubt_is_still_held_to_its_own_sum(confidence: float, build: Build, draw: Build) -> None:
    result = solved(build, draw(2) | {TOTAL: draw(2)[TOTAL] + 23}, confidence)
    assert accused(result) == {("requests.applicant_sum", "granted"), ("requests.handled_sum", "total")}
    assert (result.values[TOTAL].status, result.values[TOTAL].confidence) == (ValueStatus.READ, confidence)


def test_a_number_in_doubt_by_itself_stays_so(build: Build, draw: Build) -> None:
    result = solved(build, draw(2) | {TOTAL: draw(2)[TOTAL] + 23}, 0.9498, total=0.6)
    assert accused(result) == set()
    assert result.values[TOTAL].status is ValueStatus.DOUBTFUL


@pytest.mark.parametrize(("rows", "confidence"), [(1, 0.74), (3, 0.95)])
def test_a_row_of_doubtful_numbers_and_columns_in_doubt_are_no_matter_of_place(rows: int, confidence: float, draw: Build) -> None:
    """Below 0.8 each number may be in doubt by itself; where many rows do not add up the columns may be wrong."""
    names = [f"requests.{row}" for row in ("granted", "received", "handled")[:rows]]
    values = {name: value.model_copy(update={"field": name}) for row in names
              for name, value in ((n.replace(ROW, row), v) for n, v in row_read(draw(2), confidence).items())}
    violated = [i for i in engine_of_product().instances("2021", values)
                if i.rule.id == "requests.applicant_sum" and i.place in names]
    assert len(violated) == rows
    assert with_digits_alone(values, violated) == values

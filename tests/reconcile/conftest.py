"""Reports for the tests of reconciliation: consistent ones at random, and values made of plain numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest

from extractor.document import Source
from extractor.fields import load
from extractor.labelled import GluedRow, Labelled
from extractor.report import Evidence, Period, Value, ValueStatus

Number = int | str | Decimal | None
Build = Callable[..., Labelled]
Draw = Callable[..., dict[str, int]]


def _value(field: str, number: Number | Value) -> Value:
    if isinstance(number, Value):
        return number
    if number is None:
        return Value(field=field, value=None, read=None, status=ValueStatus.BLANK)
    decimal = Decimal(number)
    evidence = Evidence(page=1, box=(1.0, 2.0, 3.0, 4.0), text=str(number), source=Source.PDF, place=field)
    return Value(field=field, value=decimal, read=decimal, raw=str(number), evidence=(evidence,))


@pytest.fixture(scope="session")
def build() -> Build:
    """Labelled from numbers by field id (None: blank) or from ready values."""

    def make(numbers: Mapping[str, Number | Value], template: str = "2021", glued: tuple[GluedRow, ...] = ()) -> Labelled:
        return Labelled(None, None, Period(), template, {name: _value(name, n) for name, n in numbers.items()},
                        glued=glued)

    return make


@pytest.fixture(scope="session")
def draw() -> Draw:
    """A consistent report: tables 3 and 4 of template 2021, or with the single row 其他处理; `scale` bounds each cell."""

    def make(seed: int, scale: int = 40, single_other: bool = False) -> dict[str, int]:
        rng = random.Random(seed)
        table = load().table("requests")
        columns = [column.id for column in table.columns if column.id != "total"]
        unused = {"requests.other"} if not single_other else {
            "requests.other.not_corrected", "requests.other.fee_unpaid", "requests.other.other"}
        results = [row.id for row in table.rows if row.under is not None and row.id != "requests.handled"
                   and row.id not in unused]
        numbers: dict[str, int] = {}
        for column in columns:
            for row in results:
                numbers[f"{row}.{column}"] = rng.randint(0, scale) if rng.random() < 0.3 else 0
            handled = sum(numbers[f"{row}.{column}"] for row in results)
            carried_out = rng.randint(0, scale) if rng.random() < 0.3 else 0
            carried_in = rng.randint(0, handled + carried_out) if rng.random() < 0.3 else 0
            numbers |= {f"requests.handled.{column}": handled, f"requests.carried_out.{column}": carried_out,
                        f"requests.carried_in.{column}": carried_in,
                        f"requests.received.{column}": handled + carried_out - carried_in}
        for row in (*results, "requests.handled", "requests.carried_out", "requests.carried_in", "requests.received"):
            numbers[f"{row}.total"] = sum(numbers[f"{row}.{column}"] for column in columns)
        for row in ("review", "litigation.direct", "litigation.after_review"):
            parts = {f"{row}.{column}": rng.randint(0, 9) for column in ("upheld", "corrected", "other", "pending")}
            numbers |= parts | {f"{row}.total": sum(parts.values())}
        return {name: numbers[name] for name in load().fields if name in numbers}

    return make

"""Truths of the project's own samples, and ways to spoil an answer on purpose."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from eval.loading import load_samples
from eval.types import Truth
from extractor.report import Report, Value, ValueStatus


@pytest.fixture(scope="session")
def truths(samples: Path) -> list[Truth]:
    """The labelled demo reports, one in each format."""
    return [truth for truth in load_samples(samples).truths if truth.name.startswith("demo/")]


@pytest.fixture(scope="session")
def placed(truths: list[Truth]) -> Truth:
    """A PDF with errors of its own, whose cells have boxes."""
    return next(truth for truth in truths if truth.name.endswith(".pdf"))


@pytest.fixture(scope="session")
def unplaced(placed: Truth) -> Truth:
    """The same report as if it came from a format without pages."""
    values = {name: value.model_copy(update={"evidence": ()}) for name, value in placed.report.values.items()}
    report = placed.report.model_copy(update={"values": values, "pages": ()})
    return Truth("unplaced.txt", report, facts=placed.facts)


def answered(value: Value, number: Decimal | int | None, **changes: Any) -> Value:
    """`value` as if `number` had been read in its place."""
    got = None if number is None else Decimal(number)
    raw = "" if got is None else str(got)
    return value.model_copy(update={"value": got, "read": got, "raw": raw} | changes)


def spoilt(report: Report, *values: Value) -> Report:
    """The report with some values replaced."""
    return report.model_copy(update={"values": dict(report.values) | {value.field: value for value in values}})


def moved(report: Report, field: str, source: str) -> Value:
    """What stands in `source`, answered as `field`."""
    return report.values[source].model_copy(update={"field": field})


def lost(value: Value) -> Value:
    """`value` as if nothing had been found for it."""
    return Value(field=value.field, value=None, read=None, unit=value.unit, confidence=0.0, status=ValueStatus.MISSING)

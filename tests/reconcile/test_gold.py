"""Reports labelled by hand: exactly the violations that were found in them, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extractor.reconcile import reconcile
from extractor.report import FindingStatus

NAMES = ("000_23b209a5a38a2d15", "001_bc2d3f9030932090", "002_ca9055e41dfea331", "003_d67b1e978b819952", "hongze_2023")


@pytest.mark.parametrize("name", NAMES)
def test_violations_are_exactly_the_labelled_ones(name: str, shared: Path, build: Callable[..., Any]) -> None:
    gold = json.loads((shared / "gold" / f"{name}.json").read_text("utf8"))
    result = reconcile(build(gold["values"], gold["template"]))
    found = sorted((finding.rule, finding.where, finding.actual, finding.expected)
                   for finding in result.findings if finding.status is FindingStatus.VIOLATED)
    labelled = sorted((entry["rule"], entry.get("row", entry["rule"].removesuffix(".sum")), Decimal(entry["stated"]),
                       Decimal(entry["computed"]))
                      for entry in gold["violations"] if not entry["rule"].startswith("prose."))
    assert found == labelled


@pytest.mark.parametrize("name", NAMES)
def test_no_value_is_changed(name: str, shared: Path, build: Callable[..., Any]) -> None:
    gold = json.loads((shared / "gold" / f"{name}.json").read_text("utf8"))
    labelled = build(gold["values"], gold["template"])
    result = reconcile(labelled)
    assert {field: value.value for field, value in result.values.items()} == {
        field: value.value for field, value in labelled.values.items()}

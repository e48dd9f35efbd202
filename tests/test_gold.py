"""Real reports against their gold labels: every value, nothing extra, exactly the labelled violations of table rules."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extractor import extract
from extractor.report import FindingStatus, Report, ValueStatus

TABLE_RULES = ("requests.", "review.", "litigation.", "form.")
NAMES = ("hongze_2023", "000_23b209a5a38a2d15", "001_bc2d3f9030932090", "002_ca9055e41dfea331", "003_d67b1e978b819952")


def gold_and_report(shared: Path, name: str) -> tuple[dict[str, Any], Report]:
    gold = json.loads((shared / "gold" / f"{name}.json").read_text("utf8"))
    return gold, extract(shared / gold["source"])


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_right_and_nothing_is_extra(shared: Path, name: str) -> None:
    gold, report = gold_and_report(shared, name)
    expected = {field: Decimal(value) if value is not None else None for field, value in gold["values"].items()}
    read = {field: value.value for field, value in report.values.items() if field in expected or value.value is not None}
    assert read == expected
    assert (report.agency, report.year, report.template) == (gold["agency"], gold["year"], gold["template"])


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_labelled_table_rules_are_violated(shared: Path, name: str) -> None:
    gold, report = gold_and_report(shared, name)
    expected = Counter((violation["rule"], violation.get("row", violation["rule"].removesuffix(".sum")))
                       for violation in gold["violations"] if violation["rule"].startswith(TABLE_RULES))
    assert Counter((f.rule, f.where) for f in report.violated if f.rule.startswith(TABLE_RULES)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_value_has_its_place(shared: Path, name: str) -> None:
    _, report = gold_and_report(shared, name)
    for value in report.values.values():
        if value.status is not ValueStatus.MISSING:
            [evidence] = value.evidence
            assert evidence.box is not None or evidence.place


@pytest.mark.parametrize("name", ["shuyang_2025", "shanghai_stcsm_2024", "shanghai_general_office_2019"])
def test_transcribed_reports_are_read_whole_and_their_tables_agree(shared: Path, name: str) -> None:
    report = extract(shared / "real" / f"{name}.md")
    assert not [value for value in report.values.values() if value.status is ValueStatus.MISSING]
    of_table_3 = [finding for finding in report.findings if finding.rule.startswith("requests.")]
    assert of_table_3
    assert not [finding for finding in of_table_3 if finding.status is FindingStatus.VIOLATED]
    if name == "shuyang_2025":
        assert all(finding.status is FindingStatus.SATISFIED for finding in of_table_3)


def test_blanks_of_the_report_of_2019_stay_blank(shared: Path) -> None:
    report = extract(shared / "real" / "shanghai_general_office_2019.md")
    blank = [field for field, value in report.values.items()
             if field.startswith("requests.") and value.status is ValueStatus.BLANK]
    assert len(blank) == 126
    assert all(report.values[field].value is None for field in blank)

"""The samples that come with the project: every value as labelled, the injected errors found and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor import extract
from extractor.report import FindingStatus, Report
from training.corpus.labels import SUFFIX, read_label

SAMPLES = Path(__file__).resolve().parents[1] / "eval" / "samples"
FILES = sorted(path for folder in ("demo", "formats") for path in (SAMPLES / folder).iterdir())


def label_of(path: Path) -> Report:
    return read_label(SAMPLES / "labels" / path.parent.name / (path.name + SUFFIX)).report


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_value_is_as_labelled(path: Path) -> None:
    label, report = label_of(path), extract(path)
    assert {field: value.value for field, value in report.values.items()} == {
        field: value.value for field, value in label.values.items()}
    assert (report.agency, report.year, report.template) == (label.agency, label.year, label.template)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_exactly_the_injected_errors_of_the_tables_are_found(path: Path) -> None:
    def violations(report: Report) -> set[tuple[str, str]]:
        return {(finding.rule, finding.where) for finding in report.findings
                if finding.status is FindingStatus.VIOLATED and not finding.rule.startswith("prose")}

    assert violations(extract(path)) == violations(label_of(path))


def test_one_report_in_four_formats_gives_the_same_values_and_figures() -> None:
    reports = [extract(path) for path in FILES if path.parent.name == "formats"]
    assert len(reports) == 4
    values = [{field: (value.value, value.unit, value.status) for field, value in report.values.items()} for report in reports]
    assert values == [values[0]] * 4
    figures = [[(figure.field, figure.value, figure.unit, figure.qualifier) for figure in report.figures] for report in reports]
    assert figures == [figures[0]] * 4

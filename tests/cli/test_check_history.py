"""`gouji check` with several reports of one body: what it shows between the years, and the exit code."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from extractor.errors import ExitCode
from extractor.report import Report

if TYPE_CHECKING:
    from tests.cli.conftest import ReadsAs, Run


def of_year(report: Report, year: int, **numbers: int) -> Report:
    """The report as that of another year, with other numbers carried in and out."""
    values = dict(report.values)
    for name, number in numbers.items():
        field = f"requests.{name}.total"
        values[field] = values[field].model_copy(update={"value": Decimal(number), "read": Decimal(number)})
    return report.model_copy(update={"year": year, "values": values, "sha256": f"{year}", "source": f"{year}.pdf"})


def test_years_that_do_not_join_are_shown_and_end_with_1(run: Run, reads_as: ReadsAs, consistent: Report) -> None:
    reads_as({"a.pdf": of_year(consistent, 2021, carried_out=3), "b.pdf": of_year(consistent, 2022, carried_in=5)})
    result = run("check", "a.pdf", "b.pdf")
    assert result.exit_code == ExitCode.VIOLATED
    assert "history.carry_over" in result.stdout and "2021-2022" in result.stdout
    assert "last year’s report carried 3 forward" in " ".join(result.stdout.split())


def test_years_that_join_end_with_0(run: Run, reads_as: ReadsAs, consistent: Report) -> None:
    reads_as({"a.pdf": of_year(consistent, 2021, carried_out=3), "b.pdf": of_year(consistent, 2022, carried_in=3)})
    result = run("check", "a.pdf", "b.pdf")
    assert result.exit_code == ExitCode.OK
    assert "history.carry_over" not in result.stdout


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_second_report_of_a_year_and_missing_years_are_named(run: Run, reads_as: ReadsAs, consistent: Report,
                                                               language: str) -> None:
    twice = of_year(consistent, 2021, carried_in=9).model_copy(update={"sha256": "other", "source": "again.pdf"})
    reads_as({"a.pdf": of_year(consistent, 2021), "b.pdf": twice, "c.pdf": of_year(consistent, 2023)})
    out = run("check", "--lang", language, "a.pdf", "b.pdf", "c.pdf").stdout
    assert "again.pdf" in out or "2021.pdf" in out
    assert "2022" in out


def test_json_carries_what_the_years_show_on_the_later_report(run: Run, reads_as: ReadsAs, consistent: Report) -> None:
    reads_as({"a.pdf": of_year(consistent, 2021, carried_out=3), "b.pdf": of_year(consistent, 2022, carried_in=5)})
    first, second = json.loads(run("check", "--json", "a.pdf", "b.pdf").stdout)
    assert "history" not in first
    assert second["history"]["previous"] == "2021.pdf"
    assert [f["where"] for f in second["history"]["findings"] if f["status"] == "violated"] == ["total"]

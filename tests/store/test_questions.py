"""What can be asked of a store, from the command line and from Python: the same answers on SQLite and PostgreSQL."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from extractor.cli import app
from extractor.report import Cause, FindingStatus, Report
from extractor.store import Failure, Listed, Store
from extractor.store.history import all_histories, bodies_called, history_of, subordinate_findings
from extractor.store.questions import Wanted, count_findings, find_bodies, find_failures, find_findings, violated_rules
from tests.store.conftest import CONFIGURATION, Keep

MakeReport = Callable[..., Report]


@pytest.fixture
def another(contradictory: Report) -> MakeReport:
    """Makes further reports: the same contradictions in another body's or year's report."""
    number = iter(range(1, 1_000))

    def make(agency: str, year: int, **changed: object) -> Report:
        digest = f"{next(number):064x}"[::-1]
        return contradictory.model_copy(update={"agency": agency, "year": year, "sha256": digest,
                                                "source": f"{agency}-{year}.pdf", **changed})
    return make


@pytest.fixture
def archive(keep: Keep, another: MakeReport, contradictory: Report, consistent: Report) -> None:
    keep(another("甲市人民政府", 2021))
    values = contradictory.values
    carried_in = values["requests.carried_in.total"].model_copy(update={"value": Decimal(9)})  # 1 was carried out
    keep(another("甲市人民政府", 2022, values=values | {carried_in.field: carried_in}))
    keep(another("甲市财政局", 2022))
    keep(another("乙市人民政府", 2022, findings=consistent.findings))


def test_findings_are_found_by_rule_year_body_and_cause(store: Store, archive: None, contradictory: Report) -> None:
    each = len(contradictory.violated)
    assert count_findings(store, Wanted()) == len(list(find_findings(store, Wanted()))) == 3 * each
    assert count_findings(store, Wanted(year=2022)) == 2 * each
    assert count_findings(store, Wanted(body="财政")) == each
    assert count_findings(store, Wanted(body="财政", year=2021)) == 0
    rule = contradictory.violated[0].rule
    of_rule = sum(finding.rule == rule for finding in contradictory.violated)
    assert count_findings(store, Wanted(rule=rule)) == 3 * of_rule
    family = [finding for finding in contradictory.violated if finding.rule.startswith("requests.")]
    assert count_findings(store, Wanted(rule="requests.*")) == 3 * len(family)
    by_cause = [finding for finding in contradictory.violated if finding.cause is Cause.UNCLEAR]
    assert count_findings(store, Wanted(cause="unclear")) == 3 * len(by_cause)
    assert {row["rule"] for row in find_findings(store, Wanted(rule=rule))} == {rule}


def test_a_percent_sign_in_a_question_is_only_that(store: Store, archive: None) -> None:
    assert count_findings(store, Wanted(body="%")) == count_findings(store, Wanted(rule="%*")) == 0


def test_findings_come_with_file_page_numbers_and_the_newest_decision(store: Store, archive: None,
                                                                      contradictory: Report) -> None:
    expected = contradictory.violated[0]
    first = next(find_findings(store, Wanted(rule=expected.rule, body="财政")))
    assert first["name"] == "甲市财政局-2022.pdf"
    assert (first["stated"], first["computed"]) == (expected.actual, expected.expected)
    assert isinstance(first["stated"], Decimal)
    assert first["page"] == expected.evidence[0].page and first["decision"] is None
    store.decide(first["fingerprint"], "confirmed")
    store.decide(first["fingerprint"], "dismissed")
    assert next(find_findings(store, Wanted(rule=expected.rule, body="财政")))["decision"] == "dismissed"


def test_failures_are_found_by_category_and_run(store: Store, keep: Keep) -> None:
    run = store.start_run(CONFIGURATION, "archive")
    store.put_failure(run, CONFIGURATION, 1, [Listed("bad.pdf", "a" * 64)], Failure("encrypted", "Locked.", "Unlock.", 1))
    store.put_names(run, [Listed("gone.pdf", category="file_access", message="It does not exist.")])
    assert [(row["name"], row["category"]) for row in find_failures(store)] == [
        ("bad.pdf", "encrypted"), ("gone.pdf", "file_access")]
    assert [row["name"] for row in find_failures(store, "encrypted")] == ["bad.pdf"]
    assert list(find_failures(store, run=run + 1)) == []


def test_bodies_have_their_years(store: Store, archive: None, contradictory: Report) -> None:
    first = list(find_bodies(store, "甲市人民"))
    assert first == [{"agency": "甲市人民政府", "reports": 2, "first_year": 2021, "last_year": 2022,
                      "violated": 2 * len(contradictory.violated)}]
    assert len(list(find_bodies(store))) == 3


def test_rules_are_ranked_by_violations(store: Store, archive: None, contradictory: Report) -> None:
    ranked = violated_rules(store)
    assert [count for _, count in ranked] == sorted((count for _, count in ranked), reverse=True)
    assert sum(count for _, count in ranked) == 3 * len(contradictory.violated)


# ------------------------------------------------------------------------------------------------------------ across years
def test_a_body_is_found_under_other_ways_to_write_its_name(store: Store, archive: None) -> None:
    assert bodies_called(store, "甲市") == ["甲市人民政府"]
    assert bodies_called(store, "丙省甲市财政局") == ["甲市财政局"]
    assert bodies_called(store, "财政") == ["甲市财政局"]
    assert bodies_called(store, "丁市") == []
    assert [report.year for report in history_of(store, "甲市人民政府")] == [2021, 2022]


def test_every_body_with_two_reports_has_a_history(store: Store, archive: None) -> None:
    (history,) = all_histories(store)
    assert history.body == "甲市人民政府"
    broken = [finding for pair in history.pairs for finding in pair.findings
              if finding.rule == "history.carry_over" and finding.status is FindingStatus.VIOLATED]
    assert [finding.where for finding in broken] == ["total"]


def test_a_parent_is_held_against_its_subordinates(store: Store, archive: None, another: MakeReport, keep: Keep) -> None:
    parents = history_of(store, "甲市人民政府")
    found = list(subordinate_findings(store, parents, ["甲市财政局"]))
    of_2022 = [finding for report, finding in found if report.year == 2022]
    # the only subordinate has the same figures as its parent but for one
    assert {finding.where for finding in of_2022 if finding.status is not FindingStatus.SATISFIED} == {
        "requests.carried_in.total"}
    assert {finding.status for report, finding in found if report.year == 2021} == {FindingStatus.UNDECIDED}


# -------------------------------------------------------------------------------------------------------- the command line
@pytest.fixture
def ask(archive: None, url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--store", url])
    return invoke


def test_answers_are_shown_as_a_table_with_the_number_of_rows(ask: Callable[..., Result], contradictory: Report) -> None:
    result = ask("query", "findings", "--body", "财政", "--limit", "1")
    assert result.exit_code == 0, result.output
    assert contradictory.violated[0].rule in result.stdout
    assert result.stdout.rstrip().endswith(f"1 / {len(contradictory.violated)}")


def test_answers_are_given_as_json(ask: Callable[..., Result], contradictory: Report) -> None:
    rows = json.loads(ask("query", "findings", "--year", "2022", "--json").stdout)
    assert len(rows) == 2 * len(contradictory.violated)
    assert {row["year"] for row in rows} == {2022} and all(row["fingerprint"] for row in rows)
    assert json.loads(ask("query", "findings", "--year", "1999", "--json").stdout) == []


def test_answers_are_given_as_csv(ask: Callable[..., Result]) -> None:
    text = ask("query", "bodies", "--csv").stdout
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {row["agency"] for row in rows} == {"甲市人民政府", "甲市财政局", "乙市人民政府"}


def test_a_history_shows_the_years_and_what_does_not_fit(ask: Callable[..., Result]) -> None:
    result = ask("history", "甲市人民政府")
    assert result.exit_code == 0, result.output
    assert "2021" in result.stdout and "2022" in result.stdout and "history.carry_over" in result.stdout
    rows = json.loads(ask("history", "--all", "--json").stdout)
    assert rows and {row["agency"] for row in rows} == {"甲市人民政府"}


def test_subordinates_come_from_a_list(ask: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("甲市财政局\n甲市卫生局\n", "utf8")
    rows = json.loads(ask("history", "甲市人民政府", "--subordinates", str(tmp_path / "list.txt"), "--json").stdout)
    assert any(row["rule"] == "bodies.sum" and row["status"] == "undecided" for row in rows)


@pytest.mark.parametrize(("arguments", "code"), [(("history",), 2), (("history", "甲市", "--all"), 2),
                                                 (("history", "丁市"), 9), (("query", "findings", "--cause", "x"), 2)])
def test_questions_that_make_no_sense_are_refused(ask: Callable[..., Result], arguments: tuple[str, ...], code: int) -> None:
    assert ask(*arguments).exit_code == code


def test_a_store_that_is_not_there_is_no_answer(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["query", "findings", "--store", str(tmp_path / "none")])
    assert result.exit_code == 9


@pytest.mark.parametrize("command", ["query findings", "query failures", "query bodies", "history X", "export out"])
def test_errors_are_said_in_the_language_asked_for(tmp_path: Path, command: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "--store", str(tmp_path / "none"), "--lang", "zh", "--debug"])
    assert result.exit_code == 9
    assert "Traceback" in result.stderr and "文件" in result.stderr

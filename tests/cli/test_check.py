"""`gouji check`: what a person sees, what a machine gets, and the exit code for one file and for several."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import pytest

from extractor.errors import EncryptedDocument, ExitCode, NotAReport
from extractor.report import FindingStatus, Report
from extractor.screen import ranges
from extractor.verdict import SEVERITY, gaps, verdict, worst

if TYPE_CHECKING:
    from tests.cli.conftest import ReadsAs, Run


def test_a_contradictory_report_ends_with_1(run: Run, reads_as: ReadsAs, contradictory: Report) -> None:
    reads_as({"a.pdf": contradictory})
    assert run("check", "a.pdf").exit_code == ExitCode.VIOLATED


def test_a_consistent_report_ends_with_0(run: Run, reads_as: ReadsAs, consistent: Report) -> None:
    reads_as({"a.pdf": consistent})
    result = run("check", "a.pdf")
    assert result.exit_code == ExitCode.OK
    assert "0 violated, 0 undecided, 39 satisfied" in result.stdout


def test_a_report_with_an_unread_page_ends_with_12_and_names_page_and_table(run: Run, reads_as: ReadsAs,
                                                                            scanned: Report) -> None:
    reads_as({"a.pdf": scanned})
    result = run("check", "a.pdf")
    assert result.exit_code == ExitCode.INCOMPLETE
    assert "page 2 has no usable text" in result.stdout
    assert "收到和处理政府信息公开申请情况" in result.stdout


def test_a_contradiction_weighs_more_than_an_unread_page(scanned: Report, contradictory: Report) -> None:
    assert verdict(scanned.model_copy(update={"findings": contradictory.findings})) is ExitCode.VIOLATED


def test_a_blank_cell_is_no_gap(consistent: Report) -> None:
    assert any(value.status == "blank" for value in consistent.values.values())
    assert not gaps(consistent)


def test_a_finding_shows_rule_place_numbers_page_cell_and_message(run: Run, reads_as: ReadsAs,
                                                                  contradictory: Report) -> None:
    reads_as({"a.pdf": contradictory})
    lines = run("check", "a.pdf").stdout.splitlines()
    (line,) = [line for line in lines if "requests.applicant_sum" in line]
    assert line.split() == ["（一）予以公开", "requests.applicant_sum", "0", "6", "2", "0"]
    assert any("the applicants add" in line for line in lines)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_is_wider_than_the_terminal(run: Run, reads_as: ReadsAs, contradictory: Report,
                                            monkeypatch: pytest.MonkeyPatch, width: int, language: str) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    reads_as({"a.pdf": contradictory})
    for line in run("check", "--lang", language, "a.pdf").stdout.splitlines():
        assert sum(2 if east_asian_width(char) in "WF" else 1 for char in line) <= width


def test_output_that_is_no_terminal_has_no_colour(run: Run, reads_as: ReadsAs, contradictory: Report) -> None:
    reads_as({"a.pdf": contradictory})
    assert "\x1b" not in run("check", "a.pdf").stdout


def test_chinese_messages_are_chosen_by_lang(run: Run, reads_as: ReadsAs, contradictory: Report) -> None:
    reads_as({"a.pdf": contradictory})
    assert "违反 3 条，未定 0 条，满足 39 条" in run("check", "--lang", "zh", "a.pdf").stdout


def test_undecided_findings_are_counted_and_listed_on_demand(run: Run, reads_as: ReadsAs, consistent: Report) -> None:
    first = consistent.findings[0].model_copy(update={"status": FindingStatus.UNDECIDED})
    reads_as({"a.pdf": consistent.model_copy(update={"findings": (first, *consistent.findings[1:])})})
    short, full = run("check", "a.pdf"), run("check", "--all", "a.pdf")
    assert "1 undecided" in short.stdout and first.rule not in short.stdout
    assert first.rule in full.stdout
    assert short.exit_code == full.exit_code == ExitCode.OK


def test_several_files_one_line_each_then_the_findings(run: Run, reads_as: ReadsAs, contradictory: Report,
                                                       consistent: Report) -> None:
    reads_as({"a.pdf": consistent, "b.pdf": NotAReport("A novel."), "c.pdf": contradictory})
    result = run("check", "a.pdf", "b.pdf", "c.pdf")
    lines = result.stdout.splitlines()
    assert lines[0].split()[:2] == ["consistent", "a.pdf"]
    assert lines[1].split()[:4] == ["not", "read", "b.pdf", "A"]
    assert lines[2].split()[:2] == ["contradictions", "c.pdf"]
    assert result.stdout.count("requests.applicant_sum") == 1
    assert result.exit_code == ExitCode.NOT_A_REPORT


def test_the_worst_file_decides_the_code(run: Run, reads_as: ReadsAs, contradictory: Report, consistent: Report,
                                         scanned: Report) -> None:
    reads_as({"a": consistent, "b": scanned, "c": contradictory, "d": EncryptedDocument("Locked.")})
    assert run("check", "a", "b").exit_code == ExitCode.INCOMPLETE
    assert run("check", "c", "b", "a").exit_code == ExitCode.VIOLATED
    assert run("check", "a", "d", "c").exit_code == ExitCode.ENCRYPTED


def test_the_order_of_codes_holds_each_once() -> None:
    assert sorted(SEVERITY) == sorted(ExitCode)
    assert worst([]) is ExitCode.OK


def test_json_has_findings_and_errors_for_machines(run: Run, reads_as: ReadsAs, contradictory: Report) -> None:
    reads_as({"a.pdf": contradictory, "b.pdf": NotAReport("A novel.", "Give another.")})
    result = run("check", "--json", "a.pdf", "b.pdf")
    first, second = json.loads(result.stdout)
    assert (first["file"], first["verdict"], first["code"]) == ("a.pdf", "violated", 1)
    assert first["counts"] == {"violated": 3, "undecided": 0, "satisfied": 39}
    assert [finding["rule"] for finding in first["findings"] if finding["status"] == "violated"] == [
        "requests.handled_sum", "requests.applicant_sum", "review.sum"]
    assert second == {"file": "b.pdf", "verdict": "error", "code": 6,
                      "error": {"category": "not_a_report", "message": "A novel.", "advice": "Give another."}}
    assert result.exit_code == ExitCode.NOT_A_REPORT


def test_a_terminal_of_another_encoding_loses_characters_but_not_the_run(gouji: Path, tmp_path: Path) -> None:
    result = subprocess.run([gouji, "fields"], capture_output=True, timeout=60,
                            env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert result.returncode == ExitCode.OK
    assert b"requests.received.total" in result.stdout


@pytest.mark.parametrize(("numbers", "text"), [([], ""), ([3], "3"), ([1, 2, 3, 5], "1-3, 5"), ([1, 3], "1, 3")])
def test_pages_in_a_row_are_drawn_together(numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text

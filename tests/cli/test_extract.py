"""`gouji extract`: where the result goes, in which format, and that it is written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from extractor.errors import ExitCode
from extractor.report import Report

if TYPE_CHECKING:
    from tests.cli.conftest import ReadsAs, Run


@pytest.fixture
def report_is_read(reads_as: ReadsAs, contradictory: Report) -> None:
    reads_as({"a.pdf": contradictory})


@pytest.mark.parametrize("output", [[], ["-o", "-"]])
def test_json_goes_to_standard_output(run: Run, report_is_read: None, contradictory: Report, output: list[str]) -> None:
    result = run("extract", "a.pdf", *output)
    assert result.exit_code == ExitCode.OK
    assert Report.from_json(result.stdout) == contradictory.model_copy(update={"timings": {}})


def test_a_contradiction_is_no_failure_of_extract(run: Run, report_is_read: None, contradictory: Report) -> None:
    assert contradictory.violated
    assert run("extract", "a.pdf").exit_code == ExitCode.OK


def test_the_ending_of_the_output_names_the_format(run: Run, report_is_read: None, tmp_path: Path) -> None:
    for name in ("out.json", "out.csv", "out.xlsx", "out.txt"):
        assert run("extract", "a.pdf", "-o", tmp_path / name).exit_code == ExitCode.OK
    json.loads((tmp_path / "out.json").read_bytes())
    json.loads((tmp_path / "out.txt").read_bytes())
    assert next(csv.reader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig"))))[0] == "field"
    assert len(openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets) == 5


def test_an_explicit_format_outweighs_the_ending(run: Run, report_is_read: None, tmp_path: Path) -> None:
    run("extract", "a.pdf", "-o", tmp_path / "out.json", "--format", "csv")
    assert (tmp_path / "out.json").read_bytes().startswith(b"\xef\xbb\xbffield,")


def test_lang_chooses_the_language_of_the_workbook(run: Run, report_is_read: None, tmp_path: Path) -> None:
    run("extract", "a.pdf", "-o", tmp_path / "out.xlsx", "--lang", "zh")
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames[0] == "数据"


def test_two_runs_write_the_same_bytes(run: Run, report_is_read: None, tmp_path: Path) -> None:
    for name in ("1.json", "2.json", "1.xlsx", "2.xlsx"):
        run("extract", "a.pdf", "-o", tmp_path / name)
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


def test_timings_are_in_the_json_and_on_standard_error_when_asked_for(run: Run, report_is_read: None) -> None:
    assert json.loads(run("extract", "a.pdf").stdout).get("timings", {}) == {}
    result = run("extract", "a.pdf", "--timings")
    assert json.loads(result.stdout)["timings"] == {"read": 0.5}
    assert result.stderr == "read\t0.500\n"


def test_an_output_folder_that_is_missing(run: Run, report_is_read: None, tmp_path: Path) -> None:
    result = run("extract", "a.pdf", "-o", tmp_path / "nowhere" / "out.json")
    assert result.exit_code == ExitCode.OUTPUT
    assert "nowhere" in result.stderr and "No such file" in result.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_output_folder_that_may_not_be_written(run: Run, report_is_read: None, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert run("extract", "a.pdf", "-o", tmp_path / "out.json").exit_code == ExitCode.OUTPUT


def test_a_failure_leaves_the_old_output_as_it_was(run: Run, reads_as: ReadsAs, tmp_path: Path) -> None:
    reads_as({"a.pdf": ValueError("surprise")})
    (tmp_path / "out.json").write_text("old")
    assert run("extract", "a.pdf", "-o", tmp_path / "out.json").exit_code == ExitCode.INTERNAL
    assert (tmp_path / "out.json").read_text() == "old"
    assert os.listdir(tmp_path) == ["out.json"]

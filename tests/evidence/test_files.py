"""`gouji check --html --xlsx` writes evidence beside its answer, whole or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from extractor.cli import app
from extractor.errors import ExitCode, OutputError
from extractor.evidence.files import write_evidence
from extractor.evidence.wording import catalogue
from extractor.report import Report
from extractor.settings import Settings


def stub(report: Report, language: Any, data: bytes | None, settings: Settings | None) -> bytes:
    return f"{report.source} {language} {'with' if data else 'without'} the file".encode()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_one_report_goes_to_the_file_that_is_named(city: Report, demo_files: dict[str, Path], tmp_path: Path) -> None:
    written = write_evidence([(demo_files["city"], city)], tmp_path / "page.html", ".html", stub, Settings(), "en")
    assert written == [tmp_path / "page.html"]
    assert written[0].read_text() == "city_2024.html en with the file"


def test_several_reports_go_to_a_folder_and_names_do_not_clash(city: Report, demo_files: dict[str, Path],
                                                               tmp_path: Path) -> None:
    other = tmp_path / "other" / "city_2024.html"
    other.parent.mkdir()
    shutil.copy(demo_files["city"], other)
    written = write_evidence([(demo_files["city"], city), (other, city)], tmp_path / "new" / "out", ".html", stub,
                             Settings(), "zh")
    assert [path.name for path in written] == ["city_2024.html", "city_2024-2.html"]
    assert all(path.parent == tmp_path / "new" / "out" for path in written)


def test_a_file_that_changed_meanwhile_is_not_drawn_from(city: Report, tmp_path: Path) -> None:
    changed = tmp_path / "city_2024.html"
    changed.write_text("something else")
    written = write_evidence([(changed, city)], tmp_path / "out", ".html", stub, Settings(), "zh")
    assert written[0].read_text() == "city_2024.html zh without the file"


def test_a_folder_that_cannot_be_made_is_said_to_be_so(city: Report, demo_files: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="cannot be made"):
        write_evidence([(demo_files["city"], city)], tmp_path / "taken" / "in", ".html", stub, Settings(), "zh")


def test_check_writes_pages_and_papers_and_answers_as_without_them(demo_files: dict[str, Path], tmp_path: Path) -> None:
    done = run("check", "--json", "--lang", "en", "--html", tmp_path / "out", "--xlsx", tmp_path / "out",
               demo_files["city"], demo_files["bureau"], tmp_path / "missing.pdf")
    assert done.exit_code == ExitCode.FILE_ACCESS, done.stderr
    assert [record["verdict"] for record in json.loads(done.stdout)][2] == "error"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "bureau_2022.html", "bureau_2022.xlsx", "city_2024.html", "city_2024.xlsx"]
    assert "Reconciliation evidence" in (tmp_path / "out" / "city_2024.html").read_text("utf8")


def test_one_file_for_several_reports_is_refused_before_any_is_read(demo_files: dict[str, Path], tmp_path: Path) -> None:
    done = run("check", demo_files["city"], demo_files["bureau"], "--html", tmp_path / "all.html")
    assert done.exit_code == ExitCode.USAGE and "name a folder" in done.stderr
    assert not list(tmp_path.iterdir())


def test_every_message_is_there_in_both_languages_with_the_same_gaps() -> None:
    from string import Formatter

    for section, entries in catalogue().items():
        for key, text in entries.items():
            assert set(text) == {"zh", "en"}, (section, key)
            gaps = [{name for _, name, _, _ in Formatter().parse(text[language]) if name} for language in ("zh", "en")]
            assert gaps[0] == gaps[1] or section in ("table", "place"), (section, key)


def test_every_rule_of_the_book_has_a_name() -> None:
    from extractor.listing import rule_records

    assert {record["id"] for record in rule_records()} <= set(catalogue()["rule"])

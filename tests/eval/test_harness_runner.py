"""Running a system over files: resumable, and nothing is lost when a document fails."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.loading import LABEL_SUFFIX, load_samples
from eval.result import read_result
from eval.runner import Kept, problems_of, run
from eval.systems import UnknownSystem, system
from eval.types import Answer, Truth
from extractor.errors import ExitCode

NAMES = ("township_2019.txt", "city_2024.html")


@pytest.fixture
def folder(samples: Path, tmp_path: Path) -> Path:
    """Two good samples, and a labelled file that is no document."""
    place = tmp_path / "mine"
    place.mkdir()
    for name in NAMES:
        shutil.copy(samples / "demo" / name, place / name)
        shutil.copy(samples / "labels" / "demo" / (name + LABEL_SUFFIX), place / (name + LABEL_SUFFIX))
    (place / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    label = json.loads((place / (NAMES[0] + LABEL_SUFFIX)).read_text("utf8"))
    label["report"] |= {"source": "broken.pdf", "sha256": ""}
    (place / f"broken.pdf{LABEL_SUFFIX}").write_text(json.dumps(label))
    return place


def test_a_run_is_taken_up_where_it_ended_and_failures_are_named(folder: Path, tmp_path: Path) -> None:
    truths = load_samples(folder).truths
    kept = Kept.below(tmp_path / "work", "gouji")
    made: list[str] = []

    def done(truth: Truth, answer: Answer) -> None:
        made.append(truth.name)

    first = list(run(truths[:2], kept, done=done))
    assert [truth.name for truth, _ in first] == ["broken.pdf", NAMES[1]]
    assert [answer.error for _, answer in first] == ["unreadable", ""]
    assert first[1][1].report is not None and (first[1][1].seconds or 0) > 0 and (first[1][1].peak_bytes or 0) > 2**20
    stamps = {path: path.stat().st_mtime_ns for path in kept.folder.iterdir()}
    second = list(run(truths, kept, done=done))
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps, "what was kept is not made again"
    assert second[:2] == first and second[2][1].report is not None
    assert sorted(made) == sorted([truth.name for truth in truths] + [truth.name for truth in truths[:2]])
    found = problems_of(truths, [answer for _, answer in second])
    assert [(problem.code, problem.name) for problem in found] == [("failed", "broken.pdf")]


def test_an_error_that_may_pass_is_tried_again(folder: Path, tmp_path: Path) -> None:
    kept = Kept(tmp_path, "gouji")
    kept.put("a", Answer(None, "time_out", 120.0))
    kept.put("b", Answer(None, "unreadable", 0.1))
    assert kept.get("a") is None
    assert kept.get("b") == Answer(None, "unreadable", 0.1)
    kept.path("b").write_text("{")
    assert kept.get("b") is None, "a file that cannot be read is as none"


def test_a_file_that_is_not_the_labelled_one_is_named(folder: Path) -> None:
    truth = load_samples(folder).truths[1]
    other = truth.report.model_copy(update={"sha256": "0" * 64})
    assert [problem.code for problem in problems_of([truth], [Answer(other)])] == ["file_changed"]


def test_an_unknown_baseline_is_named() -> None:
    with pytest.raises(UnknownSystem, match="There is no baseline 'nonsense'"):
        system("nonsense")


def test_the_command_scores_the_rest_and_its_exit_code_says_that_something_was_left_out(folder: Path, tmp_path: Path) -> None:
    out, page, work = tmp_path / "result.json", tmp_path / "result.html", str(tmp_path / "work")
    ran = CliRunner().invoke(app, [str(folder), "--work", work, "--json", str(out), "--html", str(page), "--slice", "source"])
    assert ran.exit_code == ExitCode.INCOMPLETE, ran.output
    assert "broken.pdf: the extraction ended with an error: unreadable" in ran.output
    result = read_result(out)
    assert len(result.documents) == 3 and {value: part.documents for value, part in result.slices["source"].items()} == {
        "text": 2, "web": 1}
    html = page.read_text("utf8")
    assert "http" not in html.replace("http://www.w3.org", ""), "one page that needs nothing else"
    again = CliRunner().invoke(app, [str(folder), "--work", work, "--against", str(out)])
    assert "within noise" in again.output and "0 worse" in again.output


def test_the_command_scores_given_outputs_and_fails_when_they_got_worse(folder: Path, tmp_path: Path) -> None:
    truths = load_samples(folder).truths[1:]
    for name, spoil in (("good", False), ("bad", True)):
        (tmp_path / name).mkdir()
        for truth in truths:
            report = truth.report
            if spoil:
                values = {key: value.model_copy(update={"value": 4711, "read": 4711}) for key, value in report.values.items()}
                report = report.model_copy(update={"values": values})
            (tmp_path / name / f"{truth.name}.json").write_text(report.to_json(), "utf8")
    shutil.rmtree(tmp_path / "kept", ignore_errors=True)
    (folder / f"broken.pdf{LABEL_SUFFIX}").unlink()
    (folder / "broken.pdf").unlink()
    good, record = tmp_path / "good.json", tmp_path / "record.json"
    ran = CliRunner().invoke(app, [str(folder), "--outputs", str(tmp_path / "good"), "--json", str(good)])
    assert ran.exit_code == ExitCode.OK, ran.output
    from eval.gate import Gate

    record.write_text(Gate.of(read_result(good)).to_json())
    for option, value in (("--against", good), ("--gate", record)):
        ran = CliRunner().invoke(app, [str(folder), "--outputs", str(tmp_path / "bad"), option, str(value)])
        assert ran.exit_code == ExitCode.VIOLATED, option
        ran = CliRunner().invoke(app, [str(folder), "--outputs", str(tmp_path / "good"), option, str(value)])
        assert ran.exit_code == ExitCode.OK, option
    ran = CliRunner().invoke(app, [str(folder), "--outputs", str(tmp_path / "good"), "--slice", "colour"])
    assert ran.exit_code == ExitCode.USAGE and "no label has the key 'colour'" in ran.output

"""The commands `gouji corpus make` and `gouji corpus show`."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from training.corpus.cli import app
from training.corpus.labels import read_label


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_make_writes_samples_and_labels_in_a_folder_a_format(tmp_path: Path) -> None:
    code, output = run("make", "--count", "2", "--seed", "5", "--out", str(tmp_path), "--formats", "html,txt",
                       "--workers", "1")
    assert code == 0 and "4 files" in output
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == [
        "html/000005.html", "html/000005.label.json", "html/000006.html", "html/000006.label.json",
        "txt/000005.label.json", "txt/000005.txt", "txt/000006.label.json", "txt/000006.txt"]


def test_injected_errors_reach_the_label_as_findings(tmp_path: Path) -> None:
    code, _ = run("make", "--count", "6", "--out", str(tmp_path), "--formats", "txt", "--errors", "1", "--workers", "1")
    labels = [read_label(path) for path in sorted((tmp_path / "txt").glob("*.txt"))]
    assert code == 0
    assert sum(bool(label.corpus.errors) for label in labels) >= 5
    for label in labels:
        rules = {(rule, where) for error in label.corpus.errors for rule, where in error.rules}
        assert {(finding.rule, finding.where) for finding in label.report.violated} == rules


def test_show_draws_a_picture_a_page(tmp_path: Path) -> None:
    run("make", "--count", "1", "--seed", "3", "--out", str(tmp_path), "--scan", "fax", "--workers", "1")
    pdf = tmp_path / "pdf" / "000003.pdf"
    code, output = run("show", str(pdf), "--out", str(tmp_path / "drawn"), "--dpi", "40")
    label = read_label(pdf)
    page = next(cell.areas[0].page for cell in label.corpus.cells if cell.field)
    assert code == 0 and len(output.splitlines()) == len(label.corpus.page_sizes)
    with Image.open(tmp_path / "drawn" / f"000003-pdf-{page}.png") as picture:
        colors = {color for _, color in picture.getcolors(10**6) or []}
    assert (221, 34, 34) in colors


@pytest.mark.parametrize(("option", "value", "word"), [("--formats", "pdf,odt", "odt"), ("--scan", "awful", "awful")])
def test_unknown_formats_and_levels_are_usage_errors(tmp_path: Path, option: str, value: str, word: str) -> None:
    code, output = run("make", "--out", str(tmp_path), "--count", "1", option, value)
    assert code == 2 and word in output
    assert not list(tmp_path.iterdir())

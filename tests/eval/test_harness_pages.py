"""What a result is shown as: the page, the terminal, and the document on accuracy."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from eval.accuracy import page
from eval.against import against
from eval.bars import load_bars, rows_of_result
from eval.evaluate import evaluate
from eval.page import render
from eval.result import Evaluation
from eval.screen import percent, show
from eval.types import Answer, Truth
from tests.eval.conftest import answered, moved, spoilt


@pytest.fixture(scope="module")
def result(truths: list[Truth]) -> Evaluation:
    """Demo reports with a misread cell in the PDF, a row that was taken for another one, and a document that failed."""
    answers = [Answer(truth.report, seconds=1.5) for truth in truths]
    at = next(at for at, truth in enumerate(truths) if truth.name.endswith(".pdf"))
    report = truths[at].report
    answers[at] = Answer(spoilt(report, answered(report.values["requests.received.total"], 4711),
                                moved(report, "requests.granted.total", "requests.handled.total")), seconds=2.0)
    answers[0] = Answer(None, "unreadable")
    return evaluate(zip(truths, answers, strict=True), samples="<demo>", slices=["source"])


def test_the_page_is_whole_and_needs_nothing_else(result: Evaluation, samples: Path, tmp_path: Path) -> None:
    html = render(result, None, samples, tmp_path)
    assert "<h1>&lt;demo&gt;</h1>" in html, "what comes from outside is escaped"
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//|<script|@import|url\(", html)
    for title in ("Figures", "Where errors come from", "Rows taken for others", "Reliability", "Risk over coverage", "Slices",
                  "Hardest fields", "Findings by rule and cause", "Worst documents"):
        assert title in html
    for drawing in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        ElementTree.fromstring(drawing)
        assert "nan" not in drawing


def test_a_misread_cell_is_shown_on_its_page_with_a_link_to_the_file(result: Evaluation, samples: Path, tmp_path: Path) -> None:
    html = render(result, None, samples, tmp_path)
    mistakes = re.findall(r'<div class="mistake.*?</div>', html, re.DOTALL)
    [own] = [mistake for mistake in mistakes if "4711" in mistake]
    link = re.search(r'href="([^"#]+)#page=(\d+)"', own)
    assert link is not None and (tmp_path / link[1]).resolve() == (samples / "demo" / "county_2022.pdf").resolve()
    assert 'src="data:image/webp;base64,' in own and "silent" in own


def test_the_page_tells_what_changed(result: Evaluation, truths: list[Truth], samples: Path, tmp_path: Path) -> None:
    perfect = evaluate((truth, Answer(truth.report)) for truth in truths)
    html = render(perfect, against(perfect, result), samples, tmp_path)
    assert "Against the earlier run, over 4 shared documents" in html
    assert "Worst documents" not in html and "Where errors come from" not in html


def test_the_page_of_documents_without_labels_of_cells(truths: list[Truth], samples: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    bare = [replace(truth, parts=frozenset()) for truth in truths]
    assert "All 4 documents" in render(evaluate((truth, Answer(truth.report)) for truth in bare), None, samples, tmp_path)


def test_the_terminal_shows_figures_slices_and_the_worst(result: Evaluation) -> None:
    out = StringIO()
    show(Console(file=out, width=80), result, against(result, result))
    text = out.getvalue()
    assert "cells exactly right" in text and "source pdf" in text and "0 worse" in text
    assert "demo/county_2022.pdf  2 of 200 cells wrong, 2 without a flag" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (1.0, "100 %"), (0.0, "0 %"), (0.98765, "98.77 %"),
                                             (0.99995, "99.9950 %"), (0.000004, "0.000400 %")])
def test_a_share_is_never_rounded_to_perfection(value: float | None, text: str) -> None:
    assert percent(value) == text


def test_accuracy_sets_systems_side_by_side_and_tells_what_was_promised(result: Evaluation) -> None:
    book = load_bars()
    text = page([result, result.model_copy(update={"system": "patterns"})], book, {})
    assert "| figure | gouji | patterns |" in text and text.count("not measured") > 50
    bars = {promise: (measured, met) for promise, _, measured, met in rows_of_result(result, book.figures)}
    assert bars["Born-digital: every cell"] == ("99.00 % of 200", "**no**")
    assert bars["Scans, fax: value cells right"] == ("–", "not measured")
    assert bars["Look-alikes taken for figures"][1] == "yes"

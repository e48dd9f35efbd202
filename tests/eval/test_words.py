"""An evaluation says everything in both languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from rich.console import Console

import eval
from eval.against import Verdict
from eval.compare.numbers import KINDS_OF_ERROR
from eval.compare.stages import Stage
from eval.evaluate import evaluate
from eval.page import render
from eval.result import HEADLINES, Evaluation
from eval.screen import show
from eval.types import Answer, Truth
from eval.words import Words, chinese
from tests.eval.conftest import answered, spoilt


def literals() -> set[str]:
    """The phrases that the program says as they stand in its source."""
    found = set()
    for path in Path(eval.__path__[0]).rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("say", "_row"):
                found |= {argument.value for argument in call.args
                          if isinstance(argument, ast.Constant) and isinstance(argument.value, str)}
    return found - {""}


def test_every_phrase_is_known_in_chinese() -> None:
    said = literals()
    assert len(said) > 50
    said |= {headline.title for headline in HEADLINES} | {headline.group for headline in HEADLINES}
    said |= {kind.replace("_", " ") for kind in KINDS_OF_ERROR} | set(Stage) | set(Verdict)
    assert sorted(said - chinese().keys()) == []


def test_a_phrase_has_the_same_values_in_both_languages() -> None:
    def values(phrase: str) -> list[tuple[str | None, str | None]]:
        return sorted((name, form) for _, name, form, _ in Formatter().parse(phrase) if name is not None)

    for english, other in chinese().items():
        assert values(english) == values(other), english


def test_what_the_catalogue_does_not_know_stays_as_it_is() -> None:
    assert Words("zh")("my own {key}") == "my own {key}"
    assert Words("zh")("cells") == "单元格" and Words("en")("cells") == "cells"


@pytest.fixture(scope="module")
def result(truths: list[Truth]) -> Evaluation:
    answers = [Answer(truth.report, seconds=1.5) for truth in truths]
    at = next(at for at, truth in enumerate(truths) if truth.name.endswith(".pdf"))
    answers[at] = Answer(spoilt(truths[at].report, answered(truths[at].report.values["requests.received.total"], 4711)))
    return evaluate(zip(truths, answers, strict=True), samples="样本", slices=["source"])


def test_the_chinese_page_has_no_english_headings(result: Evaluation, samples: Path, tmp_path: Path) -> None:
    page = render(result, None, samples, tmp_path, "zh")
    assert '<html lang="zh">' in page
    headings = re.findall(r"<(h2|h3|h4|th|figcaption)\b[^>]*>(.*?)</\1>", page, re.DOTALL)
    assert len(headings) > 15
    for _, heading in headings:
        assert not re.search(r"[a-z]{3,}", re.sub(r"<.*?>|AURC|ECE|IoU", "", heading)), heading


def test_the_chinese_terminal_is_chinese(result: Evaluation) -> None:
    out = Console(width=100)
    with out.capture() as caught:
        show(out, result, None, "zh")
    assert "单元格完全正确" in caught.get() and "最差的文档" in caught.get()
    assert "cells exactly right" not in caught.get()

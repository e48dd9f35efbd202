"""A system that outputs the labels scores 1.0 everywhere and makes no error; one that outputs nothing scores 0.0."""

from __future__ import annotations

import pytest

from eval.evaluate import evaluate
from eval.result import HEADLINES, Evaluation
from eval.types import Answer, Truth
from extractor.report import Report, ValueStatus

UNDUE = {"cells.blank_as_zero"}
"""Figures that none of the samples can measure: no cell of theirs is blank."""


def nothing(truth: Truth) -> Report:
    return Report(source=truth.report.source, sha256=truth.report.sha256, format=truth.report.format,
                  values={name: value.model_copy(update={"value": None, "read": None, "raw": "", "evidence": (),
                                                         "confidence": 0.0, "status": ValueStatus.MISSING})
                          for name, value in truth.report.values.items()})


def check(result: Evaluation, higher: float) -> None:
    for headline in HEADLINES:
        value = result.scores[headline.name].value
        if headline.better == "higher":
            assert value == higher or value is None, headline.name
        elif higher == 1.0:
            assert value == 0.0, headline.name


def test_labels_as_output_score_one(truths: list[Truth]) -> None:
    result = evaluate((truth, Answer(truth.report)) for truth in truths)
    check(result, 1.0)
    assert {name for name, score in result.scores.items() if score.value is None} == UNDUE
    assert not [document for document in result.documents if document.wrong or document.missed_figures
                or document.false_figures or document.missed_findings or document.false_findings]
    assert all(score.value == 0 for name, score in result.scores.items() if name.startswith("errors."))


@pytest.mark.parametrize("kind", ["empty report", "failure"])
def test_no_output_scores_zero(truths: list[Truth], kind: str) -> None:
    answers = [Answer(nothing(truth)) if kind == "empty report" else Answer(None, "unreadable") for truth in truths]
    result = evaluate(zip(truths, answers, strict=True))
    check(result, 0.0)
    assert result.scores["cells.precision"].value == 0.0
    assert result.scores["digits.cer"].value == 1.0
    assert result.scores["errors.missing"].value == 1.0
    assert result.scores["cells.silent"].value == 0.0, "what is missing is flagged as missing"


def test_a_part_that_is_not_labelled_is_not_scored(truths: list[Truth]) -> None:
    from dataclasses import replace

    from eval.types import Part

    bare = [replace(truth, parts=frozenset({Part.VALUES})) for truth in truths]
    result = evaluate((truth, Answer(truth.report)) for truth in bare)
    assert result.scores["cells.exact"].value == 1.0
    assert result.scores["figures.core_f1"].value is None
    assert result.scores["findings.report_recall"].value is None


def test_reset_forgets_all_documents(truths: list[Truth]) -> None:
    from eval.compare import compare
    from eval.evaluate import comparable_metrics

    for metric in comparable_metrics():
        for truth in truths:
            metric.update(compare(truth, Answer(nothing(truth))))
        metric.reset()
        metric.update(compare(truths[0], Answer(truths[0].report)))
        assert len(metric.table) == 1
        assert all(score.value in (0.0, 1.0, None) for score in metric.summary().values())

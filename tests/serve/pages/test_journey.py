"""An auditor's way from a scanned report to a working paper, in a real browser and in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from extractor.messages import Language
from extractor.report import Report
from extractor.serve.config import ServeSettings
from extractor.settings import Settings
from tests.serve.conftest import Running, running
from tests.serve.pages.conftest import Visit, picture, serious

SCAN = "set/scan-fax/9370002"
"""A fax in which the 1 of `litigation.after_review.upheld` is read as 0, so that a sum of table 4 does not hold."""
READ_SECONDS = 900.0
"""A loaded machine may need long for the text recognition."""


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Running]:
    with running(ServeSettings(data=tmp_path / "data", workers=1), Settings(max_seconds=READ_SECONDS)) as found:
        yield found


def misread(report: Report, label: Path) -> str:
    """A cell of a violated relation in which something else is printed than was read with confidence."""
    printed = {name: value.get("value") for name, value in json.loads(label.read_text("utf8"))["report"]["values"].items()}
    for finding in report.violated:
        for name in finding.operands:
            value = report.values.get(name)
            if value is not None and value.value is not None and printed.get(name) != str(value.value):
                return name
    raise AssertionError(f"{SCAN} is read without an error that breaks a relation: take another sample")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_a_scan_to_a_working_paper(browser: Any, axe: Any, empty: Running, samples: Path, project: Path,
                                        tmp_path: Path, language: Language) -> None:
    scan, label = samples / f"{SCAN}.pdf", samples / f"{SCAN}.label.json"
    with Visit(browser, empty, language) as visit:
        page = visit.page
        upload(visit, scan)
        assert serious(axe, visit) == []
        page.locator("#open-first").wait_for(timeout=1000 * READ_SECONDS)

        visit.go("/queue")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.locator("#finding").wait_for()
        assert serious(axe, visit) == []

        sha256 = str(page.locator(".desk").get_attribute("data-report"))
        report = empty.service.report(sha256).report
        field = misread(report, label)
        open_finding_with(visit, report, field)
        light_both_ways(visit, field)

        before = page.locator("#findings .entry").count()
        correct(visit, field, json.loads(label.read_text("utf8"))["report"]["values"][field]["value"])
        assert page.locator("#findings .entry").count() == before - 1
        assert page.locator("#changes .effects.gone li").count() >= 1
        if language == "zh":
            page.evaluate("document.getElementById('changes').scrollIntoView()")
            picture(visit, "changes", project)

        page.keyboard.press("y")
        page.locator(".notice").wait_for()
        assert page.locator(".decided.confirmed, .chip.decision-confirmed").count() >= 1
        assert serious(axe, visit) == []

        paper = download(visit, "#working-paper", tmp_path)
        assert openpyxl.load_workbook(paper).sheetnames

        page.click("#logout")
        page.locator("#token").wait_for()
        assert visit.go("/queue").url.startswith(f"{empty.base}/login")
        assert visit.complaints == [] and visit.strangers == []


def upload(visit: Visit, scan: Path) -> None:
    """Sends the file and sees its progress."""
    visit.go("/upload")
    visit.page.set_input_files("#files", scan)
    visit.page.click("main button[type=submit]")
    visit.page.wait_for_url("**/jobs/*")
    assert visit.page.locator("#documents tbody tr").count() == 1


def open_finding_with(visit: Visit, report: Report, field: str) -> None:
    """Chooses the finding that the cell stands in, from the list."""
    fingerprint = next(finding.fingerprint for group in report.causes for finding in group[:1]
                       if any(field in item.operands for item in group))
    visit.page.click(f".entry a[data-key='{fingerprint}']")
    visit.page.locator(f"#finding[data-key='{fingerprint}']").wait_for()


def light_both_ways(visit: Visit, field: str) -> None:
    """A number in the table lights its place on the page, and the other way round."""
    page = visit.page
    cell, place = page.locator(f"td[data-field='{field}']").first, page.locator(f".sheet .mark[data-field='{field}']").first
    cell.scroll_into_view_if_needed()
    cell.hover()
    assert "lit" in str(place.get_attribute("class"))
    page.mouse.move(2, 2)
    assert "lit" not in str(place.get_attribute("class"))
    place.locator("rect").hover()
    assert "lit" in str(cell.get_attribute("class"))


def correct(visit: Visit, field: str, printed: str) -> None:
    """Clicks the cell in the table, types what the page shows, and waits for the report to be solved again."""
    page = visit.page
    page.click(f"td[data-field='{field}']")
    typed = page.locator(f"[data-card='{field}'] input[name=value]").first
    typed.fill(printed)
    typed.press("Enter")
    page.locator("#changes").wait_for(state="attached")


def download(visit: Visit, link: str, folder: Path) -> Path:
    with visit.page.expect_download() as waiting:
        visit.page.click(link)
    kept = folder / str(waiting.value.suggested_filename)
    waiting.value.save_as(kept)
    return kept

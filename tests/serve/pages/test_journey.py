"""An auditor's way from a scanned report to a working paper, in a real browser and in both languages."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from extractor.evidence.cases import LEADS
from extractor.messages import Language
from extractor.report import Finding, Report, plain
from extractor.serve.config import ServeSettings
from extractor.settings import Settings
from tests.serve.conftest import Running, running
from tests.serve.pages.conftest import Axe, Browser, Visit, picture, serious

SOURCE = "set/pdf/9300012.pdf"
"""A report in which two digits of one total of table 3 stand in the wrong order, as a misreading would have it: 74 for 47."""
OTHER = "demo/city_2024.html"
"""A web page with another contradiction."""
DPI = 150
READ_SECONDS = 900.0
"""A loaded machine may need long for the text recognition."""


@pytest.fixture(scope="module")
def scan(samples: Path) -> bytes:
    """The report as an office scanner would give it: grey images of its pages, no text."""
    document = pypdfium2.PdfDocument(samples / SOURCE)
    try:
        pages = [page.render(scale=DPI / 72).to_pil().convert("L") for page in document]
    finally:
        document.close()
    made = io.BytesIO()
    pages[0].save(made, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, quality=80)
    return made.getvalue()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Running]:
    settings = Settings(max_seconds=READ_SECONDS)
    with running(ServeSettings(data=tmp_path / "data", workers=1), settings) as found:
        yield found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_a_scan_to_a_working_paper(browser: Browser, axe: Axe, empty: Running, scan: bytes, samples: Path,
                                        project: Path, tmp_path: Path, language: Language) -> None:
    with Visit(browser, empty, language) as visit:
        page = visit.page
        upload(visit, scan, samples / OTHER)
        assert serious(axe, visit) == []
        page.locator("#documents[data-ended='yes'] #open-first").wait_for(timeout=1000 * READ_SECONDS)

        read = empty.service.report(hashlib.sha256(scan).hexdigest()).report
        finding, field, required = wrong_cell(read)
        visit.go(f"/queue?year={read.year}&body={read.agency}")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.locator(f"#finding[data-key='{finding.fingerprint}']").wait_for()
        assert serious(axe, visit) == []
        light_both_ways(visit, field)

        correct(visit, field, required)
        keys = page.locator("#findings .entry a")
        assert finding.fingerprint not in [keys.nth(index).get_attribute("data-key") for index in range(keys.count())]
        assert page.locator("#changes .effects.gone li").count() >= 1
        page.evaluate("document.getElementById('changes').scrollIntoView()")
        picture(visit, "changes", project, only=language == "en")

        visit.go("/queue")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.locator("#finding").wait_for()
        page.keyboard.press("y")
        page.locator(".decided.confirmed").wait_for()
        assert serious(axe, visit) == []

        paper = download(visit, "#working-paper", tmp_path)
        assert openpyxl.load_workbook(paper).sheetnames

        page.click("#logout")
        page.locator("#token").wait_for()
        visit.go("/queue")
        assert page.url.startswith(f"{empty.base}/login")
        assert visit.complaints == [] and visit.strangers == []


def upload(visit: Visit, scan: bytes, other: Path) -> None:
    """Sends the files; their job says how far it is, without being asked again."""
    visit.go("/upload")
    visit.page.set_input_files("#files", [{"name": "扫描件.pdf", "mimeType": "application/pdf", "buffer": scan}, {
        "name": other.name, "mimeType": "text/html", "buffer": other.read_bytes()}])
    visit.page.click("main button[type=submit]")
    visit.page.wait_for_url("**/jobs/*")
    assert visit.page.locator("#documents tbody tr").count() == 2


def wrong_cell(report: Report) -> tuple[Finding, str, str]:
    """A contradiction that one wrong cell explains, the cell, and what the other relations require of it."""
    for group in report.causes:
        for suspect in group[0].suspects:
            value = report.values[suspect.field]
            if suspect.probability >= LEADS and value.implied is not None and value.evidence:
                return group[0], suspect.field, plain(value.implied)
    raise AssertionError("no contradiction of this report is explained by one wrong cell")


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
    """Clicks the cell in the table, types what is printed, and waits until the report is solved again."""
    page = visit.page
    page.click(f"td[data-field='{field}']")
    typed = page.locator(f"#cell [data-card='{field}'] input[name=value]")
    typed.fill(printed)
    typed.press("Enter")
    page.locator("#changes").wait_for()


def download(visit: Visit, link: str, folder: Path) -> Path:
    with visit.page.expect_download() as waiting:
        visit.page.click(link)
    kept = folder / str(waiting.value.suggested_filename)
    waiting.value.save_as(kept)
    return kept

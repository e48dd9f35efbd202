"""A real browser shows the page without a network, without an error, on a desk, on a tablet and in print."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extractor import evidence, extract
from extractor.messages import Language
from extractor.reconcile.correct import corrected
from extractor.report import Report, Suspect

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, driven by playwright; without either these tests are skipped."""
    program = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    try:
        playwright = importlib.import_module("playwright.sync_api")
    except ImportError:
        pytest.skip("playwright is not installed")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def page_file(county: Report, county_bytes: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the PDF sample, its first finding with a suspect."""
    first = next(finding for finding in county.violated if finding.rule == "requests.handled_sum")
    told = first.model_copy(update={"suspects": (Suspect(field=first.operands[3], probability=0.9),)})
    report = county.model_copy(update={"findings": (told, *(f for f in county.findings if f is not first))})
    path = tmp_path_factory.mktemp("page") / "county.html"
    path.write_bytes(evidence.to_html(report, "zh", county_bytes))
    return path


class Visit:
    """A page opened without a network; `requests` and `complaints` are what it asked for and complained of."""

    def __init__(self, browser: Any, path: Path, width: int, height: int, script: bool = True) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=script)
        self.context.set_offline(True)
        self.context.set_default_timeout(120_000)
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (820, 1180), (600, 960)])
def test_the_page_asks_for_nothing_complains_of_nothing_and_fits(browser: Any, page_file: Path, width: int,
                                                                 height: int) -> None:
    with Visit(browser, page_file, width, height) as visit:
        assert [url for url in visit.requests if not url.startswith("data:")] == [page_file.as_uri()]
        assert visit.complaints == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_pictures_are_drawn(browser: Any, page_file: Path) -> None:
    with Visit(browser, page_file, 1366, 768) as visit:
        crop = visit.page.locator("svg.crop").first
        crop.scroll_into_view_if_needed()
        shot = crop.screenshot()
        import io

        from PIL import Image

        with Image.open(io.BytesIO(shot)) as image:
            dark = sum(image.convert("L").histogram()[:100])
            assert dark > 0.01 * image.width * image.height


def test_hovering_an_operand_lights_it_everywhere_in_its_case(browser: Any, page_file: Path) -> None:
    with Visit(browser, page_file, 1366, 768) as visit:
        line = visit.page.locator("article").first.locator("table.ledger tr[data-field]").nth(2)
        field = line.get_attribute("data-field")
        line.hover()
        lit = visit.page.locator("article .lit")
        assert {lit.nth(index).get_attribute("data-field") for index in range(lit.count())} == {field}
        assert lit.count() >= 2 and visit.page.locator("svg .lit").count() >= 1


def test_the_page_is_complete_without_script(browser: Any, page_file: Path) -> None:
    with Visit(browser, page_file, 1366, 768, script=False) as visit:
        assert visit.page.locator("svg.crop").first.is_visible()
        visit.page.locator("nav a[href='#table-requests']").click()
        assert visit.page.locator("#table-requests").is_visible()


@pytest.mark.parametrize(("sample", "language"), [("county", "zh"), ("bureau", "en")])
def test_the_page_can_be_used_by_everybody(browser: Any, demo_files: dict[str, Path],
                                       tmp_path: Path, sample: str, language: Language) -> None:
    """axe-core: contrast, labels, headings, landmarks, tables; every folded part opened."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    report = corrected(extract(demo_files[sample]), {"requests.granted.total": Decimal(1)})
    path = tmp_path / "page.html"
    path.write_bytes(evidence.to_html(report, language, demo_files[sample].read_bytes()))
    with Visit(browser, path, 1366, 768) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        found = axe.Axe().run(visit.page).response["violations"]
    assert [(item["id"], item["impact"], item["nodes"][0]["html"][:200]) for item in found] == []


def test_the_page_prints_on_a4(browser: Any, page_file: Path) -> None:
    import pypdfium2

    with Visit(browser, page_file, 1366, 768) as visit:
        printed = visit.page.pdf(prefer_css_page_size=True, print_background=True)
    document = pypdfium2.PdfDocument(printed)
    try:
        assert [round(edge) for edge in document[0].get_size()] == [595, 842]
        assert 3 <= len(document) <= 10
    finally:
        document.close()

"""A browser that looks at a running workbench, and what it complains of."""

from __future__ import annotations

import importlib
import io
import os
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extractor.fields import load
from extractor.messages import Language
from extractor.reconcile.correct import corrected
from extractor.report import Report
from extractor.serve.config import ServeSettings
from extractor.serve.model import Scope
from tests.serve.conftest import Running, Sample, keep, running

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
DESK, TABLET = (1366, 768), (1024, 768)
Browser = Any
Axe = Any
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
UPDATE_PICTURES = "GOUJI_UPDATE_PICTURES"
MOST_COLOURS = 224
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def axe() -> Any:
    """axe-core, which checks a page against WCAG."""
    try:
        return importlib.import_module("axe_playwright_python.sync_playwright").Axe()
    except ImportError:
        pytest.skip("axe-playwright-python is not installed")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, county: Sample, city: Sample) -> Iterator[Running]:
    """A service over a PDF and a web page that contradict themselves, and another year of the latter's body."""
    config = ServeSettings(data=tmp_path_factory.mktemp("bench"), workers=1, rate=1000.0, burst=5000)
    with running(config) as found:
        fill(found, county, city)
        yield found


def fill(at: Running, county: Sample, city: Sample) -> None:
    """Has the service know the samples as if it had read them itself, and two years before of one body."""
    configuration = at.service._configuration
    for sample in (county, city):
        kept = at.service.archive.put(io.BytesIO(sample.data), 10**9)
        keep(at.service.store, sample.report, f"upload:{kept.sha256}/{sample.name}", configuration)
    before = year_before(city.report, "0", fewer=412, lost=1)
    for report in (before, year_before(before, "1", fewer=263)):
        keep(at.service.store, report, f"upload:{report.sha256}/{report.source}", configuration)


def year_before(report: Report, digit: str, fewer: int, lost: int = 0) -> Report:
    """The report of the year before, without prose: it handled `fewer` requests of natural persons, and carries forward
    `lost` more than its successor says it took over; else it is consistent."""
    assert report.year is not None
    values = {name: value.value or Decimal(0) for name, value in report.values.items()}
    table = load().table("requests")
    results = [row.id for row in table.rows if row.id.count(".") == 2 or row.id.endswith(("granted", "other"))]
    largest = max((row for row in results if f"{row}.total" in values), key=lambda row: values[f"{row}.total"])
    said: dict[str, Decimal | None] = {}
    for column in (column.id for column in table.columns):
        mine = column in ("natural_person", "total")
        taken_over = values[f"requests.carried_in.{column}"]
        handled = values[f"requests.handled.{column}"] - fewer * mine
        said |= {f"requests.handled.{column}": handled, f"requests.carried_out.{column}": taken_over + lost * mine,
                 f"requests.received.{column}": handled + lost * mine,
                 f"{largest}.{column}": values[f"{largest}.{column}"] - fewer * mine}
    year = report.year - 1
    return corrected(report.model_copy(update={"year": year, "sha256": digit * 64, "source": f"city_{year}.html",
                                               "figures": (), "paragraphs": ()}), said)


class Visit:
    """Somebody at a browser; `complaints` are what its console said, `strangers` requests to any other host."""

    def __init__(self, browser: Any, at: Running, language: Language, size: tuple[int, int] = DESK, script: bool = True,
                 scope: Scope | None = Scope.REVIEW, touch: bool = False) -> None:
        self.at, self.language = at, language
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale=LOCALES[language],
                                           java_script_enabled=script, accept_downloads=True, has_touch=touch)
        self.context.set_default_timeout(180_000)
        self.page = self.context.new_page()
        self.page.on("console", self._complain)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note)
        if scope is not None:
            self.log_in(at.tokens[scope])

    def _complain(self, message: Any) -> None:
        if "Password forms should have" not in message.text:  # a token stands alone: there is no name to go with it
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _note(self, request: Any) -> None:
        if not request.url.startswith((self.at.base, "data:", "blob:")):
            self.strangers.append(request.url)

    def log_in(self, token: str) -> None:
        self.go("/login")
        self.page.fill("#token", token)
        self.page.click("main button[type=submit]")

    def go(self, path: str) -> Any:
        return self.page.goto(self.at.base + path)

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def serious(axe: Any, visit: Visit) -> list[str]:
    """What axe-core finds on the page that is serious or critical: rule, and the elements."""
    found = axe.run(visit.page).response["violations"]
    return [f"{item['id']}: {node['html'][:160]}" for item in found if item["impact"] in SERIOUS for node in item["nodes"][:3]]


def picture(visit: Visit, name: str, project: Path, only: bool = True) -> None:
    """Keeps the window as a picture of the documentation, if `GOUJI_UPDATE_PICTURES` asks for it."""
    if os.environ.get(UPDATE_PICTURES) != "1" or not only:
        return
    from PIL import Image

    visit.page.wait_for_timeout(300)
    with Image.open(io.BytesIO(visit.page.screenshot())) as shot:
        reduced = shot.convert("RGB").quantize(MOST_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        reduced.save(project / "docs" / "pictures" / f"workbench-{name}.png", optimize=True)

"""Every page in a real browser: nothing to complain of, accessible, within its window, by keyboard, and without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from extractor.messages import Language
from extractor.serve.config import ServeSettings
from extractor.serve.model import Scope
from tests.serve.conftest import Running, Sample, keep, running
from tests.serve.pages.conftest import DESK, TABLET, Visit, fill, picture, serious

LANGUAGES: tuple[Language, ...] = ("zh", "en")
FIRST_FINDING = ".queue .what a"
INSIDE = """spot => {
  const place = spot.getBoundingClientRect(), window = document.querySelector('.sheets').getBoundingClientRect();
  return place.top >= window.top && place.bottom <= window.bottom;
}"""
"""Whether a place on a page has been scrolled into view."""


def addresses(bench: Running, county: Sample, city: Sample) -> list[str]:
    """Every kind of page."""
    with bench.client(Scope.ADMIN) as client:
        job = client.post("/v1/jobs", files={"files": (county.name, county.data)}).json()["id"]
    body = quote(str(city.report.agency))
    return ["/", "/queue", "/reports", f"/reports/{county.report.sha256}", f"/reports/{city.report.sha256}", "/bodies",
            f"/bodies/{body}", "/upload", "/jobs", f"/jobs/{job}", "/exports", "/audit", "/nothing"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_complain_of_nothing_and_are_accessible(browser: Any, axe: Any, bench: Running, county: Sample, city: Sample,
                                                      language: Language) -> None:
    with Visit(browser, bench, language, scope=None) as visit:
        visit.go("/login")
        assert serious(axe, visit) == []
        visit.log_in(bench.tokens[Scope.ADMIN])
        for address in addresses(bench, county, city):
            answer = visit.go(address)
            assert serious(axe, visit) == [], address
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= DESK[0], address
            assert answer.status == (404 if address == "/nothing" else 200), address
        assert [text for text in visit.complaints if "404" not in text] == [] and visit.strangers == []


def test_pages_fit_a_tablet(browser: Any, bench: Running, county: Sample, city: Sample) -> None:
    with Visit(browser, bench, "en", TABLET, scope=Scope.ADMIN, touch=True) as visit:
        for address in addresses(bench, county, city):
            visit.go(address)
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= TABLET[0], address


def test_the_first_page_that_matters_is_fetched_at_once_and_the_rest_later(browser: Any, bench: Running,
                                                                           county: Sample) -> None:
    with Visit(browser, bench, "zh") as visit:
        visit.go(f"/reports/{county.report.sha256}")
        images = visit.page.locator(".sheet img")
        eager = [index for index in range(images.count()) if images.nth(index).get_attribute("loading") == "eager"]
        assert len(eager) == 1
        marked = visit.page.locator(".sheet").nth(eager[0]).locator(".mark.suspected")
        assert marked.count() >= 1 and marked.first.is_visible()


def test_a_number_lights_wherever_it_is_shown(browser: Any, bench: Running, county: Sample) -> None:
    """By pointer and by keyboard, from the arithmetic, the table, the page and the prose."""
    with Visit(browser, bench, "zh") as visit:
        page = visit.page
        visit.go(f"/reports/{county.report.sha256}")
        line = page.locator("table.ledger tr[data-field]").nth(2)
        line.hover()
        assert lit(visit) == {line.get_attribute("data-field")}
        assert page.locator("svg .lit").count() >= 1 and page.locator("td.lit").count() == 1
        page.mouse.move(2, 2)
        cell = page.locator("table.form td.number").first
        cell.focus()
        assert lit(visit) == {cell.get_attribute("data-field")}
        page.keyboard.press("ArrowDown")
        below = page.evaluate("document.activeElement.dataset.field")
        assert below != cell.get_attribute("data-field") and lit(visit) == {below}
        mark = page.locator(".passages mark a").first
        mark.focus()
        assert page.locator(".sheet .spot.lit").count() >= 1
        spot = page.locator(".sheet .spot.lit").first
        assert spot.get_attribute("data-figure")
        page.wait_for_function(INSIDE, arg=spot.element_handle())


def lit(visit: Visit) -> set[str | None]:
    found = visit.page.locator(".lit[data-field]")
    return {found.nth(index).get_attribute("data-field") for index in range(found.count())}


def test_zoom_pan_and_pages_by_keyboard(browser: Any, bench: Running, county: Sample) -> None:
    with Visit(browser, bench, "zh") as visit:
        page = visit.page
        visit.go(f"/reports/{county.report.sha256}")
        page.keyboard.press("0")
        width = page.locator(".sheet").first.bounding_box()["width"]
        page.keyboard.press("+")
        page.keyboard.press("+")
        assert page.locator(".sheet").first.bounding_box()["width"] == pytest.approx(1.5 * width, rel=0.02)
        sheets = page.locator(".sheets")
        before = sheets.evaluate("element => element.scrollLeft")
        box = sheets.bounding_box()
        page.mouse.move(box["x"] + 200, box["y"] + 200)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 200, steps=4)
        page.mouse.up()
        assert sheets.evaluate("element => element.scrollLeft") > before
        page.keyboard.press("0")
        page.click(".strip-nav a:last-child")
        page.locator(".strip-nav a:last-child[aria-current]").wait_for()
        page.keyboard.press("[")
        page.locator(".strip-nav a:last-child:not([aria-current])").wait_for()


def test_help_opens_with_a_question_mark_and_closes_with_escape(browser: Any, axe: Any, bench: Running) -> None:
    with Visit(browser, bench, "en") as visit:
        visit.go("/queue")
        visit.page.keyboard.press("?")
        assert visit.page.locator("#keys").is_visible()
        assert serious(axe, visit) == []
        visit.page.keyboard.press("Escape")
        assert not visit.page.locator("#keys").is_visible()


@pytest.fixture
def mine(tmp_path: Path, county: Sample, city: Sample) -> Iterator[Running]:
    """A service of the test's own, since it decides."""
    with running(ServeSettings(data=tmp_path / "data", workers=1)) as found:
        fill(found, county, city)
        yield found


def test_the_queue_by_keyboard(browser: Any, axe: Any, mine: Running) -> None:
    """Confirm with y, dismiss with n and a reason, take back with u; what was decided is there after a reload."""
    with Visit(browser, mine, "zh") as visit:
        page = visit.page
        visit.go("/queue")
        page.keyboard.press("j")
        page.keyboard.press("y")
        page.locator("tr.is-confirmed").wait_for()
        page.locator("#queue tbody tr:nth-child(2).current").wait_for()
        page.keyboard.press("n")
        assert page.locator("#record").is_visible()
        assert serious(axe, visit) == []
        page.click("#record label:has(input[value=explained])")
        page.fill("#record-comment", "见第2页说明")
        page.click("#record button[value=record]")
        page.locator("tr.is-dismissed").wait_for()
        visit.go("/queue?decided=dismissed")
        assert page.locator("#queue tbody tr").count() == 1
        assert "见第2页说明" in page.locator("#queue .decision").inner_text()
        page.keyboard.press("j")
        page.keyboard.press("u")
        page.locator("tr.is-open").wait_for()
        assert visit.complaints == []


def test_a_comment_by_keyboard(browser: Any, mine: Running) -> None:
    """c opens the decision with the field for the comment; letters typed there are text, not commands."""
    with Visit(browser, mine, "en") as visit:
        page = visit.page
        visit.go("/queue")
        page.keyboard.press("j")
        page.keyboard.press("c")
        assert page.evaluate("document.activeElement.id") == "record-comment"
        page.keyboard.type("yes, jointly known")
        page.click("#record button[value=record]")
        page.locator("tr.is-confirmed").wait_for()
        visit.go("/queue?decided=confirmed")
        assert "yes, jointly known" in page.locator("#queue .decision").inner_text()
        assert page.locator("#queue tbody tr").count() == 1


def test_a_saved_view_is_there_for_its_owner_next_time(browser: Any, mine: Running, city: Sample) -> None:
    with Visit(browser, mine, "en") as visit:
        visit.go("/queue?year=2024")
        visit.page.fill(".save-view input[name=name]", "Last year")
        visit.page.click(".save-view button")
    with Visit(browser, mine, "zh") as visit:
        visit.go("/queue")
        visit.page.click(".views a:has-text('Last year')")
        assert visit.page.input_value(".filters [name=year]") == "2024"
        assert set(visit.page.locator("#queue .body-name").all_inner_texts()) == {city.report.agency}
    with Visit(browser, mine, "en", scope=Scope.ADMIN) as visit:
        visit.go("/queue")
        assert visit.page.locator(".views a:has-text('Last year')").count() == 0


def test_decisions_and_corrections_survive_another_extraction(browser: Any, mine: Running, county: Sample) -> None:
    """Confirmed in the queue, corrected on the page; then another version of the program reads the document."""
    sha256, field = county.report.sha256, "disclosure.penalties.decisions"
    with Visit(browser, mine, "zh") as visit:
        page = visit.page
        visit.go(f"/queue?year={county.report.year}")
        lines = page.locator("#queue tbody tr").count()
        page.keyboard.press("j")
        page.keyboard.press("y")
        page.locator("tr.is-confirmed").wait_for()
        visit.go(f"/reports/{sha256}?cell={field}")
        page.fill("#cell input[name=value]", "99999")
        page.press("#cell input[name=value]", "Enter")
        page.locator("#changes").wait_for()
        keep(mine.service.store, county.report, "again.pdf")
        mine.service._extracted(sha256)  # what the runner calls when a document is extracted
        visit.go(f"/queue?year={county.report.year}")
        assert page.locator("#queue tbody tr").count() == lines - 1
        visit.go(f"/queue?year={county.report.year}&decided=confirmed")
        page.click(FIRST_FINDING)
        assert page.locator(".decided.confirmed").is_visible()
        assert "99999" in page.locator(f"#changes tr[data-field='{field}']").inner_text()
        assert "99999" in page.locator(f"td[data-field='{field}']").inner_text()


def test_the_frame_of_a_report_stays_where_it_is(browser: Any, bench: Running, county: Sample) -> None:
    """Pages and findings scroll within the window; the window itself, with the report's name at its head, does not."""
    for size in (DESK, TABLET):
        with Visit(browser, bench, "en", size) as visit:
            visit.go(f"/reports/{county.report.sha256}")
            visit.page.evaluate("document.getElementById('prose').scrollIntoView()")
            assert visit.page.evaluate("document.documentElement.scrollHeight") <= size[1]
            assert visit.page.evaluate("scrollY") == 0


def test_several_are_decided_at_once_and_a_filter_is_kept(browser: Any, mine: Running) -> None:
    with Visit(browser, mine, "en") as visit:
        page = visit.page
        visit.go("/queue?year=2024")
        page.fill(".save-view input[name=name]", "<b>2024</b>")
        page.click(".save-view button")
        assert page.locator(".views a", has_text="<b>2024</b>").count() == 1
        page.check("#all")
        chosen = page.locator("tbody input:checked").count()
        page.click(".bulk button[value=confirmed]")
        assert str(chosen) in page.locator(".notice").inner_text()
        assert page.locator("#queue tbody tr").count() == 0
        page.click(".views .remove")
        assert page.locator(".views a", has_text="2024").count() == 0
        assert visit.complaints == []


def test_everything_works_without_script(browser: Any, mine: Running, county: Sample) -> None:
    """Log in, decide several, correct a cell, undo, decide on the report page, log out: forms alone."""
    with Visit(browser, mine, "zh", script=False) as visit:
        page = visit.page
        visit.go("/queue")
        page.check("tbody tr:first-child input[name=finding]")
        page.click(".bulk button[value=confirmed]")
        assert page.locator(".notice").is_visible()
        visit.go(f"/reports/{county.report.sha256}")
        assert page.locator(".sheet svg .mark").first.is_visible()
        page.locator("#another-cell").select_option("requests.received.total")
        page.click(".another button")
        page.fill("#cell input[name=value]", "９９")
        page.click("#cell .typed button")
        row = page.locator("#changes tr[data-field='requests.received.total']")
        assert row.locator("b").inner_text() == "99"
        row.locator("button").click()
        assert page.locator("#changes").count() == 0
        page.click("#logout")
        assert page.locator("#token").is_visible()


def test_a_number_that_is_none_is_said_so(browser: Any, mine: Running, county: Sample) -> None:
    with Visit(browser, mine, "en") as visit:
        visit.go(f"/reports/{county.report.sha256}")
        typed = visit.page.locator(".card input[name=value]").first
        typed.fill("about <b>7</b>")
        typed.press("Enter")
        assert "about <b>7</b>" in visit.page.locator(".notice.bad").inner_text()


def test_finding_to_finding_and_deciding_on_the_report(browser: Any, mine: Running, county: Sample) -> None:
    with Visit(browser, mine, "en") as visit:
        page = visit.page
        visit.go(f"/reports/{county.report.sha256}")
        first = page.locator("#finding").get_attribute("data-key")
        page.keyboard.press("j")
        page.locator(f"#finding:not([data-key='{first}'])").wait_for()
        page.keyboard.press("k")
        page.locator(f"#finding[data-key='{first}']").wait_for()
        page.keyboard.press("n")
        page.locator(".decide select").select_option("rounding")
        page.keyboard.press("Enter")
        page.locator(".decided.dismissed").wait_for()
        page.click(".notice button")
        page.locator(".decide button[value=confirmed]").wait_for()
        assert visit.complaints == []


def test_the_report_prints_with_its_marked_pages(browser: Any, bench: Running, county: Sample) -> None:
    import pypdfium2

    with Visit(browser, bench, "zh") as visit:
        visit.go(f"/reports/{county.report.sha256}")
        printed = pypdfium2.PdfDocument(visit.page.pdf(prefer_css_page_size=True, print_background=True))
    try:
        assert [round(edge) for edge in printed[0].get_size()] == [595, 842]
        assert 3 <= len(printed) <= 14
    finally:
        printed.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_of_the_documentation(browser: Any, bench: Running, county: Sample, city: Sample, project: Path,
                                       language: Language) -> None:
    """What docs/workbench.md shows stands on the pages; the pictures are kept only if they are asked for."""
    told = {"zh": "-zh", "en": ""}[language]
    with Visit(browser, bench, language) as visit:
        for name, address, element in (
                ("overview", "/", ".bars a"), ("queue", "/queue", FIRST_FINDING),
                ("report", f"/reports/{county.report.sha256}", ".mark.suspected"),
                ("web", f"/reports/{city.report.sha256}", "#finding"),
                ("body", f"/bodies/{quote(str(city.report.agency))}", ".chart")):
            visit.go(address)
            assert visit.page.locator(element).first.is_visible()
            if name == "report":
                visit.page.hover(".cards .card .which a")
                assert visit.page.locator(".mark.suspected.lit").count() == 1
            if name != "web" or language == "en":
                picture(visit, f"{name}{told}", project)

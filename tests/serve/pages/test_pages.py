"""The pages without a browser: what they say of hostile reports, what they refuse, what forms do, what is exported."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import lxml.html
import openpyxl
import pytest

from extractor.report import Report
from extractor.serve.config import ServeSettings
from extractor.serve.model import Decision, QueueFilter, Scope
from extractor.serve.pages import trail, wording
from extractor.serve.pages.body import carried, chart
from extractor.serve.pages.frame import environment, safe_address
from extractor.serve.pages.queue import filter_of
from tests.serve.conftest import Running, Sample, keep, running
from tests.serve.pages.conftest import fill

HOSTILE = "<script>alert(1)</script>‮\x07市\"'><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, county: Sample, city: Sample) -> Iterator[Running]:
    with running(ServeSettings(data=tmp_path_factory.mktemp("pages"), workers=1, rate=1000.0, burst=5000)) as found:
        fill(found, county, city)
        yield found


@pytest.fixture
def reviewer(filled: Running) -> Iterator[httpx.Client]:
    """Somebody with a session, as a browser has it."""
    with session(filled, Scope.REVIEW) as client:
        yield client


@contextmanager
def session(at: Running, scope: Scope) -> Iterator[httpx.Client]:
    """Somebody who logged in on the page."""
    headers = {"Accept": "text/html", "Origin": at.base}
    with httpx.Client(base_url=at.base, timeout=60, follow_redirects=True, headers=headers) as client:
        answer = client.post("/login", data={"token": at.tokens[scope]})
        assert answer.status_code == 200, answer.text
        yield client


def csrf_of(client: httpx.Client, path: str = "/queue") -> str:
    return str(parsed(client.get(path)).xpath("//form[@action='/logout']/input[@name='csrf']/@value")[0])


def parsed(answer: httpx.Response) -> Any:
    return lxml.html.document_fromstring(answer.text)


def test_every_message_is_there_in_both_languages() -> None:
    for section, entries in wording.catalogue().items():
        for key, texts in entries.items():
            assert set(texts) == {"zh", "en"} and all(texts.values()), f"{section}.{key}"
            assert sorted(re.findall(r"{(\w+)}", texts["zh"])) == sorted(re.findall(r"{(\w+)}", texts["en"])), f"{section}.{key}"


def test_templates_name_only_messages_that_exist_and_carry_no_inline_script_or_style() -> None:
    loader = environment().loader
    assert loader is not None
    folder = Path(wording.__file__).parent / "templates"
    for file in folder.glob("*.html"):
        text = file.read_text("utf8")
        environment().get_template(file.name)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text), file.name
        for section, key in re.findall(r"""(?<![.\w])say\('(\w+)\.(\w+)'[,)]""", text):
            assert key in wording.catalogue()[section], f"{file.name}: {section}.{key}"


def test_who_is_not_logged_in_is_led_to_the_login_and_back(filled: Running, county: Sample) -> None:
    with httpx.Client(base_url=filled.base, headers={"Origin": filled.base}) as client:
        wanted = f"/reports/{county.report.sha256}?finding=abc"
        answer = client.get(wanted)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/login?next=")
        answer = client.post("/login", data={"token": filled.tokens[Scope.READ], "next": wanted})
        assert answer.status_code == 303 and answer.headers["location"] == wanted


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
                                     "/a\nb", "evil", ""])
def test_a_login_leads_to_no_other_host(address: str) -> None:
    assert safe_address(address) == "/"


def test_a_wrong_token_is_refused_in_words(filled: Running) -> None:
    with httpx.Client(base_url=filled.base, headers={"Origin": filled.base}) as client:
        answer = client.post("/login?lang=en", data={"token": "gouji_wrong"})
        assert answer.status_code == 401 and "not valid" in answer.text


def test_a_form_without_its_token_changes_nothing(filled: Running, reviewer: httpx.Client, county: Sample) -> None:
    finding = county.report.violated[0].fingerprint
    answer = reviewer.post("/queue/decide", data={"finding": finding, "decision": "confirmed"})
    assert answer.status_code == 403
    assert filled.service.report(county.report.sha256).decisions.get(finding) is None


def test_a_reader_may_look_but_is_offered_no_decision(filled: Running, county: Sample) -> None:
    with session(filled, Scope.READ) as client:
        page = parsed(client.get(f"/reports/{county.report.sha256}"))
        assert not page.xpath("//form[contains(@action, '/decide') or contains(@action, '/correct')]")
        answer = client.post(f"/reports/{county.report.sha256}/correct", data={
            "csrf": csrf_of(client), "field": "requests.received.total", "choice": "1"})
        assert answer.status_code == 403 and "text/html" in answer.headers["content-type"]


def test_hostile_text_is_shown_as_text(tmp_path: Path, city: Sample) -> None:
    """Names, prose and messages of a report, its file's name, a comment and a saved view."""
    paragraphs = (HOSTILE, *city.report.paragraphs[1:])
    finding = city.report.violated[0]
    said = finding.model_copy(update={"explanation": finding.message.model_copy(update={"zh": HOSTILE, "en": HOSTILE})})
    findings = tuple(said if item is finding else item for item in city.report.findings)
    report = city.report.model_copy(update={"agency": HOSTILE, "paragraphs": paragraphs, "sha256": "a" * 64,
                                            "source": HOSTILE, "findings": findings})
    with running(ServeSettings(data=tmp_path / "data", workers=1)) as at:
        keep(at.service.store, report, f"upload:{'a' * 64}/{HOSTILE}")
        with session(at, Scope.ADMIN) as client:
            token = csrf_of(client)
            client.post("/queue/views", data={"csrf": token, "name": HOSTILE[:40]})
            client.post("/queue/decide", data={"csrf": token, "finding": finding.fingerprint, "decision": "confirmed",
                                               "comment": HOSTILE})
            for path in ("/", "/queue?decided=all", f"/queue?text={quote(HOSTILE)}", "/reports", f"/reports/{report.sha256}",
                         f"/reports?body={quote(HOSTILE)}", "/bodies", "/exports", "/audit"):
                answer = client.get(path)
                assert answer.status_code in (200, 422), path
                assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, path
                assert "‮" not in answer.text and "\x07" not in answer.text, path


def test_every_page_carries_a_policy_without_inline_script(reviewer: httpx.Client) -> None:
    policy = reviewer.get("/queue").headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe-inline" not in policy


def test_a_filter_that_makes_no_sense_is_left_out_of_the_query() -> None:
    wanted = filter_of({"year": "x", "cause": "nobody", "rule": "requests.*", "decided": "all", "strange": "1"})
    assert wanted == QueueFilter(rule="requests.*", decided="all")


def test_the_queue_shows_one_line_a_cause_and_filters_it(reviewer: httpx.Client, county: Sample, city: Sample) -> None:
    page = parsed(reviewer.get("/queue?decided=all"))
    assert len(page.xpath("//table[@id='queue']/tbody/tr")) >= 2
    only = parsed(reviewer.get("/queue", params={"decided": "all", "body": county.report.agency}))
    assert {text.strip() for text in only.xpath("//*[@class='body-name']/text()")} == {county.report.agency}


def test_a_correction_says_what_it_changed_and_can_be_undone(filled: Running, reviewer: httpx.Client, county: Sample) -> None:
    sha256, field = county.report.sha256, "requests.received.total"
    token = csrf_of(reviewer)
    page = parsed(reviewer.post(f"/reports/{sha256}/correct", data={"csrf": token, "field": field, "value": "１,234"}))
    row = page.xpath(f"//section[@id='changes']//tr[@data-field='{field}']")[0]
    assert "1234" in row.text_content()
    assert filled.service.report(sha256).report.values[field].value == Decimal(1234)
    assert page.xpath("//section[@id='changes']//ul[contains(@class, 'appeared')]/li")
    page = parsed(reviewer.post(f"/reports/{sha256}/undo", data={"csrf": token, "field": field}))
    assert not page.xpath("//section[@id='changes']")
    assert filled.service.report(sha256).corrections == ()


def test_blank_is_not_zero_when_correcting(filled: Running, reviewer: httpx.Client, county: Sample) -> None:
    sha256, field, token = county.report.sha256, "requests.received.total", csrf_of(reviewer)
    reviewer.post(f"/reports/{sha256}/correct", data={"csrf": token, "field": field, "choice": "blank"})
    assert filled.service.report(sha256).report.values[field].value is None
    answer = reviewer.post(f"/reports/{sha256}/correct", data={"csrf": token, "field": field, "value": ""})
    assert parsed(answer).xpath("//*[contains(@class, 'notice') and contains(@class, 'bad')]")
    reviewer.post(f"/reports/{sha256}/undo", data={"csrf": token, "field": field})


def test_a_decision_on_the_report_page_leads_on(filled: Running, reviewer: httpx.Client, county: Sample) -> None:
    group = county.report.causes[0]
    data = {"csrf": csrf_of(reviewer), "finding": [item.fingerprint for item in group], "decision": "dismissed",
            "reason": "explained", "comment": "see page 2"}
    answer = reviewer.post(f"/reports/{county.report.sha256}/decide", data=data)
    assert "see page 2" in answer.text or "notice" in answer.text
    decided = filled.service.report(county.report.sha256).decisions
    assert {decided[item.fingerprint].decision for item in group} == {Decision.DISMISSED}
    reviewer.post(f"/reports/{county.report.sha256}/decide", data=data | {"decision": "open"})


def test_the_years_of_a_body_stand_side_by_side(filled: Running, reviewer: httpx.Client, city: Sample) -> None:
    page = parsed(reviewer.get(f"/bodies/{city.report.agency}"))
    rows = [row.text_content() for row in page.xpath("//table[contains(@class, 'carried')]/tbody/tr")]
    assert "2022 → 2023" in rows[0] and "≠" not in rows[0]
    assert "2023 → 2024" in rows[1] and "≠" in rows[1]
    assert page.xpath("//figure[@class='chart']//polyline")
    view = filled.service.body(str(city.report.agency))
    assert [item.later for item in carried(view)] == [2023, 2024]
    made = chart("requests", view, wording.Speech("en"))
    assert made is not None and all(len(series.points) == 3 for series in made.series)


def test_a_finding_between_years_is_decided_on_the_page_of_the_body(filled: Running, reviewer: httpx.Client,
                                                                     city: Sample) -> None:
    name = str(city.report.agency)
    item = next(item for item in filled.service.body(name).findings if item.finding.rule == "history.carry_over"
                and item.finding.status == "violated")
    answer = reviewer.post(f"/bodies/{name}", data={"csrf": csrf_of(reviewer), "finding": item.finding.fingerprint,
                                                    "decision": "confirmed"})
    assert answer.status_code == 200
    said = next(found.decided for found in filled.service.body(name).findings
                if found.finding.fingerprint == item.finding.fingerprint)
    assert said is not None and said.decision is Decision.CONFIRMED


def test_the_audit_log_speaks_of_bodies_and_cells_not_of_codes(tmp_path: Path, county: Sample, city: Sample) -> None:
    sha256, field = county.report.sha256, "requests.received.total"
    with running(ServeSettings(data=tmp_path / "data", workers=1)) as at:
        fill(at, county, city)
        with session(at, Scope.ADMIN) as client:
            token = csrf_of(client)
            client.post("/queue/decide", data={"csrf": token, "finding": county.report.causes[0][0].fingerprint,
                                               "decision": "dismissed", "reason": "rounding"})
            client.post(f"/reports/{sha256}/correct", data={"csrf": token, "field": field, "value": "77"})
            rows = [" ".join(row.text_content().split()) for row in parsed(client.get("/audit?lang=en")).xpath("//tbody/tr")]
    assert "correction" in rows[0] and "1. newly received this year, total: 77" in rows[0] and field not in rows[0]
    assert str(county.report.agency) in rows[1] and "dismissed; rounding" in rows[1]
    assert "token created" in rows[2] and "name: the admin" in rows[2]
    assert not any(sha256 in row or county.report.causes[0][0].fingerprint in row for row in rows)


def test_a_file_that_is_no_report_is_said_so_in_the_readers_language(filled: Running, reviewer: httpx.Client) -> None:
    sent = {"files": ("笔记.txt", "午饭吃面。".encode() * 50)}
    job = parsed(reviewer.post("/upload", files=sent, data={"csrf": csrf_of(reviewer)})).xpath("//*[@data-job]/@data-job")[0]
    deadline = time.monotonic() + 300
    while 'data-ended="yes"' not in reviewer.get(f"/jobs/{job}").text and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "不是政府信息公开工作年度报告" in reviewer.get(f"/jobs/{job}?lang=zh").text
    assert "This is no annual report" in reviewer.get(f"/jobs/{job}?lang=en").text
    while "not a report" not in (overview := reviewer.get("/?lang=en").text) and time.monotonic() < deadline:
        time.sleep(0.5)  # counts over the whole store may be some seconds old
    assert "not a report" in overview and "not_a_report" not in overview


def test_exports_are_downloads_under_the_bodys_name(reviewer: httpx.Client, county: Sample) -> None:
    paper = reviewer.get(f"/reports/{county.report.sha256}/working-paper.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(paper.content)).sheetnames
    assert "attachment" in paper.headers["content-disposition"] and "2022" in paper.headers["content-disposition"]
    page = reviewer.get(f"/reports/{county.report.sha256}/evidence.html")
    assert "attachment" in page.headers["content-disposition"] and page.text.lstrip().startswith("<!DOCTYPE html>")
    samples = reviewer.get("/exports/samples.zip")
    assert zipfile.ZipFile(io.BytesIO(samples.content)).testzip() is None


def test_an_unknown_address_and_an_unknown_report_have_pages_of_their_own(reviewer: httpx.Client) -> None:
    for path in ("/nothing", f"/reports/{'b' * 64}", "/jobs/nothing", "/bodies/nobody", "/static/../frame.py"):
        answer = reviewer.get(path)
        assert answer.status_code == 404 and "text/html" in answer.headers["content-type"], path


def test_the_language_is_kept(reviewer: httpx.Client) -> None:
    assert "Contradictions to decide" in reviewer.get("/queue?lang=en").text
    assert "Contradictions to decide" in reviewer.get("/queue").text
    assert "待核对的矛盾" in reviewer.get("/queue?lang=zh").text


def test_a_report_without_pages_shows_its_tables_and_prose_alone(reviewer: httpx.Client, city: Sample) -> None:
    page = parsed(reviewer.get(f"/reports/{city.report.sha256}"))
    assert not page.xpath("//figure[@class='sheet']")
    assert page.xpath("//section[contains(@class, 'reading')]//table[contains(@class, 'form')]")


def test_report_pages_hold_every_reading_with_its_place(reviewer: httpx.Client, county: Sample) -> None:
    page = parsed(reviewer.get(f"/reports/{county.report.sha256}"))
    placed = {name for name, value in county.report.values.items() if any(item.box for item in value.evidence)}
    assert {rect.get("data-field") for rect in page.xpath("//rect[@class='spot'][@data-field]")} == placed
    boxes = page.xpath("//figure[@class='sheet'][1]/svg/@viewbox")
    first = county.report.pages[0]
    assert boxes == [f"0 0 {first.width:.2f} {first.height:.2f}"]


def test_sureness_is_said_in_plain_words(county: Sample) -> None:
    report: Report = county.report
    assert wording.Speech("en").sureness(next(iter(report.values.values()))) == "Taken from the file’s own text"


def test_sizes_are_rounded_to_what_a_person_reads() -> None:
    assert [wording.size(number) for number in (0, 999, 1000, 2_340_000)] == ["0 B", "999 B", "1 KB", "2.3 MB"]


def test_the_audit_log_tells_times_as_the_other_pages_do() -> None:
    made = {"name": "Wang Fang", "expires": "2026-11-24 17:45:43.721816+00:00"}
    told = trail.told(made, wording.Speech("en"))
    assert "Wang Fang" in told and re.search(r"expires: 2026-11-2\d \d\d:\d\d(;|$|,)", told), told

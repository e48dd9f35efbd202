"""How fast the workbench is for one person: a report in a browser, and the server's time for pages of many findings.

    python bench/workbench.py [--repeats 10] [--reports 250] [--scan FILE] [--json OUT]

`browser`: from the start of the navigation until the page of the document that bears the chosen finding is drawn and the
tables answer the keyboard; `first` includes that the server draws the page's image, `again` finds it kept (the browser's
own cache is empty in both). `server`: from the request sent to the answer received over a kept connection, with one
client and nothing else running. `queue of 200` lists 200 causes; `report of 200` is one report with over 200 findings;
`first` reads the report from the store and works its findings out, `again` finds both kept. All times in milliseconds.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from extractor import extract
from extractor.fields import load
from extractor.reconcile.correct import corrected
from extractor.report import Report
from extractor.serve.app import create_app
from extractor.serve.config import ServeSettings
from extractor.serve.model import Scope
from extractor.serve.run import server
from extractor.serve.service import Service
from extractor.store import Listed
from extractor.store.rows import report_rows

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "eval" / "samples" / "demo" / "county_2022.pdf"
SCAN = ROOT / "eval" / "samples" / "set" / "scan-harsh" / "9360002.pdf"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FINDINGS = 200
USABLE = """() => {
  const image = document.querySelector('.sheet img[loading=eager]');
  const cell = document.querySelector('table.form td.number[tabindex="0"]');
  return image && image.complete && image.naturalWidth > 0 && cell ? performance.now() : 0;
}"""
"""Milliseconds since the navigation began, once the page can be worked with; before, 0."""


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, Service, str]]:
    """The service in a thread: its address, itself, and a token."""
    config = ServeSettings(data=folder, workers=1, port=0, rate=1e6, burst=1_000_000)
    app = create_app(config)
    http = server(app, config)
    thread = threading.Thread(target=http.run, daemon=True)
    thread.start()
    while not http.started:
        time.sleep(0.01)
    port = http.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", app.state.service, app.state.accounts.create("bench", Scope.REVIEW, None)[1]
    finally:
        app.state.service.announce_stop()
        http.should_exit = True
        thread.join(60)


def keep(service: Service, report: Report, name: str) -> None:
    """Has the service know a report as if it had read it itself."""
    configuration = service._configuration
    run = service.store.start_run(configuration, "bench")
    listed = Listed(f"upload:{report.sha256}/{name}", report.sha256)
    service.store.put_report(run, configuration, 1_000, [listed], report_rows(report))


def put(service: Service, path: Path) -> Report:
    """A document with its file, so that its pages can be drawn."""
    data = path.read_bytes()
    service.archive.put(io.BytesIO(data), 10**9)
    report = extract(data, name=path.name)
    keep(service, report, path.name)
    return report


def many_findings(report: Report) -> Report:
    """The report with a broken number in every cell of table 3: over 200 findings, none of which another explains."""
    cells = [field.id for field in load().table("requests").fields if field.id in report.values]
    broken = {name: Decimal(-7 * index * index - 1) / 2 for index, name in enumerate(cells, start=1)}
    made = corrected(report.model_copy(update={"sha256": "f" * 64, "agency": "总之处处有误县人民政府"}), broken)
    assert len(made.violated) >= FINDINGS, len(made.violated)
    return made


def fill(service: Service, report: Report, count: int) -> None:
    """The same report under the names of other bodies."""
    for number in range(count):
        other = report.model_copy(update={"sha256": f"{number:064x}", "agency": f"第{number}区人民政府"})
        keep(service, other, f"{number}.pdf")


def server_times(base: str, token: str, path: str, repeats: int, forget: Callable[[], None]) -> dict[str, Any]:
    """Milliseconds of the page at `path`: with nothing kept in memory, and again."""
    found: dict[str, list[float]] = {"first": [], "again": []}
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}", "Accept": "text/html"}, timeout=60) as client:
        client.get("/healthz")
        for _ in range(repeats):
            forget()
            for name in found:
                began = time.perf_counter()
                answer = client.get(path)
                found[name].append(1000 * (time.perf_counter() - began))
                assert answer.status_code == 200, answer.text[:200]
    return {name: spread(times) for name, times in found.items()} | {
        "bytes": len(answer.content), "lines": answer.text.count("data-findings=") + answer.text.count('class="entry ')}


def browser_times(base: str, token: str, path: str, repeats: int) -> dict[str, Any]:
    """Milliseconds until the report at `path` can be worked with, in a new browser window each time."""
    from playwright.sync_api import sync_playwright

    program = next(found for name in CHROMIUM if (found := shutil.which(name)))
    times: list[float] = []
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for _ in range(repeats + 1):
            window = chromium.new_context(viewport={"width": 1366, "height": 768})
            page = window.new_page()
            page.goto(f"{base}/login")
            page.fill("#token", token)
            page.click("main button[type=submit]")
            page.goto(base + path, wait_until="commit")
            times.append(float(page.wait_for_function(USABLE, polling="raf", timeout=60_000).json_value()))
            window.close()
        chromium.close()
    return {"first": round(times[0]), "again": spread(times[1:])}


def spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"median": round(statistics.median(ordered), 1), "worst": round(ordered[-1], 1), "of": len(ordered)}


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (base, service, token):
        report, scan = put(service, SAMPLE), put(service, arguments.scan)
        many = many_findings(report)
        keep(service, many, "many.pdf")
        fill(service, report, arguments.reports)

        def forget() -> None:
            service._reports._reports.clear()
            service._forget()

        return {
            "browser": {name: browser_times(base, token, f"/reports/{item.sha256}", arguments.repeats)
                        for name, item in (("text", report), ("scan", scan))},
            "server": {name: server_times(base, token, path, arguments.repeats, forget) for name, path in (
                ("queue of 200", f"/queue?size={FINDINGS}"), ("report of 200", f"/reports/{many.sha256}"),
                ("report", f"/reports/{report.sha256}"))},
            "findings": {"report of 200": len(many.violated), "report": len(report.violated)}, "reports": arguments.reports + 3}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--reports", type=int, default=250)
    parser.add_argument("--scan", type=Path, default=SCAN)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    told = json.dumps(measure(arguments), indent=1)
    print(told)
    if arguments.json:
        arguments.json.write_text(told + "\n", encoding="utf8")


if __name__ == "__main__":
    main()

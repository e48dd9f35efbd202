"""Speed and size of a bulk run: documents an hour, workers against one another, memory of the parent, the store.

    python bench/bulk.py speed ARCHIVE [--workers 1 2] [--json OUT]
    python bench/bulk.py memory [--names 100 2000] [--listed 100000] [--json OUT]
    python bench/bulk.py store [--reports 1000] [--url URL] [--json OUT]

`speed` extracts the archive with each number of workers into a new store, and once in this process without workers or
store; the machine should do nothing else. `memory` runs the parent with workers that answer at once. `store` keeps
reports made from one real reading under other names and years, then asks and exports.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "eval" / "samples" / "demo" / "county_2022.pdf"


def speed(archive: Path, counts: list[int]) -> list[dict[str, Any]]:
    """Bare extraction, then runs: wall-clock seconds, and what that is an hour and worker."""
    rows = [bare(archive)]
    for workers in counts:
        with tempfile.TemporaryDirectory() as folder:
            metrics = Path(folder) / "metrics"
            command = [str(Path(sys.executable).with_name("gouji")), "batch", str(archive), "--store", f"{folder}/store",
                       "--workers", str(workers), "--metrics", str(metrics)]
            start, before = time.perf_counter(), os.times()
            subprocess.run(command, check=False, capture_output=True)
            seconds, after = time.perf_counter() - start, os.times()
            found = dict(line.rsplit(" ", 1) for line in metrics.read_text().splitlines() if not line.startswith("#"))
            done = int(found.get('gouji_batch_names_total{outcome="done"}', 0))
            pages = int(found["gouji_batch_pages_total"])
            cpu = after.children_user + after.children_system - before.children_user - before.children_system
            rows.append(_row(f"{workers} workers", done, pages, seconds, cpu) | {
                "worker_mib": int(float(found["gouji_batch_worker_resident_bytes"])) // 2**20})
    return rows


def bare(archive: Path) -> dict[str, Any]:
    """`extract` in this process, file by file."""
    from extractor import extract
    from extractor.errors import GoujiError

    files = sorted(path for path in archive.rglob("*") if path.is_file())
    extract(files[0])
    done = pages = 0
    start, before = time.perf_counter(), time.process_time()
    for path in files:
        try:
            report = extract(path)
        except GoujiError:
            continue
        done += 1
        pages += len(report.pages)
    return _row("bare", done, pages, time.perf_counter() - start, time.process_time() - before)


def _row(name: str, done: int, pages: int, seconds: float, cpu: float) -> dict[str, Any]:
    return {"run": name, "documents": done, "pages": pages, "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2),
            "documents_an_hour": round(3600 * done / seconds), "pages_an_hour": round(3600 * pages / seconds),
            "pages_a_cpu_hour": round(3600 * pages / max(cpu, 1e-3))}


def memory(names: list[int], listed: int) -> list[dict[str, Any]]:
    """The most memory that the parent held, each in a process of its own."""
    rows = []
    for count, distinct in [*((n, n) for n in names), (listed, 100)]:
        out = subprocess.run([sys.executable, __file__, "parent", str(count), str(distinct)], check=True,
                             capture_output=True, text=True, cwd=ROOT)
        rows.append(json.loads(out.stdout))
    return rows


def parent(count: int, distinct: int) -> dict[str, Any]:
    """One run over `count` names of `distinct` documents whose results are there at once."""
    import hashlib
    import resource
    from dataclasses import replace

    from extractor import extract
    from extractor.batch.outcome import Done, Job, Result
    from extractor.batch.runner import Plan, Runner
    from extractor.batch.sources import Entry, Fetched
    from extractor.settings import Settings
    from extractor.store import Configuration, Store
    from extractor.store.rows import report_rows, row_id

    rows = report_rows(extract(SAMPLE))
    resident_at_start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    class Names:
        def entries(self) -> Iterator[Entry]:
            return (Entry(f"/archive/some/folder/of/reports/report-{n:08d}.pdf", b"x" * 60, 250_000)
                    for n in range(count))

        def fetch(self, entry: Entry, folder: Path, limit: int) -> Fetched:
            number = int(entry.name[-12:-4]) % distinct
            return Fetched("", hashlib.sha256(str(number).encode()).hexdigest(), entry.size)

    class Here:
        def __init__(self) -> None:
            self.jobs: list[Job] = []

        free = property(lambda self: 2 - len(self.jobs))
        running = property(lambda self: len(self.jobs))

        def start(self, job: Job) -> None:
            self.jobs.append(job)

        def wait(self, seconds: float) -> list[tuple[Job, Result]]:
            if not self.jobs:
                return []
            job = self.jobs.pop(0)
            own = row_id(job.sha256)

            def of(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
                return [row | {"document_id": own} for row in found]

            return [(job, Done(replace(rows, report=rows.report | {"document_id": own}, values=of(rows.values),
                                       figures=of(rows.figures), findings=of(rows.findings),
                                       evidence=of(rows.evidence)), 0.1))]

        def close(self) -> None:
            self.jobs.clear()

    with tempfile.TemporaryDirectory() as folder, Store.open(f"{folder}/store", write=True) as store:
        plan = Plan(Names(), "names", Configuration("c" * 64, "", "", "", "", ""), Settings())
        start = time.perf_counter()
        Runner(plan, store, Here()).run()
        seconds = time.perf_counter() - start
    return {"names": count, "documents": distinct, "seconds": round(seconds, 1),
            "before_mib": resident_at_start // 1024,
            "most_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def store_size(reports: int, url: str) -> list[dict[str, Any]]:
    """Time to keep, bytes, seconds of each question, seconds of the export."""
    from extractor.store import Store
    from extractor.store.export import export_parquet
    from extractor.store.questions import Wanted, count_findings, find_bodies, find_findings

    with tempfile.TemporaryDirectory() as folder, Store.open(url or f"{folder}/store", write=True) as store:
        kept = _timed(lambda: _fill(store, reports))
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        rows = [{"what": f"keep {reports} reports", **kept, "a_report_ms": round(1000 * kept["cpu_seconds"] / reports, 2),
                 "bytes_a_report": size // reports}]
        questions: dict[str, Callable[[], Any]] = {
            "rule and year, first 50": lambda: list(find_findings(store, Wanted("requests.*", 2021), 50)),
            "body": lambda: list(find_findings(store, Wanted(body="第7市"), 50)),
            "cause, count": lambda: count_findings(store, Wanted(cause="report")),
            "rule, year and cause, count": lambda: count_findings(store, Wanted("requests.*", 2021, cause="report")),
            "bodies, first 50": lambda: list(find_bodies(store, "", 50))}
        for name, question in questions.items():
            question()
            rows.append({"what": name, **_timed(question)})
        exported = _timed(lambda: export_parquet(store, Path(folder) / "out"))
        files = list((Path(folder) / "out").iterdir())
        rows.append({"what": "export to Parquet", **exported, "bytes": sum(path.stat().st_size for path in files)})
    return rows


def _fill(store: Any, reports: int) -> None:
    """Keeps one real reading under many names, bodies and years."""
    from extractor import extract
    from extractor.store import Configuration, Listed
    from extractor.store.rows import ReportRows, report_rows, row_id

    configuration = Configuration("c" * 64, "", "", "", "", "")
    base = report_rows(extract(SAMPLE))
    run = store.start_run(configuration, "bench")
    for number in range(reports):
        digest = f"{number * 11400714819323198485 % 2**64:016x}{number:048x}"  # spread like real hashes
        own = {"document_id": row_id(digest)}
        about = own | {"agency": f"第{number // 5}市人民政府", "year": 2019 + number % 5}
        parts = (base.values, base.figures, base.findings, base.evidence)
        rows = ReportRows(base.report | about, *([row | own for row in part] for part in parts))
        store.put_report(run, configuration, 250_000, [Listed(f"/archive/{number:08d}.pdf", digest)], rows)


def _timed(work: Callable[[], Any]) -> dict[str, float]:
    """Wall-clock and processor seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"seconds": round(time.perf_counter() - wall, 4), "cpu_seconds": round(time.process_time() - cpu, 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parts = parser.add_subparsers(dest="part")
    part = parts.add_parser("speed")
    part.add_argument("archive", type=Path)
    part.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    part = parts.add_parser("memory")
    part.add_argument("--names", type=int, nargs="+", default=[100, 2000])
    part.add_argument("--listed", type=int, default=100_000)
    part = parts.add_parser("store")
    part.add_argument("--reports", type=int, default=1000)
    part.add_argument("--url", default="")
    part = parts.add_parser("parent")
    part.add_argument("count", type=int)
    part.add_argument("distinct", type=int)
    options = parser.parse_args()
    match options.part:
        case "speed":
            rows = speed(options.archive, options.workers)
        case "memory":
            rows = memory(options.names, options.listed)
        case "parent":
            print(json.dumps(parent(options.count, options.distinct)))
            return
        case "store":
            rows = store_size(options.reports, options.url)
        case _:
            rows = speed(ROOT / "eval" / "samples" / "demo", [1]) + memory([100], 1000) + store_size(100, "")
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

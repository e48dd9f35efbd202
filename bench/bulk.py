"""Speed and size of a bulk run: bare extraction, workers, a shell loop against one another, memory, the keeping of results.

    python bench/bulk.py pages ARCHIVE FOLDER [--pages 4] [--copies 5]
    python bench/bulk.py speed ARCHIVE [--workers 1 2] [--rounds 2] [--json OUT]
    python bench/bulk.py loop ARCHIVE [--documents 20] [--json OUT]
    python bench/bulk.py paddle ARCHIVE --python PYTHON [--documents 6] [--json OUT]
    python bench/bulk.py run ARCHIVE [--workers 2] [--json OUT]
    python bench/bulk.py memory [--names 100 2000] [--listed 100000] [--json OUT]
    python bench/bulk.py keep [--reports 300] [--url URL] [--json OUT]

`pages` makes documents of one page out of an archive's first PDF, several of each that differ in a byte: the first few
files then have what all have, and two workers end together. `speed` runs bare extraction and each number of workers in
turn, over the whole archive and over its first few files: the difference has no start in it. `loop` holds a run against
`gouji extract` called for each file. `paddle` holds a run over scans, from file to store, against PaddleOCR alone (in an
environment of its own with paddleocr, onnxruntime and PyYAML) with a thread for each core, on some of their pages
rendered beforehand. `run` is one long run: rate, failures, memory of the parent and growth of the workers. `memory` runs
the parent with workers that answer at once.
Processor seconds are told beside those on the wall, which mean little where the machine does something else too.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "eval" / "samples" / "demo" / "county_2022.pdf"
GOUJI = str(Path(sys.executable).with_name("gouji"))
FEW = 4
"""Files of the small run that is taken off the large one."""

Command = Sequence[str | Path]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the wall, seconds of processors by all processes of a command, and its exit code."""

    wall: float
    cpu: float
    code: int

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.wall - other.wall, self.cpu - other.cpu, self.code)


def spent(command: Command) -> Spent:
    start, before = time.perf_counter(), os.times()
    code = subprocess.run(command, check=False, capture_output=True).returncode
    seconds, after = time.perf_counter() - start, os.times()
    return Spent(seconds, after.children_user + after.children_system - before.children_user - before.children_system, code)


def listed(files: Sequence[Path], folder: Path, name: str) -> Path:
    """A list of files for `gouji batch`."""
    path = folder / f"{name}.txt"
    path.write_text("\n".join(str(file.resolve()) for file in files), "utf8")
    return path


def files_of(archive: Path) -> list[Path]:
    """The documents of a folder, without the labels that the corpus has beside them, or those that a list names."""
    if archive.is_file():
        return [archive.parent / line for line in archive.read_text("utf8").splitlines()]
    return sorted(path for path in archive.rglob("*") if path.is_file() and not path.name.endswith(".json"))


def batch(files: Path, folder: Path, name: str, workers: int, *options: str | Path) -> Command:
    """The command of a run into a new store."""
    return [GOUJI, "batch", files, "--store", folder / f"{name}.sqlite", "--workers", str(workers), *options]


def speed(archive: Path, counts: list[int], rounds: int) -> list[dict[str, Any]]:
    """Per document beyond the first few: bare extraction and runs with each number of workers, in turn."""
    files = files_of(archive)
    measured: dict[str, list[Spent]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        many, few = listed(files, folder, "many"), listed(files[:FEW], folder, "few")
        for number in range(rounds):
            runs: dict[str, list[Command]] = {"bare": [[sys.executable, __file__, "bare", part] for part in (many, few)]}
            for count in counts:
                runs[f"{count} workers"] = [batch(part, folder, f"{part.stem}-{count}-{number}", count) for part in (many, few)]
            for what, (whole, start) in runs.items():
                measured.setdefault(what, []).append(spent(whole) - spent(start))
    documents = len(files) - FEW
    rows: list[dict[str, Any]] = []
    for what, found in measured.items():
        wall, cpu = (median(getattr(each, part) for each in found) / documents for part in ("wall", "cpu"))
        rows.append({"run": what, "documents": documents, "rounds": rounds, "seconds_a_document": round(wall, 3),
                     "cpu_seconds_a_document": round(cpu, 3), "documents_an_hour": round(3600 / wall),
                     "against_bare_cpu": round(cpu / rows[0]["cpu_seconds_a_document"], 3) if rows else 1.0,
                     "codes": sorted({each.code for each in found})})
    return rows


def bare(files: Path) -> None:
    """`extract` in this process with one thread, file by file, as a worker has it but without workers and store."""
    from extractor.batch.workers import THREAD_VARIABLES

    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    from extractor import extract
    from extractor.errors import GoujiError

    for path in files.read_text("utf8").splitlines():
        try:
            extract(path)
        except GoujiError as error:
            print(error, file=sys.stderr)


def loop(archive: Path, documents: int) -> list[dict[str, Any]]:
    """One run with as many workers as cores, and a command for each document one after the other."""
    files = files_of(archive)
    files = files[::max(1, len(files) // documents)][:documents]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = spent(batch(listed(files, folder, "all"), folder, "store", 0))
        each = [spent([GOUJI, "extract", path, "-o", folder / "out.json"]) for path in files]
    wall, cpu = sum(one.wall for one in each), sum(one.cpu for one in each)
    return [{"run": "batch", "documents": len(files), "seconds": round(run.wall, 1), "cpu_seconds": round(run.cpu, 1)},
            {"run": "a command a document", "documents": len(files), "seconds": round(wall, 1), "cpu_seconds": round(cpu, 1),
             "times_batch": round(wall / run.wall, 2), "times_batch_cpu": round(cpu / run.cpu, 2)}]


def pages(archive: Path, folder: Path, most: int, copies: int) -> list[dict[str, Any]]:
    """Documents of one page each, out of the archive's first PDF, all pages before the first comes again."""
    import pypdfium2

    folder.mkdir(parents=True, exist_ok=True)
    first = next(path for path in files_of(archive) if path.suffix == ".pdf")
    with pypdfium2.PdfDocument(first) as whole:
        for number in range(min(most, len(whole))):
            file = BytesIO()
            with pypdfium2.PdfDocument.new() as one:
                one.import_pages(whole, [number])
                one.save(file)
            for copy in range(copies):
                (folder / f"{copy}-{number}.pdf").write_bytes(file.getvalue() + b"\n" * copy)
    return [{"what": "pages", "documents": len(files_of(folder))}]


def against_paddle(archive: Path, python: Path, documents: int) -> list[dict[str, Any]]:
    """Seconds a page of a run beyond its start, and of PaddleOCR alone once it is warm."""
    cores = len(os.sched_getaffinity(0))
    files = files_of(archive)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        many, few = listed(files, folder, "many"), listed(files[:FEW], folder, "few")
        run = spent(batch(many, folder, "many", cores)) - spent(batch(few, folder, "few", cores))
        ours = run.wall / (_page_count(files) - _page_count(files[:FEW]))
        images = list(_rendered(files[FEW:FEW + documents], folder))
        theirs = _paddle(python, cores, images) / len(images)
    return [{"run": f"batch, {cores} workers", "documents": len(files) - FEW, "seconds_a_page": round(ours, 2)},
            {"run": f"PaddleOCR alone, {cores} threads", "pages": len(images), "seconds_a_page": round(theirs, 2),
             "times_batch": round(theirs / ours, 2)}]


def _page_count(files: Sequence[Path]) -> int:
    import pypdfium2

    return sum(len(pypdfium2.PdfDocument(path)) for path in files)


def _rendered(files: Sequence[Path], folder: Path) -> Iterator[Path]:
    """The pages of PDFs as pictures, as the product renders them."""
    from PIL import Image

    from extractor.read.pdf import read_pdf
    from extractor.read.render import render_pdf
    from extractor.settings import default_settings

    for path in files:
        data = path.read_bytes()
        numbers = [page.number for page in read_pdf(data, default_settings()).pages]
        for image in render_pdf(data, numbers, default_settings()):
            picture = folder / f"{path.stem}-{image.number}.png"
            Image.fromarray(image.pixels).save(picture, compress_level=1)
            yield picture


def _paddle(python: Path, threads: int, images: Sequence[Path]) -> float:
    """Seconds that PaddleOCR takes over pictures after it has read the first once."""
    from extractor.read.ocr import model_folder

    command: Command = [python, ROOT / "eval" / "baselines" / "paddle_worker.py", str(model_folder()), str(threads)]
    environment = os.environ | {"PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True", "OMP_NUM_THREADS": str(threads)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as worker:
        assert worker.stdin and worker.stdout
        worker.stdout.readline()
        start = 0.0
        for number, image in enumerate([images[0], *images]):
            if number == 1:
                start = time.perf_counter()
            print(json.dumps({"image": str(image), "tables": False}), file=worker.stdin, flush=True)
            if "lines" not in json.loads(worker.stdout.readline()):
                raise RuntimeError(f"PaddleOCR did not read {image}")
        seconds = time.perf_counter() - start
        worker.stdin.close()
    return seconds


def long_run(archive: Path, workers: int) -> list[dict[str, Any]]:
    """One run: rate, outcomes, the parent's largest memory, and the workers' over the run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start, before = time.perf_counter(), os.times()
        log = folder / "log"
        process = subprocess.Popen(batch(listed(files_of(archive), folder, "all"), folder, "store", workers, "--log", log),
                                   stderr=subprocess.DEVNULL)
        most = 0
        while process.poll() is None:
            most = max(most, largest_kib(process.pid))
            time.sleep(1)
        seconds, after = time.perf_counter() - start, os.times()
        events = [json.loads(line) for line in log.read_text("utf8").splitlines()]
    found = [event for event in events if event["event"] == "document"]
    held = [event["resident"] / 2**20 for event in found if event["resident"]]
    tenth = len(held) // 10
    # long documents come first, so that a reader of another format may be loaded as late as half way through
    early, half, late = held[tenth:2 * tenth], held[5 * tenth:6 * tenth], held[-tenth:]
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return [{"run": f"{workers} workers", "documents": len(found), **Counter(event["outcome"] for event in found),
             "pages": sum(event["pages"] for event in found), "seconds": round(seconds, 1), "cpu_seconds": round(cpu, 1),
             "documents_an_hour": round(3600 * len(found) / seconds),
             "documents_a_cpu_hour": round(3600 * len(found) / max(cpu, 1e-3)), "parent_mib": most // 1024,
             "worker_mib_early": round(median(early)), "worker_mib_late": round(median(late)),
             "worker_mib_most": round(max(held)), "growth": round(median(late) / median(early) - 1, 4),
             "growth_of_second_half": round(median(late) / median(half) - 1, 4)}]


def largest_kib(process: int) -> int:
    """The most memory that a process has held so far; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def memory(names: list[int], most: int) -> list[dict[str, Any]]:
    """The most memory that the parent held, each in a process of its own, which never reads a document."""
    from extractor import extract
    from extractor.store.rows import report_rows

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        reading = Path(folder) / "rows"
        reading.write_bytes(pickle.dumps(report_rows(extract(SAMPLE))))
        for count, distinct in [*((n, n) for n in names), (most, 100)]:
            out = subprocess.run([sys.executable, __file__, "parent", reading, str(count), str(distinct)], check=True,
                                 capture_output=True, text=True, cwd=ROOT)
            rows.append(json.loads(out.stdout))
    return rows


def parent(reading: Path, count: int, distinct: int) -> dict[str, Any]:
    """One run over `count` names of `distinct` documents whose results, made from `reading`, are there at once."""
    import hashlib
    from dataclasses import replace

    from extractor.batch.outcome import Done, Job, Result
    from extractor.batch.runner import Plan, Runner
    from extractor.batch.sources import Entry, Fetched
    from extractor.settings import Settings
    from extractor.store import Configuration, Store
    from extractor.store.rows import ReportRows, row_id

    rows: ReportRows = pickle.loads(reading.read_bytes())
    before = largest_kib(os.getpid())

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
            "before_mib": before // 1024, "most_mib": largest_kib(os.getpid()) // 1024}


def keep(reports: int, url: str) -> list[dict[str, Any]]:
    """The time to keep a report, one transaction each, as the parent does; many names, bodies and years of one reading."""
    from extractor import extract
    from extractor.store import Configuration, Listed, Store
    from extractor.store.rows import ReportRows, report_rows, row_id

    configuration = Configuration("c" * 64, "", "", "", "", "")
    base = report_rows(extract(SAMPLE))
    with tempfile.TemporaryDirectory() as folder, Store.open(url or f"{folder}/store", write=True) as store:
        run = store.start_run(configuration, "bench")
        wall, cpu = time.perf_counter(), time.process_time()
        for number in range(reports):
            digest = f"{number * 11400714819323198485 % 2**64:016x}{number:048x}"  # spread like real hashes
            own = {"document_id": row_id(digest)}
            about = own | {"agency": f"第{number // 5}市人民政府", "year": 2019 + number % 5}
            parts = (base.values, base.figures, base.findings, base.evidence)
            rows = ReportRows(base.report | about, *([row | own for row in part] for part in parts))
            store.put_report(run, configuration, 250_000, [Listed(f"/archive/{number:08d}.pdf", digest)], rows)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return [{"what": "keep", "reports": reports, "ms_a_report": round(1000 * wall / reports, 2),
             "cpu_ms_a_report": round(1000 * cpu / reports, 2)}]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    for name in ("pages", "speed", "loop", "paddle", "run", "memory", "keep"):
        part = parts.add_parser(name)
        part.add_argument("--json", type=Path)
        if name not in ("memory", "keep"):
            part.add_argument("archive", type=Path)
    parts.choices["pages"].add_argument("folder", type=Path)
    parts.choices["pages"].add_argument("--pages", type=int, default=FEW)
    parts.choices["pages"].add_argument("--copies", type=int, default=5)
    parts.choices["paddle"].add_argument("--python", type=Path, required=True)
    parts.choices["paddle"].add_argument("--documents", type=int, default=6)
    parts.choices["speed"].add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parts.choices["speed"].add_argument("--rounds", type=int, default=2)
    parts.choices["loop"].add_argument("--documents", type=int, default=20)
    parts.choices["run"].add_argument("--workers", type=int, default=2)
    parts.choices["memory"].add_argument("--names", type=int, nargs="+", default=[100, 2000])
    parts.choices["memory"].add_argument("--listed", type=int, default=100_000)
    parts.choices["keep"].add_argument("--reports", type=int, default=300)
    parts.choices["keep"].add_argument("--url", default="")
    parts.add_parser("bare").add_argument("files", type=Path)
    one = parts.add_parser("parent")
    for argument, kind in (("reading", Path), ("number", int), ("distinct", int)):
        one.add_argument(argument, type=kind)
    options = parser.parse_args()
    match options.part:
        case "pages":
            rows = pages(options.archive, options.folder, options.pages, options.copies)
        case "paddle":
            rows = against_paddle(options.archive, options.python, options.documents)
        case "speed":
            rows = speed(options.archive, options.workers, options.rounds)
        case "loop":
            rows = loop(options.archive, options.documents)
        case "run":
            rows = long_run(options.archive, options.workers)
        case "memory":
            rows = memory(options.names, options.listed)
        case "keep":
            rows = keep(options.reports, options.url)
        case "bare":
            bare(options.files)
            return
        case _:
            print(json.dumps(parent(options.reading, options.number, options.distinct)))
            return
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

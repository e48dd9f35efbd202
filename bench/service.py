"""How the service answers many clients at once: errors, times by kind of request, memory and processor time.

    python bench/service.py [--clients 50] [--seconds 60] [--think 0.5] [--reports 400] [--url URL] [--json OUT]

Starts `gouji serve` over a store of its own, filled with reports made from one real reading under other names and years.
Each client is a person at the workbench: looks, waits `think` seconds on average (0: never waits), looks again; one
request in 25 is an upload of a new file. A refusal for too many requests (429) is no error, anything else but success is.
`milliseconds` are of one client's request from its first byte sent to the last received; the processor's time is the
service's alone, without its workers, so that a busy machine spoils only the former.

When all clients have gone and nothing is extracted any more, one client asks for the largest pages: 200 lines of the
queue, and a report with 200 findings.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extractor import extract
from extractor.batch.configuration import configuration
from extractor.report import Report
from extractor.serve.accounts import Accounts
from extractor.serve.archive import Archive
from extractor.serve.driver import upload_name
from extractor.serve.model import Scope
from extractor.settings import default_settings
from extractor.store import Listed, Store
from extractor.store.rows import report_rows

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "eval" / "samples" / "demo" / "county_2022.pdf"
PAGE = ROOT / "eval" / "samples" / "formats" / "report.txt"
USERS = 10
UPLOADS = 0.04
READS = {"queue": 30, "report": 20, "report again": 15, "overview": 10, "list": 10, "image": 8, "body": 4, "page": 3}
LARGE = 200
"""Findings of the largest pages."""
LOOKS = 10
"""How often each of them is asked for."""
QUIET_SECONDS = 60.0
"""How long extraction may take to end before that."""
SETTLE_SECONDS = 10.0
"""Left out at the beginning: caches are cold and workers start."""


@dataclass
class Seen:
    """What all clients saw together."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


@dataclass
class Filled:
    """What the store holds."""

    tokens: list[str]
    hashes: list[str]
    bodies: list[str]
    original: str
    large: str
    """The report with many findings."""


def fill(folder: Path, url: str, count: int) -> Filled:
    """A store with `count` reports, an archive with the original of one of them, and a token a user."""
    settings = default_settings()
    data = SAMPLE.read_bytes()
    report = extract(data, name=SAMPLE.name)
    original = Archive(folder / "files").put(io.BytesIO(data), 10**9).sha256
    chosen = configuration(settings)
    with Store.open(url, write=True) as store:
        tokens = [Accounts(store).create(f"user {number}", Scope.ADMIN)[1] for number in range(USERS)]
        run = store.start_run(chosen, "bench")
        reports = [report]
        for number in range(1, count):
            findings = tuple(each.model_copy(update={"fingerprint": f"{number:06x}{each.fingerprint[6:]}"})
                             for each in report.findings)
            reports.append(report.model_copy(update={
                "sha256": f"{random.Random(number).getrandbits(256):064x}", "agency": f"云湖市第{number // 4}区人民政府",
                "year": 2021 + number % 4, "findings": findings}))
        large = with_findings(report, LARGE)
        for each in (*reports, large):
            store.put_report(run, chosen, len(data), [Listed(upload_name(each.sha256, each.source), each.sha256)],
                             report_rows(each))
    return Filled(tokens, [each.sha256 for each in reports], [each.agency or "" for each in reports], original, large.sha256)


def with_findings(report: Report, count: int) -> Report:
    """The report with `count` findings of its violations' kind, each a cause of its own."""
    findings = tuple(report.violated[number % len(report.violated)].model_copy(update={
        "fingerprint": f"{number:016x}", "cause_id": f"{number:08x}", "headline": True}) for number in range(count))
    kept = tuple(each for each in report.findings if each not in report.violated)
    return report.model_copy(update={"sha256": "e" * 64, "agency": "云湖市人民政府", "year": 2020, "findings": findings + kept})


class Client:
    """One connection that is kept, in plain sockets: a library would cost more than the service does."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", headers: str = "") -> tuple[int, dict[str, str], bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = (f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._token}\r\n"
                f"Content-Length: {len(body)}\r\n{headers}\r\n")
        writer.write(head.encode() + body)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        content = await reader.readexactly(int(found.get("content-length", "0")))
        if found.get("connection", "") == "close":
            self.close()
        return int(lines[0].split(" ")[1]), found, content

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def person(number: int, port: int, filled: Filled, until: float, think: float, seen: Seen, settled: float) -> None:
    """One client until the time is up."""
    rng = random.Random(number)
    client = Client(port, filled.tokens[number % len(filled.tokens)])
    etags: dict[str, str] = {}
    await asyncio.sleep(rng.random() * max(think, 0.1))
    while time.monotonic() < until:
        kind, method, path, body, headers = request(rng, filled, etags)
        started = time.monotonic()
        try:
            status, found, content = await asyncio.wait_for(client.ask(method, path, body, headers), 60)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            seen.errors.append(f"{kind}: {type(error).__name__}")
            client.close()
            continue
        if started > settled:
            seen.statuses[f"{status}"] += 1
            if status < 400:
                seen.times[kind].append(time.monotonic() - started)
            elif status != 429:
                seen.errors.append(f"{kind}: {status} {content[:200]!r}")
        if kind == "report" and "etag" in found:
            etags[path] = found["etag"]
        if think:
            await asyncio.sleep(rng.expovariate(1 / think))
    client.close()


def request(rng: random.Random, filled: Filled, etags: dict[str, str]) -> tuple[str, str, str, bytes, str]:
    """Kind, method, address, body and headers of the next request."""
    if rng.random() < UPLOADS:
        data = PAGE.read_bytes() + f"\n{rng.getrandbits(64)}\n".encode()
        body = (b'--x\r\nContent-Disposition: form-data; name="files"; filename="report.txt"\r\n\r\n' + data + b"\r\n--x--\r\n")
        return "upload", "POST", "/v1/jobs", body, "Content-Type: multipart/form-data; boundary=x\r\n"
    kind = rng.choices(list(READS), list(READS.values()))[0]
    # people look at what is urgent: a few reports are asked for often, the others rarely
    chosen = filled.hashes[min(len(filled.hashes) - 1, int(rng.expovariate(1 / 10)))]
    if kind == "report again" and etags:
        path = rng.choice(list(etags))
        return kind, "GET", path, b"", f"If-None-Match: {etags[path]}\r\n"
    paths = {"queue": f"/v1/queue?offset={50 * rng.randrange(4)}", "overview": "/v1/overview", "list": "/v1/reports?text=%E5%8C%BA",
             "image": f"/v1/reports/{filled.original}/pages/{rng.randrange(1, 7)}.png",
             "body": f"/v1/bodies/{quoted(rng.choice(filled.bodies[:40]))}", "page": f"/reports/{chosen}"}
    return (kind, "GET", paths[kind], b"", "") if kind in paths else ("report", "GET", f"/v1/reports/{chosen}", b"", "")


def quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text)


def resident(process: int) -> int:
    """Resident bytes of a process (Linux)."""
    with open(f"/proc/{process}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def processor_seconds(process: int) -> float:
    """Processor time of a process without its children (Linux)."""
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        parts = file.read().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


async def measure(process: int, port: int, filled: Filled, clients: int, seconds: float, think: float) -> dict[str, Any]:
    """All clients at once, and what the service's process needs meanwhile."""
    seen, memory = Seen(), []
    start = time.monotonic()
    settled, until = start + SETTLE_SECONDS, start + SETTLE_SECONDS + seconds
    tasks = [asyncio.create_task(person(number, port, filled, until, think, seen, settled)) for number in range(clients)]
    used: list[float] = []
    while time.monotonic() < until:
        await asyncio.sleep(1.0)
        if time.monotonic() > settled:
            memory.append(resident(process))
            used.append(processor_seconds(process))
    await asyncio.gather(*tasks)
    pages = await large_pages(process, port, filled)
    return result(seen, memory, used, clients, seconds, think) | {"large_pages": pages}


async def large_pages(process: int, port: int, filled: Filled) -> dict[str, dict[str, float]]:
    """Milliseconds of the largest pages, by one client on a service that has nothing else to do."""
    client = Client(port, filled.tokens[0])
    until = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < until:
        left = json.loads((await client.ask("GET", "/v1/overview"))[2])["documents"]
        if not left["pending"] and not left["running"]:
            break
        await asyncio.sleep(1.0)
    found = {}
    for name, path in (("queue", f"/queue?size={LARGE}&decided=all"), ("report", f"/reports/{filled.large}")):
        times, used = [], processor_seconds(process)
        for number in range(LOOKS):
            started = time.monotonic()
            status, _, body = await client.ask("GET", f"{path}{'&' if '?' in path else '?'}lang={('zh', 'en')[number % 2]}")
            times.append(time.monotonic() - started)
            assert status == 200, body[:300]
        found[name] = percentiles(times) | {"first": round(1000 * times[0], 1), "bytes": len(body), "processor": round(
            1000 * (processor_seconds(process) - used) / LOOKS, 1)}
    client.close()
    return found


def result(seen: Seen, memory: list[int], used: list[float], clients: int, seconds: float, think: float) -> dict[str, Any]:
    reads = [each for kind, times in seen.times.items() if kind != "upload" for each in times]
    third = max(1, len(memory) // 3)
    count = sum(seen.statuses.values())
    return {
        "clients": clients, "seconds": seconds, "think": think, "load": round(os.getloadavg()[0], 1), "requests": count,
        "a_second": round(count / seconds, 1), "statuses": dict(seen.statuses), "errors": len(seen.errors),
        "first_errors": seen.errors[:5],
        "reads": percentiles(reads), "kinds": {kind: percentiles(times) for kind, times in sorted(seen.times.items())},
        "processor_milliseconds_a_request": round(1000 * (used[-1] - used[0]) / max(1, count), 2) if used else None,
        "resident_mib": {"start": round(memory[0] / 2**20, 1), "end": round(memory[-1] / 2**20, 1),
                         "first_third": round(statistics.median(memory[:third]) / 2**20, 1),
                         "last_third": round(statistics.median(memory[-third:]) / 2**20, 1)} if memory else None}


def percentiles(times: list[float]) -> dict[str, float]:
    if not times:
        return {"count": 0}
    ordered = sorted(times)
    at = {name: ordered[min(len(ordered) - 1, int(len(ordered) * share))] for name, share in
          (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
    return {"count": len(times)} | {name: round(1000 * value, 1) for name, value in at.items()}


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        url = arguments.url or str(data / "gouji.sqlite")
        filled = fill(data, url, arguments.reports)
        command = [str(Path(sys.executable).with_name("gouji")), "serve", "--data", folder, "--store", url, "--port", "0"]
        log = data / "log"
        with log.open("wb") as errors, subprocess.Popen(command, stderr=errors) as process:
            try:
                port = listening(log)
                return asyncio.run(measure(process.pid, port, filled, arguments.clients, arguments.seconds, arguments.think))
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(120)


def listening(log: Path) -> int:
    """The port, once the service says where it listens."""
    while True:
        for line in log.read_text("utf8").splitlines():
            if line.startswith("gouji: http"):
                return int(line.rsplit(":", 1)[1])
        time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--think", type=float, default=0.5)
    parser.add_argument("--reports", type=int, default=400)
    parser.add_argument("--url", default="", help="a store; by default a new SQLite file")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = run(arguments)
    print(f"{found['requests']} requests in {found['seconds']:g} s ({found['a_second']} a second), {found['errors']} errors, "
          f"statuses {found['statuses']}, load {found['load']}")
    print(f"{'kind':<14}{'count':>8}{'p50':>9}{'p95':>9}{'p99':>9}  ms")
    for kind, times in {"all reads": found["reads"], **found["kinds"]}.items():
        print(f"{kind:<14}" + "".join(f"{times.get(name, 0):>{width}}" for name, width in
                                      (("count", 8), ("p50", 9), ("p95", 9), ("p99", 9))))
    print(f"processor {found['processor_milliseconds_a_request']} ms a request; resident {found['resident_mib']} MiB")
    for name, times in found["large_pages"].items():
        print(f"{name} page with {LARGE} findings: p50 {times['p50']}, p95 {times['p95']}, first {times['first']} ms; "
              f"processor {times['processor']} ms; {times['bytes']} bytes")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()

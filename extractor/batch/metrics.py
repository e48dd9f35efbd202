"""Metrics of a run in Prometheus's text format, in a file that a node exporter's textfile collector can read."""

from __future__ import annotations

import time
from pathlib import Path

from extractor.batch.tally import Event, Tally
from extractor.output import write_atomically

SECONDS = 10.0
"""How often the file is written anew."""


class Metrics:
    """Keeps the file at `path` up to date. Raises `OutputError`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = 0.0

    def listed(self, tally: Tally) -> None:
        self.tick(tally)

    def landed(self, event: Event, tally: Tally) -> None:
        pass

    def tick(self, tally: Tally) -> None:
        if time.monotonic() - self._written >= SECONDS:
            self._write(tally, running=True)

    def ended(self, state: str, tally: Tally) -> None:
        self._write(tally, running=False)

    def _write(self, tally: Tally, *, running: bool) -> None:
        self._written = time.monotonic()
        write_atomically(self._path, exposition(tally, running=running).encode())


def exposition(tally: Tally, *, running: bool) -> str:
    """The metrics of `tally`; formats as in Prometheus's text exposition format 0.0.4."""
    lines: list[str] = []

    def put(name: str, kind: str, text: str, *samples: tuple[str, float]) -> None:
        lines.extend([f"# HELP gouji_batch_{name} {text}", f"# TYPE gouji_batch_{name} {kind}"])
        lines.extend(f"gouji_batch_{name}{labels} {value:g}" if value != int(value) else
                     f"gouji_batch_{name}{labels} {int(value)}" for labels, value in samples)

    put("running", "gauge", "1 while the run is going on.", ("", running))
    put("listed", "gauge", "Names in the archive.", ("", tally.listed))
    put("names_total", "counter", "Names by what became of them: done, known, duplicate or a category of failure.",
        *((f'{{outcome="{name}"}}', count) for name, count in sorted(tally.outcomes.items())))
    put("bytes_total", "counter", "Bytes of the documents that were dealt with.", ("", tally.bytes))
    put("pages_total", "counter", "Pages of the documents that were extracted.", ("", tally.pages))
    put("scanned_pages_total", "counter", "Pages among them that were read as scans.", ("", tally.scanned_pages))
    put("values_total", "counter", "Values that were extracted.", ("", tally.values))
    put("doubtful_values_total", "counter", "Values among them that are doubtful.", ("", tally.doubtful))
    put("violated_findings_total", "counter", "Violated relations.", ("", tally.violated))
    put("busy_seconds_total", "counter", "Seconds that workers spent on documents.", ("", tally.busy_seconds))
    put("worker_resident_bytes", "gauge", "Most memory that a worker held after a document.",
        ("", tally.peak_resident))
    put("seconds", "gauge", "Seconds since the run began.", ("", tally.seconds))
    return "\n".join(lines) + "\n"

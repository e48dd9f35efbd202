"""Makes samples from seeds, one by one or in parallel, and writes them with their labels."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from training.corpus.labels import SUFFIX, Format
from training.corpus.pages.layout import draw_layout
from training.corpus.pages.made import Sample, make_sample

FORMATS: tuple[Format, ...] = ("pdf", "docx", "html", "txt")


@dataclass(frozen=True, slots=True)
class Order:
    """One file to be made: number `seed` of the corpus in one format, scanned if `scan` names a level."""

    seed: int
    kind: Format
    scan: str = ""
    errors: float = 0.0
    reserved: bool = False

    @property
    def folder(self) -> str:
        return f"scan-{self.scan}" if self.scan else self.kind


def draw_sample(seed: int, kind: Format = "pdf", *, scan: str = "", errors: float = 0.0,
                reserved: bool = False) -> Sample:
    """Sample `seed`: its report, its layout, its file and its label. The same arguments give the same bytes.

    `scan` names a preset of `training.corpus.scan`; `errors` is the chance of injected errors in the report;
    `reserved` lets test-only patterns into the prose.
    """
    from training.corpus.report import make_report

    report = make_report(seed, errors=errors, reserved=reserved)
    sample = make_sample(report, draw_layout(seed), kind, f"{seed:06d}.{kind}")
    if not scan:
        return sample
    from training.corpus.scan import make_scan

    return make_scan(sample, scan, seed)


def orders(seeds: Iterable[int], formats: Sequence[Format], scan: str = "", errors: float = 0.0) -> Iterator[Order]:
    """What `make` is to write: each seed in each format, and its scan if one is wanted."""
    for seed in seeds:
        for kind in formats:
            yield Order(seed, kind, errors=errors)
        if scan:
            yield Order(seed, "pdf", scan, errors)


def write_sample(order: Order, out: Path) -> Path:
    """Makes one sample and writes it below `out`; returns the file's path. Nothing partial is left behind."""
    sample = draw_sample(order.seed, order.kind, scan=order.scan, errors=order.errors, reserved=order.reserved)
    folder = out / order.folder
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{order.seed:06d}{sample.suffix}"
    report = sample.label.report.model_copy(update={"source": path.name})
    label = sample.label.model_copy(update={"report": report})
    _put(path.with_suffix(SUFFIX), label.to_json().encode())
    _put(path, sample.data)
    return path


def make(todo: Iterable[Order], out: Path, workers: int = 1) -> Iterator[Path]:
    """Writes samples in order, `workers` at a time; yields each path when it and all before it are written."""
    if workers <= 1:
        for order in todo:
            yield write_sample(order, out)
        return
    from training.corpus.pages import fonts

    fonts.prepare()
    pending = iter(todo)
    with ProcessPoolExecutor(workers) as pool:
        running = [pool.submit(write_sample, order, out) for order in islice(pending, 4 * workers)]
        while running:
            done = running.pop(0).result()
            running += [pool.submit(write_sample, order, out) for order in islice(pending, 1)]
            yield done


def _put(path: Path, data: bytes) -> None:
    """Writes to a temporary file beside `path`, then moves it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as handle:
        try:
            handle.write(data)
        except BaseException:
            os.unlink(handle.name)
            raise
    os.chmod(handle.name, 0o644)
    os.replace(handle.name, path)

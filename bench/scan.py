"""Scans: how many cells are read right, what is silently wrong before and after reconciling, whose errors are found.

    python -m bench.scan --levels clean office harsh fax --first 1000 --count 20
    python -m bench.scan --levels office --first 9200000 --count 300 --errors 0.5 --workers 2 --out office.jsonl
    python -m bench.scan --real DIR/real --gold DIR/gold/NAME.json

Samples are made from seeds by `training.corpus`, so every figure can be made again; `--errors` is the share of reports with
errors of their own. Each goes the whole way of the product. The first line of a level counts values as they are before any
reconciliation, the second what is reconciled (`bench.reconcile` says what is right). A wrong value is silent unless its
status is doubtful or missing. Grids are those of ruled tables (see `bench.scan_grids`). With `--out` each report is written
as it is done, and one that stands there is not read again.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.reconcile import Score
from bench.scan_grids import right_tables
from extractor.errors import GoujiError
from extractor.labelled import Labelled
from extractor.pipeline import Reading, decided, read_labelled
from extractor.read.ocr import engine
from extractor.reconcile import Reconciled
from extractor.report import ValueStatus
from extractor.settings import default_settings
from training.corpus.labels import CorpusLabel
from training.corpus.make import draw_sample

Gold = Mapping[str, Decimal | None]
FLAGGED = (ValueStatus.DOUBTFUL, ValueStatus.MISSING)
STAGES = ("read", "layout", "label", "reconcile", "second_look")


@dataclass(slots=True)
class Tally:
    """Counts of one report, or of a level."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    """By stage; those of reading scans are summed over the threads."""
    wrong: list[str] = field(default_factory=list)
    score: Score = field(default_factory=Score)

    def add(self, other: Tally) -> None:
        self.counts.update(other.counts)
        self.seconds.update(other.seconds)
        self.wrong += other.wrong
        self.score.merge(other.score)

    def to_json(self) -> dict[str, Any]:
        return {"counts": dict(self.counts), "seconds": dict(self.seconds), "wrong": self.wrong, "score": asdict(self.score)}

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> Tally:
        return cls(Counter(data["counts"]), Counter(data["seconds"]), data["wrong"], Score(**data["score"]))

    def line(self, level: str) -> str:
        """One line of the table of readings."""
        c = self.counts
        cells, nonzero, pages = max(1, c["cells"]), max(1, c["nonzero"]), max(1, c["pages"])
        return (f"{level:9} {c['reports']:4} reports {c['pages']:5} pages | right {c['right']}/{c['cells']} = "
                f"{c['right'] / cells:.5f} | non-zero {c['right_nonzero']}/{c['nonzero']} = "
                f"{c['right_nonzero'] / nonzero:.5f} | misread {c['misread']} silent {c['silent']} missing "
                f"{c['missing']} | blank as 0 {c['blank_as_zero']}, 0 as blank {c['zero_as_blank']} | grids "
                f"{c['grids_right']}/{c['grids']} | {sum(self.seconds.values()) / pages:.2f} s a page "
                + " ".join(f"{stage} {value / pages:.2f}" for stage, value in self.seconds.items()))

    def reconciled_line(self, level: str) -> str:
        """One line of the table of what is reconciled."""
        s, summary = self.score, self.score.summary()
        return (f"{level:9} {s.reports:4} reconciled | precision {s.right}/{s.right + s.false} = {summary['precision']:.4f} | "
                f"recall {s.right}/{s.right + s.missed} = {summary['recall']:.4f} | accused wrongly {s.accused_wrongly} | "
                f"silent {s.silent}/{s.values} | repaired {s.repaired}, wrongly {s.repaired_wrong}, erased {s.erased} | "
                f"median {summary['median_ms']:.0f} ms, worst {summary['max_ms']:.0f} ms")


def count_values(tally: Tally, gold: Gold, read: Labelled | None, name: str) -> None:
    """Adds one report's values, as they were read, to the tally."""
    for key, wanted in gold.items():
        tally.counts["cells"] += 1
        tally.counts["nonzero"] += bool(wanted)
        value = read.values.get(key) if read else None
        got = value.value if value else None
        status = value.status if value else ValueStatus.MISSING
        right = got == wanted and (wanted is not None or status is ValueStatus.BLANK)
        if right:
            tally.counts["right"] += 1
            tally.counts["right_nonzero"] += bool(wanted)
            continue
        tally.counts["missing" if status is ValueStatus.MISSING else "misread"] += 1
        tally.counts["silent"] += status not in FLAGGED
        tally.counts["blank_as_zero"] += wanted is None and got == 0
        tally.counts["zero_as_blank"] += wanted == 0 and status is ValueStatus.BLANK
        raw = value.raw if value else ""
        tally.wrong.append(f"{name} {key}: {wanted} read {got} {raw!r} {status.value} "
                           f"{value.confidence if value else 0:.3f}")


def run(name: str, data: bytes, gold: Gold, corpus: CorpusLabel | None = None) -> Tally:
    """Reads and reconciles one scan."""
    tally, timings, settings = Tally(), dict[str, float](), default_settings()
    reading: Reading | None = None
    reconciled = Reconciled({}, ())
    try:
        reading = read_labelled(data, settings, timings)
        _, reconciled = decided(reading, data, settings, timings)
    except GoujiError as error:
        tally.wrong.append(f"{name}: {error}")
    pages = reading.document.pages if reading else ()
    tally.seconds.update({stage: spent for stage, spent in timings.items() if stage in STAGES or stage.startswith("ocr.")})
    tally.counts.update(reports=1, pages=len(pages))
    if corpus is not None:
        right, tables = right_tables(corpus, pages)
        tally.counts.update(grids_right=right, grids=tables)
    count_values(tally, gold, reading.labelled if reading else None, name)
    tally.score.milliseconds.append(timings.get("reconcile", 0.0) * 1000)
    tally.score.add(name, reconciled, gold)
    return tally


def sample_tally(level: str, seed: int, errors: float) -> Tally:
    """One synthetic scan, made, read and reconciled."""
    sample = draw_sample(seed, scan=level, errors=errors)
    gold = {key: value.value for key, value in sample.label.report.values.items()
            if value.status is not ValueStatus.MISSING}
    return run(f"{level} {seed}", sample.data, gold, sample.label.corpus)


def levels(names: Iterable[str], seeds: range, errors: float, workers: int, out: Path | None) -> Iterator[tuple[str, Tally]]:
    """(level, tally of one report), as they are done; what stands in `out` comes first."""
    done: set[tuple[str, int]] = set()
    for line in out.read_text("utf8").splitlines() if out and out.exists() else ():
        kept = json.loads(line)
        if kept["level"] in names and kept["seed"] in seeds and kept["errors"] == errors:
            done.add((kept["level"], kept["seed"]))
            yield kept["level"], Tally.of_json(kept["tally"])
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
    todo = [(level, seed) for level in names for seed in seeds if (level, seed) not in done]
    for (level, seed), tally in zip(todo, _tallies(todo, errors, workers), strict=True):
        if out:
            with out.open("a", encoding="utf8") as file:
                file.write(json.dumps({"level": level, "seed": seed, "errors": errors, "tally": tally.to_json()},
                                      ensure_ascii=False) + "\n")
        yield level, tally


def _tallies(todo: list[tuple[str, int]], errors: float, workers: int) -> Iterator[Tally]:
    if workers == 1:
        yield from (sample_tally(level, seed, errors) for level, seed in todo)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        yield from pool.map(sample_tally, *zip(*todo, strict=True), [errors] * len(todo))


def real(folder: Path, gold_file: Path) -> Iterator[tuple[str, Tally]]:
    """The real scans of one report."""
    values = json.loads(gold_file.read_text("utf8"))["values"]
    gold = {key: None if value is None else Decimal(value) for key, value in values.items()}
    for path in sorted(folder.glob(f"{gold_file.stem}_scan_*.pdf")):
        yield path.stem.rsplit("_", 1)[-1], run(path.stem, path.read_bytes(), gold)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", nargs="*", default=[])
    parser.add_argument("--first", type=int, default=900_000)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--errors", type=float, default=0.0, help="share of reports with errors of their own")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--out", type=Path, help="JSON lines, one a report; a run that was broken off goes on from them")
    parser.add_argument("--show", type=int, default=20, help="wrong values to list for each level")
    options = parser.parse_args()
    start = time.perf_counter()
    engine()
    print(f"engine ready in {time.perf_counter() - start:.2f} s")
    tallies: dict[str, Tally] = {}
    if options.real and options.gold:
        tallies.update(real(options.real, options.gold))
    seeds = range(options.first, options.first + options.count)
    for level, tally in levels(options.levels, seeds, options.errors, options.workers, options.out):
        tallies.setdefault(level, Tally()).add(tally)
        print(tallies[level].line(level), flush=True)
    for level, tally in tallies.items():
        print(tally.line(level))
        print(tally.reconciled_line(level))
        print(*(f"    {line}" for line in (*tally.wrong[:options.show], *tally.score.notes[:options.show])), sep="\n")
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"peak memory of a process {most // 1024} MB")


if __name__ == "__main__":
    main()

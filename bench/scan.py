"""Scans: how many cells are read right, level by level, what it costs, and where they are lost.

    python -m bench.scan --levels clean office harsh fax --first 1000 --count 20
    python -m bench.scan --real ../shared/real --gold ../shared/gold/hongze_2023.json
    python -m bench.scan --levels office --count 60 --first 9000 --json office.json

Samples are made from seeds by `training.corpus`, so every figure can be made again. Values are those before any
reconciliation. A wrong value is silent unless its status is doubtful or missing. Grids are those of ruled tables
(see `bench.scan_grids`). One line a report tells how it goes; the result is written after each.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from bench.scan_grids import right_tables
from extractor.document import Document, Page, Source
from extractor.errors import GoujiError
from extractor.label import label
from extractor.labelled import Labelled
from extractor.layout import structure
from extractor.read.image import read_image
from extractor.read.ocr import engine
from extractor.read.pdf import read_pdf
from extractor.read.scan import Timings, ocr_image, ocr_pages
from extractor.report import ValueStatus
from extractor.settings import default_settings
from training.corpus.labels import CorpusLabel

Gold = dict[str, Decimal | None]
FLAGGED = (ValueStatus.DOUBTFUL, ValueStatus.MISSING)


@dataclass(slots=True)
class Tally:
    """Counts of one level."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def line(self, level: str) -> str:
        """One line of the table."""
        c = self.counts
        cells, nonzero, pages = max(1, c["cells"]), max(1, c["nonzero"]), max(1, c["pages"])
        return (f"{level:9} {c['reports']:4} reports {c['pages']:5} pages | right {c['right']}/{c['cells']} = "
                f"{c['right'] / cells:.5f} | non-zero {c['right_nonzero']}/{c['nonzero']} = "
                f"{c['right_nonzero'] / nonzero:.5f} | misread {c['misread']} silent {c['silent']} missing "
                f"{c['missing']} | blank as 0 {c['blank_as_zero']}, 0 as blank {c['zero_as_blank']} | grids "
                f"{c['grids_right']}/{c['grids']} | {sum(self.seconds.values()) / pages:.2f} s a page "
                + " ".join(f"{stage} {value / pages:.2f}" for stage, value in self.seconds.items()))


def scanned_document(data: bytes, suffix: str, timings: Timings) -> Document:
    """A file's pages, those that need it read by OCR."""
    settings = default_settings()
    document = read_pdf(data, settings) if suffix == ".pdf" else read_image(data, settings)
    waiting = [page for page in document.pages if page.needs_ocr]
    numbers = [page.number for page in waiting]
    read = ocr_pages(data, numbers, settings, timings) if suffix == ".pdf" \
        else ocr_image(data, waiting, settings, timings)
    pages: tuple[Page, ...] = tuple(read.get(page.number, page) for page in document.pages)
    return Document(Source.OCR, pages, notices=document.notices)


def count_values(tally: Tally, gold: Gold, read: Labelled | None, name: str) -> None:
    """Adds one report's values to the tally."""
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


def samples(level: str, first: int, count: int) -> Iterator[tuple[str, bytes, str, Gold, CorpusLabel]]:
    """(name, bytes, suffix, values, label) of synthetic scans."""
    from training.corpus.make import draw_sample

    for seed in range(first, first + count):
        sample = draw_sample(seed, scan=level)
        gold = {key: value.value for key, value in sample.label.report.values.items()
                if value.status is not ValueStatus.MISSING}
        yield f"{level} {seed}", sample.data, sample.suffix, gold, sample.label.corpus


def run(name: str, data: bytes, suffix: str, gold: Gold, corpus: CorpusLabel | None, tally: Tally) -> None:
    """Reads one scan and adds it to the tally."""
    timings = Timings()
    start = time.perf_counter()
    document = scanned_document(data, suffix, timings)
    laid_out = structure(document)
    try:
        read: Labelled | None = label(laid_out)
    except GoujiError as error:
        read = None
        tally.wrong.append(f"{name}: {error}")
    rest = time.perf_counter() - start - sum(timings.seconds.values())
    for stage, seconds in (*timings.seconds.items(), ("rest", rest)):
        tally.seconds[stage] = tally.seconds.get(stage, 0.0) + seconds
    tally.counts["reports"] += 1
    tally.counts["pages"] += len(document.pages)
    if corpus is not None:
        right, tables = right_tables(corpus, document.pages)
        tally.counts.update(grids_right=right, grids=tables)
    count_values(tally, gold, read, name)


def real(folder: Path, gold_file: Path) -> Iterator[tuple[str, Tally]]:
    """The real scans of one report."""
    values = json.loads(gold_file.read_text("utf8"))["values"]
    gold = {key: None if value is None else Decimal(value) for key, value in values.items()}
    for path in sorted(folder.glob(f"{gold_file.stem}_scan_*.pdf")):
        tally = Tally()
        run(path.stem, path.read_bytes(), ".pdf", gold, None, tally)
        yield path.stem.rsplit("_", 1)[-1], tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", nargs="*", default=[])
    parser.add_argument("--first", type=int, default=900_000)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--json", type=Path, help="writes the counts and the wrong values of each level")
    parser.add_argument("--show", type=int, default=20, help="wrong values to list for each level")
    options = parser.parse_args()
    start = time.perf_counter()
    engine()
    print(f"engine ready in {time.perf_counter() - start:.2f} s")
    tallies: dict[str, Tally] = {}
    if options.real and options.gold:
        tallies.update(real(options.real, options.gold))
    for level in options.levels:
        tally = tallies[level] = Tally()
        for sample in samples(level, options.first, options.count):
            run(*sample, tally)
            print(tally.line(level), flush=True)
            if options.json:
                options.json.write_text(json.dumps({name: {"counts": t.counts, "seconds": t.seconds, "wrong": t.wrong}
                                                    for name, t in tallies.items()}, ensure_ascii=False, indent=1))
    for level, tally in tallies.items():
        print(tally.line(level))
        print(*(f"    {line}" for line in tally.wrong[:options.show]), sep="\n")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()

"""Makes the samples that evaluations run on: `python -m eval.samples.make_set [--out DIR] [--count N] [--only FOLDER ...]`.

    python -m eval.samples.make_set                                               the set that the repository carries
    python -m eval.samples.make_set --out DIR --first 9500000 --each 5 --only scan-clean scan-office scan-harsh

The set that the repository carries (`eval/samples/set`) has every format, scans from clean to fax, and errors in a third of
its reports. It is drawn with patterns and seeds that training never sees, and names made-up places only. A larger set
has the same mixture with further seeds of each sort.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path

from eval.samples.make_demo import renamed
from eval.samples.names import AmbiguousName, invented_names
from eval.samples.slim import slim_json
from extractor.output import write_atomically
from training.corpus.labels import SUFFIX, Format
from training.corpus.pages.layout import draw_layout
from training.corpus.pages.made import Sample, make_sample
from training.corpus.report import make_report
from training.corpus.scan import make_scan

SET = Path(__file__).parent / "set"
FIRST_SEED = 9_300_000
"""Seeds from here on are kept for evaluation."""
SEEDS = 10_000
MOST_PAGES = 4
"""Pages of a report that is to be scanned: longer ones are drawn again."""


@dataclass(frozen=True, slots=True)
class Part:
    """So many samples of one sort, none larger than `most` bytes: the whole set is to stay small."""

    kind: Format
    scan: str
    share: int
    most: int

    @property
    def folder(self) -> str:
        return f"scan-{self.scan}" if self.scan else self.kind


MIXTURE = (
    Part("pdf", "", 13, 330_000), Part("docx", "", 12, 60_000), Part("html", "", 13, 60_000), Part("txt", "", 12, 30_000),
    Part("pdf", "clean", 1, 1_800_000), Part("pdf", "office", 1, 900_000), Part("pdf", "harsh", 2, 600_000),
    Part("pdf", "fax", 6, 250_000),
)
TOTAL = sum(part.share for part in MIXTURE)


def shares(total: int) -> list[int]:
    """How many samples of each part a set of `total` has, in the proportions of the mixture; they add up to it."""
    borders = [0]
    for part in MIXTURE:
        borders.append(borders[-1] + part.share)
    ends = [round(border * total / TOTAL) for border in borders]
    return [after - before for before, after in pairwise(ends)]


def draw(seed: int, part: Part, errors: bool) -> Sample | None:
    """The sample of a seed; None where its body cannot be renamed or its file is too large."""
    report = make_report(seed, errors=1.0 if errors else 0.0, reserved=True)
    if report.body.level == "ministry" or errors != bool(report.errors):
        return None
    try:
        names = invented_names(report)
    except AmbiguousName:
        return None
    sample = make_sample(renamed(report, names), draw_layout(seed), part.kind, f"{seed}.{part.kind}")
    if part.scan:
        if len(sample.label.corpus.page_sizes) > MOST_PAGES:
            return None
        sample = make_scan(sample, part.scan, seed)
    return sample if len(sample.data) <= part.most else None


def make(out: Path, total: int, first: int = FIRST_SEED, only: Sequence[str] = (), each: int = 0) -> Iterator[Path]:
    """Writes `total` samples with their labels below `out`, or of these only some folders; yields the files.

    With `each`, every part has so many, whatever its share of the mixture.

    Each part has its own seeds, `SEEDS` of them, so that a part does not depend on the others.
    """
    for number, (part, share) in enumerate(zip(MIXTURE, shares(total), strict=True)):
        if only and part.folder not in only:
            continue
        seeds = count(first + number * SEEDS)
        for at in range(each or share):
            sample = next(found for seed in seeds if (found := draw(seed, part, at % 3 == 0)) is not None)
            yield _write(sample, out / part.folder)


def _write(sample: Sample, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sample.label.corpus.seed}{sample.suffix}"
    label = sample.label.model_copy(update={"report": sample.label.report.model_copy(update={"source": path.name})})
    write_atomically(path.with_suffix(SUFFIX), slim_json(label).encode())
    write_atomically(path, sample.data)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=SET)
    parser.add_argument("--count", type=int, default=TOTAL)
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    parser.add_argument("--each", type=int, default=0, help="samples of each folder, in place of the mixture of --count")
    parser.add_argument("--only", nargs="*", default=[], help="folders to make, such as html and scan-fax")
    options = parser.parse_args()
    for path in make(options.out, options.count, options.first, options.only, options.each):
        print(path, f"{path.stat().st_size:,}", flush=True)


if __name__ == "__main__":
    main()

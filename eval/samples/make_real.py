"""Real tables in rendered reports: `python -m eval.samples.make_real [--out DIR] [--scan LEVEL ...]`.

`figures/` holds the numbers of the statutory tables of real reports, in the order of the dictionary, and nothing else of
them. They are printed in the layouts of the corpus, of made-up bodies, with no prose beside the headings: what is tried
is how tables are read and which relations the real numbers break.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from eval.samples.slim import slim_json
from extractor.output import write_atomically
from training.corpus.figures import fields_of
from training.corpus.labels import SUFFIX, Format
from training.corpus.pages.layout import draw_layout
from training.corpus.pages.made import Sample, make_sample
from training.corpus.relations import violations
from training.corpus.scan import make_scan
from training.corpus.types import Body, InjectedError, SyntheticReport

HERE = Path(__file__).parent
FIRST_SEED = 9_900_000
FORMATS: tuple[Format, ...] = ("html", "pdf")


def report_of(path: Path, seed: int) -> SyntheticReport:
    """A report of a made-up body with the numbers in a file of `figures/`; its broken relations are labelled."""
    raw = json.loads(path.read_text("utf8"))
    names = fields_of(raw["template"], raw["hybrid"])
    values = {name: None if number is None else Decimal(number) for name, number in zip(names, raw["values"], strict=True)}
    body = Body("云汀县人民政府", "我县", "county", "云汀县")
    broken = tuple(sorted(violations(values, ())))
    errors = (InjectedError("as_published", (), broken),) if broken else ()
    return SyntheticReport(seed, body, raw["year"], raw["template"], raw["hybrid"], values, (), errors, reserved=True)


def make(out: Path, formats: Sequence[Format] = FORMATS, scans: Sequence[str] = ()) -> Iterator[Path]:
    """Writes each table in each format, and scanned at each level, with its label; yields the files."""
    out.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(sorted((HERE / "figures").glob("*.json"))):
        report = report_of(path, FIRST_SEED + number)
        layout = draw_layout(report.seed)
        for kind in formats:
            yield _write(make_sample(report, layout, kind), out / f"{path.stem}-{kind}")
        for level in scans:
            yield _write(make_scan(make_sample(report, layout, "pdf"), level, report.seed), out / f"{path.stem}-{level}")


def _write(sample: Sample, stem: Path) -> Path:
    path = stem.with_suffix(sample.suffix)
    label = sample.label.model_copy(update={"report": sample.label.report.model_copy(update={"source": path.name})})
    write_atomically(stem.with_suffix(SUFFIX), slim_json(label).encode())
    write_atomically(path, sample.data)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE / "real")
    parser.add_argument("--scan", nargs="*", default=[])
    options = parser.parse_args()
    for path in make(options.out, scans=options.scan):
        print(path, f"{path.stat().st_size:,}")


if __name__ == "__main__":
    main()

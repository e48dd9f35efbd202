"""Measures how well the extractor reads born-digital samples back: `python -m training.corpus.roundtrip`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated

import typer

from extractor.report import Value
from training.corpus.labels import Format, Label


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sample: cells compared, and a line for each that differs."""

    seed: int
    layout: str
    ruled: bool
    cells: int
    wrong: tuple[str, ...] = ()
    error: str = ""
    facts: tuple[str, ...] = field(default=())


def check(seed: int, kind: Format, errors: float = 0.0) -> Outcome:
    """Makes sample `seed` and reads it with the extractor."""
    from extractor import extract
    from extractor.errors import GoujiError
    from training.corpus.make import draw_sample

    sample = draw_sample(seed, kind, errors=errors)
    layout = sample.label.corpus.layout
    name, ruled = str(layout.get("slice", layout["name"])), bool(layout["ruled"])
    try:
        found = extract(sample.data, name=f"{seed}{sample.suffix}")
    except GoujiError as error:
        cells = len(sample.label.report.values)
        return Outcome(seed, name, ruled, cells, tuple(sample.label.report.values), f"{error.category}: {error}")
    wrong = tuple(_differences(sample.label, found.values))
    expected = sample.label.report
    facts = tuple(f"{fact}: {getattr(found, fact)!r} for {getattr(expected, fact)!r}"
                  for fact in ("agency", "year", "template") if getattr(found, fact) != getattr(expected, fact))
    return Outcome(seed, name, ruled, len(sample.label.report.values), wrong, "", facts)


def _differences(label: Label, read: dict[str, Value]) -> Iterator[str]:
    """A line for each value, or unit of a value, that is not what the label says."""
    for name, value in label.report.values.items():
        got = read.get(name)
        if got is None or got.read != value.value:
            yield f"{name}: read {got.read if got else None}, printed {value.raw!r}"
        elif value.value is not None and got.unit != value.unit:
            yield f"{name}: read as {got.unit!r}, printed {value.raw!r} in {value.unit!r}"
    for name, other in read.items():
        if name not in label.report.values and other.read is not None:
            yield f"{name}: read {other.read}, not in the report"


def main(count: Annotated[int, typer.Option(help="reports to make and read")] = 500,
         seed: Annotated[int, typer.Option(help="number of the first one")] = 0,
         kind: Annotated[str, typer.Option(help="pdf, docx, html or txt")] = "pdf",
         errors: Annotated[float, typer.Option(help="share of reports with an injected error")] = 0.0,
         workers: Annotated[int, typer.Option(help="processes")] = 2,
         show: Annotated[int, typer.Option(help="failing reports to list")] = 40) -> None:
    """Makes reports, reads them, and prints the share of cells read as labelled, and the failures by layout."""
    numbers = range(seed, seed + count)
    with ProcessPoolExecutor(workers) as pool:
        outcomes = list(pool.map(check, numbers, [kind] * count, [errors] * count, chunksize=4))
    for ruled in (True, False):
        _print([o for o in outcomes if o.ruled is ruled], "with rulings" if ruled else "without full rulings")
    failures = [o for o in outcomes if o.wrong or o.error]
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in failures:
        kinds[outcome.layout][outcome.error.split(":")[0] or "values"] += 1
    for layout, counts in sorted(kinds.items()):
        typer.echo(f"  {layout}: {dict(counts)}")
    for outcome in failures[:show]:
        typer.echo(f"{outcome.seed} {outcome.layout}: {len(outcome.wrong)} wrong {outcome.error}")
        for line in outcome.wrong[:4]:
            typer.echo(f"    {line}")
    facts = Counter(fact.split(":")[0] for outcome in outcomes for fact in outcome.facts)
    typer.echo(f"facts that differ: {dict(facts)}")
    for outcome in [o for o in outcomes if o.facts][:10]:
        typer.echo(f"    {outcome.seed} {outcome.facts}")


def _print(outcomes: list[Outcome], name: str) -> None:
    cells = sum(o.cells for o in outcomes)
    wrong = sum(len(o.wrong) for o in outcomes)
    clean = sum(not o.wrong and not o.error for o in outcomes)
    if cells:
        typer.echo(f"{name}: {len(outcomes)} reports, {clean} without a difference; {cells} cells, {wrong} differ: "
                   f"{100 * (1 - wrong / cells):.3f} % as labelled")


if __name__ == "__main__":
    typer.run(main)

"""Writes `docs/accuracy.md` from results: figures by source and level against every baseline, and what was promised.

    python -m eval.accuracy RESULT.json [BASELINE.json ...] [--out docs/accuracy.md]
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.result import HEADLINES, Evaluation, Score, read_result
from eval.screen import interval, percent
from extractor.output import write_atomically

BARS = Path(__file__).with_name("bars.toml")
BY_LEVEL = (("cells.exact", "cells right"), ("cells.exact_nonzero", "not 0, right"), ("cells.silent", "wrong, no flag"),
            ("figures.core_f1", "prose F1"))


def page(results: Sequence[Evaluation]) -> str:
    """The page; the first result is the product's, the others are baselines on the same samples."""
    ours = results[0]
    cells = sum(document.cells for document in ours.documents)
    parts = [
        "# Accuracy", "",
        "<!-- Written by `python -m eval.accuracy`; do not edit. -->", "",
        f"Measured with `gouji eval` on `{ours.samples}`: {len(ours.documents)} labelled documents, {cells:,} cells. "
        "In brackets the 95 % interval, by resampling documents; none where no document has an error. "
        "[evaluation.md](evaluation.md) explains every figure.", "",
        "## All samples", "", *_table(["figure", *(result.system for result in results)], _headlines(results)), "",
        "## By source and level", "", *_table(["", "system", "n", *(title for _, title in BY_LEVEL)], _levels(results)), "",
        "## What was promised", "", *_table(["promise", "bar", "measured", "met"], _bars(ours)), "",
    ]
    return "\n".join(parts)


def bars_met(result: Evaluation) -> list[tuple[str, str, str, str]]:
    """(promise, bar, measured, yes / no / not measured) of every bar."""
    return list(_bars(result))


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def _told(score: Score | None) -> str:
    if score is None or score.value is None:
        return "–"
    told = interval(score)
    return percent(score.value) + (f" ({told})" if told != "–" else "")


def _headlines(results: Sequence[Evaluation]) -> Iterator[Sequence[str]]:
    for headline in HEADLINES:
        scores = [result.scores.get(headline.name) for result in results]
        if any(score is not None and score.value is not None for score in scores):
            yield [headline.title, *(_told(score) for score in scores)]


def _levels(results: Sequence[Evaluation]) -> Iterator[Sequence[str]]:
    for key in ("source", "scan.level"):
        for value, part in results[0].slices.get(key, {}).items():
            for at, result in enumerate(results):
                found = result.slices.get(key, {}).get(value, part)
                yield [f"{value if key == 'source' else f'scan, {value}'}" if at == 0 else "", result.system,
                       str(found.documents), *(_told(found.scores.get(name)) for name, _ in BY_LEVEL)]


def _bars(result: Evaluation) -> Iterator[tuple[str, str, str, str]]:
    for bar in tomllib.loads(BARS.read_text("utf8"))["bars"]:
        score = _score(result, bar)
        least, most = bar.get("at_least"), bar.get("at_most")
        limit = f"≥ {percent(least)}" if least is not None else f"≤ {percent(most)}"
        if score is None or score.value is None:
            yield bar["promise"], limit, "–", "not measured"
            continue
        met = score.value >= least if least is not None else score.value <= most
        yield bar["promise"], limit, f"{percent(score.value)} of {score.of:,.0f}", "yes" if met else "**no**"


def _score(result: Evaluation, bar: dict[str, Any]) -> Score | None:
    if "slice" not in bar:
        return result.scores.get(bar["figure"])
    key, _, value = bar["slice"].partition(" = ")
    part = result.slices.get(key, {}).get(value)
    return part.scores.get(bar["figure"]) if part is not None else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/accuracy.md"))
    options = parser.parse_args()
    write_atomically(options.out, page([read_result(path) for path in options.results]).encode())


if __name__ == "__main__":
    main()

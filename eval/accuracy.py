"""Writes `docs/accuracy.md` from results: figures by source and level against every baseline, and what was promised.

    python -m eval.accuracy RESULT.json [BASELINE.json ...] [--out docs/accuracy.md]

The first result is the product's, the others are baselines on the same samples.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from eval.bars import Book, Measured, load_bars, load_measured, rows_of_commands, rows_of_result
from eval.result import HEADLINES, Evaluation, Score, SliceResult, read_result
from eval.screen import interval, percent
from extractor.output import write_atomically

LEVELS = ("clean", "office", "harsh", "fax")
BY_LEVEL = (("cells.exact", "cells right"), ("cells.exact_nonzero", "not 0, right"), ("cells.silent", "wrong, no flag"),
            ("figures.core_f1", "prose F1"))


def page(results: Sequence[Evaluation], book: Book, measured: Mapping[str, Measured]) -> str:
    """The page: of the results, the first is the product's, the others are baselines on the same samples."""
    ours = results[0]
    cells = sum(document.cells for document in ours.documents)
    parts = [
        "# Accuracy", "",
        "<!-- Written by `python -m eval.accuracy`; do not edit. -->", "",
        f"Measured with `gouji eval` on `{ours.samples}`: {len(ours.documents)} labelled documents, {cells:,} cells. "
        "In brackets the 95 % interval, by resampling documents; none where no document has an error. "
        "[evaluation.md](evaluation.md) explains every figure, [baselines.md](baselines.md) every system.", "",
        "## All samples", "", *_table(["figure", *(result.system for result in results)], _headlines(results)), "",
        "## By source and level", "", *_table(["", "system", "n", *(title for _, title in BY_LEVEL)], _levels(results)), "",
        "## What was promised", "",
        "Figures of this evaluation:", "",
        *_table(["promise", "bar", "measured", "met"], rows_of_result(ours, book.figures)), "",
        "Figures of commands: `python -m eval.bars NAME` runs one, and says what it runs.", "",
        *_table(["promise", "bar", "measured", "met", "command"], _by_area(book, measured)), "",
    ]
    return "\n".join(parts)


def _by_area(book: Book, measured: Mapping[str, Measured]) -> Iterator[Sequence[str]]:
    """The bars of all commands, a line with the area's name before each area."""
    areas = dict.fromkeys(command.area for command in book.commands)
    for area in areas:
        yield [f"**{area}**", "", "", "", ""]
        yield from rows_of_commands([command for command in book.commands if command.area == area], measured)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
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


def _by_damage(part: tuple[str, SliceResult]) -> tuple[int, str]:
    """Levels of scans from the cleanest to the worst, whatever else there is by name."""
    return LEVELS.index(part[0]) if part[0] in LEVELS else -1, part[0]


def _levels(results: Sequence[Evaluation]) -> Iterator[Sequence[str]]:
    for key in ("source", "scan.level"):
        for value, part in sorted(results[0].slices.get(key, {}).items(), key=_by_damage):
            for at, result in enumerate(results):
                found = result.slices.get(key, {}).get(value, part)
                yield [f"{value if key == 'source' else f'scan, {value}'}" if at == 0 else "", result.system,
                       str(found.documents), *(_told(found.scores.get(name)) for name, _ in BY_LEVEL)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/accuracy.md"))
    options = parser.parse_args()
    write_atomically(options.out, page([read_result(path) for path in options.results], load_bars(), load_measured()).encode())


if __name__ == "__main__":
    main()

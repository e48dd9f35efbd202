"""Scores labellers on samples never trained on: `python -m training.evaluate prose|headers --labeller NAME...`.

Prose: reports of the corpus with patterns kept for testing and without, and real reports with labels, whose folder is
given by `--shared` (`gold/`, `seeds/`, `real/`). Headers: synthetic tables at each level of noise. A table goes to the
screen, everything to `--out` as JSON; `--misses` lists each miss. Of several labellers of prose, a last table compares the first
with each of the others.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from extractor.label.headers import HeaderMatcher
from extractor.label.interface import ProseLabeller
from training.samples import Level, prose_samples
from training.scoring.cases import ProseCase, corpus_cases, gold_cases, labelled_cases
from training.scoring.headers import score_headers
from training.scoring.prose import ProseScore, score

FIRST = 9_000_000
"""Number of the first report for testing; no run is trained on reports from here on."""
GOLD = ("hongze_2023", "000_23b209a5a38a2d15", "001_bc2d3f9030932090", "002_ca9055e41dfea331", "003_d67b1e978b819952")
LABELS = Path(__file__).resolve().parents[1] / "tests" / "data" / "real_prose.json"
NOISE: tuple[Level, ...] = ("none", "light", "office", "harsh")
NAMES = ("patterns", "linear", "model", "agreed")


def prose_labeller(name: str, folder: Path | None = None) -> ProseLabeller:
    """A labeller by its name; `folder` holds the linear baseline, or another release of the model.

    `model` is the trained model alone, `agreed` the model and the patterns together, as the product asks them.
    """
    if name == "patterns":
        from eval.baselines import patterns

        return patterns.prose_labeller()
    if name == "linear":
        return _linear(folder)
    from extractor.label.model.agreed import AgreedProse
    from extractor.label.model.prose import ModelProse
    from extractor.label.model.release import Network, load

    network = Network(folder) if folder else load()
    return AgreedProse(network) if name == "agreed" else ModelProse(network)


def _linear(folder: Path | None) -> ProseLabeller:
    """The linear baseline in a folder, trained first if it is not there: a minute or two."""
    from eval.baselines import linear

    place = folder or linear.FOLDER
    if not (place / linear.WEIGHTS).is_file():
        linear.save(linear.train(prose_samples(linear.TRAINED_ON)), place)
    return linear.LinearLabeller(linear.load(place))


def header_matcher(name: str, folder: Path | None = None) -> HeaderMatcher:
    """A matcher by its name; there is no linear one. Raises `ValueError`."""
    if name == "patterns":
        from eval.baselines import patterns

        return patterns.header_matcher()
    if name in ("model", "agreed"):
        from extractor.label.model.headers import ModelMatcher
        from extractor.label.model.release import Network, load

        return ModelMatcher(Network(folder) if folder else load())
    raise ValueError(f"no header matcher {name!r}")


def prose_slices(reports: int, shared: Path | None, first: int = FIRST) -> Iterator[tuple[str, Iterable[ProseCase]]]:
    """The slices of prose, by name; `real` is everything that people wrote and labelled."""
    seeds = range(first, first + reports)
    yield "reserved patterns", corpus_cases(seeds, reserved=True)
    yield "open patterns", corpus_cases(seeds, reserved=False)
    if shared is not None:
        gold = tuple(gold_cases(shared, GOLD))
        transcribed = tuple(labelled_cases(shared / "real", LABELS))
        yield "gold", gold
        yield "transcribed", transcribed
        yield "real", (*gold, *transcribed)


def evaluate_prose(labeller: ProseLabeller, reports: int, shared: Path | None = None,
                   first: int = FIRST) -> dict[str, ProseScore]:
    """The scores of a prose labeller by slice."""
    return {name: score(labeller, cases) for name, cases in prose_slices(reports, shared, first)}


def evaluate_headers(matcher: HeaderMatcher, reports: int, noise: Sequence[Level] = NOISE,
                     first: int = FIRST) -> dict[str, dict[str, Any]]:
    """The scores of a matcher by level of noise, with their misses."""
    found: dict[str, dict[str, Any]] = {}
    for level in noise:
        total = score_headers(matcher, range(first, first + reports), level)
        found[level] = total.summary() | {"misses": total.misses}
    return found


def prose_table(scores: dict[str, ProseScore]) -> Iterator[str]:
    """Rows of text."""
    yield f"{'':18}{'core P':>8}{'R':>8}{'F1':>8}{'all P':>8}{'R':>8}{'F1':>8}{'n core':>8}{'distr.':>9}{'ECE':>8}"
    for name, total in scores.items():
        core, every = total.core, total.every
        taken = total.summary()["distractors"]["share"] if total.distractors else None
        ece = total.summary()["ece"]
        yield (f"{name:18}{core.precision:8.4f}{core.recall:8.4f}{core.f1:8.4f}{every.precision:8.4f}{every.recall:8.4f}"
               f"{every.f1:8.4f}{core.right + core.missed:8}{'-' if taken is None else f'{taken:.3%}':>9}{ece:8.4f}")


def comparison(scores: Mapping[str, Mapping[str, ProseScore]]) -> Iterator[str]:
    """A table in Markdown: core figures by slice, and how many errors (missed or invented) the first labeller makes for each of
    another's. `scores` are those of `evaluate_prose` by labeller."""
    first, *others = scores
    yield f"| slice | {' | '.join(f'{name}: P, R, F1' for name in scores)} | {' | '.join(f'errors / {name}' for name in others)} |"
    yield "|---" * (1 + len(scores) + len(others)) + "|"
    for part in scores[first]:
        parts = [scores[name][part].core for name in scores]
        ratios = [f"{parts[0].errors} / {other.errors} = {parts[0].errors / max(1, other.errors):.2f}" for other in parts[1:]]
        told = [f"{tally.precision:.3f}, {tally.recall:.3f}, {tally.f1:.3f}" for tally in parts]
        yield f"| {part} | {' | '.join(told)} | {' | '.join(ratios)} |"


def field_table(total: ProseScore, least: int = 1) -> Iterator[str]:
    """Core fields by how many of them went wrong."""
    rows = [(tally.missed + tally.invented, name, tally) for name, tally in total.by_field.items()]
    for wrong, name, tally in sorted(rows, key=lambda row: (-row[0], row[1])):
        if wrong >= least:
            yield f"  {name:50} P {tally.precision:.3f} R {tally.recall:.3f} n {tally.right + tally.missed}"


def header_table(found: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Rows of text: the share of cells with the right field by noise and slice, and values of unknown rows forced."""
    for level, summary in found.items():
        every = summary["all"]
        yield (f"{level:8} all {every['right']:.5f} of {every['cells']} cells, {every['wrong']} wrong, "
               f"{every['missed']} missed, {every['forced']}/{every['unknown']} unknown forced, ECE {summary['ece']:.4f}")
        for name, tally in (summary["slices"] | summary["tables"]).items():
            yield (f"{'':10}{name:12} {tally['right']:.5f} of {tally['cells']:6} wrong {tally['wrong']} missed "
                   f"{tally['missed']} forced {tally['forced']}/{tally['unknown']} tables {tally['tables_whole']}"
                   f"/{tally['tables']}")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("task", choices=("prose", "headers"))
    parser.add_argument("--labeller", nargs="+", choices=NAMES, default=["model"])
    parser.add_argument("--folder", type=Path, help="a release other than the one that ships")
    parser.add_argument("--linear", type=Path, help="where the linear baseline is, or is put, if not in its usual place")
    parser.add_argument("--reports", type=int, default=200, help="synthetic reports a slice")
    parser.add_argument("--first", type=int, default=FIRST, help="number of the first synthetic report")
    parser.add_argument("--shared", type=Path, help="folder of real reports with labels")
    parser.add_argument("--noise", nargs="+", default=list(NOISE), help="levels of noise of headers")
    parser.add_argument("--misses", action="store_true", help="list every miss")
    parser.add_argument("--out", type=Path, help="JSON file for the result")
    given = parser.parse_args(arguments)
    start = time.perf_counter()
    result = _prose(given) if given.task == "prose" else _headers(given)
    result |= {"labeller": given.labeller, "reports": given.reports, "seconds": round(time.perf_counter() - start, 1)}
    if given.out:
        given.out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf8")


def _prose(given: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, dict[str, ProseScore]] = {}
    for labeller in given.labeller:
        chosen = prose_labeller(labeller, given.linear if labeller == "linear" else given.folder)
        scores = evaluate_prose(chosen, given.reports, given.shared, given.first)
        print("\n".join([f"{labeller}:", *prose_table(scores), *field_table(scores["reserved patterns"])]))
        if given.misses:
            print("\n".join(f"{name}: {miss}" for name, total in scores.items() for miss in total.misses))
        found[labeller] = scores
    if len(found) > 1:
        print("\n".join(comparison(found)))
    return {"prose": {labeller: {name: total.summary() | {"misses": [str(miss) for miss in total.misses]}
                                 for name, total in scores.items()} for labeller, scores in found.items()}}


def _headers(given: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for labeller in given.labeller:
        scores = evaluate_headers(header_matcher(labeller, given.folder), given.reports, given.noise, given.first)
        print("\n".join([f"{labeller}:", *header_table(scores)]))
        if given.misses:
            print("\n".join(f"{level}: {miss}" for level, summary in scores.items() for miss in summary["misses"]))
        found[labeller] = scores
    return {"headers": found}


if __name__ == "__main__":
    main()

"""Makes the pictures of docs/model.md: a run's curve, ablations, and how honest the released model's confidence is.

    python docs/make_model_pictures.py [--curve CURVE.csv] [--ablations FOLDER]

FOLDER holds the runs of `bench/ablation.py`; without it their picture stays as it is.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from pathlib import Path

import matplotlib

matplotlib.use("agg")

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from extractor.label.model.agreed import AgreedProse
from extractor.label.model.headers import ModelMatcher
from extractor.label.model.release import load, released
from training.finetune import CURVE, last_of_curve
from training.guard import REPORTS, TABLES
from training.scoring.cases import corpus_cases
from training.scoring.headers import score_headers
from training.scoring.prose import reliability, score

PICTURES = Path(__file__).parent / "pictures"


def main() -> None:
    """Writes `model-curve.png`, `model-reliability.png` and, if it is given runs, `model-ablations.png`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curve", type=Path, default=released() / CURVE)
    parser.add_argument("--ablations", type=Path)
    given = parser.parse_args()
    if given.ablations:
        ablations(given.ablations)
    course(given.curve)
    confidence()


def ablations(folder: Path) -> None:
    """Wrong answers on unseen patterns at the end of each run in a folder."""
    runs = [path for path in sorted(folder.iterdir()) if (path / CURVE).is_file()]
    figure, axes = pyplot.subplots(1, 3, figsize=(12, 1.2 + 0.4 * len(runs)), sharey=True)
    for place, what in zip(axes, ("field", "words", "header"), strict=True):
        wrong = [1 - last_of_curve(run / CURVE)[f"guard_{what}"] for run in runs]
        place.barh([run.name.replace("_", " ") for run in runs], wrong, height=0.6)
        place.set(title=f"{what}, wrong on unseen patterns", xlim=(0, None))
        place.grid(axis="x", alpha=0.3)
    save(figure, "model-ablations.png")


def course(curve: Path) -> None:
    """Losses and shares of right answers of a run."""
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 3.6))
    losses(axes[0], curve, ("field", "words", "header"), "loss in training", log=True)
    losses(axes[1], curve, ("guard_field", "guard_words", "guard_header"), "right on unseen patterns")
    save(figure, "model-curve.png")


def confidence() -> None:
    """Share of right answers over confidence, for both tasks."""
    network = load()
    figure, axes = pyplot.subplots(1, 2, figsize=(8, 3.8))
    confidences(axes[0], score(AgreedProse(network), corpus_cases(REPORTS, reserved=True)).sure, "core figures")
    cells = [pair for level in ("none", "office", "harsh") for pair in
             score_headers(ModelMatcher(network), TABLES, level).sure]
    confidences(axes[1], cells, "cells of tables")
    save(figure, "model-reliability.png")


def losses(axes: Axes, curve: Path, names: tuple[str, ...], title: str, log: bool = False) -> None:
    """A line for each quantity over the steps."""
    for name in names:
        axes.plot(*zip(*points_of(curve, name), strict=True), label=name.removeprefix("guard_"))
    axes.set(title=title, xlabel="steps", yscale="log" if log else "linear")
    axes.legend()
    axes.grid(alpha=0.3)


def points_of(curve: Path, name: str) -> list[tuple[int, float]]:
    """The steps and values of a quantity."""
    with curve.open(encoding="utf8", newline="") as handle:
        return [(int(step), float(value)) for step, _, what, value in csv.reader(handle) if what == name]


def confidences(axes: Axes, sure: Iterable[tuple[float, bool]], title: str) -> None:
    """Share of right answers over confidence; the area of a dot is the number of answers."""
    bins = reliability(sure)
    total = sum(number for *_, number in bins)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    for mean, share, number in bins:
        axes.scatter([mean], [share], s=20 + 400 * number / total, color="tab:blue", alpha=0.7)
    axes.set(title=f"{title} ({total})", xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))
    axes.grid(alpha=0.3)


def save(figure: Figure, name: str) -> None:
    """Writes a picture and closes it."""
    figure.tight_layout()
    figure.savefig(PICTURES / name, dpi=90)
    pyplot.close(figure)


if __name__ == "__main__":
    main()

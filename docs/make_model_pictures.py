"""Makes the pictures of docs/model.md: a run's curve, and how honest the released model's confidence is.

    python docs/make_model_pictures.py [CURVE.csv]
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

import matplotlib

matplotlib.use("agg")

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from extractor.label.model.headers import ModelMatcher
from extractor.label.model.prose import ModelProse
from extractor.label.model.release import load, released
from training.guard import REPORTS, TABLES
from training.scoring.cases import corpus_cases
from training.scoring.headers import score_headers
from training.scoring.prose import score

PICTURES = Path(__file__).parent / "pictures"
BINS = 10


def main(curve: Path) -> None:
    """Writes `model-curve.png` and `model-reliability.png`."""
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 3.6))
    losses(axes[0], curve, ("field", "words", "header"), "loss in training", log=True)
    losses(axes[1], curve, ("guard_field", "guard_words", "guard_header"), "right on unseen patterns")
    save(figure, "model-curve.png")
    network = load()
    figure, axes = pyplot.subplots(1, 2, figsize=(8, 3.8))
    reliability(axes[0], score(ModelProse(network), corpus_cases(REPORTS, reserved=True)).sure, "core figures")
    cells = [pair for level in ("none", "office", "harsh") for pair in
             score_headers(ModelMatcher(network), TABLES, level).sure]
    reliability(axes[1], cells, "cells of tables")
    save(figure, "model-reliability.png")


def losses(axes: Axes, curve: Path, names: tuple[str, ...], title: str, log: bool = False) -> None:
    """A line for each quantity over the steps."""
    with curve.open(encoding="utf8", newline="") as handle:
        rows = list(csv.reader(handle))
    for name in names:
        points = [(int(step), float(value)) for step, _, what, value in rows if what == name]
        axes.plot([step for step, _ in points], [value for _, value in points], label=name.removeprefix("guard_"))
    axes.set(title=title, xlabel="steps", yscale="log" if log else "linear")
    axes.legend()
    axes.grid(alpha=0.3)


def reliability(axes: Axes, sure: Iterable[tuple[float, bool]], title: str) -> None:
    """Share of right answers over confidence; the area of a dot is the number of answers."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in sure:
        bins.setdefault(min(BINS - 1, int(confidence * BINS)), []).append((confidence, right))
    total = sum(map(len, bins.values()))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    for held in bins.values():
        mean, share = sum(c for c, _ in held) / len(held), sum(r for _, r in held) / len(held)
        axes.scatter([mean], [share], s=20 + 400 * len(held) / total, color="tab:blue", alpha=0.7)
    axes.set(title=f"{title} ({total})", xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))
    axes.grid(alpha=0.3)


def save(figure: Figure, name: str) -> None:
    """Writes a picture and closes it."""
    figure.tight_layout()
    figure.savefig(PICTURES / name, dpi=90)
    pyplot.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else released() / "curve.csv")

"""Calibrates the confidence of numbers read from scans: isotonic regression on the corpus, tested on other seeds.

    python -m training.numerals.calibrate --first 20000 --count 12 --test 6 --plot docs/pictures/scan-reliability.png
    python -m training.numerals.calibrate --levels harsh fax --count 4 --readings readings.json --gather

Seeds are shared out by level; the last `--test` of each are held back. Writes the table that
`extractor.read.scan.calibration` applies, and prints the expected calibration error of the held-back numbers (ECE: ten
bins of equal width; adaptive: of equal count) before and after, and what each threshold of doubt would flag and let
pass. Numbers whose confidence is a cap (faint ink, a second look) are counted apart: they are doubted whatever the
recogniser says, so that their share of right ones says nothing about its scores.

`--readings` keeps what was read of each scan, so that a run can be made in parts (`--gather` reads and fits nothing);
it holds for the version of the reader that made it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from unittest import mock

import numpy as np
import numpy.typing as npt

from extractor.document import Page, Word
from extractor.read.render import render_pdf
from extractor.read.scan import numbers, read_scan
from extractor.read.scan.calibration import TABLE, calibrated
from extractor.read.scan.digits import as_number
from extractor.report import DOUBTFUL_BELOW
from extractor.settings import default_settings
from training.corpus.labels import CorpusLabel
from training.corpus.make import draw_sample

LEVELS = ("clean", "office", "harsh", "fax", "phone")
TRUST = 0.5
"""Pseudo-readings, one right and one wrong half each, added at both ends: no score stands for certainty."""
CAPS = (numbers.FAINT, numbers.UNEVEN, numbers.SECOND)
"""Confidences that stand for "never sure", not for a score."""
DOUBTED = (0.5, DOUBTFUL_BELOW, 0.9, 0.95, 0.98, 0.99)
"""Thresholds of doubt that are compared."""
Scores = npt.NDArray[np.float64]


def readings(level: str, seed: int) -> list[tuple[float, bool]]:
    """(score, right) of each number in a cell of a scan, as the recogniser gives it; none if the scan is no PDF."""
    sample = draw_sample(seed, scan=level)
    if sample.suffix != ".pdf":
        return []
    corpus, settings = sample.label.corpus, default_settings()
    wanted = range(1, len(corpus.page_sizes) + 1)
    with mock.patch.object(numbers, "calibrated", float):
        return [judged for page in read_scan(render_pdf(sample.data, wanted, settings), settings)
                for judged in _judged(page, corpus)]


def gathered(level: str, seeds: Iterable[int], kept: Path | None) -> list[tuple[float, bool]]:
    """The readings of many scans; those that stand in the file `kept` are not read again."""
    held: dict[str, list[tuple[float, bool]]] = {}
    if kept and kept.is_file():
        held = {name: [(score, right) for score, right in pairs] for name, pairs in json.loads(kept.read_text()).items()}
    found: list[tuple[float, bool]] = []
    for seed in seeds:
        name = f"{level} {seed}"
        if name not in held:
            held[name] = readings(level, seed)
            if kept:
                kept.write_text(json.dumps(held))
        found += held[name]
    return found


def _judged(page: Page, corpus: CorpusLabel) -> Iterator[tuple[float, bool]]:
    cells = [(area.box, as_number(cell.text)) for cell in corpus.cells if cell.role == "value"
             for area in cell.areas if area.page == page.number]
    for word in page.words:
        if as_number(word.text) is None:
            continue
        printed = _printed_at(page, word, cells)
        if printed is not None:
            yield word.confidence, printed == as_number(word.text)


def _printed_at(page: Page, word: Word, cells: Sequence[tuple[tuple[float, ...], str | None]]) -> str | None:
    """What is printed in the value cell at a word, or None if the word stands in none."""
    x, y = page.original(word.box).centre
    for (x0, top, x1, bottom), text in cells:
        if x0 <= x <= x1 and top <= y <= bottom:
            return text or ""
    return None


def fit(scores: Scores, right: Scores) -> tuple[Scores, Scores]:
    """Points (score, probability) of the isotonic regression: the ends of its steps."""
    from sklearn.isotonic import IsotonicRegression

    padded = np.concatenate([scores, [0.0, 0.0, 1.0, 1.0]])
    answers = np.concatenate([right, [0.0, 1.0, 0.0, 1.0]])
    weights = np.concatenate([np.ones(len(scores)), np.full(4, TRUST)])
    model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(padded, answers, weights)
    return np.asarray(model.X_thresholds_, dtype=np.float64), np.asarray(model.y_thresholds_, dtype=np.float64)


def ece(probabilities: Scores, right: Scores, bins: int = 10, adaptive: bool = False) -> float:
    """Expected calibration error: the mean distance of confidence and accuracy over bins of equal width or count."""
    if adaptive:
        parts = np.array_split(np.argsort(probabilities, kind="stable"), bins)
    else:
        place = np.minimum((probabilities * bins).astype(int), bins - 1)
        parts = [np.flatnonzero(place == number) for number in range(bins)]
    return float(sum(abs(probabilities[part].mean() - right[part].mean()) * len(part)
                     for part in parts if len(part)) / max(1, len(right)))


def told(scores: Scores, probabilities: Scores, right: Scores) -> Iterator[str]:
    """What the held-back numbers show, line by line."""
    for name, values in (("before", scores), ("after", probabilities)):
        yield f"ECE {name} {ece(values, right):.4f}, adaptive {ece(values, right, adaptive=True):.4f}"
    for threshold in DOUBTED:
        trusted = probabilities >= threshold
        yield (f"doubt below {threshold}: {np.sum(~trusted)} flagged, "
               f"{np.sum(trusted & (right < 1))} wrong of {np.sum(trusted)} that pass")


def uncapped(readings: Sequence[tuple[float, bool]]) -> tuple[Scores, Scores]:
    """Scores, and whether they are right (1) or not (0), of the readings that no cap holds down."""
    kept = [(score, right) for score, right in readings if score not in CAPS]
    scores, right = np.array(kept, dtype=np.float64).reshape(-1, 2).T
    return scores, right


def plot(probabilities: Scores, right: Scores, path: Path, bins: int = 10) -> None:
    """The reliability of held-back numbers: confidence against the share that is right."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    figure, axes = pyplot.subplots(figsize=(4.5, 4.5), dpi=110)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.plot([probabilities[part].mean() for part in parts], [right[part].mean() for part in parts], marker="o")
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1.02), ylim=(0, 1.02))
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", nargs="+", default=list(LEVELS))
    parser.add_argument("--first", type=int, default=20_000)
    parser.add_argument("--count", type=int, default=12, help="seeds of each level")
    parser.add_argument("--test", type=int, default=6, help="how many of them are held back")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--readings", type=Path, help="keeps what was read of each scan")
    parser.add_argument("--gather", action="store_true", help="only reads")
    options = parser.parse_args()
    fitted: list[tuple[float, bool]] = []
    tested: list[tuple[float, bool]] = []
    for level in options.levels:
        cut, end = options.first + options.count - options.test, options.first + options.count
        fitted += gathered(level, range(options.first, cut), options.readings)
        tested += gathered(level, range(cut, end), options.readings)
    if options.gather:
        return
    train, test = uncapped(fitted), uncapped(tested)
    at, probabilities = fit(*train)
    made = f"levels {' '.join(options.levels)}, seeds {options.first} to {cut - 1} of each, {len(train[0])} numbers"
    TABLE.write_text(json.dumps({"made_by": "training.numerals.calibrate", "from": made,
                                 "scores": [round(float(value), 6) for value in at],
                                 "probabilities": [round(float(value), 6) for value in probabilities]}, indent=1))
    after = np.array([calibrated(score) for score in test[0]])
    capped = [right for score, right in (*fitted, *tested) if score in CAPS]
    print(f"{len(train[0])} numbers fitted, {len(test[0])} held back; under a cap {len(capped)}, {sum(capped)} of them right")
    print(*told(test[0], after, test[1]), sep="\n")
    if options.plot:
        plot(after, test[1], options.plot)


if __name__ == "__main__":
    main()

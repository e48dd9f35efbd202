"""The second baseline: a linear model on the characters around each number, or around words that deny.

Candidates are the quantities of the number grammar and the clauses with a negation. Their features are character n-grams
of a window, marked by side and distance, hashed; classes are the core fields (several for a number of several), and none.
It knows neither narrative concepts nor words that take over another figure's number. Train it with
`python -m eval.baselines.linear`; weights and classes are kept as arrays and JSON, nothing is pickled.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractor.document import Paragraph
from extractor.label.numerals import Numeral, find_numerals
from extractor.report import Figure, Qualifier
from training.corpus.types import LabelledFigure
from training.samples import ProseSample, prose_samples
from training.scoring.prose import of_label

FOLDER = Path.home() / ".cache" / "gouji" / "linear-baseline"
WEIGHTS, CLASSES = "weights.npz", "classes.json"
NONE = "-"
BUCKETS = 1 << 16
LEFT, RIGHT = 28, 12
"""Characters looked at before and after a candidate."""
LONGEST = 4
"""Characters of the longest n-gram."""
FARTHEST = 30.0
"""Scores are cut to this, beyond which chances are 0 or 1."""
TRAINED_ON = range(400)
SEED = 1
_DENIES = re.compile("未|无|没有|零|不存在|不涉及")
_STOP = re.compile("[，。；：！？]")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Characters `start` to `end` that may state a figure: a quantity, or (without `numeral`) words that deny."""

    start: int
    end: int
    numeral: Numeral | None


def candidates(text: str) -> Iterator[Candidate]:
    """What in a paragraph may state a figure."""
    for numeral in find_numerals(text):
        if numeral.kind in ("number", "range") and numeral.unit != "%":
            yield Candidate(numeral.start, numeral.end, numeral)
    for match in _DENIES.finditer(text):
        stop = _STOP.search(text, match.end())
        yield Candidate(match.start(), stop.start() if stop else len(text), None)


def features(text: str, candidate: Candidate, section: int, heading: str) -> list[int]:
    """The hashed features of a candidate: distinct numbers below `BUCKETS`."""
    left = _DIGITS.sub("0", text[max(0, candidate.start - LEFT):candidate.start])
    right = _DIGITS.sub("0", text[candidate.end:candidate.end + RIGHT])
    own = "" if candidate.numeral is not None else text[candidate.start:candidate.end][:40]
    names = [f"section {section}", f"heading {heading[:8]}", f"unit {candidate.numeral.unit if candidate.numeral else '?'}"]
    for side, part in (("<", left[::-1]), (">", right), ("=", own)):
        for at in range(len(part)):
            for size in range(1, LONGEST + 1):
                if at + size <= len(part):
                    near = 0 if side == "=" else min(3, at // 4)
                    names += [f"{side}{near}{part[at:at + size]}", f"{side}{part[at:at + size]}"]
    return sorted({zlib.crc32(name.encode()) % BUCKETS for name in names})


def wanted(candidate: Candidate, figures: Sequence[LabelledFigure]) -> str:
    """The class of a candidate: the core fields that labelled figures give it, joined, or none."""
    fields = [figure.field for figure in figures
              if figure.distractor is None and of_label(figure).core and not figure.implied
              and figure.negated == (candidate.numeral is None) and figure.field is not None
              and figure.start < candidate.end and candidate.start < figure.end]
    return "+".join(dict.fromkeys(fields)) or NONE


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights (features x classes), one bias a class, and the classes' names."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    classes: tuple[str, ...]

    def best(self, found: Sequence[int]) -> tuple[str, float]:
        """The most likely class of a candidate's features, and its share of all classes' chances."""
        scores = np.clip(self.weights[list(found)].sum(axis=0) + self.bias, -FARTHEST, FARTHEST)
        chances = 1 / (1 + np.exp(-scores))
        at = int(chances.argmax())
        return self.classes[at], float(chances[at] / chances.sum())


class LinearLabeller:
    """Finds core figures by the linear model; see `ProseLabeller`."""

    def __init__(self, model: Linear) -> None:
        self._model = model

    def label(self, paragraphs: Sequence[Paragraph], year: int | None) -> tuple[Figure, ...]:
        """The figures of all paragraphs, in reading order."""
        del year
        figures: list[Figure] = []
        heading = ""
        for index, paragraph in enumerate(paragraphs):
            heading = paragraph.text if paragraph.heading else heading
            for candidate in candidates(paragraph.text):
                name, chance = self._model.best(features(paragraph.text, candidate, paragraph.section, heading))
                if name != NONE:
                    figures += [_figure(index, paragraph.text, candidate, field, chance) for field in name.split("+")]
        return tuple(sorted(figures, key=lambda figure: figure.span))


def _figure(index: int, text: str, candidate: Candidate, field: str, chance: float) -> Figure:
    numeral, span = candidate.numeral, (index, candidate.start, candidate.end)
    printed = text[candidate.start:candidate.end]
    if numeral is None:
        nought = Decimal(0)
        return Figure(field=field, value=nought, low=nought, high=nought, negated=True, confidence=chance, span=span,
                      text=printed)
    return Figure(field=field, value=numeral.value, low=numeral.low, high=numeral.high, unit=numeral.unit,
                  qualifier=numeral.qualifier if numeral.kind == "number" else Qualifier.ABOUT, confidence=chance,
                  span=span, text=printed)


def train(samples: Iterable[ProseSample], seed: int = SEED) -> Linear:
    """A model of the samples: one classifier a class against all others, by stochastic gradient descent."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import SGDClassifier

    rows: list[list[int]] = []
    names: list[str] = []
    for sample in samples:
        for candidate in candidates(sample.text):
            rows.append(features(sample.text, candidate, sample.section, sample.heading))
            names.append(wanted(candidate, sample.figures))
    ends = np.cumsum([0, *(len(row) for row in rows)])
    places = np.fromiter((at for row in rows for at in row), np.int32, int(ends[-1]))
    table = csr_matrix((np.ones(len(places), np.float32), places, ends), shape=(len(rows), BUCKETS))
    model = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=6, tol=None, average=True, random_state=seed)
    model.fit(table, names)
    return Linear(model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32), tuple(model.classes_.tolist()))


def save(model: Linear, folder: Path) -> None:
    """Writes the model into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / WEIGHTS, weights=model.weights.astype(np.float16), bias=model.bias)
    (folder / CLASSES).write_text(json.dumps(model.classes, ensure_ascii=False) + "\n", "utf8")


def load(folder: Path = FOLDER) -> Linear:
    """The model in a folder; raises `FileNotFoundError`."""
    arrays: Any = np.load(folder / WEIGHTS, allow_pickle=False)
    classes = json.loads((folder / CLASSES).read_text("utf8"))
    return Linear(arrays["weights"].astype(np.float32), arrays["bias"], tuple(classes))


def main() -> None:
    """Trains the baseline and saves it."""
    parser = argparse.ArgumentParser(prog="python -m eval.baselines.linear", description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--reports", type=int, default=len(TRAINED_ON))
    given = parser.parse_args()
    start = time.perf_counter()
    model = train(prose_samples(range(given.reports)))
    save(model, given.out)
    print(f"{len(model.classes)} classes from {given.reports} reports in {time.perf_counter() - start:.0f} s: {given.out}")


if __name__ == "__main__":
    main()

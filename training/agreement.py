"""How far two forms of the model are apart: `python -m training.agreement [--samples 1000] [--folder RELEASE]`.

Asks the released weights in torch, the same weights written anew as ONNX in 32 bits, and the released ONNX network of 8
bits the same things: windows of prose and tables' headers that no run was trained on. Prints, head by head, how many answers
are equal and how far the chance of torch's answer differs, and ends with 1 if too few are equal.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, islice
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from extractor.label.model.release import Network, Row, Scores, released
from extractor.label.model.tokens import NO_BOX, labels_of_heads
from training.export import export_onnx, read_release
from training.network import Model
from training.samples import header_samples, prose_samples
from training.targets import SPAN_HEADS, Heads, Item, Targets

FIRST = 9_100_000
"""Number of the first report that samples are taken from; no run is trained on it or later ones."""
PROSE_SHARE = 0.8
"""Share of samples that are windows of prose, the others being tables' headers."""
EQUAL = 0.995
"""Share of equal answers below which two forms do not agree."""
Form = Callable[[Sequence[Row]], list[Scores]]
"""A form of the model: sequences in, their scores (tokens, all heads) out."""


@dataclass(slots=True)
class Agreement:
    """Answers of two forms of a model: how many of them are equal, and how far apart they are.

    `greatest` is the greatest difference of a score, which is what the network gives before any softmax; `differences` are those of
    the chance of the first form's answer.
    """

    answers: int = 0
    same: int = 0
    greatest: float = 0.0
    differences: list[float] = field(default_factory=list)

    @property
    def equal(self) -> float:
        """Share of equal answers."""
        return self.same / max(1, self.answers)

    def add(self, one: Scores, other: Scores) -> None:
        """Compares one answer's scores (labels) of both forms."""
        best = int(one.argmax())
        self.answers += 1
        self.same += best == int(other.argmax())
        self.greatest = max(self.greatest, float(np.abs(one - other).max()))
        self.differences.append(abs(_chance(one, best) - _chance(other, best)))


def _chance(scores: Scores, at: int) -> float:
    grown: NDArray[np.float32] = np.exp(scores - scores.max())
    return float(grown[at] / grown.sum())


def sampled(targets: Targets, samples: int, first: int = FIRST) -> list[Item]:
    """So many samples of the corpus, with the patterns kept for testing: windows of prose that ask something, and tables."""
    prose = (item for seed in count(first) for sample in prose_samples([seed], reserved=True)
             for item in targets.prose(sample) if item.spans)
    tables = (item for seed in count(first) for table in header_samples([seed], "office", reserved=True)
              for item in targets.header(table, grid=True))
    windows = round(PROSE_SHARE * samples)
    return list(chain(islice(prose, windows), islice(tables, samples - windows)))


def agreement(heads: Heads, items: Sequence[Item], one: Sequence[Scores], other: Sequence[Scores]) -> dict[str, Agreement]:
    """Compares the scores of two forms on what items ask for: spans, cells, and tokens of words; by head."""
    places = labels_of_heads(heads)
    found = {name: Agreement() for name in heads}
    for item, ours, theirs in zip(items, one, other, strict=True):
        for start, end, name in _asked(item):
            found[name].add(ours[start:end, places[name]].mean(0), theirs[start:end, places[name]].mean(0))
    return found


def in_torch(model: Model) -> Form:
    """A torch model as a form of itself; it is given one sequence at a time."""
    model.eval()

    @torch.no_grad()
    def run(rows: Sequence[Row]) -> list[Scores]:
        return [model(torch.tensor([row.ids]), torch.tensor([row.boxes or [NO_BOX] * len(row.ids)]))[0].numpy() for row in rows]

    return run


def one_by_one(path: Path) -> Form:
    """An ONNX file as a form of the model; it is given one sequence at a time, so that none is padded."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def run(rows: Sequence[Row]) -> list[Scores]:
        boxes = (row.boxes or [NO_BOX] * len(row.ids) for row in rows)
        return [session.run(None, {"ids": np.array([row.ids]), "boxes": np.array([held])})[0][0]
                for row, held in zip(rows, boxes, strict=True)]

    return run


def _asked(item: Item) -> Iterator[tuple[int, int, str]]:
    """Tokens (from, to) and the head that is asked about them."""
    yield from ((at, at + 1, "words") for at, tag in enumerate(item.tags) if tag >= 0)
    yield from ((span.start, span.end, name) for span in item.spans for name in SPAN_HEADS)
    yield from ((start, end, "header") for start, end, _ in item.cells)


def equal(found: dict[str, Agreement]) -> float:
    """Share of equal answers of all heads."""
    return sum(part.same for part in found.values()) / max(1, sum(part.answers for part in found.values()))


def main(arguments: Sequence[str] | None = None, tell: Callable[[str], None] = print) -> int:
    """The command line; 1 if the forms do not agree."""
    parser = argparse.ArgumentParser(prog="python -m training.agreement", description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="a release other than the one that ships")
    given = parser.parse_args(arguments)
    folder = given.folder or released()
    trained = read_release(folder)
    items = sampled(trained.targets, given.samples)
    rows = [Row(item.ids, item.boxes) for item in items]
    first = in_torch(trained.model)(rows)
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "plain.onnx"
        export_onnx(trained.model, path, quantised=False)
        forms = {"ONNX, 32 bits": one_by_one(path), "ONNX, 8 bits, as released": Network(folder).run}
        found_by_form = {name: agreement(trained.heads, items, first, form(rows)) for name, form in forms.items()}
    tell(f"{len(items)} samples, each against torch")
    for name, found in found_by_form.items():
        tell(f"{name}: {equal(found):.5f} of {sum(part.answers for part in found.values())} answers equal")
        for head, part in found.items():
            apart = np.quantile(part.differences or [0.0], (0.5, 0.99, 1.0))
            tell(f"  {head:8} {part.equal:.5f} of {part.answers:6} equal; score at most {part.greatest:.2g} apart; chance "
                 f"median {apart[0]:.2g}, 99 % {apart[1]:.2g}, at most {apart[2]:.2g}")
    return int(min(map(equal, found_by_form.values())) < EQUAL)


if __name__ == "__main__":
    sys.exit(main())

"""The gate: headline figures on record, and whether a new result falls below them by more than their noise.

    python -m eval.gate              compares a fixed small evaluation with `eval/record.json`
    python -m eval.gate --record     writes the record anew; committing it is how the bar is raised
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from eval.evaluate import evaluate
from eval.loading import load_samples
from eval.metrics.base import TOLERANCE
from eval.result import HEADLINES, Evaluation, ResultError, Score
from eval.types import Answer, Truth

HERE = Path(__file__).parent
RECORD = HERE / "record.json"
QUICK = (".html", ".txt", ".docx")
"""Formats that take a fraction of a second; of PDFs only the demo report is among the gate's samples."""

@dataclass(frozen=True, slots=True)
class Gate:
    """The recorded figures of one fixed set of samples; raising them is a commit that a person sees."""

    scores: dict[str, Score]

    @staticmethod
    def read(path: Path) -> Gate:
        """The record in a file; raises `ResultError`."""
        try:
            raw = json.loads(path.read_bytes())
            return Gate({name: Score.model_validate(score) for name, score in raw["scores"].items()})
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise ResultError(f"{path} is no record of the gate: {error}.") from error

    @staticmethod
    def of(result: Evaluation) -> Gate:
        """The record that a result would set."""
        known = ((headline.name, result.scores.get(headline.name)) for headline in HEADLINES)
        return Gate({name: score for name, score in known if score is not None and score.value is not None})

    def to_json(self) -> str:
        scores = {name: score.model_dump() for name, score in self.scores.items()}
        return json.dumps({"scores": scores}, indent=1) + "\n"

    def fallen(self, result: Evaluation) -> list[str]:
        """The figures that are worse than on record by more than the record's noise, or are not measured any more."""
        better = {headline.name: headline.better for headline in HEADLINES}
        lines = []
        for name, recorded in self.scores.items():
            score = result.scores.get(name)
            if recorded.value is None:
                continue
            if score is None or score.value is None:
                lines.append(f"{name} is not measured any more (was {recorded.value:.4f})")
                continue
            loss = recorded.value - score.value if better.get(name, "higher") == "higher" else score.value - recorded.value
            if loss > recorded.noise + TOLERANCE:
                lines.append(f"{name}: {score.value:.4f}, on record {recorded.value:.4f}, noise {recorded.noise:.4f}")
        return lines


def gate_truths(samples: Path = HERE / "samples") -> list[Truth]:
    """The fixed samples: the demo reports, and every second report of the others in the quick formats."""
    truths = [truth for truth in load_samples(samples).truths if truth.file is not None]
    demo = [truth for truth in truths if truth.name.startswith("demo/")]
    others = [truth for truth in truths if truth not in demo and truth.name.endswith(QUICK)]
    return demo + others[::2]


def measure(truths: list[Truth]) -> Evaluation:
    """The product's result on some samples, one after the other in this process."""
    from extractor import extract
    from extractor.errors import GoujiError

    def answer(truth: Truth) -> Answer:
        assert truth.file is not None
        try:
            return Answer(extract(truth.file))
        except GoujiError as error:
            return Answer(None, error.category)

    return evaluate(((truth, answer(truth)) for truth in truths), samples="gate")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    result = measure(gate_truths())
    if options.record:
        RECORD.write_text(Gate.of(result).to_json(), "utf8")
        return
    fallen = Gate.read(RECORD).fallen(result)
    print("\n".join(fallen) or f"{len(result.documents)} documents: nothing fell below the record")
    sys.exit(bool(fallen))


if __name__ == "__main__":
    main()

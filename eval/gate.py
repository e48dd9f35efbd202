"""The gate: headline figures on record, and whether a new result falls below them by more than their noise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from eval.result import HEADLINES, Evaluation, ResultError, Score


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
            if loss > recorded.noise:
                lines.append(f"{name}: {score.value:.4f}, on record {recorded.value:.4f}, noise {recorded.noise:.4f}")
        return lines

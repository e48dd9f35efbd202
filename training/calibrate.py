"""Makes the model's scores probabilities: a temperature a head, then a logistic curve on whole answers.

Guo et al., On Calibration of Modern Neural Networks, 2017 (arXiv:1706.04599); Platt, Probabilistic Outputs for Support
Vector Machines, 1999. Fitted on reports that no run is trained on, with the network as it is released, in 8 bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from extractor.document import Paragraph
from extractor.label.model.agreed import AGREED, MODEL, PATTERNS, AgreedProse
from extractor.label.model.prose import ModelProse
from extractor.label.model.release import Calibration, Network, Row
from extractor.label.model.tokens import labels_of_heads
from extractor.report import Figure
from training.samples import Level, header_samples, prose_samples
from training.scoring.cases import corpus_cases
from training.scoring.prose import score
from training.targets import IGNORED, SPAN_HEADS, Item, Targets

PROSE = range(1_600_000_000, 1_600_000_120)
HEADERS = range(1_600_000_000, 1_600_000_040)
NOISE: tuple[Level, ...] = ("none", "office", "harsh")
OVERRULING = (1.0, -2.0)
"""What the patterns' confidence is worth where they overrule the model: a little more than half. Not fitted, for the corpus has
more sentences made to mislead patterns (right in a tenth of these places) than real reports have; see docs/model.md."""
Scores = NDArray[np.float64]


def calibrate(network: Network) -> dict[str, Any]:
    """The calibration of a network, in the form of `calibration.json`; the network's own is replaced meanwhile."""
    targets = Targets(network.vocabulary, network.heads)
    network.calibration = Calibration({}, {})
    prose = [item for sample in prose_samples(PROSE, reserved=True) for item in targets.prose(sample) if item.spans]
    headers = [item for level in NOISE for table in header_samples(HEADERS, level, reserved=True)
               for item in targets.header(table, grid=True)]
    judged = _judged(network, prose) | _judged(network, headers)
    temperatures = {name: _temperature(*found) for name, found in judged.items()}
    network.calibration = Calibration(temperatures, {})
    cases = list(corpus_cases(PROSE, reserved=True))
    answers = {"figure": _logistic(score(ModelProse(network, least=0.0), cases).sure)}
    network.calibration = Calibration(temperatures, answers)
    agreed = AgreedProse(network)
    heard = {id(case.paragraphs): list(agreed.heard(case.paragraphs, case.year)) for case in cases}
    answers |= {kind: _logistic(score(_OfKind(heard, kind), cases).sure) for kind in (AGREED, MODEL)}
    answers[PATTERNS] = OVERRULING
    scores, wanted = judged["header"]
    chances = _softmax(scores / temperatures["header"])
    cells = list(zip(chances.max(-1).tolist(), (chances.argmax(-1) == wanted).tolist(), strict=True))
    answers["header"] = _logistic(cells)
    network.calibration = Calibration(temperatures, answers)
    return {"temperatures": {name: round(value, 4) for name, value in temperatures.items()},
            "answers": {name: [round(part, 4) for part in pair] for name, pair in answers.items()}}


class _OfKind:
    """Tells only the figures of one kind of `extractor.label.model.agreed`, each with its teller's own confidence."""

    def __init__(self, heard: Mapping[int, Sequence[tuple[str, Figure]]], kind: str) -> None:
        self._heard, self._kind = heard, kind

    def label(self, paragraphs: Sequence[Paragraph], year: int | None) -> tuple[Figure, ...]:
        """See `ProseLabeller`; the paragraphs are those of a case that was heard."""
        return tuple(figure for kind, figure in self._heard[id(paragraphs)] if kind == self._kind)


def _judged(network: Network, items: Sequence[Item]) -> dict[str, tuple[Scores, NDArray[np.int64]]]:
    """Scores and right labels of each head: of spans (those of several fields left out), tokens and cells."""
    places = labels_of_heads(network.heads)
    found: dict[str, list[tuple[Scores, int]]] = {}
    for item, scores in zip(items, network.run([Row(item.ids, item.boxes) for item in items]), strict=True):
        for span in item.spans:
            mean = scores[span.start:span.end].mean(0).astype(float)
            wanted = (span.fields[0] if len(span.fields) == 1 else IGNORED, *span.others)
            for name, label in zip(SPAN_HEADS, wanted, strict=True):
                if label != IGNORED:
                    found.setdefault(name, []).append((mean[places[name]], label))
        for start, end, label in item.cells:
            if label != IGNORED:
                mean = scores[start:end].mean(0).astype(float)
                found.setdefault("header", []).append((mean[places["header"]], label))
    return {name: (np.stack([scores for scores, _ in pairs]), np.array([label for _, label in pairs]))
            for name, pairs in found.items()}


def _temperature(scores: Scores, wanted: NDArray[np.int64]) -> float:
    """The temperature under which the right labels are likeliest."""
    rows = np.arange(len(wanted))

    def loss(log_temperature: float) -> float:
        chances = _softmax(scores / np.exp(log_temperature))
        return float(-np.log(chances[rows, wanted] + 1e-12).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))


def _logistic(sure: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Slope and offset on the logit of a chance under which the answers' rightness is likeliest; slightly held to (1, 0)."""
    if not sure:
        return 1.0, 0.0
    chances = np.clip(np.array([chance for chance, _ in sure]), 1e-6, 1 - 1e-6)
    right = np.array([1.0 if hit else 0.0 for _, hit in sure])
    logits = np.log(chances / (1 - chances))

    def loss(pair: NDArray[np.float64]) -> float:
        expected = pair[0] * logits + pair[1]
        held = 1e-4 * ((pair[0] - 1) ** 2 + pair[1] ** 2)
        return float((np.logaddexp(0, expected) - right * expected).mean() + held)

    slope, offset = minimize(loss, np.array([1.0, 0.0])).x
    return float(max(slope, 0.05)), float(offset)


def _softmax(scores: Scores) -> Scores:
    grown: Scores = np.exp(scores - scores.max(-1, keepdims=True))
    chances: Scores = grown / grown.sum(-1, keepdims=True)
    return chances

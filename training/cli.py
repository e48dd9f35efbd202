"""The command `gouji train`: trains the model, or trains the released one further on corrected samples."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.errors import ExitCode, GoujiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractor.label.model.release import Network
    from training.finetune import Config, Trained
    from training.guard import Scores
    from training.samples import ProseSample

RUNS = Path("~/.cache/gouji/train")
RELEASED = "released"
CARD = "RUN.md"

app = typer.Typer(add_completion=False)


class WorseModel(GoujiError):
    """The new model scores worse on the guard set than the one it is to replace."""

    code = ExitCode.MODEL
    category = "worse_model"


class TrainingInput(GoujiError):
    """A configuration, a folder of samples or a model to start from cannot be used."""

    code = ExitCode.USAGE
    category = "usage"


@app.command()
def train(
    config: Annotated[Path | None, typer.Option(help="settings of the run; see training/config", dir_okay=False)] = None,
    start: Annotated[str, typer.Option("--from", help="model to start from: `released`, or the folder of a run")] = "",
    data: Annotated[Path | None, typer.Option(help="corrected samples: reports or labels as JSON", file_okay=False)] = None,
    run: Annotated[Path | None, typer.Option(help="folder of the run; a run found there is resumed")] = None,
    release: Annotated[Path | None, typer.Option(help="write the model there when it is trained")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="steps, in place of the configuration's")] = None,
    force: Annotated[bool, typer.Option(help="write a release even if it scores worse")] = False,
) -> None:
    """Trains the model on the corpus, or the released model further on corrected samples."""
    begun = time.time()
    settings = _config(config or Path(__file__).with_name("config") / ("finetune.toml" if start else "released.toml"))
    settings = settings if steps is None else replace(settings, steps=steps)
    folder = (run or RUNS / time.strftime("%Y%m%d-%H%M%S")).expanduser()
    corrected = _corrected(data)
    trained = _trained(settings, folder, start, corrected)
    (folder / CARD).write_text(_card(trained, settings, folder, len(corrected), time.time() - begun), "utf8")
    typer.echo(f"trained: {folder}")
    if release is not None:
        write(trained, settings, folder, release, corrected=len(corrected), force=force, begun=begun)
        typer.echo(f"released: {release}")


def _config(path: Path) -> Config:
    from training.finetune import read_config

    try:
        return read_config(path)
    except (OSError, ValueError, TypeError) as error:
        raise TrainingInput(f"The configuration cannot be used: {error}.") from error


def _start(name: str) -> Trained | None:
    """The model to start from, as if it had not been trained yet."""
    from extractor.label.model.release import released
    from training.export import read_release
    from training.finetune import load_checkpoint

    if not name:
        return None
    try:
        found = read_release(released()) if name == RELEASED else load_checkpoint(Path(name).expanduser())
    except OSError as error:
        raise TrainingInput(f"There is no model to start from: {error}.") from error
    found.origin = found.origin if name == RELEASED else f"a run of {found.step} steps"
    found.step = found.round = 0
    return found


def _corrected(data: Path | None) -> Sequence[ProseSample]:
    from training.corrected import CorrectedError, read_corrected

    try:
        return read_corrected(data) if data is not None else []
    except (OSError, CorrectedError) as error:
        raise TrainingInput(f"The corrected samples cannot be used: {error}.") from error


def _card(trained: Trained, settings: Config, folder: Path, corrected: int, seconds: float) -> str:
    from training.card import run_card
    from training.finetune import CURVE, last_of_curve

    return run_card(trained, settings, corrected, last_of_curve(folder / CURVE), seconds)


def _trained(settings: Config, folder: Path, start: str, corrected: Sequence[ProseSample]) -> Trained:
    from rich import progress as bars
    from rich.console import Console

    from training.finetune import Run

    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn(),
               bars.TimeElapsedColumn(), bars.TimeRemainingColumn())
    with bars.Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("training", total=settings.steps)

        def watch(step: int, losses: dict[str, float]) -> None:
            told = f"training, loss {sum(losses.values()):.3f}"
            progress.update(task, completed=step, description=told)

        return Run(settings, folder, _start(start), watch, corrected).train()


def write(trained: Trained, settings: Config, folder: Path, release: Path, *, corrected: int = 0, force: bool,
          begun: float) -> Scores:
    """Calibrates a model, scores it on the guard set and writes it as a release, with a card in the run's folder.

    Raises `WorseModel` if it scores worse than the model that stands in `release` (or is released), unless `force`.
    """
    from extractor.label.model.release import Network
    from training import card, guard
    from training.calibrate import calibrate
    from training.export import complete_release, write_release
    from training.finetune import CURVE

    draft = folder / "release"
    write_release(trained, draft, {"temperatures": {}, "answers": {}}, "")
    network = Network(draft)
    calibration = calibrate(network)
    found, patterns = guard.scores_of_model(network), guard.scores_of_patterns()
    text = card.model_card(trained, settings, corrected, found, patterns, calibration, time.time() - begun)
    (folder / CARD).write_text(text, "utf8")
    (folder / "scores.json").write_text(json.dumps({"model": found, "patterns": patterns}, indent=1), "utf8")
    current = _current(release)
    if current is not None and not force and (lost := guard.worse(found, guard.scores_of_model(current))):
        raise WorseModel(f"The new model scores worse on the guard set ({'; '.join(lost)}).",
                         f"It is kept in {folder}; --force writes it all the same.")
    complete_release(draft, release, calibration, text, folder / CURVE)
    return found


def _current(release: Path) -> Network | None:
    """The model that a release is to replace: the one in its place, else the one that ships, else none."""
    from extractor.errors import ModelError
    from extractor.label.model.release import Network, released

    try:
        return Network(release if release.is_dir() else released())
    except ModelError:
        return None

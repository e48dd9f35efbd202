"""The commands `gouji corpus make` and `gouji corpus show`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from training.corpus.labels import Format

app = typer.Typer(help="Synthetic reports with labels.", no_args_is_help=True)


@app.command()
def make(
    out: Annotated[Path, typer.Option(help="folder to write to; a folder below it for each format and scan level")],
    count: Annotated[int, typer.Option(min=1, help="reports to make")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="number of the first report; it decides everything")] = 0,
    formats: Annotated[str, typer.Option(help="of pdf, docx, html and txt, separated by commas; may be empty")] = "pdf",
    scan: Annotated[str, typer.Option(help="also a scan: clean, office, harsh, fax, phone, hopeless or mixed")] = "",
    errors: Annotated[float, typer.Option(min=0.0, max=1.0, help="share of reports with injected errors")] = 0.0,
    workers: Annotated[int, typer.Option(min=1, help="processes")] = 2,
) -> None:
    """Makes reports as files, each with its NAME.label.json beside it."""
    from rich import progress as bars
    from rich.console import Console

    from training.corpus import make as making

    kinds = _formats(formats)
    _check_level(scan)
    if not kinds and not scan:
        raise typer.BadParameter("neither formats nor a scan level were given")
    todo = making.orders(range(seed, seed + count), kinds, scan, errors)
    total = count * (len(kinds) + bool(scan))
    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn(),
               bars.TimeElapsedColumn(), bars.TimeRemainingColumn())
    with bars.Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("corpus", total=total)
        for _ in making.make(todo, out, workers):
            progress.advance(task)
    typer.echo(f"{total} files in {out}")


@app.command()
def show(
    samples: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="files made by `make`")],
    out: Annotated[Path, typer.Option(help="folder for the pictures")],
    dpi: Annotated[float, typer.Option(min=30, max=300, help="resolution at which PDF pages are drawn")] = 100.0,
    lines: Annotated[bool, typer.Option(help="draw every line of text, not only cells and figures")] = False,
) -> None:
    """Draws the labels over the pages: cells blue, values red, figures green, distractors grey."""
    from training.corpus.show import draw

    out.mkdir(parents=True, exist_ok=True)
    for path in samples:
        try:
            for number, picture in enumerate(draw(path, dpi, lines), start=1):
                target = out / f"{path.stem}-{path.parent.name}-{number}.png"
                picture.save(target)
                typer.echo(str(target))
        except (OSError, ValueError) as error:
            raise typer.BadParameter(f"{path}: {error}") from error


def _formats(text: str) -> list[Format]:
    from training.corpus.make import FORMATS

    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        raise typer.BadParameter(f"unknown format {unknown[0]!r}; known are {', '.join(FORMATS)}")
    return [cast(Format, name) for name in names]


def _check_level(level: str) -> None:
    from training.corpus.scan.presets import LEVELS, MIXED

    if level and level not in (*LEVELS, MIXED):
        raise typer.BadParameter(f"unknown scan level {level!r}; known are {', '.join((*LEVELS, MIXED))}")

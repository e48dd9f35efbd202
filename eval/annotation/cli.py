"""Corrects readings in Label Studio and takes the corrections back as labels (标注)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from eval.annotation.tasks import Page

app = typer.Typer(help="Correct readings in Label Studio, and take the corrections back as labels.", rich_markup_mode=None,
                  no_args_is_help=True)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Reports to be looked at (报告所在目录).")],
    out: Annotated[Path, typer.Option(help="Folder for tasks.json, configuration.xml and the pictures of the pages.")],
    url: Annotated[str, typer.Option(help="What stands before the names of the pictures in the tasks.")]
    = "/data/local-files/?d=gouji/",
    work: Annotated[Path, typer.Option(help="Folder that keeps answers, as for `gouji eval`.")] = Path(".gouji-eval"),
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    pages: Annotated[int, typer.Option(min=0, help="At most so many pages, the least confident; 0: all.")] = 0,
) -> None:
    """Read reports and write them as tasks with predictions, the least confident page first."""
    from importlib.metadata import version

    from eval.annotation.tasks import configuration, pages_of, tasks
    from eval.loading import documents_below
    from eval.runner import Kept, run
    from eval.types import Truth
    from extractor.document import Source
    from extractor.output import write_atomically
    from extractor.report import Report

    files = documents_below(folder)
    waiting = [Truth(name, Report(source=path.name, sha256="", format=Source.PDF), path) for name, path in files.items()]
    answers = list(run(waiting, Kept.below(work, "gouji"), workers=workers))
    reports = [answer.report for _, answer in answers if answer.report is not None]
    for truth, answer in answers:
        if answer.report is None or not any(page.width for page in answer.report.pages):
            typer.echo(f"{truth.name}: {answer.error or 'no pages: correct it as a transcript'}", err=True)
    chosen = pages_of(reports)
    chosen = chosen[:pages] if pages else chosen
    (out / "images").mkdir(parents=True, exist_ok=True)
    paths = {answer.report.sha256: truth.file for truth, answer in answers if answer.report is not None and truth.file}
    for page in chosen:
        write_atomically(out / "images" / _image_name(page), _picture(paths[page.report.sha256], page))
    listed = json.dumps(tasks(chosen, f"gouji {version('gouji')}", url), ensure_ascii=False, indent=1)
    write_atomically(out / "tasks.json", listed.encode())
    write_atomically(out / "configuration.xml", configuration().encode())
    typer.echo(f"{len(chosen)} pages of {len(_shown(chosen))} documents in {out}")


@app.command("import")
def take_back(
    exported: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Label Studio's export, format JSON.")],
    out: Annotated[Path, typer.Option(help="Folder for the labels.")],
) -> None:
    """Write the label of every document whose pages are all annotated. Ends with 12 if something could not be used."""
    from eval.annotation.labels import labels_of
    from eval.loading import LABEL_SUFFIX
    from extractor.errors import ExitCode
    from extractor.output import write_atomically

    try:
        found = labels_of(json.loads(exported.read_bytes()))
    except ValueError as error:
        raise typer.BadParameter(f"{exported} is no JSON: {error}") from error
    out.mkdir(parents=True, exist_ok=True)
    for name, label in found.labels.items():
        write_atomically(out / f"{Path(name).name}{LABEL_SUFFIX}", label.encode())
    for problem in found.problems:
        typer.echo(problem, err=True)
    typer.echo(f"{len(found.labels)} labels in {out}")
    raise typer.Exit(ExitCode.INCOMPLETE if found.problems else ExitCode.OK)


def _shown(pages: list[Page]) -> set[str]:
    return {page.report.sha256 for page in pages}


def _image_name(page: Page) -> str:
    from eval.annotation.tasks import image_name

    return image_name(page)


def _picture(path: Path, page: Page) -> bytes:
    """The page as PNG, in the size that its task states."""
    import io

    from PIL import Image

    from eval.page.crops import page_image

    image = page_image(path, page.info.number)
    picture = Image.fromarray(image.pixels) if image is not None and image.pixels.size else Image.new("RGB", page.pixels, "white")
    buffer = io.BytesIO()
    picture.resize(page.pixels, Image.Resampling.LANCZOS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    app()

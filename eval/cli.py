"""Measures how well reports are read, on your own labelled samples (评测)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.options import LanguageOption

if TYPE_CHECKING:
    from eval.against import Changes
    from eval.result import Evaluation
    from eval.types import Answer, Problem, Truth
    from extractor.messages import Language

app = typer.Typer(help="Measures how well reports are read, on labelled samples.", rich_markup_mode=None)


@app.command()
def evaluate(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(file_okay=False, metavar="DIR", help="Labelled samples: files and label JSON "
                                                                            "(标注样本所在目录).")],
    outputs: Annotated[Path | None, typer.Option(exists=True, file_okay=False, show_default=False,
                                                 help="Score these reports (`gouji extract -o`) instead.")] = None,
    baseline: Annotated[str, typer.Option(help="Run this baseline instead of the product.", show_default=False)] = "",
    by: Annotated[list[str] | None, typer.Option("--slice", metavar="KEY", show_default=False,
                                                 help="Slice by this key of the label files; repeatable.")] = None,
    json_out: Annotated[Path | None, typer.Option("--json", metavar="OUT", show_default=False,
                                                  help="Write the result as JSON.")] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="OUT", show_default=False,
                                              help="Write the result as one page with plots.")] = None,
    earlier: Annotated[Path | None, typer.Option("--against", metavar="OLD.json", show_default=False,
                                                 help="Compare with an earlier result.")] = None,
    gate: Annotated[Path | None, typer.Option(metavar="RECORD.json", show_default=False,
                                              help="Fail if a figure falls below this record.")] = None,
    work: Annotated[Path, typer.Option(help="Folder that keeps answers, so that a run can be taken up.")] = Path(".gouji-eval"),
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    make: Annotated[int, typer.Option(min=0, help="First make so many samples in DIR; needs the extra `corpus`.",
                                      show_default=False)] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Number of the first sample to make.")] = 9_400_000,
    limit: Annotated[int, typer.Option(min=0, help="At most so many documents, evenly spread; 0: all.")] = 0,
    lang: LanguageOption = None,
) -> None:
    """Run a labelled folder through the extractor, and say how good it is, where it fails and whether it got worse.

    Ends with 0; 12 if something could not be used as given; 1 if it got worse than --against or --gate allow.
    """
    from eval.against import against
    from eval.gate import Gate
    from eval.loading import load_samples
    from eval.result import read_result
    from extractor.errors import ExitCode
    from extractor.messages import default_language

    if make:
        _make(folder, make, seed)
    if not folder.is_dir():
        raise typer.BadParameter(f"{folder} is no folder", param_hint="DIR")
    before = read_result(earlier) if earlier is not None else None
    record = Gate.read(gate) if gate is not None else None
    samples = load_samples(folder, with_files=outputs is None)
    truths = _spread(samples.truths, limit)
    if not truths:
        for problem in samples.problems:
            typer.echo(str(problem), err=True)
        raise typer.BadParameter(f"{folder} holds no labelled document that can be used", param_hint="DIR")
    system = baseline or ("given outputs" if outputs is not None else "gouji")
    answers, problems = _given(outputs, truths) if outputs is not None else _run(truths, system, work, workers)
    result = _summed(truths, answers, system, folder, [*samples.problems, *problems], by)
    changes = against(result, before) if before is not None else None
    _write(result, changes, folder, json_out, html, ctx.obj.language if ctx.obj else default_language())
    code = result.code
    if record is not None and (fallen := record.fallen(result)):
        for line in fallen:
            typer.echo(f"below the record: {line}", err=True)
        code = ExitCode.VIOLATED
    if changes is not None and changes.worse:
        code = ExitCode.VIOLATED
    raise typer.Exit(code)


def _make(folder: Path, total: int, seed: int) -> None:
    """Writes samples in the mixture of the project's own, with a progress bar."""
    from rich import progress as bars
    from rich.console import Console

    from extractor.plugins import PluginError

    try:
        from eval.samples.make_set import make
    except ImportError as error:
        raise PluginError(f"Samples cannot be made: {error}.", "Install the extra: pip install 'gouji[corpus]'.") from error
    with bars.Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("samples", total=total)
        for _ in make(folder, total, seed):
            progress.advance(task)


def _spread(truths: list[Truth], limit: int) -> list[Truth]:
    """At most `limit` of the documents, evenly spread over their order."""
    if not limit or limit >= len(truths):
        return truths
    return [truths[at * len(truths) // limit] for at in range(limit)]


def _given(outputs: Path, truths: list[Truth]) -> tuple[list[Answer], list[Problem]]:
    from eval.loading import load_outputs
    from eval.types import Answer

    found, problems = load_outputs(outputs, truths)
    return [Answer(found.get(truth.name), "" if truth.name in found else "no output") for truth in truths], problems


def _run(truths: list[Truth], name: str, work: Path, workers: int) -> tuple[list[Answer], list[Problem]]:
    from rich import progress as bars
    from rich.console import Console

    from eval.runner import Kept, problems_of, run
    from eval.systems import system

    system(name)  # an unknown one is named before anything is done
    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn(),
               bars.TimeElapsedColumn(), bars.TimeRemainingColumn())
    with bars.Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=len(truths))
        answers = [answer for _, answer in run(truths, Kept.below(work, name), workers=workers,
                                               done=lambda truth, answer: progress.advance(task))]
    return answers, problems_of(truths, answers)


def _summed(truths: list[Truth], answers: list[Answer], system: str, folder: Path, problems: list[Problem],
            by: list[str] | None) -> Evaluation:
    from eval.evaluate import evaluate as sum_up
    from eval.slices import known_keys

    unknown = [key for key in by or () if key not in known_keys(truths)]
    if unknown:
        raise typer.BadParameter(f"no label has the key {unknown[0]!r}; known are {', '.join(known_keys(truths))}",
                                 param_hint="--slice")
    return sum_up(zip(truths, answers, strict=True), system=system, samples=folder.name, problems=problems,
                  slices=by or ())


def _write(result: Evaluation, changes: Changes | None, folder: Path, json_out: Path | None, html: Path | None,
           language: Language) -> None:
    from rich.console import Console

    from eval.screen import show
    from extractor.output import write_atomically

    show(Console(highlight=False, emoji=False, markup=False), result, changes, language)
    if json_out is not None:
        write_atomically(json_out, result.to_json().encode())
    if html is not None:
        from eval.page import render

        write_atomically(html, render(result, changes, folder, html.parent, language).encode())


if __name__ == "__main__":
    app()

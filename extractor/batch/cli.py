"""The command `gouji batch`; light to import, what it needs is loaded when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.errors import ExitCode
from extractor.options import DebugOption, LanguageOption

if TYPE_CHECKING:
    from extractor.batch.runner import Observer, Plan, Runner, Workers
    from extractor.edge import Session
    from extractor.messages import Language
    from extractor.settings import Settings
    from extractor.store import Store


def batch(
    ctx: typer.Context,
    archive: Annotated[str, typer.Argument(help="Folder, zip, list of files (.txt) or URL of reports (要处理的档案).")],
    store: Annotated[str, typer.Option(help="Where results go: a SQLite file, or the URL of a PostgreSQL database.")],
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: one for each core.")] = 0,
    retry: Annotated[bool, typer.Option("--retry", help="Try again what failed in earlier runs.")] = False,
    log: Annotated[Path | None, typer.Option(show_default=False, help="Add a JSON line for each document.")] = None,
    summary: Annotated[Path | None, typer.Option(show_default=False, help="Write a summary page (HTML).")] = None,
    metrics: Annotated[Path | None, typer.Option(show_default=False, help="Keep Prometheus metrics in a file.")] = None,
    ray: Annotated[str, typer.Option(metavar="ADDRESS", show_default=False,
                                     help="Run on the Ray cluster at this address; 'local' starts one here.")] = "",
    lang: LanguageOption = None,
    debug: DebugOption = False,
) -> None:
    """Extract a whole archive into a store (批量处理).

    Can be stopped and run again at any time: what is done is not repeated. Ends with 0 if every document was extracted,
    12 if some were not, the code of the worst failure if none was, 130 if interrupted.
    """
    from extractor.batch.configuration import configuration
    from extractor.batch.runner import Plan, Runner
    from extractor.batch.sources import open_source, printable
    from extractor.cli import _settings
    from extractor.store import Store

    session: Session = ctx.obj
    settings = _settings()
    source = open_source(archive)
    with Store.open(store, write=True) as opened:
        plan = Plan(source, printable(archive), configuration(settings), settings, retry, inline=bool(ray))
        pool = _pool(settings, workers, ray)
        runner = Runner(plan, opened, pool, _observers(session, log, metrics))
        state = runner.run()
        if summary is not None:
            _summarise(summary, plan, opened, runner, state, session.language)
    raise typer.Exit(_exit_code(state, runner, session))


def _pool(settings: Settings, workers: int, ray: str) -> Workers:
    from extractor.batch.task import extract_job

    if ray:
        from extractor.batch.cluster import Cluster

        return Cluster(ray, extract_job, settings)
    from extractor.batch.workers import Policy, Pool

    return Pool(extract_job, settings, Policy.for_machine(workers, settings.threads))


def _observers(session: Session, log: Path | None, metrics: Path | None) -> list[Observer]:
    from rich.console import Console

    from extractor.batch.journal import Journal
    from extractor.batch.metrics import Metrics
    from extractor.batch.screen import Screen

    found: list[Observer] = []
    if log is not None:
        found.append(Journal(log))
    if metrics is not None:
        found.append(Metrics(metrics))
    # last, so that a display is not left on the terminal if a file cannot be written
    return [*found, Screen(Console(stderr=True), session.language)]


def _summarise(path: Path, plan: Plan, store: Store, runner: Runner, state: str, language: Language) -> None:
    from extractor.batch.summary import page
    from extractor.output import write_atomically

    write_atomically(path, page(plan, store, runner.number, runner.tally, state, language).encode())


def _exit_code(state: str, runner: Runner, session: Session) -> ExitCode:
    from extractor.batch.outcome import EXIT_CODES, Category
    from extractor.batch.wording import say
    from extractor.edge import complain
    from extractor.verdict import worst

    if state == "interrupted":
        return ExitCode.INTERRUPTED
    if not runner.tally.finished:
        complain(f"gouji: {say('nothing', session.language)}")
        return ExitCode.FILE_ACCESS
    if state == "failed":
        return worst(EXIT_CODES[Category(name)] for name in runner.tally.failures)
    return ExitCode.INCOMPLETE if state == "partial" else ExitCode.OK

"""The command `gouji`. Kept light: whatever is slow to import is imported by the command that needs it."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.batch.cli import batch
from extractor.edge import Session, SettingsError, complain, documented, report_failure, stop_process
from extractor.errors import ExitCode, FileAccessError
from extractor.options import DebugOption, JsonOption, LanguageOption
from extractor.plugins import PluginGroup
from extractor.serve.cli import serve, token
from extractor.store.cli import export, history, query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractor.reconcile.history import BodyHistory
    from extractor.report import Report
    from extractor.screen import Outcome
    from extractor.settings import Settings


class Format(StrEnum):
    """Formats that `extract` writes."""

    JSON = "json"
    XLSX = "xlsx"
    CSV = "csv"


class Listing(StrEnum):
    """Forms of a listing."""

    TABLE = "table"
    JSON = "json"


class Commands(PluginGroup):
    """The commands behind one handler that turns every failure into its exit code."""

    def invoke(self, ctx: Any) -> Any:
        ctx.obj = session = Session.default()
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()
            return result
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except (Exception, KeyboardInterrupt) as error:
            raise typer.Exit(report_failure(error, session)) from None


app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Reads annual government-information-disclosure reports and cross-checks them (政府信息公开年度报告勾稽核对).",
    epilog="Exit codes: 0 consistent, 1 violated, 12 incomplete, 2 usage, 3-11 and 13 errors; see docs/cli.md.")


def _show_version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"gouji {version('gouji')}")
        raise typer.Exit()



@app.callback()
def gouji(version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True,
                                                help="Print the version and exit.")] = False) -> None:
    pass


@app.command()
def extract(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="Report to read: PDF, DOCX, HTML or text (要读取的报告).")],
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="OUT", show_default=False,
                                                help="File to write; standard output if absent or -.")] = None,
    form: Annotated[Format | None, typer.Option("--format", show_default=False,
                                                help="By default that of OUT's ending, else json.")] = None,
    debug_image: Annotated[Path | None, typer.Option(
        "--debug-image", metavar="DIR", show_default=False,
        help="Draw words, grid and labels over each page of a PDF, into DIR.")] = None,
    timings: Annotated[bool, typer.Option("--timings", help="Tell the seconds that each stage took.")] = False,
    lang: LanguageOption = None,
    debug: DebugOption = False,
) -> None:
    """Read one report into canonical fields (读取一份报告)."""
    session: Session = ctx.obj
    to_file = output if output is not None and str(output) != "-" else None
    chosen = form or _format_of(to_file)
    if chosen is Format.XLSX and to_file is None and sys.stdout is not None and sys.stdout.isatty():
        raise typer.BadParameter("xlsx is not for a terminal; name a file with -o", param_hint="--format")
    settings = _settings()
    report = _read(file, settings, session)
    data = _export(report, chosen, session, timings)
    if debug_image is not None:
        _draw(file, report, debug_image, settings, session)
    _write(to_file, data)
    if timings:
        for stage, seconds in report.timings.items():
            complain(f"{stage}\t{seconds:.3f}")


@app.command()
def check(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Reports to check (要核对的报告).")],
    as_json: JsonOption = False,
    everything: Annotated[bool, typer.Option("--all", help="List undecided findings too.")] = False,
    html: Annotated[Path | None, typer.Option(
        "--html", metavar="OUT", show_default=False,
        help="Write a page with the evidence of each report: a file for one report, else a folder (证据页).")] = None,
    xlsx: Annotated[Path | None, typer.Option(
        "--xlsx", metavar="OUT", show_default=False,
        help="Write a working paper for each report: a file for one report, else a folder (工作底稿).")] = None,
    lang: LanguageOption = None,
    debug: DebugOption = False,
) -> None:
    """Check reports against the statutory relations (勾稽核对).

    Several reports of one body are checked against each other as well, year by year.

    Ends with 0 if all are consistent, 1 if a relation is violated, 12 if something could not be read.
    """
    from extractor.reconcile.history import histories
    from extractor.verdict import worst

    session: Session = ctx.obj
    settings = _settings()
    _refuse_one_file_for_several(files, html, xlsx)
    outcomes = ([_outcome(file, settings, session) for file in files] if as_json
                else _check_for_people(files, settings, session, everything))
    between = histories([outcome.report for outcome in outcomes if outcome.report is not None])
    if as_json:
        _print_json([_machine(outcome, between) for outcome in outcomes])
    else:
        _show_between(between, session, everything)
    _write_evidence(files, outcomes, between, html, xlsx, settings, session)
    codes = [outcome.code for outcome in outcomes]
    raise typer.Exit(worst([*codes, *(ExitCode.VIOLATED for each in between if each.accused)]))


app.command()(batch)
app.add_typer(query, name="query")
app.command()(history)
app.command("export")(export)
app.command()(serve)
app.add_typer(token, name="token")


@app.command()
def fields(as_json: JsonOption = False) -> None:
    """List the canonical fields (标准字段)."""
    from extractor.listing import field_lines, field_records

    if as_json:
        _print_json(field_records())
    else:
        typer.echo("\n".join(field_lines()))


@app.command()
def rules(ctx: typer.Context, as_json: JsonOption = False,
          form: Annotated[Listing, typer.Option("--format", help="table for people, json for machines.")] = Listing.TABLE,
          lang: LanguageOption = None) -> None:
    """List the relations that reports are checked against (勾稽规则)."""
    from extractor.listing import rule_lines, rule_records

    if as_json or form is Listing.JSON:
        _print_json(rule_records())
    else:
        typer.echo("\n".join(rule_lines(ctx.obj.language)))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a report (报告的 JSON 模式)."""
    from extractor.report import json_schema

    _print_json(json_schema())


def main() -> None:
    """Entry point of the command; ends the process with one of `ExitCode`."""
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="gouji")
    except KeyboardInterrupt as error:
        sys.exit(report_failure(error, Session.default()))


def _settings() -> Settings:
    from pydantic import ValidationError

    from extractor.settings import default_settings

    try:
        return default_settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "GOUJI_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}={first['input']!r}: {first['msg']}.", "Correct or unset this variable.") from None


def _read(file: Path, settings: Settings, session: Session) -> Report:
    """One report, within the limits of time and memory."""
    from extractor import extract as extract_report
    from extractor.guard import guard

    session.file = str(file)
    try:
        with guard(settings, lambda: stop_process(str(file), settings.max_seconds, session.language)):
            report = extract_report(file, settings=settings)
    except OSError as error:
        raise FileAccessError(f"{file} cannot be read: {error.strerror or error}.") from error
    session.file = ""
    return report


def _draw(file: Path, report: Report, folder: Path, settings: Settings, session: Session) -> None:
    """The pictures of `--debug-image`; for formats without pages a word that there are none."""
    from extractor.debug_image import draw_pages
    from extractor.guard import guard
    from extractor.messages import say

    with guard(settings):
        if not draw_pages(file, report, folder, settings):
            complain(f"gouji: {file}: {say('extract.no_pages', session.language)}")


def _outcome(file: Path, settings: Settings, session: Session) -> Outcome:
    """What became of one file; only an interruption stops the run."""
    from extractor.screen import Outcome
    from extractor.verdict import verdict

    try:
        report = _read(file, settings, session)
    except Exception as error:
        if session.debug:
            report_failure(error, session)
        known = documented(error)
        return Outcome(str(file), known.code, error=known)
    return Outcome(str(file), verdict(report), report)


def _check_for_people(files: list[Path], settings: Settings, session: Session, everything: bool) -> list[Outcome]:
    from extractor.screen import console, show_line, show_report

    out = console()
    outcomes = []
    for file in files:
        outcome = _outcome(file, settings, session)
        outcomes.append(outcome)
        if len(files) > 1:
            show_line(out, outcome, session.language)
        elif outcome.error is not None and not session.debug:
            report_failure(outcome.error, session)
    for outcome in outcomes:
        if outcome.report is not None and (len(files) == 1 or outcome.code is not ExitCode.OK):
            if len(files) > 1:
                out.print()
            show_report(out, outcome, session.language, everything)
    return outcomes


def _refuse_one_file_for_several(files: list[Path], html: Path | None, xlsx: Path | None) -> None:
    if len(files) == 1 or (html is None and xlsx is None):
        return
    from extractor.evidence.files import names_one_file

    for out, ending in ((html, ".html"), (xlsx, ".xlsx")):
        if out is not None and names_one_file(out, ending):
            raise typer.BadParameter(f"{out} is one file; name a folder for several reports",
                                     param_hint=f"--{ending[1:]}")


def _write_evidence(files: list[Path], outcomes: list[Outcome], between: Sequence[BodyHistory], html: Path | None,
                    xlsx: Path | None, settings: Settings, session: Session) -> None:
    """The pages and working papers of `check`, for the reports that could be read."""
    if html is None and xlsx is None:
        return
    from extractor import evidence
    from extractor.evidence.files import write_evidence
    from extractor.evidence.years import with_year_before

    pairs = {pair.report.sha256: pair for each in between for pair in each.pairs}
    read = [(file, with_year_before(pairs[report.sha256]) if report.sha256 in pairs else report)
            for file, outcome in zip(files, outcomes, strict=True) if (report := outcome.report) is not None]
    for out, ending, make in ((html, ".html", evidence.to_html), (xlsx, ".xlsx", evidence.to_xlsx)):
        if out is not None and read:
            write_evidence(read, out, ending, make, settings, session.language)


def _show_between(between: Sequence[BodyHistory], session: Session, everything: bool) -> None:
    from extractor.screen import console, show_history

    for history_of_body in between:
        show_history(console(), history_of_body, session.language, everything)


def _machine(outcome: Outcome, between: Sequence[BodyHistory] = ()) -> dict[str, Any]:
    """One file for `check --json`: the report without values and prose, or the error; and what it shows together with
    the report of the year before, where that was given."""
    from extractor.screen import verdict_name
    from extractor.verdict import count

    record: dict[str, Any] = {"file": outcome.name, "verdict": verdict_name(outcome.code), "code": int(outcome.code)}
    if outcome.error is not None:
        error = outcome.error
        return record | {"error": {"category": error.category, "message": error.message, "advice": error.advice}}
    assert outcome.report is not None
    kept = outcome.report.model_dump(mode="json", exclude={"values", "figures", "paragraphs", "timings"})
    history_of_body = [{"previous": pair.previous.source, "findings": [f.model_dump(mode="json") for f in pair.findings]}
                       for each in between for pair in each.pairs if pair.report is outcome.report]
    counts = {str(status): number for status, number in count(outcome.report).items()}
    return record | {"counts": counts} | kept | ({"history": history_of_body[0]} if history_of_body else {})


def _format_of(path: Path | None) -> Format:
    ending = path.suffix.lower().lstrip(".") if path is not None else ""
    return Format(ending) if ending in list(Format) else Format.JSON


def _export(report: Report, form: Format, session: Session, timings: bool) -> bytes:
    from extractor import export

    if form is Format.XLSX:
        return export.to_xlsx(report, session.language)
    if form is Format.CSV:
        return export.to_csv(report)
    return export.to_json(report, timings=timings)


def _write(path: Path | None, data: bytes) -> None:
    from extractor.output import write_atomically, write_to_stdout

    if path is None:
        write_to_stdout(data)
    else:
        write_atomically(path, data)


def _print_json(content: object) -> None:
    import json

    _write(None, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf8"))

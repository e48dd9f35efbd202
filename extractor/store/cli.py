"""The commands `gouji query`, `gouji history` and `gouji export`; light to import, what they need is loaded when used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.options import DebugOption, JsonOption, LanguageOption

if TYPE_CHECKING:
    from extractor.messages import Language
    from extractor.report import Finding, Report
    from extractor.store.questions import Record

SHOWN = 50
"""Rows on screen unless told otherwise; JSON and CSV give all."""


class CauseName(StrEnum):
    REPORT = "report"
    READING = "reading"
    UNCLEAR = "unclear"


class StatusName(StrEnum):
    VIOLATED = "violated"
    UNDECIDED = "undecided"
    ANY = "any"


class TableFormat(StrEnum):
    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"


StoreOption = Annotated[str, typer.Option(help="The store: a SQLite file, or the URL of a PostgreSQL database.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
LimitOption = Annotated[int, typer.Option(min=0, show_default=False, help="Most rows; 50 on screen, else all.")]

query = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Ask a store (查询结果库).")


@query.command()
def findings(
    ctx: typer.Context,
    store: StoreOption,
    rule: Annotated[str, typer.Option(help="Rule, or the beginning of several: requests.*")] = "",
    year: Annotated[int | None, typer.Option(show_default=False, help="Year of the report.")] = None,
    body: Annotated[str, typer.Option(help="Part of the body's name.")] = "",
    cause: Annotated[CauseName | None, typer.Option(show_default=False, help="Whose error it most likely is.")] = None,
    status: Annotated[StatusName, typer.Option(help="Outcome of the rule.")] = StatusName.VIOLATED,
    limit: LimitOption = 0,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    lang: LanguageOption = None,
    debug: DebugOption = False,
) -> None:
    """Contradictions by rule, year, body and cause (矛盾)."""
    from extractor.store import Store
    from extractor.store.questions import Wanted, count_findings, find_findings

    wanted = Wanted(rule, year, body, cause or "", "" if status is StatusName.ANY else status)
    most = _limit(limit, as_json or as_csv)
    message = f"message_{ctx.obj.language}"
    with Store.open(store) as opened:
        columns = ("agency", "year", "rule", "stated", "computed", message)
        machine = ("agency", "year", "rule", "place", "status", "cause", "probability", "severity", "stated", "computed",
                   message, "name", "page", "headline", "fingerprint", "decision")
        total = count_findings(opened, wanted) if most else None
        _print(find_findings(opened, wanted, most, total), columns, machine, as_json, as_csv, total)


@query.command()
def failures(
    ctx: typer.Context,
    store: StoreOption,
    category: Annotated[str, typer.Option(help="unreadable, encrypted, time_out, crash, …")] = "",
    limit: LimitOption = 0,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    lang: LanguageOption = None,
    debug: DebugOption = False,
) -> None:
    """Documents that gave no report, with the reason (失败的文件)."""
    from extractor.batch.wording import reason
    from extractor.store import Store
    from extractor.store.questions import find_failures

    columns = ("category", "name", "message", "advice", "attempts")
    with Store.open(store) as opened:
        found = find_failures(opened, category, limit=_limit(limit, as_json or as_csv))
        if not as_json and not as_csv:
            found = (row | {"message": reason(row["category"], row["message"], ctx.obj.language)} for row in found)
        _print(found, columns, columns, as_json, as_csv)


@query.command()
def bodies(
    store: StoreOption,
    body: Annotated[str, typer.Option(help="Part of the body's name.")] = "",
    limit: LimitOption = 0,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    lang: LanguageOption = None,
    debug: DebugOption = False,
) -> None:
    """Bodies with their reports and years (机关)."""
    from extractor.store import Store
    from extractor.store.questions import find_bodies

    columns = ("agency", "reports", "first_year", "last_year", "violated")
    with Store.open(store) as opened:
        _print(find_bodies(opened, body, _limit(limit, as_json or as_csv)), columns, columns, as_json, as_csv)


def history(
    ctx: typer.Context,
    store: StoreOption,
    body: Annotated[str, typer.Argument(help="A body's name, or part of it (机关名称).")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="The rules between years for every body of the store.")] = False,
    subordinates: Annotated[Path | None, typer.Option(
        exists=True, dir_okay=False, show_default=False,
        help="List of subordinate bodies, one a line: their sums are compared with BODY's figures.")] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    lang: LanguageOption = None,
    debug: DebugOption = False,
) -> None:
    """A body's reports over the years and what does not fit between them (历年核对)."""
    from extractor.errors import FileAccessError
    from extractor.reconcile.history import histories
    from extractor.store import Store
    from extractor.store.history import all_histories, history_of, subordinate_findings

    if bool(body) == everybody:
        raise typer.BadParameter("name a body, or give --all", param_hint="BODY")
    language: Language = ctx.obj.language
    shown = ("agency", "year", "rule", "stated", "computed", "message")
    columns = ("agency", "year", "rule", "place", "status", "cause", "stated", "computed", "message", "name")
    with Store.open(store) as opened:
        if everybody:
            between = ((pair.report, finding) for each in all_histories(opened)
                       for pair in each.pairs for finding in pair.findings)
            _print(_open_findings(between, language), shown, columns, as_json, as_csv)
            return
        reports = history_of(opened, body)
        if not reports:
            raise FileAccessError(f"The store has no report of {body}.", "gouji query bodies lists the bodies.")
        found = [(pair.report, finding) for each in histories(reports) for pair in each.pairs for finding in pair.findings]
        if subordinates is not None:
            names = [line.strip() for line in subordinates.read_text("utf8").splitlines() if line.strip()]
            found += subordinate_findings(opened, reports, names)
        if not as_json and not as_csv:
            _show_years(reports)
        _print(_open_findings(found, language), shown, columns, as_json, as_csv)


def export(
    ctx: typer.Context,
    store: StoreOption,
    out: Annotated[str, typer.Argument(help="Folder or URL (s3://…) to write to (输出文件夹).")],
    form: Annotated[TableFormat, typer.Option("--format", help="parquet and csv: a file for each of values, figures, "
                                              "findings; xlsx: a workbook a report.")] = TableFormat.PARQUET,
    body: Annotated[str, typer.Option(help="Only bodies whose name holds this.")] = "",
    year: Annotated[int | None, typer.Option(show_default=False, help="Only this year.")] = None,
    lang: LanguageOption = None,
    debug: DebugOption = False,
) -> None:
    """Write a store's values, figures and findings as files (导出)."""
    from extractor.store import Store
    from extractor.store.export import export_csv, export_parquet, export_workbooks
    from extractor.store.target import local_folder

    with Store.open(store) as opened, local_folder(out) as folder:
        if form is TableFormat.XLSX:
            written = export_workbooks(opened, folder, ctx.obj.language, body, year)
        else:
            written = (export_parquet if form is TableFormat.PARQUET else export_csv)(opened, folder, body, year)
    for path, rows in written.items():
        typer.echo(f"{out.rstrip('/')}/{path.name}\t{rows}")


def _limit(limit: int, for_machines: bool) -> int:
    return limit or (0 if for_machines else SHOWN)


def _open_findings(found: Iterable[tuple[Report, Finding]], language: Language) -> Iterable[Record]:
    """Findings between reports as records; those that hold are left out."""
    from extractor.report import FindingStatus

    for report, finding in found:
        if finding.status is not FindingStatus.SATISFIED:
            yield {"agency": report.agency, "year": report.year, "rule": finding.rule, "place": finding.where,
                   "status": str(finding.status), "cause": str(finding.cause), "stated": finding.actual,
                   "computed": finding.expected, "message": finding.message.in_language(language),
                   "name": report.source}


def _show_years(reports: Sequence[Report]) -> None:
    """A line a report: the figures that carry over from year to year."""
    from extractor.screen import console
    from extractor.store.show import table
    from extractor.verdict import count

    fields = {name: f"requests.{name}.total" for name in ("received", "carried_in", "handled", "carried_out")}
    rows: list[Record] = []
    for report in reports:
        values = {name: report.values[field].value if field in report.values else None for name, field in fields.items()}
        statuses = {str(status): number for status, number in count(report).items()}
        rows.append({"year": report.year, "agency": report.agency, "template": report.template, **values,
                     "violated": statuses["violated"], "undecided": statuses["undecided"], "name": report.source})
    console().print(table(rows, tuple(rows[0])))


def _print(records: Iterable[Record], columns: Sequence[str], machine: Sequence[str], as_json: bool, as_csv: bool,
           total: int | None = None) -> None:
    """Rows as they come in JSON or CSV, or a table with the number of rows that were not shown."""
    from extractor.output import write_to_stdout
    from extractor.store import show

    if as_json or as_csv:
        kept = ({name: record.get(name) for name in machine} for record in records)
        for piece in show.as_json(kept) if as_json else show.as_csv(kept, machine):
            write_to_stdout(piece.encode())
        return
    from extractor.screen import console

    rows = list(records)
    out = console()
    if rows:
        out.print(show.table(rows, columns))
    count = len(rows) if total is None else total
    out.print(f"{len(rows)} / {count}" if count > len(rows) else str(len(rows)))

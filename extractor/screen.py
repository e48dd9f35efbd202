"""What `gouji check` shows to a person: one line a file, a table of findings, what could not be read, the counts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TextIO

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from extractor.errors import ExitCode, GoujiError
from extractor.fields import load
from extractor.labels import page_label, place_label, table_label
from extractor.messages import Language, explain, say, say_or
from extractor.report import Cause, Finding, FindingStatus, PageInfo, Report, Warning_, plain
from extractor.verdict import count, gaps

if TYPE_CHECKING:
    from extractor.reconcile.history import BodyHistory

_INDENT = 3
"""Columns by which the relations of a cause stand in."""
SUSPECTS = 3
"""How many cells are named where the relations leave several."""
_SAID_BY_GAPS = frozenset({"needs_ocr", "table_missing"})
_COLOURS = {ExitCode.OK: "green", ExitCode.VIOLATED: "red", ExitCode.INCOMPLETE: "yellow"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: a report, or the error that stands in its place."""

    name: str
    code: ExitCode
    report: Report | None = None
    error: GoujiError | None = None


def console(file: TextIO | None = None) -> Console:
    """A console that wraps at the terminal's width, without colour where output is no terminal."""
    return Console(file=file or sys.stdout, highlight=False, markup=False, emoji=False)


def verdict_name(code: ExitCode) -> str:
    """The key of the word for `code` in the catalogue."""
    names = {ExitCode.OK: "consistent", ExitCode.VIOLATED: "violated", ExitCode.INCOMPLETE: "incomplete"}
    return names.get(code, "error")


def show_line(out: Console, outcome: Outcome, language: Language) -> None:
    """One line that says what became of a file; long names are not broken, so that lines can be searched."""
    line = Text()
    line.append(say(f"verdict.{verdict_name(outcome.code)}", language), _COLOURS.get(outcome.code, "red"))
    line.append(f"  {outcome.name}  ")
    if outcome.report is not None:
        line.append(_counts(outcome.report, language), "dim")
    elif outcome.error is not None:
        line.append(explain(outcome.error, language))
    out.print(line, soft_wrap=True)


def show_report(out: Console, outcome: Outcome, language: Language, everything: bool = False) -> None:
    """The findings of one report and what could not be read; `everything` lists the undecided ones too."""
    report = outcome.report
    if report is None:
        return
    out.print(Text.assemble((outcome.name, "bold"), "  ", _title(report, language)), soft_wrap=True)
    _show_findings(out, report, language, everything)
    for warning in _warnings(report, language):
        out.print(Text.assemble(("! ", "yellow"), warning))
    undecided = count(report)[FindingStatus.UNDECIDED]
    out.print(Text(_counts(report, language), _COLOURS.get(outcome.code, "")))
    if undecided and not everything:
        out.print(Text(say("check.undecided_hint", language, count=undecided), "dim"))


def show_history(out: Console, history: BodyHistory, language: Language, everything: bool = False) -> None:
    """What the reports of one body show together: years without a report, reports given twice, findings by year."""
    years = ranges([report.year for report in history.reports if report.year is not None])
    out.print()
    out.print(Text.assemble((history.body, "bold"), "  ", years), soft_wrap=True)
    if history.missing:
        out.print(Text.assemble(("! ", "yellow"), say("check.years_missing", language, years=ranges(history.missing))))
    for report in history.duplicates:
        out.print(Text.assemble(("! ", "yellow"), say("check.duplicate", language, year=report.year, file=report.source)))
    for pair in history.pairs:
        _show_findings(out, pair.report.model_copy(update={"findings": tuple(pair.findings)}), language, everything)
    numbers = {status: sum(finding.status is status for pair in history.pairs for finding in pair.findings)
               for status in FindingStatus}
    out.print(Text(say("check.counts", language, **{str(status): number for status, number in numbers.items()}),
                   "red" if history.accused else ""))


def _counts(report: Report, language: Language) -> str:
    numbers = count(report)
    return say("check.counts", language, violated=numbers[FindingStatus.VIOLATED],
               undecided=numbers[FindingStatus.UNDECIDED], satisfied=numbers[FindingStatus.SATISFIED])


def _title(report: Report, language: Language) -> str:
    parts = [report.agency, str(report.year) if report.year else None,
             say("check.template", language, template=report.template) if report.template else None]
    return " · ".join(part for part in parts if part)


def _show_findings(out: Console, report: Report, language: Language, everything: bool) -> None:
    """One block a cause, the most urgent first: what most likely happened, then the relations that it breaks."""
    for number, group in enumerate(report.causes, start=1):
        out.print(_headline(number, group[0], report, language))
        out.print(Padding(_table(group, language), (0, 0, 1, _INDENT)))
    undecided = [finding for finding in report.findings if finding.status is FindingStatus.UNDECIDED]
    if undecided and everything:
        out.print(Text(say("status.undecided", language), "bold yellow"))
        out.print(Padding(_table(undecided, language), (0, 0, 1, _INDENT)))


def _headline(number: int, finding: Finding, report: Report, language: Language) -> Table:
    """What most likely happened, or the cells that the relations point at, and whose error it is."""
    told = finding.explanation.in_language(language) if finding.explanation is not None else ""
    text = Text(told or _suspects(finding, report, language) or finding.message.in_language(language), "bold")
    if finding.cause is not Cause.UNCLEAR:
        cause = say(f"cause.{finding.cause}", language)
        text.append("\n" + say("check.cause", language, cause=cause, percent=f"{finding.probability:.0%}"[:-1]), "dim")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(str(number), "bold red"), text)
    return grid


def _table(findings: Sequence[Finding], language: Language) -> Table:
    """Rule and place with the message below, then what is stated and what follows from the other cells."""
    paged = any(item.box is not None for finding in findings for item in finding.evidence)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), leading=1)
    table.add_column(say("check.where", language), ratio=1, overflow="fold")
    table.add_column(say("check.stated", language), justify="right", overflow="fold")
    table.add_column(say("check.computed", language), justify="right", overflow="fold")
    if paged:
        table.add_column(say("check.page", language), justify="right")
    table.add_column(say("check.cell", language), overflow="ellipsis", no_wrap=True, max_width=16)
    for finding in findings:
        pages = [page_label(finding.evidence)] if paged else []
        table.add_row(_where(finding, language, paged), _number(finding.actual),
                      _number(finding.expected), *pages, _cell(finding))
    return table


def _where(finding: Finding, language: Language, paged: bool) -> Text:
    text = Text()
    text.append(place_label(finding), "bold")
    text.append(f"  {finding.rule}", "cyan")
    text.append(f"\n{finding.message.in_language(language)}")
    if not paged and (place := page_label(finding.evidence[:1])):
        text.append(f"\n{place}", "dim")
    return text


def _suspects(finding: Finding, report: Report, language: Language) -> str:
    """Which cell the relations point at: the one that they agree on with what it should be, or those that it may be."""
    if not finding.suspects:
        return ""
    first = finding.suspects[0]
    value = report.values[first.field]
    if value.implied is not None and first.probability >= 0.5:
        return say("check.suspect", language, field=load().describe(first.field), value=_number(value.value) or "–",
                   implied=plain(value.implied), percent=f"{first.probability:.0%}"[:-1])
    shown = [f"{load().describe(suspect.field)} ({suspect.probability:.0%})" for suspect in finding.suspects[:SUSPECTS]]
    return say("check.suspects", language, fields="、".join(shown) if language == "zh" else ", ".join(shown))


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _cell(finding: Finding) -> str:
    text = finding.evidence[0].text if finding.evidence else ""
    return " ".join(text.split())


def _warnings(report: Report, language: Language) -> list[str]:
    lost = gaps(report)
    lines = [_page_warning(group, language) for group in _by_reason(lost.pages)]
    lines += [say("check.table_missing", language, table=table_label(table)) for table in lost.tables]
    if lost.cells:
        lines.append(say("check.cells_missing", language, count=lost.cells))
    told = {page.number for page in lost.pages}
    return lines + [_other_warning(item, language) for item in report.warnings
                    if item.page not in told and item.code not in _SAID_BY_GAPS]


def _by_reason(pages: Sequence[PageInfo]) -> list[list[PageInfo]]:
    groups: dict[str, list[PageInfo]] = {}
    for page in pages:
        groups.setdefault(page.needs_ocr, []).append(page)
    return list(groups.values())


def _page_warning(pages: Sequence[PageInfo], language: Language) -> str:
    reason = pages[0].needs_ocr
    return say("check.needs_ocr", language, pages=ranges([page.number for page in pages]),
               reason=say_or(f"ocr.{reason}", language, reason))


def _other_warning(item: Warning_, language: Language) -> str:
    return item.message.in_language(language)


def ranges(numbers: Sequence[int]) -> str:
    """Rising numbers, runs drawn together: `1-3, 5`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)

"""What `gouji eval` shows on the terminal: headline figures with intervals, slices, errors by stage, what to look at."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.against import Change, Changes, Verdict
from eval.result import HEADLINES, Evaluation, Score

_COLOURS = {Verdict.BETTER: "green", Verdict.WORSE: "red", Verdict.SAME: "dim"}
_WORST = 5
_SLICE_COLUMNS = (("n", ""), ("right", "cells.exact"), ("not 0", "cells.exact_nonzero"), ("silent", "cells.silent"),
                  ("prose", "figures.core_f1"), ("findings", "findings.f1"))


def percent(value: float | None) -> str:
    """A share in percent with as many decimals as it needs to be told from 0 and from 100 %."""
    if value is None:
        return "–"
    if value in (0.0, 1.0):
        return f"{value * 100:.0f} %"
    rest = min(abs(value), abs(1 - value))
    places = 2 if rest >= 0.001 else 4 if rest >= 0.00001 else 6
    return f"{value * 100:.{places}f} %"


def interval(score: Score) -> str:
    """The 95 % interval, or a dash where it has no width."""
    if score.low is None or score.high is None or score.low == score.high:
        return "–"
    return f"{percent(score.low)} … {percent(score.high)}"


def show(out: Console, result: Evaluation, changes: Changes | None = None) -> None:
    """The whole result, as far as it fits a terminal."""
    for part in _parts(result, changes):
        out.print(part)
        out.print()


def _parts(result: Evaluation, changes: Changes | None) -> Iterable[RenderableType]:
    yield _headlines(result, changes)
    if changes is not None:
        yield _counts(changes)
    if any(sum(stages.values()) for stages in result.errors.values()):
        yield _errors(result)
    if result.slices:
        yield _slices(result)
    worst = [document for document in sorted(result.documents, key=lambda d: (-d.silent, -d.wrong, d.name))
             if document.wrong or document.error][:_WORST]
    if worst:
        lines = [Text.assemble(("  ", ""), (document.name, "bold"), "  ", document.error or
                               f"{document.wrong} of {document.cells} cells wrong, {document.silent} without a flag")
                 for document in worst]
        yield Group(Text("Worst documents", "bold"), *lines)
    if result.speed:
        yield Text(_speed(result.speed), "dim")
    if result.problems:
        yield Group(Text(f"Not used as given: {len(result.problems)}", "bold yellow"),
                    *(Text(f"  ! {problem}", "yellow") for problem in result.problems))


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False)
    for at, column in enumerate(columns):
        table.add_column(column, justify="left" if at == 0 else "right", no_wrap=at > 0)
    return table


def _headlines(result: Evaluation, changes: Changes | None) -> Table:
    by_name: dict[str, Change] = {change.headline.name: change for change in changes.changes} if changes else {}
    table = _table(f"{result.system} {result.product_version} on {len(result.documents)} documents", "",
                   *(("before", "change") if changes else ("95 % interval", "of")))
    group = ""
    for headline in HEADLINES:
        score = result.scores.get(headline.name)
        if score is None or score.value is None:
            continue
        if group and headline.group != group:
            table.add_section()
        group = headline.group
        change = by_name.get(headline.name)
        more = [percent(change.before) if change else "–", _change(change)] if changes else [
            interval(score), f"{score.of:,.0f}"]
        table.add_row(headline.title, Text(percent(score.value), "bold"), *more)
    return table


def _change(change: Change | None) -> Text:
    if change is None:
        return Text("–", "dim")
    return Text(f"{change.verdict} ({change.difference * 100:+.3f})", _COLOURS[change.verdict])


def _counts(changes: Changes) -> Text:
    by = {verdict: sum(change.verdict is verdict for change in changes.changes) for verdict in Verdict}
    parts = [f"{count} {verdict}" for verdict, count in by.items()]
    extra = f"; {changes.only_now} only in this run, {changes.only_before} only in the earlier one" if (
        changes.only_now or changes.only_before) else ""
    return Text(f"Against the earlier run, {changes.shared} shared documents: {', '.join(parts)}{extra}")


def _errors(result: Evaluation) -> Table:
    stages = list(next(iter(result.errors.values())))
    table = _table("wrong cells by stage at fault", *stages, "all")
    for kind, counts in result.errors.items():
        if any(counts.values()):
            table.add_row(kind.replace("_", " "), *(f"{counts[stage] or '·'}" for stage in stages), str(sum(counts.values())))
    return table


def _slices(result: Evaluation) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False)
    table.add_column("slice", overflow="fold", min_width=24)
    for title, _ in _SLICE_COLUMNS:
        table.add_column(title, justify="right", no_wrap=True)
    for key, values in result.slices.items():
        table.add_section()
        for value, part in values.items():
            table.add_row(Text.assemble((f"{key} ", "dim"), value), str(part.documents), *(
                percent(part.scores[name].value) if name in part.scores else "–" for _, name in _SLICE_COLUMNS[1:]))
    return table


def _speed(speed: dict[str, float]) -> str:
    text = (f"Time a document: median {speed['p50_s']:.2f} s, 95 % under {speed['p95_s']:.2f} s; "
            f"{speed['pages_per_s']:.2f} pages a second and process")
    return text + (f"; peak memory {speed['peak_mib']:.0f} MiB" if "peak_mib" in speed else "")

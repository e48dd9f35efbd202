"""What `gouji eval` shows on the terminal: headline figures with intervals, slices, errors by stage, what to look at."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.against import Change, Changes, Verdict
from eval.result import HEADLINES, Evaluation, Score
from eval.words import Words
from extractor.messages import Language

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


def show(out: Console, result: Evaluation, changes: Changes | None = None, language: Language = "en") -> None:
    """The whole result, as far as it fits a terminal."""
    for part in _parts(result, changes, Words(language)):
        out.print(part)
        out.print()


def _parts(result: Evaluation, changes: Changes | None, say: Words) -> Iterable[RenderableType]:
    yield _headlines(result, changes, say)
    if changes is not None:
        yield _counts(changes, say)
    if any(sum(stages.values()) for stages in result.errors.values()):
        yield _errors(result, say)
    if result.slices:
        yield _slices(result, say)
    worst = [document for document in sorted(result.documents, key=lambda d: (-d.silent, -d.wrong, d.name))
             if document.wrong or document.error][:_WORST]
    if worst:
        lines = [Text.assemble(("  ", ""), (document.name, "bold"), "  ", document.error or
                               say("{wrong} of {cells} cells wrong, {silent} without a flag", wrong=document.wrong,
                                   cells=document.cells, silent=document.silent))
                 for document in worst]
        yield Group(Text(say("Worst documents"), "bold"), *lines)
    if result.speed:
        yield Text(_speed(result.speed, say), "dim")
    if result.problems:
        yield Group(Text(f"{say('Not used as given')}: {len(result.problems)}", "bold yellow"),
                    *(Text(f"  ! {problem}", "yellow") for problem in result.problems))


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False)
    for at, column in enumerate(columns):
        table.add_column(column, justify="left" if at == 0 else "right", no_wrap=at > 0)
    return table


def _headlines(result: Evaluation, changes: Changes | None, say: Words) -> Table:
    by_name: dict[str, Change] = {change.headline.name: change for change in changes.changes} if changes else {}
    table = _table(say("{system} {version} on {count} documents", system=result.system, version=result.product_version,
                       count=len(result.documents)), "",
                   *(say(title) for title in (("before", "change") if changes else ("95 % interval", "of"))))
    group = ""
    for headline in HEADLINES:
        score = result.scores.get(headline.name)
        if score is None or score.value is None:
            continue
        if group and headline.group != group:
            table.add_section()
        group = headline.group
        change = by_name.get(headline.name)
        more = [percent(change.before) if change else "–", _change(change, say)] if changes else [
            interval(score), f"{score.of:,.0f}"]
        table.add_row(say(headline.title), Text(percent(score.value), "bold"), *more)
    return table


def _change(change: Change | None, say: Words) -> Text:
    if change is None:
        return Text("–", "dim")
    return Text(f"{say(change.verdict)} ({change.difference * 100:+.3f})", _COLOURS[change.verdict])


def _counts(changes: Changes, say: Words) -> Text:
    by = {verdict: sum(change.verdict is verdict for change in changes.changes) for verdict in Verdict}
    parts = ", ".join(f"{count} {say(verdict)}" for verdict, count in by.items())
    extra = "; " + say("{now} only in this run, {before} only in the earlier one", now=changes.only_now,
                       before=changes.only_before) if changes.only_now or changes.only_before else ""
    return Text(f"{say('Against the earlier run, over {shared} shared documents:', shared=changes.shared)} {parts}{extra}")


def _errors(result: Evaluation, say: Words) -> Table:
    stages = list(next(iter(result.errors.values())))
    table = _table(say("wrong cells by stage at fault"), *(say(stage) for stage in stages), say("all"))
    for kind, counts in result.errors.items():
        if any(counts.values()):
            table.add_row(say(kind.replace("_", " ")), *(f"{counts[stage] or '·'}" for stage in stages), str(sum(counts.values())))
    return table


def _slices(result: Evaluation, say: Words) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False)
    table.add_column(say("slice"), overflow="fold", min_width=24)
    for title, _ in _SLICE_COLUMNS:
        table.add_column(say(title), justify="right", no_wrap=True)
    for key, values in result.slices.items():
        table.add_section()
        for value, part in values.items():
            table.add_row(Text.assemble((f"{say(key.replace('_', ' '))} ", "dim"), say(value)), str(part.documents), *(
                percent(part.scores[name].value) if name in part.scores else "–" for _, name in _SLICE_COLUMNS[1:]))
    return table


def _speed(speed: dict[str, float], say: Words) -> str:
    told = say("Time a document: median {p50_s:.2f} s, 95 % under {p95_s:.2f} s; {pages_per_s:.2f} pages a second and process",
               **speed)
    return f"{told}; {say('peak memory {peak_mib:,.0f} MiB', **speed)}" if "peak_mib" in speed else told

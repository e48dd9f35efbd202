"""The overview: what came in, how it stands, and where to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from extractor.evidence.wording import percent
from extractor.serve.model import Count, DecidedFilter, Overview, State, YearCount
from extractor.serve.pages.access import Reader, Work
from extractor.serve.pages.frame import render, speech_of, with_query
from extractor.serve.pages.wording import Speech

router = APIRouter(include_in_schema=False)
MOST_BARS = 10
PLOT_HEIGHT, COLUMN, GAP = 120.0, 34.0, 18.0
"""Of the plot of the years: height of the tallest column, width of a column, and space between two, in pixels."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a plot: `share` of the longest is drawn, `dark` of it filled; `href` shows what it counts."""

    name: str
    count: int
    open: int
    share: float
    dark: float
    told: str
    href: str
    label_language: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A year of the plot, in pixels from its top left corner."""

    name: str
    x: float
    top: float
    height: float
    bad_top: float
    bad_height: float
    count: int
    told: str
    href: str


@router.get("/")
def show(request: Request, user: Reader, work: Work) -> Response:
    found, speech = work.overview(user), speech_of(request)
    decided = found.decisions.get(DecidedFilter.CONFIRMED, 0) + found.decisions.get(DecidedFilter.DISMISSED, 0)
    total = decided + found.decisions.get(DecidedFilter.OPEN, 0)
    return render(
        request, "overview.html", "overview", found=found, columns=columns(found.years, speech), decided=decided, total=total,
        progress=decided / total if total else 0.0, progress_percent=percent(decided / total) if total else "0",
        doubtful_percent=percent(found.doubtful_share), states={str(state): count for state, count in found.documents.items()},
        in_progress=found.documents.get(State.PENDING, 0) + found.documents.get(State.RUNNING, 0),
        rules=bars(found.rules, speech, "rule"), bodies=bars(found.bodies, speech, "body"), causes=bars(found.causes, speech, "cause"),
        decisions={str(state): count for state, count in found.decisions.items()}, plot_width=plot_width(found),
        plot_height=PLOT_HEIGHT)


def bars(counts: Sequence[Count], speech: Speech, kind: str) -> list[Bar]:
    """Counts of causes as bars, the longest first; `kind` is the filter of the queue that shows what one counts."""
    longest = max((item.count for item in counts), default=0)
    made = []
    for item in counts[:MOST_BARS]:
        name = _name(item.key, kind, speech)
        href = f"/bodies/{quote(item.key, safe='')}" if kind == "body" and item.key else with_query(
            "/queue", {kind: item.key, "decided": "all"})
        made.append(Bar(name, item.count, item.open, item.count / longest, item.open / longest,
                        speech.say("overview.rule_bar", name=name, count=item.count, open=item.open), href,
                        "zh-Hans" if kind == "body" and item.key else ""))
    return made


def _name(key: str, kind: str, speech: Speech) -> str:
    if kind == "rule":
        return speech.rule(key)
    if kind == "cause":
        return speech.say_or(f"cause.{key}", key)
    return key or speech.say("app.unknown_agency")


def columns(years: Sequence[YearCount], speech: Speech) -> list[Column]:
    """The years as columns, contradictory reports at the foot of each."""
    tallest = max((year.reports for year in years), default=0)
    made = []
    for index, year in enumerate(years):
        height, bad = (PLOT_HEIGHT * count / tallest for count in (year.reports, year.contradictory))
        name = str(year.year) if year.year is not None else speech.say("app.unknown")
        made.append(Column(
            name, index * (COLUMN + GAP) + GAP / 2, PLOT_HEIGHT - height, height, PLOT_HEIGHT - bad, bad, year.reports,
            speech.say("overview.year_bar", year=speech.year(year.year), reports=year.reports, contradictory=year.contradictory),
            with_query("/reports", {"year": name} if year.year is not None else {})))
    return made


def plot_width(found: Overview) -> float:
    return max(1, len(found.years)) * (COLUMN + GAP)

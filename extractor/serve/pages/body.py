"""A body: its years side by side, what must carry over from one to the next, and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal as Number
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from extractor.evidence.wording import number
from extractor.fields import load
from extractor.report import FindingStatus, ValueStatus
from extractor.serve.model import BodyView, Decision, Reason, YearCell, YearFinding
from extractor.serve.pages.access import Reader, Reviewer, Work
from extractor.serve.pages.frame import render, see, speech_of
from extractor.serve.pages.wording import Speech

router = APIRouter(include_in_schema=False)

CHARTS = {"requests": ("requests.received.total", "requests.carried_in.total", "requests.handled.total",
                       "requests.carried_out.total"),
          "disputes": ("review.total", "litigation.direct.total", "litigation.after_review.total")}
WIDTH, HEIGHT, SIDE, TOP, FOOT = 560.0, 170.0, 34.0, 16.0, 22.0
"""Of a chart, in pixels: its size, the room left and right of the lines, above and below them."""
LABEL = 13.0
"""Height of a number in a chart, pixels."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of one year: `state` as on the evidence page, `changed` if it differs from the year before."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Row:
    field: str
    name: str
    cells: tuple[Cell, ...]
    quiet: bool
    """Whether nothing but 0 and blanks stands in it."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Two consecutive years: what the first carried out and the second carried in, by applicant."""

    earlier: int
    later: int
    cells: tuple[tuple[str, str, bool | None], ...]
    """Out, in, and whether they agree; None where either is not known."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value in a chart, in pixels; `label` is where its number is written, None where that would cover another."""

    x: float
    y: float
    text: str
    label: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart: its points in pixels; years without a number have none."""

    name: str
    number: int
    points: tuple[Point, ...]

    @property
    def path(self) -> str:
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    alt: str
    years: tuple[tuple[float, str], ...]
    series: tuple[Series, ...]


@router.get("/bodies/{name:path}")
def show(request: Request, user: Reader, work: Work, name: str, decided: str = "") -> Response:
    view, speech = work.body(name), speech_of(request)
    return render(
        request, "body.html", "bodies", view=view, tables=tables(view, speech), carried=carried(view),
        applicants=[speech.words.column("requests", column.id) for column in load().table("requests").columns],
        charts=[made for name in CHARTS if (made := chart(name, view, speech)) is not None],
        findings=[item for item in view.findings if item.finding.status is FindingStatus.VIOLATED],
        address=f"/bodies/{quote(view.name, safe='')}", place=lambda item: title(item, speech),
        size_of_chart=(WIDTH, HEIGHT, HEIGHT - FOOT), done=decided if decided in tuple(Decision) else "")


@router.post("/bodies/{name:path}")
def decide(user: Reviewer, work: Work, name: str, finding: Annotated[list[str], Form()], decision: Annotated[Decision, Form()],
           reason: Annotated[Reason, Form()] = Reason.OTHER, comment: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """Decides on a finding between two years of the body."""
    told = reason if decision is Decision.DISMISSED else Reason.NONE
    work.decide(user, finding, decision, told, comment, body=name)
    return see(f"/bodies/{quote(name, safe='')}", decided=decision)


def title(item: YearFinding, speech: Speech) -> str:
    return speech.place(item.finding.rule, item.finding.where)


def tables(view: BodyView, speech: Speech) -> list[tuple[str, list[Row]]]:
    """The rows of all years by table."""
    words, rows = speech.words, {row.field: row for row in view.rows}
    found = []
    for table in load().tables:
        listed = [Row(field.id, words.field(field.id), tuple(cell(value, speech) for value in rows[field.id].values),
                      not any(value is not None and value.value for value in rows[field.id].values))
                  for field in table.fields if field.id in rows]
        if listed:
            found.append((words.table(table), listed))
    return found


def cell(value: YearCell | None, speech: Speech) -> Cell:
    """A value as a cell: what is not stated is not 0."""
    if value is None or value.status is ValueStatus.MISSING:
        return Cell(speech.say("body.unread") if value is not None else "", "missing" if value is not None else "absent")
    if value.value is None:
        return Cell(speech.say("body.not_stated"), "blank")
    state = {ValueStatus.DOUBTFUL: "doubtful", ValueStatus.REPAIRED: "repaired", ValueStatus.CONFIRMED: "confirmed"}.get(
        value.status, "zero" if value.value == 0 else "read")
    return Cell(number(value.value), state)


def carried(view: BodyView) -> list[Carried]:
    """What each pair of consecutive years says of the requests carried over."""
    rows = {row.field: row.values for row in view.rows}
    columns = [column.id for column in load().table("requests").columns]
    found = []
    for index in range(1, len(view.years)):
        earlier, later = view.years[index - 1], view.years[index]
        if later.year - earlier.year != 1:
            continue
        cells = []
        for column in columns:
            out = _value(rows.get(f"requests.carried_out.{column}"), index - 1)
            into = _value(rows.get(f"requests.carried_in.{column}"), index)
            cells.append((number(out), number(into), None if out is None or into is None else out == into))
        found.append(Carried(earlier.year, later.year, tuple(cells)))
    return found


def _value(values: Sequence[YearCell | None] | None, index: int) -> Number | None:
    found = values[index] if values is not None else None
    return found.value if found is not None else None


def chart(name: str, view: BodyView, speech: Speech) -> Chart | None:
    """The fields of a chart over the years; None with fewer than two years."""
    rows = {row.field: row.values for row in view.rows}
    wanted = [field for field in CHARTS[name] if field in rows]
    if len(view.years) < 2 or not wanted:
        return None
    first, last = view.years[0].year, view.years[-1].year
    across = {index: SIDE + (WIDTH - 2 * SIDE) * (column.year - first) / (last - first)
              for index, column in enumerate(view.years)} if last > first else {}
    numbers = {field: {index: value for index in across if (value := _value(rows[field], index)) is not None
                       and value >= 0 and value.adjusted() < 12} for field in wanted}
    tallest = max((value for found in numbers.values() for value in found.values()), default=Number(0))
    if not tallest:
        return None
    labels = {index: _labels({field: float(found[index] / tallest) for field, found in numbers.items() if index in found})
              for index in across}
    series = tuple(Series(_short(field, speech), place, tuple(
        Point(across[index], _height(float(value / tallest)), number(value), labels[index][field])
        for index, value in numbers[field].items())) for place, field in enumerate(wanted, start=1))
    told = "; ".join(f"{item.name} {', '.join(point.text for point in item.points)}" for item in series)
    heading = speech.say(f"body.chart_{name}")
    return Chart(heading, speech.say("body.chart_alt", title=heading, series=told),
                 tuple((across[index], str(column.year)) for index, column in enumerate(view.years) if index in across), series)


def _height(share: float) -> float:
    """Where a value stands that is this share of the greatest, in pixels from the top."""
    return TOP + (HEIGHT - TOP - FOOT) * (1 - share)


def _labels(shares: Mapping[str, float]) -> dict[str, float | None]:
    """Where the numbers of one year are written: above their points, else below; those for which there is no room, not."""
    found: dict[str, float | None] = {}
    taken: list[float] = []
    for field in sorted(shares, key=lambda field: -shares[field]):
        y = _height(shares[field])
        found[field] = next((place for place in (y - 6, y + 15) if place < HEIGHT - FOOT - 2
                             and all(abs(place - other) > LABEL for other in taken)), None)
        taken += [place for place in (found[field],) if place is not None]
    return found


def _short(field: str, speech: Speech) -> str:
    """The row's name alone: the charts are of totals."""
    known = load().fields[field]
    return speech.words.row(known.table, known.row)

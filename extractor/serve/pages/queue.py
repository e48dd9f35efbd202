"""The queue: contradictions by importance, one line a cause; filters, decisions on several at once, saved views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import ValidationError

from extractor.evidence.cases import MOST_DIGITS
from extractor.evidence.wording import number, percent
from extractor.report import Cause, FindingStatus, Severity
from extractor.serve.model import DecidedFilter, Decision, QueueFilter, QueueItem, Reason
from extractor.serve.pages.access import Reader, Reviewer, Work
from extractor.serve.pages.frame import render, see, speech_of, with_query
from extractor.serve.pages.wording import Speech, likelihood, rule_ids

router = APIRouter(include_in_schema=False)
SIZE, MOST_SIZE = 50, 200



@dataclass(frozen=True, slots=True)
class Line:
    """One item of the queue, in words. `value` is what a form sends: the fingerprints of all findings of the cause."""

    item: QueueItem
    value: str
    place: str
    rule: str
    told: str
    stated: str
    computed: str
    difference: str
    probability: str
    weight: str
    href: str


@router.get("/queue")
def show(request: Request, user: Reader, work: Work, offset: int = 0, size: int = SIZE, done: int | None = None,
         note: str = "", name: str = "") -> Response:
    wanted, speech = filter_of(request.query_params), speech_of(request)
    found = work.queue(wanted, max(0, offset), max(1, min(size, MOST_SIZE)))

    def address(offset: int) -> str:
        return with_query("/queue", _query(wanted) | {"offset": str(offset), "size": str(found.size)})

    return render(request, "queue.html", "queue", wanted=wanted, found=found, address=address,
                  lines=[line(item, speech) for item in found.items], options=options(speech),
                  views=[(view, with_query("/queue", _query(view.filter)), view.filter == wanted) for view in work.views(user)],
                  back=with_query("/queue", _query(wanted)), notice=_notice(speech, done, note, name),
                  is_default=wanted == QueueFilter())


@router.post("/queue/decide")
def decide(request: Request, user: Reviewer, work: Work, decision: Annotated[Decision, Form()],
           finding: Annotated[list[str] | None, Form()] = None, reason: Annotated[Reason, Form()] = Reason.OTHER,
           comment: Annotated[str, Form(max_length=2000)] = "", query: Annotated[str, Form()] = "") -> Response:
    """Decides on all causes that were selected; a script that asks for no page gets none."""
    marks = [mark for value in finding or [] for mark in value.split()]
    told = reason if decision is Decision.DISMISSED else Reason.NONE
    if marks:
        work.decide(user, marks, decision, told, comment)
    if "text/html" not in request.headers.get("accept", ""):
        return Response(status_code=204)
    return see("/queue", **_known(query), done=len(finding or []))


@router.post("/queue/views")
def save(user: Reader, work: Work, name: Annotated[str, Form(min_length=1, max_length=60)],
         query: Annotated[str, Form()] = "") -> Response:
    work.save_view(user, name, filter_of(_known(query)))
    return see("/queue", **_known(query), note="saved", name=name)


@router.post("/queue/views/delete")
def delete(user: Reader, work: Work, name: Annotated[str, Form()]) -> Response:
    work.delete_view(user, name)
    return see("/queue", note="deleted", name=name)


def filter_of(given: Mapping[str, str]) -> QueueFilter:
    """The filter that a query asks for; what makes no sense in it is left out."""
    told = {key: value for key, value in given.items() if key in QueueFilter.model_fields and value != ""}
    for _ in range(2):
        try:
            return QueueFilter.model_validate(told)
        except ValidationError as error:
            wrong = {str(item["loc"][0]) for item in error.errors() if item["loc"]}
            told = {key: value for key, value in told.items() if key not in wrong}
    return QueueFilter()


def _query(wanted: QueueFilter) -> dict[str, str]:
    """What differs from the queue as it opens, as a query."""
    return {key: str(value) for key, value in wanted.model_dump(exclude_defaults=True).items() if value is not None}


def _known(query: str) -> dict[str, str]:
    """The filter in an address of the queue that a form hands on."""
    return _query(filter_of(dict(parse_qsl(urlsplit(query).query))))


def line(item: QueueItem, speech: Speech) -> Line:
    told = (item.explanation or item.message).in_language(speech.language)
    apart = abs(item.expected - item.actual) if item.expected is not None and item.actual is not None and max(
        item.expected.adjusted(), item.actual.adjusted()) <= MOST_DIGITS else None
    return Line(item, " ".join(item.fingerprints), speech.place(item.rule, item.where), speech.rule(item.rule), told,
                number(item.actual), number(item.expected), number(apart) if apart else "", likelihood(item.cause, item.probability),
                percent(item.priority), with_query(f"/reports/{item.sha256}", {"finding": item.fingerprint}))


def options(speech: Speech) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: values and their names."""
    words = speech.words
    return {
        "rule": [(rule, speech.rule(rule)) for rule in rule_ids()],
        "cause": [(str(cause), speech.say(f"cause.{cause}")) for cause in Cause],
        "severity": [(str(item), words.say_or(f"severity.{item}", str(item))) for item in Severity],
        "status": [(str(item), speech.say(f"queue.status_{item}")) for item in (FindingStatus.VIOLATED, FindingStatus.UNDECIDED)],
        "decided": [(str(item), speech.say(f"decided.{item}")) for item in DecidedFilter]}


def _notice(speech: Speech, done: int | None, note: str, name: str) -> str:
    if done is not None:
        return speech.say("queue.decided_note", count=done) if done else speech.say("queue.none_selected")
    if note in ("saved", "deleted") and name:
        return speech.say(f"queue.{note}", name=name)
    return ""

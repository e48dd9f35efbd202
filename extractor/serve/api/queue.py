"""The queue of contradictions, decisions about them, and saved views."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from extractor.report import Model
from extractor.serve.api.dependencies import Offset, Size
from extractor.serve.api.jobs import Reader, Reviewer, Served
from extractor.serve.model import (
    MOST_AT_ONCE,
    PRINTED,
    Decision,
    Fingerprint,
    Page,
    QueueFilter,
    QueueItem,
    Reason,
    SavedView,
)

router = APIRouter(tags=["queue"])
ViewName = Annotated[str, Path(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f/]+$")]


class Wanted(QueueFilter):
    """Which findings, and which part of the list."""

    offset: Offset = 0
    size: Size = 50


class Decisions(Model):
    """A decision about findings. A dismissal needs a reason; `body` is needed for findings between a body's years."""

    fingerprints: tuple[Fingerprint, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)
    decision: Decision
    reason: Reason = Reason.NONE
    comment: str = Field("", max_length=2000)
    body: str = Field("", max_length=200, pattern=PRINTED)


class Made(Model):
    """How many findings were not decided so already."""

    decided: int


@router.get("/queue")
def get_queue(wanted: Annotated[Wanted, Query()], user: Reader, served: Served) -> Page[QueueItem]:
    """Contradictions by their causes, the most urgent first."""
    chosen = QueueFilter(**{name: getattr(wanted, name) for name in QueueFilter.model_fields})
    return served.queue(chosen, wanted.offset, wanted.size)


@router.post("/decisions")
def decide(decisions: Decisions, user: Reviewer, served: Served) -> Made:
    """Confirm findings as the report's errors, dismiss them, or open them again."""
    made = served.decide(user, decisions.fingerprints, decisions.decision, decisions.reason, decisions.comment,
                         decisions.body)
    return Made(decided=made)


@router.get("/views")
def list_views(user: Reader, served: Served) -> tuple[SavedView, ...]:
    """Your saved views of the queue."""
    return served.views(user)


@router.put("/views/{name}")
def save_view(name: ViewName, wanted: QueueFilter, user: Reviewer, served: Served) -> SavedView:
    """Save a view under a name, in place of the one that has it."""
    return served.save_view(user, name, wanted)


@router.delete("/views/{name}", status_code=204)
def delete_view(name: ViewName, user: Reviewer, served: Served) -> None:
    """Delete a saved view."""
    served.delete_view(user, name)

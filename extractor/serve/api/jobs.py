"""Uploads and what becomes of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from extractor.report import Model
from extractor.serve.api.dependencies import Offset, Size, form_of, require, service
from extractor.serve.errors import Invalid
from extractor.serve.model import Job, Page, Scope, User
from extractor.serve.service import Service

router = APIRouter(tags=["jobs"])
Reader = Annotated[User, Depends(require(Scope.READ))]
Reviewer = Annotated[User, Depends(require(Scope.REVIEW))]
Served = Annotated[Service, Depends(service)]
JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="the id of a job")]
LOOK_SECONDS = 0.25
"""How often a stream of events looks whether something changed: in memory, so it costs next to nothing."""
DOCUMENTS_A_SECOND = 200
"""How many documents of a job its events tell of in a second at most: large jobs are told of more rarely."""
FILES: dict[str, Any] = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": {
    "type": "object", "required": ["files"], "properties": {"files": {
        "type": "array", "minItems": 1, "items": {"type": "string", "contentMediaType": "application/octet-stream"}}}}}}}}


class Who(Model):
    """Who asks, and the CSRF token that requests of a session must carry in `X-CSRF-Token`."""

    user: User
    csrf: str


@router.get("/me")
def me(request: Request, user: Reader) -> Who:
    """Who holds this token or session."""
    return Who(user=user, csrf=request.state.csrf)


@router.post("/jobs", status_code=202, response_model=Job, openapi_extra=FILES)
async def upload(request: Request, response: Response, user: Reviewer, served: Served) -> Job:
    """Upload one or many files as `files`; they are read in the background. The same files again are the same job."""
    form = await form_of(request)
    files = [(item.filename or "", item.file) for item in form.getlist("files") if isinstance(item, UploadFile)]
    if not files:
        raise Invalid("no_files")
    job = await run_in_threadpool(served.upload, user, files)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job


@router.get("/jobs")
def list_jobs(user: Reader, served: Served, offset: Offset = 0, size: Size = 50) -> Page[Job]:
    """Your jobs without their documents, the newest first; an administrator sees everybody's."""
    return served.jobs(user, offset, size)


@router.get("/jobs/{job}")
def get_job(job: JobId, user: Reader, served: Served) -> Job:
    """A job with its documents."""
    return served.job(user, job)


def _there(job: JobId, user: Reader, served: Served) -> Job:
    """The job, found before the stream begins, so that its absence is still a proper answer."""
    return served.job(user, job)


@router.get("/jobs/{job}/events", response_class=EventSourceResponse)
async def job_events(found: Annotated[Job, Depends(_there)], user: Reader, served: Served) -> AsyncIterator[ServerSentEvent]:
    """The job each time that something of it changes, as server-sent events `job`; `end` when all is done."""
    seen, job = -1, found
    while not served.stopping:
        changes = served.changes(job.id)
        if changes != seen:
            seen, job = changes, await run_in_threadpool(served.job, user, job.id)
            yield ServerSentEvent(data=job, event="job", id=str(changes))
        if job.ended:
            yield ServerSentEvent(data=job.state, event="end")
            return
        await asyncio.sleep(max(LOOK_SECONDS, job.total / DOCUMENTS_A_SECOND))

"""Uploading reports, and watching how they are read."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from extractor.serve.api.dependencies import form_of
from extractor.serve.model import Job, JobDocument, State
from extractor.serve.pages.access import Offset, Reader, Reviewer, Work
from extractor.serve.pages.frame import render, see, with_query

router = APIRouter(include_in_schema=False)
SIZE = 50


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: documents that ended, of all."""

    done: int
    total: int

    @property
    def share(self) -> float:
        return self.done / self.total if self.total else 1.0


@router.get("/upload")
def form(request: Request, user: Reviewer, none: str = "") -> Response:
    return render(request, "upload.html", "upload", none=bool(none))


@router.post("/upload")
async def upload(request: Request, user: Reviewer, work: Work) -> Response:
    """Takes the files and leads to their job."""
    given = [item for item in (await form_of(request)).getlist("files") if isinstance(item, UploadFile) and item.filename]
    if not given:
        return see("/upload", none=1)
    job = await run_in_threadpool(work.upload, user, [(item.filename or "", item.file) for item in given])
    return see(f"/jobs/{job.id}")


@router.get("/jobs")
def jobs(request: Request, user: Reader, work: Work, offset: Offset = 0) -> Response:
    found = work.jobs(user, offset, SIZE)
    return render(request, "jobs.html", "jobs", found=found, progress=progress,
                  address=lambda offset: with_query("/jobs", {"offset": str(offset)}))


@router.get("/jobs/{job}")
def job(request: Request, user: Reader, work: Work, job: str, part: str = "") -> Response:
    """A job with its documents; `part=documents`: only what changes, for the page's script to put in place."""
    found = work.job(user, job)
    template = "job-documents.html" if part == "documents" else "job.html"
    return render(request, template, "jobs", job=found, progress=progress(found), first=first_open(found))


def progress(job: Job) -> Progress:
    return Progress(sum(job.counts.get(state, 0) for state in (State.DONE, State.FAILED)), job.total)


def first_open(job: Job) -> JobDocument | None:
    """The first document with a contradiction."""
    return next((item for item in job.documents if item.state is State.DONE and item.violated), None)

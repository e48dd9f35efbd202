"""What leaves the workbench: working papers, evidence pages, and corrected reports as labelled samples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from extractor.serve.model import ReportView
from extractor.serve.pages.access import Document, Reader, Reviewer, Words, Work, Year, year_of
from extractor.serve.pages.frame import render, speech_of

router = APIRouter(include_in_schema=False)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FOUND, CHUNK = 12, 1 << 16
_UNFIT = re.compile(r"[^\w.-]+")


@router.get("/exports")
def show(request: Request, user: Reader, work: Work, text: Words = "", body: Words = "", year: Year = "") -> Response:
    found = work.reports(body=text, size=FOUND)
    return render(request, "exports.html", "exports", found=found, text=text, body=body, year=year,
                  corrected=work.overview(user).corrections)


@router.get("/reports/{sha256}/working-paper.xlsx")
def working_paper(request: Request, user: Reader, work: Work, sha256: Document) -> Response:
    view, language = work.report(sha256), speech_of(request).language
    return Response(work.working_paper(sha256, language), media_type=XLSX, headers=_download(file_stem(view), "xlsx"))


@router.get("/reports/{sha256}/evidence.html")
def evidence_page(request: Request, user: Reader, work: Work, sha256: Document) -> Response:
    view, language = work.report(sha256), speech_of(request).language
    return Response(work.evidence_page(sha256, language), media_type="text/html; charset=utf-8",
                    headers=_download(file_stem(view), "html"))


@router.get("/exports/samples.zip")
def samples(user: Reviewer, work: Work, body: Words = "", year: Year = "") -> Response:
    return StreamingResponse(_pieces(work.labelled_samples(body, year_of(year))), media_type="application/zip",
                             headers=_download("gouji-samples", "zip"))


def file_stem(view: ReportView) -> str:
    """A name for files about a report: its body and year, or a part of its hash."""
    parts = [view.report.agency or view.sha256[:12], str(view.report.year or "")]
    return _UNFIT.sub("-", "-".join(part for part in parts if part)).strip("-.")[:80] or view.sha256[:12]


def _download(stem: str, ending: str) -> dict[str, str]:
    plain = re.sub(r"[^A-Za-z0-9.-]+", "", stem).strip("-.") or "gouji"
    return {"Content-Disposition": f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(f'{stem}.{ending}')}"}


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(CHUNK):
            yield piece

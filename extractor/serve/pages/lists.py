"""Lists: reports, bodies, and the audit log."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from extractor.serve.pages.access import Offset, Reader, Words, Work, Year, year_of
from extractor.serve.pages.frame import render, speech_of, with_query
from extractor.serve.pages.trail import step

router = APIRouter(include_in_schema=False)
SIZE = 50


@router.get("/reports")
def reports(request: Request, user: Reader, work: Work, body: Words = "", year: Year = "", text: Words = "",
            offset: Offset = 0) -> Response:
    found = work.reports(body, year_of(year), text, offset, SIZE)
    wanted = {key: value for key, value in (("body", body), ("year", year), ("text", text)) if value}
    return render(request, "reports.html", "reports", found=found, body=body, year=year, text=text,
                  address=lambda offset: with_query("/reports", wanted | {"offset": str(offset)}))


@router.get("/bodies")
def bodies(request: Request, user: Reader, work: Work, text: Words = "", offset: Offset = 0) -> Response:
    found = work.bodies(text, offset, SIZE)
    wanted = {"text": text} if text else {}
    return render(request, "bodies.html", "bodies", found=found, text=text, quoted=lambda name: quote(name, safe=""),
                  address=lambda offset: with_query("/bodies", wanted | {"offset": str(offset)}))


@router.get("/audit")
def audit(request: Request, user: Reader, work: Work, offset: Offset = 0) -> Response:
    found, speech = work.audit(user, offset=offset, size=SIZE), speech_of(request)
    known = work.subjects(user, found.items)
    return render(request, "audit.html", "audit", found=found, steps=[step(row, known, speech) for row in found.items],
                  address=lambda offset: with_query("/audit", {"offset": str(offset)}))

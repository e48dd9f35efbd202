"""Lists: reports, bodies, and the audit log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from extractor.serve.pages.access import Offset, Reader, Words, Work, Year, year_of
from extractor.serve.pages.frame import render, with_query

router = APIRouter(include_in_schema=False)
SIZE = 50
LONGEST = 300
"""Characters of what an entry of the log held before or after."""


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
    found = work.audit(user, offset=offset, size=SIZE)
    return render(request, "audit.html", "audit", found=found, told=told,
                  address=lambda offset: with_query("/audit", {"offset": str(offset)}))


def told(content: Mapping[str, Any] | None) -> str:
    """What an entry of the log held, in one line of bounded length."""
    if not content:
        return ""
    parts = (f"{key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
             for key, value in content.items() if value not in ("", None))
    line = " · ".join(parts)
    return line if len(line) <= LONGEST else line[:LONGEST - 1] + "…"

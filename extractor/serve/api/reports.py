"""Reports: their values, findings and pages, and the corrections of people."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from extractor.report import Finding, FindingStatus, Model, Report, Value, ValueStatus
from extractor.serve.api.dependencies import Offset, Size
from extractor.serve.api.jobs import Reader, Reviewer, Served
from extractor.serve.model import (
    PRINTED,
    Altered,
    BodyListed,
    BodyView,
    Change,
    Correction,
    FieldId,
    Fingerprint,
    Listed,
    Overview,
    Page,
    ReportView,
    ScaleName,
    Sha256,
    Sheet,
    ValueChange,
)

router = APIRouter(tags=["reports"])
Id = Annotated[Sha256, Path(description="SHA-256 of the document")]
Part = Annotated[str, Query(max_length=200, pattern=PRINTED)]
Year = Annotated[int | None, Query(ge=1900, le=2200)]
PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {"schema": {"type": "string", "contentMediaType": "image/png"}}}}}
KEPT = "private, max-age=3600"


class Corrections(Model):
    """What is printed in cells, by field; null for a cell in which nothing is printed."""

    values: dict[FieldId, Decimal | None] = Field(min_length=1, max_length=300,
                                                  examples=[{"requests.granted.total": "6"}])
    comment: str = Field("", max_length=2000)


class Changed(Model):
    """What a correction changed: values, findings that are gone, new or altered, and the corrections that hold now."""

    sha256: str
    corrections: tuple[Correction, ...]
    values: tuple[ValueChange, ...]
    gone: tuple[Finding, ...]
    appeared: tuple[Finding, ...]
    altered: tuple[Altered, ...]

    @classmethod
    def of(cls, change: Change) -> Changed:
        return cls(**{name: getattr(change, name) for name in cls.model_fields})


@router.get("/overview", response_model=Overview)
def overview(user: Reader, served: Served) -> Overview:
    """What came in and how it stands."""
    return served.overview(user)


@router.get("/reports")
def list_reports(user: Reader, served: Served, body: Part = "", year: Year = None, text: Part = "", offset: Offset = 0,
                 size: Size = 50) -> Page[Listed]:
    """Reports by body and year; `body` is part of a body's name, `text` of that or of a file's."""
    return served.reports(body, year, text, offset, size)


@router.get("/reports/{sha256}", response_model=ReportView, responses={304: {"description": "Not modified"}})
def get_report(request: Request, sha256: Id, user: Reader, served: Served) -> Response:
    """The report as it stands and as it was extracted, with corrections and decisions."""
    version = served.report_version(sha256)
    headers = {"ETag": f'"{version}"', "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(served.report_json(sha256, version), media_type="application/json", headers=headers)


@router.get("/reports/{sha256}/report")
def get_plain_report(sha256: Id, user: Reader, served: Served) -> Report:
    """The report as it stands, in the schema of `gouji extract`."""
    return served.report(sha256).report


@router.get("/reports/{sha256}/values")
def list_values(sha256: Id, user: Reader, served: Served, status: ValueStatus | None = None) -> list[Value]:
    """The values of a report, in the order of the tables."""
    return [value for value in served.report(sha256).report.values.values() if status in (None, value.status)]


@router.get("/reports/{sha256}/findings")
def list_findings(sha256: Id, user: Reader, served: Served, status: FindingStatus | None = None) -> list[Finding]:
    """The findings of a report."""
    return [finding for finding in served.report(sha256).report.findings if status in (None, finding.status)]


@router.get("/reports/{sha256}/pages")
def list_pages(sha256: Id, user: Reader, served: Served) -> tuple[Sheet, ...]:
    """The pages that have images: none if the original is not at hand or has no pages."""
    return served.sheets(sha256)


@router.get("/reports/{sha256}/pages/{page}.png", response_class=Response, responses=PNG)
def page_image(sha256: Id, page: Annotated[int, Path(ge=1, le=100_000)], user: Reader, served: Served,
               dpi: ScaleName = ScaleName.LARGE) -> Response:
    """A page as an image."""
    data = served.page_image(sha256, page, dpi)
    return Response(data, media_type="image/png", headers={"Cache-Control": KEPT})


@router.get("/reports/{sha256}/findings/{fingerprint}.png", response_class=Response, responses=PNG)
def finding_image(sha256: Id, fingerprint: Fingerprint, user: Reader, served: Served) -> Response:
    """The part of the first page on which the operands of a finding stand."""
    return Response(served.crop(sha256, fingerprint), media_type="image/png", headers={"Cache-Control": KEPT})


@router.put("/reports/{sha256}/corrections")
def correct(sha256: Id, corrections: Corrections, user: Reviewer, served: Served) -> Changed:
    """Say what is printed in cells; the report is solved again with it at once."""
    return Changed.of(served.correct(user, sha256, corrections.values, corrections.comment))


@router.delete("/reports/{sha256}/corrections/{field}")
def undo_correction(sha256: Id, field: FieldId, user: Reviewer, served: Served) -> Changed:
    """Take the correction of a field back."""
    return Changed.of(served.undo(user, sha256, field))


@router.get("/bodies")
def list_bodies(user: Reader, served: Served, text: Part = "", offset: Offset = 0, size: Size = 50) -> Page[BodyListed]:
    """Bodies by name; `text` is part of it."""
    return served.bodies(text, offset, size)


@router.get("/bodies/{name}")
def get_body(name: Annotated[str, Path(max_length=200, pattern=PRINTED)], user: Reader, served: Served) -> BodyView:
    """A body's years side by side, and what consecutive reports show together."""
    return served.body(name)

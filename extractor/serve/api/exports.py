"""Files to take away: working papers, evidence pages, tables, labelled samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from extractor.serve.api.dependencies import spoken
from extractor.serve.api.jobs import Reader, Served
from extractor.serve.api.reports import Id, Part, Year

router = APIRouter(tags=["exports"])
CHUNK = 256 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Language = Annotated[Literal["zh", "en"], Depends(spoken)]
Asked = Annotated[Literal["zh", "en"] | None, Query(description="by default that of the request")]


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {"schema": {"type": "string", "contentMediaType": media_type}}}}}


@router.get("/reports/{sha256}/paper.xlsx", response_class=Response, responses=_file(XLSX))
def working_paper(request: Request, sha256: Id, user: Reader, served: Served, speaks: Language, lang: Asked = None) -> Response:
    """The working paper of a report as an Excel workbook."""
    return attached(served.working_paper(sha256, speaks), XLSX, f"{sha256[:12]}.xlsx")


@router.get("/reports/{sha256}/evidence.html", response_class=Response, responses=_file("text/html"))
def evidence_page(sha256: Id, user: Reader, served: Served, speaks: Language, lang: Asked = None) -> Response:
    """The report as one HTML page with its evidence, to be kept as a file."""
    return attached(served.evidence_page(sha256, speaks), "text/html", f"{sha256[:12]}.html")


@router.get("/exports/samples.zip", response_class=StreamingResponse, responses=_file("application/zip"))
def samples(user: Reader, served: Served, body: Part = "", year: Year = None, settled: bool = False) -> Response:
    """Corrected reports as labelled samples for `gouji eval` and `gouji train`."""
    return _streamed(served.labelled_samples(body, year, settled), "gouji-samples.zip")


@router.get("/exports/tables.zip", response_class=StreamingResponse, responses=_file("application/zip"))
def tables(user: Reader, served: Served, form: Literal["csv", "parquet"] = "csv", body: Part = "",
           year: Year = None) -> Response:
    """Values, figures and findings of all reports as one tidy table each."""
    return _streamed(served.tables(form, body, year), f"gouji-{form}.zip")


def attached(data: bytes, media_type: str, name: str) -> Response:
    """A file that browsers save and do not show: it is not bound by this site's rules when it is opened."""
    return Response(data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _streamed(file: IO[bytes], name: str) -> Response:
    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(CHUNK):
                yield piece

    return StreamingResponse(pieces(), media_type="application/zip",
                             headers={"Content-Disposition": f'attachment; filename="{name}"'})

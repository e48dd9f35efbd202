"""Failures as answers: problem+json (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from extractor.errors import ExitCode, GoujiError
from extractor.messages import explain
from extractor.report import Text
from extractor.serve.api.dependencies import language
from extractor.serve.errors import (
    Invalid,
    Malformed,
    NotFound,
    ServiceError,
    TooMany,
    Unauthorised,
    Unavailable,
)
from extractor.store import StoreError

LOG = logging.getLogger("gouji.serve")
MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20
STATUS = {ExitCode.USAGE: 422, ExitCode.LIMIT: 413, ExitCode.UNSUPPORTED_FORMAT: 415, ExitCode.OUTPUT: 507,
          ExitCode.INTERNAL: 500, ExitCode.MODEL: 500}


class FieldError(BaseModel):
    """One part of a request that is not valid: where it stands, and why."""

    model_config = ConfigDict(extra="forbid")

    at: str
    message: str


class Problem(BaseModel):
    """What went wrong (RFC 9457): `type` and `status` are stable, `detail` is in the language of the request."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(examples=["urn:gouji:problem:report"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="the number of the request, as in the log")
    errors: list[FieldError] = []


def install(app: FastAPI) -> None:
    """Lets every failure within the application end here."""
    app.add_exception_handler(GoujiError, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, failed)


def answer(request: Request, error: GoujiError) -> Response:
    """The answer to a documented error."""
    return _refused(request, error)


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, GoujiError):
        raise error
    if isinstance(error, ServiceError):
        made = _answer(request, error.status, error.category,
                       Text(zh=error.in_language("zh"), en=error.in_language("en")))
        if isinstance(error, TooMany):
            made.headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, Unauthorised):
            made.headers["WWW-Authenticate"] = 'Bearer realm="gouji"'
        return made
    status = STATUS.get(error.code, 422)
    if isinstance(error, StoreError) or status >= 500:
        LOG.error("failed", extra={"request": _number(request), "error": str(error)})
    if isinstance(error, StoreError):  # what it says is for the log: it names hosts and files
        return _refused(request, Unavailable("store"))
    return _answer(request, status, error.category, Text(zh=explain(error, "zh"), en=explain(error, "en")))


def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [FieldError(at=".".join(str(part) for part in item["loc"]), message=str(item["msg"]))
             for item in error.errors()[:MOST_ERRORS]]
    what = "; ".join(f"{item.at}: {item.message}" for item in found[:3])
    refused = Invalid("request", what=what)
    return _answer(request, 422, "request", Text(zh=refused.in_language("zh"), en=refused.in_language("en")), found)


def _http(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: unknown addresses, methods, broken forms."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        refused: ServiceError = NotFound("not_found")
    elif error.status_code == 405:
        refused = Malformed("method", method=request.method)
    else:
        refused = Malformed("request", what=str(error.detail)[:300])
    made = _answer(request, error.status_code, refused.category,
                   Text(zh=refused.in_language("zh"), en=refused.in_language("en")))
    for name, value in (error.headers or {}).items():
        made.headers[name] = value
    return made


def failed(request: Request, error: Exception) -> Response:
    """A mistake of this program: the log has it, the answer its number."""
    number = _number(request)
    LOG.error("failed", extra={"request": number, "path": request.url.path}, exc_info=error)
    told = ServiceError("internal", request=number)
    return _answer(request, 500, "internal", Text(zh=told.in_language("zh"), en=told.in_language("en")))


def _answer(request: Request, status: int, kind: str, reason: Text, errors: Sequence[FieldError] = ()) -> Response:
    from extractor.serve.pages.frame import error_page, wants_page

    if wants_page(request):
        return error_page(request, status, reason, _number(request))
    problem = Problem(type=f"urn:gouji:problem:{kind}", title=HTTPStatus(status).phrase, status=status,
                      detail=reason.in_language(language(request)), instance=f"urn:gouji:request:{_number(request)}",
                      errors=list(errors))
    return JSONResponse(problem.model_dump(mode="json"), status, media_type=MEDIA_TYPE)


def _number(request: Request) -> str:
    number: str = getattr(request.state, "request_id", "")
    return number


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The part of the interface's description that says which failures an address may answer with."""
    return {status: {"model": Problem, "description": HTTPStatus(status).phrase,
                     "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
            for status in statuses}

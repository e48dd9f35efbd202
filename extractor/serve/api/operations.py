"""For those who run the service: whether it lives, whether it can work, and what it does."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from extractor.serve.api.dependencies import require
from extractor.serve.api.jobs import Served
from extractor.serve.model import Scope, User

router = APIRouter(tags=["operations"])


@router.get("/healthz", response_class=PlainTextResponse)
async def health() -> str:
    """The process answers."""
    return "ok"


@router.get("/readyz", response_model=dict[str, bool], responses={503: {"description": "Not ready"}})
def readiness(served: Served) -> Response:
    """The store can be reached and documents are being worked on; 503 if not, or while the service stops."""
    found = served.ready()
    return JSONResponse(found, 200 if all(found.values()) else 503)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
def metrics(request: Request, user: Annotated[User, Depends(require(Scope.READ))]) -> Response:
    """Metrics in Prometheus's text format."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)

"""The pages of the workbench: server-rendered, complete without script, in Chinese and English."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from extractor.serve.pages import body, exports, lists, login, overview, queue, report, uploads
from extractor.serve.pages.frame import asset_bytes, error_page, wants_page

__all__ = ["error_page", "router", "wants_page"]

ASSETS = {"parts.css": "text/css", "workbench.css": "text/css", "workbench.js": "text/javascript",
          "desk.js": "text/javascript", "queue.js": "text/javascript", "uploads.js": "text/javascript",
          "icon.svg": "image/svg+xml"}
"""Every static file with its type; nothing else is served."""
KEEP = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)
for part in (overview, queue, lists, exports, report, body, uploads, login):
    router.include_router(part.router)


@router.get("/static/{name}")
def static(name: str, v: str = "") -> Response:
    """A static file; its address names its version, so that it may be kept for good."""
    if name not in ASSETS:
        raise HTTPException(404)
    return Response(asset_bytes(name), media_type=ASSETS[name], headers={"Cache-Control": KEEP if v else "no-cache"})

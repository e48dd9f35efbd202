"""The audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from extractor.serve.api.dependencies import Offset, Size, require
from extractor.serve.api.jobs import Served
from extractor.serve.model import PRINTED, AuditRow, Page, Scope, User

router = APIRouter(tags=["audit"])


@router.get("/audit")
def get_audit(user: Annotated[User, Depends(require(Scope.ADMIN))], served: Served,
              subject: Annotated[str, Query(max_length=120, pattern=PRINTED, description="`report SHA256`, `finding FINGERPRINT` or `job ID`")] = "",
              offset: Offset = 0, size: Size = 50) -> Page[AuditRow]:
    """Who did what, when, before and after; the newest first."""
    return served.audit(user, subject, offset, size)

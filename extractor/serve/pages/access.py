"""What every page's handler asks for: the user with the scope that is needed, the service, and how much of a list."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query

from extractor.serve.api.dependencies import require, service
from extractor.serve.model import Scope, User
from extractor.serve.service import Service

Reader = Annotated[User, Depends(require(Scope.READ))]
Reviewer = Annotated[User, Depends(require(Scope.REVIEW))]
Work = Annotated[Service, Depends(service)]
Document = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
"""SHA-256 of a document, in an address."""
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Year = Annotated[str, Query(pattern="^([0-9]{4})?$")]
Words = Annotated[str, Query(max_length=200)]
"""Part of a name, as a search field sends it; empty for all."""


def year_of(text: str) -> int | None:
    """The year that a search field sends; None for all."""
    return int(text) if text else None

"""Everything that a person can do, without HTTP: the API and the pages are two faces of this class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal as Number
from typing import IO

from extractor.messages import Language
from extractor.serve.model import (
    AuditRow,
    BodyListed,
    BodyView,
    Change,
    Decision,
    Job,
    Listed,
    Overview,
    Page,
    QueueFilter,
    QueueItem,
    Reason,
    ReportView,
    SavedView,
    Sheet,
    User,
)


class Service:
    """All methods may be called from any thread; those with a `user` check what that user may do.

    Raise `extractor.serve.errors`: NotFound, Forbidden, Conflict, Invalid, and `StoreError`.
    """

    # uploads
    def upload(self, user: User, files: Sequence[tuple[str, IO[bytes]]]) -> Job: ...
    def job(self, user: User, job: str) -> Job: ...
    def jobs(self, user: User, offset: int = 0, size: int = 50) -> Page[Job]: ...
    def changes(self, job: str) -> int: ...  # grows whenever something of the job changes: what server-sent events watch

    # looking
    def overview(self, user: User) -> Overview: ...
    def reports(self, body: str = "", year: int | None = None, text: str = "", offset: int = 0, size: int = 50) -> Page[Listed]: ...
    def queue(self, wanted: QueueFilter, offset: int = 0, size: int = 50) -> Page[QueueItem]: ...
    def report(self, sha256: str) -> ReportView: ...
    def sheets(self, sha256: str) -> tuple[Sheet, ...]: ...
    def page_image(self, sha256: str, page: int, dpi: int = 144) -> bytes: ...  # PNG; dpi one of ScaleName
    def bodies(self, text: str = "", offset: int = 0, size: int = 50) -> Page[BodyListed]: ...
    def body(self, name: str) -> BodyView: ...

    # deciding
    def decide(self, user: User, fingerprints: Sequence[str], decision: Decision, reason: Reason = Reason.NONE,
               comment: str = "") -> int: ...  # how many decisions were made
    def correct(self, user: User, sha256: str, corrections: Mapping[str, Number | None], comment: str = "") -> Change: ...
    def undo(self, user: User, sha256: str, field: str) -> Change: ...  # NotFound if the field has no correction

    # saved views
    def views(self, user: User) -> tuple[SavedView, ...]: ...
    def save_view(self, user: User, name: str, wanted: QueueFilter) -> SavedView: ...
    def delete_view(self, user: User, name: str) -> None: ...

    # exports
    def working_paper(self, sha256: str, language: Language) -> bytes: ...
    def evidence_page(self, sha256: str, language: Language) -> bytes: ...
    def labelled_samples(self, body: str = "", year: int | None = None) -> IO[bytes]: ...  # a zip

    def audit(self, user: User, offset: int = 0, size: int = 50) -> Page[AuditRow]: ...

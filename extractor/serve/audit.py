"""The audit log: who did what, when, to what, before and after. Rows are only added; triggers of the database see to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from extractor.serve.model import AuditRow, Page, Subject
from extractor.store import Store
from extractor.store.schema import audit, documents, findings, reports


def record(connection: Connection, author: str, action: str, subject: str, before: Mapping[str, Any] | None = None,
           after: Mapping[str, Any] | None = None) -> None:
    """Adds a row in the transaction of what it tells of, so that neither is kept without the other."""
    connection.execute(insert(audit), {"made": datetime.now(UTC), "author": author, "action": action,
                                       "subject": subject, "before": _json(before), "after": _json(after)})


def rows(store: Store, subject: str, offset: int, size: int) -> Page[AuditRow]:
    """The newest rows first; `subject` empty: all."""
    conditions = [audit.c.subject == subject] if subject else []
    with store.transaction() as connection:
        total = connection.execute(select(func.count()).select_from(audit).where(*conditions)).scalar_one()
        found = connection.execute(select(audit).where(*conditions).order_by(audit.c.id.desc())
                                   .offset(offset).limit(size)).mappings().all()
    return Page(items=tuple(_row(row) for row in found), total=total, offset=offset, size=size)


def subjects(store: Store, listed: Sequence[AuditRow]) -> dict[str, Subject]:
    """The reports and findings that the rows are about, by subject; those that are no more are left out."""
    named = [row.subject.partition(" ") for row in listed]
    marks = {name for kind, _, name in named if kind == "finding"}
    hashes = {name for kind, _, name in named if kind == "report"}
    about = (documents.c.sha256, reports.c.agency, reports.c.year)
    of_report = select(*about).join(reports, reports.c.document_id == documents.c.id).where(documents.c.sha256.in_(hashes))
    of_finding = (select(*about, findings.c.rule, findings.c.place, findings.c.fingerprint)
                  .join(reports, reports.c.document_id == documents.c.id)
                  .join(findings, findings.c.document_id == documents.c.id).where(findings.c.fingerprint.in_(marks)))
    found: dict[str, Subject] = {}
    with store.transaction() as connection:
        for report in connection.execute(of_report) if hashes else ():
            found[f"report {report.sha256}"] = Subject(sha256=report.sha256, agency=report.agency, year=report.year)
        for each in connection.execute(of_finding) if marks else ():
            found[f"finding {each.fingerprint}"] = Subject(sha256=each.sha256, agency=each.agency, year=each.year,
                                                           rule=each.rule, place=each.place)
    return found


def utc(value: datetime) -> datetime:
    """A time as stored: SQLite forgets that it is in UTC."""
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def _row(row: Any) -> AuditRow:
    return AuditRow(id=row["id"], made=utc(row["made"]), author=row["author"], action=row["action"],
                    subject=row["subject"], before=_object(row["before"]), after=_object(row["after"]))


def _json(content: Mapping[str, Any] | None) -> str | None:
    return None if content is None else json.dumps(content, ensure_ascii=False, default=str, sort_keys=True)


def _object(text: str | None) -> dict[str, object] | None:
    if text is None:
        return None
    found: dict[str, object] = json.loads(text)
    return found

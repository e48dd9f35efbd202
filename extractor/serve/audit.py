"""The audit log: who did what, when, to what, before and after. Rows are only added; triggers of the database see to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from extractor.serve.model import AuditRow, Page
from extractor.store import Store
from extractor.store.schema import audit


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

"""Saved views: filters of the queue under names of a user's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from extractor.serve.audit import utc
from extractor.serve.errors import Conflict, NotFound
from extractor.serve.model import QueueFilter, SavedView
from extractor.store import Store
from extractor.store.rows import clean
from extractor.store.schema import saved_views

MOST = 100


def listed(store: Store, owner: str) -> tuple[SavedView, ...]:
    with store.transaction() as connection:
        found = connection.execute(select(saved_views).where(saved_views.c.owner == owner)
                                   .order_by(saved_views.c.name)).mappings().all()
    return tuple(SavedView(name=row["name"], filter=QueueFilter.model_validate_json(row["filter"]), made=utc(row["made"]))
                 for row in found)


def save(store: Store, owner: str, name: str, wanted: QueueFilter) -> SavedView:
    """Keeps a view, in place of one of the same name. Raises `Conflict` if there are too many."""
    made = SavedView(name=clean(name), filter=wanted, made=datetime.now(UTC))
    with store.transaction(write=True) as connection:
        connection.execute(_of(owner, made.name))
        count = connection.execute(select(func.count()).select_from(saved_views)
                                   .where(saved_views.c.owner == owner)).scalar_one()
        if count >= MOST:
            raise Conflict("views", most=MOST)
        connection.execute(insert(saved_views), {"owner": owner, "name": made.name, "made": made.made,
                                                 "filter": clean(wanted.model_dump_json())})
    return made


def remove(store: Store, owner: str, name: str) -> None:
    """Raises `NotFound`."""
    with store.transaction(write=True) as connection:
        if connection.execute(_of(owner, clean(name))).rowcount == 0:
            raise NotFound("view")


def _of(owner: str, name: str) -> Any:
    return delete(saved_views).where(saved_views.c.owner == owner, saved_views.c.name == name)

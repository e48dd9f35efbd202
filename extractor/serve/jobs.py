"""Jobs and their documents in the store: what was uploaded, by whom, and what became of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, update

from extractor.serve.audit import record, utc
from extractor.serve.errors import NotFound
from extractor.serve.model import Job, JobDocument, Page, Scope, State, User, state_of
from extractor.store import Store
from extractor.store.schema import documents, job_documents, jobs, reports
from extractor.store.store import SQL_PARAMETERS

OPEN = (str(State.PENDING), str(State.RUNNING))


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file of an upload, in the archive by now."""

    name: str
    sha256: str
    size: int


class Jobs:
    """Rows of `jobs` and `job_documents`; may be used from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, owner: str, files: Sequence[Uploaded], done: Iterable[str]) -> tuple[str, bool]:
        """A job for these files, and whether it is new; the same upload again is the same job unless it failed.

        `done` are the hashes that need no work, because the store has their reports of today's configuration.
        """
        finished = frozenset(done)
        content = hashlib.sha256("\0".join(f"{item.sha256} {item.name}" for item in files).encode("utf8")).hexdigest()
        now = datetime.now(UTC)
        with self._store.transaction(write=True) as connection:
            _alone(connection, content)
            if known := _same(connection, owner, content, finished):
                return known, False
            job = secrets.token_hex(16)
            connection.execute(insert(jobs), {"id": job, "owner": owner, "made": now, "content": content})
            connection.execute(insert(job_documents), [
                {"job_id": job, "number": number, "name": item.name, "sha256": item.sha256, "bytes": item.size,
                 "state": str(State.DONE if item.sha256 in finished else State.PENDING), "category": "", "message": "",
                 "ended": now if item.sha256 in finished else None} for number, item in enumerate(files, start=1)])
            record(connection, owner, "upload", f"job {job}",
                   after={"files": len(files), "bytes": sum(item.size for item in files)})
        return job, True

    def owner(self, job: str) -> str | None:
        with self._store.transaction() as connection:
            return connection.execute(select(jobs.c.owner).where(jobs.c.id == job)).scalar()

    def get(self, user: User, job: str) -> Job:
        """A job with its documents. Raises `NotFound` also for a job of somebody else, unless `user` is an admin."""
        with self._store.transaction() as connection:
            found = connection.execute(select(jobs).where(jobs.c.id == job)).mappings().first()
            if found is None or not (found["owner"] == user.name or user.scope is Scope.ADMIN):
                raise NotFound("job")
            rows = connection.execute(
                select(job_documents, reports.c.agency, reports.c.year, reports.c.violated, reports.c.undecided,
                       reports.c.doubtful_values)
                .outerjoin(documents, documents.c.sha256 == job_documents.c.sha256)
                .outerjoin(reports, and_(reports.c.document_id == documents.c.id, job_documents.c.state == "done"))
                .where(job_documents.c.job_id == job).order_by(job_documents.c.number)).mappings().all()
        items = tuple(_document(row) for row in rows)
        counts = {state: sum(item.state is state for item in items) for state in
                  (State.PENDING, State.RUNNING, State.DONE, State.FAILED)}
        return _job(found, counts, items)

    def listed(self, user: User, offset: int, size: int) -> Page[Job]:
        """Jobs without their documents, the newest first: the user's own, or everybody's for an admin."""
        own = [] if user.scope is Scope.ADMIN else [jobs.c.owner == user.name]
        with self._store.transaction() as connection:
            total = connection.execute(select(func.count()).select_from(jobs).where(*own)).scalar_one()
            found = connection.execute(select(jobs).where(*own).order_by(jobs.c.made.desc(), jobs.c.id)
                                       .offset(offset).limit(size)).mappings().all()
            counts = _counts(connection, [row["id"] for row in found])
        return Page(items=tuple(_job(row, counts.get(row["id"], {})) for row in found), total=total, offset=offset, size=size)

    def states(self) -> dict[State, int]:
        """How many documents of all jobs are in each state."""
        with self._store.transaction() as connection:
            found = connection.execute(select(job_documents.c.state, func.count()).group_by(job_documents.c.state)).all()
        return {state: dict((State(name), count) for name, count in found).get(state, 0)
                for state in (State.PENDING, State.RUNNING, State.DONE, State.FAILED)}

    def reset(self) -> int:
        """Puts what was running when the service ended back in the queue; how many waits there now."""
        with self._store.transaction(write=True) as connection:
            connection.execute(update(job_documents).where(job_documents.c.state == "running").values(state="pending"))
            return int(connection.execute(select(func.count()).select_from(job_documents)
                                          .where(job_documents.c.state == "pending")).scalar_one())

    def pending(self, most: int) -> list[Uploaded]:
        """Documents to do next: the first of each job, then the second of each, so that a small job need not wait for a
        large one."""
        turn = func.row_number().over(partition_by=job_documents.c.job_id, order_by=job_documents.c.number)
        waiting = (select(job_documents.c.name, job_documents.c.sha256, job_documents.c.bytes, job_documents.c.job_id,
                          turn.label("turn")).where(job_documents.c.state == "pending").subquery())
        question = (select(waiting, jobs.c.made).join(jobs, jobs.c.id == waiting.c.job_id)
                    .order_by(waiting.c.turn, jobs.c.made, jobs.c.id).limit(most))
        with self._store.transaction() as connection:
            found = connection.execute(question).mappings().all()
        return list(dict.fromkeys(Uploaded(row["name"], row["sha256"], row["bytes"]) for row in found))

    def mark(self, sha256: str, state: State, category: str = "", message: str = "") -> list[str]:
        """Notes what became of a document in all jobs that wait for it; returns these jobs."""
        ended = None if str(state) in OPEN else datetime.now(UTC)
        with self._store.transaction(write=True) as connection:
            waiting = and_(job_documents.c.sha256 == sha256, job_documents.c.state.in_(OPEN))
            concerned = list(connection.execute(select(job_documents.c.job_id).where(waiting).distinct()).scalars())
            connection.execute(update(job_documents).where(waiting).values(
                state=str(state), category=category, message=message, ended=ended))
        return concerned


def _alone(connection: Connection, content: str) -> None:
    """Until the transaction ends, nobody else makes a job of the same files. SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(int(content[:15], 16))))


def _same(connection: Connection, owner: str, content: str, done: frozenset[str]) -> str | None:
    """The newest job of the same files, if it is still at work or everything in it is as done as it can be."""
    job = connection.execute(select(jobs.c.id).where(jobs.c.owner == owner, jobs.c.content == content)
                             .order_by(jobs.c.made.desc()).limit(1)).scalar()
    if job is None:
        return None
    rows = connection.execute(select(job_documents.c.state, job_documents.c.sha256)
                              .where(job_documents.c.job_id == job)).all()
    at_work = any(state in OPEN for state, _ in rows)
    all_done = all(state == "done" and sha256 in done for state, sha256 in rows)
    return str(job) if at_work or all_done else None


def _counts(connection: Connection, ids: Sequence[str]) -> dict[str, dict[State, int]]:
    found: dict[str, dict[State, int]] = {}
    for start in range(0, len(ids), SQL_PARAMETERS):
        for job, state, count in connection.execute(
                select(job_documents.c.job_id, job_documents.c.state, func.count())
                .where(job_documents.c.job_id.in_(ids[start:start + SQL_PARAMETERS]))
                .group_by(job_documents.c.job_id, job_documents.c.state)):
            found.setdefault(job, {})[State(state)] = count
    return found


def _job(row: Mapping[Any, Any], counts: dict[State, int], items: tuple[JobDocument, ...] = ()) -> Job:
    return Job(id=row["id"], owner=row["owner"], made=utc(row["made"]), state=state_of(counts),
               total=sum(counts.values()), counts=counts, documents=items)


def _document(row: Mapping[Any, Any]) -> JobDocument:
    return JobDocument(
        number=row["number"], name=row["name"], sha256=row["sha256"], size=row["bytes"], state=State(row["state"]),
        category=row["category"], message=row["message"], ended=None if row["ended"] is None else utc(row["ended"]),
        agency=row["agency"], year=row["year"], violated=row["violated"] or 0, undecided=row["undecided"] or 0,
        doubtful=row["doubtful_values"] or 0)



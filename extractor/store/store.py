"""The store: what is known of documents, and what their extraction gave, each result in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, text, update

from extractor.fields import load
from extractor.store import schema
from extractor.store.engine import WRITES, StoreError, connect, explained, parse_url
from extractor.store.migrate import revision, upgrade
from extractor.store.rows import ReportRows, Row, row_id, text_id, unpack

MIGRATION_LOCK = 5_210_214
"""Any number that only this program uses: PostgreSQL's lock against two migrations at once."""
SQL_PARAMETERS = 500
"""Most ids in one question: SQLite bounds the parameters of a statement."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What decides an extraction's result besides the document: hashes of code, model and rule book, and settings."""

    fingerprint: str
    version: str
    code: str
    model: str
    rules: str
    settings: str

    @property
    def id(self) -> int:
        return row_id(self.fingerprint)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a document gave no report; `category` is one of `extractor.batch.outcome`."""

    category: str
    message: str
    advice: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A name under which a run found a document, or why its bytes could not be had (`sha256` empty)."""

    name: str
    sha256: str = ""
    category: str = ""
    message: str = ""


class Store:
    """A database of reports; use as a context manager."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name
        self._field_ids: dict[str, int] = {}

    @classmethod
    def open(cls, url: str, *, write: bool = False) -> Store:
        """The store at `url`, made and brought to the newest form if it is opened to `write`.

        Raises `StoreUrlError`, `FileAccessError` (nothing there to read), `StoreError` (unreachable, locked, damaged).
        """
        parsed = parse_url(url)
        store = cls(connect(parsed, create=write), parsed.render_as_string(hide_password=True))
        try:
            store._prepare(write)
        except BaseException:
            store.close()
            raise
        return store

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def transaction(self, *, write: bool = False) -> Iterator[Connection]:
        """A connection whose work is kept if the block ends well, and undone if it does not."""
        with explained(self.name), self.engine.execution_options(**{WRITES: write}).begin() as connection:
            yield connection

    def _prepare(self, write: bool) -> None:
        with self.transaction(write=write) as connection:
            if write:
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
                _refuse_newer(revision(connection), self.name)
                upgrade(connection)
                # in the dictionary's order, so that numbers do not depend on which report comes first
                known = _numbers(connection, ()).keys()
                self._field_ids = _numbers(connection, [name for name in load().fields if name not in known])
            elif (found := revision(connection)) != schema.REVISION:
                _refuse_newer(found, self.name)
                raise StoreError(f"Store {self.name}: its tables are not of this version.",
                                 "Run gouji batch with it once: that brings them up to date.")

    def start_run(self, configuration: Configuration, source: str) -> int:
        """Notes that a run begins; returns its number."""
        row = {"id": configuration.id, "fingerprint": configuration.fingerprint, "version": configuration.version,
               "code": configuration.code, "model": configuration.model, "rules": configuration.rules,
               "settings": configuration.settings}
        with self.transaction(write=True) as connection:
            _put(connection, schema.configurations, [row], ())
            run = {"configuration_id": configuration.id, "source": source, "started": datetime.now(UTC),
                   "state": "running", "counts": "{}"}
            return int(connection.execute(insert(schema.runs).returning(schema.runs.c.id), run).scalar_one())

    def end_run(self, run: int, state: str, counts: Mapping[str, int]) -> None:
        with self.transaction(write=True) as connection:
            connection.execute(update(schema.runs).where(schema.runs.c.id == run).values(
                state=state, ended=datetime.now(UTC), counts=json.dumps(counts, sort_keys=True)))

    def outcome(self, sha256: str, configuration: Configuration) -> str | None:
        """`done` if the document has a report of this configuration, the category if it failed, None if neither."""
        document = row_id(sha256)
        reports, failures = schema.reports.c, schema.failures.c
        with self.transaction() as connection:
            if connection.execute(select(reports.document_id).where(
                    reports.document_id == document, reports.configuration_id == configuration.id)).first():
                return "done"
            return connection.execute(select(failures.category).where(
                failures.document_id == document, failures.configuration_id == configuration.id)).scalar()

    def read_before(self, sha256: str, configuration: Configuration) -> bytes | None:
        """The packed report of a document as it was extracted, if nothing but the rule book has changed since."""
        reports, earlier, readings = schema.reports, schema.configurations.c, schema.readings
        question = (
            select(func.coalesce(readings.c.body, reports.c.body))
            .join_from(reports, schema.configurations, earlier.id == reports.c.configuration_id)
            .outerjoin(readings, readings.c.document_id == reports.c.document_id)
            .where(reports.c.document_id == row_id(sha256), earlier.code == configuration.code,
                   earlier.model == configuration.model, earlier.settings == configuration.settings))
        with self.transaction() as connection:
            found: bytes | None = connection.execute(question).scalar()
        return found

    def put_names(self, run: int, listed: Iterable[Listed]) -> None:
        """Notes names whose documents are known already, or cannot be had."""
        with self.transaction(write=True) as connection:
            _put_names(connection, run, listed)

    def put_report(self, run: int, configuration: Configuration, size: int, names: Sequence[Listed],
                   rows: ReportRows) -> None:
        """Keeps a report with its document's names, in place of what an earlier configuration gave."""
        document = rows.report["document_id"]
        with self.transaction(write=True) as connection:
            _put_document(connection, names[0].sha256, size)
            connection.execute(delete(schema.failures).where(schema.failures.c.document_id == document))
            self.put_rows(connection, configuration.id, rows)
            _put_names(connection, run, names)

    def put_rows(self, connection: Connection, configuration: int, rows: ReportRows) -> None:
        """Keeps the rows of a report, of the configuration with this id, in place of those that its document had."""
        document = rows.report["document_id"]
        connection.execute(delete(schema.reports).where(schema.reports.c.document_id == document))
        connection.execute(insert(schema.reports), rows.report | {"configuration_id": configuration})
        for table, found in ((schema.field_values, self._numbered(connection, rows.values)),
                             (schema.figures, rows.figures), (schema.findings, rows.findings),
                             (schema.evidence, rows.evidence)):
            if found:
                connection.execute(insert(table), found)

    def put_failure(self, run: int, configuration: Configuration, size: int, names: Sequence[Listed],
                    failure: Failure) -> None:
        """Keeps why a document gave no report; a report of an earlier configuration stays."""
        row = {"document_id": row_id(names[0].sha256), "configuration_id": configuration.id,
               "category": failure.category, "message": failure.message, "advice": failure.advice,
               "attempts": failure.attempts}
        with self.transaction(write=True) as connection:
            _put_document(connection, names[0].sha256, size)
            _put(connection, schema.failures, [row],
                 ("configuration_id", "category", "message", "advice", "attempts"))
            _put_names(connection, run, names)

    def report(self, sha256: str) -> Any:
        """The report of a document (`extractor.report.Report`), or None."""
        with self.transaction() as connection:
            body = connection.execute(select(schema.reports.c.body).where(
                schema.reports.c.document_id == row_id(sha256))).scalar()
        return None if body is None else unpack(body)

    def decide(self, fingerprint: str, decision: str, note: str = "", author: str = "") -> None:
        """Adds a person's decision about a finding; the newest holds, the earlier ones stay."""
        row = {"fingerprint": fingerprint, "decision": decision, "note": note, "author": author,
               "made": datetime.now(UTC)}
        with self.transaction(write=True) as connection:
            connection.execute(insert(schema.decisions), row)

    def _numbered(self, connection: Connection, values: Sequence[Row]) -> list[Row]:
        """Values with the numbers of their fields in place of the names; a field not yet known gets a number."""
        numbers = self._field_ids
        if missing := {row["field"] for row in values} - numbers.keys():
            numbers = _numbers(connection, sorted(missing))  # not kept: this transaction may yet be undone
        return [_with_number(row, numbers) for row in values]


def _with_number(row: Row, numbers: Mapping[str, int]) -> Row:
    rest = {key: value for key, value in row.items() if key != "field"}
    return rest | {"field_id": numbers[row["field"]]}


def _numbers(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """The numbers of all fields, after `names` got theirs where they had none."""
    _put(connection, schema.fields, [{"name": name} for name in names], (), ("name",))
    return {name: number for name, number in connection.execute(select(schema.fields.c.name, schema.fields.c.id))}


def _put_document(connection: Connection, sha256: str, size: int) -> None:
    _put(connection, schema.documents, [{"id": row_id(sha256), "sha256": sha256, "bytes": size}], ())


def _put_names(connection: Connection, run: int, listed: Iterable[Listed]) -> None:
    rows = [{"id": text_id(item.name), "name": item.name, "run_id": run, "category": item.category,
             "message": item.message, "document_id": row_id(item.sha256) if item.sha256 else None} for item in listed]
    _put(connection, schema.names, rows, ("document_id", "category", "message", "run_id"))


def _put(connection: Connection, table: Table, rows: Sequence[Row], changed: Sequence[str],
         key: Sequence[str] = ()) -> None:
    """Inserts rows; where the key is taken, sets the columns `changed`, or leaves the row if there are none."""
    if not rows:
        return
    statement = import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert(table)  # the other one is slow to load
    keys = [table.c[name] for name in key] or list(table.primary_key)
    if changed:
        new = {name: statement.excluded[name] for name in changed}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), rows)
    else:
        connection.execute(statement.on_conflict_do_nothing(index_elements=keys), rows)


def _refuse_newer(found: str | None, name: str) -> None:
    if found is not None and found > schema.REVISION:
        raise StoreError(f"Store {name}: it was made by a newer version (tables {found}).", "Install that version.")

"""Opens the database behind a store: URL or path, its settings, and its failures as documented errors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from extractor.errors import ExitCode, FileAccessError, GoujiError, OutputError

LOCK_SECONDS = 30.0
"""How long a writer of SQLite waits for another one."""
CONNECT_SECONDS = 10
WRITES = "gouji_writes"
"""The option of a connection whose transaction writes: in SQLite it takes the lock at once, and so never finds in its
midst that another writer was quicker."""
BATCH = 2_000
"""Rows that a streaming read holds at a time."""


class _WithHints(SQLiteCompiler):
    """Writes `Select.with_hint` (INDEXED BY) into statements; SQLAlchemy's own compiler for SQLite leaves hints out."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


class StoreUrlError(GoujiError):
    """The store's URL cannot be understood, or the driver of its database is not installed."""

    code = ExitCode.USAGE
    category = "usage"


class StoreError(OutputError):
    """The store cannot be reached, is locked, full or damaged; what was written before is whole."""


def parse_url(text: str) -> URL:
    """The URL of a store; text without a scheme is the path of a SQLite file. Raises `StoreUrlError`."""
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise StoreUrlError(f"Not the URL of a store: {text!r}.",
                            "Write a path, sqlite:///PATH or postgresql://HOST/NAME.") from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreUrlError(f"No store on {url.get_backend_name()}.", "Use SQLite or PostgreSQL.")
    return url


def connect(url: URL, *, create: bool) -> Engine:
    """The engine of the database at `url`; a SQLite file that is not there is made only with `create`."""
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite(url, create)
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS})
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreUrlError(f"The driver of {url.drivername} is not installed: {error}.",
                            "pip install 'gouji[postgres]'.") from error


def _sqlite(url: URL, create: bool) -> Engine:
    path = Path(url.database or "")
    if not create and not path.is_file():
        raise FileAccessError(f"There is no store at {path}.", "gouji batch makes one.")
    engine = create_engine(url if create else _readable(url, path), connect_args={"timeout": LOCK_SECONDS})
    engine.dialect.statement_compiler = _WithHints

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below: the driver would not cover DDL
        connection.execute("PRAGMA foreign_keys = ON")
        if create:
            connection.execute("PRAGMA journal_mode = WAL")  # a killed process loses nothing that it committed
            connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _readable(url: URL, path: Path) -> URL:
    """SQLite wants to make files beside a store in WAL mode even to read it; where it may not, and no writer has left
    any, the store is opened as one that nobody changes."""
    if os.access(path.parent, os.W_OK) or path.with_name(f"{path.name}-wal").exists():
        return url
    return url.set(database=f"file:{quote(str(path.absolute()))}", query={"immutable": "1", "uri": "true"})


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turns what a database driver raises within the block into `StoreError`."""
    try:
        yield
    except DBAPIError as error:
        cause = str(error.orig).strip().partition("\n")[0]
        raise StoreError(f"Store {name}: {cause}.", _advice(cause)) from error
    except SQLAlchemyError as error:
        raise StoreError(f"Store {name}: {error}.") from error


def _advice(cause: str) -> str:
    text = cause.lower()
    if "locked" in text:
        return "Another program is writing to it; wait for it, then run the command again."
    if "full" in text or "no space" in text:
        return "Make room, then run the command again: it goes on where it stopped."
    if "readonly" in text or "unable to open" in text or "permission" in text:
        return "Make its folder and file writable, or name another store."
    if "not a database" in text or "malformed" in text:
        return "The file is no store, or was damaged by something else; name another one."
    return "When it can be reached again, run the command again: it goes on where it stopped."

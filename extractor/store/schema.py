"""The tables of a store, the same on SQLite and PostgreSQL; `migrations/` carries older stores to this form.

A document is its bytes: its id is the first 63 bits of its SHA-256, so ids do not depend on the order of work and two
runs over the same archive fill the same rows. A document has at most one report, that of the configuration named there;
a newer configuration replaces it. Decisions of people refer to findings by fingerprint only and outlive every report;
corrections refer to a document and a field and are applied again when the document is extracted again.

The tables from `tokens` on belong to the service (`extractor.serve`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from extractor.report import plain

REVISION = "0003"
"""The newest migration: what the tables below are."""


class Exact(TypeDecorator[Decimal]):
    """A decimal kept digit for digit: NUMERIC in PostgreSQL, text in SQLite, whose numbers are binary floats."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return plain(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


Id = BigInteger().with_variant(Integer, "sqlite")  # an INTEGER PRIMARY KEY of SQLite is its row number: no second index
Short = SmallInteger().with_variant(Integer, "sqlite")

metadata = MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s"})


def _place() -> tuple[Column[Any], ...]:
    """Where a reading stands: page from 1 and box in points, or a place in words for formats without pages."""
    return (Column("page", Integer), Column("x0", Float), Column("top", Float), Column("x1", Float),
            Column("bottom", Float), Column("place", Text, nullable=False))


def _report(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["document_id"], ["reports.document_id"], ondelete="CASCADE",
                                name=f"fk_{table}_document_id")


configurations = Table(
    "configurations", metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("version", Text, nullable=False),
    Column("code", String(64), nullable=False),
    Column("model", String(64), nullable=False),
    Column("rules", String(64), nullable=False),
    Column("settings", Text, nullable=False),
)

runs = Table(
    "runs", metadata,
    Column("id", Integer, primary_key=True),
    Column("configuration_id", Id, ForeignKey("configurations.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("started", DateTime(timezone=True), nullable=False),
    Column("ended", DateTime(timezone=True)),
    Column("state", Text, nullable=False),  # running, complete, partial, failed, interrupted, stopped
    Column("counts", Text, nullable=False),  # JSON: how many documents ended in each way
)

documents = Table(
    "documents", metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("bytes", BigInteger, nullable=False),
)

names = Table(
    "names", metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("document_id", Id, ForeignKey("documents.id"), index=True),  # null: the bytes could not be had
    Column("category", Text, nullable=False),  # why they could not, else empty
    Column("message", Text, nullable=False),
    Column("run_id", Integer, ForeignKey("runs.id"), nullable=False, index=True),  # the last run that listed it
)

reports = Table(
    "reports", metadata,
    Column("document_id", Id, ForeignKey("documents.id"), primary_key=True, autoincrement=False),
    Column("configuration_id", Id, ForeignKey("configurations.id"), nullable=False),
    Column("format", Text, nullable=False),
    Column("agency", Text),
    Column("year", Integer),
    Column("period_start", Text),
    Column("period_end", Text),
    Column("template", Text),
    Column("pages", Integer, nullable=False),
    Column("scanned_pages", Integer, nullable=False),
    Column("unread_pages", Integer, nullable=False),
    Column("violated", Integer, nullable=False),
    Column("undecided", Integer, nullable=False),
    Column("satisfied", Integer, nullable=False),
    Column("doubtful_values", Integer, nullable=False),
    Column("missing_values", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the report's JSON, compressed by zlib
    Index(None, "agency", "year", "violated"),
    Index(None, "year"),
)

fields = Table(
    "fields", metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

field_values = Table(
    "field_values", metadata,
    Column("document_id", Id, nullable=False),
    Column("field_id", Short, ForeignKey("fields.id"), nullable=False),
    Column("value", Exact),
    Column("read", Exact),
    Column("implied", Exact),
    Column("raw", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    *_place(),
    PrimaryKeyConstraint("document_id", "field_id"), _report("field_values"),
    sqlite_with_rowid=False,  # stored in the order of the key: a report's values lie together
)

figures = Table(
    "figures", metadata,
    Column("document_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("field", Text),
    Column("value", Exact),
    Column("low", Exact),
    Column("high", Exact),
    Column("unit", Text, nullable=False),
    Column("qualifier", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("paragraph", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    *_place(),
    PrimaryKeyConstraint("document_id", "number"), _report("figures"),
    sqlite_with_rowid=False,
)

findings = Table(
    "findings", metadata,
    Column("document_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False, index=True),
    Column("rule", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("place", Text, nullable=False),
    Column("stated", Exact),
    Column("computed", Exact),
    Column("cause_id", Text, nullable=False),
    Column("headline", Boolean, nullable=False),
    Column("priority", Float, nullable=False),
    Column("message_zh", Text, nullable=False),
    Column("message_en", Text, nullable=False),
    Column("explanation_zh", Text, nullable=False),
    Column("explanation_en", Text, nullable=False),
    Column("agency", Text),  # as in `reports`: without a join an index alone answers what people ask
    Column("year", Integer),
    PrimaryKeyConstraint("document_id", "number"), _report("findings"),
    Index("ix_findings_listed", "agency", "year", "document_id", "number", "status", "rule", "cause"),
    Index("ix_findings_asked", "status", "rule", "cause", "year", "agency", "document_id", "number"),
    Index(None, "status", "headline", "priority"),
    sqlite_with_rowid=False,
)

evidence = Table(
    "evidence", metadata,
    Column("document_id", Id, nullable=False),
    Column("finding", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("text", Text, nullable=False),
    *_place(),
    PrimaryKeyConstraint("document_id", "finding", "number"),
    ForeignKeyConstraint(["document_id", "finding"], ["findings.document_id", "findings.number"], ondelete="CASCADE",
                         name="fk_evidence_finding"),
    sqlite_with_rowid=False,
)

failures = Table(
    "failures", metadata,
    Column("document_id", Id, ForeignKey("documents.id"), primary_key=True, autoincrement=False),
    Column("configuration_id", Id, ForeignKey("configurations.id"), nullable=False),
    Column("category", Text, nullable=False, index=True),
    Column("message", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
)

decisions = Table(
    "decisions", metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", Text, nullable=False, index=True),
    Column("decision", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("made", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),  # why it is dismissed, in one stable word
    CheckConstraint("length(fingerprint) > 0", name="fingerprint"),
)

corrections = Table(
    "corrections", metadata,  # only added to: the newest of a document and field holds
    Column("id", Integer, primary_key=True),
    Column("document_id", Id, ForeignKey("documents.id"), nullable=False, index=True),
    Column("field", Text, nullable=False),
    Column("value", Exact),  # null: the cell is blank
    Column("withdrawn", Boolean, nullable=False),  # the field is no longer corrected
    Column("comment", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("made", DateTime(timezone=True), nullable=False),
)

readings = Table(
    "readings", metadata,  # reports as extracted, of documents whose report in `reports` is corrected
    Column("document_id", Id, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("document_id"), _report("readings"),
)

tokens = Table(
    "tokens", metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256 of the secret, which is kept nowhere
    Column("made", DateTime(timezone=True), nullable=False),
    Column("expires", DateTime(timezone=True)),
    Column("revoked", DateTime(timezone=True)),
    Column("used", DateTime(timezone=True)),
)

sessions = Table(
    "sessions", metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the cookie
    Column("token_id", Integer, ForeignKey("tokens.id"), nullable=False, index=True),
    Column("made", DateTime(timezone=True), nullable=False),
    Column("expires", DateTime(timezone=True), nullable=False),
)

jobs = Table(
    "jobs", metadata,
    Column("id", String(32), primary_key=True),
    Column("owner", Text, nullable=False, index=True),
    Column("made", DateTime(timezone=True), nullable=False),
    Column("content", String(64), nullable=False),  # SHA-256 of names and hashes: the same upload again
)

job_documents = Table(
    "job_documents", metadata,
    Column("job_id", String(32), ForeignKey("jobs.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("bytes", BigInteger, nullable=False),
    Column("state", Text, nullable=False, index=True),  # pending, running, done, failed
    Column("category", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("ended", DateTime(timezone=True)),
    PrimaryKeyConstraint("job_id", "number"),
)

saved_views = Table(
    "saved_views", metadata,
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("filter", Text, nullable=False),  # JSON
    Column("made", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("owner", "name"),
)

audit = Table(
    "audit", metadata,  # only added to
    Column("id", Integer, primary_key=True),
    Column("made", DateTime(timezone=True), nullable=False),
    Column("author", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Text),  # JSON
    Column("after", Text),  # JSON
)

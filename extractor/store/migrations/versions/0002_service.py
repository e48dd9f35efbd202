"""The tables of the service: corrections, tokens, sessions, jobs, saved views and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from extractor.store.schema import Exact

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
TABLES = ("audit", "saved_views", "job_documents", "jobs", "sessions", "tokens", "readings", "corrections")
ONLY_ADDED_TO = ("corrections", "audit")

SQLITE = "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table}: rows are only added'); END"
POSTGRESQL = "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION rows_are_only_added()"
FUNCTION = ("CREATE OR REPLACE FUNCTION rows_are_only_added() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '%: rows are only added', TG_TABLE_NAME; END $$")


def upgrade() -> None:
    op.add_column("decisions", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_findings_status_headline_priority", "findings", ["status", "headline", "priority"])
    _corrections()
    _accounts()
    _jobs()
    _records()
    _only_added_to()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_findings_status_headline_priority", "findings")
    op.drop_column("decisions", "reason")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION rows_are_only_added()")


def _only_added_to() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    if not on_sqlite:
        op.execute(FUNCTION)
    for table in ONLY_ADDED_TO:
        for verb in ("update", "delete"):
            op.execute((SQLITE if on_sqlite else POSTGRESQL).format(table=table, verb=verb))


def _corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", Exact()),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("made", TIME, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_corrections_document_id"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"))
    op.create_index("ix_corrections_document_id", "corrections", ["document_id"])
    op.create_table(
        "readings",
        sa.Column("document_id", ID, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["reports.document_id"],
                                name="fk_readings_document_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", name="pk_readings"))


def _accounts() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made", TIME, nullable=False),
        sa.Column("expires", TIME),
        sa.Column("revoked", TIME),
        sa.Column("used", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"))
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("made", TIME, nullable=False),
        sa.Column("expires", TIME, nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["tokens.id"], name="fk_sessions_token_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"))
    op.create_index("ix_sessions_token_id", "sessions", ["token_id"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("made", TIME, nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"))
    op.create_index("ix_jobs_owner", "jobs", ["owner"])
    op.create_table(
        "job_documents",
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("ended", TIME),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_documents_job_id"),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_job_documents"))
    op.create_index("ix_job_documents_sha256", "job_documents", ["sha256"])
    op.create_index("ix_job_documents_state", "job_documents", ["state"])


def _records() -> None:
    op.create_table(
        "saved_views",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("made", TIME, nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name="pk_saved_views"))
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made", TIME, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_audit"))

"""The first form of the tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from extractor.store.schema import Exact

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SHORT = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")

APPEND_ONLY = {
    "sqlite": [
        "CREATE TRIGGER decisions_no_{verb} BEFORE {verb} ON decisions "
        "BEGIN SELECT RAISE(ABORT, 'decisions are only added to'); END"],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION decisions_are_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'decisions are only added to'; END $$",
        "CREATE TRIGGER decisions_no_{verb} BEFORE {verb} ON decisions "
        "FOR EACH ROW EXECUTE FUNCTION decisions_are_only_added_to()"],
}
"""What keeps a decision from being changed or removed once it is made, in each database's words."""


def upgrade() -> None:
    _documents()
    _reports()
    _figures()
    _findings()
    for verb in ("update", "delete"):
        for statement in APPEND_ONLY[op.get_bind().dialect.name]:
            op.execute(statement.format(verb=verb))


def downgrade() -> None:
    for table in ("decisions", "evidence", "findings", "figures", "field_values", "fields", "reports", "failures", "names",
                  "documents", "runs", "configurations"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION decisions_are_only_added_to()")


def _place() -> tuple[sa.Column[Any], ...]:
    return (sa.Column("page", sa.Integer()), sa.Column("x0", sa.Float()), sa.Column("top", sa.Float()),
            sa.Column("x1", sa.Float()), sa.Column("bottom", sa.Float()),
            sa.Column("place", sa.Text(), nullable=False))


def _documents() -> None:
    op.create_table(
        "configurations",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_configurations"),
        sa.UniqueConstraint("fingerprint", name="uq_configurations_fingerprint"))
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("configuration_id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["configuration_id"], ["configurations.id"], name="fk_runs_configuration_id"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"))
    op.create_table(
        "documents",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("sha256", name="uq_documents_sha256"))
    op.create_table(
        "names",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document_id", ID),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_names_document_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_names_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_names"))
    op.create_index("ix_names_document_id", "names", ["document_id"])
    op.create_index("ix_names_run_id", "names", ["run_id"])
    op.create_table(
        "failures",
        sa.Column("document_id", ID, autoincrement=False, nullable=False),
        sa.Column("configuration_id", ID, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["configuration_id"], ["configurations.id"], name="fk_failures_configuration_id"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_failures_document_id"),
        sa.PrimaryKeyConstraint("document_id", name="pk_failures"))
    op.create_index("ix_failures_category", "failures", ["category"])


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("document_id", ID, autoincrement=False, nullable=False),
        sa.Column("configuration_id", ID, nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text()),
        sa.Column("year", sa.Integer()),
        sa.Column("period_start", sa.Text()),
        sa.Column("period_end", sa.Text()),
        sa.Column("template", sa.Text()),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("scanned_pages", sa.Integer(), nullable=False),
        sa.Column("unread_pages", sa.Integer(), nullable=False),
        sa.Column("violated", sa.Integer(), nullable=False),
        sa.Column("undecided", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column("doubtful_values", sa.Integer(), nullable=False),
        sa.Column("missing_values", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["configuration_id"], ["configurations.id"], name="fk_reports_configuration_id"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_reports_document_id"),
        sa.PrimaryKeyConstraint("document_id", name="pk_reports"))
    op.create_index("ix_reports_agency_year", "reports", ["agency", "year"])
    op.create_index("ix_reports_year", "reports", ["year"])
    op.create_table(
        "fields",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fields"),
        sa.UniqueConstraint("name", name="uq_fields_name"))
    op.create_table(
        "field_values",
        sa.Column("document_id", ID, nullable=False),
        sa.Column("field_id", SHORT, nullable=False),
        sa.Column("value", Exact()),
        sa.Column("read", Exact()),
        sa.Column("implied", Exact()),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        *_place(),
        sa.ForeignKeyConstraint(["document_id"], ["reports.document_id"],
                                name="fk_field_values_document_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["field_id"], ["fields.id"], name="fk_field_values_field_id"),
        sa.PrimaryKeyConstraint("document_id", "field_id", name="pk_field_values"),
        sqlite_with_rowid=False)


def _figures() -> None:
    op.create_table(
        "figures",
        sa.Column("document_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text()),
        sa.Column("value", Exact()),
        sa.Column("low", Exact()),
        sa.Column("high", Exact()),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("qualifier", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("paragraph", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_place(),
        sa.ForeignKeyConstraint(["document_id"], ["reports.document_id"],
                                name="fk_figures_document_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_figures"),
        sqlite_with_rowid=False)


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("document_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("stated", Exact()),
        sa.Column("computed", Exact()),
        sa.Column("cause_id", sa.Text(), nullable=False),
        sa.Column("headline", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Float(), nullable=False),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("explanation_zh", sa.Text(), nullable=False),
        sa.Column("explanation_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["reports.document_id"],
                                name="fk_findings_document_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_findings"),
        sqlite_with_rowid=False)
    op.create_index("ix_findings_fingerprint", "findings", ["fingerprint"])
    op.create_index("ix_findings_rule_status_cause", "findings", ["rule", "status", "cause"])
    op.create_index("ix_findings_status_cause", "findings", ["status", "cause"])
    op.create_table(
        "evidence",
        sa.Column("document_id", ID, nullable=False),
        sa.Column("finding", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_place(),
        sa.ForeignKeyConstraint(["document_id", "finding"], ["findings.document_id", "findings.number"],
                                name="fk_evidence_finding", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "finding", "number", name="pk_evidence"),
        sqlite_with_rowid=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(fingerprint) > 0", name=op.f("ck_decisions_fingerprint")),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"))
    op.create_index("ix_decisions_fingerprint", "decisions", ["fingerprint"])

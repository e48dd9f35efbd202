"""Findings know their report's body and year, and indexes hold all that a question looks at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FILLED = ("UPDATE findings SET agency = (SELECT agency FROM reports WHERE reports.document_id = findings.document_id), "
          "year = (SELECT year FROM reports WHERE reports.document_id = findings.document_id)")


def upgrade() -> None:
    op.add_column("findings", sa.Column("agency", sa.Text()))
    op.add_column("findings", sa.Column("year", sa.Integer()))
    op.execute(FILLED)
    op.drop_index("ix_findings_rule_status_cause", "findings")
    op.drop_index("ix_findings_status_cause", "findings")
    op.create_index("ix_findings_listed", "findings",
                    ["agency", "year", "document_id", "number", "status", "rule", "cause"])
    op.create_index("ix_findings_asked", "findings",
                    ["status", "rule", "cause", "year", "agency", "document_id", "number"])
    op.drop_index("ix_reports_agency_year", "reports")
    op.create_index("ix_reports_agency_year_violated", "reports", ["agency", "year", "violated"])


def downgrade() -> None:
    op.drop_index("ix_reports_agency_year_violated", "reports")
    op.create_index("ix_reports_agency_year", "reports", ["agency", "year"])
    op.drop_index("ix_findings_asked", "findings")
    op.drop_index("ix_findings_listed", "findings")
    op.create_index("ix_findings_status_cause", "findings", ["status", "cause"])
    op.create_index("ix_findings_rule_status_cause", "findings", ["rule", "status", "cause"])
    op.drop_column("findings", "year")
    op.drop_column("findings", "agency")

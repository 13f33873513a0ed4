"""Outcomes.

Revision: 0011_outcomes, after 0010_bills.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import row_security, types

revision = "0011_outcomes"
down_revision = "0010_bills"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("workload_id", types.Str(), nullable=False),
        sa.Column("evaluation_id", types.Str(), nullable=False),
        sa.Column("decision_id", types.Str(), nullable=True),
        sa.Column("option", types.Str(), nullable=False),
        sa.Column("mode", types.Str(), nullable=False),
        sa.Column("engine_version", types.Str(), nullable=False),
        sa.Column("starts_on", types.Str(), nullable=False),
        sa.Column("ends_on", types.Str(), nullable=False),
        sa.Column("currency", types.Str(), nullable=False),
        sa.Column("predicted", types.ExactDecimal(), nullable=False),
        sa.Column("billed", types.ExactDecimal(), nullable=False),
        sa.Column("document", types.Json(), nullable=False),
        sa.Column("replaced_by", types.Str(), nullable=True),
        sa.Column("version", types.Int, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_outcomes_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["workload_id"], ["workloads.id"], name=op.f("fk_outcomes_workload_id_workloads")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name=op.f("fk_outcomes_evaluation_id_evaluations")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_outcomes_page", "outcomes", ["organization_id", "created_at", "id"])
    op.create_index("ix_outcomes_workload", "outcomes", ["organization_id", "workload_id", "starts_on"])
    row_security.protect("outcomes")


def downgrade() -> None:
    op.drop_table("outcomes")

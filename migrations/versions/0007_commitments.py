"""Commitments: capacity that is bought already.

Revision: 0007_commitments, after 0006_chart_data.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import types

revision = "0007_commitments"
down_revision = "0006_chart_data"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "commitments",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("workload_id", types.Str(), nullable=True),
        sa.Column("provider", types.Str(), nullable=False),
        sa.Column("sku", types.Str(), nullable=False),
        sa.Column("units", types.Int, nullable=False),
        sa.Column("currency", types.Str(), nullable=False),
        sa.Column("monthly_per_unit", types.ExactDecimal(), nullable=False),
        sa.Column("upfront_per_unit", types.ExactDecimal(), nullable=False),
        sa.Column("starts_on", types.Str(), nullable=False),
        sa.Column("ends_on", types.Str(), nullable=False),
        sa.Column("notice_by", types.Str(), nullable=True),
        sa.Column("renews", types.Flag(), nullable=False),
        sa.Column("act_by", types.Str(), nullable=False),
        sa.Column("reference", types.Str(), nullable=False),
        sa.Column("description", types.Str(), nullable=False),
        sa.Column("is_settled", types.Flag(), nullable=False),
        sa.Column("reminded_at", types.UtcDateTime(), nullable=True),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("deleted_at", types.UtcDateTime(), nullable=True),
        sa.Column("version", types.Int, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_commitments_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["workload_id"], ["workloads.id"], name=op.f("fk_commitments_workload_id_workloads")),
        sqlite_strict=True,
    )
    op.create_index("ix_commitments_page", "commitments", ["organization_id", "created_at", "id"])
    op.create_index("ix_commitments_due", "commitments", ["organization_id", "act_by", "id"])
    op.create_index("ix_commitments_reminder", "commitments", ["reminded_at", "act_by"])


def downgrade() -> None:
    op.drop_table("commitments")

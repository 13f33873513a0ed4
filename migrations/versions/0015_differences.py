"""Differences of evaluations, computed once.

Revision: 0015_differences, after 0014_approvals.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import append_only, row_security, types

revision = "0015_differences"
down_revision = "0014_approvals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evaluation_differences",
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("before_id", types.Str(), nullable=False),
        sa.Column("after_id", types.Str(), nullable=False),
        sa.Column("engine_version", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("content", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id", "before_id", "after_id", "engine_version", name=op.f("pk_evaluation_differences")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_evaluation_differences_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["before_id"], ["evaluations.id"], name=op.f("fk_evaluation_differences_before_id_evaluations")
        ),
        sa.ForeignKeyConstraint(
            ["after_id"], ["evaluations.id"], name=op.f("fk_evaluation_differences_after_id_evaluations")
        ),
        sqlite_strict=True,
    )
    append_only.protect("evaluation_differences")
    row_security.protect("evaluation_differences")


def downgrade() -> None:
    append_only.unprotect("evaluation_differences")
    op.drop_table("evaluation_differences")

"""What charts of an answer need beyond it.

Revision: 0006_chart_data, after 0005_webhooks.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import append_only, types

revision = "0006_chart_data"
down_revision = "0005_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evaluation_chart_data",
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("digest", types.Str(), nullable=False),
        sa.Column("engine_version", types.Str(), nullable=False),
        sa.Column("form", types.Int, nullable=False, autoincrement=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("content", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id", "digest", "engine_version", "form", name=op.f("pk_evaluation_chart_data")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_evaluation_chart_data_organization_id_organizations"),
        ),
        sqlite_strict=True,
    )
    append_only.protect("evaluation_chart_data")


def downgrade() -> None:
    append_only.unprotect("evaluation_chart_data")
    op.drop_table("evaluation_chart_data")

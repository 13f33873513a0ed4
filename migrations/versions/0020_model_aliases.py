"""Aliases of models.

Revision: 0020_model_aliases, after 0019_traffic_sources.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import row_security, types

revision = "0020_model_aliases"
down_revision = "0019_traffic_sources"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_aliases",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("version", types.Int, nullable=False),
        sa.Column("alias", types.Str(), nullable=False),
        sa.Column("model", types.Str(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_aliases")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_model_aliases_organization_id_organizations")
        ),
        sa.UniqueConstraint("organization_id", "alias", name=op.f("uq_model_aliases_organization_id_alias")),
        sqlite_strict=True,
    )
    op.create_index("ix_model_aliases_page", "model_aliases", ["organization_id", "created_at", "id"])
    row_security.protect("model_aliases")


def downgrade() -> None:
    op.drop_table("model_aliases")

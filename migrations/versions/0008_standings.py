"""Histories and price sheets that are retired, and the history of a workload that is current by choice.

Revision: 0008_standings, after 0007_commitments.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import types

revision = "0008_standings"
down_revision = "0007_commitments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "traffic_history_standings",
        sa.Column("traffic_history_id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("retired_at", types.UtcDateTime(), nullable=True),
        sa.Column("chosen_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("traffic_history_id", name=op.f("pk_traffic_history_standings")),
        sa.ForeignKeyConstraint(
            ["traffic_history_id"],
            ["traffic_histories.id"],
            name=op.f("fk_traffic_history_standings_traffic_history_id_traffic_histories"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_traffic_history_standings_organization_id_organizations"),
        ),
        sqlite_strict=True,
    )
    op.add_column("price_sheets", sa.Column("retired_at", types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("price_sheets", "retired_at")
    op.drop_table("traffic_history_standings")

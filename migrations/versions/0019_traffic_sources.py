"""Traffic sources: tables of warehouses that a workload's traffic is pulled from, and the pulls.

Revision: 0019_traffic_sources, after 0018_schedules.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import row_security, types

revision = "0019_traffic_sources"
down_revision = "0018_schedules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sources()
    _pulls()


def downgrade() -> None:
    op.drop_table("traffic_pulls")
    op.drop_table("traffic_sources")


def _sources() -> None:
    op.create_table(
        "traffic_sources",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("version", types.Int, nullable=False),
        sa.Column("workload_id", types.Str(), nullable=False),
        sa.Column("warehouse", types.Str(), nullable=False),
        sa.Column("purpose", types.Str(), nullable=False),
        sa.Column("words", types.Json(), nullable=False),
        sa.Column("deleted_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traffic_sources")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_traffic_sources_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(
            ["workload_id"], ["workloads.id"], name=op.f("fk_traffic_sources_workload_id_workloads")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_traffic_sources_page", "traffic_sources", ["organization_id", "created_at", "id"])
    row_security.protect("traffic_sources")


def _pulls() -> None:
    op.create_table(
        "traffic_pulls",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("traffic_source_id", types.Str(), nullable=False),
        sa.Column("start_at", types.UtcDateTime(), nullable=False),
        sa.Column("end_at", types.UtcDateTime(), nullable=False),
        sa.Column("statement", types.Str(), nullable=False),
        sa.Column("counts_statement", types.Str(), nullable=False),
        sa.Column("upload", types.Str(), nullable=False),
        sa.Column("job_id", types.Str(), nullable=False),
        sa.Column("ran_at", types.UtcDateTime(), nullable=True),
        sa.Column("counts", types.Json(), nullable=True),
        sa.Column("traffic_history_id", types.Str(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traffic_pulls")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_traffic_pulls_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(
            ["traffic_source_id"],
            ["traffic_sources.id"],
            name=op.f("fk_traffic_pulls_traffic_source_id_traffic_sources"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_traffic_pulls_page", "traffic_pulls", ["organization_id", "traffic_source_id", "created_at", "id"]
    )
    row_security.protect("traffic_pulls")

"""Traffic histories and the compressed chunks of their columns.

Revision: 0003_traffic_histories, after 0002_price_sheets.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import append_only, types

revision = "0003_traffic_histories"
down_revision = "0002_price_sheets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _histories()
    _chunks()


def downgrade() -> None:
    for table in ("traffic_history_chunks", "traffic_histories"):
        append_only.unprotect(table)
        op.drop_table(table)


def _histories() -> None:
    op.create_table(
        "traffic_histories",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("workload_id", types.Str(), nullable=False),
        sa.Column("digest", types.Str(), nullable=False),
        sa.Column("kind", types.Str(), nullable=False),
        sa.Column("bucket_seconds", types.Int, nullable=True),
        sa.Column("absent", types.Str(), nullable=True),
        sa.Column("rows", types.Int, nullable=False),
        sa.Column("columns", types.Json(), nullable=False),
        sa.Column("first_us", types.Int, nullable=False),
        sa.Column("last_us", types.Int, nullable=False),
        sa.Column("start_us", types.Int, nullable=True),
        sa.Column("end_us", types.Int, nullable=True),
        sa.Column("requests", types.Int, nullable=True),
        sa.Column("input_tokens", types.Int, nullable=False),
        sa.Column("cached_input_tokens", types.Int, nullable=False),
        sa.Column("output_tokens", types.Int, nullable=False),
        sa.Column("source", types.Json(), nullable=False),
        sa.Column("report", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traffic_histories")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_traffic_histories_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(
            ["workload_id"], ["workloads.id"], name=op.f("fk_traffic_histories_workload_id_workloads")
        ),
        sa.UniqueConstraint("workload_id", "digest", name=op.f("uq_traffic_histories_workload_id_digest")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_traffic_histories_page", "traffic_histories", ["organization_id", "workload_id", "created_at", "id"]
    )
    append_only.protect("traffic_histories", deletes=False)


def _chunks() -> None:
    op.create_table(
        "traffic_history_chunks",
        sa.Column("traffic_history_id", types.Str(), nullable=False),
        sa.Column("ordinal", types.Int, autoincrement=False, nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("rows", types.Int, nullable=False),
        sa.Column("data", types.Bytes, nullable=False),
        sa.PrimaryKeyConstraint("traffic_history_id", "ordinal", name=op.f("pk_traffic_history_chunks")),
        sa.ForeignKeyConstraint(
            ["traffic_history_id"],
            ["traffic_histories.id"],
            name=op.f("fk_traffic_history_chunks_traffic_history_id_traffic_histories"),
        ),
        sqlite_strict=True,
    )
    append_only.protect("traffic_history_chunks", deletes=False)

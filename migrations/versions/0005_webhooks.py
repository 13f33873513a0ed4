"""Webhooks, how far each is, their deliveries and every try.

Revision: 0005_webhooks, after 0004_evaluations.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import types

revision = "0005_webhooks"
down_revision = "0004_evaluations"
branch_labels = None
depends_on = None

TABLES = ("webhook_attempts", "webhook_deliveries", "webhook_progress", "webhooks")
"""Every table made here, dependent ones first."""


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("url", types.Str(), nullable=False),
        sa.Column("description", types.Str(), nullable=False),
        sa.Column("events", types.Json(), nullable=False),
        sa.Column("state", types.Str(), nullable=False),
        sa.Column("disabled_reason", types.Str(), nullable=True),
        sa.Column("secret", types.Bytes, nullable=False),
        sa.Column("previous_secret", types.Bytes, nullable=True),
        sa.Column("previous_secret_until", types.UtcDateTime(), nullable=True),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("deleted_at", types.UtcDateTime(), nullable=True),
        sa.Column("version", types.Int, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_webhooks_organization_id_organizations")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_webhooks_page", "webhooks", ["organization_id", "created_at", "id"])
    op.create_table(
        "webhook_progress",
        sa.Column("webhook_id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("sequence", types.Int, nullable=False),
        sa.Column("failing_since", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("webhook_id", name=op.f("pk_webhook_progress")),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_progress_webhook_id_webhooks")),
        sqlite_strict=True,
    )
    _deliveries()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("webhook_id", types.Str(), nullable=False),
        sa.Column("event_sequence", types.Int, nullable=False),
        sa.Column("state", types.Str(), nullable=False),
        sa.Column("attempts", types.Int, nullable=False),
        sa.Column("round", types.Int, nullable=False),
        sa.Column("next_attempt_at", types.UtcDateTime(), nullable=True),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.Column("last_status", types.Int, nullable=True),
        sa.Column("last_error", types.Str(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook_id_webhooks")
        ),
        sa.UniqueConstraint(
            "webhook_id", "event_sequence", name=op.f("uq_webhook_deliveries_webhook_id_event_sequence")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["webhook_id", "state", "next_attempt_at"])
    op.create_index("ix_webhook_deliveries_page", "webhook_deliveries", ["webhook_id", "created_at", "id"])
    op.create_index("ix_webhook_deliveries_finished", "webhook_deliveries", ["finished_at"])
    op.create_table(
        "webhook_attempts",
        sa.Column("delivery_id", types.Str(), nullable=False),
        sa.Column("number", types.Int, nullable=False, autoincrement=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("status", types.Int, nullable=True),
        sa.Column("error", types.Str(), nullable=True),
        sa.Column("milliseconds", types.Int, nullable=False),
        sa.Column("excerpt", types.Str(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_webhook_attempts")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["webhook_deliveries.id"], name=op.f("fk_webhook_attempts_delivery_id_webhook_deliveries")
        ),
        sqlite_strict=True,
    )

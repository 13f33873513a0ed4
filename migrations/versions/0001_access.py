"""Organizations, API keys, idempotency keys, events, workloads and jobs.

Revision: 0001_access, the first.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import append_only, types

revision = "0001_access"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _access()
    _idempotency()
    _events()
    _workloads()
    _jobs()


def downgrade() -> None:
    append_only.unprotect("events")
    for table in ("jobs", "workloads", "events", "idempotency_keys", "api_keys", "organizations"):
        op.drop_table(table)


def _access() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("name", types.Str(), nullable=False),
        sa.Column("signing_key", types.Bytes, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sqlite_strict=True,
    )
    op.create_table(
        "api_keys",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("name", types.Str(), nullable=False),
        sa.Column("role", types.Str(), nullable=False),
        sa.Column("secret_digest", types.Bytes, nullable=False),
        sa.Column("created_by", types.Str(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", types.UtcDateTime(), nullable=True),
        sa.Column("last_used_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_api_keys_organization_id_organizations")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_api_keys_organization_id"), "api_keys", ["organization_id"])
    append_only.protect("api_keys", ["id", "organization_id", "role", "secret_digest", "created_at", "created_by"])


def _idempotency() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("operation", types.Str(), nullable=False),
        sa.Column("key", types.Str(), nullable=False),
        sa.Column("fingerprint", types.Bytes, nullable=False),
        sa.Column("holder", types.Str(), nullable=False),
        sa.Column("leased_until", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.Column("status", types.Int, nullable=True),
        sa.Column("headers", types.Json(), nullable=True),
        sa.Column("body", types.Bytes, nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "operation", "key", name=op.f("pk_idempotency_keys")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_idempotency_keys_expires_at"), "idempotency_keys", ["expires_at"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("sequence", types.Int, nullable=False, autoincrement=False),
        sa.Column("action", types.Str(), nullable=False),
        sa.Column("resource_id", types.Str(), nullable=False),
        sa.Column("actor_kind", types.Str(), nullable=False),
        sa.Column("actor_id", types.Str(), nullable=False),
        sa.Column("request_id", types.Str(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("before", types.Str(), nullable=True),
        sa.Column("after", types.Str(), nullable=True),
        sa.Column("hash", types.Str(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "sequence", name=op.f("pk_events")),
        sqlite_strict=True,
    )
    op.create_index("ix_events_resource", "events", ["organization_id", "resource_id", "sequence"])
    append_only.protect("events")


def _workloads() -> None:
    op.create_table(
        "workloads",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("version", types.Int, nullable=False),
        sa.Column("name", types.Str(), nullable=False),
        sa.Column("description", types.Str(), nullable=False),
        sa.Column("model", types.Str(), nullable=False),
        sa.Column("zone", types.Str(), nullable=False),
        sa.Column("latency", types.Json(), nullable=True),
        sa.Column("isolation", types.Json(), nullable=False),
        sa.Column("incumbent", types.Str(), nullable=True),
        sa.Column("labels", types.Json(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("deleted_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workloads")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_workloads_organization_id_organizations")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_workloads_page", "workloads", ["organization_id", "created_at", "id"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("kind", types.Str(), nullable=False),
        sa.Column("arguments", types.Json(), nullable=False),
        sa.Column("resource_id", types.Str(), nullable=False),
        sa.Column("state", types.Str(), nullable=False),
        sa.Column("attempt", types.Int, nullable=False),
        sa.Column("failures", types.Int, nullable=False),
        sa.Column("available_at", types.UtcDateTime(), nullable=False),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.Column("worker", types.Str(), nullable=True),
        sa.Column("cancel_requested", types.Flag(), nullable=False),
        sa.Column("phase", types.Str(), nullable=True),
        sa.Column("share", types.Real, nullable=True),
        sa.Column("error", types.Str(), nullable=True),
        sa.Column("started_at", types.UtcDateTime(), nullable=True),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_strict=True,
    )
    op.create_index("ix_jobs_claim", "jobs", ["state", "available_at"])
    op.create_index("ix_jobs_resource", "jobs", ["organization_id", "resource_id", "created_at"])

"""Schedules of evaluations; indexes of jobs by whose turn it is, and for lists of an organization's own.

Revision: 0018_schedules, after 0017_capacity_profiles.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import row_security, types

revision = "0018_schedules"
down_revision = "0017_capacity_profiles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _schedules()
    _runs()
    op.create_index("ix_jobs_turn", "jobs", ["state", "organization_id", "available_at", "id"])
    op.create_index("ix_jobs_page", "jobs", ["organization_id", "created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_jobs_page", "jobs")
    op.drop_index("ix_jobs_turn", "jobs")
    op.drop_table("schedule_runs")
    op.drop_table("schedules")


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("version", types.Int, nullable=False),
        sa.Column("workload_id", types.Str(), nullable=False),
        sa.Column("every", types.Str(), nullable=False),
        sa.Column("day", types.Int, nullable=False),
        sa.Column("at", types.Str(), nullable=False),
        sa.Column("zone", types.Str(), nullable=False),
        sa.Column("policy_choice", types.Json(), nullable=False),
        sa.Column("paused", types.Flag(), nullable=False),
        sa.Column("next_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("deleted_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_schedules_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["workload_id"], ["workloads.id"], name=op.f("fk_schedules_workload_id_workloads")),
        sqlite_strict=True,
    )
    op.create_index("ix_schedules_page", "schedules", ["organization_id", "created_at", "id"])
    op.create_index("ix_schedules_due", "schedules", ["next_at"])
    row_security.protect("schedules")


def _runs() -> None:
    op.create_table(
        "schedule_runs",
        sa.Column("schedule_id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("job_id", types.Str(), nullable=False),
        sa.Column("evaluation_id", types.Str(), nullable=True),
        sa.PrimaryKeyConstraint("schedule_id", name=op.f("pk_schedule_runs")),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedules.id"], name=op.f("fk_schedule_runs_schedule_id_schedules")),
        sqlite_strict=True,
    )
    row_security.protect("schedule_runs")

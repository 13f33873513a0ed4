"""Policies and their versions, evaluations and their results.

Revision: 0004_evaluations, after 0003_traffic_histories.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import append_only, types

revision = "0004_evaluations"
down_revision = "0003_traffic_histories"
branch_labels = None
depends_on = None


TABLES = (
    "portfolio_members",
    "portfolio_evaluations",
    "evaluation_replays",
    "evaluation_results",
    "evaluation_price_sheets",
    "evaluations",
    "default_policies",
    "policy_versions",
    "policies",
)
"""Every table made here, dependent ones first."""


def upgrade() -> None:
    _policies()
    _evaluations()
    _results()
    _replays()
    _portfolio()


def downgrade() -> None:
    for table in TABLES:
        append_only.unprotect(table)
        op.drop_table(table)


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("version", types.Int, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_policies_organization_id_organizations")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_policies_page", "policies", ["organization_id", "created_at", "id"])
    append_only.protect("policies", ["id", "organization_id", "created_at"])
    op.create_table(
        "policy_versions",
        sa.Column("policy_id", types.Str(), nullable=False),
        sa.Column("number", types.Int, nullable=False, autoincrement=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("name", types.Str(), nullable=False),
        sa.Column("description", types.Str(), nullable=False),
        sa.Column("preset", types.Str(), nullable=True),
        sa.Column("document", types.Json(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("policy_id", "number", name=op.f("pk_policy_versions")),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_policy_versions_policy_id_policies")),
        sqlite_strict=True,
    )
    append_only.protect("policy_versions")
    op.create_table(
        "default_policies",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("policy_id", types.Str(), nullable=True),
        sa.Column("policy_version", types.Int, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_default_policies")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_default_policies_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_default_policies_policy_id_policies")),
        sqlite_strict=True,
    )
    op.create_index("ix_default_policies_page", "default_policies", ["organization_id", "created_at", "id"])
    append_only.protect("default_policies")


def _evaluations() -> None:
    op.create_table(
        "evaluations",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("workload_id", types.Str(), nullable=False),
        sa.Column("traffic_history_id", types.Str(), nullable=False),
        sa.Column("input_key", types.Str(), nullable=False),
        sa.Column("inputs", types.Json(), nullable=False),
        sa.Column("policy_choice", types.Json(), nullable=False),
        sa.Column("estimated_seconds", types.Real, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_evaluations_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["workload_id"], ["workloads.id"], name=op.f("fk_evaluations_workload_id_workloads")),
        sa.ForeignKeyConstraint(
            ["traffic_history_id"],
            ["traffic_histories.id"],
            name=op.f("fk_evaluations_traffic_history_id_traffic_histories"),
        ),
        sa.UniqueConstraint("workload_id", "input_key", name=op.f("uq_evaluations_workload_id_input_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_evaluations_page", "evaluations", ["organization_id", "created_at", "id"])
    op.create_index("ix_evaluations_workload", "evaluations", ["workload_id", "created_at", "id"])
    append_only.protect("evaluations")
    op.create_table(
        "evaluation_price_sheets",
        sa.Column("evaluation_id", types.Str(), nullable=False),
        sa.Column("price_sheet_id", types.Str(), nullable=False),
        sa.Column("version", types.Int, nullable=False, autoincrement=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.PrimaryKeyConstraint("evaluation_id", "price_sheet_id", "version", name=op.f("pk_evaluation_price_sheets")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name=op.f("fk_evaluation_price_sheets_evaluation_id_evaluations")
        ),
        sa.ForeignKeyConstraint(
            ["price_sheet_id", "version"],
            ["price_sheet_versions.price_sheet_id", "price_sheet_versions.version"],
            name=op.f("fk_evaluation_price_sheets_price_sheet_id_price_sheet_versions"),
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_evaluation_price_sheets_version", "evaluation_price_sheets", ["price_sheet_id", "version"])
    append_only.protect("evaluation_price_sheets")


def _results() -> None:
    op.create_table(
        "evaluation_results",
        sa.Column("evaluation_id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("workload_id", types.Str(), nullable=False),
        sa.Column("version", types.Int, nullable=False),
        sa.Column("completed_at", types.UtcDateTime(), nullable=False),
        sa.Column("digest", types.Str(), nullable=False),
        sa.Column("engine_version", types.Str(), nullable=False),
        sa.Column("mode", types.Str(), nullable=False),
        sa.Column("option", types.Str(), nullable=True),
        sa.Column("monthly_cost", types.ExactDecimal(), nullable=True),
        sa.Column("currency", types.Str(), nullable=True),
        sa.Column("confidence", types.Str(), nullable=False),
        sa.Column("review_by", types.Str(), nullable=False),
        sa.Column("content", types.Bytes, nullable=False),
        sa.PrimaryKeyConstraint("evaluation_id", name=op.f("pk_evaluation_results")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name=op.f("fk_evaluation_results_evaluation_id_evaluations")
        ),
        sa.UniqueConstraint("workload_id", "version", name=op.f("uq_evaluation_results_workload_id_version")),
        sqlite_strict=True,
    )
    op.create_index("ix_evaluation_results_digest", "evaluation_results", ["organization_id", "digest"])
    op.create_index(
        "ix_evaluation_results_review", "evaluation_results", ["organization_id", "review_by", "evaluation_id"]
    )
    append_only.protect("evaluation_results")


def _replays() -> None:
    op.create_table(
        "evaluation_replays",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("evaluation_id", types.Str(), nullable=False),
        sa.Column("engine_version", types.Str(), nullable=False),
        sa.Column("evaluation_engine_version", types.Str(), nullable=False),
        sa.Column("digest", types.Str(), nullable=False),
        sa.Column("intact", types.Flag(), nullable=False),
        sa.Column("identical", types.Flag(), nullable=False),
        sa.Column("differences", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_replays")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name=op.f("fk_evaluation_replays_evaluation_id_evaluations")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_evaluation_replays_page", "evaluation_replays", ["evaluation_id", "created_at", "id"])
    append_only.protect("evaluation_replays")


def _portfolio() -> None:
    op.create_table(
        "portfolio_evaluations",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("price_sheet_id", types.Str(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_evaluations")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_portfolio_evaluations_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["price_sheet_id"], ["price_sheets.id"], name=op.f("fk_portfolio_evaluations_price_sheet_id_price_sheets")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_portfolio_evaluations_page", "portfolio_evaluations", ["organization_id", "created_at", "id"])
    append_only.protect("portfolio_evaluations")
    op.create_table(
        "portfolio_members",
        sa.Column("portfolio_id", types.Str(), nullable=False),
        sa.Column("workload_id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("evaluation_id", types.Str(), nullable=True),
        sa.Column("previous_id", types.Str(), nullable=True),
        sa.Column("refusal", types.Str(), nullable=True),
        sa.PrimaryKeyConstraint("portfolio_id", "workload_id", name=op.f("pk_portfolio_members")),
        sa.ForeignKeyConstraint(
            ["portfolio_id"],
            ["portfolio_evaluations.id"],
            name=op.f("fk_portfolio_members_portfolio_id_portfolio_evaluations"),
        ),
        sa.ForeignKeyConstraint(
            ["workload_id"], ["workloads.id"], name=op.f("fk_portfolio_members_workload_id_workloads")
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name=op.f("fk_portfolio_members_evaluation_id_evaluations")
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["evaluations.id"], name=op.f("fk_portfolio_members_previous_id_evaluations")
        ),
        sqlite_strict=True,
    )
    append_only.protect("portfolio_members")

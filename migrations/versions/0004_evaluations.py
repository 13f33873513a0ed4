"""Policies and their versions, evaluations and their results.

Revision: 0004_evaluations, after 0003_traffic_histories.
"""

import sqlalchemy as sa
from alembic import op

from service.kit import immutable, types

revision = "0004_evaluations"
down_revision = "0002_price_sheets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _policies()


def downgrade() -> None:
    for table in ("default_policies", "policy_versions", "policies"):
        immutable.unprotect(table)
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
    immutable.protect("policies", ["id", "organization_id", "created_at"])
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
    immutable.protect("policy_versions")
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
    immutable.protect("default_policies")

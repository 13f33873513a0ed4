"""Capacity profiles and their versions.

Revision: 0017_capacity_profiles, after 0016_purchase_requests.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import append_only, row_security, types

revision = "0017_capacity_profiles"
down_revision = "0016_purchase_requests"
branch_labels = None
depends_on = None

TABLES = ("capacity_profile_versions", "capacity_profiles")


def upgrade() -> None:
    _profiles()
    _versions()
    for table in TABLES:
        row_security.protect(table)


def downgrade() -> None:
    for table in TABLES:
        append_only.unprotect(table)
        op.drop_table(table)


def _profiles() -> None:
    op.create_table(
        "capacity_profiles",
        sa.Column("name", types.Str(), nullable=False),
        sa.Column("model", types.Str(), nullable=False),
        sa.Column("unit", types.Str(), nullable=False),
        sa.Column("digest", types.Str(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("version", types.Int, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_profiles")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_capacity_profiles_organization_id_organizations")
        ),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_capacity_profiles_organization_id_name")),
        sqlite_strict=True,
    )
    op.create_index("ix_capacity_profiles_page", "capacity_profiles", ["organization_id", "created_at", "id"])
    append_only.protect("capacity_profiles", ["id", "organization_id", "created_at", "name", "model", "unit"])


def _versions() -> None:
    op.create_table(
        "capacity_profile_versions",
        sa.Column("capacity_profile_id", types.Str(), nullable=False),
        sa.Column("version", types.Int, autoincrement=False, nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("digest", types.Str(), nullable=False),
        sa.Column("content", types.Bytes, nullable=False),
        sa.PrimaryKeyConstraint("capacity_profile_id", "version", name=op.f("pk_capacity_profile_versions")),
        sa.ForeignKeyConstraint(
            ["capacity_profile_id"],
            ["capacity_profiles.id"],
            name=op.f("fk_capacity_profile_versions_capacity_profile_id_capacity_profiles"),
        ),
        sqlite_strict=True,
    )
    append_only.protect("capacity_profile_versions")

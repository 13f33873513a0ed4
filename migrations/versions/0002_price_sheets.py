"""Price sheets, their versions and the offers of each.

Revision: 0002_price_sheets, after 0001_access.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import append_only, types

revision = "0002_price_sheets"
down_revision = "0001_access"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sheets()
    _versions()
    _offers()


def downgrade() -> None:
    for table in ("price_sheet_offers", "price_sheet_versions", "price_sheets"):
        append_only.unprotect(table)
        op.drop_table(table)


def _sheets() -> None:
    op.create_table(
        "price_sheets",
        sa.Column("provider", types.Str(), nullable=False),
        sa.Column("name", types.Str(), nullable=False),
        sa.Column("currency", types.Str(), nullable=False),
        sa.Column("digest", types.Str(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("version", types.Int, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_sheets")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_price_sheets_organization_id_organizations")
        ),
        sa.UniqueConstraint(
            "organization_id", "provider", "name", name=op.f("uq_price_sheets_organization_id_provider_name")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_price_sheets_page", "price_sheets", ["organization_id", "created_at", "id"])
    append_only.protect("price_sheets", ["id", "organization_id", "created_at", "provider", "name", "currency"])


def _versions() -> None:
    op.create_table(
        "price_sheet_versions",
        sa.Column("price_sheet_id", types.Str(), nullable=False),
        sa.Column("version", types.Int, autoincrement=False, nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("effective_from", types.UtcDateTime(), nullable=False),
        sa.Column("digest", types.Str(), nullable=False),
        sa.Column("document", types.Bytes, nullable=False),
        sa.Column("source", types.Json(), nullable=False),
        sa.Column("warnings", types.Json(), nullable=False),
        sa.Column("offer_count", types.Int, nullable=False),
        sa.PrimaryKeyConstraint("price_sheet_id", "version", name=op.f("pk_price_sheet_versions")),
        sa.ForeignKeyConstraint(
            ["price_sheet_id"], ["price_sheets.id"], name=op.f("fk_price_sheet_versions_price_sheet_id_price_sheets")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_price_sheet_versions_force",
        "price_sheet_versions",
        ["organization_id", "price_sheet_id", "effective_from", "version"],
    )
    append_only.protect("price_sheet_versions")


def _offers() -> None:
    op.create_table(
        "price_sheet_offers",
        sa.Column("price_sheet_id", types.Str(), nullable=False),
        sa.Column("version", types.Int, autoincrement=False, nullable=False),
        sa.Column("sku", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("model_key", types.Str(), nullable=False),
        sa.Column("offer", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("price_sheet_id", "version", "sku", name=op.f("pk_price_sheet_offers")),
        sa.ForeignKeyConstraint(
            ["price_sheet_id", "version"],
            ["price_sheet_versions.price_sheet_id", "price_sheet_versions.version"],
            name=op.f("fk_price_sheet_offers_price_sheet_id_price_sheet_versions"),
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_price_sheet_offers_model", "price_sheet_offers", ["organization_id", "model_key"])
    append_only.protect("price_sheet_offers")

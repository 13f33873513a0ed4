"""Bills and their charges.

Revision: 0010_bills, after 0009_row_security.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import row_security, types

revision = "0010_bills"
down_revision = "0009_row_security"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bills",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("digest", types.Str(), nullable=False),
        sa.Column("bytes", types.Int, nullable=False),
        sa.Column("format", types.Str(), nullable=False),
        sa.Column("charges", types.Int, nullable=False),
        sa.Column("repeated", types.Int, nullable=False),
        sa.Column("totals", types.Json(), nullable=False),
        sa.Column("starts_at", types.UtcDateTime(), nullable=False),
        sa.Column("ends_at", types.UtcDateTime(), nullable=False),
        sa.Column("version", types.Int, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills")),
        sa.UniqueConstraint("organization_id", "digest", name=op.f("uq_bills_organization_id_digest")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_bills_organization_id_organizations")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_bills_page", "bills", ["organization_id", "created_at", "id"])
    _charges()
    row_security.protect("bills")
    row_security.protect("bill_charges")


def _charges() -> None:
    op.create_table(
        "bill_charges",
        sa.Column("bill_id", types.Str(), nullable=False),
        sa.Column("number", types.Int, nullable=False, autoincrement=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("digest", types.Str(), nullable=False),
        sa.Column("provider", types.Str(), nullable=False),
        sa.Column("invoice", types.Str(), nullable=False),
        sa.Column("category", types.Str(), nullable=False),
        sa.Column("starts_at", types.UtcDateTime(), nullable=False),
        sa.Column("ends_at", types.UtcDateTime(), nullable=False),
        sa.Column("sku", types.Str(), nullable=False),
        sa.Column("sku_price", types.Str(), nullable=False),
        sa.Column("description", types.Str(), nullable=False),
        sa.Column("meter", types.Str(), nullable=True),
        sa.Column("quantity", types.ExactDecimal(), nullable=True),
        sa.Column("unit", types.Str(), nullable=False),
        sa.Column("billed", types.ExactDecimal(), nullable=False),
        sa.Column("effective", types.ExactDecimal(), nullable=False),
        sa.Column("currency", types.Str(), nullable=False),
        sa.Column("commitment", types.Str(), nullable=False),
        sa.Column("commitment_status", types.Str(), nullable=False),
        sa.Column("contract", types.Str(), nullable=False),
        sa.Column("repeats", types.Str(), nullable=True),
        sa.PrimaryKeyConstraint("bill_id", "number", name=op.f("pk_bill_charges")),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_bill_charges_bill_id_bills")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_bill_charges_organization_id_organizations")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_bill_charges_same", "bill_charges", ["organization_id", "digest"])
    op.create_index("ix_bill_charges_period", "bill_charges", ["organization_id", "starts_at"])


def downgrade() -> None:
    op.drop_table("bill_charges")
    op.drop_table("bills")

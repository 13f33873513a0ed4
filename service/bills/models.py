"""Tables of bills and their charges."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict
from service.kit.db.types import ExactDecimal
from service.kit.http.etags import Versioned


class Bill(Owned, Versioned, Base):
    """A bill as it was uploaded.

    digest: of the file, `sha256:<hex>`. format: `focus` or `plain`. charges: how many lines it has. repeated: how many
    of them were in an earlier bill and are not counted again. totals: what is counted, a currency each.
    starts_at, ends_at: of all its charges, the end not included.
    """

    __tablename__ = "bills"
    __table_args__ = strict(
        UniqueConstraint("organization_id", "digest"), Index("ix_bills_page", "organization_id", "created_at", "id")
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    digest: Mapped[str]
    bytes: Mapped[int]
    format: Mapped[str]
    charges: Mapped[int]
    repeated: Mapped[int]
    totals: Mapped[list[Any]]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Charge(Base):
    """A line of a bill. number: its line in the file. digest: the same for the same charge in another file.

    meter: what its texts say is metered, None where they do not. quantity: in single units of `unit`.
    billed: what the invoice asks for. effective: what the use cost, with what was paid before spread over it.
    repeats: the earlier bill that has this charge already, None where it counts.
    """

    __tablename__ = "bill_charges"
    __table_args__ = strict(
        Index("ix_bill_charges_same", "organization_id", "digest"),
        Index("ix_bill_charges_period", "organization_id", "starts_at"),
    )

    bill_id: Mapped[str] = mapped_column(ForeignKey("bills.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    digest: Mapped[str]
    provider: Mapped[str]
    invoice: Mapped[str]
    category: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    sku: Mapped[str]
    sku_price: Mapped[str]
    description: Mapped[str]
    meter: Mapped[str | None]
    quantity: Mapped[Decimal | None] = mapped_column(ExactDecimal())
    unit: Mapped[str]
    billed: Mapped[Decimal] = mapped_column(ExactDecimal())
    effective: Mapped[Decimal] = mapped_column(ExactDecimal())
    currency: Mapped[str]
    commitment: Mapped[str]
    commitment_status: Mapped[str]
    contract: Mapped[str]
    repeats: Mapped[str | None]

"""The table of commitments."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict
from service.kit.db.types import ExactDecimal
from service.kit.http.etags import Versioned


class Commitment(Owned, Versioned, Base):
    """Units of an offer bought for a time.

    monthly_per_unit: what a unit costs a month. upfront_per_unit: what was paid at the start for the whole time.
    starts_on, ends_on: first and last day it is paid for. notice_by: last day to say that it shall not go on, None
    where it ends by itself. act_by: notice_by, else ends_on. Days are kept as `YYYY-MM-DD`.
    is_settled: what follows is settled, nobody need be reminded. reminded_at: when somebody was.
    """

    __tablename__ = "commitments"
    __table_args__ = strict(
        Index("ix_commitments_page", "organization_id", "created_at", "id"),
        Index("ix_commitments_due", "organization_id", "act_by", "id"),
        Index("ix_commitments_reminder", "reminded_at", "act_by"),
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    workload_id: Mapped[str | None] = mapped_column(ForeignKey("workloads.id"))
    provider: Mapped[str]
    sku: Mapped[str]
    units: Mapped[int]
    currency: Mapped[str]
    monthly_per_unit: Mapped[Decimal] = mapped_column(ExactDecimal())
    upfront_per_unit: Mapped[Decimal] = mapped_column(ExactDecimal())
    starts_on: Mapped[str]
    ends_on: Mapped[str]
    notice_by: Mapped[str | None]
    renews: Mapped[bool]
    act_by: Mapped[str]
    reference: Mapped[str]
    description: Mapped[str]
    is_settled: Mapped[bool]
    reminded_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

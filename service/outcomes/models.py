"""The table of outcomes."""

from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict
from service.kit.db.types import ExactDecimal
from service.kit.http.etags import Versioned


class Outcome(Owned, Versioned, Base):
    """What came of an option over a period.

    mode, provider: of the option. starts_on, ends_on: the period's first and last day, `YYYY-MM-DD`.
    predicted, billed: money in `currency`. document: the whole answer. replaced_by: the newer outcome of the same
    option and period, None where this one counts.
    """

    __tablename__ = "outcomes"
    __table_args__ = strict(
        Index("ix_outcomes_page", "organization_id", "created_at", "id"),
        Index("ix_outcomes_workload", "organization_id", "workload_id", "starts_on"),
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    workload_id: Mapped[str] = mapped_column(ForeignKey("workloads.id"))
    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluations.id"))
    decision_id: Mapped[str | None]
    option: Mapped[str]
    mode: Mapped[str]
    engine_version: Mapped[str]
    starts_on: Mapped[str]
    ends_on: Mapped[str]
    currency: Mapped[str]
    predicted: Mapped[Decimal] = mapped_column(ExactDecimal())
    billed: Mapped[Decimal] = mapped_column(ExactDecimal())
    document: Mapped[dict[str, Any]]
    replaced_by: Mapped[str | None]

"""The tables of portfolio evaluations. No row of them ever changes."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict


class PortfolioEvaluation(Owned, Base):
    """One round of evaluating many workloads. price_sheet_id: the sheet whose models they were chosen by, if any."""

    __tablename__ = "portfolio_evaluations"
    __table_args__ = strict(Index("ix_portfolio_evaluations_page", "organization_id", "created_at", "id"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    price_sheet_id: Mapped[str | None] = mapped_column(ForeignKey("price_sheets.id"))


class PortfolioMember(Base):
    """A workload of a round. evaluation_id: its evaluation, None where it was refused for `refusal`.

    previous_id: the workload's last answer when the round began, None where it had none.
    """

    __tablename__ = "portfolio_members"
    __table_args__ = strict()

    portfolio_id: Mapped[str] = mapped_column(ForeignKey("portfolio_evaluations.id"), primary_key=True)
    workload_id: Mapped[str] = mapped_column(ForeignKey("workloads.id"), primary_key=True)
    organization_id: Mapped[str]
    evaluation_id: Mapped[str | None] = mapped_column(ForeignKey("evaluations.id"))
    previous_id: Mapped[str | None] = mapped_column(ForeignKey("evaluations.id"))
    refusal: Mapped[str | None]

"""Tables of how decisions are approved otherwise than by one's own vote under one evaluation."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict


class Delegation(Owned, Base):
    """A member lets another one vote for them until the end of a day. Days are kept as `YYYY-MM-DD`."""

    __tablename__ = "decision_delegations"
    __table_args__ = strict(Index("ix_decision_delegations_page", "organization_id", "created_at", "id"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    delegator_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    delegate_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    until: Mapped[str]
    reason: Mapped[str]
    revoked_at: Mapped[datetime | None]


class BreakGlass(Owned, Base):
    """An approval by an owner alone, past quorum and guardrails, and its review.

    overridden: what the guardrails said, as findings. review_by: last day of the review. raised_at: when it was said
    that the review is overdue.
    """

    __tablename__ = "decision_break_glass"
    __table_args__ = strict(UniqueConstraint("decision_id"), Index("ix_decision_break_glass_due", "review_by"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    reason: Mapped[str]
    overridden: Mapped[list[Any]]
    review_by: Mapped[str]
    raised_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    reviewer_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))
    review: Mapped[str]


class Rebase(Owned, Base):
    """A proposed decision moved onto a newer evaluation: what it said before, and what became of its votes.

    content: as it was under from_digest. carried: whether votes went along; because: why not, empty where they did.
    """

    __tablename__ = "decision_rebases"
    __table_args__ = strict(Index("ix_decision_rebases_decision", "decision_id", "created_at", "id"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    from_evaluation_id: Mapped[str]
    to_evaluation_id: Mapped[str]
    from_digest: Mapped[str]
    to_digest: Mapped[str]
    content: Mapped[dict[str, Any]]
    carried: Mapped[bool]
    because: Mapped[list[Any]]
    differences: Mapped[dict[str, Any]]

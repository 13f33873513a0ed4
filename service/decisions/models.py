"""Tables of decisions: what was decided never changes, only its state does."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.decisions.states import STATES
from service.kit.db.models import Base, Owned, strict
from service.kit.db.types import ExactDecimal
from service.kit.http.etags import Versioned

GUARDRAIL_STATES = ("proposed", "in_force", "retired", "rejected", "withdrawn", "outrun")
"""States of guardrails. Outrun: another version came into force before they were decided."""

_STATES = ", ".join(f"'{state}'" for state in STATES)


class Decision(Owned, Versioned, Base):
    """A decision on an evaluation's option.

    digest: of `content`, which holds what was decided, see content.py. state: as of the last write; Clock says what
    it is now. due_at, due_state: when the clock moves it next, and where to. Days are kept as `YYYY-MM-DD`.
    purchase_request: what it says of people and names, with its digest, as of the approval. total_commitment:
    everything payable until the earliest exit. external_reference: a ticket or request elsewhere, later the order.
    buys: whether something is to be bought. votes_cast: counts votes, so that the tag moves with them.
    """

    __tablename__ = "decisions"
    __table_args__ = strict(
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        Index("ix_decisions_page", "organization_id", "created_at", "id"),
        Index("ix_decisions_workload", "organization_id", "workload_id", "created_at"),
        Index("ix_decisions_due", "due_at"),
        Index("ix_decisions_reference", "organization_id", "external_reference"),
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    workload_id: Mapped[str] = mapped_column(ForeignKey("workloads.id"))
    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluations.id"))
    option: Mapped[str | None]
    kind: Mapped[str]
    title: Mapped[str]
    state: Mapped[str]
    due_at: Mapped[datetime | None]
    due_state: Mapped[str | None]
    state_reason: Mapped[str]
    proposer_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    owner_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    provider: Mapped[str | None]
    currency: Mapped[str]
    total_commitment: Mapped[Decimal] = mapped_column(ExactDecimal())
    buys: Mapped[bool]
    decide_by: Mapped[str]
    valid_until: Mapped[str]
    purchase_by: Mapped[str]
    starts_on: Mapped[str]
    ends_on: Mapped[str | None]
    notice_by: Mapped[str | None]
    external_reference: Mapped[str]
    digest: Mapped[str]
    content: Mapped[dict[str, Any]]
    supersedes_id: Mapped[str | None]
    superseded_by_id: Mapped[str | None]
    votes_cast: Mapped[int]
    updated_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    purchase_request: Mapped[dict[str, Any] | None]


class Vote(Owned, Base):
    """A vote of a member on a decision's content, by its digest. A member's newest one counts; none is changed.

    vote: `approve`, `reject`, `abstain`, or `none` where the one before was taken back. on_behalf_of: who delegated it,
    None: their own. carried_from: digest it was cast on, where the decision has been moved onto a newer evaluation.
    """

    __tablename__ = "decision_votes"
    __table_args__ = strict(Index("ix_decision_votes_decision", "decision_id", "created_at", "id"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    actor_id: Mapped[str]
    number: Mapped[int]
    vote: Mapped[str]
    reason: Mapped[str]
    digest: Mapped[str]
    on_behalf_of: Mapped[str | None]
    carried_from: Mapped[str | None]


class Comment(Owned, Base):
    """A remark of a member on a decision. Never changes."""

    __tablename__ = "decision_comments"
    __table_args__ = strict(Index("ix_decision_comments_decision", "decision_id", "created_at", "id"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    text: Mapped[str]


class Purchase(Owned, Base):
    """What was bought on a decision: one, and for ever. commitment_id: of the commitment that was entered for it."""

    __tablename__ = "decision_purchases"
    __table_args__ = strict(UniqueConstraint("decision_id"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    commitment_id: Mapped[str] = mapped_column(ForeignKey("commitments.id"))
    reference: Mapped[str]
    facts: Mapped[dict[str, Any]]


class Guardrails(Owned, Versioned, Base):
    """A version of the organization's guardrails, proposed or in force once.

    number: counts them from 1, 0 is the shipped default, which no row holds. state: one of GUARDRAIL_STATES.
    votes: as JSON in the order they were cast, the newest of a member counts. decided_at: when it began to hold, or was
    rejected, withdrawn or outrun by another version.
    """

    __tablename__ = "guardrails"
    __table_args__ = strict(UniqueConstraint("organization_id", "number"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    number: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str]
    proposer_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    digest: Mapped[str]
    content: Mapped[dict[str, Any]]
    votes: Mapped[list[Any]]
    decided_at: Mapped[datetime | None]

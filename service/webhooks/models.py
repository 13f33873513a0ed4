"""The tables of webhooks."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict
from service.kit.http.etags import Versioned


class Webhook(Owned, Versioned, Base):
    """An address that events are sent to. A deleted one stays for its log, without its secrets.

    events: filters, each an action such as `decision.approved`, a resource such as `decision.*`, or `*`.
    state: enabled or disabled; disabled_reason: why, for people, where it was not a person.
    secret: 32 random bytes; previous_secret signs too until previous_secret_until.
    """

    __tablename__ = "webhooks"
    __table_args__ = strict(Index("ix_webhooks_page", "organization_id", "created_at", "id"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    url: Mapped[str]
    description: Mapped[str]
    events: Mapped[list[Any]]
    state: Mapped[str]
    disabled_reason: Mapped[str | None]
    secret: Mapped[bytes]
    previous_secret: Mapped[bytes | None]
    previous_secret_until: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class WebhookProgress(Base):
    """How far a webhook is; apart from it, so that sending does not change what people edit.

    sequence: of the last event that was looked at. failing_since: of the first failure that no success followed.
    """

    __tablename__ = "webhook_progress"
    __table_args__ = strict()

    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id"), primary_key=True)
    organization_id: Mapped[str]
    sequence: Mapped[int]
    failing_since: Mapped[datetime | None]


class Delivery(Owned, Base):
    """One event for one webhook. state: pending, delivered or failed (given up).

    attempts: tries in all. round: tries since it was last asked for, which say how long to wait for the next.
    next_attempt_at: None unless pending. last_status: of HTTP, None where there was no answer.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = strict(
        UniqueConstraint("webhook_id", "event_sequence"),
        Index("ix_webhook_deliveries_due", "webhook_id", "state", "next_attempt_at"),
        Index("ix_webhook_deliveries_page", "webhook_id", "created_at", "id"),
        Index("ix_webhook_deliveries_finished", "finished_at"),
    )

    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id"))
    event_sequence: Mapped[int]
    state: Mapped[str]
    attempts: Mapped[int]
    round: Mapped[int]
    next_attempt_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]


class Attempt(Base):
    """One try of a delivery. number: from 1. status: of HTTP, None without an answer. error: why it did not count.

    milliseconds: from the first byte out to the answer. excerpt: how the answer's body began.
    """

    __tablename__ = "webhook_attempts"
    __table_args__ = strict()

    delivery_id: Mapped[str] = mapped_column(ForeignKey("webhook_deliveries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organization_id: Mapped[str]
    at: Mapped[datetime]
    status: Mapped[int | None]
    error: Mapped[str | None]
    milliseconds: Mapped[int]
    excerpt: Mapped[str]

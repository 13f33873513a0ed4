"""The table of events."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, strict


class Event(Base):
    """One write. Never changes.

    sequence: counts the organization's events from 1 without gaps. hash: SHA-256 over this event and the hash of the
    one before it. before, after: digests of the resource's facts, None where it did not exist.
    """

    __tablename__ = "events"
    __table_args__ = strict(Index("ix_events_resource", "organization_id", "resource_id", "sequence"))

    organization_id: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[str]
    resource_id: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    request_id: Mapped[str]
    at: Mapped[datetime]
    before: Mapped[str | None]
    after: Mapped[str | None]
    hash: Mapped[str]

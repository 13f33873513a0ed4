"""The table of schedules."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict
from service.kit.http.etags import Versioned


class Schedule(Owned, Versioned, Base):
    """When a workload is evaluated anew.

    every: week or month. day: 1 (Monday) to 7 of a week, 1 to 31 of a month. at: `HH:MM` by the clocks of `zone`.
    policy_choice: as of an evaluation. paused: nothing is asked for until it no longer is. next_at: when it is due.
    """

    __tablename__ = "schedules"
    __table_args__ = strict(
        Index("ix_schedules_page", "organization_id", "created_at", "id"), Index("ix_schedules_due", "next_at")
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    workload_id: Mapped[str] = mapped_column(ForeignKey("workloads.id"))
    every: Mapped[str]
    day: Mapped[int]
    at: Mapped[str]
    zone: Mapped[str]
    policy_choice: Mapped[dict[str, Any]]
    paused: Mapped[bool]
    next_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class ScheduledRun(Base):
    """The last time that a schedule was due. job_id: of the job that asked. evaluation_id: of what it asked for."""

    __tablename__ = "schedule_runs"
    __table_args__ = strict()

    schedule_id: Mapped[str] = mapped_column(ForeignKey("schedules.id"), primary_key=True)
    organization_id: Mapped[str]
    due_at: Mapped[datetime]
    job_id: Mapped[str]
    evaluation_id: Mapped[str | None]

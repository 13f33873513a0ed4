"""Tables of traffic sources and their pulls."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict
from service.kit.http.etags import Versioned


class TrafficSource(Owned, Versioned, Base):
    """Where the traffic of a workload is pulled from. It never changes.

    warehouse: its name in the operator's setting. purpose: `sums` or `rows`. words: as said, of `GET /v1/traffic-sql`.
    """

    __tablename__ = "traffic_sources"
    __table_args__ = strict(Index("ix_traffic_sources_page", "organization_id", "created_at", "id"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    workload_id: Mapped[str] = mapped_column(ForeignKey("workloads.id"))
    warehouse: Mapped[str]
    purpose: Mapped[str]
    words: Mapped[dict[str, Any]]
    deleted_at: Mapped[datetime | None]


class TrafficPull(Owned, Base):
    """A statement that was run, or is to be. start_at, end_at: the time it asks for, the end not included.

    statement, counts_statement: SQL as it is run. job_id: of the job that runs it. ran_at: when it was begun. counts:
    rows by what became of them. traffic_history_id: what came of it, None until then.
    """

    __tablename__ = "traffic_pulls"
    __table_args__ = strict(
        Index("ix_traffic_pulls_page", "organization_id", "traffic_source_id", "created_at", "id"),
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    traffic_source_id: Mapped[str] = mapped_column(ForeignKey("traffic_sources.id"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    statement: Mapped[str]
    counts_statement: Mapped[str]
    upload: Mapped[str]
    job_id: Mapped[str]
    ran_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any] | None]
    traffic_history_id: Mapped[str | None]

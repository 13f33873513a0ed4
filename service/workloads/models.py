"""The table of workloads."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict
from service.kit.http.etags import Versioned


class Workload(Owned, Versioned, Base):
    """A workload. `latency`, `isolation` and `labels` are JSON as validated; a deleted one stays for its history."""

    __tablename__ = "workloads"
    __table_args__ = strict(Index("ix_workloads_page", "organization_id", "created_at", "id"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    description: Mapped[str]
    model: Mapped[str]
    zone: Mapped[str]
    latency: Mapped[dict[str, Any] | None]
    isolation: Mapped[dict[str, Any]]
    incumbent: Mapped[str | None]
    labels: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

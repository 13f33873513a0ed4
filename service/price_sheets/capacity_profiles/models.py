"""The tables of capacity profiles: the profile that is measured again, and its versions, which never change."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.kit.db.models import Base, Owned, strict
from service.kit.http.etags import Versioned


class CapacityProfile(Owned, Versioned, Base):
    """What one unit serves of a model. `version` is the number of its latest version, `digest` that one's.

    Name, model and unit hold for every version; an organization has each name once.
    """

    __tablename__ = "capacity_profiles"
    __table_args__ = strict(
        UniqueConstraint("organization_id", "name"),
        Index("ix_capacity_profiles_page", "organization_id", "created_at", "id"),
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    model: Mapped[str]
    unit: Mapped[str]
    digest: Mapped[str]
    updated_at: Mapped[datetime]
    latest: Mapped["CapacityProfileVersion"] = relationship(
        primaryjoin="and_(CapacityProfile.id == foreign(CapacityProfileVersion.capacity_profile_id), "
        "CapacityProfile.version == CapacityProfileVersion.version)",
        viewonly=True,
    )


class CapacityProfileVersion(Base):
    """One measurement, read and fitted. Never changes.

    content: canonical JSON (RFC 8785) of source, points, fit and labels; digest: its SHA-256.
    """

    __tablename__ = "capacity_profile_versions"
    __table_args__ = strict()

    capacity_profile_id: Mapped[str] = mapped_column(ForeignKey("capacity_profiles.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organization_id: Mapped[str]
    created_at: Mapped[datetime]
    digest: Mapped[str]
    content: Mapped[bytes]

    @property
    def document(self) -> dict[str, Any]:
        """What was read and fitted."""
        document: dict[str, Any] = json.loads(self.content)
        return document

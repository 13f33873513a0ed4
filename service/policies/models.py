"""The tables of policies."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict
from service.kit.http.etags import Versioned
from service.policies.policy_schema import policy_document, stored_policy_of


class StoredPolicy(Owned, Versioned, Base):
    """A policy; `version` is its newest version's number."""

    __tablename__ = "policies"
    __table_args__ = strict(Index("ix_policies_page", "organization_id", "created_at", "id"))

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    updated_at: Mapped[datetime]


class PolicyVersion(Base):
    """One version of a policy. Never changes. `document`: what it says beyond the defaults, as validated JSON."""

    __tablename__ = "policy_versions"
    __table_args__ = strict()

    policy_id: Mapped[str] = mapped_column(ForeignKey("policies.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organization_id: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    preset: Mapped[str | None]
    document: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]

    @property
    def effective(self) -> dict[str, Any]:
        """Every knob, the defaults written out."""
        return policy_document(stored_policy_of(self.document))

    @property
    def etag(self) -> str:
        """The tag, without quotes: that of the policy while this version is its newest."""
        return f"v{self.number}"


class DefaultPolicy(Owned, Base):
    """A policy made the organization's default; the newest row is in force. Never changes.

    policy_id None goes back to the built-in defaults; policy_version None follows the policy's newest version.
    """

    __tablename__ = "default_policies"
    __table_args__ = strict(
        ForeignKeyConstraint(["policy_id"], ["policies.id"]),
        Index("ix_default_policies_page", "organization_id", "created_at", "id"),
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    policy_id: Mapped[str | None]
    policy_version: Mapped[int | None]

"""Tables of access."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict
from service.kit.http.etags import Versioned


class Organization(Base):
    """A tenant: everything stored belongs to one. signing_key: 32 random bytes that sign its page cursors."""

    __tablename__ = "organizations"
    __table_args__ = strict()

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    signing_key: Mapped[bytes]
    created_at: Mapped[datetime]


class Member(Owned, Versioned, Base):
    """A person or a service account of the organization. However many keys it has, it is one.

    kind: `person` or `service`. email: of a person, lower case, empty where unknown. subject: of a person at the
    identity provider, None where none is known. role: the most its keys may do.
    deactivated_at: since when its keys open nothing and its votes on what is undecided do not count.
    """

    __tablename__ = "members"
    __table_args__ = strict(
        UniqueConstraint("organization_id", "subject"), Index("ix_members_page", "organization_id", "created_at", "id")
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    kind: Mapped[str]
    name: Mapped[str]
    email: Mapped[str]
    subject: Mapped[str | None]
    role: Mapped[str]
    deactivated_at: Mapped[datetime | None]

    @property
    def state(self) -> str:
        """`active` or `deactivated`."""
        return "active" if self.deactivated_at is None else "deactivated"


class ApiKey(Owned, Base):
    """An API key. Only the SHA-256 of its secret is kept; the secret itself is shown once, when it is made.

    member_id: whose key it is, for ever. created_by: id of the key or name of the command that made it.
    last_used_at: to the hour.
    """

    __tablename__ = "api_keys"
    __table_args__ = strict()

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"), index=True)
    member_id: Mapped[str] = mapped_column(nullable=True)  # a column added to rows there were; every one has a value
    name: Mapped[str]
    role: Mapped[str]
    secret_digest: Mapped[bytes]
    created_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

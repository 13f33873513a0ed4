"""Tables of access."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict


class Organization(Base):
    """A tenant: everything stored belongs to one. signing_key: 32 random bytes that sign its page cursors."""

    __tablename__ = "organizations"
    __table_args__ = strict()

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    signing_key: Mapped[bytes]
    created_at: Mapped[datetime]


class ApiKey(Owned, Base):
    """An API key. Only the SHA-256 of its secret is kept; the secret itself is shown once, when it is made.

    created_by: id of the key or name of the command that made it. last_used_at: to the hour.
    """

    __tablename__ = "api_keys"
    __table_args__ = strict()

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str]
    role: Mapped[str]
    secret_digest: Mapped[bytes]
    created_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

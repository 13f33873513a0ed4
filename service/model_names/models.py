"""The table of aliases of models."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict
from service.kit.http.etags import Versioned


class ModelAlias(Owned, Versioned, Base):
    """A name that an organization calls a model by. alias: in small letters, once in an organization."""

    __tablename__ = "model_aliases"
    __table_args__ = strict(
        UniqueConstraint("organization_id", "alias"),
        Index("ix_model_aliases_page", "organization_id", "created_at", "id"),
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    alias: Mapped[str]
    model: Mapped[str]
    updated_at: Mapped[datetime]

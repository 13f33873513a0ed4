"""The tables of price sheets: the sheet that is revised, its versions and their offers, which never change."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.kit.db.models import Base, Owned, strict
from service.kit.http.etags import Versioned


class PriceSheet(Owned, Versioned, Base):
    """What one provider charges, in one currency. `version` is the number of its latest version, `digest` that one's.

    Provider, name and currency hold for every version; an organization has each pair of provider and name once.
    retired_at: since when none of its versions is in force any more.
    """

    __tablename__ = "price_sheets"
    __table_args__ = strict(
        UniqueConstraint("organization_id", "provider", "name"),
        Index("ix_price_sheets_page", "organization_id", "created_at", "id"),
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    provider: Mapped[str]
    name: Mapped[str]
    currency: Mapped[str]
    digest: Mapped[str]
    updated_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    latest: Mapped["PriceSheetVersion"] = relationship(
        primaryjoin="and_(PriceSheet.id == foreign(PriceSheetVersion.price_sheet_id), "
        "PriceSheet.version == PriceSheetVersion.version)",
        viewonly=True,
    )

    @property
    def etag(self) -> str:
        """The tag, without quotes: retiring a sheet is no version of it, and is told all the same."""
        return f"v{self.version}" + ("" if self.retired_at is None else "-retired")


class PriceSheetVersion(Base):
    """A sheet as it was uploaded. Never changes.

    effective_from: midnight UTC of the day it is in force from. document: canonical JSON (RFC 8785) of what was
    uploaded, digest: its SHA-256. source: out of the document. warnings: what lint remarked on when it was stored.
    offer_count: offers in the document.
    """

    __tablename__ = "price_sheet_versions"
    __table_args__ = strict(
        Index("ix_price_sheet_versions_force", "organization_id", "price_sheet_id", "effective_from", "version")
    )

    price_sheet_id: Mapped[str] = mapped_column(ForeignKey("price_sheets.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organization_id: Mapped[str]
    created_at: Mapped[datetime]
    effective_from: Mapped[datetime]
    digest: Mapped[str]
    document: Mapped[bytes] = mapped_column(deferred=True)
    source: Mapped[dict[str, Any]]
    warnings: Mapped[list[Any]]
    offer_count: Mapped[int]


class PriceSheetOffer(Base):
    """One offer of a version, by itself so that models and skus are found without reading documents. Never changes.

    model_key: the model without regard to capitals. offer: the offer as it stands in the document.
    """

    __tablename__ = "price_sheet_offers"
    __table_args__ = strict(
        ForeignKeyConstraint(
            ["price_sheet_id", "version"], ["price_sheet_versions.price_sheet_id", "price_sheet_versions.version"]
        ),
        Index("ix_price_sheet_offers_model", "organization_id", "model_key"),
    )

    price_sheet_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sku: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str]
    model_key: Mapped[str]
    offer: Mapped[dict[str, Any]]

"""Queries on price sheets. Every one names the organization."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, select, tuple_, update
from sqlalchemy.orm import Session, aliased, undefer

from service.price_sheets.models import PriceSheet, PriceSheetOffer, PriceSheetVersion


def sheets(organization_id: str, filters: Mapping[str, Any]) -> Select[PriceSheet]:
    """Return the statement of the sheets that fit the filters that are not None.

    filters: provider, name; model: names in small letters, of which the sheet's latest version offers one, or the
    version in force at `effective_at` where that is given; effective_at: some version is in force then.
    """
    statement = select(PriceSheet).where(PriceSheet.organization_id == organization_id)
    for name in ("provider", "name"):
        if filters[name] is not None:
            statement = statement.where(getattr(PriceSheet, name) == filters[name])
    if filters["model"] is None and filters["effective_at"] is None:
        return statement
    if filters["effective_at"] is None:
        versions = select(PriceSheetVersion).where(PriceSheetVersion.version == PriceSheet.version)
    else:
        versions = in_force(organization_id, filters["effective_at"])
    if filters["model"] is not None:
        versions = versions.where(_offers_one(filters["model"]))
    return statement.where(versions.where(PriceSheetVersion.price_sheet_id == PriceSheet.id).exists())


def sheet(session: Session, organization_id: str, price_sheet_id: str) -> PriceSheet | None:
    """Return one sheet."""
    return session.scalar(
        select(PriceSheet).where(PriceSheet.organization_id == organization_id, PriceSheet.id == price_sheet_id)
    )


def set_retired(session: Session, sheet: PriceSheet, at: datetime | None) -> None:
    """Retire a sheet or take it back: not by way of the row, which would count as another version of it."""
    session.execute(update(PriceSheet).where(PriceSheet.id == sheet.id).values(retired_at=at))
    session.refresh(sheet)


def sheet_named(session: Session, organization_id: str, provider: str, name: str) -> PriceSheet | None:
    """Return the sheet of this provider and name."""
    return session.scalar(
        select(PriceSheet).where(
            PriceSheet.organization_id == organization_id, PriceSheet.provider == provider, PriceSheet.name == name
        )
    )


def versions(organization_id: str, price_sheet_id: str) -> Select[PriceSheetVersion]:
    """Return the statement of a sheet's versions."""
    return select(PriceSheetVersion).where(
        PriceSheetVersion.organization_id == organization_id, PriceSheetVersion.price_sheet_id == price_sheet_id
    )


def version(session: Session, organization_id: str, price_sheet_id: str, number: int) -> PriceSheetVersion | None:
    """Return one version of a sheet."""
    return session.scalar(versions(organization_id, price_sheet_id).where(PriceSheetVersion.version == number))


def pinned(session: Session, organization_id: str, pins: Sequence[tuple[str, int]]) -> list[PriceSheetVersion]:
    """Return the versions that exist among the pairs of sheet and version."""
    place = tuple_(PriceSheetVersion.price_sheet_id, PriceSheetVersion.version)
    statement = select(PriceSheetVersion).where(PriceSheetVersion.organization_id == organization_id, place.in_(pins))
    return list(session.scalars(statement.options(undefer(PriceSheetVersion.document))))


def in_force(organization_id: str, at: datetime, models: Collection[str] | None = None) -> Select[PriceSheetVersion]:
    """Return the statement of each sheet's version in force at a time: the latest day reached, of it the last version.

    Sheets that are retired have none.

    models: names in small letters, to return only versions that offer one of them.
    """
    later = aliased(PriceSheetVersion)
    place = tuple_(PriceSheetVersion.effective_from, PriceSheetVersion.version)
    overtaken = exists().where(
        later.price_sheet_id == PriceSheetVersion.price_sheet_id,
        later.effective_from <= at,
        tuple_(later.effective_from, later.version) > place,
    )
    statement = select(PriceSheetVersion).where(
        PriceSheetVersion.organization_id == organization_id, PriceSheetVersion.effective_from <= at, ~overtaken
    )
    retired = exists().where(PriceSheet.id == PriceSheetVersion.price_sheet_id, PriceSheet.retired_at.is_not(None))
    statement = statement.where(~retired)
    return statement if models is None else statement.where(_offers_one(models))


def models_in_force(session: Session, organization_id: str, at: datetime) -> dict[str, set[tuple[str, int]]]:
    """Return the (sheet, version) pairs in force at a time that offer each model, by the model's key."""
    offered = and_(
        PriceSheetOffer.price_sheet_id == PriceSheetVersion.price_sheet_id,
        PriceSheetOffer.version == PriceSheetVersion.version,
    )
    statement = (
        in_force(organization_id, at)
        .join(PriceSheetOffer, offered)
        .with_only_columns(PriceSheetOffer.model_key, PriceSheetVersion.price_sheet_id, PriceSheetVersion.version)
        .distinct()
    )
    found: dict[str, set[tuple[str, int]]] = {}
    for model, sheet_id, number in session.execute(statement):
        found.setdefault(model, set()).add((sheet_id, number))
    return found


def offered_models(session: Session, organization_id: str) -> frozenset[str]:
    """Return the models, in small letters, that any version of a sheet offers; read once a session."""
    kept = session.info.setdefault(__name__, {})
    if organization_id not in kept:
        statement = select(PriceSheetOffer.model_key).where(PriceSheetOffer.organization_id == organization_id)
        kept[organization_id] = frozenset(session.scalars(statement.distinct()))
    found: frozenset[str] = kept[organization_id]
    return found


def forget_offered_models(session: Session) -> None:
    """Have the models on offer read again: a version was added."""
    session.info.pop(__name__, None)


def offers_of_model(
    session: Session, organization_id: str, price_sheet_ids: Sequence[str], models: Collection[str]
) -> dict[tuple[str, int], list[Any]]:
    """Return the offers of models in every version of these sheets, by (sheet, version), by their skus."""
    statement = select(PriceSheetOffer.price_sheet_id, PriceSheetOffer.version, PriceSheetOffer.offer).where(
        PriceSheetOffer.organization_id == organization_id,
        PriceSheetOffer.price_sheet_id.in_(price_sheet_ids),
        PriceSheetOffer.model_key.in_(sorted(models)),
    )
    found: dict[tuple[str, int], list[Any]] = {}
    for sheet_id, number, offer in session.execute(statement.order_by(PriceSheetOffer.sku)):
        found.setdefault((sheet_id, number), []).append(offer)
    return found


def models_of(session: Session, organization_id: str, price_sheet_id: str, at: datetime) -> set[str]:
    """Return the keys of the models that a sheet offers in its version in force at a time."""
    statement = (
        in_force(organization_id, at)
        .where(PriceSheetVersion.price_sheet_id == price_sheet_id)
        .join(
            PriceSheetOffer,
            and_(
                PriceSheetOffer.price_sheet_id == PriceSheetVersion.price_sheet_id,
                PriceSheetOffer.version == PriceSheetVersion.version,
            ),
        )
        .with_only_columns(PriceSheetOffer.model_key)
    )
    return set(session.scalars(statement))


def offer_history(session: Session, organization_id: str, price_sheet_id: str, sku: str) -> list[Any]:
    """Return (version, effective_from, offer or None) of every version of a sheet, as they come into force."""
    held = and_(
        PriceSheetOffer.price_sheet_id == PriceSheetVersion.price_sheet_id,
        PriceSheetOffer.version == PriceSheetVersion.version,
        PriceSheetOffer.sku == sku,
    )
    statement = (
        versions(organization_id, price_sheet_id)
        .with_only_columns(PriceSheetVersion.version, PriceSheetVersion.effective_from, PriceSheetOffer.offer)
        .outerjoin(PriceSheetOffer, held)
        .order_by(PriceSheetVersion.effective_from, PriceSheetVersion.version)
    )
    return list(session.execute(statement))


def listings(session: Session, organization_id: str, at: datetime, filters: Mapping[str, Any]) -> list[Any]:
    """Return (sheet, version, source, offer) of every offer in force at a time that fits.

    filters: provider; model: names in small letters. None for any.
    """
    force = in_force(organization_id, at).subquery()
    statement = (
        select(PriceSheet, force.c.version, force.c.source, PriceSheetOffer.offer)
        .join(force, force.c.price_sheet_id == PriceSheet.id)
        .join(
            PriceSheetOffer,
            and_(PriceSheetOffer.price_sheet_id == PriceSheet.id, PriceSheetOffer.version == force.c.version),
        )
        .where(PriceSheet.organization_id == organization_id)
        .order_by(PriceSheet.id, PriceSheetOffer.sku)
    )
    if filters["provider"] is not None:
        statement = statement.where(PriceSheet.provider == filters["provider"])
    if filters["model"] is not None:
        statement = statement.where(PriceSheetOffer.model_key.in_(sorted(filters["model"])))
    return list(session.execute(statement))


def _offers_one(models: Collection[str]) -> Any:  # noqa: ANN401 - an SQL condition
    return exists().where(
        PriceSheetOffer.price_sheet_id == PriceSheetVersion.price_sheet_id,
        PriceSheetOffer.version == PriceSheetVersion.version,
        PriceSheetOffer.organization_id == PriceSheetVersion.organization_id,
        PriceSheetOffer.model_key.in_(sorted(models)),
    )

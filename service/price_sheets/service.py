"""Storing price sheets and their versions, and reading them back."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any

from service.events import service as events
from service.kit import canonical_json, ids
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.problems import CONFLICT, NOT_FOUND, FieldError, Problem, invalid, or_not_found
from service.model_names import service as model_names
from service.model_names.names import key_of
from service.price_sheets import queries
from service.price_sheets.capacity_profiles import service as capacity_profiles
from service.price_sheets.lint.conflicts import Conflict, Listing, conflicts
from service.price_sheets.lint.finding import Finding, SheetError
from service.price_sheets.models import PriceSheet, PriceSheetOffer, PriceSheetVersion
from service.price_sheets.offer_values import Json
from service.price_sheets.validation import warnings_of

FIXED = ("provider", "name", "currency")
"""What holds for every version of a sheet."""

MOST_ERRORS = 100
"""How many errors of a document are told at once."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A document that can be taken, with its warnings and its canonical bytes."""

    document: Json
    warnings: tuple[Finding, ...]
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes."""
        return canonical_json.digest(self.content)


def checked(document: Json, warnings: tuple[Finding, ...]) -> Checked:
    """Return a document that `parse.load` gave, ready to be stored."""
    return Checked(document, warnings, canonical_json.dumps(document))


def with_capacities(tx: Transaction, new: Checked) -> Checked:
    """Return the document with the capacities of the profiles that its offers refer to. Raises Problem 422."""
    if not any("capacity_profile_id" in offer for offer in new.document["offers"]):
        return new
    document = capacity_profiles.filled(tx, new.document)
    try:
        return checked(document, warnings_of(document))
    except SheetError as error:
        raise refused(error.findings) from error


def names_offered(tx: Transaction, model: str) -> frozenset[str]:
    """Return a model's name and all others that sheets of the organization offer it under, in small letters."""
    offered = queries.offered_models(tx.session, tx.organization_id)
    others = model_names.names(tx).others(model, offered)
    return frozenset({key_of(model), *(other.name for other in others)})


def with_every_name(tx: Transaction, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters with all names of the model that they ask for, as `queries` take them; None for any stays so."""
    model = filters["model"]
    return {**filters, "model": None if model is None else names_offered(tx, model)}


def get(tx: Transaction, price_sheet_id: str) -> PriceSheet:
    """Return a sheet of the organization. Raises Problem 404."""
    return or_not_found(queries.sheet(tx.session, tx.organization_id, price_sheet_id), "No price sheet has this id.")


def get_version(tx: Transaction, price_sheet_id: str, number: int) -> PriceSheetVersion:
    """Return a version of a sheet. Raises Problem 404."""
    return or_not_found(
        queries.version(tx.session, tx.organization_id, price_sheet_id, number),
        "No price sheet of this id has this version.",
    )


def get_in_force(tx: Transaction, price_sheet_id: str, at: datetime) -> PriceSheetVersion:
    """Return the version of a sheet in force at a time. Raises Problem 404 where there was none yet."""
    statement = queries.in_force(tx.organization_id, at).where(PriceSheetVersion.price_sheet_id == price_sheet_id)
    return or_not_found(tx.session.scalar(statement), "No price sheet of this id was in force then.")


def create(tx: Transaction, new: Checked) -> PriceSheet:
    """Add a sheet with its first version. Raises Problem 409 where its provider and name are taken."""
    new = with_capacities(tx, new)
    document = new.document
    taken = queries.sheet_named(tx.session, tx.organization_id, document["provider"], document["name"])
    if taken is not None:
        detail = (
            f"{taken.id} is already this provider's sheet of this name; add a version to it, or choose another name."
        )
        raise Problem(CONFLICT, detail)
    sheet = PriceSheet(
        id=ids.new("ps"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        updated_at=tx.now,
        digest=new.digest,
        **{name: document[name] for name in FIXED},
    )
    tx.session.add(sheet)
    events.append(tx, "price_sheet.created", sheet.id, after=_facts(sheet, new))
    _add_version(tx, sheet, new)
    return sheet


def revise(tx: Transaction, price_sheet_id: str, new: Checked) -> PriceSheetVersion:
    """Append a version under `If-Match`.

    Raises Problem 404, 412 and 428, 422 where it speaks of another provider, name or currency, 409 where it is the
    same as the latest version.
    """
    sheet = get(tx, price_sheet_id)
    etags.require_match(sheet)
    return append(tx, sheet, new)


def append(tx: Transaction, sheet: PriceSheet, new: Checked) -> PriceSheetVersion:
    """Append a version to a sheet; raises as `revise` does but for `If-Match`."""
    new = with_capacities(tx, new)
    others = [name for name in FIXED if new.document[name] != getattr(sheet, name)]
    if others:
        raise invalid(
            *(
                FieldError(f"/{name}", "fixed", f"Is {getattr(sheet, name)!r} for every version of this sheet.")
                for name in others
            )
        )
    if new.digest == sheet.digest:
        raise Problem(CONFLICT, f"This is what version {sheet.version} says already; nothing was added.")
    before = {"digest": sheet.digest, "version": sheet.version}
    sheet.digest, sheet.updated_at = new.digest, tx.now
    tx.session.flush()
    events.append(tx, "price_sheet.revised", sheet.id, before=before, after=_facts(sheet, new))
    return _add_version(tx, sheet, new)


def change(tx: Transaction, price_sheet_id: str, *, retired: bool) -> PriceSheet:
    """Retire a sheet, so that no evaluation finds it in force, or take it back. Raises Problem 404, 412 and 428."""
    sheet = get(tx, price_sheet_id)
    etags.require_match(sheet)
    before = {"retired": sheet.retired_at is not None}
    if before["retired"] != retired:
        queries.set_retired(tx.session, sheet, tx.now if retired else None)
        events.append(tx, "price_sheet.changed", sheet.id, before=before, after={"retired": retired})
    return sheet


def offer_prices(tx: Transaction, price_sheet_id: str, sku: str) -> list[dict[str, Any]]:
    """Return an offer's prices over time, earliest first, each in force until the next begins.

    Of versions in force from one day the last counts. `prices` and `rates` are null where the version does not offer
    it. Raises Problem 404 where no version ever did.
    """
    rows = queries.offer_history(tx.session, tx.organization_id, price_sheet_id, sku)
    if not any(offer for _, _, offer in rows):
        raise Problem(NOT_FOUND, "No version of this price sheet has this offer.")
    by_day = {effective_from: (number, offer or {}) for number, effective_from, offer in rows}
    days = [*by_day, None]
    return [
        {
            "version": number,
            "effective_from": day,
            "effective_until": until,
            "prices": offer.get("prices"),
            "rates": offer.get("rates"),
        }
        for (day, (number, offer)), until in zip(by_day.items(), days[1:], strict=True)
    ]


def conflicts_at(tx: Transaction, at: datetime, filters: Mapping[str, Any]) -> list[Conflict]:
    """Return what the sheets in force at a time price differently, models by all of their names.

    filters: provider and model, None for any.
    """
    rows = queries.listings(tx.session, tx.organization_id, at, with_every_name(tx, filters))
    listings = (Listing(s.id, number, s.provider, s.currency, source, offer) for s, number, source, offer in rows)
    return conflicts(listings, at.date(), model_names.names(tx).canonical)


def document_of(version: PriceSheetVersion) -> Json:
    """Return the document of a version."""
    document: Json = json.loads(version.document)
    return document


def refused(errors: Iterable[Finding], told: str = "") -> Problem:
    """Return the 422 for a document with errors; `told` opens each detail, where the pointer is not enough."""
    shown = islice(errors, MOST_ERRORS)
    return invalid(*(FieldError(each.pointer, each.code, f"{told}{each.detail}") for each in shown))


def _add_version(tx: Transaction, sheet: PriceSheet, new: Checked) -> PriceSheetVersion:
    document = new.document
    version = PriceSheetVersion(
        price_sheet_id=sheet.id,
        version=sheet.version,
        organization_id=tx.organization_id,
        created_at=tx.now,
        effective_from=datetime.combine(date.fromisoformat(document["effective_from"]), time(), UTC),
        digest=new.digest,
        document=new.content,
        source=document["source"],
        warnings=[finding.document() for finding in new.warnings],
        offer_count=len(document["offers"]),
    )
    tx.session.add(version)
    tx.session.flush()
    queries.forget_offered_models(tx.session)
    tx.session.add_all(
        PriceSheetOffer(
            price_sheet_id=sheet.id,
            version=sheet.version,
            sku=offer["sku"],
            organization_id=tx.organization_id,
            model_key=key_of(offer["model"]),
            offer=offer,
        )
        for offer in document["offers"]
    )
    return version


def _facts(sheet: PriceSheet, new: Checked) -> dict[str, Any]:
    facts = {name: getattr(sheet, name) for name in FIXED}
    return facts | {"version": sheet.version or 1, "digest": new.digest, "source": new.document["source"]}

"""Pins: the exact versions of price sheets that an evaluation stands on, with their offers."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from service.kit import canonical_json
from service.kit.http.problems import FieldError, invalid
from service.price_sheets import queries
from service.price_sheets.models import PriceSheetVersion
from service.price_sheets.offer_values import Json, Model, build_offers
from service.workflow.offers import Offer


@dataclass(frozen=True, slots=True)
class PinnedVersion:
    """One version of a price sheet. document: as uploaded; digest: SHA-256 of its canonical JSON.

    digest_now: of what is stored today; another one than `digest` where somebody changed it behind the service's back.
    """

    id: str
    version: int
    digest: str
    digest_now: str
    document: Json

    def offers(self, model: Model = None, on: date | None = None) -> tuple[Offer, ...]:
        """Return its offers that can be sized; of `model` only, and available on the day `on` only, where given."""
        return build_offers(self.document, model, on)


def pinned_versions(
    session: Session, organization_id: str, pins: Sequence[tuple[str, int]], at: str = "/price_sheet_versions"
) -> tuple[PinnedVersion, ...]:
    """Return these (sheet id, version) in their order. Raises Problem 422 at `{at}/{index}` for any there is not.

    However often one session asks for a version, it is read and parsed once.
    """
    found = _read_before(session, organization_id)
    unread = [pin for pin in pins if pin not in found]
    if unread:
        rows = queries.pinned(session, organization_id, unread)
        found.update({(row.price_sheet_id, row.version): _pinned(row) for row in rows})
    missing = [
        FieldError(f"{at}/{index}", "unknown_version", f"No price sheet {pin[0]} with a version {pin[1]} here.")
        for index, pin in enumerate(pins)
        if pin not in found
    ]
    if missing:
        raise invalid(*missing)
    return tuple(found[pin] for pin in pins)


def versions_in_force(
    session: Session, organization_id: str, at: datetime, models: Collection[str] | None = None
) -> tuple[PinnedVersion, ...]:
    """Return each sheet's version in force at a time, by sheet id; with `models` only those that offer one of them."""
    statement = queries.in_force(organization_id, at, models).order_by(PriceSheetVersion.price_sheet_id)
    rows = session.execute(statement.with_only_columns(PriceSheetVersion.price_sheet_id, PriceSheetVersion.version))
    return pinned_versions(session, organization_id, [(row[0], row[1]) for row in rows])


def _read_before(session: Session, organization_id: str) -> dict[tuple[str, int], PinnedVersion]:
    """Return the versions that this session has parsed; kept with it, as they never change while it lasts."""
    kept: dict[tuple[str, int], PinnedVersion] = session.info.setdefault((__name__, organization_id), {})
    return kept


def _pinned(row: PriceSheetVersion) -> PinnedVersion:
    digest_now = canonical_json.digest(row.document)
    return PinnedVersion(row.price_sheet_id, row.version, row.digest, digest_now, json.loads(row.document))

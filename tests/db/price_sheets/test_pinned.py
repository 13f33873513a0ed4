"""Pins: what an evaluation stands on, found by version or by time."""

from datetime import UTC, date, datetime

import pytest

from service.kit.db.database import Database
from service.kit.http.problems import Problem
from service.price_sheets import service
from service.price_sheets.pinned import pinned_versions, versions_in_force
from service.price_sheets.validation import load, offers_of
from tests.clients import new_organization, transaction
from tests.unit.price_sheets.documents import SHEET, Json, changed


@pytest.fixture
def organization_id(database: Database) -> str:
    return new_organization(database, "Example")[0]


def stored(database: Database, organization_id: str, *documents: Json) -> str:
    """Store a sheet and its further versions; return its id."""
    with transaction(database, organization_id) as tx:
        price_sheet_id = service.create(tx, service.checked(*load(documents[0]))).id
    for document in documents[1:]:
        with transaction(database, organization_id) as tx:
            service.append(tx, service.get(tx, price_sheet_id), service.checked(*load(document)))
    return price_sheet_id


def test_pins_come_in_the_order_asked_for_with_their_offers(database: Database, organization_id: str) -> None:
    second = changed("/offers/0/prices/0/amount", "0.50")
    price_sheet_id = stored(database, organization_id, SHEET, second)
    with database.reading() as session:
        late, early = pinned_versions(session, organization_id, [(price_sheet_id, 2), (price_sheet_id, 1)])
    assert (late.version, early.version) == (2, 1)
    assert late.document == second
    assert early.offers() == offers_of(SHEET)
    assert early.digest != late.digest
    assert [offer.sku for offer in late.offers("M70", date(2026, 11, 20))] == ["m70-token", "m70-8xh100", "m70-ptu"]
    assert late.offers("m71") == ()


def test_a_pin_that_there_is_not_is_named(database: Database, organization_id: str) -> None:
    price_sheet_id = stored(database, organization_id, SHEET)
    other, _ = new_organization(database, "Other")
    with database.reading() as session:
        for owner, pins, place in (
            (organization_id, [(price_sheet_id, 1), (price_sheet_id, 2)], "/price_sheet_versions/1"),
            (other, [(price_sheet_id, 1)], "/price_sheet_versions/0"),
        ):
            with pytest.raises(Problem) as refused:
                pinned_versions(session, owner, pins)
            assert [error.pointer for error in refused.value.errors] == [place]


def test_versions_in_force_are_one_a_sheet_by_time_and_model(database: Database, organization_id: str) -> None:
    early = changed("/effective_from", "2026-01-01")
    late = changed("/effective_from", "2026-06-01")
    late["offers"] = late["offers"][:1]
    late["offers"][0]["model"] = "M71"
    first = stored(database, organization_id, early, late)
    second = stored(database, organization_id, changed("/effective_from", "2026-03-01") | {"name": "Second"})
    stored(database, new_organization(database, "Other")[0], early)

    def found(day: str, model: str | None = None) -> list[tuple[str, int]]:
        with database.reading() as session:
            at = datetime.fromisoformat(day).replace(tzinfo=UTC)
            names = None if model is None else frozenset({model})
            return [(pin.id, pin.version) for pin in versions_in_force(session, organization_id, at, names)]

    assert found("2025-12-31") == []
    assert found("2026-01-01") == [(first, 1)]
    assert found("2026-03-01") == [(first, 1), (second, 1)]
    assert found("2026-06-01") == [(first, 2), (second, 1)]
    assert found("2026-06-01", "m70") == [(second, 1)]
    assert found("2026-05-31", "m70") == [(first, 1), (second, 1)]
    assert found("2026-06-01", "m71") == [(first, 2)]


def test_a_session_parses_a_version_once_and_the_next_one_anew(database: Database, organization_id: str) -> None:
    price_sheet_id = stored(database, organization_id, SHEET)
    at = datetime(2027, 1, 1, tzinfo=UTC)
    with database.reading() as session:
        [first] = versions_in_force(session, organization_id, at, frozenset({"m70"}))
        assert versions_in_force(session, organization_id, at)[0] is first
        assert pinned_versions(session, organization_id, [(price_sheet_id, 1)])[0] is first
    with database.reading() as session:
        assert pinned_versions(session, organization_id, [(price_sheet_id, 1)])[0] is not first

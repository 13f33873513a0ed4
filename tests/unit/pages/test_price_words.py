"""Prices in words: every price that an offer states is told, whatever the time or term it is for."""

import json
from pathlib import Path

import pytest

from service.pages.price_words import offer_row, prices_of
from service.price_sheets.validation import load

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "offers"


def told(name: str, sku: str) -> dict[str, str]:
    document, _ = load(json.loads((FOLDER / f"{name}.json").read_text()))
    (offer,) = (offer for offer in document["offers"] if offer["sku"] == sku)
    return {what: price.text for what, price in prices_of(offer).items()}


def test_terms_of_days_and_weeks_are_told_by_the_time_they_are_paid_for() -> None:
    assert told("short-terms", "m70-gsu") == {
        "unit, 1 day": "200.00 a day",
        "unit, 1 week": "1,200.00 a week",
        "unit, 1 month": "2,700.00 a month",
    }


def test_units_of_two_kinds_have_two_prices() -> None:
    assert told("input-and-output-units", "m70-scale") == {
        "unit, 30 days": "110.00 a day",
        "output unit, 30 days": "36.00 a day",
        "unit, 12 months": "90.00 a day",
        "output unit, 12 months": "30.00 a day",
    }


def test_hardware_of_ones_own_is_told_with_all_its_parts() -> None:
    (price,) = told("owned-hardware", "m70-server").values()
    assert price.endswith(" a month, owned")
    assert not price.startswith("0.00")


@pytest.mark.parametrize("sheet", sorted(FOLDER.glob("*.json")), ids=lambda sheet: sheet.stem)
def test_every_offer_of_the_guide_has_prices(sheet: Path) -> None:
    document, _ = load(json.loads(sheet.read_text()))
    for offer in document["offers"]:
        prices = prices_of(offer)
        assert offer_row(offer)["sku"] == offer["sku"]
        assert len(prices) >= len(offer.get("rates") or offer["prices"])
        assert all(price.each for price in prices.values())


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["monday", "tuesday", "wednesday", "thursday", "friday"], "Monday to Friday"),
        (["saturday", "monday", "sunday"], "Monday and Saturday to Sunday"),
        (None, "every day"),
    ],
)
def test_hours_that_units_run_in_are_told_beside_what_they_carry(days: list[str] | None, said: str) -> None:
    document, _ = load(json.loads((FOLDER / "office-hours.json").read_text()))
    (office,) = (offer for offer in document["offers"] if offer["sku"] == "m70-office")
    schedule = {name: value for name, value in office["schedule"].items() if name != "days"}
    offer = office | {"schedule": schedule | ({} if days is None else {"days": days})}
    assert f"runs only {said}, 09:00 to 18:00 Europe/Berlin" in offer_row(offer)["holds"]

"""Prices times a factor: no amount of an offer is left as it was, whatever kinds of offers there are."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from service.price_sheets.validation import offers_of
from service.workflow.offers import Axis, Offer
from service.workflow.policy import Policy
from service.workflow.prepare import prepare
from service.workflow.scaled_prices import scaled_offer

SHEETS = sorted((Path(__file__).resolve().parents[3] / "docs" / "offers").glob("*.json"))


def amounts(value: object) -> Iterator[Decimal]:
    """Yield every decimal of an offer but those that weigh budgets: amounts of money."""
    if isinstance(value, Axis):
        return
    if isinstance(value, Decimal):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from amounts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from amounts(each)


def offers(sheet: Path) -> list[Offer]:
    return list(offers_of(json.loads(sheet.read_text())))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_every_amount_is_scaled(sheet: Path) -> None:
    for offer in offers(sheet):
        found = list(amounts(scaled_offer(offer, Decimal(2))))
        assert found == [2 * amount for amount in amounts(offer)]
        assert any(found)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_every_amount_is_converted(sheet: Path) -> None:
    sold = offers(sheet)
    own = sold[0].currency
    policy = Policy(currency="XTS", exchange_rates=((own, Decimal(3)),))
    named, currency = prepare(sold, policy)
    assert currency == "XTS"
    before = sorted(amount for offer in sold for amount in amounts(offer))
    assert sorted(amount for offer in named for amount in amounts(offer)) == [3 * amount for amount in before]

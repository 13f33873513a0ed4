"""Sheets that price the same thing differently: both values are told, agreement is not."""

from datetime import date
from typing import Any

from service.price_sheets.lint.conflicts import Listing, Statement, Subject, conflicts

DAY = date(2026, 11, 20)


def listing(sheet: str, *prices: tuple[str, str, int], currency: str = "USD", **fields: Any) -> Listing:  # noqa: ANN401
    offer = {
        "sku": f"{sheet}-offer",
        "mode": "serverless",
        "model": "m70",
        "prices": [{"meter": meter, "amount": amount, "per": per} for meter, amount, per in prices],
    }
    return Listing(sheet, 1, "acme", currency, {"name": sheet}, offer | fields)


def units(sheet: str, *rates: dict[str, Any], **fields: Any) -> Listing:  # noqa: ANN401
    offer = {"sku": f"{sheet}-unit", "mode": "dedicated", "model": "m70", "unit": "ptu", "rates": list(rates)}
    return Listing(sheet, 1, "Acme", "USD", {"name": sheet}, offer | fields)


def found(*listings: Listing) -> list[tuple[Subject, list[Statement]]]:
    return conflicts(listings, DAY)


INPUT = ("input_tokens", "0.60", 1_000_000)


def test_two_values_of_one_meter_are_both_told_with_their_sources() -> None:
    ((subject, statements),) = found(
        listing("a", INPUT, ("output_tokens", "2", 1000)),
        listing("b", ("input_tokens", "0.70", 1_000_000), ("output_tokens", "2.00", 1000)),
    )
    assert subject == Subject("acme", "m70", "global", "USD", meter="input_tokens", tier="standard")
    assert [(s.price_sheet_id, s.version, s.sku, s.source, s.price["amount"]) for s in statements] == [
        ("a", 1, "a-offer", {"name": "a"}, "0.60"),
        ("b", 1, "b-offer", {"name": "b"}, "0.70"),
    ]


def test_one_price_spelled_in_two_ways_is_no_conflict() -> None:
    assert found(listing("a", INPUT), listing("b", ("input_tokens", "0.0006", 1000))) == []
    assert found(listing("a", INPUT), listing("b", INPUT, model="M70", region="Global")) == []


def test_names_of_one_model_are_one_thing_told_by_the_first() -> None:
    other = listing("b", ("input_tokens", "0.70", 1_000_000), model="Acme/M70")
    ((subject, statements),) = conflicts([listing("a", INPUT), other], DAY, lambda name: name.lower().split("/")[-1])
    assert subject.model == "acme/m70"
    assert [statement.model for statement in statements] == ["m70", "Acme/M70"]
    assert found(listing("a", INPUT), other) == []


def test_another_region_currency_model_or_time_is_another_thing() -> None:
    other = ("input_tokens", "0.70", 1_000_000)
    for fields in (
        {"region": "eu"},
        {"currency": "EUR"},
        {"model": "m8"},
        {"available_from": "2026-12-01"},
        {"available_until": "2026-11-20"},
    ):
        assert found(listing("a", INPUT), listing("b", other, **fields)) == []


def test_one_sheet_does_not_contradict_itself_but_two_must_list_the_same_prices() -> None:
    batch = listing("a", ("input_tokens", "0.30", 1_000_000))
    assert found(listing("a", INPUT), batch) == []
    ((_, statements),) = found(listing("a", INPUT), batch, listing("b", INPUT))
    assert [statement.price["amount"] for statement in statements] == ["0.60", "0.30", "0.60"]


def test_tiers_are_part_of_a_price() -> None:
    tiered = listing("b", INPUT)
    tiered.offer["prices"][0]["tiers"] = [{"above": 1000, "amount": "0.50"}]
    assert len(found(listing("a", INPUT), tiered)) == 1


def test_rates_of_a_unit_are_compared_term_by_term() -> None:
    monthly = {"term_months": 1, "monthly": "260"}
    ((subject, statements),) = found(
        units("a", {"term_months": 0, "hourly": "1"}, monthly, gpu="H100"),
        units("b", {"term_months": 0, "hourly": "1.10"}, monthly | {"upfront": "0"}, gpu="h100"),
    )
    assert (subject.unit, subject.gpu, subject.term_months, subject.meter) == ("ptu", "h100", 0, None)
    assert [statement.price["hourly"] for statement in statements] == ["1", "1.10"]
    assert found(units("a", monthly), units("b", {"term_months": 1, "monthly": "250"}, unit="gsu")) == []


def test_conflicts_come_in_the_order_of_their_names() -> None:
    listings = [
        each
        for sheet, factor in (("a", 1), ("b", 2))
        for each in (
            listing(sheet, ("output_tokens", str(factor), 1000), ("input_tokens", str(factor), 1000)),
            listing(sheet, ("requests", str(factor), 1000), model="m1"),
        )
    ]
    subjects = [(subject.model, subject.meter) for subject, _ in found(*listings)]
    assert subjects == [("m1", "requests"), ("m70", "input_tokens"), ("m70", "output_tokens")]
    assert [subject for subject, _ in found(*listings[::-1])] == [subject for subject, _ in found(*listings)]

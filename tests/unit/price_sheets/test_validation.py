"""A price sheet becomes the offers of the workflow, or is refused with a pointer to each fault."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from service.price_sheets.lint.finding import SheetError
from service.price_sheets.offer_values import build_offers
from service.price_sheets.validation import load, offers_of
from service.workflow.metered_prices import Price, Tier
from service.workflow.offers import (
    Autoscale,
    Axis,
    ColdStart,
    ConcurrencyCapacity,
    Dedicated,
    Isolation,
    Limits,
    Serverless,
    Speed,
    ThroughputCapacity,
    Units,
    WarmPool,
)
from service.workflow.rates import Rate
from tests.unit.price_sheets.documents import SHEET, as_sent, changed, sheet, told, without

M = 1_000_000

TOKEN = Serverless(
    sku="m70-token",
    model="m70",
    region="us-east",
    provider="acme",
    prices=(
        Price("input_tokens", Decimal("0.60"), M),
        Price("cached_input_tokens", Decimal("0.15"), M),
        Price("output_tokens", Decimal("2.40"), M, (Tier(500 * M, Decimal("2.00")), Tier(900 * M, Decimal("1.80")))),
        Price("requests", Decimal("0.20"), 1000),
    ),
    monthly_minimum=Decimal(10),
    limits=Limits(6000, 2 * M),
    cold_start=ColdStart(300.0, 12.5),
    warm_pool=WarmPool(Decimal("1.20"), 16),
    speed=Speed(9000.0, ((1, 70.0),)),
    isolation=Isolation("shared", version_pinning=False, residency=("us",)),
)

GPU = Dedicated(
    sku="m70-8xh100",
    model="m70",
    region="us-east",
    provider="acme",
    rates=(
        Rate(0, hourly=Decimal("36.00"), billing_seconds=60),
        Rate(12, hourly=Decimal("25.20"), upfront=Decimal(100)),
    ),
    capacity=ConcurrencyCapacity(64, Speed(40_000.0, ((1, 90.0), (16, 70.5), (64, 38.0)))),
    units=Units(1, 1, 32),
    start_seconds=600.0,
    autoscale=Autoscale(0, 600.0),
    isolation=Isolation("dedicated", version_pinning=True, certifications=("SOC 2",)),
    gpu="8xH100",
    quantization="fp8",
)

PTU = Dedicated(
    sku="m70-ptu",
    model="m70",
    region="us-east",
    provider="acme",
    rates=(Rate(0, hourly=Decimal("1.00")), Rate(1, monthly=Decimal(260))),
    capacity=ThroughputCapacity(
        60,
        (
            Axis(
                Decimal(1200),
                (("input_tokens", Decimal(1)), ("cached_input_tokens", Decimal(0)), ("output_tokens", Decimal(6))),
            ),
            Axis(Decimal("0.5"), (("output_tokens", Decimal("0.0000006")),)),
        ),
    ),
    units=Units(15, 5),
    unit="ptu",
)


def test_every_field_reaches_the_workflow() -> None:
    assert offers_of(SHEET) == (TOKEN, GPU, PTU)


def test_a_document_read_from_a_request_gives_the_same_offers_and_is_kept_as_it_was_written() -> None:
    sent = as_sent(SHEET)
    document, warnings = load(sent)
    assert document == SHEET
    assert isinstance(document["offers"][0]["cold_start"]["start_seconds"], float)
    assert warnings == ()
    assert offers_of(sent) == offers_of(SHEET)


def test_what_is_left_out_takes_the_defaults_of_the_workflow() -> None:
    document = sheet()
    document["offers"] = [
        {"sku": "a", "mode": "serverless", "model": "m", "prices": [{"meter": "requests", "amount": "1", "per": 1}]},
        {
            "sku": "b",
            "mode": "dedicated",
            "model": "m",
            "rates": [{"term_months": 0, "monthly": "5"}],
            "capacity": {
                "kind": "throughput",
                "window_seconds": 1,
                "axes": [{"per_minute": 1, "weights": {"requests": 1}}],
            },
        },
    ]
    serverless, dedicated = offers_of(document)
    assert serverless == Serverless("a", "m", "global", (Price("requests", Decimal(1), 1),), provider="acme")
    assert isinstance(dedicated, Dedicated)
    assert dedicated == replace(
        Dedicated("b", "m", "global", (Rate(0, monthly=Decimal(5)),), dedicated.capacity), provider="acme"
    )


def test_prices_and_rates_come_in_one_order_however_they_are_written() -> None:
    document = sheet()
    for offer in document["offers"]:
        for name in ("prices", "rates"):
            offer.get(name, []).reverse()
    assert offers_of(document) == offers_of(SHEET)


def test_an_offer_without_capacity_keeps_its_price_and_is_not_sized() -> None:
    document = without("/offers/1/capacity")
    assert told(document) == {("warning", "capacity_missing", "/offers/1")}
    assert [offer.sku for offer in offers_of(document)] == ["m70-token", "m70-ptu"]


def test_offers_are_taken_by_model_and_by_day() -> None:
    document = changed("/offers/0/available_from", "2026-11-10")
    document["offers"][0]["available_until"] = "2026-11-20"
    document["offers"][1]["model"] = "M8"

    def skus(model: str | None, day: int) -> list[str]:
        return [offer.sku for offer in build_offers(document, model, date(2026, 11, day))]

    assert skus(None, 9) == ["m70-8xh100", "m70-ptu"]
    assert skus(None, 10) == skus(None, 19) == ["m70-token", "m70-8xh100", "m70-ptu"]
    assert skus(None, 20) == ["m70-8xh100", "m70-ptu"]
    assert skus("m8", 19) == ["m70-8xh100"]


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("/surprise", 1, "unknown_field"),
        ("/currency", "usd", "invalid"),
        ("/currency", "USD\n", "invalid"),
        ("/effective_from", "2026-13-01", "invalid"),
        ("/effective_from", "2026-11-01T00:00:00Z", "invalid"),
        ("/effective_from", "0999-01-01", "invalid"),
        ("/source/url", "javascript:alert(1)", "invalid"),
        ("/source/as_of", None, "null"),
        ("/provider", "", "invalid"),
        ("/provider", " acme", "invalid"),
        ("/provider", "ac\nme", "invalid"),
        ("/provider", "\u202eemca", "invalid"),
        ("/name", "x" * 201, "invalid"),
        ("/offers", [], "invalid"),
        ("/offers/0/mode", "magic", "invalid"),
        ("/offers/0/surprise", 1, "unknown_field"),
        ("/offers/0/rates", [], "unknown_field"),
        ("/offers/0/sku", "a/b", "invalid"),
        ("/offers/0/sku", "a@b", "invalid"),
        ("/offers/0/sku", "m70\n", "invalid"),
        ("/offers/0/prices/0/amount", "-0", "invalid"),
        ("/offers/0/prices/0/amount", "0.0000000000001", "invalid"),
        ("/offers/0/prices/0/amount", "1000000000001", "invalid"),
        ("/offers/0/prices/0/meter", "words", "invalid"),
        ("/offers/0/prices/0/per", 1000.5, "invalid"),
        ("/offers/0/prices/0/per", "1000", "invalid"),
        ("/offers/0/prices/0/per", True, "invalid"),
        ("/offers/0/prices/2/tiers/0/above", 0, "invalid"),
        ("/offers/0/limits/requests_per_minute", 0, "invalid"),
        ("/offers/0/cold_start/idle_seconds", -1, "invalid"),
        ("/offers/0/isolation/version_pinning", 1, "invalid"),
        ("/offers/0/isolation/residency/0", "us; eu", "invalid"),
        ("/offers/0/speed/decode_tokens_per_second/0", [1], "invalid"),
        ("/offers/0/speed/decode_tokens_per_second/0", [0, 5], "invalid"),
        ("/offers/0/speed/decode_tokens_per_second/0", [1, 0], "invalid"),
        ("/offers/0/speed/decode_tokens_per_second/0", [1, "70"], "invalid"),
        ("/offers/0/speed/decode_tokens_per_second", [], "invalid"),
        ("/offers/1/capacity/kind", "magic", "invalid"),
        ("/offers/1/capacity/axes", [], "unknown_field"),
        ("/offers/1/rates/0/term_months", -1, "invalid"),
        ("/offers/1/autoscale/idle_seconds", "600", "invalid"),
        ("/offers/2/capacity/axes/0/weights/words", 1, "unknown_field"),
        ("/offers/2/capacity/axes/0/weights/input_tokens", 1.5, "invalid"),
        ("/offers/2/capacity/axes/0/per_minute", 0, "invalid"),
        ("/offers/2/capacity/window_seconds", 0, "invalid"),
    ],
)
def test_what_does_not_fit_the_shape_is_refused_at_its_place(pointer: str, value: object, code: str) -> None:
    assert told(as_sent(changed(pointer, value))) == {("error", code, pointer)}


def test_a_place_named_twice_is_refused() -> None:
    document = changed("/offers/0/isolation/residency", ["us", "eu", "us"])
    assert told(as_sent(document)) == {("error", "invalid", "/offers/0/isolation/residency/2")}


@pytest.mark.parametrize("pointer", ["/provider", "/source/as_of", "/offers/0/prices", "/offers/0/prices/0/per"])
def test_what_is_missing_is_named(pointer: str) -> None:
    assert told(without(pointer)) == {("error", "required", pointer)}


def test_all_faults_are_told_at_once() -> None:
    document = changed("/currency", "EURO")
    document["offers"][0]["prices"][0]["amount"] = "free"
    document["offers"][2]["unit"] = 5
    assert {pointer for _, _, pointer in told(document)} == {"/currency", "/offers/0/prices/0/amount", "/offers/2/unit"}


@pytest.mark.parametrize("document", [None, 5, "sheet", [], [SHEET], True])
def test_what_is_no_object_is_refused(document: object) -> None:
    with pytest.raises(SheetError):
        offers_of(document)

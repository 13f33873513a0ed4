"""Price lists of the field become sheets: nothing is lost unsaid, and the numbers are those of the source."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any

import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import Usage

from service.price_sheets.importers import azure, genai_prices, litellm
from service.price_sheets.importers.base import Imported, Names, SourceError, Wanted, amount
from service.price_sheets.importers.litellm_tiers import SUFFIXES
from service.price_sheets.validation import load, offers_of
from service.workflow.offers import Dedicated, Serverless, ThroughputCapacity
from service.workflow.rates import Rate
from tests.shared_data import shared_data

DAY = date(2026, 11, 20)
ALL = Wanted(DAY)


def every_offer(imported: Imported) -> dict[tuple[str, str], dict[str, Any]]:
    return {(sheet["provider"], offer["sku"]): offer for sheet in imported.sheets for offer in sheet["offers"]}


def meters(offer: dict[str, Any]) -> dict[str, Decimal]:
    return {price["meter"]: Decimal(price["amount"]) / price["per"] for price in offer["prices"]}


def azure_files() -> dict[str, Any]:
    names = ("prices", "capacity")
    return {
        name: json.loads(shared_data(f"prices/azure_ptu_{name}.json").read_text(), parse_float=Decimal)
        for name in names
    }


@pytest.fixture(scope="module")
def from_azure() -> Imported:
    return azure.read(azure_files(), "sha256:00", ALL)


@pytest.fixture(scope="module")
def from_genai_prices() -> Imported:
    return genai_prices.read(ALL)


@pytest.fixture(scope="module")
def from_litellm() -> Imported:
    return litellm.read(*litellm.installed(), ALL)


@pytest.mark.parametrize("source", ["from_azure", "from_genai_prices", "from_litellm"])
def test_every_sheet_is_taken_and_says_where_and_when_it_was_read(source: str, request: pytest.FixtureRequest) -> None:
    imported: Imported = request.getfixturevalue(source)
    for sheet in imported.sheets:
        document, _ = load(sheet)
        assert document["source"]["as_of"] == document["effective_from"]
        assert document["source"]["version"]
    assert len({(sheet["provider"], sheet["name"]) for sheet in imported.sheets}) == len(imported.sheets)


def test_azure_prices_are_those_of_the_file(from_azure: Imported) -> None:
    (sheet,) = from_azure.sheets
    assert sheet["effective_from"] == "2026-07-07"
    offers = {offer.sku: offer for offer in offers_of(sheet)}
    token, units = offers["gpt-4.1:regional"], offers["gpt-4.1:regional:ptu"]
    assert isinstance(token, Serverless)
    assert isinstance(units, Dedicated)
    assert [(price.meter, price.amount, price.per) for price in token.prices] == [
        ("input_tokens", Decimal("2.2"), 1_000_000),
        ("output_tokens", Decimal("8.8"), 1_000_000),
    ]
    assert units.rates == (
        Rate(0, hourly=Decimal(2)),
        Rate(1, monthly=Decimal(286)),
        Rate(12, monthly=Decimal(243)),
    )
    assert (units.units.minimum, units.units.increment) == (50, 50)
    assert isinstance(units.capacity, ThroughputCapacity)
    assert units.capacity.axes[0].per_minute == 3000
    assert dict(units.capacity.axes[0].weights) == {"input_tokens": 1, "cached_input_tokens": 0, "output_tokens": 4}


def test_azure_in_full(from_azure: Imported) -> None:
    files = azure_files()
    listed, known = files["prices"]["models"], files["capacity"]["models"]
    offers = from_azure.sheets[0]["offers"]
    assert Counter(offer["mode"] for offer in offers) == {"serverless": 81, "dedicated": 81}
    assert [skipped.item for skipped in from_azure.skipped] == ["whisper"]
    for offer in offers:
        kind = next(kind for kind, region in azure.REGIONS.items() if region == offer["region"])
        entry = listed[offer["model"]]
        if offer["mode"] == "serverless":
            expected = {"input_tokens": entry["paygo"][kind]["input"], "output_tokens": entry["paygo"][kind]["output"]}
            assert {m: p * 1_000_000 for m, p in meters(offer).items()} == {m: p for m, p in expected.items() if p}
        else:
            rates = {rate["term_months"]: Decimal(rate.get("hourly") or rate["monthly"]) for rate in offer["rates"]}
            reserved = entry["reservations"][kind]
            assert rates == {0: entry["ptu"][kind], 1: reserved["monthly"], 12: Decimal(reserved["yearly"]) / 12}
            assert ("capacity" in offer) == (offer["model"] in known)


def test_where_the_azure_files_disagree_both_values_are_told(from_azure: Imported) -> None:
    remarks = {offer["sku"]: offer["note"] for offer in from_azure.sheets[0]["offers"] if "25" in offer.get("note", "")}
    assert list(remarks) == ["gpt-5-mini:regional:ptu"]
    assert "25 units" in remarks["gpt-5-mini:regional:ptu"]
    assert "50" in remarks["gpt-5-mini:regional:ptu"]


def test_a_weight_that_azure_does_not_document_is_told(from_azure: Imported) -> None:
    known = azure_files()["capacity"]["models"]
    told = {offer["model"] for offer in from_azure.sheets[0]["offers"] if "not a documented" in offer.get("note", "")}
    estimated = {model for model, entry in known.items() if entry["output_weight_source"] != "ms_learn"}
    assert told == estimated
    assert len(told) == 9


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {},
        {"prices": {}, "capacity": {}},
        {"prices": {"timestamp": "2026", "models": {}}, "capacity": {"models": {}}},
        {
            "prices": {"timestamp": "2026-07-07", "url": "u", "source": "s", "models": {"m": {}}},
            "capacity": {"models": {}},
        },
        {"prices": {"timestamp": "2026-07-07", "url": "u", "source": "s", "models": 5}, "capacity": {"models": {}}},
        {
            "prices": {"timestamp": "2026-07-07", "url": "u", "source": "s", "models": {"m": 5}},
            "capacity": {"models": {}},
        },
    ],
)
def test_what_are_not_the_azure_files_is_refused(broken: object) -> None:
    with pytest.raises(SourceError, match="Azure"):
        azure.read(broken, "v", ALL)


def test_an_azure_price_that_is_no_number_is_refused() -> None:
    files = azure_files()
    files["prices"]["models"]["gpt-4o"]["paygo"]["global"]["input"] = "free"
    with pytest.raises(SourceError, match="free"):
        azure.read(files, "v", ALL)


def test_genai_prices_accounts_for_every_model(from_genai_prices: Imported) -> None:
    models = [(provider.id, model.id) for provider in get_snapshot().providers for model in provider.models]
    offered = [(sheet["provider"], offer["model"]) for sheet in from_genai_prices.sheets for offer in sheet["offers"]]
    skipped = [skipped.item for skipped in from_genai_prices.skipped]
    assert len(models) == 2330
    assert sorted([f"{provider}/{model}" for provider, model in offered] + skipped) == sorted(
        f"{provider}/{model}" for provider, model in models
    )
    assert all(
        sheet["source"]["version"] == f"genai-prices {version('genai-prices')}" for sheet in from_genai_prices.sheets
    )


def test_genai_prices_are_what_the_package_itself_computes(from_genai_prices: Imported) -> None:
    offers = {
        (sheet["provider"], offer["model"]): meters(offer)
        for sheet in from_genai_prices.sheets
        for offer in sheet["offers"]
        if not any("when" in price for price in offer["prices"])  # those by the request are in test_price_lists
    }
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
    compared = 0
    for provider in get_snapshot().providers:
        for model in provider.models:
            prices = offers.get((provider.id, model.id), {})
            if {"input_tokens", "output_tokens", "requests"} & prices.keys() == {"input_tokens", "output_tokens"}:
                usage = Usage(input_tokens=1000, output_tokens=500)
                theirs = model.calc_price(usage, provider, genai_request_timestamp=moment).total_price
                ours = 1000 * prices["input_tokens"] + 500 * prices["output_tokens"]
                # The package carries some prices as floats read; a sheet rounds them to 12 places per million.
                assert abs(theirs - ours) < Decimal("1e-15"), model.id
                compared += 1
    assert compared > 1500


def test_genai_prices_says_what_an_offer_cannot(from_genai_prices: Imported) -> None:
    offers = every_offer(from_genai_prices)
    sonnet = offers["anthropic", "claude-sonnet-4-5"]
    assert sonnet["note"] == "Not carried: web_searches_kcount."
    assert sonnet["prices"][0] == {
        "meter": "input_tokens",
        "amount": "3",
        "per": 1_000_000,
        "when": [{"input_tokens_above": 200_000, "amount": "6"}],
    }
    assert meters(sonnet)["cache_write_input_tokens"] * 1_000_000 == Decimal("3.75")
    (off_peak,) = offers["deepseek", "deepseek-chat"]["prices"][0]["when"]
    assert off_peak["hours"] == {"zone": "UTC", "from": "00:30", "until": "16:30"}
    assert "note" not in offers["perplexity", "sonar"]
    assert meters(offers["perplexity", "sonar"])["requests"] == Decimal("0.012")


def test_one_provider_and_one_model_can_be_asked_for() -> None:
    imported = genai_prices.read(Wanted(DAY, "OpenAI", "GPT-4.1"))
    assert [sheet["provider"] for sheet in imported.sheets] == ["openai"]
    assert {offer["model"] for offer in imported.sheets[0]["offers"]} >= {"gpt-4.1", "gpt-4.1-mini"}
    assert all("gpt-4.1" in offer["model"] for offer in imported.sheets[0]["offers"])
    assert litellm.read(*litellm.installed(), Wanted(DAY, "nobody")).sheets == ()


def test_litellm_accounts_for_every_entry(from_litellm: Imported) -> None:
    listed, release = litellm.installed()
    offers = every_offer(from_litellm).values()
    commitments = [key for key in listed if "-commitment/" in key]
    serverless = [offer for offer in offers if offer["mode"] == "serverless"]
    tiers = Counter(offer.get("tier", "standard") for offer in serverless)
    assert release == f"litellm {version('litellm')}"
    assert tiers["standard"] + len(from_litellm.skipped) + len(commitments) == len(listed) == 4242
    assert sum(len(offer["rates"]) for offer in offers if offer["mode"] == "dedicated") == len(commitments) == 28
    assert Counter(skipped.code for skipped in from_litellm.skipped).keys() == {"mode", "no_meter", "free"}


def test_litellm_prices_are_those_of_the_list(from_litellm: Imported) -> None:
    listed, _ = litellm.installed()
    offers = every_offer(from_litellm)
    entry, offer = listed["azure/eu/gpt-4o-2024-08-06"], offers["azure", "azure:eu:gpt-4o-2024-08-06"]
    assert (offer["model"], offer["region"]) == ("gpt-4o-2024-08-06", "eu")
    assert meters(offer) == {
        "input_tokens": entry["input_cost_per_token"],
        "cached_input_tokens": entry["cache_read_input_token_cost"],
        "output_tokens": entry["output_cost_per_token"],
    }


def test_litellm_says_what_an_offer_cannot(from_litellm: Imported) -> None:
    offers = every_offer(from_litellm)
    assert "Not carried: search_context_cost_per_query." in offers["perplexity", "perplexity:sonar"]["note"]
    # Of pictures' costs a batch states none, and no meter counts a balanced tier.
    assert "input_cost_per_token_balanced" in offers["sail", "sail:moonshotai:Kimi-K3"]["note"]


def test_litellm_tiers_are_offers_of_their_own(from_litellm: Imported) -> None:
    listed, _ = litellm.installed()
    offers = every_offer(from_litellm)
    name, sku = "fireworks_ai/deepseek-v4-pro-0813", "fireworks_ai:deepseek-v4-pro-0813"
    dearer = offers["fireworks", f"{sku}:priority"]
    assert (dearer["tier"], "tier" in offers["fireworks", sku]) == ("priority", False)
    assert meters(dearer) == {
        "input_tokens": listed[name]["input_cost_per_token_priority"],
        "cached_input_tokens": listed[name]["cache_read_input_token_cost_priority"],
        "output_tokens": listed[name]["output_cost_per_token_priority"],
    }
    for tier, suffix in SUFFIXES.items():
        stated = [key for key, entry in listed.items() if f"input_cost_per_token{suffix}" in entry]
        made = [offer for offer in offers.values() if offer.get("tier") == tier]
        halves = [key for key in stated if not offered(listed[key], suffix)]
        assert len(made) + len(halves) == len(stated), tier
        assert all("not carried" in note_of(offers, key) for key in halves)


def offered(entry: dict[str, Any], suffix: str) -> bool:
    whole = f"output_cost_per_token{suffix}" in entry or not entry.get("output_cost_per_token")
    return entry["mode"] in litellm.MODES and whole


def note_of(offers: dict[tuple[str, str], dict[str, Any]], key: str) -> str:
    found = (offer for (_, sku), offer in offers.items() if sku == key.replace("/", ":"))
    return next((offer.get("note", "") for offer in found), "not carried").lower()


def test_litellm_tier_says_what_the_list_does_not_state(from_litellm: Imported) -> None:
    offers = every_offer(from_litellm)
    note = offers["google", "gemini:gemini-2.5-pro:flex"]["note"]
    assert "input_cost_per_token_above_200k_tokens" in note
    assert "the plain one is taken" in note
    assert "billed as input" in offers["openai", "gpt-4o:batch"]["note"]


def test_litellm_long_requests_of_a_seller_begin_at_the_length(from_litellm: Imported) -> None:
    price = every_offer(from_litellm)["x-ai", "xai:grok-4.3"]["prices"][0]
    assert price["when"][0]["input_tokens_above"] == 199_999


def test_litellm_prices_by_length_and_by_hour_are_carried(from_litellm: Imported) -> None:
    listed, _ = litellm.installed()
    offers = every_offer(from_litellm)
    entry = listed["gemini/gemini-2.5-pro"]
    price = offers["google", "gemini:gemini-2.5-pro"]["prices"][0]
    (long,) = price["when"]
    assert long["input_tokens_above"] == 200_000
    assert Decimal(long["amount"]) == entry["input_cost_per_token_above_200k_tokens"] * 1_000_000
    windows = offers["deepseek", "deepseek-flash"]["prices"][0]["when"]
    weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    assert windows[0] == {
        "hours": {"zone": "UTC", "days": weekdays, "from": "00:00", "until": "01:00"},
        "amount": "0.15",
    }
    assert windows[-1]["hours"] == {"zone": "UTC", "days": ["saturday", "sunday"], "from": "00:00", "until": "00:00"}
    assert meters(offers["anthropic", "claude-haiku-4-5"])["cache_write_1h_input_tokens"] * 1_000_000 == 2


def test_litellm_prices_by_the_size_of_a_request_are_those_of_short_ones(from_litellm: Imported) -> None:
    listed, _ = litellm.installed()
    name = "dashscope/qwen3-coder-flash"
    tier = listed[name]["tiered_pricing"][0]
    offer = every_offer(from_litellm)["dashscope", name.replace("/", ":")]
    assert tier["range"][0] == 0
    assert meters(offer) == {
        "input_tokens": tier["input_cost_per_token"],
        "cached_input_tokens": tier["cache_read_input_token_cost"],
        "output_tokens": tier["output_cost_per_token"],
    }
    (longer, *_) = offer["prices"][0]["when"]
    second = listed[name]["tiered_pricing"][1]
    assert longer["input_tokens_above"] == second["range"][0]
    assert Decimal(longer["amount"]) == second["input_cost_per_token"] * 1_000_000
    by_size = {key for key, entry in listed.items() if entry.get("mode") == "chat" and "tiered_pricing" in entry}
    assert not by_size & {skipped.item for skipped in from_litellm.skipped}


def test_litellm_commitments_are_rates_of_model_units_by_region(from_litellm: Imported) -> None:
    offer = every_offer(from_litellm)["aws", "anthropic.claude-v2:1:us-east-1:model-unit"]
    assert (offer["mode"], offer["unit"], offer["region"]) == ("dedicated", "model_unit", "us-east-1")
    assert offer["rates"] == [{"term_months": 1, "hourly": "63"}, {"term_months": 6, "hourly": "34.992"}]
    assert "capacity" not in offer
    anywhere = every_offer(from_litellm)["aws", "cohere.command-text-v14:-:model-unit"]
    assert anywhere["region"] == "global"
    assert [rate["hourly"] for rate in anywhere["rates"]] == ["39.6", "23.76972"]


def test_litellm_entries_of_any_kind_do_no_harm() -> None:
    listed = {
        "a/x": {"mode": "chat", "litellm_provider": "a", "input_cost_per_token": "free", "output_cost_per_token": None},
        "a/y": {
            "mode": "chat",
            "litellm_provider": 5,
            "input_cost_per_token": Decimal("1e-6"),
            "deprecation_date": "soon",
        },
        "a/z": {"mode": ["chat"], "litellm_provider": "a"},
        "a/sizes": {"mode": "chat", "litellm_provider": "a", "tiered_pricing": [5, {"range": 0}, {"range": []}]},
        "a/zz": {
            "mode": "embedding",
            "litellm_provider": "a",
            "input_cost_per_token": Decimal("1e-7"),
            "output_cost_per_token": 0,
        },
    }
    imported = litellm.read(listed, "v", ALL)
    assert {skipped.item for skipped in imported.skipped} == {"a/x", "a/z", "a/sizes"}
    assert {(sheet["provider"], sheet["offers"][0]["model"]) for sheet in imported.sheets} == {
        ("a", "zz"),
        ("unknown", "a/y"),
    }
    assert [price["meter"] for price in imported.sheets[0]["offers"][0]["prices"]] == ["input_tokens"]
    broken: object
    for wild in (Decimal("NaN"), Decimal("sNaN"), Decimal("1E+1000000"), 10**400, 10**10):
        with pytest.raises(SourceError, match="too large"):
            litellm.read({"m": {"mode": "chat", "input_cost_per_token": wild}}, "v", ALL)
    for broken in (None, [], {"a": 5}):
        with pytest.raises(SourceError, match="LiteLLM"):
            litellm.read(broken, "v", ALL)


def test_every_offer_of_a_sheet_gets_a_sku_of_its_own() -> None:
    names = Names()
    given = [names.sku(name) for name in ("a/b", "a:b", "a b", "a@b", "é", "", "x" * 300, "x" * 300)]
    assert given[:6] == ["a:b", "a:b-2", "a-b", "a-b-2", "offer", "offer-2"]
    assert len(set(given)) == len(given)
    assert max(map(len, given)) <= 200


@pytest.mark.parametrize(
    ("value", "written"),
    [("1.5E-7", "0.00000015"), ("2.50", "2.5"), ("1E+3", "1000"), ("0.1234567890125", "0.123456789012"), ("-0", "0")],
)
def test_amounts_are_written_in_plain_digits(value: str, written: str) -> None:
    assert amount(Decimal(value)) == written

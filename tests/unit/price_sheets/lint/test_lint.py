"""Each rule of lint, by a sheet that breaks it and nothing else."""

import re
from pathlib import Path

import pytest

from tests.unit.price_sheets.documents import GPU, PTU, SHEET, TOKEN, Json, changed, findings, sheet, told, without

REPOSITORY = Path(__file__).resolve().parents[4]


def with_offer(place: int, **fields: object) -> Json:
    """Return the sheet with some fields of one offer replaced."""
    document = sheet()
    document["offers"][place] |= fields
    return document


def with_capacity(**fields: object) -> Json:
    """Return the sheet with more said of what its GPU serves."""
    document = sheet()
    document["offers"][GPU]["capacity"] |= fields
    return document


def priced(**amounts: str) -> Json:
    """Return the sheet whose serverless offer has these prices per million alone."""
    prices = [{"meter": meter, "amount": amount, "per": 1_000_000} for meter, amount in amounts.items()]
    return with_offer(TOKEN, prices=prices)


def by_request(*entries: Json, **price: object) -> Json:
    """Return the sheet whose serverless offer has one price, with these amounts for some requests."""
    plain = {"meter": "input_tokens", "amount": "2", "per": 1_000_000, "when": list(entries)}
    return with_offer(TOKEN, prices=[plain | price])


def rated(*rates: Json) -> Json:
    """Return the sheet whose GPU offer has these rates alone."""
    return with_offer(GPU, rates=list(rates))


NIGHTS = {"zone": "Europe/Berlin", "from": "22:00", "until": "06:00"}


def apart(*rates: Json, axes: int = 2) -> Json:
    """Return the sheet whose provisioned units have a last budget that is bought apart."""
    input_units = {"per_minute": "30000", "weights": {"input_tokens": "1"}}
    output_units = {"per_minute": "2500", "weights": {"output_tokens": "1"}, "units": {}}
    capacity = {"kind": "throughput", "window_seconds": 60, "axes": [input_units, output_units][-axes:]}
    rates = rates or ({"term_months": 1, "monthly": "2", "second": "1"},)
    return with_offer(PTU, capacity=capacity, rates=list(rates))


def long_weights(*tiers: tuple[int, Json], axes: int = 1) -> Json:
    """Return the sheet whose provisioned units weigh long requests like this, shorter ones by 1 and 6."""
    longer = [{"input_tokens_above": above, "weights": weights} for above, weights in tiers]
    axis = {"per_minute": "30000", "weights": {"input_tokens": "1", "output_tokens": "6"}}
    return with_offer(
        PTU,
        capacity={
            "kind": "throughput",
            "window_seconds": 60,
            "axes": [*[axis] * (axes - 1), axis | {"longer": longer}],
        },
    )


def test_long_requests_that_weigh_more_have_nothing_to_remark_on() -> None:
    assert findings(long_weights((200_000, {"input_tokens": "2", "output_tokens": "9"}))) == []


def test_budgets_bought_apart_have_nothing_to_remark_on() -> None:
    assert findings(apart()) == []


def test_a_sound_sheet_has_nothing_to_remark_on() -> None:
    assert findings(SHEET) == []


ERRORS = {
    "context_above_step": (
        with_capacity(context_seconds_per_token=1e-3, context_tokens=1000),
        ["/offers/1/capacity/context_seconds_per_token"],
    ),
    "context_unstated": (with_capacity(context_seconds_per_token=1e-9), ["/offers/1/capacity/context_tokens"]),
    "no_lone_stream": (
        with_capacity(
            decode_tokens_per_second=[[2, 90], [64, 38]], measured_with={"input_tokens": 512, "output_tokens": 128}
        ),
        ["/offers/1/capacity/decode_tokens_per_second/0"],
    ),
    "measured_twice": (
        with_capacity(first_token_seconds=0.1, measured_with={"input_tokens": 512, "output_tokens": 128}),
        ["/offers/1/capacity/first_token_seconds"],
    ),
    "autoscale_of_throughput": (with_offer(PTU, autoscale={"minimum": 0}), ["/offers/2/autoscale"]),
    "duplicate_sku": (changed("/offers/2/sku", "m70-token"), ["/offers/0/sku", "/offers/2/sku"]),
    "duplicate_meter": (
        changed("/offers/0/prices/1/meter", "output_tokens"),
        ["/offers/0/prices/1/meter", "/offers/0/prices/2/meter"],
    ),
    "per_not_of_meter": (changed("/offers/0/prices/0/per", 3600), ["/offers/0/prices/0/per"]),
    "tiers_not_rising": (
        changed("/offers/0/prices/2/tiers/1/above", 500_000_000),
        ["/offers/0/prices/2/tiers/1/above"],
    ),
    "term_without_rate": (rated({"term_months": 0}), ["/offers/1/rates/0"]),
    "two_rates": (rated({"term_months": 0, "hourly": "1", "monthly": "730"}), ["/offers/1/rates/0"]),
    "term_missing": (rated({"hourly": "1"}), ["/offers/1/rates/0/term_months"]),
    "two_terms": (rated({"term_weeks": 1, "term_days": 1, "hourly": "1"}), ["/offers/1/rates/0"]),
    "owned_without_months": (
        rated({"term_weeks": 9, "owned": {"purchase": "1"}}),
        ["/offers/1/rates/0/term_months"],
    ),
    "residual_above_purchase": (
        rated({"term_months": 9, "owned": {"purchase": "1", "residual": "2"}}),
        ["/offers/1/rates/0/owned/residual"],
    ),
    "power_incomplete": (
        rated({"term_months": 9, "owned": {"purchase": "9", "kilowatt_hour": "2"}}),
        ["/offers/1/rates/0/owned"],
    ),
    "duplicate_rate": (
        rated({"term_months": 12, "hourly": "1"}, {"term_months": 12, "hourly": "1"}),
        ["/offers/1/rates/1"],
    ),
    "upfront_without_term": (changed("/offers/1/rates/0/upfront", "5"), ["/offers/1/rates/0/upfront"]),
    "streams_not_rising": (
        changed("/offers/1/capacity/decode_tokens_per_second/1/0", 1),
        ["/offers/1/capacity/decode_tokens_per_second/1"],
    ),
    "speed_rising": (
        changed("/offers/1/capacity/decode_tokens_per_second/1/1", 91),
        ["/offers/1/capacity/decode_tokens_per_second/1"],
    ),
    "no_legal_units": (changed("/offers/1/units/minimum", 33), ["/offers/1/units/maximum"]),
    "axis_without_weight": (
        changed("/offers/2/capacity/axes/0/weights", {"input_tokens": 0}),
        ["/offers/2/capacity/axes/0/weights"],
    ),
    "schedule_and_autoscale": (
        with_offer(GPU, schedule=NIGHTS, autoscale={"minimum": 0}, rates=[{"term_months": 0, "hourly": "1"}]),
        ["/offers/1/schedule"],
    ),
    "schedule_not_hourly": (
        with_offer(PTU, schedule=NIGHTS, rates=[{"term_months": 1, "hourly": "1"}]),
        ["/offers/2/rates/0"],
    ),
    "window_or_burst": (changed("/offers/2/capacity/burst_seconds", 30), ["/offers/2/capacity/window_seconds"]),
    "unit_without_units": (changed("/offers/2/capacity/axes/0/unit", "GSU"), ["/offers/2/capacity/axes/0/unit"]),
    "lengths_not_rising": (
        long_weights(
            (9, {"input_tokens": "2", "output_tokens": "9"}), (9, {"input_tokens": "3", "output_tokens": "9"})
        ),
        ["/offers/2/capacity/axes/0/longer/1/input_tokens_above"],
    ),
    "too_many_axes": (
        long_weights((9, {"input_tokens": "2", "output_tokens": "9"}), axes=4),
        ["/offers/2/capacity/axes/3/longer"],
    ),
    "not_two_kinds": (apart(axes=1), ["/offers/2/capacity/axes/0/units"]),
    "second_missing": (apart({"term_months": 1, "monthly": "2"}), ["/offers/2/rates/0/second"]),
    "second_without_units": (
        with_offer(PTU, rates=[{"term_months": 1, "monthly": "2", "second": "1"}]),
        ["/offers/2/rates/0/second"],
    ),
    "owned_apart": (apart({"term_months": 9, "owned": {"purchase": "9"}}), ["/offers/2/rates/0/owned"]),
    "tiers_and_when": (
        by_request({"input_tokens_above": 9, "amount": "3"}, tiers=[{"above": 1, "amount": "1"}]),
        ["/offers/0/prices/0/when"],
    ),
    "when_of_compute": (
        by_request({"input_tokens_above": 9, "amount": "3"}, meter="compute_seconds", per=1),
        ["/offers/0/prices/0/when"],
    ),
    "condition_missing": (by_request({"amount": "3"}), ["/offers/0/prices/0/when/0"]),
    "condition_never_holds": (
        by_request({"input_tokens_above": 9, "amount": "3"}, {"input_tokens_above": 8, "amount": "4"}),
        ["/offers/0/prices/0/when/0"],
    ),
    "never_available": (
        with_offer(PTU, available_from="2026-12-01", available_until="2026-12-01"),
        ["/offers/2/available_until"],
    ),
}

WARNINGS = {
    "input_far_below_output": (priced(input_tokens="0.000002", output_tokens="8"), ["/offers/0/prices/0"]),
    "cached_far_below_input": (
        priced(input_tokens="2", cached_input_tokens="0.0000002", output_tokens="8"),
        ["/offers/0/prices/1"],
    ),
    "output_below_input": (priced(input_tokens="2", output_tokens="0.19"), ["/offers/0/prices/1"]),
    "cached_above_input": (priced(input_tokens="2", cached_input_tokens="2.01"), ["/offers/0/prices/1"]),
    "tier_dearer": (changed("/offers/0/prices/2/tiers/1/amount", "2.01"), ["/offers/0/prices/2/tiers"]),
    "without_effect": (with_offer(TOKEN, instance_concurrency=4), ["/offers/0/instance_concurrency"]),
    "tier_unstated": (with_offer(TOKEN, sku="m70-batch"), ["/offers/0/sku"]),
    "input_free": (priced(output_tokens="2"), ["/offers/0/prices"]),
    "free": (priced(input_tokens="0", output_tokens="0.000"), ["/offers/0/prices"]),
    "committed_above_on_demand": (
        rated({"term_months": 0, "hourly": "36"}, {"term_months": 12, "hourly": "35", "upfront": "9000"}),
        ["/offers/1/rates/1"],
    ),
    "hourly_or_monthly": (
        rated({"term_months": 0, "hourly": "36"}, {"term_months": 12, "monthly": "25"}),
        ["/offers/1/rates/1"],
    ),
    "maximum_not_reached": (
        with_offer(GPU, units={"minimum": 5, "increment": 30, "maximum": 7}),
        ["/offers/1/units/maximum"],
    ),
    "hourly_looks_monthly": (rated({"term_months": 0, "hourly": "26280"}), ["/offers/1/rates/0/hourly"]),
    "curve_ends_early": (
        changed("/offers/1/capacity/slots", 65),
        ["/offers/1/capacity/decode_tokens_per_second"],
    ),
    "long_weight_missing": (
        long_weights((9, {"input_tokens": "2"})),
        ["/offers/2/capacity/axes/0/longer/0/weights"],
    ),
    "long_requests_lighter": (
        long_weights((9, {"input_tokens": "0.5", "output_tokens": "6"})),
        ["/offers/2/capacity/axes/0/longer/0/weights/input_tokens"],
    ),
    "conditional_far_apart": (
        by_request({"input_tokens_above": 9, "amount": "2000"}),
        ["/offers/0/prices/0/when/0/amount"],
    ),
    "long_requests_cheaper": (
        by_request({"input_tokens_above": 9, "amount": "1.99"}),
        ["/offers/0/prices/0/when/0/amount"],
    ),
    "capacity_missing": (without("/offers/2/capacity"), ["/offers/2"]),
    "compute_without_speed": (
        with_offer(TOKEN, prices=[{"meter": "compute_seconds", "amount": "9", "per": 3600}]),
        ["/offers/0/prices"],
    ),
    "warm_pool_without_cold_start": (without("/offers/0/cold_start"), ["/offers/0/warm_pool"]),
    "source_unnamed": (without("/source/url"), ["/source"]),
}
WARNINGS["compute_without_speed"][0]["offers"][TOKEN].pop("speed")


@pytest.mark.parametrize("code", ERRORS)
def test_a_contradiction_refuses_the_sheet(code: str) -> None:
    document, pointers = ERRORS[code]
    assert told(document) == {("error", code, pointer) for pointer in pointers}


@pytest.mark.parametrize("code", WARNINGS)
def test_what_looks_like_a_slip_is_a_warning(code: str) -> None:
    document, pointers = WARNINGS[code]
    assert told(document) == {("warning", code, pointer) for pointer in pointers}


def test_every_field_that_changes_no_answer_is_told() -> None:
    speed = {"prefill_tokens_per_second": 9000, "decode_tokens_per_second": [[1, 70]]}
    rates = [{"term_months": 12, "hourly": "20"}, {"term_months": 0, "daily": "600"}]
    unsized = with_offer(GPU, preferred=True)
    del unsized["offers"][GPU]["capacity"]
    cases = {
        "/offers/1/speed": with_offer(GPU, speed=speed),
        "/offers/1/preferred": unsized,
        "/offers/1/autoscale": with_offer(GPU, autoscale={"minimum": 0}, rates=rates),
        "/offers/1/rates/0/owned/power_usage_effectiveness": rated(
            {"term_months": 36, "owned": {"purchase": "90000", "power_usage_effectiveness": 1.4}}
        ),
    }
    for pointer, document in cases.items():
        assert ("warning", "without_effect", pointer) in told(document), pointer
    assert told(with_offer(GPU, autoscale={"minimum": 0})) == set()


def test_a_first_tier_for_nothing_is_an_allowance_and_no_slip() -> None:
    tiers = [{"above": 10_000_000, "amount": "0.50"}]
    free = {"meter": "input_tokens", "amount": "0", "per": 1_000_000, "tiers": tiers}
    assert told(with_offer(TOKEN, prices=[free])) == set()
    rising = [*tiers, {"above": 20_000_000, "amount": "0.60"}]
    assert told(with_offer(TOKEN, prices=[free | {"tiers": rising}])) == {
        ("warning", "tier_dearer", "/offers/0/prices/0/tiers")
    }


def test_a_minimum_of_the_autoscaler_above_the_maximum_is_refused() -> None:
    assert told(changed("/offers/1/autoscale/minimum", 33)) == {
        ("error", "no_legal_units", "/offers/1/autoscale/minimum")
    }


def test_one_term_may_be_paid_in_two_ways() -> None:
    document = rated({"term_months": 12, "hourly": "2"}, {"term_months": 12, "hourly": "0", "upfront": "17000"})
    assert told(document) == {("warning", "without_effect", "/offers/1/autoscale")}


def test_terms_are_held_against_the_cheapest_on_demand_rate() -> None:
    rates = (
        {"term_months": 0, "hourly": "40"},
        {"term_months": 0, "hourly": "36"},
        {"term_months": 12, "hourly": "38"},
    )
    assert told(rated(*rates)) == {("warning", "committed_above_on_demand", "/offers/1/rates/2")}


def test_a_price_per_thousand_written_as_per_million_stands_out() -> None:
    document = sheet()
    token = document["offers"][TOKEN]
    others = [token | {"sku": f"other-{n}", "model": f"m{n}"} for n in range(3)]
    slip = changed("/offers/0/prices/0/per", 1000)["offers"][TOKEN]
    document["offers"] = [slip, *others]
    assert told(document) == {
        ("warning", "price_outlier", "/offers/0/prices/0"),
        ("warning", "cached_far_below_input", "/offers/0/prices/1"),
        ("warning", "output_below_input", "/offers/0/prices/2"),
    }


def test_of_two_prices_far_apart_both_are_remarked_on() -> None:
    document = sheet()
    document["offers"].append(changed("/offers/0/prices/3/amount", "20.01")["offers"][TOKEN] | {"sku": "second"})
    assert told(document) == {
        ("warning", "price_outlier", "/offers/0/prices/3"),
        ("warning", "price_outlier", "/offers/3/prices/3"),
    }
    document["offers"][3]["prices"][3]["amount"] = "20.00"
    assert told(document) == set()


def test_units_are_compared_with_units_of_the_same_name_only() -> None:
    document = sheet()
    document["offers"].append(
        document["offers"][PTU] | {"sku": "second", "rates": [{"term_months": 0, "hourly": "150"}]}
    )
    assert {code for _, code, _ in told(document)} == {"price_outlier"}
    document["offers"][3]["unit"] = "other"
    assert told(document) == set()


def test_the_ceiling_of_an_hour_is_meant_for_money_like_dollars() -> None:
    document, _ = WARNINGS["hourly_looks_monthly"]
    assert told(document | {"currency": "JPY"}) == set()


def test_every_rule_is_documented_with_its_severity_and_shown_here() -> None:
    sources = (REPOSITORY / "service" / "price_sheets" / "lint").glob("*.py")
    rules = {code for source in sources for code in re.findall(r'(?:error|warning)\(\s*"(\w+)"', source.read_text())}
    page = (REPOSITORY / "docs" / "price-sheets.md").read_text()
    rows = re.findall(r"^\| (`.+`) \| (error|warning) \|", page, re.MULTILINE)
    told = {(code, severity) for codes, severity in rows for code in re.findall(r"`(\w+)`", codes)}
    shown = {(code, "error") for code in ERRORS} | {(code, "warning") for code in (*WARNINGS, "price_outlier")}
    assert rules == {code for code, _ in shown}
    assert shown <= told

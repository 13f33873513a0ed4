"""The optimum on every public history: brute force over every legal way, each replayed in full."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from service.workflow.compute.kinds.sizing import peak_units
from service.workflow.offers import ConcurrencyCapacity, Offer, Speed, ThroughputCapacity, Units
from service.workflow.policy import LatencyPolicy, Policy, ReplayPolicy
from service.workflow.rates import Rate
from service.workflow.traffic import TrafficHistory
from tests.markets import PROVISIONAL, axis, computed, gpu_offer, ptu_offer, request_offer, token_offer
from tests.oracles.brute_force import best_of_groups, every_way
from tests.property.workflow.test_optimum import compare_with_brute_force
from tests.real_traffic import BUCKETS, azure_log, mooncake_log, nab_series, openai_page, servegen_series, vidur_log
from tests.shared_data import SHARED

POLICY = replace(PROVISIONAL, replay=ReplayPolicy(max_requests=4_000), max_term_months=36)

TENANTS = SHARED / "traffic/series/servegen-m-small"

HISTORIES: dict[str, Callable[[], TrafficHistory]] = {
    "azure_code": lambda: azure_log("code"),
    "azure_conv": lambda: azure_log("conv"),
    "vidur_conv": vidur_log,
    "mooncake": mooncake_log,
    "openai_page": openai_page,
    **{name: lambda name=name: nab_series(name) for name in BUCKETS},  # type: ignore[misc]
    **{path.stem: lambda path=path: servegen_series(path) for path in sorted(TENANTS.glob("*.csv"))},  # type: ignore[misc]
}

TARGETS = {
    "priced": LatencyPolicy("end_to_end", 95.0, 9_000.0, value_per_slow_request=Decimal("0.002")),
    "strict": LatencyPolicy("first_token", 99.0, 1_500.0, strict=True),
}


def market(history: TrafficHistory) -> list[Offer]:
    """Return offers that fit the history: some thirty units for its peak, each a small share of the whole bill."""
    tokens = history.output_tokens.any()
    speed = Speed(9000.0, ((1, 70.0),))
    offers: list[Offer] = [request_offer("one", "0.002"), request_offer("k", "1.9", 1000, monthly_minimum=Decimal(40))]
    if tokens:
        offers = [token_offer("into", "0.5", "2.6", speed=speed), token_offer("out", "0.7", "1.9", speed=speed)]
    weights = {"input_tokens": "1", "output_tokens": "4"} if tokens else {"requests": "1"}
    case, found = computed(history, offers, POLICY)
    whole = min(option.monthly_cost for option in found.options)
    peak = peak_units(case, ThroughputCapacity(60, (axis("1", **weights),)))
    capacity = ThroughputCapacity(60, (axis(str(peak // 30 + 1), **weights),))
    monthly = (whole / 100).quantize(Decimal("0.01"))
    offers.append(
        ptu_offer(
            "ptu", Rate(0, monthly=monthly), Rate(12, monthly=monthly * 7 / 10), capacity=capacity, units=Units(2, 3)
        )
    )
    if tokens:
        unit = ConcurrencyCapacity(8, Speed(9000.0, ((1, 90.0), (8, 45.0))))
        hourly = (whole / 24 / 730).quantize(Decimal("0.0001"))
        offers.append(gpu_offer("gpu", Rate(0, hourly=hourly), capacity=unit, units=Units(1, 1, 40)))
    return offers


def check(history: TrafficHistory, policy: Policy) -> None:
    """Compare the options of a history with brute force."""
    offers = market(history)
    case, found = computed(history, offers, policy)
    compare_with_brute_force(found.options, best_of_groups(list(every_way(case, offers))))


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data, which is not beside this checkout")
@pytest.mark.parametrize("name", HISTORIES)
def test_the_answer_on_a_public_history_is_that_of_brute_force(name: str) -> None:
    check(HISTORIES[name](), POLICY)


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data, which is not beside this checkout")
@pytest.mark.parametrize("name", ["azure_code", "azure_conv", "client-13"])
@pytest.mark.parametrize("target", ["priced", "strict"])
def test_a_latency_target_changes_nothing_about_that(name: str, target: str) -> None:
    check(HISTORIES[name](), replace(POLICY, latency=TARGETS[target]))

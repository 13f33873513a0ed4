"""The crossover in closed form against a sweep of volume, and where the workload stands against it."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from service.workflow.compare.crossover import Crossover, crossovers
from service.workflow.compute.redecide import case_of
from service.workflow.metered_prices import Price, Tier
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Offer, Speed
from service.workflow.policy import Policy
from service.workflow.rates import Rate
from service.workflow.traffic import RequestLog, TrafficHistory
from tests.histories import log_of, series_of
from tests.markets import PROVISIONAL, budget, gpu_offer, options_of, ptu_offer, rate, request_offer, token_offer

TOKENS = (1000, 0, 300)
"""A request of 1,000 input and 300 output tokens: 0.00132 on `token_offer`."""

SLOTS = gpu_offer(capacity=ConcurrencyCapacity(8, Speed(100_000.0, ((1, 100.0),))))
"""Eight slots at 100 tokens a second whatever the others do: a full unit reads a request in 10 ms and writes in 375."""

BUDGET = ptu_offer("gpu", rate("4.00"), capacity=budget("360000", input_tokens="1", output_tokens="6"))
"""A request is 2,800 of the budget, so that a full unit serves 128 a minute."""


def evenly(count: int, seconds: int = 3600) -> RequestLog:
    """Return requests alike, evenly spaced over an hour."""
    times = [number * seconds / count for number in range(count)]
    return log_of(times, [TOKENS] * count, start=0, end=seconds)


def pairs(history: TrafficHistory, offers: Sequence[Offer], policy: Policy = PROVISIONAL) -> list[Crossover]:
    return crossovers(case_of(history, policy), offers)


@pytest.mark.parametrize("dedicated", [SLOTS, BUDGET])
def test_it_is_where_a_sweep_of_volume_turns_to_the_last_request(dedicated: Dedicated) -> None:
    offers: list[Offer] = [token_offer(), dedicated]
    (pair,) = pairs(evenly(50), offers)
    assert pair.requests_per_hour == pytest.approx(4 / 0.00132, rel=1e-12)
    for count in (1, 1500, 3029, 3030, 3031, 3032, 6000):
        options = options_of(evenly(count), offers)
        one = 730 * Decimal("4.00")
        assert (options["serverless:tok"].monthly_cost < one) == (count < pair.requests_per_hour)
        assert options["dedicated:gpu@0x1"].monthly_cost == one


@pytest.mark.parametrize(("dedicated", "full"), [(SLOTS, 3600 / 0.385), (BUDGET, 360_000 * 60 / 2800)])
def test_its_utilization_is_that_of_a_unit_which_serves_as_many(dedicated: Dedicated, full: float) -> None:
    offers: list[Offer] = [token_offer(), dedicated]
    (pair,) = pairs(evenly(50), offers)
    assert pair.utilization == pytest.approx(pair.requests_per_hour / full, rel=1e-12)
    figures = options_of(evenly(3030), offers)["dedicated:gpu@0x1"].figures
    assert figures is not None
    assert figures.utilization == pytest.approx(pair.utilization, rel=1e-3)


def test_the_tighter_of_two_axes_is_what_a_full_unit_serves() -> None:
    two = budget("6000", input_tokens="1")
    two = replace(two, axes=(*two.axes, *budget("900", output_tokens="1").axes))
    (pair,) = pairs(evenly(50), [token_offer(), ptu_offer(capacity=two)])
    assert pair.requests_per_hour / pair.utilization == pytest.approx(3 * 60)


COUNTED: list[Offer] = [request_offer(amount="0.01"), gpu_offer("gpu", rate("6.00"))]
"""600 requests an hour, 10 a minute, justify a unit."""


def test_the_workload_stands_against_it_by_mean_floor_and_peak() -> None:
    history = series_of(list(range(1, 21)))
    (pair,) = pairs(history, COUNTED)
    assert (pair.requests_per_hour, pair.mean, pair.floor, pair.peak) == pytest.approx((600, 1.05, 0.1, 2))
    (double,) = pairs(history, COUNTED, replace(PROVISIONAL, traffic_factor=Decimal(2)))
    assert (double.requests_per_hour, double.mean, double.floor, double.peak) == pytest.approx((600, 2.1, 0.2, 4))


@pytest.mark.parametrize(
    ("a_minute", "margin", "clears"), [(11, "0.10", True), (11, "0.11", False), (10, "0", True), (9, "0", False)]
)
def test_steady_volume_clears_it_with_the_margin(a_minute: int, margin: str, clears: bool) -> None:
    history = series_of([a_minute] * 40 + [30] * 40)
    (pair,) = pairs(history, COUNTED, replace(PROVISIONAL, margin=Decimal(margin)))
    assert pair.steady_clears is clears


def test_nothing_clears_what_a_full_unit_never_reaches() -> None:
    """A unit of 1,200 weighted tokens a minute for 1.00 an hour, against 5 and 30 a million: 278 % of a full unit."""
    capacity = budget("1200", input_tokens="1", output_tokens="6")
    history = log_of([7.5 * number for number in range(480)], [(1000, 0, 200)] * 480, start=0, end=3600)
    offers: list[Offer] = [token_offer(into="5", out="30"), ptu_offer("ptu", rate("1.00"), capacity=capacity)]
    (pair,) = pairs(history, offers)
    assert pair.utilization == pytest.approx(1 / 0.36, rel=1e-6)
    assert pair.floor > 1
    assert not pair.steady_clears


def test_tiers_and_a_minimum_count_at_the_volume_of_the_month() -> None:
    tiers = (Tier(1000, Decimal("0.01")), Tier(20_000, Decimal("0.001")))
    tiered = replace(request_offer("tiered"), prices=(Price("requests", Decimal("0.02"), 1, tiers),))
    least = request_offer("least", "0.001", monthly_minimum=Decimal(365))
    found = {pair.serverless: pair for pair in pairs(evenly(50), [tiered, least, COUNTED[1]])}
    month = 50 * 730
    assert found["tiered"].cost_per_request * month == pytest.approx(1000 * 0.02 + 19_000 * 0.01 + 16_500 * 0.001)
    assert found["least"].cost_per_request * month == pytest.approx(365)
    assert found["least"].requests_per_hour == pytest.approx(6 * month / 365)


def test_what_a_unit_costs_is_exact_and_holds_the_upfront() -> None:
    rates = (rate("1.0855"), rate("0.75", 12, upfront="876"), Rate(1, monthly=Decimal(365)))
    found = {pair.reserved: pair.unit_hourly for pair in pairs(evenly(50), [COUNTED[0], gpu_offer("gpu", *rates)])}
    assert found == {"gpu@0": Decimal("1.0855"), "gpu@12": Decimal("0.85"), "gpu@1": Decimal("0.5")}


def test_pairs_come_lowest_first() -> None:
    offers: list[Offer] = [
        request_offer("a", "0.01"),
        request_offer("b", "0.02"),
        gpu_offer("gpu", rate("6"), rate("4", 12)),
    ]
    found = pairs(evenly(50), offers)
    assert [(p.reserved, p.serverless) for p in found] == [
        ("gpu@12", "b"),
        ("gpu@0", "b"),
        ("gpu@12", "a"),
        ("gpu@0", "a"),
    ]


def test_what_costs_nothing_has_no_crossover_or_is_beyond_it_at_once() -> None:
    assert pairs(evenly(50), [request_offer(amount="0"), gpu_offer()]) == []
    (free,) = pairs(evenly(50), [COUNTED[0], gpu_offer("gpu", rate("0"))])
    assert (free.requests_per_hour, free.utilization, free.mean) == (0, 0, float("inf"))
    assert free.steady_clears


def test_requests_that_use_nothing_of_a_unit_could_be_served_without_end() -> None:
    (pair,) = pairs(evenly(50), [COUNTED[0], ptu_offer(capacity=budget("10", cached_input_tokens="1"))])
    assert pair.utilization == 0


def test_only_what_is_billed_by_the_request_or_token_has_a_cost_per_request() -> None:
    seconds = replace(request_offer("seconds"), prices=(Price("compute_seconds", Decimal("0.01"), 1),))
    assert pairs(evenly(50), [seconds, gpu_offer()]) == []
    assert pairs(series_of([5] * 10, counted=False), [token_offer(), gpu_offer()]) == []


def test_beyond_a_thousand_pairs_each_rate_meets_the_cheapest_alone() -> None:
    rates = [rate(f"{number}", number) for number in range(1, 41)]
    many = [request_offer(f"s{number:02}", f"0.{number + 10}") for number in range(26)]
    found = pairs(evenly(50), [*many, gpu_offer("gpu", *rates)])
    assert {pair.serverless for pair in found} == {"s00"}
    assert len(found) == 40

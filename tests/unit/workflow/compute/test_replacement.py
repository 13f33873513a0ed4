"""What requests are worth that nobody serves while units are down: worked out by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from service.workflow.compare.flip_points import MoneyFlips
from service.workflow.offers import Isolation, Offer
from service.workflow.options import Option
from service.workflow.policy import HybridPolicy, IsolationNeeds, IsolationPolicy, LatencyPolicy, Policy
from tests.histories import log_of
from tests.markets import PROVISIONAL, budget, computed, only, options_of, ptu_offer, rate, request_offer

DOWN = replace(PROVISIONAL, hybrid=HybridPolicy(outage_hours_per_month=Decimal(73)))
"""Down in a tenth of the hours."""

HISTORY = log_of([60.0 * minute for minute in range(60)], [(0, 0, 1)] * 60, start=0, end=3600)
"""A request a minute, 43,800 a month: 438.00 at 0.01 each."""


def market(*more: Offer, isolation: Isolation = Isolation()) -> list[Offer]:  # noqa: B008 - a frozen value
    """Return a unit of 73.00 a month that takes a request a minute, and serverless offers."""
    return [ptu_offer("ptu", rate("0.10"), capacity=budget("1", requests="1"), isolation=isolation), *more]


def option(offers: list[Offer], mode: str, policy: Policy = DOWN) -> Option:
    """Return the one option of a mode."""
    return only(options_of(HISTORY, offers, policy), mode)


def test_units_alone_and_a_hybrid_pay_the_same_for_the_same_lost_hours() -> None:
    alone, backed = (option(market(request_offer()), mode) for mode in ("dedicated", "hybrid"))
    assert (alone.monthly_cost, alone.outage_value) == (Decimal(73), Decimal("43.8"))
    assert alone.adjusted == alone.expected == backed.adjusted == backed.expected == Decimal("116.8")


def test_what_is_lost_counts_the_cheapest_that_may_serve_it() -> None:
    offers = market(request_offer(), request_offer("low", "0.005", isolation=Isolation(residency=("us",))))
    assert option(offers, "dedicated").outage_value == Decimal("21.9")
    needs = replace(DOWN, isolation=IsolationPolicy(required=IsolationNeeds(residency=("eu",))))
    kept = Isolation(residency=("eu",))
    europe = market(request_offer(isolation=kept), *offers[2:], isolation=kept)
    assert option(europe, "dedicated", needs).outage_value == Decimal("43.8")


def test_what_nobody_may_serve_counts_its_share_of_the_units_own_bill() -> None:
    needs = replace(DOWN, isolation=IsolationPolicy(required=IsolationNeeds(tenancy="dedicated")))
    offers = market(request_offer(), isolation=Isolation(tenancy="dedicated"))
    alone = option(offers, "dedicated", needs)
    assert alone.eligible
    assert alone.outage_value == Decimal("7.3")
    assert alone.expected == Decimal("80.3")


def test_every_lost_request_is_as_bad_as_a_slow_one_which_a_fallback_avoids() -> None:
    slow = LatencyPolicy(target_ms=60_000.0, value_per_slow_request=Decimal("0.10"))
    offers = market(request_offer())
    alone, backed = (option(offers, mode, replace(DOWN, latency=slow)) for mode in ("dedicated", "hybrid"))
    assert alone.outage_value == Decimal("43.8") + Decimal(438)
    assert alone.expected - backed.expected == Decimal(438)


@pytest.mark.parametrize("amount", ["0.0011", "0.002"])
def test_the_price_at_which_units_pay_counts_what_they_lose(amount: str) -> None:
    """Units cost 73.00 and a tenth of serverless: they pay from 73.00 ÷ 0.9 = 81.11 on, 0.00185185 a request."""
    offers = market(request_offer(amount=amount))
    policy = replace(DOWN, modes=("serverless", "dedicated"), margin=Decimal(0), simplicity_margin=Decimal(0))
    case, found = computed(HISTORY, offers, policy)
    (flip,) = (point for point in MoneyFlips(case, found, offers).found() if point.name == "req.requests")
    assert flip.exact
    assert flip.value == pytest.approx(Decimal("0.00185185"), abs=Decimal("1E-8"))

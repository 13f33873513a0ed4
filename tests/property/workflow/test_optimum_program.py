"""Where a window's requests are all alike, or split like water, the best units are those of an integer program."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

import numpy as np
import pytest

from service.workflow.offers import Offer, ThroughputCapacity, Units
from service.workflow.options import Option
from service.workflow.policy import ReplayPolicy
from service.workflow.rates import Rate
from service.workflow.traffic import BucketSeries, TrafficHistory
from tests.markets import PROVISIONAL, axis, computed, ptu_offer, request_offer, token_offer
from tests.oracles.integer_program import best_units
from tests.real_traffic import BUCKETS, nab_series, servegen_series
from tests.shared_data import shared_data

POLICY = replace(PROVISIONAL, margin=Decimal(0), replay=ReplayPolicy(max_requests=10_000_000))


def market(share: str, per_minute: int, whole: Decimal, serverless: Offer, **weights: str) -> list[Offer]:
    """Return an offer to spill to, and units of a budget that cost a share of what everything costs there."""
    capacity = ThroughputCapacity(60, (axis(str(per_minute), **weights),))
    monthly = (whole * Decimal(share)).quantize(Decimal("0.01"))
    return [serverless, ptu_offer("ptu", Rate(0, monthly=monthly), capacity=capacity, units=Units())]


def cheapest(options: Sequence[Option]) -> Option:
    """Return the cheapest of nothing reserved and every number of units."""
    return min((o for o in options if o.mode in {"serverless", "hybrid"}), key=lambda o: o.adjusted)


def whole_bill(history: TrafficHistory, serverless: Offer) -> Decimal:
    """Return what everything costs on one serverless offer."""
    (option,) = computed(history, [serverless], POLICY)[1].options
    return option.monthly_cost


def a_twentieth_of_two_weeks(history: BucketSeries) -> BucketSeries:
    """Return the first two weeks of half hours, every twentieth request of them."""
    assert history.requests is not None
    some = slice(14 * 48)
    return replace(
        history,
        start_us=history.start_us[some],
        requests=history.requests[some] // 20,
        input_tokens=history.input_tokens[some],
        cached_input_tokens=history.cached_input_tokens[some],
        output_tokens=history.output_tokens[some],
    )


UNITS = [("0.02", 3), ("0.15", 40), ("0.6", 500)]
"""What a unit costs, as a share of everything on serverless, and how many requests a minute it takes."""

LARGEST = "nab_Twitter_volume_AAPL"
"""55 days of five minutes: one program of that size is enough, and takes as long as all others together."""


@pytest.mark.parametrize(
    ("name", "share", "per_minute"),
    [
        *((name, *unit) for name, unit in product(BUCKETS, UNITS) if name != LARGEST),
        pytest.param(LARGEST, "0.15", 40, marks=pytest.mark.prove),
    ],
)
def test_requests_alike(name: str, share: str, per_minute: int) -> None:
    history = nab_series(name)
    if name == "nab_nyc_taxi":  # as much as is replayed whole: the program knows nothing of samples
        history, per_minute = a_twentieth_of_two_weeks(history), -(-per_minute // 20)
    serverless = request_offer("req", "0.002")
    offers = market(share, per_minute, whole_bill(history, serverless), serverless, requests="1")
    case, found = computed(history, offers, POLICY)
    assert not case.arrivals.sampled
    option = cheapest(found.options)
    windows = np.bincount(case.arrivals.time_us // 60_000_000).astype(np.float64)
    month = float(case.scale[0]) * 0.002
    unit = float(offers[1].rates[0].monthly_per_unit)  # type: ignore[union-attr]
    units, cost = best_units(windows, windows * month, per_minute, unit)
    assert units == (option.reservation.units if option.reservation else 0)
    assert float(option.adjusted) == pytest.approx(cost, abs=0.002)


@pytest.mark.parametrize("client", [0, 3, 13, 33])
@pytest.mark.parametrize(("share", "part"), [("0.002", 400), ("0.03", 30), ("0.2", 5)])
def test_tokens_without_requests(client: int, share: str, part: int) -> None:
    history = servegen_series(shared_data(f"traffic/series/servegen-m-small/client-{client}.csv"))
    tokens: BucketSeries = replace(history, requests=None)
    serverless = token_offer("tok", "0.5", "2.5")
    demand = (tokens.input_tokens + 4 * tokens.output_tokens).astype(np.float64)
    per_minute = int(demand.max() / 10 / part) + 1
    weights = {"input_tokens": "1", "output_tokens": "4"}
    offers = market(share, per_minute, whole_bill(tokens, serverless), serverless, **weights)
    case, found = computed(tokens, offers, POLICY)
    option = cheapest(found.options)
    window = (tokens.start_us >= case.profile.start_us) & (tokens.start_us < case.profile.end_us)
    price = (tokens.input_tokens * 0.5 + tokens.output_tokens * 2.5)[window] / 1e6 * float(case.scale[1])
    unit = float(offers[1].rates[0].monthly_per_unit)  # type: ignore[union-attr]
    units, cost = best_units(demand[window], price, per_minute * 10, unit)
    assert units == (option.reservation.units if option.reservation else 0)
    assert float(option.adjusted) == pytest.approx(cost, abs=0.01)

"""The day bootstrap against the same resamples paid one at a time in fractions."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from service.workflow.compare.bootstrap import Bootstrap, bootstrap
from service.workflow.compute.case import Case
from service.workflow.offers import (
    Autoscale,
    ColdStart,
    ConcurrencyCapacity,
    Isolation,
    Limits,
    Offer,
    Price,
    Speed,
    Tier,
    WarmPool,
)
from service.workflow.options import Option
from service.workflow.policy import BootstrapPolicy, HybridPolicy, IsolationNeeds, IsolationPolicy, LatencyPolicy
from service.workflow.traffic import RequestLog, TrafficHistory
from tests.histories import log_of, series_of
from tests.markets import MILLION, PROVISIONAL, computed, gpu_offer, rate, request_offer, token_offer
from tests.oracles.resampling import days_of, drawn, month, quantile

SEED = 11

QUICK = Speed(5000.0, ((1, 100.0), (2, 60.0)))

TIERED = token_offer(
    "tiered",
    prices=(
        Price("input_tokens", Decimal(4), MILLION, (Tier(2_000_000, Decimal(3)), Tier(5_000_000, Decimal(1)))),
        Price("output_tokens", Decimal(9), MILLION),
        Price("requests", Decimal("0.001"), 1, (Tier(9000, Decimal("0.0005")),)),
    ),
    monthly_minimum=Decimal(90),
    limits=Limits(requests_per_minute=20),
    cold_start=ColdStart(300, 5),
    warm_pool=WarmPool(Decimal("0.01")),
    speed=QUICK,
)

OFFERS: list[Offer] = [
    TIERED,
    request_offer("blind", "0.009", limits=Limits(requests_per_minute=12)),
    gpu_offer(
        "gpu",
        rate("0.06"),
        rate("0.05", 12, upfront="24"),
        capacity=ConcurrencyCapacity(2, QUICK),
        autoscale=Autoscale(1, 60.0),
        start_seconds=10.0,
        isolation=Isolation(version_pinning=True),
    ),
]

POLICY = replace(
    PROVISIONAL,
    seed=SEED,
    bootstrap=BootstrapPolicy(200),
    hybrid=HybridPolicy(1.0, Decimal("3.5"), Decimal(40)),
    latency=LatencyPolicy("end_to_end", 95, 3000.0, value_per_slow_request=Decimal("0.002"), weight=Decimal(3)),
    isolation=IsolationPolicy(
        preferred=IsolationNeeds(version_pinning=True), value_per_month=Decimal(8), weight=Decimal("0.5")
    ),
)


def days_with(*volumes: int, hours: float = 24) -> RequestLog:
    """Return days of as many requests each, in bursts of every size, the last day observed for `hours`."""
    rng = np.random.default_rng(5)
    seconds: list[float] = []
    for number, volume in enumerate(volumes):
        length = 86_400 if number + 1 < len(volumes) else hours * 3600
        starts = rng.integers(0, round(length) - 60, max(1, volume // 12))
        offsets = rng.integers(0, 50, volume)
        seconds += sorted((number * 86_400 + starts[rng.integers(0, len(starts), volume)] + offsets).tolist())
    tokens = [(int(n) + 40, 40, int(m)) for n, m in rng.integers(20, 1500, (len(seconds), 2))]
    return log_of(sorted(seconds), tokens, start=0, end=(len(volumes) - 1) * 86_400 + hours * 3600)


UNEVEN = days_with(120, 700, 260, 40, hours=9)


SERIES = series_of([*[3, 0, 9, 0] * 6, *[None] * 24, *[25, 0, 4, 1] * 6, *[0, 0, 7, 0] * 6], bucket=3600)
"""Four days in hours, of which the second was not observed."""


def resampled(history: TrafficHistory, offers: Sequence[Offer] = OFFERS) -> tuple[Case, list[Option], Bootstrap]:
    case, found = computed(history, offers, POLICY)
    options = [option for option in found.options if not option.ruled_out]
    drawn_days = bootstrap(case, found.options, SEED)
    assert drawn_days is not None
    return case, options, drawn_days


def slowly(case: Case, options: Sequence[Option]) -> dict[str, list[Fraction]]:
    """Return every option's total in every resample."""
    return {
        option.key: [month(option, days, POLICY) for days in drawn(SEED, 200, days_of(case, option))]
        for option in options
    }


def close(value: float | None, exact: Fraction) -> bool:
    """Monthly quantities are rounded to whole units in the exact total, which no resample is."""
    return value == pytest.approx(float(exact), abs=0.01)


@pytest.mark.parametrize("offers", [OFFERS, [TIERED, OFFERS[2]]], ids=["all", "speeds known"])
@pytest.mark.parametrize("history", [UNEVEN, SERIES], ids=["log", "series with a missing day"])
def test_it_equals_paying_each_resample_in_fractions(history: TrafficHistory, offers: list[Offer]) -> None:
    case, options, found = resampled(history, offers)
    assert {option.mode for option in options} == {"serverless", "dedicated", "autoscaled", "hybrid"}
    totals = slowly(case, options)
    cheapest = [min(totals[o.key][i] for o in options if o.eligible) for i in range(200)]
    for option in options:
        interval, own = found.of(option.key), totals[option.key]
        assert interval is not None
        assert close(interval.low, quantile(own, Fraction(5, 100)))
        assert close(interval.high, quantile(own, Fraction(95, 100)))
        if option.eligible:
            wins = sum(total == best for total, best in zip(own, cheapest, strict=True))
            assert interval.probability_cheapest == wins / 200
            regret = sum((a - b for a, b in zip(own, cheapest, strict=True)), Fraction(0)) / 200
            assert close(interval.expected_regret, regret)
        else:
            assert interval.probability_cheapest is interval.expected_regret is None


def probabilities(found: Bootstrap) -> list[float]:
    return [i.probability_cheapest for i in found.intervals if i.probability_cheapest is not None]


def test_probabilities_of_what_is_eligible_add_up_to_one_and_regret_is_never_below_zero() -> None:
    for history in (UNEVEN, SERIES):
        _, options, found = resampled(history)
        assert sum(probabilities(found)) == pytest.approx(1)
        assert len(probabilities(found)) == sum(option.eligible for option in options)
        for interval in found.intervals:
            assert interval.low <= interval.high
            if interval.expected_regret is not None:
                assert interval.expected_regret >= 0
                assert (interval.expected_regret == 0) == (interval.probability_cheapest == 1)


def test_of_two_that_cost_the_same_the_one_listed_first_is_counted() -> None:
    twins: list[Offer] = [request_offer(sku, speed=QUICK) for sku in "ab"]
    _, _, found = resampled(UNEVEN, twins)
    assert [(i.key, i.probability_cheapest, i.expected_regret) for i in found.intervals] == [
        ("serverless:a", 1.0, 0.0),
        ("serverless:b", 0.0, 0.0),
    ]


def test_days_alike_leave_nothing_uncertain() -> None:
    seconds = [day * 86_400 + second for day in range(3) for second in (5, 6, 6.5, 7, 40_000, 40_001, 80_000)]
    by_time = replace(
        TIERED, sku="time", prices=(Price("compute_seconds", Decimal("0.05"), 1),), monthly_minimum=Decimal(0)
    )
    _, options, found = resampled(log_of(seconds, start=0, end=3 * 86_400), [*OFFERS, by_time])
    for interval, option in zip(found.intervals, options, strict=True):
        assert interval.low == interval.high == pytest.approx(float(option.adjusted), abs=0.01)
    assert max(probabilities(found)) == 1
    assert min(i.expected_regret for i in found.intervals if i.expected_regret is not None) == 0


def test_only_observed_days_are_drawn() -> None:
    case, _, found = resampled(SERIES)
    assert (case.days, found.blocks, found.resamples) == (4, 3, 200)


def test_fewer_than_two_days_say_nothing() -> None:
    case, found = computed(days_with(50), OFFERS, POLICY)
    assert bootstrap(case, found.options, SEED) is None
    assert bootstrap(computed(UNEVEN, OFFERS, POLICY)[0], [], SEED) is None


def test_the_same_seed_gives_the_same_draws_and_another_others() -> None:
    case, options, found = resampled(UNEVEN)
    assert bootstrap(case, options, SEED) == found
    assert bootstrap(case, options, SEED + 1) != found

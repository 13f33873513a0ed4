"""What a sample leaves out of an overflow is made up for by what is known of every bucket."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from service.workflow.compute.case import Case
from service.workflow.compute.fluid import fluid_of, known_of, loads_of, share_beyond
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.redecide import case_of
from service.workflow.compute.standard_error import overflow_error
from service.workflow.offers import Capacity, ConcurrencyCapacity, Speed, ThroughputCapacity
from service.workflow.policy import ReplayPolicy
from service.workflow.traffic import MINUTE, WEEK, BucketSeries, RequestLog
from tests.histories import MONDAY, ints
from tests.markets import PROVISIONAL, axis, token_offer

UNIT = ConcurrencyCapacity(4, Speed(9000.0, ((1, 90.0), (4, 40.0))))
BUDGET = ThroughputCapacity(60, (axis("60000", input_tokens="1", output_tokens="4"),))
TWO_AXES = ThroughputCapacity(60, (axis("60000", input_tokens="1"), axis("9000", output_tokens="1")))

CAPACITIES = pytest.mark.parametrize("capacity", [UNIT, BUDGET, TWO_AXES], ids=["slots", "budget", "two budgets"])


def sampled(history: RequestLog | BucketSeries, most: int, factor: str = "1", seed: int = 1) -> Case:
    policy = replace(PROVISIONAL, replay=ReplayPolicy(most), traffic_factor=Decimal(factor), seed=seed)
    case = case_of(history, policy)
    assert case.arrivals.sampled == (most < case.profile.totals.requests)
    return case


def spiky_week(spike: int = 4000) -> BucketSeries:
    """Return a week of minutes of some forty requests each, and one of `spike`."""
    rng = np.random.default_rng(3)
    requests = rng.poisson(40, WEEK // MINUTE).astype(np.int64)
    requests[5003] = spike
    output = requests * rng.integers(100, 300, len(requests))
    return BucketSeries(60, MONDAY + MINUTE * np.arange(len(requests)), requests, requests * 900, requests * 90, output)


def spill(case: Case, capacity: Capacity, units: int) -> SpillProbe:
    slots = capacity.slots if isinstance(capacity, ConcurrencyCapacity) else 0
    return SpillProbe(capacity, units, units * slots)


@CAPACITIES
def test_a_peak_that_no_sampled_hour_holds_is_counted(capacity: Capacity) -> None:
    history = spiky_week()
    case = sampled(history, 40_000)
    assert case.arrivals.stretches is not None
    assert 5003 // 60 not in case.arrivals.stretches.tolist()
    replay = spill(case, capacity, 12).run(case)
    assert not replay.spilled.any()
    fluid = fluid_of(case, capacity)
    beyond = 1 - min(fluid.limits(12, 48) / fluid.known.loads.peak)
    assert replay.refused[0] / case.replayed[0] == pytest.approx(beyond * 4000 / case.profile.totals.requests, rel=0.01)


@CAPACITIES
def test_a_sample_estimates_what_the_whole_spills(capacity: Capacity) -> None:
    history, offer = spiky_week(), token_offer()
    whole = sampled(history, 10_000_000)
    for units in (1, 2, 3):
        probe = spill(whole, capacity, units)
        truth = probe.run(whole).refused / np.array(whole.replayed)
        for seed in range(3):
            case = sampled(history, 40_000, seed=seed)
            replay = probe.run(case)
            error = overflow_error(case, offer, replay.spilled - probe.expected(case))
            money = sum(
                float(price.amount) / price.per * column
                for price, column in zip(offer.prices, (case.everything.uncached, case.everything.output), strict=True)
            )
            off = abs(replay.refused / np.array(case.replayed) - truth)[[1, 3]].max()
            assert off <= 0.004 + 4 * error / money, (units, seed)


@CAPACITIES
def test_everything_spilled_is_everything_and_nothing_is_nothing(capacity: Capacity) -> None:
    case = sampled(spiky_week(), 40_000)
    assert spill(case, capacity, 0).run(case).refused.tolist() == list(case.replayed)
    assert spill(case, capacity, 5000).run(case).refused.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("bucket", [60, 600])
@pytest.mark.parametrize("factor", ["1", "2.5"])
def test_sums_of_sorted_buckets_are_those_of_every_bucket(bucket: int, factor: str) -> None:
    rng = np.random.default_rng(5)
    count = WEEK // MINUTE * 60 // bucket
    requests = rng.poisson(rng.uniform(0, 90, count)).astype(np.int64)
    start = MONDAY + bucket * (MINUTE // 60) * np.arange(count)
    series = BucketSeries(
        bucket, start, requests, requests * 700, requests * 70, requests * rng.integers(10, 900, count)
    )
    case = sampled(series, int(requests.sum()) // 40, factor)
    fluid = fluid_of(case, UNIT)
    whole = fluid.known.loads.counts * float(factor)
    held = whole[fluid.sampled.rows]
    for units in (0, 1, 2, 3, 5, 8, 13, 1000):
        share = share_beyond(loads_of(whole, UNIT), fluid.limits(units, 4 * units))[:, None]
        inside = share[fluid.sampled.rows]
        expected = (whole * share).sum(axis=0) / whole.sum(axis=0) - (held * inside).sum(axis=0) / held.sum(axis=0)
        assert fluid.missed(units, 4 * units) == pytest.approx(expected, abs=1e-12)
        parts = fluid.by_stretch(units, 4 * units).sum(axis=0) / fluid.sampled.counts.sum(axis=0)
        assert parts == pytest.approx((held * inside).sum(axis=0) / held.sum(axis=0), abs=1e-12)


@CAPACITIES
def test_all_of_the_buckets_is_counted_by_the_weights_that_it_is_asked_for(capacity: Capacity) -> None:
    case = sampled(spiky_week(), 40_000)
    forecast, counts = case.forecast, case.profile.counts
    assert known_of(case.profile, capacity).whole.tolist() == counts.sum(axis=0).tolist()
    lately = known_of(case.profile, capacity, forecast)
    assert lately.whole.tolist() == (forecast.bucket_weights @ counts).tolist()
    assert known_of(case.profile, UNIT, forecast).whole is known_of(case.profile, BUDGET, forecast).whole


def test_a_log_that_is_replayed_whole_misses_nothing() -> None:
    times = MONDAY + MINUTE * np.arange(300)
    log = RequestLog(times, ints([900] * 300), ints([0] * 300), ints([400] * 300), start_us=MONDAY)
    case = sampled(log, 1_000)
    replay = spill(case, UNIT, 0).run(case)
    assert replay.missed.tolist() == [0, 0, 0, 0]
    assert replay.refused.tolist() == replay.spilled.sum(axis=0).tolist()

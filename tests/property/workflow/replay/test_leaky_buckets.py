"""Leaky buckets against a small simulation in fractions, and the laws of a burst."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.workflow.errors import WorkflowError
from service.workflow.offers import Limits, ThroughputCapacity
from service.workflow.replay.limits import throttle
from service.workflow.replay.throughput import replay_throughput, sized_units_throughput
from service.workflow.traffic import MINUTE, SECOND, Arrivals
from tests.effort import examples
from tests.property.workflow.replay.test_budgets import arrivals_of, axes_of, demands
from tests.unit.workflow.replay.build import arrivals_at

checked = settings(deadline=None, derandomize=True, max_examples=examples(150))

buckets_of = st.builds(
    lambda burst, axes: ThroughputCapacity(burst, tuple(axes), leaky=True), st.sampled_from([1, 7, 60, 3600]), axes_of
)
limits_of = st.builds(
    Limits,
    requests_per_minute=st.none() | st.sampled_from([1, 3, 7]),
    tokens_per_minute=st.none() | st.sampled_from([7, 60, 999]),
    input_tokens_per_minute=st.none() | st.sampled_from([3, 250]),
    output_tokens_per_minute=st.none() | st.sampled_from([13, 400]),
    burst_seconds=st.sampled_from([1, 10, 60, 90]),
)


def refused(
    times_us: Sequence[int], taken: Sequence[Sequence[Fraction]], rates: Sequence[Fraction], burst: int
) -> list[int]:
    """Return 1 for each request that finds less than it takes in a bucket; rates a minute, one a bucket."""
    sizes = [rate * burst / 60 for rate in rates]
    levels, before, found = list(sizes), 0, []
    for time, takes in zip(times_us, taken, strict=True):
        filled = (level + rate * (time - before) / MINUTE for level, rate in zip(levels, rates, strict=True))
        levels, before = [min(each) for each in zip(sizes, filled, strict=True)], time
        fits = all(take <= level for take, level in zip(takes, levels, strict=True))
        found.append(0 if fits else 1)
        if fits:
            levels = [level - take for level, take in zip(levels, takes, strict=True)]
    return found


def taken_by(capacity: ThroughputCapacity, arrivals: Arrivals) -> list[list[Fraction]]:
    columns = (arrivals.uncached, arrivals.cached, arrivals.output)
    return [demands(capacity, [1, *counts]) for counts in zip(*(c.tolist() for c in columns), strict=True)]


def simulated(capacity: ThroughputCapacity, units: int, arrivals: Arrivals) -> list[int]:
    rates = [units * Fraction(axis.per_minute) for axis in capacity.axes]
    return refused(arrivals.time_us.tolist(), taken_by(capacity, arrivals), rates, capacity.window_seconds)


@checked
@given(capacity=buckets_of, arrivals=arrivals_of, units=st.integers(1, 3))
def test_units_take_what_fits_their_buckets(capacity: ThroughputCapacity, arrivals: Arrivals, units: int) -> None:
    replay = replay_throughput(arrivals, capacity, units, None)
    assert replay.spilled_mask.tolist() == simulated(capacity, units, arrivals)
    assert 0 <= replay.utilization <= 1


@checked
@given(capacity=buckets_of, arrivals=arrivals_of)
def test_the_fewest_units_that_take_everything(capacity: ThroughputCapacity, arrivals: Arrivals) -> None:
    units = sized_units_throughput(arrivals, capacity)
    assume(units < 10**6)
    assert not any(simulated(capacity, units, arrivals))
    if units > 1:
        assert any(simulated(capacity, units - 1, arrivals))
    longer = replace(capacity, window_seconds=2 * capacity.window_seconds)
    assert sized_units_throughput(arrivals, longer) <= units


@checked
@given(limits=limits_of, arrivals=arrivals_of, kept=st.lists(st.booleans(), min_size=25, max_size=25))
def test_limits_with_a_burst_turn_away_what_finds_too_little(
    limits: Limits, arrivals: Arrivals, kept: list[bool]
) -> None:
    mask = np.array(kept[: len(arrivals)], np.uint8)
    rows = zip(arrivals.uncached.tolist(), arrivals.cached.tolist(), arrivals.output.tolist(), strict=True)
    counts = [(1, u + c + o, u, o) for u, c, o in rows]
    names = ("requests_per_minute", "tokens_per_minute", "input_tokens_per_minute", "output_tokens_per_minute")
    stated = [(place, getattr(limits, name)) for place, name in enumerate(names) if getattr(limits, name) is not None]
    chosen = [number for number, keep in enumerate(mask) if keep]
    found = refused(
        [int(arrivals.time_us[number]) for number in chosen],
        [[Fraction(counts[number][place]) for place, _ in stated] for number in chosen],
        [Fraction(rate) for _, rate in stated],
        limits.burst_seconds or 0,
    )
    expected = np.zeros(len(arrivals), int)
    expected[chosen] = found
    assert throttle(arrivals, limits, mask).tolist() == expected.tolist()


@checked
@given(
    gaps=st.lists(st.sampled_from([0, 1, SECOND, 9 * SECOND, MINUTE]), max_size=30),
    size=st.integers(1, 40),
    rate=st.integers(1, 120),
    bursts=st.tuples(st.integers(1, 120), st.integers(1, 120)),
)
def test_a_larger_burst_never_turns_away_more(gaps: list[int], size: int, rate: int, bursts: tuple[int, int]) -> None:
    """Of requests of one size: a large one that a small bucket refuses may take the place of several small ones."""
    arrivals = arrivals_at(np.cumsum(gaps).astype(int).tolist(), uncached=[size] * len(gaps))
    kept = np.ones(len(gaps), np.uint8)
    small, large = (
        throttle(arrivals, Limits(tokens_per_minute=rate, burst_seconds=burst), kept) for burst in sorted(bursts)
    )
    assert (np.cumsum(large.astype(int)) <= np.cumsum(small.astype(int))).all()


def test_a_bucket_by_hand() -> None:
    """60 a minute with 10 seconds' worth: 10 at once, then one a second."""
    arrivals = arrivals_at(
        [0, 0, SECOND, 2 * SECOND, 2 * SECOND + 1, 60 * SECOND, 60 * SECOND], uncached=[9, 2, 2, 1, 1, 10, 1]
    )
    everyone = np.ones(7, np.uint8)
    limits = Limits(input_tokens_per_minute=60, burst_seconds=10)
    assert throttle(arrivals, limits, everyone).tolist() == [0, 1, 0, 0, 1, 0, 1]
    large = Limits(input_tokens_per_minute=10**12, burst_seconds=3600)
    assert throttle(arrivals, large, everyone).sum() == 0
    with pytest.raises(WorkflowError, match="too large for exact whole numbers: round them"):
        throttle(arrivals, replace(large, input_tokens_per_minute=10**12 - 39), everyone)


def test_of_mixed_sizes_a_larger_burst_may_turn_away_more() -> None:
    arrivals = arrivals_at([0, 0, 0, 0], uncached=[10, 1, 1, 1])
    small, large = (
        throttle(arrivals, Limits(input_tokens_per_minute=60, burst_seconds=burst), np.ones(4, np.uint8)).tolist()
        for burst in (5, 10)
    )
    assert (small, large) == ([1, 0, 0, 0], [0, 1, 1, 1])

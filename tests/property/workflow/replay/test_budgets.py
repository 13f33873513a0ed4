"""Provisioned throughput against fractions: no float may decide whether a request fits."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.offers import Axis, ThroughputCapacity
from service.workflow.replay.buckets import split_buckets
from service.workflow.replay.throughput import replay_throughput, sized_units_throughput
from service.workflow.traffic import MINUTE, SECOND, Arrivals, BucketSeries
from tests.effort import examples
from tests.unit.workflow.replay.build import arrivals_at, ints

checked = settings(deadline=None, derandomize=True, max_examples=examples(200))

weights_of = st.decimals(0, 3, places=3) | st.sampled_from([Decimal(0), Decimal(1), Decimal("0.0006"), Decimal("0.1")])
axes_of = st.lists(
    st.builds(
        lambda per_minute, *weights: Axis(
            per_minute,
            tuple(zip(("requests", "input_tokens", "cached_input_tokens", "output_tokens"), weights, strict=True)),
        ),
        st.sampled_from([Decimal("0.3"), Decimal(10), Decimal("77.7"), Decimal(1200)]),
        *[weights_of] * 4,
    ),
    min_size=1,
    max_size=3,
)
capacity_of = st.builds(
    lambda window, axes: ThroughputCapacity(window, tuple(axes)), st.sampled_from([1, 7, 60]), axes_of
)
quantity_of = st.sampled_from([0, 1, 3, 10, 333])
arrivals_of = st.lists(
    st.tuples(st.sampled_from([0, 1, SECOND, 30 * SECOND, MINUTE]), quantity_of, quantity_of, quantity_of), max_size=25
).map(
    lambda rows: arrivals_at(
        np.cumsum([row[0] for row in rows]).astype(int).tolist(),
        uncached=[row[1] for row in rows],
        cached=[row[2] for row in rows],
        output=[row[3] for row in rows],
    )
)


def demands(capacity: ThroughputCapacity, counts: list[int]) -> list[Fraction]:
    """What requests, uncached, cached and output tokens ask of each axis."""
    return [
        sum((Fraction(weight) * count for (_, weight), count in zip(axis.weights, counts, strict=True)), Fraction(0))
        for axis in capacity.axes
    ]


def budgets(capacity: ThroughputCapacity, units: int) -> list[Fraction]:
    return [units * Fraction(axis.per_minute) * capacity.window_seconds / 60 for axis in capacity.axes]


def rows(arrivals: Arrivals) -> list[tuple[int, list[int]]]:
    columns = (arrivals.time_us, arrivals.uncached, arrivals.cached, arrivals.output)
    return [(int(t), [1, int(u), int(c), int(o)]) for t, u, c, o in zip(*columns, strict=True)]


@checked
@given(arrivals_of, capacity_of, st.integers(0, 5))
def test_requests_are_refused_exactly_when_they_do_not_fit(
    arrivals: Arrivals, capacity: ThroughputCapacity, units: int
) -> None:
    used: dict[int, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * len(capacity.axes))
    refused = []
    for time, counts in rows(arrivals):
        window = time // (capacity.window_seconds * SECOND)
        after = [a + b for a, b in zip(used[window], demands(capacity, counts), strict=True)]
        refused.append(any(a > b for a, b in zip(after, budgets(capacity, units), strict=True)))
        used[window] = used[window] if refused[-1] else after
    replay = replay_throughput(arrivals, capacity, units, None)
    assert replay.spilled_mask.tolist() == refused
    lost = [counts for (_, counts), no in zip(rows(arrivals), refused, strict=True) if no]
    assert replay.spilled.sum(axis=0).tolist() == [sum(column) for column in zip([0] * 4, *lost, strict=True)]
    whole = [sum((window[axis] for window in used.values()), Fraction(0)) for axis in range(len(capacity.axes))]
    windows = -(-int(arrivals.observed_us.sum()) // (capacity.window_seconds * SECOND))
    shares = [a / (b * windows) for a, b in zip(whole, budgets(capacity, units), strict=True) if b]
    assert abs(replay.utilization - float(max(shares, default=Fraction(0)))) < 1e-12


@checked
@given(arrivals_of, capacity_of)
def test_the_size_is_the_smallest_that_refuses_nothing(arrivals: Arrivals, capacity: ThroughputCapacity) -> None:
    units = sized_units_throughput(arrivals, capacity)
    assert replay_throughput(arrivals, capacity, units, None).spilled.sum() == 0
    if units:
        assert replay_throughput(arrivals, capacity, units - 1, None).spilled.sum() > 0


@checked
@given(
    st.lists(st.tuples(quantity_of, quantity_of, quantity_of, quantity_of), max_size=12), capacity_of, st.integers(0, 5)
)
def test_buckets_split_at_the_most_exceeded_axis(
    buckets: list[tuple[int, int, int, int]], capacity: ThroughputCapacity, units: int
) -> None:
    table = np.array(buckets, np.int64).reshape(-1, 4)
    starts = ints(range(len(buckets))) * MINUTE
    series = BucketSeries(60, starts, table[:, 0], table[:, 1] + table[:, 2], table[:, 2], table[:, 3])
    assert (series.counts == table).all()
    split = split_buckets(series, capacity, units)
    budget = [units * Fraction(axis.per_minute) for axis in capacity.axes]
    for counts, overflow in zip(table.tolist(), split.overflow.tolist(), strict=True):
        asked = demands(capacity, counts)
        share = max((1 - b / d for b, d in zip(budget, asked, strict=True) if d > b), default=Fraction(0))
        for count, over in zip(counts, overflow, strict=True):
            assert abs(over - count * share) <= Fraction(1, 2) + Fraction(1, 10**9)
    assert 0 <= split.utilization <= 1

"""Small arrivals and capacities for tests of the replays."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.policy import LatencyMetric
from service.workflow.replay.result import AutoscaledReplay, LatencyTarget, ReservedReplay, ServerlessReplay
from service.workflow.traffic import HOUR, Arrivals, Int64s, UInt8s

Replay = ReservedReplay | ServerlessReplay | AutoscaledReplay

STEADY = ConcurrencyCapacity(2, Speed(1000.0, ((1, 100.0),)))
"""Two slots, each writing 100 tokens a second whatever the other does; reads 1,000 a second."""

SHARED = ConcurrencyCapacity(4, Speed(1000.0, ((1, 100.0), (2, 80.0), (3, 60.0), (4, 40.0))))
"""Four slots at 100, 80, 60 and 40 tokens a second and stream."""


def ints(values: Sequence[int]) -> Int64s:
    return np.array(values, np.int64)


def arrivals_at(
    times: Sequence[int],
    output: Sequence[int] | int = 0,
    uncached: Sequence[int] | int = 0,
    cached: Sequence[int] | int = 0,
    service: Sequence[int] | None = None,
    hours: int | None = None,
) -> Arrivals:
    """Requests at µs `times`; hours are whole and as many as it takes, unless told."""
    hours = hours or (max(times, default=0) // HOUR + 1)
    return Arrivals(
        time_us=ints(times),
        uncached=_column(uncached, len(times)),
        cached=_column(cached, len(times)),
        output=_column(output, len(times)),
        service_us=None if service is None else ints(service),
        hour_index=np.searchsorted(ints(times), np.arange(hours + 1) * HOUR).astype(np.int64),
        hour_of_window=np.arange(hours, dtype=np.int64),
        observed_us=np.full(hours, HOUR, np.int64),
        hours_in_window=hours,
        sampled=False,
        synthesized=False,
    )


def _column(values: Sequence[int] | int, count: int) -> Int64s:
    return np.full(count, values, np.int64) if isinstance(values, int) else ints(values)


def an_hour_each(arrivals: Arrivals) -> Arrivals:
    """Give every request an hourly row of its own, so that hourly answers are answers by request."""
    count = len(arrivals)
    own = np.arange(count + 1, dtype=np.int64)
    return replace(
        arrivals,
        hour_index=own,
        hour_of_window=own[:-1],
        observed_us=np.full(count, HOUR, np.int64),
        hours_in_window=count,
    )


def counted(histogram: Int64s | None) -> int:
    """How many requests a histogram holds, which must be known."""
    assert histogram is not None
    return int(histogram.sum())


def same(left: Int64s | None, right: Int64s | None) -> bool:
    """Whether two known histograms hold the same counts."""
    assert left is not None
    assert right is not None
    return bool(np.array_equal(left, right))


def assert_latencies(
    arrivals: Arrivals,
    replay: Callable[[Arrivals, LatencyTarget], Replay],
    metric: LatencyMetric,
    expected: Sequence[Fraction | int | None],
) -> None:
    """Assert each request's latency within 1 µs, by which targets it misses; None: never slow, it is not served."""
    by_request = an_hour_each(arrivals)
    known = sorted({int(latency) for latency in expected if latency is not None})
    for limit in sorted({edge for latency in known for edge in (latency - 2, latency + 2)}):
        slow = replay(by_request, LatencyTarget(metric, limit)).slow
        for request, latency in enumerate(expected):
            if latency is None or latency < limit - 1:
                assert not slow[request], f"request {request} takes more than {limit} µs, expected {latency}"
            elif latency > limit + 1:
                assert slow[request], f"request {request} takes at most {limit} µs, expected {latency}"


def flags(values: Sequence[int]) -> UInt8s:
    return np.array(values, np.uint8)

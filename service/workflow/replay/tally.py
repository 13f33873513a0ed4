"""Sums by replayed hour of what kernels flagged request by request."""

import numpy as np

from service.workflow.replay.compiled import kernel
from service.workflow.traffic import Arrivals, Int64s, UInt8s


@kernel
def _count(mask: UInt8s, hour_index: Int64s, counts: Int64s) -> None:
    for hour in range(len(counts)):
        for request in range(hour_index[hour], hour_index[hour + 1]):
            counts[hour] += mask[request]


@kernel
def _tokens(mask: UInt8s, hour_index: Int64s, uncached: Int64s, cached: Int64s, output: Int64s, counts: Int64s) -> None:
    for hour in range(len(counts)):
        for request in range(hour_index[hour], hour_index[hour + 1]):
            if mask[request]:
                counts[hour, 0] += 1
                counts[hour, 1] += uncached[request]
                counts[hour, 2] += cached[request]
                counts[hour, 3] += output[request]


@kernel
def hour_of(hour_index: Int64s, request: int, hour: int) -> int:
    """Return the replayed hour of a request, which is `hour` or a later one."""
    while hour_index[hour + 1] <= request:
        hour += 1
    return hour


def hourly_count(arrivals: Arrivals, mask: UInt8s) -> Int64s:
    """Return the number of flagged requests in each replayed hour, shape (hours,)."""
    counts = np.zeros(len(arrivals.hour_index) - 1, np.int64)
    _count(mask, arrivals.hour_index, counts)
    return counts


def hourly_tokens(arrivals: Arrivals, mask: UInt8s) -> Int64s:
    """Return requests, uncached, cached and output tokens of the flagged in each replayed hour, shape (hours, 4)."""
    counts = np.zeros((len(arrivals.hour_index) - 1, 4), np.int64)
    _tokens(mask, arrivals.hour_index, arrivals.uncached, arrivals.cached, arrivals.output, counts)
    return counts


def horizon_us(arrivals: Arrivals) -> int:
    """Return where the replayed clock ends, in µs: stretches lie end to end, the last of a log is cut short."""
    hours = len(arrivals.observed_us)
    if hours == 0:
        return 0
    last = arrivals.stretch_us if arrivals.synthesized else int(arrivals.observed_us[-1])
    return (hours - 1) * arrivals.stretch_us + last

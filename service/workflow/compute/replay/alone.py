"""Service times of requests that the load of others does not slow down."""

from typing import NamedTuple

import numpy as np

from service.workflow.compute.replay.speed import decode_alone
from service.workflow.offers import Speed
from service.workflow.traffic import SECOND, Arrivals, Int64s


class ServiceTimes(NamedTuple):
    """µs from entering service to the first token, and to the end: int64 of shape (n,)."""

    first_token: Int64s
    end: Int64s


def service_times(arrivals: Arrivals, speed: Speed) -> ServiceTimes:
    """Return uncached ÷ prefill, and output ÷ d(1) after it, each rounded half to even to whole microseconds."""
    prefill = arrivals.uncached * (SECOND / speed.prefill_tokens_per_second)
    end = prefill + arrivals.output * (SECOND / decode_alone(speed))
    return ServiceTimes(np.rint(prefill).astype(np.int64), np.rint(end).astype(np.int64))


def logged_service_times(arrivals: Arrivals, speed: Speed | None) -> ServiceTimes:
    """Return service times as logged where they were, else by the speed, else 0."""
    times = service_times(arrivals, speed) if speed else ServiceTimes(*np.zeros((2, len(arrivals)), np.int64))
    if arrivals.service_us is None:
        return times
    return ServiceTimes(np.minimum(times.first_token, arrivals.service_us), arrivals.service_us)

"""Service times of requests that the load of others does not slow down."""

from typing import NamedTuple

import numpy as np

from service.workflow.offers import Speed
from service.workflow.replay.compiled import kernel
from service.workflow.replay.result import LatencyTarget
from service.workflow.replay.speed import decode_alone
from service.workflow.traffic import SECOND, Arrivals, Int64s, UInt8s


class ServiceTimes(NamedTuple):
    """What service takes: µs an uncached input token and an output token, and columns of shape (n,).

    logged: measured µs, which then stand for the whole service; shape (0,) where none were logged.
    """

    uncached: Int64s
    output: Int64s
    us_per_input: float
    us_per_output: float
    logged: Int64s


@kernel
def first_token_of(times: ServiceTimes, request: int) -> int:
    """Return µs from entering service to the first token, half to even: uncached ÷ prefill, or all that was logged."""
    first_token = int(np.rint(times.uncached[request] * times.us_per_input))
    return min(first_token, times.logged[request]) if len(times.logged) else first_token


@kernel
def end_of(times: ServiceTimes, request: int) -> int:
    """Return µs from entering service to its end, half to even: output ÷ d(1) after prefill, or as logged."""
    if len(times.logged):
        return int(times.logged[request])
    return int(np.rint(times.uncached[request] * times.us_per_input + times.output[request] * times.us_per_output))


@kernel
def longest_of(times: ServiceTimes) -> int:
    """Return µs of the longest service, 0 of no requests."""
    longest = 0
    for request in range(len(times.uncached)):
        longest = max(longest, end_of(times, request))
    return longest


@kernel
def _flag_slow(times: ServiceTimes, by_first_token: bool, limit_us: int, slow: UInt8s) -> None:
    """Flag the requests that take longer than a limit from entering service."""
    for request in range(len(slow)):
        taken = first_token_of(times, request) if by_first_token else end_of(times, request)
        slow[request] = taken > limit_us


def slow_alone(arrivals: Arrivals, speed: Speed | None, target: LatencyTarget) -> UInt8s:
    """Return which requests miss a target though nothing delays them or slows them down, shape (n,)."""
    slow = np.zeros(len(arrivals), np.uint8)
    _flag_slow(logged_service_times(arrivals, speed), target.metric == "first_token", target.target_us, slow)
    return slow


def service_times(arrivals: Arrivals, speed: Speed) -> ServiceTimes:
    """Return service times at the speed of a stream alone, whatever was logged."""
    us_per_input, us_per_output = SECOND / speed.prefill_tokens_per_second, SECOND / decode_alone(speed)
    return ServiceTimes(arrivals.uncached, arrivals.output, us_per_input, us_per_output, np.empty(0, np.int64))


def logged_service_times(arrivals: Arrivals, speed: Speed | None) -> ServiceTimes:
    """Return service times as logged where they were, else by the speed, else 0."""
    nothing = ServiceTimes(arrivals.uncached, arrivals.output, 0.0, 0.0, np.empty(0, np.int64))
    times = service_times(arrivals, speed) if speed else nothing
    return times if arrivals.service_us is None else times._replace(logged=arrivals.service_us)

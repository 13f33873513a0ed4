"""Rate limits, per clock minute or as leaky buckets: which requests a provider turns away."""

import math

import numpy as np

from service.workflow.errors import WorkflowError
from service.workflow.offers import Limits
from service.workflow.replay.compiled import kernel
from service.workflow.replay.token_budgets import FIELD, MOST
from service.workflow.traffic import MINUTE, Arrivals, Int64s, UInt8s

COUNTED: dict[str, tuple[str, ...]] = {
    "requests_per_minute": (),
    "tokens_per_minute": ("uncached", "cached", "output"),
    "input_tokens_per_minute": ("uncached",),
    "all_input_tokens_per_minute": ("uncached", "cached"),
    "output_tokens_per_minute": ("output",),
}
"""The tokens that each limit in `Limits` counts; none: it counts requests."""


@kernel
def _throttle(time_us: Int64s, taken: Int64s, kept: UInt8s, most: Int64s, throttled: UInt8s) -> None:
    left = most.copy()
    minute_end = 0
    for request in range(len(time_us)):
        if not kept[request]:
            continue
        if time_us[request] >= minute_end:  # a new minute: every limit is whole again
            minute_end = (time_us[request] // MINUTE + 1) * MINUTE
            left[:] = most
        fits = True
        for limit in range(len(most)):
            fits = fits and taken[limit, request] <= left[limit]
        if fits:  # what fits every limit takes of each; else it is turned away and takes of none
            for limit in range(len(most)):
                left[limit] -= taken[limit, request]
        else:
            throttled[request] = 1


@kernel
def _throttle_leaky(
    time_us: Int64s, taken: Int64s, kept: UInt8s, refill: Int64s, size: Int64s, throttled: UInt8s
) -> None:
    """Flag what does not fit buckets that refill each µs; taken and size are in the refill's unit."""
    left = size.copy()
    before = 0
    for request in range(len(time_us)):
        fits, passed = True, time_us[request] - before
        before = time_us[request]
        for limit in range(len(size)):
            missing = size[limit] - left[limit]
            # Full before it would overflow: a bucket is never refilled by more than it lacks.
            left[limit] = size[limit] if passed > missing // refill[limit] else left[limit] + passed * refill[limit]
            fits = fits and taken[limit, request] <= left[limit]
        if not kept[request]:
            continue
        if fits:  # as in _throttle
            for limit in range(len(size)):
                left[limit] -= taken[limit, request]
        else:
            throttled[request] = 1


def stated(limits: Limits) -> dict[str, int]:
    """Return the limits that bind at all, by name."""
    return {name: most for name in COUNTED if (most := getattr(limits, name)) is not None}


def _taken(arrivals: Arrivals, name: str) -> Int64s:
    """Return what each request takes of a limit, shape (n,)."""
    tokens = [getattr(arrivals, column) for column in COUNTED[name]]
    return sum(tokens[1:], tokens[0]) if tokens else np.ones(len(arrivals), np.int64)


def throttle(arrivals: Arrivals, limits: Limits, kept: UInt8s) -> UInt8s:
    """Return which of the kept requests do not fit their minute, uint8 of shape (n,).

    Minutes are aligned to the window's start; leaky buckets are full there. A request counts all its tokens when it
    arrives; one that does not fit every limit uses up nothing. Raises WorkflowError where a bucket exceeds 63 bits.
    """
    throttled = np.zeros(len(arrivals), np.uint8)
    most = stated(limits)
    if not most:
        return throttled
    taken = np.stack([_taken(arrivals, name) for name in most])
    rates = np.array(list(most.values()), np.int64)
    if limits.burst_seconds is None:
        _throttle(arrivals.time_us, taken, kept, rates, throttled)
        return throttled
    # A rate a minute brings rate ÷ MINUTE each µs: all is counted in MINUTE ÷ gcd of the limit's unit.
    common = math.gcd(MINUTE, *most.values())
    scale = MINUTE // common
    if max(most.values()) * limits.burst_seconds * scale > MOST * 60 or int(taken.max(initial=0)) * scale > MOST:
        detail = "limits with `burst_seconds` are too large for exact whole numbers: round them"
        raise WorkflowError("limit_too_fine", FIELD, detail)
    size = np.array([rate * limits.burst_seconds * scale // 60 for rate in most.values()], np.int64)
    _throttle_leaky(arrivals.time_us, taken * scale, kept, rates // common, size, throttled)
    return throttled


def busiest_minute(arrivals: Arrivals) -> dict[str, int]:
    """Return the most that any aligned minute takes of each limit: no part of the traffic takes more."""
    minutes = arrivals.time_us // MINUTE
    firsts = np.flatnonzero(np.diff(minutes, prepend=-1))
    return {name: int(np.add.reduceat(_taken(arrivals, name), firsts).max(initial=0)) for name in COUNTED}

"""Rate limits per clock minute: which requests a provider turns away."""

import numpy as np

from service.workflow.offers import Limits
from service.workflow.replay.compiled import kernel
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
        if fits:
            for limit in range(len(most)):
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

    Minutes are aligned to the window's start. A request counts all its tokens when it arrives; one that does not fit
    every limit uses up nothing.
    """
    throttled = np.zeros(len(arrivals), np.uint8)
    most = stated(limits)
    if most:
        taken = np.stack([_taken(arrivals, name) for name in most])
        _throttle(arrivals.time_us, taken, kept, np.array(list(most.values()), np.int64), throttled)
    return throttled


def busiest_minute(arrivals: Arrivals) -> dict[str, int]:
    """Return the most that any aligned minute takes of each limit: no part of the traffic takes more."""
    minutes = arrivals.time_us // MINUTE
    firsts = np.flatnonzero(np.diff(minutes, prepend=-1))
    return {name: int(np.add.reduceat(_taken(arrivals, name), firsts).max(initial=0)) for name in COUNTED}

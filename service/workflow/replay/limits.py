"""Rate limits per clock minute: which requests a provider turns away."""

from collections.abc import Callable

import numpy as np

from service.workflow.offers import Limits
from service.workflow.replay.compiled import kernel
from service.workflow.traffic import MINUTE, Arrivals, Int64s, UInt8s

COUNTED: dict[str, Callable[[Arrivals], Int64s]] = {
    "requests_per_minute": lambda arrivals: np.ones(len(arrivals), np.int64),
    "tokens_per_minute": lambda arrivals: arrivals.uncached + arrivals.cached + arrivals.output,
    "input_tokens_per_minute": lambda arrivals: arrivals.uncached,
    "all_input_tokens_per_minute": lambda arrivals: arrivals.uncached + arrivals.cached,
    "output_tokens_per_minute": lambda arrivals: arrivals.output,
}
"""What a request takes of each limit, int64 of shape (n,), by the limit's name in `Limits`."""


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


def throttle(arrivals: Arrivals, limits: Limits, kept: UInt8s) -> UInt8s:
    """Return which of the kept requests do not fit their minute, uint8 of shape (n,).

    Minutes are aligned to the window's start. A request counts all its tokens when it arrives; one that does not fit
    every limit uses up nothing.
    """
    throttled = np.zeros(len(arrivals), np.uint8)
    most = stated(limits)
    if most:
        taken = np.stack([COUNTED[name](arrivals) for name in most])
        _throttle(arrivals.time_us, taken, kept, np.array(list(most.values()), np.int64), throttled)
    return throttled


def busiest_minute(arrivals: Arrivals) -> dict[str, int]:
    """Return the most that any aligned minute takes of each limit: no part of the traffic takes more."""
    minutes = arrivals.time_us // MINUTE
    firsts = np.flatnonzero(np.diff(minutes, prepend=-1))
    return {name: int(np.add.reduceat(count(arrivals), firsts).max(initial=0)) for name, count in COUNTED.items()}


def share_beyond(counts: Int64s, seconds: int, limits: Limits) -> float:
    """Return the share of tokens beyond what limits let through, where no single requests are known.

    counts: requests, uncached, cached and output tokens of spans of `seconds` each, shape (n, 4). Of a span goes
    through what its most exceeded limit allows in that time; bursts inside it, and limits of requests, are not seen.
    """
    _, uncached, cached, output = counts.T.astype(np.float64)
    tokens = uncached + cached + output
    taken = {
        "tokens_per_minute": tokens,
        "input_tokens_per_minute": uncached,
        "all_input_tokens_per_minute": uncached + cached,
        "output_tokens_per_minute": output,
    }
    beyond = np.zeros(len(tokens))
    for name, most in stated(limits).items():
        if name in taken:
            allowed = most * seconds / 60
            over = taken[name] - allowed
            beyond = np.maximum(beyond, np.divide(over, taken[name], out=np.zeros_like(over), where=over > 0))
    whole = float(tokens.sum())
    return float((beyond * tokens).sum()) / whole if whole else 0.0

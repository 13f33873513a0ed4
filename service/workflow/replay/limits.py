"""Rate limits per clock minute: which requests a provider turns away."""

import numpy as np

from service.workflow.offers import Limits
from service.workflow.replay.compiled import kernel
from service.workflow.traffic import MINUTE, Arrivals, Int64s, UInt8s

UNLIMITED = 1 << 62


@kernel
def _throttle(
    time_us: Int64s, tokens: Int64s, kept: UInt8s, most_requests: int, most_tokens: int, throttled: UInt8s
) -> None:
    requests_left = tokens_left = minute_end = 0
    for request in range(len(time_us)):
        if not kept[request]:
            continue
        if time_us[request] >= minute_end:
            minute_end = (time_us[request] // MINUTE + 1) * MINUTE
            requests_left, tokens_left = most_requests, most_tokens
        if requests_left < 1 or tokens_left < tokens[request]:
            throttled[request] = 1
        else:
            requests_left -= 1
            tokens_left -= tokens[request]


def throttle(arrivals: Arrivals, limits: Limits, kept: UInt8s) -> UInt8s:
    """Return which of the kept requests do not fit their minute, uint8 of shape (n,).

    Minutes are aligned to the window's start. A request counts all its tokens when it arrives, cached ones too;
    one that does not fit uses up nothing.
    """
    throttled = np.zeros(len(arrivals), np.uint8)
    if limits.requests_per_minute is None and limits.tokens_per_minute is None:
        return throttled
    most_requests = UNLIMITED if limits.requests_per_minute is None else limits.requests_per_minute
    most_tokens = UNLIMITED if limits.tokens_per_minute is None else limits.tokens_per_minute
    tokens = arrivals.uncached + arrivals.cached + arrivals.output
    _throttle(arrivals.time_us, tokens, kept, most_requests, most_tokens, throttled)
    return throttled

"""When a delivery that failed is tried again, and when it is given up."""

import random
from datetime import datetime, timedelta

WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200, 64_800, 86_400)
)
"""What is waited after each failed try before the next: 12 waits of 70 hours in all, up to 77 with their jitter."""

JITTER = 0.1
"""Each wait is up to this share longer, at random, so that what failed together does not come back together."""

LONGEST_ASKED = timedelta(days=1)
"""What the other side's `Retry-After` may ask for at most."""


def next_attempt(now: datetime, tries: int, asked_seconds: int | None) -> datetime | None:
    """Return when to try again after `tries` failures, None when that was the last.

    asked_seconds: the other side's `Retry-After`; it may lengthen a wait, never shorten it.
    """
    if tries > len(WAITS):
        return None
    wait = WAITS[tries - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311 - spreads the load
    asked = min(timedelta(seconds=asked_seconds or 0), LONGEST_ASKED)
    return now + max(wait, asked)

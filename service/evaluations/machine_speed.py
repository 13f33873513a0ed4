"""How fast this process computes: estimates of time are fitted on one machine and asked for on others."""

import time
from functools import cache

import numpy as np

FITTED_ON_SECONDS = 0.0074
"""What the work below takes, seconds of processor, on the machine that `estimating.WEIGHTS` were fitted on."""

TRIES = 3
"""Of which the fastest counts: others were interrupted."""

LEAST, MOST = 0.2, 10.0
"""Bounds of the ratio, so that a machine that stood still for a moment does not spoil every estimate of a process."""


@cache
def slowness() -> float:
    """Return how many times the seconds of the machine of the fit this process needs, measured when first asked."""
    taken = min(_seconds() for _ in range(TRIES))
    return min(max(taken / FITTED_ON_SECONDS, LEAST), MOST)


def _seconds() -> float:
    """Return the seconds of processor that a fixed piece of work takes: sorting, sums, and Python's own steps."""
    begun = time.thread_time()
    values = np.random.default_rng(1).random(100_000)
    values.sort()
    np.cumsum(values)
    total = 0
    for number in range(60_000):
        total += number * number % 7
    return time.thread_time() - begun

"""Latency histograms: log-linear bins over whole microseconds, like HdrHistogram's, found by bit operations."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np

from service.workflow.replay.compiled import part
from service.workflow.traffic import Int64s

SUB_BITS = 9
"""2 ** 9 = 512 bins an octave: a bin is at most 1/512 (0.195 %) of its values wide."""

SUB_BINS = 1 << SUB_BITS

TOP_BITS = 40
"""Latencies of 2 ** 40 µs (12.7 days) and more share the last bin."""

LONGEST_US = (1 << TOP_BITS) - 1

BINS = (TOP_BITS - SUB_BITS + 1) * SUB_BINS

# The first bin of the first octave, as the exponent and leading mantissa bits of the float64 512.0.
_MANTISSA_SHIFT = 52 - SUB_BITS
_FIRST = (1023 + SUB_BITS) << SUB_BITS


@part
def latency_bin(latency_us: int) -> int:
    """Return the bin of a latency in whole microseconds, ≥ 0: exact below 1024 µs."""
    if latency_us < SUB_BINS:
        return latency_us
    # A float64 is its own logarithm: exponent and leading mantissa bits are octave and place in it.
    bits: int = np.float64(min(latency_us, LONGEST_US)).view(np.int64)  # type: ignore[assignment]
    return (bits >> _MANTISSA_SHIFT) - _FIRST + SUB_BINS


def new_histogram() -> Int64s:
    """Return an empty histogram, int64 counts of shape (BINS,). Histograms of parts add up with `+`."""
    return np.zeros(BINS, np.int64)


def longest_of_bin(index: int) -> int:
    """Return the longest latency, in microseconds, that falls into a bin."""
    octave, place = divmod(index, SUB_BINS)
    if octave == 0:
        return place
    return ((SUB_BINS + place + 1) << (octave - 1)) - 1


def percentile_us(counts: Int64s, percent: float | Decimal) -> int | None:
    """Return the nearest-rank percentile in microseconds, at most 0.2 % above the true one; None of no requests.

    `percent` is taken as written (99.9 is 999/1000), and the answer is the longest latency of the rank's bin.
    """
    cumulated = np.cumsum(counts)
    total = int(cumulated[-1])
    if total == 0:
        return None
    rank = max(1, math.ceil(Fraction(str(percent)) * total / 100))
    return longest_of_bin(int(np.searchsorted(cumulated, rank)))

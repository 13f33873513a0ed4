"""A sample of whole hours, or of shorter stretches, for histories with more requests than are replayed."""

import math
from collections.abc import Sequence

import numpy as np

from service.workflow.measure.profile import TrafficProfile
from service.workflow.measure.seeds import SAMPLING, stream
from service.workflow.traffic import HOUR, SECOND, Int64s

STRETCHES_SECONDS = (3600, 900, 300, 60)
"""Lengths of what is sampled, the best first, before they are made whole windows and buckets. A stretch begins with
what the one laid before it left in service: short ones understate the overflow of long requests by a percent or two."""

LONGEST_COMMON_SECONDS = 24 * 3600
"""Up to here a stretch is made a whole number of every window on offer; beyond, of the longest one alone."""

ENOUGH = 24
"""Stretches a sample should hold. Three whole hours of a dense fortnight put its overflow wrong by a third or more;
as many requests in 24 stretches or more, by a tenth (ServeGen tenants, 70 % quantile as capacity)."""

PAUSING = 0.1
"""Idle share above which traffic pauses: what is billed by the time it is up is off by no more than this."""

FEWEST = 2
"""Stretches that every sample holds: one alone gives no standard error."""


def stretch_of(profile: TrafficProfile, most: int, windows: Sequence[int] = ()) -> int:
    """Return what a history is sampled by, in µs: hours where enough of them hold `most` requests, else less.

    windows: seconds of the throughput windows on offer. A stretch holds whole ones: were it shorter, the budget of a
    window would be spread over minutes that have nothing to do with each other, and too little would spill.
    Traffic that pauses is always sampled by hours: its idle times would be cut up, and its cold starts multiplied.
    """
    step = -(-profile.totals.requests // most)
    if step <= 1:
        return HOUR
    lengths = [SECOND * seconds for seconds in _lengths(profile.minutes.bucket_seconds, windows)]
    if profile.idle_share > PAUSING:
        return lengths[0]
    span = profile.end_us - profile.start_us
    return next((length for length in lengths if span // length // step >= ENOUGH), lengths[-1])


def _lengths(bucket_seconds: int, windows: Sequence[int]) -> list[int]:
    """Return lengths of stretches in seconds: whole minutes and windows, that divide a bucket or hold whole ones."""
    base = math.lcm(60, *windows)
    if base > LONGEST_COMMON_SECONDS:
        base = math.lcm(60, max(windows))
    both = math.lcm(base, bucket_seconds)
    lengths = [max(1, length // base) * base for length in STRETCHES_SECONDS]
    return [
        length if not length % bucket_seconds or not bucket_seconds % length else max(1, length // both) * both
        for length in lengths
    ]


def choose_stretches(loads: Int64s, most: int, seed: int) -> Int64s:
    """Return which stretches to replay, rising: all of them when their loads (requests) sum to `most` or less.

    A systematic sample: stretches in order of their load, every w-th of them from a start that the seed draws, with
    w = ⌈requests ÷ most⌉. Every one is as likely as any other, so each stands for the same number of them, and the
    quiet, the common and the busy are all there: stratified without strata to choose. Whole stretches keep bursts,
    queues and idle times as they were.

    Two starts differ by the busiest stretch's requests at most. So that no start can miss most of the traffic, w is so
    small that no stretch holds more than a w-th of it, though more than `most` requests are then replayed.
    """
    total = int(loads.sum())
    step = min(-(-total // most), len(loads) // FEWEST, total // max(1, int(loads.max())))
    if step <= 1:
        return np.arange(len(loads), dtype=np.int64)
    first = int(stream(seed, SAMPLING).integers(step))
    return np.sort(np.argsort(loads, kind="stable")[first::step])


def rows_of(cuts: Int64s, stretches: Int64s) -> Int64s:
    """Return the rows of some stretches, in their order; those of stretch s are cuts[s] to cuts[s + 1]."""
    counts = np.diff(cuts)[stretches]
    before = np.cumsum(counts) - counts
    rows: Int64s = np.repeat(cuts[:-1][stretches] - before, counts)
    rows += np.arange(len(rows), dtype=np.int64)
    return rows

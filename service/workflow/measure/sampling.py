"""A sample of whole hours, or of shorter stretches, for histories with more requests than are replayed."""

import numpy as np

from service.workflow.measure.profile import TrafficProfile
from service.workflow.measure.seeds import SAMPLING, stream
from service.workflow.traffic import HOUR, MINUTE, Int64s

STRETCHES_US = (HOUR, 5 * MINUTE, MINUTE)
"""Lengths of what is sampled, the best first; every bucket length divides each of them or is a multiple of it."""

ENOUGH = 24
"""Stretches a sample should hold. Three whole hours of a dense fortnight put its overflow wrong by a third or more;
as many requests in 24 stretches or more, by a tenth (ServeGen tenants, 70 % quantile as capacity)."""

PAUSING = 0.1
"""Idle share above which traffic pauses: what is billed by the time it is up is off by no more than this."""

FEWEST = 2
"""Stretches that every sample holds: one alone gives no standard error."""


def stretch_of(profile: TrafficProfile, most: int) -> int:
    """Return what a history is sampled by, in µs: hours where enough of them hold `most` requests, else less.

    Traffic that pauses is always sampled by hours: its idle times would be cut up, and its cold starts multiplied.
    """
    step = -(-profile.totals.requests // most)
    if step <= 1 or profile.idle_share > PAUSING:
        return HOUR
    span = profile.end_us - profile.start_us
    return next((length for length in STRETCHES_US if span // length // step >= ENOUGH), STRETCHES_US[-1])


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

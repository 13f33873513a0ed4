"""A sample of whole hours, for histories with more requests than are replayed."""

import numpy as np

from service.workflow.measure.seeds import SAMPLING, stream
from service.workflow.traffic import Int64s

FEWEST_HOURS = 2
"""Hours kept of any sampled history: one hour alone gives no standard error."""


def choose_hours(loads: Int64s, most: int, seed: int) -> Int64s:
    """Return which hours to replay, rising: all of them when their loads (requests) sum to `most` or less.

    A systematic sample: hours in order of their load, every w-th of them from a start that the seed draws, with
    w = ⌈requests ÷ most⌉. Every hour is as likely as any other, so each stands for the same number of hours, and the
    quiet, the common and the busy are all there: stratified without strata to choose. Whole hours keep bursts, queues
    and idle times as they were.

    Two starts differ by the busiest hour's requests at most. So that no start can miss most of the traffic, w is so
    small that no hour holds more than a w-th of it, though more than `most` requests are then replayed.
    """
    total = int(loads.sum())
    step = min(-(-total // most), len(loads) // FEWEST_HOURS, total // max(1, int(loads.max())))
    if step <= 1:
        return np.arange(len(loads), dtype=np.int64)
    first = int(stream(seed, SAMPLING).integers(step))
    return np.sort(np.argsort(loads, kind="stable")[first::step])


def rows_of_hours(cuts: Int64s, hours: Int64s) -> Int64s:
    """Return the rows of some hours, in their order; those of hour h are cuts[h] to cuts[h + 1]."""
    counts = np.diff(cuts)[hours]
    before = np.cumsum(counts) - counts
    rows: Int64s = np.repeat(cuts[:-1][hours] - before, counts)
    rows += np.arange(len(rows), dtype=np.int64)
    return rows

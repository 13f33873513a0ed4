"""Idle time: its share and its gaps, which decide how often serverless capacity starts cold."""

import numpy as np

from service.workflow.measure.load import Load
from service.workflow.measure.profile import GapClass, IdleGaps
from service.workflow.traffic import SECOND, Int64s

CLASSES_SECONDS = (60, 300, 900, 3600, 14_400, 43_200, 86_400)
"""Lengths by which gaps are told apart: around the idle times after which endpoints scale to zero."""


def idle_share_of(load: Load, observed_us: int) -> float:
    """Return the share of observed time in buckets without load."""
    return int(load.observed_us[load.values == 0].sum()) / observed_us


def idle_gaps_of(load: Load) -> IdleGaps:
    """Return the idle gaps; a gap ends at a bucket that was not observed, since nobody knows whether it was idle."""
    lengths = _lengths(load)
    classes = (_class(lengths, seconds) for seconds in CLASSES_SECONDS)
    longest = int(lengths.max()) / SECOND if len(lengths) else 0.0
    return IdleGaps(len(lengths), longest, tuple(classes))


def _lengths(load: Load) -> Int64s:
    idle = np.flatnonzero(load.values == 0)
    if not len(idle):
        return idle
    steps = np.diff(load.series.start_us[idle], prepend=load.series.start_us[idle[0]] - 2 * load.bucket_us)
    return np.add.reduceat(load.observed_us[idle], np.flatnonzero(steps != load.bucket_us))


def _class(lengths: Int64s, seconds: int) -> GapClass:
    long = lengths[lengths >= seconds * SECOND]
    return GapClass(seconds, len(long), int(long.sum()) / SECOND)

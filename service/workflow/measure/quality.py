"""What looks wrong in a history: holes in a series, doubled rows and silences in a log."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.workflow.traffic import DAY, SECOND, BucketSeries, Int64s, RequestLog, TrafficHistory


@dataclass(frozen=True, slots=True)
class Quality:
    """What a window lacks and what looks wrong in it (fields as in TrafficProfile)."""

    coverage: float = 1.0
    missing_buckets: int = 0
    missing_runs: int = 0
    longest_missing_seconds: float = 0.0
    duplicates: int = 0
    clock_jumps: int = 0


def quality_of(history: TrafficHistory, start_us: int, end_us: int) -> Quality:
    """Return the quality of a history that was clipped to the window [start_us, end_us)."""
    if isinstance(history, RequestLog):
        return Quality(duplicates=duplicates_of(history), clock_jumps=clock_jumps_of(history))
    if history.absent == "idle":
        return Quality()
    observed = len(history.start_us) * history.bucket_seconds * SECOND
    return Quality(observed / (end_us - start_us), *missing_of(history, start_us, end_us))


def missing_of(series: BucketSeries, start_us: int, end_us: int) -> tuple[int, int, float]:
    """Return buckets missing from the window, the runs they form, and the longest run in seconds."""
    bucket = series.bucket_seconds * SECOND
    edges = np.concatenate(([start_us - bucket], series.start_us, [end_us]))
    holes = np.diff(edges) - bucket
    return int(holes.sum()) // bucket, int((holes > 0).sum()), int(holes.max()) / SECOND


def clock_jumps_of(log: RequestLog) -> int:
    """Return how many silences between neighbouring arrivals last a day or longer.

    A clock that was set forward and a logger that was off both leave one; a sorted log shows no backward jump.
    """
    return int((np.diff(log.arrival_us) >= DAY).sum())


def duplicates_of(log: RequestLog) -> int:
    """Return how many rows repeat another row's arrival and tokens, whatever the order of equal arrivals."""
    same = np.diff(log.arrival_us) == 0
    tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    prints = np.sort(_fingerprints(log, tied))
    return int((np.diff(prints) == 0).sum())


def _fingerprints(log: RequestLog, rows: Int64s) -> NDArray[np.uint64]:
    """Mix four columns into 64 bits (splitmix64's finalizer between them), which sorts faster than four keys."""
    mixed = np.zeros(len(rows), dtype=np.uint64)
    for column in (log.arrival_us, log.input_tokens, log.cached_input_tokens, log.output_tokens):
        mixed += column[rows].astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return mixed

"""What a kernel writes while it replays: latency histograms and which requests were slow."""

from typing import NamedTuple

import numpy as np

from service.workflow.replay.compiled import kernel
from service.workflow.replay.histogram import latency_bin, new_histogram
from service.workflow.replay.result import LatencyTarget, QueueGoal
from service.workflow.traffic import Int64s, UInt8s

NEVER = 1 << 62
"""A limit that no latency in microseconds reaches, and no number of requests."""


class Recorder(NamedTuple):
    """Histograms of both latencies, a flag for each slow request, limits (µs) above which one is slow or waits long.

    counts: int64, shape (2,), requests that waited long and that were slow. most_waits, most_slow: how many a replay
    goes on with.
    """

    first_token: Int64s
    end_to_end: Int64s
    slow: UInt8s
    counts: Int64s
    first_token_limit: int
    end_to_end_limit: int
    wait_limit: int
    most_waits: int
    most_slow: int


def recorder(
    requests: int, target: LatencyTarget | None, goal: QueueGoal | None = None, most_slow: int | None = None
) -> Recorder:
    """Return an empty recorder for a number of requests; with `most_slow`, of a replay that may be given up."""
    slow = np.zeros(requests, np.uint8)
    first_token_limit = target.target_us if target and target.metric == "first_token" else NEVER
    end_to_end_limit = target.target_us if target and target.metric == "end_to_end" else NEVER
    wait_limit = NEVER if goal is None else goal.wait_us
    most_waits = NEVER if goal is None or most_slow is None else goal.most
    limits = first_token_limit, end_to_end_limit, wait_limit, most_waits, NEVER if most_slow is None else most_slow
    return Recorder(new_histogram(), new_histogram(), slow, np.zeros(2, np.int64), *limits)


@kernel
def record_wait(record: Recorder, wait_us: float) -> None:
    """Count a request that waited longer than the limit before its prompt was read."""
    if wait_us > record.wait_limit:
        record.counts[0] += 1


@kernel
def is_given_up(record: Recorder) -> bool:
    """Whether more requests have waited or were slow than the replay goes on with."""
    return bool(record.counts[0] > record.most_waits or record.counts[1] > record.most_slow)


@kernel
def record_first_token(record: Recorder, request: int, latency_us: float) -> None:
    """Record a request's first-token latency, rounded half up to whole microseconds."""
    latency = int(latency_us + 0.5)
    record.first_token[latency_bin(latency)] += 1
    if latency > record.first_token_limit:
        record.slow[request] = 1
        record.counts[1] += 1


@kernel
def record_end_to_end(record: Recorder, request: int, latency_us: float) -> None:
    """Record a request's end-to-end latency, rounded half up to whole microseconds."""
    latency = int(latency_us + 0.5)
    record.end_to_end[latency_bin(latency)] += 1
    if latency > record.end_to_end_limit:
        record.slow[request] = 1
        record.counts[1] += 1

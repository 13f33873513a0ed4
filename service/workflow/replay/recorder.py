"""What a kernel writes while it replays: latency histograms and which requests were slow."""

from typing import NamedTuple

import numpy as np

from service.workflow.replay.compiled import kernel, part
from service.workflow.replay.histogram import latency_bin, new_histogram
from service.workflow.replay.result import LatencyTarget, QueueGoal
from service.workflow.traffic import Int64s, UInt8s

NEVER = 1 << 62
"""A limit that no latency in microseconds reaches, and no number of requests."""


class Limits(NamedTuple):
    """Limits (µs) above which a request is slow, or waits long, and how many such requests a replay goes on with."""

    first_token: int
    end_to_end: int
    wait: int
    most_waits: int
    most_slow: int


class Recorder(NamedTuple):
    """Histograms of both latencies, and a flag for each slow request.

    counts: int64, shape (2,), requests that waited long and that were slow.
    """

    first_token: Int64s
    end_to_end: Int64s
    slow: UInt8s
    counts: Int64s
    limits: Limits


def recorder(
    requests: int, target: LatencyTarget | None, goal: QueueGoal | None = None, most_slow: int | None = None
) -> Recorder:
    """Return an empty recorder for a number of requests; with `most_slow`, of a replay that may be given up."""
    slow = np.zeros(requests, np.uint8)
    first_token_limit = target.target_us if target and target.metric == "first_token" else NEVER
    end_to_end_limit = target.target_us if target and target.metric == "end_to_end" else NEVER
    wait_limit = NEVER if goal is None else goal.wait_us
    most_waits = NEVER if goal is None or most_slow is None else goal.most
    most = most_waits, NEVER if most_slow is None else most_slow
    limits = Limits(first_token_limit, end_to_end_limit, wait_limit, *most)
    return Recorder(new_histogram(), new_histogram(), slow, np.zeros(2, np.int64), limits)


@part
def record_latency(histogram: Int64s, slow: UInt8s, limit: int, request: int, latency_us: float) -> int:
    """Record a latency, rounded half up to whole µs; flag a request above the limit as slow, and return 1 of one."""
    latency = int(latency_us + 0.5)
    histogram[latency_bin(latency)] += 1
    if latency > limit:
        slow[request] = 1
        return 1
    return 0


@kernel
def record_first_token(record: Recorder, request: int, latency_us: float) -> None:
    """Record a request's first-token latency."""
    limit = record.limits.first_token
    record.counts[1] += record_latency(record.first_token, record.slow, limit, request, latency_us)


@kernel
def record_end_to_end(record: Recorder, request: int, latency_us: float) -> None:
    """Record a request's end-to-end latency."""
    limit = record.limits.end_to_end
    record.counts[1] += record_latency(record.end_to_end, record.slow, limit, request, latency_us)


def is_given_up(record: Recorder) -> bool:
    """Return whether more requests have waited or were slow than the replay goes on with."""
    return bool(record.counts[0] > record.limits.most_waits or record.counts[1] > record.limits.most_slow)

"""What a kernel writes while it replays: latency histograms and which requests were slow."""

from typing import NamedTuple

import numpy as np

from service.workflow.replay.compiled import kernel
from service.workflow.replay.histogram import latency_bin, new_histogram
from service.workflow.replay.result import LatencyTarget
from service.workflow.traffic import Int64s, UInt8s

NEVER = 1 << 62
"""A limit in microseconds that no latency reaches."""


class Recorder(NamedTuple):
    """Histograms of both latencies, a flag for each slow request, limits (µs) above which one is slow."""

    first_token: Int64s
    end_to_end: Int64s
    slow: UInt8s
    first_token_limit: int
    end_to_end_limit: int
    wait_limit: int


def recorder(requests: int, target: LatencyTarget | None) -> Recorder:
    """Return an empty recorder for a number of requests."""
    slow = np.zeros(requests, np.uint8)
    first_token_limit = target.target_us if target and target.metric == "first_token" else NEVER
    end_to_end_limit = target.target_us if target and target.metric == "end_to_end" else NEVER
    wait_limit = target.target_us if target and target.metric == "wait" else NEVER
    return Recorder(new_histogram(), new_histogram(), slow, first_token_limit, end_to_end_limit, wait_limit)


@kernel
def record_wait(record: Recorder, request: int, wait_us: float) -> None:
    """Flag a request that waited longer than the limit before its prompt was read."""
    if wait_us > record.wait_limit:
        record.slow[request] = 1


@kernel
def record_first_token(record: Recorder, request: int, latency_us: float) -> None:
    """Record a request's first-token latency, rounded half up to whole microseconds."""
    latency = int(latency_us + 0.5)
    record.first_token[latency_bin(latency)] += 1
    if latency > record.first_token_limit:
        record.slow[request] = 1


@kernel
def record_end_to_end(record: Recorder, request: int, latency_us: float) -> None:
    """Record a request's end-to-end latency, rounded half up to whole microseconds."""
    latency = int(latency_us + 0.5)
    record.end_to_end[latency_bin(latency)] += 1
    if latency > record.end_to_end_limit:
        record.slow[request] = 1

"""The replay of continuous batching, exact in virtual time.

All streams in service share progress: with N of them each advances at d(N ÷ units). Let virtual time be the
token-steps that a stream in service since the beginning would have made. A request that enters at virtual time V
with work w finishes at V + w, whatever happens in between, so one heap of finishing points replays the whole log:
O(log N) a request. (Virtual time of processor sharing: Demers, Keshav and Shenker, 1989.)
"""

from typing import NamedTuple

import numpy as np

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.compiled import kernel
from service.workflow.replay.heap import Heap, new_heap, pop, push
from service.workflow.replay.recorder import Recorder, record_end_to_end, record_first_token, recorder
from service.workflow.replay.result import LatencyTarget, ReservedReplay
from service.workflow.replay.speed import Pace, pace, prefill_weight
from service.workflow.replay.tally import horizon_us, hourly_count, hourly_tokens
from service.workflow.traffic import Arrivals, Int64s, UInt8s


class Requests(NamedTuple):
    """What a kernel reads of the requests: columns of shape (n,), and the token-steps to read one input token."""

    time_us: Int64s
    uncached: Int64s
    output: Int64s
    prefill_weight: float


def requests_of(arrivals: Arrivals, speed: Speed) -> Requests:
    """Return what a kernel reads of the arrivals."""
    return Requests(arrivals.time_us, arrivals.uncached, arrivals.output, prefill_weight(speed))


@kernel
def enter(
    requests: Requests,
    request: int,
    clock: tuple[float, float],
    us_per_step: float,
    heap: Heap,
    serving: int,
    record: Recorder,
) -> float:
    """Put a request in service beside `serving` others; `clock` is µs and virtual time. Return its token-steps."""
    now, virtual = clock
    prefill = requests.uncached[request] * requests.prefill_weight
    work: float = requests.output[request] + prefill
    push(heap, serving, virtual + work, request)
    record_first_token(record, request, now - requests.time_us[request] + prefill * us_per_step)
    return work


@kernel
def leave(requests: Requests, now: float, heap: Heap, serving: int, record: Recorder) -> float:
    """Take the request that finishes first, of `serving`, out of service. Return the virtual time it finished at."""
    virtual: float = heap.keys[0]
    request = heap.numbers[0]
    record_end_to_end(record, request, now - requests.time_us[request])
    pop(heap, serving)
    return virtual


@kernel
def _replay(
    requests: Requests, pace: Pace, waits: bool, horizon: float, heap: Heap, record: Recorder, spilled: UInt8s
) -> tuple[float, float]:
    """Replay all requests; return stream-µs in service up to the horizon, and token-steps served."""
    count, streams = len(requests.time_us), len(pace.forward) - 1
    serving = arrived = head = 0
    virtual = now = busy = served = 0.0
    while serving > 0 or arrived < count:
        arrival = float(requests.time_us[arrived]) if arrived < count else np.inf
        finish = now + (heap.keys[0] - virtual) * pace.inverse[serving] if serving > 0 else np.inf
        if finish <= arrival:
            busy += serving * max(min(finish, horizon) - now, 0.0)
            now = finish
            virtual = leave(requests, now, heap, serving, record)
            serving -= 1
        else:
            busy += serving * (arrival - now)
            virtual += (arrival - now) * pace.forward[serving]
            now = arrival
            arrived += 1
            if serving == streams and not waits:
                spilled[head] = 1
                head += 1
        if head < arrived and serving < streams:
            us_per_step = pace.inverse[serving + 1]
            served += enter(requests, head, (now, virtual), us_per_step, heap, serving, record)
            serving += 1
            head += 1
    return busy, served


def replay_streams(
    arrivals: Arrivals,
    capacity: ConcurrencyCapacity,
    units: int,
    streams: int,
    waits: bool,
    target: LatencyTarget | None,
) -> ReservedReplay:
    """Replay on `units` with at most `streams` in service; who finds them all taken waits, or else spills."""
    speed = capacity.speed
    requests = requests_of(arrivals, speed)
    heap = new_heap(min(streams, len(arrivals)))
    record = recorder(len(arrivals), target)
    spilled = np.zeros(len(arrivals), np.uint8)
    horizon = float(horizon_us(arrivals))
    busy, served = _replay(requests, pace(speed, units, streams), waits, horizon, heap, record, spilled)
    slot_us = units * capacity.slots * int(arrivals.observed_us.sum())
    return ReservedReplay(
        spilled=hourly_tokens(arrivals, spilled),
        spilled_mask=spilled,
        slow=hourly_count(arrivals, record.slow),
        utilization=min(1.0, float(busy) / slot_us) if slot_us else 0.0,
        served_work=float(served),
        first_token=record.first_token,
        end_to_end=record.end_to_end,
    )

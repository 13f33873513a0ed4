"""Serverless instances billed by the second: starting, serving, and idling until they go down."""

from typing import NamedTuple

import numpy as np

from service.workflow.replay.compiled import kernel
from service.workflow.replay.heap import Heap, pop, push
from service.workflow.replay.idle import IdleStack, next_down, set_idle, take_down
from service.workflow.replay.recorder import Recorder, record_end_to_end, record_first_token
from service.workflow.replay.service_times import ServiceTimes, end_of, first_token_of
from service.workflow.replay.tally import hour_of
from service.workflow.traffic import Float64s, Int64s, UInt8s


class Fleet(NamedTuple):
    """How instances behave: requests each serves at once, and those always up in all; µs to start and to go down."""

    concurrency: int
    warm_places: int
    start_us: float
    idle_us: float


class Starting(NamedTuple):
    """Instances that start, in order: when each is ready (µs), and the requests waiting for it; shape (n,)."""

    ready_us: Float64s
    waiting: Int64s


class Hourly(NamedTuple):
    """What is counted by hour of arrival, int64 of shape (hours,)."""

    cold_starts: Int64s
    delayed: Int64s
    up_us: Int64s


@kernel
def next_kept(kept: UInt8s, request: int) -> int:
    """Return the first kept request from `request` on, or the number of requests."""
    while request < len(kept) and not kept[request]:
        request += 1
    return request


@kernel
def _seat(now: float, fleet: Fleet, starting: Starting, last: int) -> tuple[float, int]:
    """Give an arrival a place on a starting instance. Return its wait, and how many were started, `last` before."""
    if last == 0 or starting.ready_us[last - 1] <= now or starting.waiting[last - 1] == fleet.concurrency:
        starting.ready_us[last] = now + fleet.start_us
        starting.waiting[last] = 0
        last += 1
    starting.waiting[last - 1] += 1
    return starting.ready_us[last - 1] - now, last


@kernel
def run_fleet(
    arrivals: tuple[Int64s, Int64s, UInt8s],
    times: ServiceTimes,
    fleet: Fleet,
    room: tuple[Heap, IdleStack, Starting],
    results: tuple[Hourly, Recorder],
) -> None:
    """Replay the kept requests, event by event: an instance ready, a finish, an arrival, an instance down.

    `arrivals` are time_us, hour_index and kept. A request's number in the heap is 1 on a warm instance, else 0.
    """
    time_us, hour_index, kept = arrivals
    heap, idle, starting = room
    hourly, record = results
    serving = on_warm = on_extra = extra = first = last = hour = 0
    now = 0.0
    request = next_kept(kept, 0)
    while True:
        arrival = float(time_us[request]) if request < len(time_us) else np.inf
        ready = starting.ready_us[first] if first < last else np.inf
        finish = heap.keys[0] if serving > 0 else np.inf
        event = min(arrival, ready, finish, next_down(idle, fleet.idle_us))
        if event == np.inf:
            return
        hourly.up_us[hour] += int((extra + last - first) * (event - now))
        now = event
        if ready == now:  # an instance is up: those that wait for it are served
            on_extra += starting.waiting[first]
            first += 1
            extra += 1
        elif finish == now:  # a request ends and frees its place
            on_warm -= heap.numbers[0]
            on_extra -= 1 - heap.numbers[0]
            pop(heap.keys, heap.numbers, serving)
            serving -= 1
        elif arrival == now:  # a request arrives: on a warm instance, on one that is up, or on a starting one
            hour = hour_of(hour_index, request, hour)
            warm = int(on_warm < fleet.warm_places)
            pooled = int(not warm and on_extra < extra * fleet.concurrency)
            wait, started = (0.0, last) if warm or pooled else _seat(now, fleet, starting, last)
            hourly.cold_starts[hour] += started - last
            hourly.delayed[hour] += wait > 0
            last = started
            on_warm += warm
            on_extra += pooled
            latency = wait + end_of(times, request)
            push(heap.keys, heap.numbers, serving, now + latency, warm)
            serving += 1
            record_first_token(record, request, wait + first_token_of(times, request))
            record_end_to_end(record, request, latency)
            request = next_kept(kept, request + 1)
        else:  # an instance was idle for long enough and goes down
            take_down(idle)
            extra -= 1
        set_idle(idle, extra - -(-on_extra // fleet.concurrency), now)

"""Serverless: cold starts of an endpoint, or of the instances of one that is billed by the second."""

from typing import NamedTuple

import numpy as np

from service.workflow.offers import ColdStart, Limits, Speed
from service.workflow.replay.compiled import kernel
from service.workflow.replay.heap import Heap, new_heap, pop, push
from service.workflow.replay.idle import new_idle_stack
from service.workflow.replay.instances import Fleet, Hourly, Starting, run_fleet
from service.workflow.replay.limits import throttle
from service.workflow.replay.recorder import Recorder, record_latency, recorder
from service.workflow.replay.result import LatencyTarget, ServerlessReplay
from service.workflow.replay.service_times import ServiceTimes, end_of, first_token_of, logged_service_times
from service.workflow.replay.tally import hourly_count
from service.workflow.traffic import SECOND, Arrivals, Int64s, UInt8s

LONG_AGO = -(1 << 62)
ALWAYS_UP = (1 << 63) - 1


class Endpoint(NamedTuple):
    """How a shared endpoint behaves: µs of quiet to go down, µs to start, requests that instances always up serve."""

    idle_us: int
    start_us: int
    warm_places: int


@kernel
def _run_endpoint(
    arrivals: tuple[Int64s, Int64s, UInt8s],
    times: ServiceTimes,
    endpoint: Endpoint,
    room: Heap,
    results: tuple[Hourly, Recorder],
) -> None:
    """Replay the kept requests; `arrivals` are time_us, hour_index and kept; `room` holds those on warm instances."""
    time_us, hour_index, kept = arrivals
    hourly, (first_tokens, end_to_ends, slow, _, limits) = results
    keys, numbers = room
    ready, quiet_since, on_warm = 0, LONG_AGO, 0
    for hour in range(len(hour_index) - 1):
        for request in range(hour_index[hour], hour_index[hour + 1]):
            if not kept[request]:
                continue
            now, wait = time_us[request], 0
            first_token, end = first_token_of(times, request), end_of(times, request)
            while on_warm > 0 and keys[0] <= now:  # who has ended by now leaves the warm instances
                pop(keys, numbers, on_warm)
                on_warm -= 1
            if on_warm < endpoint.warm_places:  # a place on a warm instance: no wait
                push(keys, numbers, on_warm, float(now + end), 0)
                on_warm += 1
            else:
                if now - quiet_since > endpoint.idle_us:  # the endpoint is down: this request starts it
                    ready = now + endpoint.start_us
                    hourly.cold_starts[hour] += 1
                wait = max(ready - now, 0)  # until it is up, for who finds it starting too
                hourly.delayed[hour] += wait > 0
                quiet_since = max(quiet_since, now + wait + end)
            record_latency(first_tokens, slow, limits.first_token, request, wait + first_token)
            record_latency(end_to_ends, slow, limits.end_to_end, request, wait + end)


def _microseconds(seconds: float) -> int:
    return round(seconds * SECOND)


def _all_of(arrivals: Arrivals) -> UInt8s:
    return np.ones(len(arrivals), np.uint8)


def _hourly(arrivals: Arrivals) -> Hourly:
    hours = len(arrivals.hour_index) - 1
    return Hourly(*(np.zeros(hours, np.int64) for _ in Hourly._fields))


def _result(
    arrivals: Arrivals,
    throttled: UInt8s,
    results: tuple[Hourly, Recorder],
    target: LatencyTarget | None,
    speed: Speed | None,
) -> ServerlessReplay:
    hourly, record = results
    throttles = hourly_count(arrivals, throttled)
    slow = hourly_count(arrivals, record.slow)
    return ServerlessReplay(
        cold_starts=hourly.cold_starts,
        delayed=hourly.delayed,
        throttled=throttles,
        slow=slow if target is None else slow + throttles,
        up_us=hourly.up_us,
        first_token=record.first_token if speed else None,
        end_to_end=record.end_to_end if speed else None,
    )


def replay_serverless(
    arrivals: Arrivals,
    cold_start: ColdStart | None,
    speed: Speed | None,
    limits: Limits,
    target: LatencyTarget | None,
    warm_places: int,
    kept: UInt8s | None = None,
) -> ServerlessReplay:
    """Replay the requests that `kept` marks (uint8, shape (n,); None: all) on a shared endpoint.

    A request that arrives with nothing in service and nothing finished within `idle_seconds` waits `start_seconds`;
    those arriving while it starts wait for it too. The first request finds the endpoint down. Instances that are always
    up serve `warm_places` requests at once; only those that find them all taken meet the rest of the endpoint. Service
    takes the logged time where there is one, else prefill plus output ÷ d(1), else 0. A throttled request is slow; the
    client is assumed to try again and be billed, unseen by this replay.
    """
    kept = _all_of(arrivals) if kept is None else kept
    throttled = throttle(arrivals, limits, kept)
    results = _hourly(arrivals), recorder(len(arrivals), target)
    columns = arrivals.time_us, arrivals.hour_index, kept & ~throttled
    endpoint = Endpoint(ALWAYS_UP, 0, 0)
    if cold_start is not None:
        idle_us, start_us = _microseconds(cold_start.idle_seconds), _microseconds(cold_start.start_seconds)
        endpoint = Endpoint(idle_us, start_us, warm_places)
    room = new_heap(min(endpoint.warm_places, len(arrivals)))
    _run_endpoint(columns, logged_service_times(arrivals, speed), endpoint, room, results)
    return _result(arrivals, throttled, results, target, speed)


def replay_instances(  # noqa: PLR0913, PLR0917
    arrivals: Arrivals,
    cold_start: ColdStart,
    speed: Speed | None,
    concurrency: int,
    warm_places: int,
    limits: Limits,
    target: LatencyTarget | None,
    kept: UInt8s | None = None,
) -> ServerlessReplay:
    """Replay the requests that `kept` marks on instances that are billed by the second while they are up.

    Each serves `concurrency` requests at once. A request that finds no free place waits for the newest starting
    instance if that has one, else starts another; `start_seconds` later it is served. Instances that are always up
    serve `warm_places` requests at once and are not billed here; they are used first. Those on other instances are
    packed onto as few as hold them; the most recently idle is used first; one idle for `idle_seconds` goes down. up_us
    counts every other instance from its start to its going down, by the hour of the latest arrival; the last ones'
    idling included.
    """
    kept = _all_of(arrivals) if kept is None else kept
    throttled = throttle(arrivals, limits, kept)
    results = _hourly(arrivals), recorder(len(arrivals), target)
    columns = arrivals.time_us, arrivals.hour_index, kept & ~throttled
    idle_us, start_us = _microseconds(cold_start.idle_seconds), _microseconds(cold_start.start_seconds)
    fleet = Fleet(concurrency, warm_places, float(start_us), float(idle_us))
    count = len(arrivals)
    starting = Starting(np.empty(count), np.empty(count, np.int64))
    room = new_heap(count), new_idle_stack(count), starting
    run_fleet(columns, logged_service_times(arrivals, speed), fleet, room, results)
    return _result(arrivals, throttled, results, target, speed)

"""Serverless: cold starts of an endpoint, or of the instances of one that is billed by the second."""

import numpy as np

from service.workflow.offers import ColdStart, Limits, Speed
from service.workflow.replay.compiled import kernel
from service.workflow.replay.heap import new_heap
from service.workflow.replay.idle import new_idle_stack
from service.workflow.replay.instances import Fleet, Hourly, Starting, run_fleet
from service.workflow.replay.limits import throttle
from service.workflow.replay.recorder import Recorder, record_end_to_end, record_first_token, recorder
from service.workflow.replay.result import LatencyTarget, ServerlessReplay
from service.workflow.replay.service_times import ServiceTimes, end_of, first_token_of, logged_service_times
from service.workflow.replay.tally import hourly_count
from service.workflow.traffic import SECOND, Arrivals, Int64s, UInt8s

LONG_AGO = -(1 << 62)
ALWAYS_UP = (1 << 63) - 1


@kernel
def _run_endpoint(
    arrivals: tuple[Int64s, Int64s, UInt8s],
    times: ServiceTimes,
    idle_us: int,
    start_us: int,
    results: tuple[Hourly, Recorder],
) -> None:
    """Replay the kept requests; `arrivals` are time_us, hour_index and kept."""
    time_us, hour_index, kept = arrivals
    hourly, record = results
    ready, quiet_since = 0, LONG_AGO
    for hour in range(len(hour_index) - 1):
        for request in range(hour_index[hour], hour_index[hour + 1]):
            if not kept[request]:
                continue
            now = time_us[request]
            if now - quiet_since > idle_us:
                ready = now + start_us
                hourly.cold_starts[hour] += 1
            wait = max(ready - now, 0)
            hourly.delayed[hour] += wait > 0
            latency = wait + end_of(times, request)
            quiet_since = max(quiet_since, now + latency)
            record_first_token(record, request, wait + first_token_of(times, request))
            record_end_to_end(record, request, latency)


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
    warm: bool,
    kept: UInt8s | None = None,
) -> ServerlessReplay:
    """Replay the requests that `kept` marks (uint8, shape (n,); None: all) on a shared endpoint.

    A request that arrives with nothing in service and nothing finished within `idle_seconds` waits `start_seconds`;
    those arriving while it starts wait for it too. The first request finds the endpoint down. A `warm` endpoint never
    goes down. Service takes the logged time where there is one, else prefill plus output ÷ d(1), else 0. A throttled
    request is slow; the client is assumed to try again and be billed, unseen by this replay.
    """
    kept = _all_of(arrivals) if kept is None else kept
    throttled = throttle(arrivals, limits, kept)
    results = _hourly(arrivals), recorder(len(arrivals), target)
    columns = arrivals.time_us, arrivals.hour_index, kept & ~throttled
    idle_us, start_us = ALWAYS_UP, 0
    if cold_start is not None and not warm:
        idle_us, start_us = _microseconds(cold_start.idle_seconds), _microseconds(cold_start.start_seconds)
    _run_endpoint(columns, logged_service_times(arrivals, speed), idle_us, start_us, results)
    return _result(arrivals, throttled, results, target, speed)


def replay_instances(  # noqa: PLR0913, PLR0917
    arrivals: Arrivals,
    cold_start: ColdStart,
    speed: Speed | None,
    concurrency: int,
    warm_instances: int,
    limits: Limits,
    target: LatencyTarget | None,
    kept: UInt8s | None = None,
) -> ServerlessReplay:
    """Replay the requests that `kept` marks on instances that are billed by the second while they are up.

    Each serves `concurrency` requests at once. A request that finds no free place waits for the newest starting
    instance if that has one, else starts another; `start_seconds` later it is served. `warm_instances` are always up
    and not billed here; they are used first. Those on other instances are packed onto as few as hold them; the most
    recently idle is used first; one idle for `idle_seconds` goes down. up_us counts every other instance from
    its start to its going down, by the hour of the latest arrival; the last ones' idling included.
    """
    kept = _all_of(arrivals) if kept is None else kept
    throttled = throttle(arrivals, limits, kept)
    results = _hourly(arrivals), recorder(len(arrivals), target)
    columns = arrivals.time_us, arrivals.hour_index, kept & ~throttled
    idle_us, start_us = _microseconds(cold_start.idle_seconds), _microseconds(cold_start.start_seconds)
    fleet = Fleet(concurrency, warm_instances, float(start_us), float(idle_us))
    count = len(arrivals)
    starting = Starting(np.empty(count), np.empty(count, np.int64))
    room = new_heap(count), new_idle_stack(count), starting
    run_fleet(columns, logged_service_times(arrivals, speed), fleet, room, results)
    return _result(arrivals, throttled, results, target, speed)

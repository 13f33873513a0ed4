"""The replay of continuous batching, exact in virtual time.

Prompts are read one after the other in the order of entering; while one is read the decode clock stands still, and the
first token comes when the reading ends. All streams in service then share progress: a step gives each of them a token.
Let virtual time be the steps that a stream in service since the beginning would have made. A request that enters at
virtual time V with w output tokens finishes at V + w, whatever happens in between, so one heap of finishing points
replays the whole log: O(log N) a request. (Virtual time of processor sharing: Demers, Keshav and Shenker, Analysis and
simulation of a fair queueing algorithm, 1989; Parekh and Gallager, 1993. The server that stops for reading is a queue
with vacations: Doshi, Queueing systems with vacations, 1986.)
"""

from typing import NamedTuple

import numpy as np

from service.workflow.offers import ConcurrencyCapacity
from service.workflow.replay.compiled import kernel, part
from service.workflow.replay.heap import Heap, new_heap, pop, push
from service.workflow.replay.recorder import Recorder, is_given_up, record_end_to_end, record_first_token, record_wait
from service.workflow.replay.result import ReservedReplay
from service.workflow.replay.speed import UnitSpeed, full_token_us, held_of, step_table, unit_speed
from service.workflow.replay.tally import horizon_us, hourly_count, hourly_tokens
from service.workflow.traffic import SECOND, Arrivals, Float64s, Int64s, UInt8s


class Requests(NamedTuple):
    """What a kernel reads of the requests, columns of shape (n,), and one that it writes.

    held: half tokens that each holds in service. after_us: µs from the end of a prompt's turn to its first token.
    """

    time_us: Int64s
    uncached: Int64s
    output: Int64s
    held: Int64s
    after_us: Float64s


class Service(NamedTuple):
    """What a kernel serves requests with. full_us: µs of a full unit's time that an output token takes."""

    requests: Requests
    unit: UnitSpeed
    full_us: float
    heap: Heap
    record: Recorder


def service_of(arrivals: Arrivals, capacity: ConcurrencyCapacity, streams: int, record: Recorder) -> Service:
    """Return what a kernel serves the arrivals with, at most `streams` of them at once."""
    held = held_of(arrivals, capacity)
    return Service(
        Requests(arrivals.time_us, arrivals.uncached, arrivals.output, held, np.empty(len(arrivals))),
        unit_speed(capacity),
        full_token_us(arrivals, capacity),
        new_heap(min(streams, len(arrivals))),
        record,
    )


@part
def fits(held: Int64s, memory: float, request: int, serving: int, holding: int) -> bool:
    """Whether `memory` half tokens take a request beside those held; units that hold nothing take any."""
    return serving == 0 or holding + held[request] <= memory


@part
def is_due(heap: Heap, serving: int, now: float, virtual: float, reading_until: float) -> bool:
    """Whether another stream ends with the step that has just been made: it leaves before anybody enters."""
    return serving > 0 and heap.keys[0] <= virtual and reading_until <= now


@part
def enter(
    requests: Requests,
    unit: UnitSpeed,
    heap: Heap,
    record: Recorder,
    request: int,
    clocks: tuple[float, float, float],
    counts: tuple[int, int],
) -> float:
    """Put a request in service and read its prompt, on all units but no faster than on one.

    clocks: µs, virtual time, and µs when the prompts before it are read. counts: units, and requests in service beside
    it. Return µs when its turn of reading ends.
    """
    now, virtual, reading_until = clocks
    units, serving = counts
    reading = unit.us_per_prompt + requests.uncached[request] * unit.us_per_input
    begins = max(reading_until, now)
    until: float = begins + reading / units
    record_wait(record, begins - requests.time_us[request])
    first_token = max(until, now + reading) + unit.first_token_us
    push(heap, serving, virtual + requests.output[request], request)
    requests.after_us[request] = first_token - until
    record_first_token(record, request, first_token - requests.time_us[request])
    if requests.output[request] == 0:  # with nothing to write it ends when it is read, whoever is read next
        record_end_to_end(record, request, first_token - requests.time_us[request])
    return until


@part
def leave(requests: Requests, heap: Heap, record: Recorder, now: float, serving: int) -> int:
    """Take the request that finishes first, of `serving`, out of service. Return the half tokens it held."""
    request = heap.numbers[0]
    if requests.output[request] > 0:
        record_end_to_end(record, request, now + requests.after_us[request] - requests.time_us[request])
    pop(heap, serving)
    freed: int = requests.held[request]
    return freed


@part
def work_us(requests: Requests, unit: UnitSpeed, full_us: float, request: int) -> float:
    """Return µs of a full unit's time that a request is: reading, and an output token and its context each step."""
    reading = unit.us_per_prompt + requests.uncached[request] * unit.us_per_input
    return float(reading + requests.output[request] * (full_us + unit.context_us * 0.5 * requests.held[request]))


@kernel
def _replay(
    service: Service, units: int, steps: Float64s, waits: bool, horizon: float, spilled: UInt8s
) -> tuple[float, float]:
    """Replay all requests; return stream-µs in service up to the horizon, and the work served in unit-µs.

    A replay of which the recorder has seen enough ends there.
    """
    requests, unit, full_us, heap, record = service
    context_us, memory = unit.context_us * 0.5, unit.memory * units
    time_us, held_of, keys = requests.time_us, requests.held, heap.keys
    count, streams = len(time_us), len(steps) - 1
    serving = arrived = head = held = 0
    virtual = now = reading_until = busy = served = 0.0
    while serving > 0 or arrived < count:
        arrival = float(time_us[arrived]) if arrived < count else np.inf
        resumed = max(now, reading_until)
        finish, step = np.inf, 1.0
        if serving > 0:
            step = steps[serving] + context_us * held / min(units, serving)
            finish = resumed + (keys[0] - virtual) * step
        if finish <= arrival:  # a request ends and frees its slot and memory
            busy += serving * max(min(finish, horizon) - now, 0.0)
            now = finish
            virtual = keys[0]
            held -= leave(requests, heap, record, now, serving)
            serving -= 1
        else:  # a request arrives: the decode clock has run since reading stopped
            busy += serving * (arrival - now)
            if serving > 0 and arrival > resumed:
                virtual += (arrival - resumed) / step
            now = arrival
            if not waits and (serving == streams or not fits(held_of, memory, arrived, serving, held)):
                spilled[arrived] = 1
                head += 1
            arrived += 1
            if is_given_up(record):
                break
        if is_due(heap, serving, now, virtual, reading_until):
            continue
        # whoever waits longest enters while there is a slot and memory
        while head < arrived and serving < streams and fits(held_of, memory, head, serving, held):
            clocks = (now, virtual, reading_until)
            reading_until = enter(requests, unit, heap, record, head, clocks, (units, serving))
            served += work_us(requests, unit, full_us, head)
            held += held_of[head]
            serving += 1
            head += 1
    return busy, served


def replay_streams(
    arrivals: Arrivals,
    capacity: ConcurrencyCapacity,
    units: int,
    streams: int,
    waits: bool,
    record: Recorder,
) -> ReservedReplay:
    """Replay on `units` with at most `streams` in service; who finds no slot or memory waits, or else spills."""
    service = service_of(arrivals, capacity, streams, record)
    spilled = np.zeros(len(arrivals), np.uint8)
    steps, horizon = step_table(service.unit.points, units, streams), float(horizon_us(arrivals))
    busy, served = _replay(service, max(units, 1), steps, waits, horizon, spilled)
    unit_us = units * int(arrivals.observed_us.sum())
    return ReservedReplay(
        spilled=hourly_tokens(arrivals, spilled),
        spilled_mask=spilled,
        slow=hourly_count(arrivals, record.slow),
        waits=int(record.counts[0]),
        utilization=min(1.0, float(served) / unit_us) if unit_us else 0.0,
        slots_in_use=min(1.0, float(busy) / (unit_us * capacity.slots)) if unit_us else 0.0,
        served_work=float(served) / SECOND,
        first_token=record.first_token,
        end_to_end=record.end_to_end,
    )

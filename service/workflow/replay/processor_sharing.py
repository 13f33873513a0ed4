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
from service.workflow.replay.recorder import Recorder, record_latency
from service.workflow.replay.result import ReservedReplay
from service.workflow.replay.speed import Reading, UnitSpeed, full_token_us, held_of, step_table, unit_speed
from service.workflow.replay.tally import horizon_us, hourly_count, hourly_tokens
from service.workflow.traffic import SECOND, Arrivals, Float64s, Int64s, UInt8s

Columns = tuple[Int64s, Int64s, Int64s]
"""Of the requests: time_us, uncached and output, each of shape (n,)."""


class Turn(NamedTuple):
    """When a prompt's reading begins and when its turn ends, and when its first token is out; µs."""

    begins: float
    until: float
    first_token: float


class Ends(NamedTuple):
    """Units that serve, and where the replayed clock ends, µs."""

    units: int
    horizon_us: float


class Service(NamedTuple):
    """What a kernel serves requests with.

    held: half tokens that each request holds in service, shape (n,). after_us: written: µs from the end of a prompt's
    turn to its first token, shape (n,). full_us: µs of a full unit's time that an output token takes.
    """

    held: Int64s
    after_us: Float64s
    unit: UnitSpeed
    full_us: float
    heap: Heap
    record: Recorder


def service_of(arrivals: Arrivals, capacity: ConcurrencyCapacity, streams: int, record: Recorder) -> Service:
    """Return what a kernel serves the arrivals with, at most `streams` of them at once."""
    return Service(
        held_of(arrivals, capacity),
        np.empty(len(arrivals)),
        unit_speed(capacity),
        full_token_us(arrivals, capacity),
        new_heap(min(streams, len(arrivals))),
        record,
    )


@part
def fits(held: int, memory: float, serving: int, holding: int) -> bool:
    """Whether `memory` half tokens take a request beside those held; units that hold nothing take any."""
    return serving == 0 or holding + held <= memory


@part
def is_due(least: float, serving: int, now: float, virtual: float, reading_until: float) -> bool:
    """Whether another stream ends with the step that has just been made: it leaves before anybody enters."""
    return serving > 0 and least <= virtual and reading_until <= now


@part
def reading_us(uncached: int, reading: Reading) -> float:
    """Return µs of a unit's time that reading a prompt takes."""
    return reading.us_per_prompt + uncached * reading.us_per_input


@part
def turn_of(reading_us: float, first_token_us: float, units: int, now: float, reading_until: float) -> Turn:
    """Return the turn of a prompt that enters now: after those before it, on all units but no faster than on one."""
    begins = max(reading_until, now)
    until = begins + reading_us / units
    return Turn(begins, until, max(until, now + reading_us) + first_token_us)


@part
def work_us(reading: float, output: int, held: int, full_us: float, context_us: float) -> float:
    """Return µs of a full unit's time that a request is: reading, and an output token and its context each step.

    context_us: by which each half token held makes a step longer.
    """
    return reading + output * (full_us + context_us * held)


@kernel
def _replay(  # noqa: PLR0915 - handing arrays on to parts at every event takes longer than the events
    columns: Columns, service: Service, steps: Float64s, waits: bool, spilled: UInt8s, ends: Ends
) -> tuple[float, float]:
    """Replay until the recorder has seen enough; return stream-µs up to the horizon, and work served in unit-µs."""
    time_us, uncached, output = columns
    held_of, after_us, unit, full_us, (keys, numbers), record = service
    first_tokens, end_to_ends, slow, counts, limits = record
    reading, units, horizon = unit.reading, ends.units, ends.horizon_us
    context_us, memory = unit.context_us * 0.5, unit.memory * units
    count, streams = len(time_us), len(steps) - 1
    serving = arrived = head = held = long_waits = slow_ones = 0
    virtual = now = reading_until = busy = served = 0.0
    arrival = float(time_us[0]) if count else np.inf
    while serving > 0 or arrived < count:
        resumed = max(now, reading_until)
        finish, step = np.inf, 1.0
        if serving > 0:
            step = steps[serving] + (context_us * held / min(units, serving) if context_us > 0.0 else 0.0)
            finish = resumed + (keys[0] - virtual) * step
        if finish <= arrival:  # a request ends and frees its slot and memory
            busy += serving * max(min(finish, horizon) - now, 0.0)
            now = finish
            virtual = keys[0]
            request = numbers[0]
            if output[request] > 0:  # else its first token was its end
                latency = now + after_us[request] - time_us[request]
                slow_ones += record_latency(end_to_ends, slow, limits.end_to_end, request, latency)
            pop(keys, numbers, serving)
            held -= held_of[request]
            serving -= 1
        else:  # a request arrives: the decode clock has run since reading stopped
            busy += serving * (arrival - now)
            if serving > 0 and arrival > resumed:
                virtual += (arrival - resumed) / step
            now = arrival
            if not waits and (serving == streams or not fits(held_of[arrived], memory, serving, held)):
                spilled[arrived] = 1
                head += 1
            arrived += 1
            arrival = float(time_us[arrived]) if arrived < count else np.inf
            if long_waits > limits.most_waits or slow_ones > limits.most_slow:
                break
        due = is_due(keys[0], serving, now, virtual, reading_until)
        while not due and head < arrived and serving < streams and fits(held_of[head], memory, serving, held):
            own = reading_us(uncached[head], reading)  # whoever waits longest enters: there is a slot and memory
            turn = turn_of(own, reading.first_token_us, units, now, reading_until)
            long_waits += turn.begins - time_us[head] > limits.wait
            latency = turn.first_token - time_us[head]
            slow_ones += record_latency(first_tokens, slow, limits.first_token, head, latency)
            if output[head] == 0:  # with nothing to write it ends when it is read, whoever is read next
                slow_ones += record_latency(end_to_ends, slow, limits.end_to_end, head, latency)
            after_us[head] = turn.first_token - turn.until
            push(keys, numbers, serving, virtual + output[head], head)
            reading_until = turn.until
            served += work_us(own, output[head], held_of[head], full_us, context_us)
            held += held_of[head]
            serving += 1
            head += 1
    counts[:] = (long_waits, slow_ones)
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
    columns = arrivals.time_us, arrivals.uncached, arrivals.output
    busy, served = _replay(columns, service, steps, waits, spilled, Ends(max(units, 1), horizon))
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

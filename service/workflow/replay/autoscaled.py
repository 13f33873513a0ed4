"""Units that follow the load: more are started when requests exceed them, each stops when idle for long enough."""

from typing import NamedTuple

import numpy as np

from service.workflow.offers import ConcurrencyCapacity
from service.workflow.replay.compiled import kernel, part
from service.workflow.replay.heap import pop, push
from service.workflow.replay.idle import IdleStack, new_idle_stack, next_down, set_idle, take_down
from service.workflow.replay.processor_sharing import (
    Columns,
    Service,
    fits,
    is_due,
    reading_us,
    service_of,
    turn_of,
    work_us,
)
from service.workflow.replay.recorder import record_latency, recorder
from service.workflow.replay.result import AutoscaledReplay, LatencyTarget
from service.workflow.replay.speed import UnitSpeed, step_at
from service.workflow.replay.tally import hour_of, hourly_count
from service.workflow.traffic import SECOND, Arrivals, Float64s, Int64s, UInt8s


class Scaling(NamedTuple):
    """How units scale: slots, least and most units, µs to start, to stop an idle one, and to bill by."""

    slots: int
    minimum: int
    maximum: int
    start_us: float
    idle_us: float
    billing_us: float


class Written(NamedTuple):
    """What the kernel writes, int64 and float64 of shape (hours,), by the hours of hour_index.

    extra_us: µs of units beyond the minimum's. delayed: flags of shape (n,).
    """

    hour_index: Int64s
    starts: Int64s
    extra_us: Float64s
    delayed: UInt8s


@kernel
def _unbilled(run_us: float, scaling: Scaling) -> float:
    """Return what rounding a unit's run up to whole billing steps adds to it."""
    return -run_us % scaling.billing_us if scaling.billing_us > 0 else 0.0


@part
def _step_us(unit: UnitSpeed, serving: int, units: int, held: int) -> float:
    """Return µs of a step of the streams in service, endless without any."""
    if serving == 0:
        return np.inf
    return float(step_at(serving / units, unit.points) + unit.context_us * 0.5 * held / min(units, serving))


@kernel
def _enter(
    columns: Columns, service: Service, head: int, clocks: tuple[float, float, float], counts: tuple[int, int]
) -> tuple[float, float]:
    """Put a request in service; return µs when its turn of reading ends, and its work in unit-µs.

    clocks: µs, virtual time, and µs when the prompts before it are read. counts: units, and requests in service.
    """
    time_us, uncached, output = columns
    held_of, after_us, unit, full_us, (keys, numbers), record = service
    first_tokens, end_to_ends, slow, _, limits = record
    now, virtual, reading_until = clocks
    own = reading_us(uncached[head], unit.reading)
    turn = turn_of(own, unit.reading.first_token_us, counts[0], now, reading_until)
    latency = turn.first_token - time_us[head]
    record_latency(first_tokens, slow, limits.first_token, head, latency)
    if output[head] == 0:
        record_latency(end_to_ends, slow, limits.end_to_end, head, latency)
    after_us[head] = turn.first_token - turn.until
    push(keys, numbers, counts[1], virtual + output[head], head)
    return turn.until, work_us(own, output[head], held_of[head], full_us, unit.context_us * 0.5)


@kernel
def _leave(columns: Columns, service: Service, now: float, serving: int) -> int:
    """Take the request that finishes first, of `serving`, out of service. Return the half tokens it held."""
    time_us, _, output = columns
    held_of, after_us, _, _, (keys, numbers), record = service
    request = numbers[0]
    if output[request] > 0:
        latency = now + after_us[request] - time_us[request]
        record_latency(record.end_to_end, record.slow, record.limits.end_to_end, request, latency)
    pop(keys, numbers, serving)
    freed: int = held_of[request]
    return freed


@kernel
def _replay(
    columns: Columns, service: Service, scaling: Scaling, room: tuple[IdleStack, Float64s], written: Written
) -> tuple[float, float, int]:
    """Replay event by event; return stream-µs in service, work served in unit-µs, and the most units running."""
    (time_us, _, _), keys, held_of, unit = columns, service.heap.keys, service.held, service.unit
    idle, ready_us = room
    count, minimum = len(time_us), scaling.minimum
    units = peak = minimum
    serving = arrived = head = held = first = last = stopped = hour = 0
    virtual = now = reading_until = busy = served = 0.0
    while True:
        arrival = float(time_us[arrived]) if arrived < count else np.inf
        ready = ready_us[first % len(ready_us)] if first < last else np.inf
        resumed = max(now, reading_until)
        step = _step_us(unit, serving, units, held)
        finish = resumed + max(keys[0] - virtual, 0.0) * step if serving > 0 else np.inf
        event = min(arrival, ready, finish, next_down(idle, scaling.idle_us))
        if event == np.inf:
            return busy, served, peak
        written.extra_us[hour] += (units - minimum + last - first) * (event - now)
        busy += serving * (event - now)
        virtual += max(event - resumed, 0.0) / step
        now = event
        if finish == now:  # a request ends
            virtual = keys[0]
            held -= _leave(columns, service, now, serving)
            serving -= 1
        elif ready == now:  # units that were started begin to serve
            while first < last and ready_us[first % len(ready_us)] == now:
                first += 1
                units += 1
            peak = max(peak, units)
        elif arrival == now:  # a request arrives: as many units are started as it takes
            hour = hour_of(written.hour_index, arrived, hour)
            arrived += 1
            needed = min(-(-(serving + arrived - head) // scaling.slots), scaling.maximum)
            while units + last - first < needed:
                ready_us[last % len(ready_us)] = now + scaling.start_us
                last += 1
                written.starts[hour] += 1
        else:  # a unit was idle for long enough and stops
            take_down(idle)
            units -= 1
            written.extra_us[hour] += _unbilled(now - ready_us[stopped % len(ready_us)] + scaling.start_us, scaling)
            stopped += 1
        while (
            head < arrived
            and not is_due(keys[0], serving, now, virtual, reading_until)
            and serving < units * scaling.slots
            and fits(held_of[head], unit.memory * units, serving, held)
        ):
            written.delayed[head] = now > time_us[head]
            reading_until, work = _enter(columns, service, head, (now, virtual, reading_until), (units, serving))
            served += work
            held += held_of[head]
            serving += 1
            head += 1
        set_idle(idle, units - max(-(-serving // scaling.slots), minimum), now)


def replay_autoscaled(  # noqa: PLR0913, PLR0917
    arrivals: Arrivals,
    capacity: ConcurrencyCapacity,
    minimum: int,
    maximum: int,
    start_seconds: float,
    idle_seconds: float,
    target: LatencyTarget | None,
    billing_seconds: int = 0,
) -> AutoscaledReplay:
    """Replay on `minimum` (0: scales to zero) to `maximum` ≥ 1 units; whoever finds every slot taken waits in line.

    At an arrival that makes requests in service and waiting exceed the slots of units running and starting, as many
    units as it takes, up to `maximum`, are started; each serves `start_seconds` later. Requests are packed onto the
    minimum first and then onto as few others as hold them; one of those idle for `idle_seconds` stops, the longest
    idle first. Units beyond the minimum are billed by the hour of the latest arrival, the last ones' idling included.
    Each run of such a unit is billed in whole steps of `billing_seconds` (0: as it is), the one started first taken to
    stop first.
    """
    if not 0 <= minimum <= maximum or maximum < 1:
        raise ValueError(f"autoscaled capacity needs 0 ≤ minimum ≤ maximum and maximum ≥ 1, not {minimum} to {maximum}")
    hours = len(arrivals.hour_index) - 1
    written = Written(
        arrivals.hour_index,
        np.zeros(hours, np.int64),
        np.zeros(hours),
        np.zeros(len(arrivals), np.uint8),
    )
    start_us, idle_us = (float(round(seconds * SECOND)) for seconds in (start_seconds, idle_seconds))
    scaling = Scaling(capacity.slots, minimum, maximum, start_us, idle_us, float(billing_seconds * SECOND))
    most = min(maximum, minimum + len(arrivals))
    service = service_of(arrivals, capacity, most * capacity.slots, recorder(len(arrivals), target))
    room = new_idle_stack(most), np.empty(most)
    columns = arrivals.time_us, arrivals.uncached, arrivals.output
    busy, served, peak = _replay(columns, service, scaling, room, written)
    unit_us = minimum * arrivals.observed_us + np.rint(written.extra_us).astype(np.int64)
    all_us = int(unit_us.sum())
    return AutoscaledReplay(
        starts=written.starts,
        delayed=hourly_count(arrivals, written.delayed),
        slow=hourly_count(arrivals, service.record.slow),
        unit_us=unit_us,
        peak_units=peak,
        utilization=min(1.0, float(served) / all_us) if all_us else 0.0,
        slots_in_use=min(1.0, float(busy) / (all_us * capacity.slots)) if all_us else 0.0,
        served_work=float(served) / SECOND,
        first_token=service.record.first_token,
        end_to_end=service.record.end_to_end,
    )

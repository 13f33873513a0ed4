"""Probes: the replays that candidates share. Offers with the same capacity curve share their probes."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import numpy as np

from service.workflow.compute.case import Case
from service.workflow.compute.fluid import fluid_of, loads_of, missed
from service.workflow.offers import Capacity, ConcurrencyCapacity, Speed, ThroughputCapacity, Units
from service.workflow.replay.autoscaled import replay_autoscaled
from service.workflow.replay.buckets import bucket_counts, split_buckets
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.hybrid import replay_hybrid
from service.workflow.replay.result import AutoscaledReplay, LatencyTarget, ReservedReplay
from service.workflow.replay.speed import alone_us
from service.workflow.replay.throughput import replay_throughput, sized_units_throughput
from service.workflow.traffic import MINUTE, SECOND, BucketSeries, Float64s


@dataclass(frozen=True, slots=True)
class SpillProbe:
    """`units` of a capacity that spill: at `streams` in service, or where a window's budget is used up."""

    capacity: Capacity
    units: int
    streams: int
    speed: Speed | None = None

    def run(self, case: Case) -> ReservedReplay:
        """Replay the case's requests; of a sample, with what it leaves out."""
        if case.arrivals.buckets is not None and not isinstance(self.capacity, ConcurrencyCapacity):
            return _split(case, case.arrivals.buckets, self.capacity, self.units)
        replay = self._replay(case)
        if not case.arrivals.sampled:
            return replay
        left_out = missed(case, self.capacity, replay.spilled.sum(axis=0), self.units, self.streams)
        return replace(replay, missed=left_out)

    def _replay(self, case: Case) -> ReservedReplay:
        if isinstance(self.capacity, ConcurrencyCapacity):
            return replay_hybrid(case.arrivals, self.capacity, self.units, self.streams, case.target)
        return replay_throughput(case.arrivals, self.capacity, self.units, case.target, self.speed)

    def expected(self, case: Case) -> Float64s:
        """Return what a sampled case is expected to spill in every replayed stretch, shape (hours, 4)."""
        return fluid_of(case, self.capacity).by_stretch(self.units, self.streams)


@dataclass(frozen=True, slots=True)
class QueueProbe:
    """`units` of a concurrency capacity where requests wait for a slot."""

    capacity: ConcurrencyCapacity
    units: int

    def run(self, case: Case) -> ReservedReplay:
        """Replay the case's requests."""
        return replay_dedicated(case.arrivals, self.capacity, self.units, case.target)


@dataclass(frozen=True, slots=True)
class SizedProbe:
    """The smallest legal number of units that serves everything as the policy asks."""

    capacity: Capacity
    units: Units
    speed: Speed | None = None

    def run(self, case: Case) -> tuple[int, ReservedReplay]:
        """Return that number of units and its replay; where none on offer does, what the busiest minute needs."""
        if not isinstance(self.capacity, ConcurrencyCapacity):
            units = legal(self.units, peak_units(case, self.capacity))
            return units, SpillProbe(self.capacity, units, 0, self.speed).run(case)
        return _sized(case, self.capacity, self.units)


@dataclass(frozen=True, slots=True)
class AutoscaledProbe:
    """Units that follow the load between `minimum` and `maximum`."""

    capacity: ConcurrencyCapacity
    minimum: int
    maximum: int
    start_seconds: float
    idle_seconds: float
    billing_seconds: int

    def run(self, case: Case) -> AutoscaledReplay:
        """Replay the case's requests."""
        return replay_autoscaled(
            case.arrivals,
            self.capacity,
            self.minimum,
            self.maximum,
            self.start_seconds,
            self.idle_seconds,
            case.target,
            self.billing_seconds,
        )


Probe = SpillProbe | SizedProbe | AutoscaledProbe


def peak_units(case: Case, capacity: Capacity) -> int:
    """Return the smallest number of units whose load in the busiest minute is at most 1.

    The load of a minute is its work, reading and decoding, in units full for a minute; for provisioned throughput it
    is the fullest enforcement window's demand ÷ the budget of a unit, and of a sample the fullest minute's too.
    """
    if capacity not in case.peaks:
        case.peaks[capacity] = _peak_units(case, capacity)
    return case.peaks[capacity]


def _peak_units(case: Case, capacity: Capacity) -> int:
    if not isinstance(capacity, ConcurrencyCapacity):
        replayed = sized_units_throughput(case.arrivals, enforced(case, capacity))
        return max(replayed, fluid_of(case, capacity).enough(1, 0)) if case.arrivals.sampled else replayed
    minutes = case.profile.minutes
    work = loads_of(bucket_counts(minutes).astype(np.float64), capacity)
    peak = float(work.max(initial=0.0)) / minutes.bucket_seconds
    return max(1, math.ceil(Fraction(peak) * case.traffic_factor))


def enforced(case: Case, capacity: ThroughputCapacity) -> ThroughputCapacity:
    """Return the capacity as it is replayed: where entries are buckets, a bucket is the window."""
    buckets = case.arrivals.buckets
    return capacity if buckets is None else replace(capacity, window_seconds=buckets.bucket_seconds)


def _split(case: Case, buckets: BucketSeries, capacity: ThroughputCapacity, units: int) -> ReservedReplay:
    split = split_buckets(buckets, capacity, units)
    nobody = np.zeros(len(case.arrivals.hour_of_window), np.int64)
    return ReservedReplay(
        spilled=case.by_hour(split.overflow),
        spilled_mask=np.zeros(len(case.arrivals), np.uint8),
        slow=nobody,
        utilization=split.utilization,
        served_work=split.utilization * units,
        first_token=None,
        end_to_end=None,
    )


def legal(units: Units, needed: int) -> int:
    """Return the smallest legal number of units ≥ `needed`, or the largest legal one."""
    found = units.at_least(needed)
    return _largest(units) if found is None else found


def _largest(units: Units) -> int:
    assert units.maximum is not None
    return units.minimum + (units.maximum - units.minimum) // units.increment * units.increment


def together(case: Case, capacity: ConcurrencyCapacity) -> int:
    """Return an upper limit of the requests in service at once where none slows another.

    With that many units every stream runs alone and more units change nothing. It is the most arrivals within the
    longest service.
    """
    if capacity not in case.crowds:
        times = case.arrivals.time_us
        longest = int(alone_us(case.arrivals, capacity).max(initial=0.0)) + 1
        before = np.searchsorted(times, times - longest)
        case.crowds[capacity] = int((np.arange(1, len(times) + 1) - before).max(initial=1))
    return case.crowds[capacity]


def load_of(case: Case, units: int, work: float) -> float:
    """Return work, in seconds of a full unit, ÷ what `units` do in the time replayed: above 1 a queue never drains.

    Of less than a minute nobody knows what comes next: its work is held against a whole one, as sizes are.
    """
    return work * SECOND / (units * max(case.replayed_us, MINUTE))


def _sized(case: Case, capacity: ConcurrencyCapacity, units: Units) -> tuple[int, ReservedReplay]:
    """Return the smallest number that keeps up with the work and meets the queueing goal, and the target where one is.

    A target comes on top of the goal, so that asking for more never takes fewer units. Where no number on offer meets
    the target, the busiest minute decides.
    """
    replays: dict[tuple[int, LatencyTarget | None], ReservedReplay] = {}

    def of(step: int) -> int:
        """Return the units of a step."""
        return units.minimum + step * units.increment

    def meets(step: int, limit: LatencyTarget | None, allowed: int) -> bool:
        """Tell whether so many units keep up, and no more than `allowed` requests exceed the limit."""
        if (step, limit) not in replays:
            replays[step, limit] = replay_dedicated(case.arrivals, capacity, of(step), limit)
        found = replays[step, limit]
        return int(found.slow.sum()) <= allowed and load_of(case, of(step), found.served_work) <= 1

    peak = legal(units, peak_units(case, capacity))
    last = (legal(units, max(peak, together(case, capacity))) - units.minimum) // units.increment
    low, start = 0, (peak - units.minimum) // units.increment
    goal, target = case.queue_goal, case.target
    if target is None or not case.goal_is_implied:
        low = _smallest(0, start, last, partial(meets, limit=goal, allowed=case.waits_allowed))
        if target is None:
            found = replays[low, goal]
            return of(low), replace(found, slow=np.zeros_like(found.slow))
    best = _smallest(low, max(low, start), last, partial(meets, limit=target, allowed=case.slow_allowed))
    return of(best), replays[best, target]


def _smallest(low: int, start: int, last: int, meets: Callable[[int], bool]) -> int:
    """Return the smallest step from `low` to `last` that meets a need, else `start`: upwards from there, then bisect.

    More units never make a request slower or let it wait longer; that is proven in replay.dedicated.
    """
    high = start
    while not meets(high):
        if high >= last:
            return start
        low, high = high + 1, min(last, 2 * high + 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if meets(middle) else (middle + 1, high)
    return high

"""Probes: the replays that candidates share. Offers with the same capacity curve share their probes."""

from dataclasses import dataclass, replace

import numpy as np

from service.workflow.compute.case import Case
from service.workflow.compute.fluid import fluid_of, missed
from service.workflow.compute.kinds.sizing import legal, peak_units, sized
from service.workflow.compute.kinds.timetable import inner_case, refused_outside
from service.workflow.offers import Capacity, ConcurrencyCapacity, Speed, ThroughputCapacity, Units
from service.workflow.replay.autoscaled import replay_autoscaled
from service.workflow.replay.buckets import split_buckets
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.hybrid import replay_hybrid
from service.workflow.replay.result import AutoscaledReplay, ReservedReplay
from service.workflow.replay.throughput import replay_throughput
from service.workflow.traffic import BucketSeries, Float64s


@dataclass(frozen=True, slots=True)
class SpillProbe:
    """`units` of a capacity that spill: at `streams` in service, or where a window's budget is used up."""

    capacity: Capacity
    units: int
    streams: int
    speed: Speed | None = None

    def run(self, case: Case) -> ReservedReplay:
        """Replay the case's requests; of a sample, with what it leaves out."""
        return case.once(self, lambda: self._run(case))

    def _run(self, case: Case) -> ReservedReplay:
        if self.capacity.hours is not None:
            always = replace(self, capacity=replace(self.capacity, hours=None))
            return refused_outside(case, self.capacity.hours, always.run)
        if case.arrivals.buckets is not None and not isinstance(self.capacity, ConcurrencyCapacity):
            return _split(case, case.arrivals.buckets, self.capacity, self.units)
        replay = self._replay(case)
        if not case.arrivals.sampled:
            return replay
        spilled = replay.spilled.sum(axis=0)
        left_out = missed(case, self.capacity, spilled, self.units, self.streams)
        lately = missed(case, self.capacity, spilled, self.units, self.streams, lately=True)
        return replace(replay, missed=left_out, missed_lately=lately)

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
        return case.once(self, lambda: self._run(case))

    def _run(self, case: Case) -> ReservedReplay:
        if self.capacity.hours is not None:
            always = replace(self, capacity=replace(self.capacity, hours=None))
            return refused_outside(case, self.capacity.hours, always.run)
        return replay_dedicated(case.arrivals, self.capacity, self.units, case.target, case.queue_goal)


@dataclass(frozen=True, slots=True)
class SizedProbe:
    """The smallest legal number of units that serves everything as the policy asks."""

    capacity: Capacity
    units: Units
    speed: Speed | None = None

    def run(self, case: Case) -> tuple[int, ReservedReplay]:
        """Return that number of units and its replay; where none on offer does, what the busiest minute needs."""
        return case.once(self, lambda: self._run(case))

    def _run(self, case: Case) -> tuple[int, ReservedReplay]:
        hours = self.capacity.hours
        if hours is not None:
            always = replace(self, capacity=replace(self.capacity, hours=None))
            units, _ = always.run(inner_case(case, hours))
            return units, refused_outside(case, hours, lambda inner: always.run(inner)[1])
        if not isinstance(self.capacity, ConcurrencyCapacity):
            units = legal(self.units, peak_units(case, self.capacity))
            return units, SpillProbe(self.capacity, units, 0, self.speed).run(case)
        return sized(case, self.capacity, self.units)


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
        return case.once(self, lambda: self._run(case))

    def _run(self, case: Case) -> AutoscaledReplay:
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


def _split(case: Case, buckets: BucketSeries, capacity: ThroughputCapacity, units: int) -> ReservedReplay:
    split = split_buckets(buckets, capacity, units)
    nobody = np.zeros(len(case.arrivals.hour_of_window), np.int64)
    return ReservedReplay(
        spilled=case.by_hour(split.overflow),
        spilled_mask=np.zeros(len(case.arrivals), np.uint8),
        slow=nobody,
        utilization=split.utilization,
        second_utilization=split.second_utilization,
        served_work=split.utilization * units,
        first_token=None,
        end_to_end=None,
    )

"""What a sample of the hours leaves out: the overflow that is known of every bucket, replayed or not.

The load of every bucket of the window is known, and with it what would spill if work were a fluid: the part of each
bucket beyond what the units can do in it. A replay of sampled stretches shows how much more or less really spills.
The estimate is their difference estimator (Cochran, Sampling Techniques, 1977, ch. 7), column by column:

    share spilled = share replayed + fluid share of all buckets − fluid share of the sampled ones

So a rare peak that no sampled stretch holds is counted all the same, and everything spilled stays everything.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from service.workflow.compute.case import Case
from service.workflow.compute.replay.buckets import bucket_counts
from service.workflow.compute.replay.budget import METER_COLUMNS
from service.workflow.compute.replay.speed import decode_at, decode_points, prefill_weight
from service.workflow.offers import Capacity, ConcurrencyCapacity
from service.workflow.traffic import MINUTE, SECOND, Float64s, Int64s

BLOCK = 64
"""Buckets summed at once: sums from any bucket on are those of whole blocks and of the rest of one."""


@dataclass(frozen=True)
class Buckets:
    """All buckets of a sampled case, columns in the order of METER_COLUMNS."""

    case: Case

    @cached_property
    def counts(self) -> Float64s:
        """Requests, uncached, cached and output tokens of every bucket, shape (n, 4)."""
        return (bucket_counts(self.case.profile.minutes) * float(self.case.traffic_factor)).astype(np.float64)

    @cached_property
    def differences(self) -> Float64s:
        """What every bucket adds to the share of all buckets less that of the sampled ones, shape (n, 4)."""
        held = self.counts * self._held[:, None]
        whole, sampled = self.counts.sum(axis=0), held.sum(axis=0)
        parts: Float64s = self.counts / np.where(whole > 0, whole, 1.0) - held / np.where(sampled > 0, sampled, 1.0)
        return parts

    @cached_property
    def _held(self) -> Float64s:
        """How much of every bucket the sampled stretches hold, 0 to 1, shape (n,)."""
        stretches, length = self._stretches
        if self._bucket_us <= length:
            return np.isin(self._start // length, stretches).astype(np.float64)
        return (np.bincount(self._rows, minlength=len(self._start)) * (length / self._bucket_us)).astype(np.float64)

    @property
    def _stretches(self) -> tuple[Int64s, int]:
        stretches = self.case.arrivals.stretches
        assert stretches is not None
        return stretches, self.case.arrivals.stretch_us

    @property
    def _start(self) -> Int64s:
        start: Int64s = self.case.profile.minutes.start_us - self.case.profile.start_us
        return start

    @property
    def _bucket_us(self) -> int:
        return self.case.profile.minutes.bucket_seconds * SECOND

    @property
    def _rows(self) -> Int64s:
        """The bucket in which each sampled stretch lies, where buckets are longer."""
        stretches, length = self._stretches
        rows: Int64s = np.searchsorted(self._start, stretches * length, side="right") - 1
        return rows

    def by_stretch(self, share: Float64s) -> Float64s:
        """Return what every sampled stretch holds of a share of each bucket: (n,) to (hours, 4)."""
        spilled = self.counts * share[:, None]
        stretches, length = self._stretches
        if self._bucket_us > length:
            part: Float64s = spilled[self._rows] * (length / self._bucket_us)
            return part
        edges = np.searchsorted(self._start, np.stack([stretches, stretches + 1]) * length)
        sums = np.concatenate((np.zeros((1, 4)), np.cumsum(spilled, axis=0)))
        by_stretch: Float64s = sums[edges[1]] - sums[edges[0]]
        return by_stretch


@dataclass(frozen=True)
class Fluid:
    """One capacity's fluid overflow over all buckets of a sampled case, by any number of units."""

    buckets: Buckets
    capacity: Capacity

    @cached_property
    def loads(self) -> Float64s:
        """Work of every bucket on every axis of the capacity, shape (n, axes): token-steps, or weighted meters."""
        counts = self.buckets.counts
        if isinstance(self.capacity, ConcurrencyCapacity):
            return (counts[:, 3] + counts[:, 1] * prefill_weight(self.capacity.speed))[:, None]
        loads = np.zeros((len(counts), len(self.capacity.axes)))
        for number, axis in enumerate(self.capacity.axes):
            for meter, weight in axis.weights:
                loads[:, number] += counts[:, METER_COLUMNS.index(meter)] * float(weight)
        return loads

    def limits(self, units: int, streams: int) -> Float64s:
        """Return what the units can do in a bucket on every axis, shape (axes,), with `streams` in service."""
        seconds = self.buckets.case.profile.minutes.bucket_seconds
        if not isinstance(self.capacity, ConcurrencyCapacity):
            return np.array([float(axis.per_minute) * units * seconds * SECOND / MINUTE for axis in self.capacity.axes])
        speed = decode_at(streams / units, decode_points(self.capacity.speed)) if units else 0.0
        return np.array([streams * speed * seconds])

    def enough(self, units: int, streams: int) -> int:
        """Return how many times `units`, in all, are beyond no bucket's load on any axis; rounded up."""
        return max(0, math.ceil(float((self.loads.max(axis=0) / self.limits(units, streams)).max()) * units))

    def share(self, limits: Float64s) -> Float64s:
        """Return the share of every bucket that is beyond the limits, by its most exceeded axis, shape (n,)."""
        loads = self.loads
        over = np.divide(loads - limits, loads, out=np.zeros_like(loads), where=loads > limits)
        most: Float64s = over.max(axis=1)
        return most

    def missed(self, units: int, streams: int) -> Float64s:
        """Return the fluid share of all buckets that spills, less that of the sampled ones, of each column: (4,)."""
        limits = self.limits(units, streams)
        if len(limits) > 1:
            several: Float64s = (self.buckets.differences * self.share(limits)[:, None]).sum(axis=0)
            return several
        rising, order, blocks = self._sorted
        first = int(np.searchsorted(rising, limits[0], side="right"))
        until = min(-(-first // BLOCK) * BLOCK, len(rising))
        rest = self._beyond(order[first:until], rising[first:until]).sum(axis=0)
        counts, over = blocks[until // BLOCK if until < len(rising) else -1] + rest
        missed: Float64s = counts - limits[0] * over
        return missed

    @cached_property
    def _sorted(self) -> tuple[Float64s, Int64s, Float64s]:
        """Loads in rising order, their buckets, and the sums from each block on, shape (blocks + 1, 2, 4)."""
        load = self.loads[:, 0]
        order = np.argsort(load, kind="stable")
        rising = load[order]
        edges = np.arange(0, len(rising), BLOCK)
        sums = np.add.reduceat(self._beyond(order, rising), edges, axis=0)
        blocks = np.concatenate((np.cumsum(sums[::-1], axis=0)[::-1], np.zeros((1, *sums.shape[1:]))))
        return rising, order, blocks

    def _beyond(self, order: Int64s, rising: Float64s) -> Float64s:
        """Return the differences of some buckets, and differences ÷ load: shape (m, 2, 4)."""
        differences = self.buckets.differences[order]
        loads = np.where(rising > 0, rising, np.inf)
        return np.stack([differences, differences / loads[:, None]], axis=1)


def fluid_of(case: Case, capacity: Capacity) -> Fluid:
    """Return a sampled case's fluid of a capacity; what all capacities share is worked out once."""
    if capacity not in case.fluids:
        known = next(iter(case.fluids.values()), None)
        case.fluids[capacity] = Fluid(Buckets(case) if known is None else known.buckets, capacity)
    return case.fluids[capacity]


def missed(case: Case, capacity: Capacity, spilled: Int64s, units: int, streams: int) -> Int64s:
    """Return what a sample leaves out of a replay's spilled sums, shape (4,): so that none is negative, or too much."""
    most = np.array(case.replayed)
    estimate = np.rint(spilled + fluid_of(case, capacity).missed(units, streams) * most).astype(np.int64)
    bounded: Int64s = np.clip(estimate, 0, most) - spilled
    return bounded

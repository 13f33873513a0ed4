"""What a sample of the hours leaves out: the overflow that is known of every bucket, replayed or not.

The load of every bucket of the window is known, and with it what would spill if work were a fluid: the part of each
bucket beyond what the units can do in it. A replay of sampled stretches shows how much more or less really spills.
The estimate is their difference estimator (Cochran, Sampling Techniques, 1977, ch. 7), column by column:

    share spilled = share replayed + fluid share of all buckets − fluid share of the sampled ones

So a rare peak that no sampled stretch holds is counted all the same, and everything spilled stays everything.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from service.workflow.compute.bins import Bins
from service.workflow.compute.case import Case
from service.workflow.compute.forecast import Forecast
from service.workflow.measure.profile import TrafficProfile
from service.workflow.offers import Capacity, ConcurrencyCapacity
from service.workflow.replay.compiled import kernel
from service.workflow.replay.speed import token_us, work_of
from service.workflow.replay.token_budgets import METER_COLUMNS
from service.workflow.traffic import MINUTE, SECOND, Float64s, Int64s


def loads_of(counts: Float64s, capacity: Capacity) -> Float64s:
    """Return work on every axis of a capacity, shape (n, axes): seconds of a full unit, or weighted meters.

    counts: requests, uncached, cached and output tokens, shape (n, 4).
    """
    if isinstance(capacity, ConcurrencyCapacity):
        return work_of(capacity, counts, token_us(capacity, float(capacity.slots)))[:, None]
    loads = np.zeros((len(counts), len(capacity.axes)))
    for number, axis in enumerate(capacity.axes):
        for meter, weight in axis.weights:
            loads[:, number] += counts[:, METER_COLUMNS.index(meter)] * float(weight)
    return loads


def share_beyond(loads: Float64s, limits: Float64s) -> Float64s:
    """Return the share of every bucket that is beyond the limits, by its most exceeded axis, shape (n,)."""
    over = np.divide(loads - limits, loads, out=np.zeros_like(loads), where=loads > limits)
    most: Float64s = over.max(axis=1)
    return most


@kernel
def _add_beyond(counts: Float64s, loads: Float64s, limits: Float64s, beyond: Float64s) -> None:
    """Add up what every bucket holds beyond the limits, see share_beyond."""
    for bucket in range(len(loads)):
        share = 0.0
        for axis in range(len(limits)):
            load = loads[bucket, axis]
            if load > limits[axis]:
                share = max(share, (load - limits[axis]) / load)
        if share > 0.0:
            for column in range(4):
                beyond[column] += counts[bucket, column] * share


@dataclass(frozen=True)
class Loads:
    """The work of all buckets of a profile on one capacity, at the traffic that was measured.

    counts: requests, uncached, cached and output tokens of each bucket, shape (n, 4).
    """

    counts: Float64s
    capacity: Capacity

    @cached_property
    def by_axis(self) -> Float64s:
        """Work of each bucket on every axis (see loads_of), shape (n, axes)."""
        return loads_of(self.counts, self.capacity)

    @cached_property
    def peak(self) -> Float64s:
        """The largest load of any bucket on every axis, shape (axes,); 0 where there is no bucket."""
        peak: Float64s = self.by_axis.max(axis=0, initial=0.0)
        return peak

    @cached_property
    def bins(self) -> Bins:
        """The buckets by their load on the first axis."""
        return Bins.of(self.by_axis[:, 0])


@dataclass(frozen=True)
class Known:
    """The fluid overflow of all buckets of a profile on one capacity, at the traffic that was measured.

    weights: how much each bucket counts, shape (n,). whole: the weighted counts of all of them, shape (4,).
    """

    loads: Loads
    weights: Float64s
    whole: Float64s

    def share(self, limits: Float64s) -> Float64s:
        """Return the share of each column that is beyond limits a bucket and axis, shape (4,)."""
        counts = self.loads.counts
        if len(limits) == 1:
            beyond = self.loads.bins.beyond(float(limits[0]), counts, self.weights, self._sums)
        else:
            beyond = (self.weights * share_beyond(self.loads.by_axis, limits)) @ counts
        return _parts(beyond, self.whole)

    @cached_property
    def _sums(self) -> Float64s:
        return self.loads.bins.sums(self.loads.counts, self.weights)


@dataclass(frozen=True)
class Sampled:
    """The buckets of a case's sampled stretches, or the parts of buckets they hold.

    rows: which bucket, int64, shape (m,). stretch: in which replayed stretch it lies, shape (m,), never falling.
    counts: what it holds of the four columns, at the case's traffic, shape (m, 4).
    """

    rows: Int64s
    stretch: Int64s
    counts: Float64s
    stretches: int

    @classmethod
    def of(cls, case: Case, counts: Float64s) -> "Sampled":
        """Return them; counts are those of all buckets, at the traffic that was measured."""
        arrivals, minutes = case.arrivals, case.profile.minutes
        assert arrivals.stretches is not None
        start, bucket = minutes.start_us - case.profile.start_us, minutes.bucket_seconds * SECOND
        begun = arrivals.stretches * arrivals.stretch_us
        if bucket > arrivals.stretch_us:
            rows = np.searchsorted(start, begun, side="right") - 1
            stretch, part = np.arange(len(rows)), arrivals.stretch_us / bucket
        else:
            ends = begun + arrivals.stretch_us
            ends += ends == case.profile.end_us - case.profile.start_us  # an arrival at the window's very end
            first, last = np.searchsorted(start, begun), np.searchsorted(start, ends)
            stretch, part = np.repeat(np.arange(len(begun)), last - first), 1.0
            rows = np.arange(len(stretch)) + np.repeat(first - (np.cumsum(last - first) - (last - first)), last - first)
        return cls(rows, stretch, counts[rows] * (part * float(case.traffic_factor)), len(begun))

    def by_stretch(self, share: Float64s) -> Float64s:
        """Return what every sampled stretch holds of a share of each bucket: (m,) to (stretches, 4)."""
        spilled = self.counts * share[:, None]
        columns = [np.bincount(self.stretch, spilled[:, column], self.stretches) for column in range(4)]
        return np.stack(columns, axis=1)


@dataclass(frozen=True)
class Fluid:
    """One capacity's fluid overflow over a sampled case, by any number of units; the case keeps it, so it holds none.

    bucket_seconds: of the profile. stretch_us: of the sample. factor: on the traffic that was measured.
    """

    bucket_seconds: int
    stretch_us: int
    factor: float
    known: Known
    lately: Known
    sampled: Sampled
    _by_stretch: dict[tuple[int, int], Float64s] = field(default_factory=dict)

    def limits(self, units: int, streams: int) -> Float64s:
        """Return what the units can do in a bucket on every axis, shape (axes,), with `streams` in service."""
        seconds, capacity = self.bucket_seconds, self.known.loads.capacity
        if not isinstance(capacity, ConcurrencyCapacity):
            axes = ((float(axis.per_minute), axis.units(units)) for axis in capacity.axes)
            return np.array([budget * count * seconds * SECOND / MINUTE for budget, count in axes])
        if not units:
            return np.zeros(1)
        most = float(capacity.slots)
        slower = token_us(capacity, most) / token_us(capacity, min(max(streams / units, 1.0), most))
        return np.array([units * slower * seconds])

    def enough(self, units: int, streams: int, *, apart: bool = False) -> int:
        """Return the smallest multiple of `units`, as units, that no bucket's load exceeds, rounded up.

        apart: of the units that are bought apart, as many as the capacity has.
        """
        peak = self.known.loads.peak * self.factor
        loads, capacity = peak / self.limits(units, streams), self.known.loads.capacity
        if not isinstance(capacity, ConcurrencyCapacity):
            if capacity.leaky:  # a full bucket comes on top of what a bucket of traffic lasts
                loads *= self.bucket_seconds / (self.bucket_seconds + capacity.window_seconds)
            loads = loads[[(axis.apart is not None) == apart for axis in capacity.axes]]
        return max(0, math.ceil(float(loads.max(initial=0.0)) * units))

    def missed(self, units: int, streams: int, *, lately: bool = False) -> Float64s:
        """Return the fluid share of all buckets that spills, less that of the sampled ones, of each column: (4,).

        lately: all buckets count as the forecast weights their days. The sampled ones do not: too few are of one day,
        and they tell only how much more spills than the fluid says.
        """
        limits = self.limits(units, streams)
        known = self.lately if lately else self.known
        beyond = np.zeros(4)
        _add_beyond(self.sampled.counts, self._sampled_loads, self._sampled_limits(limits), beyond)
        return known.share(limits / self.factor) - _parts(beyond, self._sampled_whole)

    def by_stretch(self, units: int, streams: int) -> Float64s:
        """Return the fluid overflow of every replayed stretch, shape (stretches, 4)."""
        if (units, streams) not in self._by_stretch:
            share = share_beyond(self._sampled_loads, self._sampled_limits(self.limits(units, streams)))
            self._by_stretch[units, streams] = self.sampled.by_stretch(share)
        return self._by_stretch[units, streams]

    def _sampled_limits(self, limits: Float64s) -> Float64s:
        if self.bucket_seconds * SECOND > self.stretch_us:
            return limits * (self.stretch_us / (self.bucket_seconds * SECOND))
        return limits

    @cached_property
    def _sampled_whole(self) -> Float64s:
        whole: Float64s = self.sampled.counts.sum(axis=0)
        return whole

    @cached_property
    def _sampled_loads(self) -> Float64s:
        return loads_of(self.sampled.counts, self.known.loads.capacity)


def _parts(counts: Float64s, whole: Float64s) -> Float64s:
    parts: Float64s = counts / np.where(whole > 0, whole, 1.0)
    return parts


def loads_of_all(profile: TrafficProfile, capacity: Capacity) -> Loads:
    """Return the loads of a profile's buckets on a capacity; worked out once, whatever sample or factor asks."""
    if capacity not in profile.known:
        profile.known[capacity] = Loads(profile.counts, capacity)
    loads: Loads = profile.known[capacity]
    return loads


def known_of(profile: TrafficProfile, capacity: Capacity, forecast: Forecast | None = None) -> Known:
    """Return a profile's known overflow on a capacity; worked out once, whatever sample or factor asks.

    forecast: buckets count as it weights their days; without one, all alike.
    """
    of = None if forecast is None else forecast.weights.tobytes()
    if ("weights", of) not in profile.known:  # one for all capacities
        weights = (profile.evenly if forecast is None else forecast.bucket_weights).astype(np.float64, copy=False)
        profile.known["weights", of] = weights, weights @ profile.counts
    key = (capacity, of)
    if key not in profile.known:
        profile.known[key] = Known(loads_of_all(profile, capacity), *profile.known["weights", of])
    known: Known = profile.known[key]
    return known


def fluid_of(case: Case, capacity: Capacity) -> Fluid:
    """Return a sampled case's fluid of a capacity."""
    return case.remembered(("fluid", capacity), lambda: _fluid(case, capacity))


def _fluid(case: Case, capacity: Capacity) -> Fluid:
    known = known_of(case.profile, capacity)
    sampled = case.remembered("sampled", lambda: Sampled.of(case, known.loads.counts))
    lately = known_of(case.profile, capacity, case.forecast)
    seconds, factor = case.profile.minutes.bucket_seconds, float(case.traffic_factor)
    return Fluid(seconds, case.arrivals.stretch_us, factor, known, lately, sampled)


def missed(
    case: Case, capacity: Capacity, spilled: Int64s, units: int, streams: int, *, lately: bool = False
) -> Int64s:
    """Return what a sample leaves out of a replay's spilled sums, shape (4,): so that none is negative, or too much.

    lately: of sums in which days count as the forecast weights them.
    """
    most = np.array(case.replayed)
    estimate = np.rint(spilled + fluid_of(case, capacity).missed(units, streams, lately=lately) * most).astype(np.int64)
    bounded: Int64s = np.clip(estimate, 0, most) - spilled
    return bounded

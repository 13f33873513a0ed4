"""What the replays answer. Every hourly array has a row for each replayed hour, by the hour of the arrival."""

from dataclasses import dataclass, field

import numpy as np

from service.workflow.policy import LatencyMetric
from service.workflow.traffic import Int64s, UInt8s


@dataclass(frozen=True, slots=True)
class LatencyTarget:
    """A request is slow when its `metric` is longer than `target_us` microseconds."""

    metric: LatencyMetric
    target_us: int


@dataclass(frozen=True, slots=True)
class QueueGoal:
    """At most `most` requests wait longer than `wait_us` from their arrival until their prompt begins to be read."""

    wait_us: int
    most: int


@dataclass(frozen=True)
class ReservedReplay:
    """Traffic on a fixed number of units; what was refused was refused whole.

    spilled: int64, shape (hours, 4): requests, uncached, cached and output tokens of the refused requests
    (spilled where there is an overflow side, throttled where there is none).
    spilled_mask: uint8, shape (n,), 1 for each refused request.
    missed: int64, shape (4,), what a sample of the hours leaves out of the sums of `spilled` (see compute/fluid).
    missed_lately: the same where the days count as the forecast weights them.
    slow: int64, shape (hours,), requests served here that missed the target; zero without a target.
    waits: requests served here that waited longer than the queueing goal says; zero without one.
    utilization: work served ÷ work of full units in the time observed; throughput: used ÷ budget of the most used
    axis; 0 with no units. second_utilization: the same of the axis whose units are bought apart, which `utilization`
    then leaves out; None without. slots_in_use: time-mean of streams in service ÷ (units × slots), None of throughput.
    served_work: work served, in seconds of a full unit (concurrency) or in weighted meter units of the most used
    axis (throughput).
    first_token, end_to_end: latency histograms of the requests served here (see histogram.py), None if unknown.
    """

    spilled: Int64s
    spilled_mask: UInt8s
    slow: Int64s
    utilization: float
    served_work: float
    first_token: Int64s | None
    end_to_end: Int64s | None
    slots_in_use: float | None = None
    waits: int = 0
    second_utilization: float | None = None
    missed: Int64s = field(default_factory=lambda: np.zeros(4, np.int64))
    missed_lately: Int64s = field(default_factory=lambda: np.zeros(4, np.int64))

    @property
    def busiest(self) -> float:
        """The utilization of the busier kind of units."""
        return max(self.utilization, self.second_utilization or 0.0)

    @property
    def refused(self) -> Int64s:
        """Requests, uncached, cached and output tokens refused, of as much traffic as was replayed: shape (4,)."""
        sums: Int64s = self.spilled.sum(axis=0) + self.missed
        return sums


@dataclass(frozen=True)
class BucketSplit:
    """A series split by a throughput budget, each bucket a window.

    overflow: int64, shape (n, 4): requests, uncached, cached and output tokens beyond the budget, each rounded
    half to even. utilization: used ÷ budget of the most used axis; 0 with no units. second_utilization: as of
    ReservedReplay.
    """

    overflow: Int64s
    utilization: float
    second_utilization: float | None = None


@dataclass(frozen=True)
class ServerlessReplay:
    """Traffic on a serverless endpoint; int64 arrays of shape (hours,).

    cold_starts: starts. delayed: requests that waited for a start. throttled: requests beyond a limit.
    slow: requests known to have missed the target, the throttled ones included; zero without a target.
    up_us: billed microseconds of instances beyond the warm ones; zero for offers not billed by the second.
    first_token, end_to_end: latency histograms of the requests not throttled; None when the speed is unknown.
    """

    cold_starts: Int64s
    delayed: Int64s
    throttled: Int64s
    slow: Int64s
    up_us: Int64s
    first_token: Int64s | None
    end_to_end: Int64s | None


@dataclass(frozen=True)
class AutoscaledReplay:
    """Traffic on units that scale by themselves; int64 arrays of shape (hours,).

    starts: units started. delayed: requests that waited for a free slot. slow: requests that missed the target.
    unit_us: billed unit-microseconds, running and starting. peak_units: most units running at once.
    utilization: work served ÷ work of full units in the time billed. slots_in_use: stream-time in service ÷ (billed
    unit-time × slots). served_work: work in seconds of a full unit.
    first_token, end_to_end: latency histograms of all requests.
    """

    starts: Int64s
    delayed: Int64s
    slow: Int64s
    unit_us: Int64s
    peak_units: int
    utilization: float
    slots_in_use: float
    served_work: float
    first_token: Int64s
    end_to_end: Int64s

"""Provisioned throughput: budgets per aligned window, or leaky buckets; requests are taken whole, in order."""

from collections.abc import Iterable

import numpy as np

from service.workflow.offers import Dedicated, Offer, Speed, ThroughputCapacity
from service.workflow.replay.compiled import kernel
from service.workflow.replay.length_tiers import Columns, weighed
from service.workflow.replay.recorder import Recorder, record_end_to_end, record_first_token, recorder
from service.workflow.replay.result import LatencyTarget, ReservedReplay
from service.workflow.replay.service_times import ServiceTimes, end_of, first_token_of, service_times
from service.workflow.replay.tally import hourly_count, hourly_tokens
from service.workflow.replay.token_budgets import Bucket, Budget, bucket_of, demand_of, whole_budget
from service.workflow.traffic import Arrivals, Float64s, Int64s, UInt8s


@kernel
def _admit(
    time_us: Int64s, uncached: Int64s, cached: Int64s, output: Int64s, budget: Budget, total: Float64s, spilled: UInt8s
) -> None:
    """Flag the requests that do not fit their window on every axis; add to `total` what the others used, by axis."""
    axes = len(budget.budget)
    left = budget.budget.copy()
    window_end = 0
    for request in range(len(time_us)):
        if time_us[request] >= window_end:  # a new window: every budget is whole again
            window_end = (time_us[request] // budget.window_us + 1) * budget.window_us
            left[:] = budget.budget
        fits = True
        for axis in range(axes):
            demand = demand_of(budget.weights[axis], 1, uncached[request], cached[request], output[request])
            fits &= demand <= left[axis]
        if not fits:  # over any one axis it is refused whole, and uses nothing of the others
            spilled[request] = 1
            continue
        for axis in range(axes):
            demand = demand_of(budget.weights[axis], 1, uncached[request], cached[request], output[request])
            left[axis] -= demand
            total[axis] += demand


@kernel
def _admit_leaky(
    time_us: Int64s, uncached: Int64s, cached: Int64s, output: Int64s, bucket: Bucket, total: Float64s, spilled: UInt8s
) -> None:
    """Flag the requests that do not fit the bucket of every axis; add to `total` what the others used, by axis."""
    axes = len(bucket.size)
    left = bucket.size.copy()
    before = 0
    for request in range(len(time_us)):
        passed = min(time_us[request] - before, bucket.full_us)
        before = time_us[request]
        fits = True
        for axis in range(axes):
            left[axis] = min(bucket.size[axis], left[axis] + bucket.refill[axis] * passed)  # refilled till now
            demand = demand_of(bucket.weights[axis], 1, uncached[request], cached[request], output[request])
            fits &= demand <= left[axis]
        if not fits:  # over any one axis it is refused whole, and uses nothing of the others
            spilled[request] = 1
            continue
        for axis in range(axes):
            demand = demand_of(bucket.weights[axis], 1, uncached[request], cached[request], output[request])
            left[axis] -= demand
            total[axis] += demand / bucket.scale


@kernel
def _all_fit(time_us: Int64s, uncached: Int64s, cached: Int64s, output: Int64s, bucket: Bucket, axis: int) -> bool:
    """Tell whether one axis' bucket takes every request."""
    left, before = bucket.size[axis], 0
    for request in range(len(time_us)):
        passed = min(time_us[request] - before, bucket.full_us)
        before = time_us[request]
        left = min(bucket.size[axis], left + bucket.refill[axis] * passed)
        left -= demand_of(bucket.weights[axis], 1, uncached[request], cached[request], output[request])
        if left < 0:
            return False
    return True


@kernel
def _record(times: ServiceTimes, spilled: UInt8s, record: Recorder) -> None:
    """Record the latency of the requests taken: provisioned throughput serves each at the offer's own speed."""
    for request in range(len(spilled)):
        if not spilled[request]:
            record_first_token(record, request, first_token_of(times, request))
            record_end_to_end(record, request, end_of(times, request))


@kernel
def _fullest(time_us: Int64s, uncached: Int64s, cached: Int64s, output: Int64s, weights: Int64s, window_us: int) -> int:
    """Return the largest demand of any window on one axis."""
    fullest = demand = window_end = 0
    for request in range(len(time_us)):
        if time_us[request] >= window_end:  # a new window
            window_end = (time_us[request] // window_us + 1) * window_us
            demand = 0
        demand += demand_of(weights, 1, uncached[request], cached[request], output[request])
        fullest = max(fullest, demand)
    return fullest


def replay_throughput(
    arrivals: Arrivals,
    capacity: ThroughputCapacity,
    units: int,
    target: LatencyTarget | None,
    speed: Speed | None = None,
) -> ReservedReplay:
    """Replay on `units`; a request that does not fit every axis of its window is refused whole.

    Latency is known only where the offer states a `speed`: uncached ÷ prefill, and output ÷ d(1) after it.
    Raises WorkflowError where an axis is too fine for whole numbers (see budget.py).
    """
    columns, alike, scales = weighed(arrivals, capacity)
    largest = [1, *(int(column.max(initial=0)) for column in columns)]
    budget = whole_budget(alike, units, largest)
    used = np.zeros(len(capacity.axes))
    spilled = np.zeros(len(arrivals), np.uint8)
    if capacity.leaky:
        _admit_leaky(arrivals.time_us, *columns, bucket_of(budget, largest), used, spilled)
    else:
        _admit(arrivals.time_us, *columns, budget, used, spilled)
    record = recorder(len(arrivals), target)
    if speed is not None:
        _record(service_times(arrivals, speed), spilled, record)
    windows = -(-int(arrivals.observed_us.sum()) // budget.window_us)
    shares = used / (budget.budget * float(windows)) if units and windows else np.zeros_like(used)
    first, second = split_shares(capacity, shares)
    axis = int(np.argmax(shares))
    return ReservedReplay(
        spilled=hourly_tokens(arrivals, spilled),
        spilled_mask=spilled,
        slow=hourly_count(arrivals, record.slow),
        utilization=first,
        second_utilization=second,
        served_work=float(used[axis] / budget.scale[axis] / scales[axis]),
        first_token=record.first_token if speed else None,
        end_to_end=record.end_to_end if speed else None,
    )


def split_shares(capacity: ThroughputCapacity, shares: Float64s) -> tuple[float, float | None]:
    """Return the most used share of the axes of the offer's units, and that of the axis bought apart, None without."""
    apart = np.array([axis.apart is not None for axis in capacity.axes])
    first = min(1.0, float(shares[~apart].max(initial=0.0)))
    return first, min(1.0, float(shares[apart].max())) if apart.any() else None


def sized_units_throughput(arrivals: Arrivals, capacity: ThroughputCapacity, *, apart: bool = False) -> int:
    """Return the smallest number of units with which no window is over any of their axes; 0 of no requests.

    apart: the units that are bought apart, of whose axis alone it is then. A window is served whole where it fits
    every axis, so the smallest number of each kind is that of its own axes, whatever there is of the other.
    """
    columns, alike, _ = weighed(arrivals, capacity)
    largest = [len(arrivals), *(int(column.sum()) for column in columns)]
    budget = whole_budget(alike.with_second(1), 1, largest)
    own = [number for number, axis in enumerate(capacity.axes) if (axis.apart is not None) == apart]
    if capacity.leaky:
        return max((_sized_leaky(arrivals.time_us, columns, budget, axis) for axis in own), default=0)
    most = 0
    for axis in own:
        fullest = _fullest(arrivals.time_us, *columns, budget.weights[axis], budget.window_us)
        most = max(most, -(-int(fullest) // int(budget.budget[axis])))
    return most


def _sized_leaky(time_us: Int64s, columns: Columns, budget: Budget, axis: int) -> int:
    """Return the smallest number of units whose bucket takes every request; 0 of none.

    With one more the level is never lower, so that every number beyond the smallest takes them all, too.
    """
    largest = [1, *(int(column.max(initial=0)) for column in columns)]
    failed, met = 0, 1
    if not len(time_us):
        return 0
    while not _all_fit(time_us, *columns, bucket_of(budget, largest, met), axis):
        failed, met = met, 2 * met
    while met - failed > 1:
        middle = (failed + met) // 2
        fits = _all_fit(time_us, *columns, bucket_of(budget, largest, middle), axis)
        failed, met = (failed, middle) if fits else (middle, met)
    return met


def windows_of(offers: Iterable[Offer]) -> tuple[int, ...]:
    """Return the lengths in seconds, rising, of the windows in which budgets on offer are enforced."""
    capacities = (offer.capacity for offer in offers if isinstance(offer, Dedicated))
    return tuple(sorted({seconds for capacity in capacities for seconds in capacity.windows}))

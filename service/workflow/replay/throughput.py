"""Provisioned throughput: budgets per aligned window, use it or lose it; requests are taken whole, in order."""

from collections.abc import Iterable

import numpy as np

from service.workflow.offers import Dedicated, Offer, Speed, ThroughputCapacity
from service.workflow.replay.compiled import kernel
from service.workflow.replay.recorder import Recorder, record_end_to_end, record_first_token, recorder
from service.workflow.replay.result import LatencyTarget, ReservedReplay
from service.workflow.replay.service_times import ServiceTimes, end_of, first_token_of, service_times
from service.workflow.replay.tally import hourly_count, hourly_tokens
from service.workflow.replay.token_budgets import Budget, demand_of, whole_budget
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
        if time_us[request] >= window_end:
            window_end = (time_us[request] // budget.window_us + 1) * budget.window_us
            left[:] = budget.budget
        fits = True
        for axis in range(axes):
            demand = demand_of(budget.weights[axis], 1, uncached[request], cached[request], output[request])
            fits &= demand <= left[axis]
        if not fits:
            spilled[request] = 1
            continue
        for axis in range(axes):
            demand = demand_of(budget.weights[axis], 1, uncached[request], cached[request], output[request])
            left[axis] -= demand
            total[axis] += demand


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
        if time_us[request] >= window_end:
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
    columns = (arrivals.uncached, arrivals.cached, arrivals.output)
    budget = whole_budget(capacity, units, [1, *(int(column.max(initial=0)) for column in columns)])
    used = np.zeros(len(capacity.axes))
    spilled = np.zeros(len(arrivals), np.uint8)
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
        served_work=float(used[axis] / budget.scale[axis]),
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
    columns = (arrivals.uncached, arrivals.cached, arrivals.output)
    largest = [len(arrivals), *(int(column.sum()) for column in columns)]
    budget = whole_budget(capacity.with_second(1), 1, largest)
    most = 0
    for axis, weights, unit in zip(capacity.axes, budget.weights, budget.budget, strict=True):
        if (axis.apart is not None) == apart:
            most = max(most, -(-int(_fullest(arrivals.time_us, *columns, weights, budget.window_us)) // int(unit)))
    return most


def windows_of(offers: Iterable[Offer]) -> tuple[int, ...]:
    """Return the lengths in seconds, rising, of the windows in which budgets on offer are enforced."""
    capacities = (offer.capacity for offer in offers if isinstance(offer, Dedicated))
    return tuple(sorted({c.window_seconds for c in capacities if isinstance(c, ThroughputCapacity)}))

"""Work of a full unit: what crossovers and marginal units measure a reserved unit by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.workflow.compute.case import Case
from service.workflow.compute.kinds.sizing import enforced
from service.workflow.compute.kinds.timetable import inner_case
from service.workflow.offers import Capacity, ConcurrencyCapacity
from service.workflow.replay.length_tiers import averaged
from service.workflow.replay.speed import full_streams, mean_held, token_us, unit_speed
from service.workflow.replay.token_budgets import METER_COLUMNS
from service.workflow.traffic import HOUR, SECOND


@dataclass(frozen=True, slots=True)
class UnitAxis:
    """One limit of a unit: `weights` of a request, an uncached, a cached and an output token, `per_hour` at most."""

    weights: tuple[float, float, float, float]
    per_hour: float

    def work(self, counts: Sequence[float]) -> float:
        """Return the work of requests, uncached, cached and output tokens."""
        return sum(weight * float(count) for weight, count in zip(self.weights, counts, strict=True))


def unit_axes(case: Case, capacity: Capacity) -> list[UnitAxis]:
    """Return the limits of a unit at the case's mean request: seconds of a full unit, or each axis' budget.

    An axis whose units are bought apart is none of them.
    """
    if isinstance(capacity, ConcurrencyCapacity):
        held = mean_held(case.measured)
        unit = unit_speed(capacity)
        output = token_us(capacity, full_streams(capacity, held)) + unit.context_us * held
        return [UnitAxis((unit.reading.us_per_prompt, unit.reading.us_per_input, 0.0, output), float(HOUR))]
    axes = []
    capacity = averaged(case.arrivals, capacity)
    for axis in (axis for axis in capacity.axes if axis.apart is None):
        weights = {str(meter): float(weight) for meter, weight in axis.weights}
        requests, uncached, cached, output = (weights.get(meter, 0.0) for meter in METER_COLUMNS)
        axes.append(UnitAxis((requests, uncached, cached, output), float(axis.per_minute) * 60))
    return axes


def unit_hours(case: Case, capacity: Capacity) -> float:
    """Return the hours that a unit can work in the replayed time; a budget is there for whole windows."""
    if capacity.hours is not None:
        return unit_hours(inner_case(case, capacity.hours), replace(capacity, hours=None))
    if isinstance(capacity, ConcurrencyCapacity):
        return case.replayed_us / HOUR
    capacity = enforced(case, capacity)
    if capacity.leaky:
        return case.replayed_us / HOUR
    window_us = capacity.window_seconds * SECOND
    return -(-case.replayed_us // window_us) * window_us / HOUR

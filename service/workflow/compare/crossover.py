"""Crossover: the requests per hour at which one reserved unit costs what serverless does.

requests per hour = hourly cost of a unit ÷ serverless cost per request, at the workload's mean request.
Break-even utilization = that ÷ the requests per hour a full unit serves; above 1 a unit can never pay.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service.workflow.compute.bill import serverless_lines, total
from service.workflow.compute.case import Case
from service.workflow.compute.option import Reservation
from service.workflow.compute.replay.speed import full_speed, prefill_weight
from service.workflow.offers import HOURS_PER_MONTH, Capacity, ConcurrencyCapacity, Dedicated, Offer, Serverless


@dataclass(frozen=True, slots=True)
class Crossover:
    """One (reserved unit and rate, serverless offer) pair; every rate is requests per hour.

    unit_hourly and cost_per_request are money. utilization: break-even share of a full unit. mean, floor and
    peak: the workload's own rate ÷ the crossover. steady_clears: the floor is above it with the margin.
    """

    reserved: str
    serverless: str
    unit_hourly: float
    cost_per_request: float
    requests_per_hour: float
    utilization: float
    mean: float
    floor: float
    peak: float
    steady_clears: bool


def crossovers(case: Case, offers: Sequence[Offer]) -> list[Crossover]:
    """Return the crossover of every (dedicated rate, serverless offer) pair, lowest first."""
    requests = case.everything.requests
    if not requests:
        return []
    usage = case.everything
    per_request = {
        offer.sku: float(total(serverless_lines(offer, usage))) / requests
        for offer in offers
        if isinstance(offer, Serverless) and not offer.bills_compute
    }
    found = [
        _crossover(case, Reservation(offer, rate, 1), sku, cost)
        for offer in offers
        if isinstance(offer, Dedicated)
        for rate in offer.rates
        for sku, cost in per_request.items()
        if cost > 0
    ]
    return sorted(found, key=lambda c: (c.requests_per_hour, c.reserved, c.serverless))


def _crossover(case: Case, unit: Reservation, serverless: str, per_request: float) -> Crossover:
    hourly = float(unit.monthly) / HOURS_PER_MONTH
    rate = hourly / per_request
    factor = 60 * float(case.traffic_factor)
    load = case.profile.load
    floor = load.p05 * factor / rate
    return Crossover(
        reserved=unit.label,
        serverless=serverless,
        unit_hourly=hourly,
        cost_per_request=per_request,
        requests_per_hour=rate,
        utilization=rate / unit_requests_per_hour(case, unit.offer.capacity),
        mean=load.mean * factor / rate,
        floor=floor,
        peak=load.max * factor / rate,
        steady_clears=floor >= 1 + float(case.policy.margin),
    )


def unit_requests_per_hour(case: Case, capacity: Capacity) -> float:
    """Return the mean requests an hour that a full unit serves (infinite where they use none of it)."""
    requests, uncached, cached, output = case.measured
    if isinstance(capacity, ConcurrencyCapacity):
        mean = (output + uncached * prefill_weight(capacity.speed)) / requests
        return full_speed(capacity) * 3600 / mean if mean else float("inf")
    means = {"requests": 1.0, "input_tokens": uncached / requests, "cached_input_tokens": cached / requests}
    means["output_tokens"] = output / requests
    demands = [sum(float(w) * means.get(meter, 0.0) for meter, w in axis.weights) for axis in capacity.axes]
    budgets = [float(axis.per_minute) * 60 for axis in capacity.axes]
    return min((b / d for b, d in zip(budgets, demands, strict=True) if d), default=float("inf"))

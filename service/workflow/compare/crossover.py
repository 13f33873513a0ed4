"""Crossover: the requests per hour at which one reserved unit costs what serverless does.

requests per hour = hourly cost of a unit ÷ serverless cost per request, at the workload's mean request.
Break-even utilization = that ÷ the requests per hour a full unit serves; above 1 a unit can never pay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeGuard

from service.workflow.bill import serverless_lines, share_of, total
from service.workflow.compare.unit_work import unit_axes
from service.workflow.compute.case import Case
from service.workflow.offers import Capacity, Dedicated, Offer, Serverless
from service.workflow.options import Reservation
from service.workflow.rates import HOURS_PER_MONTH

MOST_PAIRS = 1000
"""Pairs listed in full."""


@dataclass(frozen=True, slots=True)
class Crossover:
    """One (reserved unit and rate, serverless offer) pair; every rate is requests per hour.

    unit_hourly (the upfront's share included) and cost_per_request are money. utilization: break-even share of a full
    unit. mean, floor and peak: the workload's own rate ÷ the crossover. steady_clears: the floor is above it with the
    margin, and a full unit serves as many.
    """

    reserved: str
    serverless: str
    unit_hourly: Decimal
    cost_per_request: float
    requests_per_hour: float
    utilization: float
    mean: float
    floor: float
    peak: float
    steady_clears: bool


def crossovers(case: Case, offers: Sequence[Offer]) -> list[Crossover]:
    """Return the crossover of every (dedicated rate, serverless offer) pair, lowest first.

    A unit whose budgets are bought apart serves nothing alone, and one that runs by the hours of the week only what
    comes in them: they have none. Beyond MOST_PAIRS pairs, each rate is set against the cheapest serverless offer
    alone: the pair that decides.
    """
    requests = case.everything.requests
    if not requests:
        return []
    bills = {o.sku: total(serverless_lines(o, case.everything)) for o in offers if _bills_requests(o)}
    rivals = sorted((bill, sku) for sku, bill in bills.items() if bill > 0)
    single = [o for o in offers if isinstance(o, Dedicated) and o.apart is None and o.capacity.hours is None]
    units = [Reservation(o, rate, 1) for o in single for rate in o.rates]
    if len(rivals) * len(units) > MOST_PAIRS:
        rivals = rivals[:1]
    capacities = {unit.offer.capacity for unit in units}
    full = {capacity: unit_requests_per_hour(case, capacity) for capacity in capacities}
    found = [
        _crossover(case, unit, sku, float(bill) / requests, full[unit.offer.capacity])
        for unit in units
        for bill, sku in rivals
    ]
    return sorted(found, key=lambda c: (c.requests_per_hour, c.reserved, c.serverless))


def _bills_requests(offer: Offer) -> TypeGuard[Serverless]:
    return isinstance(offer, Serverless) and not offer.bills_compute


def _crossover(case: Case, unit: Reservation, serverless: str, per_request: float, full: float) -> Crossover:
    hourly = share_of(unit.monthly, Fraction(1, HOURS_PER_MONTH))
    rate = float(hourly) / per_request
    factor = 60 * float(case.traffic_factor)
    load = case.profile.load
    floor = load.p05 * factor / rate if rate else float("inf")
    return Crossover(
        reserved=unit.label,
        serverless=serverless,
        unit_hourly=hourly,
        cost_per_request=per_request,
        requests_per_hour=rate,
        utilization=rate / full,
        mean=load.mean * factor / rate if rate else float("inf"),
        floor=floor,
        peak=load.max * factor / rate if rate else float("inf"),
        steady_clears=rate <= full and floor >= 1 + float(case.policy.margin),
    )


def unit_requests_per_hour(case: Case, capacity: Capacity) -> float:
    """Return the mean requests an hour that a full unit serves: infinite where they use none of it."""
    requests = case.measured[0]
    demands = ((axis.per_hour, axis.work(case.measured) / requests) for axis in unit_axes(case, capacity))
    return min((most / demand for most, demand in demands if demand), default=float("inf"))

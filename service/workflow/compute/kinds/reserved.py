"""Reserved capacity: its bill with the idle part shown, and options that serve everything on it."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property

from service.workflow.bill import OWNED, SECOND_UNITS, Line, line, quantize
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.replacement import lost_latency, made_up, replacement_cost
from service.workflow.compute.kinds.sizing import load_of
from service.workflow.compute.kinds.timetable import inner_case
from service.workflow.compute.metrics import (
    coverage,
    percentiles,
    refused_share,
    share,
    slow_requests,
)
from service.workflow.compute.requirements import isolation_value
from service.workflow.offers import ConcurrencyCapacity
from service.workflow.options import ExpectedCost, Figures, Reservation, Violation
from service.workflow.policy import Policy
from service.workflow.rates import HOURS_PER_MONTH, Rate
from service.workflow.replay.result import ReservedReplay
from service.workflow.traffic import SECOND

MILLI = Decimal("0.001")


def reservation_lines(reservation: Reservation, used: float, second_used: float | None = None) -> list[Line]:
    """Return the lines of a reservation: what was used, what stood idle, and the upfront's share of a month.

    Used and idle together are exactly units × 730 hours (or units × 1 month where the rate is monthly). Of owned units
    each part of what they cost is a line; units of an axis bought apart have lines of their own. used: utilization of
    the units; second_used: of those bought apart.
    """
    rate, units, second = reservation.rate, reservation.units, reservation.second_units
    if rate.owned:
        return [line(f"{OWNED}{name}", Decimal(units), "unit_months", amount) for name, amount in rate.owned if amount]
    price = rate.hourly if rate.hourly is not None else rate.monthly_per_unit
    lines = _unit_lines("", rate, units, price, used)
    if second:
        lines += _unit_lines(SECOND_UNITS, rate, second, rate.second, second_used or 0.0)
    if rate.upfront and rate.term_days:
        hours = Decimal(units * HOURS_PER_MONTH)
        lines.append(line("upfront", hours, "unit_hours", rate.upfront, 24 * rate.term_days))
    elif rate.upfront:
        lines.append(line("upfront", Decimal(units), "units", rate.upfront, rate.term_months))
    return lines


def _unit_lines(prefix: str, rate: Rate, units: int, price: Decimal, utilization: float) -> list[Line]:
    """Return what units of one kind cost, used and idle."""
    hourly = rate.hourly is not None
    quantity = (units * rate.hours_per_month).quantize(MILLI, ROUND_HALF_EVEN) if hourly else Decimal(units)
    used = (quantity * Decimal(repr(round(utilization, 9)))).quantize(MILLI, ROUND_HALF_EVEN)
    unit = "unit_hours" if hourly else "unit_months"
    busy = line(f"{prefix}reserved_units", used, unit, price, rate.per_hours)
    idle = line(f"{prefix}idle", quantity - used, unit, price, rate.per_hours)
    # Of a price by the week, or of hours of the week, no line ends; the two of them are what the units cost.
    whole = quantize(units * price * (rate.hours_per_month if hourly else 1) / rate.per_hours)
    return [busy, replace(idle, amount=whole - busy.amount)]


def term_violations(policy: Policy, reservation: Reservation) -> tuple[Violation, ...]:
    """Return whether the reservation binds longer than the policy allows."""
    rate = reservation.rate
    if rate.months <= policy.max_term_months:
        return ()
    term = f"{rate.term_days} days" if rate.term_days else f"{rate.term_months} months"
    longest = f"{policy.max_term_months} months" if rate.term_days else f"{policy.max_term_months}"
    return (Violation("term_too_long", f"A term of {term} is longer than {longest}."),)


@dataclass(frozen=True)
class Served:
    """What a reserved replay says of serving everything on it; the same for every rate of the same units."""

    case: Case
    replay: ReservedReplay

    @cached_property
    def slow(self) -> int | None:
        """Slow requests, None where there is no target or latency is unknown."""
        return slow_requests(self.case, self.replay)

    @cached_property
    def throttled(self) -> float:
        """Share refused for want of throughput: of requests, of tokens where none are counted."""
        return refused_share(self.case, self.replay.refused)

    @cached_property
    def figures(self) -> Figures:
        """Utilization, shares and latency."""
        requests = self.case.replayed[0]
        return Figures(
            utilization=self.replay.busiest,
            slots_in_use=self.replay.slots_in_use,
            coverage=coverage(self.case, self.replay.refused),
            overflow_share=0.0,
            throttled_share=self.throttled,
            slow_share=None if self.slow is None else share(self.slow, requests),
            cold_starts_per_month=0.0,
            first_token=percentiles(self.replay.first_token),
            end_to_end=percentiles(self.replay.end_to_end),
        )

    def expected_cost(self, reservation: Reservation) -> ExpectedCost:
        """Return what serving everything on a reservation costs at the traffic to be expected."""
        case = self.case
        reserved, upfront = case.terms.cost(reservation)
        slow = self.replay.slow if case.latency_is_priced and self.slow is not None else None
        return ExpectedCost(
            reserved=made_up(case, reserved),
            upfront=made_up(case, upfront),
            added=case.terms.owed,
            lost=replacement_cost(case),
            latency=lost_latency(case) + (Decimal(0) if slow is None else case.expected_latency_value(slow)),
            isolation=isolation_value(case.policy, reservation.offer),
        )


def capacity_violations(case: Case, reservation: Reservation, work: float, waits: int = 0) -> tuple[Violation, ...]:
    """A queue that gets more work than its units do never drains; one that drains may still be too long."""
    if not isinstance(reservation.offer.capacity, ConcurrencyCapacity):
        return ()
    if reservation.offer.capacity.hours is not None:
        case = inner_case(case, reservation.offer.capacity.hours)
    units = "1 unit" if reservation.units == 1 else f"{reservation.units} units"
    load = load_of(case, reservation.units, work)
    if load > 1:
        return (Violation("overloaded", f"The traffic is {load:.2f} times what {units} can carry."),)
    goal, queue = case.queue_goal, case.policy.queue
    if goal is None or waits <= goal.most:
        return ()
    seconds = f"{goal.wait_us / SECOND:g} s"
    waiting = f"{share(waits, case.replayed[0]):.1%} of the requests would wait longer than {seconds}"
    allowed = f"queue.percentile and queue.wait_ms allow {100 - queue.percentile:g} %"
    return (Violation("queueing_goal", f"{waiting} in the queue of {units}; {allowed}."),)

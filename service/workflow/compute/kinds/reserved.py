"""Reserved capacity: its bill with the idle part shown, and options that serve everything on it."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property

import numpy as np

from service.workflow.bill import Line, line, quantize, total
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.sizing import load_of
from service.workflow.compute.metrics import (
    coverage,
    daily,
    latency_violations,
    per_month,
    percentiles,
    share,
    slow_requests,
    throttle_violations,
)
from service.workflow.compute.requirements import isolation_value, reserved_violations
from service.workflow.compute.standard_error import units_error
from service.workflow.offers import HOURS_PER_MONTH, ConcurrencyCapacity
from service.workflow.options import AUTOSCALED, Daily, Figures, Option, Reservation, Violation
from service.workflow.policy import Policy
from service.workflow.replay.result import AutoscaledReplay, ReservedReplay
from service.workflow.traffic import HOUR, SECOND

MILLI = Decimal("0.001")


def reservation_lines(reservation: Reservation, utilization: float) -> list[Line]:
    """Return the lines of a reservation: what was used, what stood idle, and the upfront's share of a month.

    Used and idle together are exactly units × 730 hours (or units × 1 month where the rate is monthly). Of owned units
    each part of what they cost is a line.
    """
    rate, units = reservation.rate, reservation.units
    if rate.owned:
        return [line(f"owned_{name}", Decimal(units), "unit_months", amount) for name, amount in rate.owned if amount]
    hourly = rate.hourly is not None
    price = rate.hourly if rate.hourly is not None else rate.monthly_per_unit
    quantity = Decimal(units * HOURS_PER_MONTH if hourly else units)
    used = (quantity * Decimal(repr(round(utilization, 9)))).quantize(MILLI, ROUND_HALF_EVEN)
    unit = "unit_hours" if hourly else "unit_months"
    lines = [line("reserved_units", used, unit, price, rate.per_hours)]
    idle = line("idle", quantity - used, unit, price, rate.per_hours)
    # Of a price by the week no line ends; the two of them are what the units cost.
    lines.append(replace(idle, amount=quantize(units * rate.monthly_per_unit) - lines[0].amount))
    if rate.upfront and rate.term_days:
        hours = Decimal(units * HOURS_PER_MONTH)
        lines.append(line("upfront", hours, "unit_hours", rate.upfront, 24 * rate.term_days))
    elif rate.upfront:
        lines.append(line("upfront", Decimal(units), "units", rate.upfront, rate.term_months))
    return lines


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
    def throttled(self) -> int:
        """Requests refused for want of throughput."""
        return int(self.replay.refused[0])

    @cached_property
    def figures(self) -> Figures:
        """Utilization, shares and latency."""
        requests = self.case.replayed[0]
        return Figures(
            utilization=self.replay.utilization,
            slots_in_use=self.replay.slots_in_use,
            coverage=coverage(self.case, self.replay.refused),
            overflow_share=0.0,
            throttled_share=share(self.throttled, requests),
            slow_share=None if self.slow is None else share(self.slow, requests),
            cold_starts_per_month=0.0,
            first_token=percentiles(self.replay.first_token),
            end_to_end=percentiles(self.replay.end_to_end),
        )

    @cached_property
    def daily(self) -> Daily:
        """Slow requests by day; the bill does not depend on traffic."""
        return daily(self.case, np.zeros_like(self.replay.spilled), slow=self.replay.slow)


def dedicated_option(case: Case, reservation: Reservation, served: Served) -> Option:
    """Return the option of serving everything on the reservation; what it cannot take is throttled."""
    lines = reservation_lines(reservation, served.replay.utilization)
    violations = (
        reserved_violations(case, reservation.offer)
        + term_violations(case.policy, reservation)
        + throttle_violations(case, served.throttled)
        + _capacity_violations(case, reservation, served.replay.served_work, served.replay.waits)
        + latency_violations(case, served.slow)
    )
    return Option(
        key=f"dedicated:{reservation.label}x{reservation.units}",
        mode="dedicated",
        family=reservation.family,
        monthly_cost=total(lines),
        latency_value=case.latency_value(served.slow or 0),
        isolation_value=isolation_value(case.policy, reservation.offer),
        violations=violations,
        reservation=reservation,
        lines=tuple(lines),
        figures=served.figures,
        daily=served.daily,
    )


def _capacity_violations(case: Case, reservation: Reservation, work: float, waits: int = 0) -> tuple[Violation, ...]:
    """A queue that gets more work than its units do never drains; one that drains may still be too long."""
    if not isinstance(reservation.offer.capacity, ConcurrencyCapacity):
        return ()
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


def autoscaled_key(reservation: Reservation, minimum: int) -> str:
    """Return the option's name: `autoscaled:sku@termx{minimum}-{maximum}`."""
    return f"autoscaled:{reservation.label}x{minimum}-{reservation.units}"


def autoscaled_option(case: Case, reservation: Reservation, minimum: int, replay: AutoscaledReplay) -> Option:
    """Return the option of units that follow the load, billed while running and starting.

    `reservation.units` is the most that may run at once.
    """
    hourly = reservation.rate.hourly
    assert hourly is not None
    hours = _unit_hours(case, int(replay.unit_us.sum()))
    used = (hours * Decimal(repr(round(replay.utilization, 9)))).quantize(MILLI, ROUND_HALF_EVEN)
    lines = [line("running_units", used, "unit_hours", hourly), line("idle", hours - used, "unit_hours", hourly)]
    slow = slow_requests(case, replay)
    return Option(
        key=autoscaled_key(reservation, minimum),
        mode="autoscaled",
        family=AUTOSCALED,
        monthly_cost=total(lines),
        latency_value=case.latency_value(slow or 0),
        isolation_value=isolation_value(case.policy, reservation.offer),
        violations=reserved_violations(case, reservation.offer)
        + _capacity_violations(case, reservation, replay.served_work)
        + latency_violations(case, slow),
        reservation=reservation,
        minimum_units=minimum,
        lines=tuple(lines),
        figures=Figures(
            utilization=replay.utilization,
            slots_in_use=replay.slots_in_use,
            coverage=1.0,
            overflow_share=0.0,
            throttled_share=0.0,
            slow_share=None if slow is None else share(slow, case.replayed[0]),
            cold_starts_per_month=per_month(case, int(replay.starts.sum())),
            first_token=percentiles(replay.first_token),
            end_to_end=percentiles(replay.end_to_end),
            standard_error=units_error(case, replay.unit_us, hourly),
        ),
        daily=daily(case, np.zeros_like(case.hourly), unit_us=replay.unit_us, slow=replay.slow),
    )


def _unit_hours(case: Case, unit_us: int) -> Decimal:
    return (Decimal(round(unit_us * case.time_scale)) / HOUR).quantize(MILLI, ROUND_HALF_EVEN)

"""Hybrid options: a reserved floor, and the requests that spill billed whole at serverless prices."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from service.workflow.bill import Billed, Line, Usage, line, serverless_lines, share_of, total
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.conditional import offer_for
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.kinds.reserved import reservation_lines, term_violations
from service.workflow.compute.kinds.serverless import ServerlessProbe, request_violations
from service.workflow.compute.metrics import (
    coverage,
    daily,
    latency_violations,
    merged,
    per_month,
    percentiles,
    share,
    slow_requests,
    throttle_violations,
)
from service.workflow.compute.requirements import hard_violations, isolation_value, reserved_violations
from service.workflow.compute.standard_error import overflow_error
from service.workflow.offers import HOURS_PER_MONTH, Serverless
from service.workflow.options import COMMITTED, HYBRID, Daily, Figures, Option, Reservation, Violation
from service.workflow.replay.result import ReservedReplay, ServerlessReplay


@dataclass(frozen=True)
class Overflow:
    """What one serverless offer makes of the requests that a reserved side spilled."""

    case: Case
    offer: Serverless
    reserved: ReservedReplay

    @cached_property
    def replay(self) -> ServerlessReplay:
        """The spilled requests on the offer: their own cold starts, limits and latency."""
        return ServerlessProbe.of(self.offer).run(self.case, self.reserved.spilled_mask)

    @cached_property
    def usage(self) -> Usage:
        """The month's spilled tokens and requests."""
        compute_us = int(self.replay.up_us.sum()) if self.offer.bills_compute else 0
        return self.case.monthly(self.reserved.refused.tolist(), compute_us)

    @cached_property
    def prices(self) -> Serverless:
        """The offer as it bills these requests: some of its prices may hold for some requests only."""
        return offer_for(self.case, self.offer, self.reserved.spilled_mask)

    @cached_property
    def lines(self) -> list[Line]:
        """The overflow's bill."""
        return serverless_lines(self.prices, self.usage, "overflow_")

    @cached_property
    def everything(self) -> Usage:
        """The month's tokens and requests of all traffic, as serverless alone would bill them."""
        if not self.offer.bills_compute:
            return self.case.everything
        alone = ServerlessProbe.of(self.offer).run(self.case)
        return self.case.monthly(self.case.replayed, int(alone.up_us.sum()))

    @cached_property
    def kept_value(self) -> Decimal:
        """What the traffic kept off serverless would have cost there a month: the cost of an outage, in full."""
        return total(serverless_lines(self.offer, self.everything)) - total(self.lines)

    @property
    def billed(self) -> tuple[Billed, ...]:
        """What the option owes the offer: the overflow, and all traffic in the hours of an outage."""
        outage = Fraction(self.case.policy.hybrid.outage_hours_per_month) / HOURS_PER_MONTH
        own = None if self.prices is self.offer else self.prices
        if not outage:
            return (Billed(self.usage, prices=own),)
        return (Billed(self.usage, 1 - outage, own), Billed(self.everything, outage))

    @cached_property
    def slow_requests(self) -> int | None:
        """Slow requests of both sides, None where there is no target or either side's latency is unknown."""
        if self.case.target is None:
            return None
        sides = (slow_requests(self.case, self.reserved), slow_requests(self.case, self.replay))
        spilled = int(self.reserved.spilled[:, 0].sum())
        if sides[0] is None or (sides[1] is None and spilled):
            return None
        return sides[0] + (sides[1] or 0)

    @cached_property
    def added_lines(self) -> list[Line]:
        """Every line beyond the reservation: overflow, routing, and the hours the reserved side is down."""
        policy = self.case.policy.hybrid
        lines = list(self.lines)
        if policy.overhead_per_month:
            lines.append(line("hybrid_overhead", Decimal(1), "months", policy.overhead_per_month))
        if policy.outage_hours_per_month:
            hourly = share_of(self.kept_value, Fraction(1, HOURS_PER_MONTH))
            lines.append(line("outage_fallback", policy.outage_hours_per_month, "hours", hourly))
        return lines

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """Hard needs that depend on the replay."""
        violations = hard_violations(self.case.policy, self.offer) + request_violations(self.case, self.offer)
        if self.case.latency_is_priced:
            violations += latency_violations(self.case, self.slow_requests)
        if self.case.may_throttle(self.offer.limits):
            violations += throttle_violations(self.case, int(self.replay.throttled.sum()))
        return violations

    @cached_property
    def figures(self) -> Figures:
        """How the two sides serve together; latency is of all requests."""
        case, reserved, replay = self.case, self.reserved, self.replay
        requests, spilled = case.replayed[0], int(reserved.refused[0])
        first_token, end_to_end = reserved.first_token, reserved.end_to_end
        if spilled:
            first_token = merged(first_token, replay.first_token)
            end_to_end = merged(end_to_end, replay.end_to_end)
        return Figures(
            utilization=reserved.utilization,
            slots_in_use=reserved.slots_in_use,
            coverage=coverage(case, reserved.refused),
            overflow_share=share(spilled, requests) if requests else None,
            throttled_share=share(int(replay.throttled.sum()), requests),
            slow_share=None if self.slow_requests is None else share(self.slow_requests, requests),
            cold_starts_per_month=per_month(case, int(replay.cold_starts.sum())),
            first_token=percentiles(first_token),
            end_to_end=percentiles(end_to_end),
            outage_cost_per_day=share_of(self.kept_value, Fraction(24, HOURS_PER_MONTH)),
        )

    @cached_property
    def daily(self) -> Daily:
        """What the bill and the slow requests depend on, by day."""
        slow = self.reserved.slow + self.replay.slow
        return daily(self.case, self.reserved.spilled, self.replay.up_us, slow=slow)

    @cached_property
    def bill(self) -> Decimal:
        """What the option costs beyond its reservation."""
        return total(self.added_lines)

    @cached_property
    def extra(self) -> Decimal:
        """The bill beyond the reservation plus the slow requests of both sides in money."""
        if not self.case.latency_is_priced:
            return self.bill
        return self.bill + self.case.latency_value(self.slow_requests or 0)


def hybrid_key(reservation: Reservation, streams: int, default_streams: int, serverless: Serverless) -> str:
    """Return the option's name: its stem, and `+serverless`."""
    return f"{hybrid_stem(reservation, streams, default_streams)}+{serverless.sku}"


def hybrid_stem(reservation: Reservation, streams: int, default_streams: int) -> str:
    """Return `hybrid:sku@termxunits`, with `~streams` where the threshold is not the policy's."""
    lowered = f"~{streams}" if streams != default_streams else ""
    return f"hybrid:{reservation.label}x{reservation.units}{lowered}"


def hybrid_option(case: Case, reservation: Reservation, key: str, streams: int, spill: Overflow) -> Option:
    """Return the option of a reservation with its overflow on `spill.offer`."""
    lines = reservation_lines(reservation, spill.reserved.utilization) + spill.added_lines
    return Option(
        key=key,
        mode="hybrid",
        family=COMMITTED if reservation.rate.is_committed else HYBRID,
        monthly_cost=total(lines),
        latency_value=case.latency_value(spill.slow_requests or 0),
        isolation_value=isolation_value(case.policy, reservation.offer, spill.offer),
        violations=reserved_violations(case, reservation.offer)
        + term_violations(case.policy, reservation)
        + spill.violations,
        reservation=reservation,
        serverless=spill.offer,
        threshold=streams,
        lines=tuple(lines),
        figures=replace(spill.figures, standard_error=_standard_error(case, reservation, streams, spill)),
        daily=spill.daily,
        billed=spill.billed,
    )


def _standard_error(case: Case, reservation: Reservation, streams: int, spill: Overflow) -> float | None:
    if not case.arrivals.sampled:
        return None
    probe = SpillProbe(reservation.offer.capacity, reservation.units, streams)
    return overflow_error(case, spill.offer, spill.reserved.spilled - probe.expected(case))

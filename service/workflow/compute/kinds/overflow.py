"""Overflow: what one serverless offer makes of the requests that a reserved side spills, billed whole at its prices."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from service.workflow.bill import Billed, Line, Usage, add, line, serverless_lines, share_of, total
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.conditional import offer_for
from service.workflow.compute.kinds.serverless import Alone, ServerlessProbe, request_violations
from service.workflow.compute.metrics import (
    coverage,
    latency_violations,
    merged,
    per_month,
    percentiles,
    share,
    slow_requests,
    states_latency,
    throttle_violations,
    throttled_share,
)
from service.workflow.compute.requirements import hard_violations, isolation_value
from service.workflow.offers import Serverless, Speed
from service.workflow.options import ExpectedCost, Figures, Reservation, Violation
from service.workflow.rates import HOURS_PER_MONTH
from service.workflow.replay.result import ReservedReplay, ServerlessReplay
from service.workflow.replay.service_times import slow_alone
from service.workflow.replay.tally import hourly_count


@dataclass(frozen=True)
class Spilled:
    """The requests that a reserved side spilled: what is the same of them wherever they go.

    replays: of them on serverless, made so far, shared by offers that are alike in what a replay depends on.
    latencies: what least_latency_on found, by the offer's speed.
    """

    case: Case
    reserved: ReservedReplay
    replays: dict[ServerlessProbe, ServerlessReplay] = field(default_factory=dict)
    latencies: dict[Speed | None, Decimal] = field(default_factory=dict)

    def on(self, offer: Serverless) -> ServerlessReplay:
        """Return their replay on an offer: their own cold starts, limits and latency."""
        probe = ServerlessProbe.of(offer).on(self.case)
        if probe not in self.replays:
            self.replays[probe] = probe.run(self.case, self.reserved.spilled_mask)
        return self.replays[probe]

    @cached_property
    def expected_usage(self) -> Usage:
        """The month of them to be expected, without compute time."""
        return self.case.expected(self.reserved.spilled, self.reserved.missed_lately)

    @cached_property
    def least_latency(self) -> Decimal:
        """What slow requests are expected to cost at least: those of the reserved side alone."""
        return self.case.expected_latency_value(self.reserved.slow) if self.case.latency_is_priced else Decimal(0)

    def least_latency_on(self, offer: Serverless) -> Decimal:
        """Return the same where they spill to an offer, with those that are slow there though nothing delays them."""
        case, speed = self.case, offer.speed
        if case.target is None or not case.has_requests or not case.policy.latency.value_per_slow_request:
            return self.least_latency
        if speed not in self.latencies:
            target = case.target
            slow = case.remembered(("slow", speed, target), lambda: slow_alone(case.arrivals, speed, target))
            spilled = hourly_count(case.arrivals, slow & self.reserved.spilled_mask)
            self.latencies[speed] = self.case.expected_latency_value(self.reserved.slow + spilled)
        return self.latencies[speed]


@dataclass(frozen=True)
class Overflow:
    """What one serverless offer makes of the requests that a reserved side spilled."""

    offer: Serverless
    spilled: Spilled

    @property
    def case(self) -> Case:
        """The case that was replayed."""
        return self.spilled.case

    @property
    def reserved(self) -> ReservedReplay:
        """The replay of the reserved side."""
        return self.spilled.reserved

    @cached_property
    def replay(self) -> ServerlessReplay:
        """The spilled requests on the offer."""
        return self.spilled.on(self.offer)

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
        return Alone(self.case, self.offer).usage

    @cached_property
    def kept_value(self) -> Decimal:
        """What the traffic kept off serverless would have cost there a month: the cost of an outage, in full."""
        return total(serverless_lines(self.offer, self.everything)) - total(self.lines)

    @cached_property
    def expected_usage(self) -> Usage:
        """The month's overflow to be expected."""
        if not self.offer.bills_compute:
            return self.spilled.expected_usage
        return self.case.expected(self.reserved.spilled, self.reserved.missed_lately, self.replay.up_us)

    @cached_property
    def expected_everything(self) -> Usage:
        """The month of all traffic to be expected."""
        return Alone(self.case, self.offer).expected_usage

    @cached_property
    def billed(self) -> tuple[Billed, ...]:
        """What the option is expected to owe the offer: the overflow, and all traffic in the hours of an outage."""
        outage = self.case.outage_share
        own = None if self.prices is self.offer else self.prices
        if not outage:
            return (Billed(self.expected_usage, prices=own),)
        return (Billed(self.expected_usage, 1 - outage, own), Billed(self.expected_everything, outage))

    @cached_property
    def expected_bill(self) -> Decimal:
        """What serverless is expected to charge."""
        if len(self.billed) == 1:
            return total(serverless_lines(self.prices, self.expected_usage))
        return add(
            share_of(total(serverless_lines(part.prices or self.offer, part.usage)), part.share) for part in self.billed
        )

    @cached_property
    def expected_latency(self) -> Decimal:
        """What slow requests of both sides are expected to cost."""
        if not self.case.latency_is_priced or self.slow_requests is None:
            return Decimal(0)
        return self.case.expected_latency_value(self.reserved.slow + self.replay.slow)

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
    def throttled(self) -> float:
        """Share of all traffic that spills and meets the limits of the offer."""
        return throttled_share(self.case, self.offer.limits, self.replay, self.reserved.spilled)

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """Hard needs that depend on the replay."""
        violations = hard_violations(self.case.policy, self.offer) + request_violations(self.case, self.offer)
        if self.case.latency_is_priced:  # what spills next month is not known to be fast for not having spilled yet
            known = states_latency(self.case, self.offer)
            violations += latency_violations(self.case, self.slow_requests if known else None)
        if self.case.may_throttle(self.offer.limits):
            violations += throttle_violations(self.case, self.throttled)
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
            utilization=reserved.busiest,
            slots_in_use=reserved.slots_in_use,
            coverage=coverage(case, reserved.refused),
            overflow_share=share(spilled, requests) if requests else None,
            throttled_share=self.throttled,
            slow_share=None if self.slow_requests is None else share(self.slow_requests, requests),
            cold_starts_per_month=per_month(case, int(replay.cold_starts.sum())),
            first_token=percentiles(first_token),
            end_to_end=percentiles(end_to_end),
            outage_cost_per_day=share_of(self.kept_value, Fraction(24, HOURS_PER_MONTH)),
        )

    @cached_property
    def added(self) -> Decimal:
        """What else the option costs whatever the traffic: routing, and what is owed for running commitments."""
        return self.case.policy.hybrid.overhead_per_month + self.case.terms.owed

    @property
    def bill(self) -> Decimal:
        """What the option is expected to cost beyond its reservation."""
        return self.expected_bill + self.added

    @property
    def extra(self) -> Decimal:
        """That and the slow requests of both sides in money."""
        return self.bill + self.expected_latency

    @cached_property
    def least(self) -> Decimal:
        """What `extra` is at least where no need rules the offer out, with no replay of the spilled requests.

        Nothing delays them then. Where the offer bills time its bill rests on the replay all the same.
        """
        return self.bill + self.spilled.least_latency_on(self.offer)

    def expected_cost(self, reservation: Reservation) -> ExpectedCost:
        """Return what the option of a reservation costs at the traffic to be expected."""
        reserved, upfront = self.case.terms.cost(reservation)
        return ExpectedCost(
            reserved=reserved,
            upfront=upfront,
            billed=self.billed,
            serverless=self.expected_bill,
            added=self.added,
            latency=self.expected_latency,
            isolation=isolation_value(self.case.policy, reservation.offer, self.offer),
        )

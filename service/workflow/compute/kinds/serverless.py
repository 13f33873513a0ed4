"""Serverless options: the bill of all traffic, cold starts, warm pools, throttling."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from service.workflow.bill import SECOND_UNITS, Billed, Line, Usage, add, line, serverless_lines, total
from service.workflow.compute.case import Case
from service.workflow.compute.metrics import (
    latency_violations,
    per_month,
    percentiles,
    share,
    slow_requests,
    throttle_violations,
    throttled_share,
)
from service.workflow.compute.requirements import hard_violations, isolation_value
from service.workflow.offers import ColdStart, Limits, Serverless, Speed
from service.workflow.option_key import OptionKey
from service.workflow.options import SERVERLESS, WARM_POOL, ExpectedCost, Figures, Option, Reservation, Violation
from service.workflow.rates import HOURS_PER_MONTH
from service.workflow.replay.result import ServerlessReplay
from service.workflow.replay.serverless import replay_instances, replay_serverless
from service.workflow.traffic import UInt8s

FELT = 0.01
"""Share of requests that wait for a cold start from which people feel it."""

NO_COLD_START = ColdStart(idle_seconds=0.0, start_seconds=0.0)


@dataclass(frozen=True, slots=True)
class ServerlessProbe:
    """What a serverless replay depends on; offers alike in it share their replay."""

    cold_start: ColdStart | None
    speed: Speed | None
    limits: Limits
    instances: int
    warm_places: int

    @classmethod
    def of(cls, offer: Serverless, warm: int = 0) -> "ServerlessProbe":
        """Return the offer's probe with a pool of `warm` instances.

        instances: the concurrency of one where compute is billed, else 0. warm_places: requests that the pool serves at
        once; an instance of it takes no fewer than any other does.
        """
        instances = offer.instance_concurrency if offer.bills_compute else 0
        places = 0 if offer.warm_pool is None else warm * max(offer.warm_pool.concurrency, instances)
        return cls(offer.cold_start, offer.speed, offer.limits, instances, places)

    def on(self, case: Case) -> "ServerlessProbe":
        """Return the probe that gives the same on a case: without limits that none of its minutes reaches."""
        return self if case.may_throttle(self.limits) else replace(self, limits=Limits())

    def run(self, case: Case, kept: UInt8s | None = None) -> ServerlessReplay:
        """Replay the case's requests, or those that `kept` (uint8, shape (n,)) marks."""
        if not case.has_requests:
            return _unknown(case)
        # Kept with the mask it is of: while that is kept, nothing else has its id.
        return case.once((self, id(kept)), lambda: (kept, self._run(case, kept)))[1]

    def _run(self, case: Case, kept: UInt8s | None) -> ServerlessReplay:
        if self.instances:
            cold = self.cold_start or NO_COLD_START
            return replay_instances(
                case.arrivals, cold, self.speed, self.instances, self.warm_places, self.limits, case.target, kept
            )
        return replay_serverless(
            case.arrivals, self.cold_start, self.speed, self.limits, case.target, self.warm_places, kept
        )


def warm_lines(offer: Serverless, instances: int) -> list[Line]:
    """Return the line of a warm pool: instances × 730 hours at the pool's hourly price."""
    if not instances or offer.warm_pool is None:
        return []
    hours = Decimal(instances * HOURS_PER_MONTH)
    return [line("warm_instances", hours, "instance_hours", offer.warm_pool.hourly)]


def running_lines(case: Case, reservation: Reservation | None) -> list[Line]:
    """Return the lines of running commitments: what is owed, less what an option's own units are covered by.

    None where the option is those units at their own rate and price: its reservation says it all.
    """
    running, lines = case.terms.running, []
    covered = 0 if reservation is None else case.terms.covered(reservation)
    second = 0 if reservation is None else case.terms.covered_second(reservation)
    own = [e for e in running if reservation is not None and e.reservation.label == reservation.label]
    if (
        own == list(running)
        and covered == sum(e.reservation.units for e in own)
        and second == sum(e.reservation.second_units for e in own)
        and all(
            not e.reservation.rate.upfront and e.monthly_per_unit == e.reservation.rate.monthly_per_unit for e in own
        )
    ):
        return []
    if reservation is not None and covered:
        monthly = replace(reservation, offer=reservation.offer.with_second(0), units=1).monthly
        lines.append(line("covered_by_commitment", Decimal(covered), "unit_months", -monthly))
    if reservation is not None and second:
        price = -reservation.rate.monthly_per_second_unit
        lines.append(line(f"{SECOND_UNITS}covered_by_commitment", Decimal(second), "unit_months", price))
    for entry in running:
        units, more = Decimal(entry.reservation.units), Decimal(entry.reservation.second_units)
        lines.append(line("running_commitment", units, "unit_months", entry.monthly_per_unit))
        if more and entry.agreed is None:
            price = entry.reservation.rate.monthly_per_second_unit
            lines.append(line(f"{SECOND_UNITS}running_commitment", more, "unit_months", price))
    return lines


def serverless_key(offer: Serverless, warm: int) -> str:
    """Return the option's name: `serverless:sku`, with `+warmN` for a pool of N."""
    return str(OptionKey("serverless", serverless=offer.sku, warm=warm))


@dataclass(frozen=True)
class Alone:
    """Everything served on one offer with `warm` instances kept up; replayed only where the total depends on it.

    replays: those made so far, shared by offers that are alike in what a replay depends on.
    """

    case: Case
    offer: Serverless
    warm: int = 0
    replays: dict[ServerlessProbe, ServerlessReplay] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Name of the option."""
        return serverless_key(self.offer, self.warm)

    @property
    def family(self) -> int:
        """Place in the simplicity order."""
        return WARM_POOL if self.warm else SERVERLESS

    @cached_property
    def replay(self) -> ServerlessReplay:
        """All requests on the offer."""
        probe = ServerlessProbe.of(self.offer, self.warm).on(self.case)
        if probe not in self.replays:
            self.replays[probe] = probe.run(self.case)
        return self.replays[probe]

    @cached_property
    def usage(self) -> Usage:
        """What the offer bills a month."""
        if not self.offer.bills_compute:
            return self.case.everything
        return self.case.monthly(self.case.replayed, int(self.replay.up_us.sum()))

    @cached_property
    def slow(self) -> int | None:
        """Slow requests, None where there is no target or latency is unknown."""
        return None if self.case.target is None else slow_requests(self.case, self.replay)

    @cached_property
    def lines(self) -> list[Line]:
        """The bill."""
        own = serverless_lines(self.offer, self.usage) + warm_lines(self.offer, self.warm)
        return own + running_lines(self.case, None)

    @cached_property
    def expected_usage(self) -> Usage:
        """What the offer is expected to bill a month."""
        if not self.offer.bills_compute:
            return self.case.expected_everything
        return self.case.expected(self.case.hourly, compute_us=self.replay.up_us)

    @cached_property
    def _unreplayed_cost(self) -> ExpectedCost:
        """What it costs at the traffic to be expected but for slow requests: replayed only where time is billed."""
        return ExpectedCost(
            billed=(Billed(self.expected_usage),),
            serverless=total(serverless_lines(self.offer, self.expected_usage)),
            added=add((total(warm_lines(self.offer, self.warm)), self.case.terms.owed)),
            isolation=isolation_value(self.case.policy, self.offer),
        )

    @property
    def least(self) -> Decimal:
        """What it costs at least, of larger pools too, money a month; nothing is replayed for it."""
        return Decimal(0) if self.offer.bills_compute else self._unreplayed_cost.total

    @cached_property
    def expected_cost(self) -> ExpectedCost:
        """What it costs at the traffic to be expected."""
        case = self.case
        slow = self.replay.slow if case.latency_is_priced and self.slow is not None else None
        latency = Decimal(0) if slow is None else case.expected_latency_value(slow)
        return replace(self._unreplayed_cost, latency=latency)

    @cached_property
    def expected(self) -> Decimal:
        """All of that."""
        return self.expected_cost.total

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """Hard needs that the offer misses."""
        case = self.case
        violations = hard_violations(case.policy, self.offer) + request_violations(case, self.offer)
        if case.may_throttle(self.offer.limits):
            violations += throttle_violations(
                case, throttled_share(case, self.offer.limits, self.replay), self.offer.limits
            )
        if case.latency_is_priced:
            violations += latency_violations(case, self.slow)
        return violations

    @property
    def eligible(self) -> bool:
        """Whether it meets every hard need."""
        return not self.violations

    @property
    def is_felt(self) -> bool:
        """Whether people feel its cold starts, or it misses a target that is set for them."""
        delayed = int(self.replay.delayed.sum())
        late = self.slow is not None and self.slow > self.case.slow_allowed >= self.slow - delayed
        return late or delayed > FELT * self.case.replayed[0]

    def option(self) -> Option:
        """Return the option, in full."""
        case, replay = self.case, self.replay
        return Option(
            key=self.key,
            mode="serverless",
            family=self.family,
            monthly_cost=total(self.lines),
            latency_value=case.latency_value(self.slow or 0),
            isolation_value=isolation_value(case.policy, self.offer),
            violations=self.violations,
            expected_cost=self.expected_cost,
            serverless=self.offer,
            warm_instances=self.warm,
            lines=tuple(self.lines),
            figures=_figures(case, replay, self.slow, throttled_share(case, self.offer.limits, replay)),
        )


def request_violations(case: Case, offer: Serverless) -> tuple[Violation, ...]:
    """Return whether the offer bills what the history does not show: requests, or the time that they take."""
    if case.has_requests and offer.bills_compute and offer.speed is None and case.arrivals.service_us is None:
        sentence = (
            f"{offer.sku} bills time, and how long requests take is known neither of the offer nor of the history."
        )
        return (Violation("needs_service_time", sentence),)
    if case.has_no_tokens and any(price.meter.endswith("_tokens") and price.amount for price in offer.prices):
        return (Violation("needs_tokens", f"{offer.sku} bills tokens, and this history has only requests."),)
    needs = any(p.meter in {"requests", "compute_seconds"} for p in offer.prices)
    if case.has_requests or not needs:
        return ()
    return (Violation("needs_requests", f"{offer.sku} bills requests or time, and this history has only tokens."),)


def _unknown(case: Case) -> ServerlessReplay:
    """Of whole buckets nothing is known but what they bill."""
    nothing = np.zeros(len(case.arrivals.hour_of_window), np.int64)
    return ServerlessReplay(nothing, nothing, nothing, nothing, nothing, None, None)


def _figures(case: Case, replay: ServerlessReplay, slow: int | None, throttled: float) -> Figures:
    return Figures(
        utilization=None,
        coverage=0.0,
        overflow_share=0.0,
        throttled_share=throttled,
        slow_share=None if slow is None else share(slow, case.replayed[0]),
        cold_starts_per_month=per_month(case, int(replay.cold_starts.sum())),
        first_token=percentiles(replay.first_token),
        end_to_end=percentiles(replay.end_to_end),
    )

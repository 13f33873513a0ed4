"""Dedicated: units that serve everything, as many as the busiest minute or the queueing goal needs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from service.workflow.bill import total
from service.workflow.compute.bounds import Bounds
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.kind import Candidate, Replayed, is_eligible
from service.workflow.compute.kinds.replacement import lost_latency, made_up, outage_value, replacement_cost
from service.workflow.compute.kinds.replay_specs import QueueProbe, SizedProbe, SpillProbe
from service.workflow.compute.kinds.reserved import Served, capacity_violations, reservation_lines, term_violations
from service.workflow.compute.kinds.serverless import running_lines
from service.workflow.compute.kinds.sizing import peak_units
from service.workflow.compute.kinds.sold import reservation_of
from service.workflow.compute.kinds.timetable import inside
from service.workflow.compute.kinds.units_apart import sized_apart
from service.workflow.compute.metrics import latency_violations, throttle_violations
from service.workflow.compute.requirements import isolation_value, reserved_violations
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Offer, Serverless
from service.workflow.option_key import OptionKey
from service.workflow.options import DEDICATED, Option, Reservation, Violation
from service.workflow.policy import Mode
from service.workflow.rates import Rate
from service.workflow.traffic import MINUTE


@dataclass(frozen=True)
class DedicatedKind:
    """Everything is served on a reservation; what it cannot take waits, or is refused."""

    mode: Mode = "dedicated"
    spills: bool = False

    def candidates(
        self, case: Case, offer: Dedicated, rate: Rate, _: Sequence[Serverless], bounds: Bounds
    ) -> Iterator[Candidate]:
        """Yield one candidate: of provisioned throughput the size, hence the cost, is known before any replay."""
        offer = sized_apart(case, offer)
        peak = offer.units.at_least(peak_units(case, offer.capacity)) or offer.units.minimum
        least = peak
        if isinstance(offer.capacity, ConcurrencyCapacity):  # at least what keeps up with the work on average
            whole = case.replayed_us >= MINUTE and offer.capacity.hours is None
            busy = math.ceil(bounds.busy_units(offer.capacity)) if whole else 0
            least = offer.units.at_least(busy) or offer.units.minimum
        reservation = Reservation(offer, rate, least)
        added = isolation_value(case.policy, offer) + case.terms.owed + lost_latency(case) + replacement_cost(case)
        yield Candidate(
            self,
            str(OptionKey("dedicated", reservation.label)),
            case.terms.family(reservation, DEDICATED),
            reservation,
            SizedProbe(offer.capacity, offer.units, offer.speed),
            bound=sum((made_up(case, part) for part in case.terms.cost(reservation)), added),
            estimate=float(case.terms.total(Reservation(offer, rate, peak))),
            eligible=is_eligible(case, reservation),
        )

    def exact(self, candidate: Candidate, search: Replayed) -> tuple[bool, Decimal]:
        """As of ReservedKind."""
        option = self.option(candidate, search)
        return option.eligible, option.expected

    def option(self, candidate: Candidate, search: Replayed) -> Option:
        """As of ReservedKind: with as many units as the replay found to be needed."""
        units, _ = search.replays[candidate.probe]
        reservation = replace(candidate.reservation, units=units)
        return dedicated_option(search.case, reservation, search.served(candidate.probe))

    def named(self, case: Case, key: OptionKey, offers: Sequence[Offer]) -> Option | None:
        """As of Kind."""
        reservation = reservation_of(key, offers)
        if reservation is None:
            return None
        capacity, units = reservation.offer.capacity, reservation.units
        probe: QueueProbe | SpillProbe = SpillProbe(capacity, units, 0, reservation.offer.speed)
        if isinstance(capacity, ConcurrencyCapacity):
            probe = QueueProbe(capacity, units)
        return dedicated_option(case, reservation, Served(case, probe.run(case)))

    def reserved_cost(self, case: Case, candidate: Candidate) -> tuple[Decimal, Decimal]:
        """As of ReservedKind."""
        monthly, upfront = case.terms.cost(candidate.reservation)
        return made_up(case, monthly), made_up(case, upfront)


def dedicated_option(case: Case, reservation: Reservation, served: Served) -> Option:
    """Return the option of serving everything on the reservation; what it cannot take is throttled."""
    replay = served.replay
    lines = reservation_lines(reservation, replay.utilization, replay.second_utilization)
    lines += running_lines(case, reservation)
    violations = (
        reserved_violations(case, reservation.offer)
        + term_violations(case.policy, reservation)
        + _refused(case, reservation, served.throttled)
        + capacity_violations(case, reservation, served.replay.served_work, served.replay.waits)
        + latency_violations(case, served.slow)
    )
    return Option(
        key=str(OptionKey("dedicated", reservation.label, reservation.units, second=reservation.second_units)),
        mode="dedicated",
        family=case.terms.family(reservation, DEDICATED),
        monthly_cost=total(lines),
        latency_value=case.latency_value(served.slow or 0),
        isolation_value=isolation_value(case.policy, reservation.offer),
        outage_value=outage_value(case, total(lines)),
        expected_cost=served.expected_cost(reservation),
        violations=violations,
        reservation=reservation,
        lines=tuple(lines),
        figures=served.figures,
    )


def _refused(case: Case, reservation: Reservation, throttled: float) -> tuple[Violation, ...]:
    """Return whether more is refused than the policy allows: for want of throughput, or outside the units' hours."""
    found = throttle_violations(case, throttled)
    hours = reservation.offer.capacity.hours
    if not found or hours is None:
        return found
    outside = 1 - float(np.mean(inside(case, hours))) if len(case.arrivals) else 0.0
    if outside <= case.policy.max_throttled_share:
        return found
    sentence = (
        f"{outside:.1%} of the requests come outside the hours in which the units run; nobody serves them. Take a "
        "hybrid, longer hours, or allow it by max_throttled_share."
    )
    return (Violation("outside_hours", sentence),)

"""Autoscaled: units that follow the load between a minimum and a maximum, billed while they run and start."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import numpy as np

from service.workflow.bill import line, quantize, total
from service.workflow.compute.bounds import Bounds
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.kind import Candidate, Replayed, bounded, is_eligible
from service.workflow.compute.kinds.replacement import lost_latency, made_up, outage_value, replacement_cost
from service.workflow.compute.kinds.replay_specs import AutoscaledProbe
from service.workflow.compute.kinds.reserved import MILLI, capacity_violations
from service.workflow.compute.kinds.serverless import running_lines
from service.workflow.compute.kinds.sizing import legal, peak_units
from service.workflow.compute.kinds.sold import reservation_of
from service.workflow.compute.metrics import latency_violations, per_month, percentiles, share, slow_requests
from service.workflow.compute.requirements import isolation_value, reserved_violations
from service.workflow.compute.standard_error import units_error
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Offer, Serverless
from service.workflow.option_key import OptionKey
from service.workflow.options import AUTOSCALED, ExpectedCost, Figures, Option, Reservation
from service.workflow.policy import Mode
from service.workflow.rates import HOURS_PER_MONTH, Rate
from service.workflow.replay.result import AutoscaledReplay
from service.workflow.traffic import HOUR


@dataclass(frozen=True)
class AutoscaledKind:
    """Everything is served on units that come and go."""

    mode: Mode = "autoscaled"
    spills: bool = False

    def candidates(
        self, case: Case, offer: Dedicated, rate: Rate, _: Sequence[Serverless], bounds: Bounds
    ) -> Iterator[Candidate]:
        """Yield a candidate for each minimum, up to what the busiest minute needs; twice that is the maximum."""
        scaling = offer.autoscale
        if scaling is None or not _scales(offer, rate):
            return
        peak = peak_units(case, offer.capacity)
        most = legal(offer.units, max(2 * peak, scaling.minimum))
        reservation = Reservation(offer, rate, most)
        added = isolation_value(case.policy, offer) + case.terms.owed + lost_latency(case) + replacement_cost(case)
        group = str(OptionKey("autoscaled", reservation.label))
        for minimum in bounded(offer, range(scaling.minimum, min(max(peak, scaling.minimum), most) + 1)):
            probe = _probe(reservation, minimum)
            # The minimum is paid for the observed time alone, yet what it has begun is finished after it: only where
            # there is none is every minute of work sure to be billed.
            least = Decimal(minimum) if minimum else bounds.expected_busy_units(probe.capacity)
            bound = made_up(case, quantize(least * rate.monthly_per_unit)) + added
            eligible = is_eligible(case, reservation)
            yield Candidate(self, group, AUTOSCALED, reservation, probe, bound, float(bound), eligible, minimum=minimum)

    def exact(self, candidate: Candidate, search: Replayed) -> tuple[bool, Decimal]:
        """As of ReservedKind."""
        option = self.option(candidate, search)
        return option.eligible, option.expected

    def option(self, candidate: Candidate, search: Replayed) -> Option:
        """As of ReservedKind."""
        replay = search.replays[candidate.probe]
        return autoscaled_option(search.case, candidate.reservation, candidate.minimum, replay)

    def named(self, case: Case, key: OptionKey, offers: Sequence[Offer]) -> Option | None:
        """As of Kind."""
        reservation = reservation_of(key, offers)
        if reservation is None:
            return None
        scaling, minimum = reservation.offer.autoscale, key.minimum or 0
        if scaling is None or not _scales(reservation.offer, reservation.rate):
            return None
        if not scaling.minimum <= minimum <= reservation.units:
            return None
        return autoscaled_option(case, reservation, minimum, _probe(reservation, minimum).run(case))

    def reserved_cost(self, case: Case, candidate: Candidate) -> tuple[Decimal, Decimal]:
        """As of ReservedKind: what runs at least."""
        own = candidate.bound - isolation_value(case.policy, candidate.reservation.offer) - case.terms.owed
        return own - lost_latency(case) - replacement_cost(case), case.terms.cost(candidate.reservation)[1]


def _scales(offer: Dedicated, rate: Rate) -> bool:
    """Tell whether units of an offer may come and go at a rate: by the hour, without a term."""
    hourly = rate.hourly is not None and rate.per_hours == 1 and not rate.is_committed
    return hourly and isinstance(offer.capacity, ConcurrencyCapacity)


def _probe(reservation: Reservation, minimum: int) -> AutoscaledProbe:
    offer, scaling = reservation.offer, reservation.offer.autoscale
    assert scaling is not None
    assert isinstance(offer.capacity, ConcurrencyCapacity)
    start, step = offer.start_seconds or 0.0, reservation.rate.billing_seconds
    return AutoscaledProbe(offer.capacity, minimum, reservation.units, start, scaling.idle_seconds, step)


def autoscaled_option(case: Case, reservation: Reservation, minimum: int, replay: AutoscaledReplay) -> Option:
    """Return the option of units that follow the load, billed while running and starting.

    `reservation.units` is the most that may run at once.
    """
    hourly = reservation.rate.hourly
    assert hourly is not None
    hours = _unit_hours(case, int(replay.unit_us.sum()))
    used = (hours * Decimal(repr(round(replay.utilization, 9)))).quantize(MILLI, ROUND_HALF_EVEN)
    lines = [line("running_units", used, "unit_hours", hourly), line("idle", hours - used, "unit_hours", hourly)]
    lines += running_lines(case, None)
    slow = slow_requests(case, replay)
    return Option(
        key=str(OptionKey("autoscaled", reservation.label, reservation.units, minimum)),
        mode="autoscaled",
        family=AUTOSCALED,
        monthly_cost=total(lines),
        latency_value=case.latency_value(slow or 0),
        isolation_value=isolation_value(case.policy, reservation.offer),
        outage_value=outage_value(case, total(lines)),
        expected_cost=_expected_of_autoscaled(case, reservation, minimum, replay),
        violations=reserved_violations(case, reservation.offer)
        + capacity_violations(case, reservation, replay.served_work)
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
    )


def _expected_of_autoscaled(
    case: Case, reservation: Reservation, minimum: int, replay: AutoscaledReplay
) -> ExpectedCost:
    """Return what units that follow the load cost at the traffic to be expected; the minimum runs in any case."""
    hourly = reservation.rate.hourly
    assert hourly is not None
    beyond = np.maximum(replay.unit_us - minimum * case.arrivals.observed_us, 0)
    hours = minimum * HOURS_PER_MONTH + _unit_hours_of(case, case.expected_sum(beyond))
    slow = slow_requests(case, replay) if case.latency_is_priced else None
    return ExpectedCost(
        running=made_up(case, quantize(hours * hourly)),
        added=case.terms.owed,
        lost=replacement_cost(case),
        latency=lost_latency(case) + (Decimal(0) if slow is None else case.expected_latency_value(replay.slow)),
        isolation=isolation_value(case.policy, reservation.offer),
    )


def _unit_hours(case: Case, unit_us: int) -> Decimal:
    return _unit_hours_of(case, Fraction(unit_us))


def _unit_hours_of(case: Case, unit_us: Fraction) -> Decimal:
    return (Decimal(round(unit_us * case.time_scale)) / HOUR).quantize(MILLI, ROUND_HALF_EVEN)

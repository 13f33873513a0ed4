"""Hybrid: a reserved floor whose overflow a serverless offer takes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from service.workflow.bill import total
from service.workflow.compute.bounds import Bounds, Spilling
from service.workflow.compute.case import Case
from service.workflow.compute.fluid import fluid_of
from service.workflow.compute.kinds.kind import Candidate, Replayed, bounded, is_eligible
from service.workflow.compute.kinds.overflow import Overflow, Spilled
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.kinds.reserved import reservation_lines, term_violations
from service.workflow.compute.kinds.serverless import running_lines
from service.workflow.compute.kinds.sizing import peak_units, together
from service.workflow.compute.kinds.sold import reservation_of, serverless_of
from service.workflow.compute.kinds.thresholds import default_streams, thresholds
from service.workflow.compute.kinds.units_apart import numbers_apart
from service.workflow.compute.requirements import isolation_value, reserved_violations
from service.workflow.compute.standard_error import overflow_error
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Offer, Serverless
from service.workflow.option_key import OptionKey
from service.workflow.options import HYBRID, Option, Reservation
from service.workflow.policy import Mode
from service.workflow.rates import Rate


@dataclass(frozen=True)
class HybridKind:
    """Units serve what they can; a serverless offer takes the rest, and everything in an outage."""

    mode: Mode = "hybrid"
    spills: bool = True

    def candidates(
        self, case: Case, offer: Dedicated, rate: Rate, serverless: Sequence[Serverless], bounds: Bounds
    ) -> Iterator[Candidate]:
        """Yield every legal k until the reservation alone costs more than the smallest one with everything spilled.

        Where that, if ever, is far beyond what the busiest minute needs, until more units would change nothing.
        """
        if not serverless:
            return
        if offer.apart is not None:
            yield from _hybrids_apart(case, offer, rate, bounds)
            return
        smallest = Reservation(offer, rate, offer.units.minimum)
        ceiling = case.terms.total(smallest) + bounds.most_spilled(offer)
        far = case.terms.total(replace(smallest, units=2 * peak_units(case, offer.capacity))) <= ceiling
        last = most_units(case, offer) if far else None
        yield from _hybrids_from(case, smallest, ceiling, last, bounds)

    def exact(self, candidate: Candidate, search: Replayed) -> tuple[bool, Decimal]:
        """As of ReservedKind; builds no lines."""
        reservation = candidate.reservation
        spill = search.spills.best(candidate.probe, reservation.offer)
        value = isolation_value(search.case.policy, reservation.offer, spill.offer)
        expected = search.case.terms.total(reservation) + spill.extra + value
        return candidate.eligible and not spill.violations, expected

    def option(self, candidate: Candidate, search: Replayed) -> Option:
        """As of ReservedKind: with the serverless offer that takes the overflow best."""
        spill = search.spills.best(candidate.probe, candidate.reservation.offer)
        return hybrid_option(search.case, candidate.reservation, candidate.streams, spill)

    def named(self, case: Case, key: OptionKey, offers: Sequence[Offer]) -> Option | None:
        """As of Kind."""
        reservation, serverless = reservation_of(key, offers), serverless_of(key, offers)
        if reservation is None or serverless is None:
            return None
        offer, units = reservation.offer, reservation.units
        default = default_streams(case, offer, units)
        streams = key.threshold or default
        if not min(1, default) <= streams <= offer.capacity.streams(units):
            return None
        reserved = SpillProbe(offer.capacity, units, streams, offer.speed).run(case)
        return hybrid_option(case, reservation, streams, Overflow(serverless, Spilled(case, reserved)))

    def reserved_cost(self, case: Case, candidate: Candidate) -> tuple[Decimal, Decimal]:
        """As of ReservedKind."""
        return case.terms.cost(candidate.reservation)


HYBRIDS = HybridKind()


def _hybrids_apart(case: Case, offer: Dedicated, rate: Rate, bounds: Bounds) -> Iterator[Candidate]:
    """Every pair of numbers that is tried, see numbers_apart."""
    firsts, seconds = numbers_apart(case, offer)
    added = case.policy.hybrid.overhead_per_month + isolation_value(case.policy, offer) + case.terms.owed
    eligible = bounds.may_spill and is_eligible(case, Reservation(offer, rate, firsts[0]))
    for variant, units in product(map(offer.with_second, seconds), firsts):
        reservation = Reservation(variant, rate, units)
        family = case.terms.family(reservation, HYBRID)
        fixed, spilling = case.terms.total(reservation) + added, bounds.spilling(variant.capacity)
        yield _hybrid(reservation, _group(reservation), family, 0, fixed, spilling, eligible=eligible)


def larger_hybrids(case: Case, largest: Reservation, ceiling: Decimal, bounds: Bounds) -> Iterator[Candidate]:
    """Yield hybrids of more units than `largest`, up to a reservation that costs `ceiling` a month, while more help."""
    units = largest.offer.units.at_least(largest.units + 1)
    if units is None or largest.offer.apart is not None:
        return
    more = replace(largest, units=units)
    if case.terms.total(more) <= ceiling and largest.units < most_units(case, largest.offer):
        yield from _hybrids_from(case, more, ceiling, most_units(case, largest.offer), bounds)


def _hybrids_from(
    case: Case, smallest: Reservation, ceiling: Decimal, last: int | None, bounds: Bounds
) -> Iterator[Candidate]:
    offer, rate = smallest.offer, smallest.rate
    added = case.policy.hybrid.overhead_per_month + isolation_value(case.policy, offer) + case.terms.owed
    eligible, group = bounds.may_spill and is_eligible(case, smallest), _group(smallest)
    for units in bounded(offer, _sizes(offer, smallest.units, last)):
        reservation = Reservation(offer, rate, units)
        own = case.terms.total(reservation)
        if own > ceiling:
            return
        family, spilling = case.terms.family(reservation, HYBRID), bounds.spilling(offer.capacity)
        for streams in thresholds(case, offer, units):
            yield _hybrid(reservation, group, family, streams, own + added, spilling, eligible=eligible)


def _sizes(offer: Dedicated, least: int, last: int | None) -> Iterator[int]:
    """Yield legal numbers of units from `least` on, to the first that is `last` or more."""
    units = offer.units.at_least(least)
    while units is not None:
        yield units
        units = None if last is not None and units >= last else offer.units.at_least(units + 1)


def most_units(case: Case, offer: Dedicated) -> int:
    """Return the units from which on nothing spills and every stream runs alone, so that more change nothing."""
    capacity = offer.capacity
    if not isinstance(capacity, ConcurrencyCapacity):
        return peak_units(case, capacity)
    streams = together(case, capacity)
    most = max(streams, math.ceil(streams / (capacity.slots * case.policy.hybrid.threshold)))
    if not case.arrivals.sampled:
        return most
    return max(most, fluid_of(case, capacity).enough(most, default_streams(case, offer, most)) + 1)


def _group(reservation: Reservation) -> str:
    """Return the name of all hybrids of an offer at a rate, however many units they have."""
    return str(OptionKey("hybrid", reservation.label))


def _hybrid(
    reservation: Reservation,
    group: str,
    family: int,
    streams: int,
    fixed: Decimal,
    spilling: Spilling,
    *,
    eligible: bool,
) -> Candidate:
    probe, least, expected = spilling(reservation.units, streams, reservation.offer.speed)
    estimate = float(fixed) + expected
    return Candidate(
        HYBRIDS, group, family, reservation, probe, fixed + least, estimate, eligible, streams=streams, fixed=fixed
    )


def hybrid_key(case: Case, reservation: Reservation, streams: int, serverless: str | None = None) -> OptionKey:
    """Return the option's key: with its threshold where that is not the policy's, and the sku it spills to."""
    units, second = reservation.units, reservation.second_units
    default = default_streams(case, reservation.offer, units)
    threshold = None if streams == default else streams
    return OptionKey("hybrid", reservation.label, units, second=second, threshold=threshold, serverless=serverless)


def hybrid_option(case: Case, reservation: Reservation, streams: int, spill: Overflow) -> Option:
    """Return the option of a reservation with its overflow on `spill.offer`."""
    replay = spill.reserved
    lines = reservation_lines(reservation, replay.utilization, replay.second_utilization) + spill.added_lines
    lines += running_lines(case, reservation)
    return Option(
        key=str(hybrid_key(case, reservation, streams, spill.offer.sku)),
        mode="hybrid",
        family=case.terms.family(reservation, HYBRID),
        monthly_cost=total(lines),
        latency_value=case.latency_value(spill.slow_requests or 0),
        isolation_value=isolation_value(case.policy, reservation.offer, spill.offer),
        violations=reserved_violations(case, reservation.offer)
        + term_violations(case.policy, reservation)
        + spill.violations,
        expected_cost=spill.expected_cost(reservation),
        reservation=reservation,
        serverless=spill.offer,
        threshold=streams,
        lines=tuple(lines),
        figures=replace(spill.figures, standard_error=_standard_error(case, reservation, streams, spill)),
    )


def _standard_error(case: Case, reservation: Reservation, streams: int, spill: Overflow) -> float | None:
    if not case.arrivals.sampled:
        return None
    probe = SpillProbe(reservation.offer.capacity, reservation.units, streams)
    return overflow_error(case, spill.offer, spill.reserved.spilled - probe.expected(case))

"""Candidates: every reserved way to serve the workload, each with a lower limit of its cost and the probe it needs."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from service.workflow.bill import quantize
from service.workflow.compute.case import Case
from service.workflow.compute.fluid import fluid_of
from service.workflow.compute.kinds.replacement import lost_latency, made_up, replacement_cost
from service.workflow.compute.kinds.replay_specs import (
    AutoscaledProbe,
    Probe,
    SizedProbe,
    SpillProbe,
)
from service.workflow.compute.kinds.reserved import term_violations
from service.workflow.compute.kinds.sizing import legal, peak_units, second_peak, together
from service.workflow.compute.kinds.timetable import runs_by_hours
from service.workflow.compute.requirements import isolation_value, reserved_violations
from service.workflow.compute.search.bounds import Bounds
from service.workflow.compute.search.dominance import cheapest_rates
from service.workflow.errors import WorkflowError
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Rate, Serverless, ThroughputCapacity
from service.workflow.option_key import OptionKey
from service.workflow.options import AUTOSCALED, DEDICATED, HYBRID, Reservation
from service.workflow.policy import Mode
from service.workflow.traffic import MINUTE

MOST_PAIRS = 1_600
"""Pairs of numbers of units of two kinds that are tried."""

LOWERED_THRESHOLDS = (0.75, 0.5, 0.25)
"""Shares of the policy's threshold tried too when latency is worth money: fewer streams a unit are faster."""

MOST_SIZES = 50_000
"""Sizes of one offer that are looked at; an offer with more is described in units too small to be one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reserved option that could be the answer.

    group: candidates of which only the best is listed. bound: no replay can make it cheaper than this (expected).
    estimate: where a fluid model expects it; orders the search, never decides. streams, fixed: a hybrid's threshold,
    and the part of its bound that does not depend on what spills. minimum: units that autoscaling keeps.
    """

    group: str
    mode: Mode
    family: int
    reservation: Reservation
    probe: Probe
    bound: Decimal
    estimate: float
    eligible: bool
    streams: int = 0
    minimum: int = 0
    fixed: Decimal = Decimal(0)


def candidates(
    case: Case, offers: Sequence[Dedicated], serverless: Sequence[Serverless], bounds: Bounds, *, every: bool
) -> list[Candidate]:
    """Return candidates of the policy's modes, cheapest bound first: `every` one, or without dominated rates.

    Without single requests nothing is known of a concurrency capacity: it has no candidates then.
    Raises WorkflowError where an offer has too many sizes to look at.
    """
    kept = None if every else cheapest_rates(offers, case.policy.max_term_months)
    found: list[Candidate] = []
    for offer in offers:
        if not case.has_requests and isinstance(offer.capacity, ConcurrencyCapacity):
            continue
        if offer.capacity.hours is not None and not runs_by_hours(case):
            continue
        for rate in offer.rates:
            if kept is not None and Reservation(offer, rate, 1).label not in kept:
                continue
            found += _of_rate(case, offer, rate, serverless, bounds)
    return sorted(found, key=lambda candidate: (candidate.bound, candidate.group, candidate.reservation.units))


def _of_rate(
    case: Case, offer: Dedicated, rate: Rate, serverless: Sequence[Serverless], bounds: Bounds
) -> Iterator[Candidate]:
    modes = case.policy.modes
    if "dedicated" in modes:
        yield _dedicated(case, offer, rate, bounds)
    if "autoscaled" in modes and not rate.is_committed:
        yield from _autoscaled(case, offer, rate, bounds)
    if "hybrid" in modes and serverless:
        yield from _hybrids(case, offer, rate, bounds)


def _eligible(case: Case, reservation: Reservation) -> bool:
    return not reserved_violations(case, reservation.offer) and not term_violations(case.policy, reservation)


def _dedicated(case: Case, offer: Dedicated, rate: Rate, bounds: Bounds) -> Candidate:
    """One candidate: of provisioned throughput the size, hence the cost, is known before any replay."""
    offer = _sized_apart(case, offer)
    peak = offer.units.at_least(peak_units(case, offer.capacity)) or offer.units.minimum
    least = peak
    if isinstance(offer.capacity, ConcurrencyCapacity):  # at least what keeps up with the work on average
        whole = case.replayed_us >= MINUTE and offer.capacity.hours is None
        busy = math.ceil(bounds.busy_units(offer.capacity)) if whole else 0
        least = offer.units.at_least(busy) or offer.units.minimum
    reservation = Reservation(offer, rate, least)
    added = isolation_value(case.policy, offer) + case.terms.owed + lost_latency(case) + replacement_cost(case)
    bound = sum((made_up(case, part) for part in case.terms.cost(reservation)), added)
    probe = SizedProbe(offer.capacity, offer.units, offer.speed)
    group = str(OptionKey("dedicated", reservation.label))
    estimate = float(case.terms.total(Reservation(offer, rate, peak)))
    eligible = _eligible(case, reservation)
    family = case.terms.family(reservation, DEDICATED)
    return Candidate(group, "dedicated", family, reservation, probe, bound, estimate, eligible)


def _sized_apart(case: Case, offer: Dedicated) -> Dedicated:
    """Return the offer with as many units of an axis bought apart as serve everything, or the most there are."""
    if not isinstance(offer.capacity, ThroughputCapacity) or offer.apart is None or offer.apart.apart is None:
        return offer
    return offer.with_second(legal(offer.apart.apart, second_peak(case, offer.capacity)))


def _autoscaled(case: Case, offer: Dedicated, rate: Rate, bounds: Bounds) -> Iterator[Candidate]:
    capacity, scaling = offer.capacity, offer.autoscale
    if scaling is None or rate.hourly is None or rate.per_hours > 1 or not isinstance(capacity, ConcurrencyCapacity):
        return
    peak = peak_units(case, capacity)
    most = legal(offer.units, max(2 * peak, scaling.minimum))
    reservation = Reservation(offer, rate, most)
    added = isolation_value(case.policy, offer) + case.terms.owed + lost_latency(case) + replacement_cost(case)
    for minimum in _bounded(offer, range(scaling.minimum, min(max(peak, scaling.minimum), most) + 1)):
        # The minimum is paid for the observed time alone, yet what it has begun is finished after it: only where
        # there is none is every minute of work sure to be billed.
        least = Decimal(minimum) if minimum else bounds.expected_busy_units(capacity)
        bound = made_up(case, quantize(least * rate.monthly_per_unit)) + added
        start = offer.start_seconds or 0.0
        probe = AutoscaledProbe(capacity, minimum, most, start, scaling.idle_seconds, rate.billing_seconds)
        group = str(OptionKey("autoscaled", reservation.label))
        eligible = _eligible(case, reservation)
        yield Candidate(
            group, "autoscaled", AUTOSCALED, reservation, probe, bound, float(bound), eligible, minimum=minimum
        )


def _hybrids(case: Case, offer: Dedicated, rate: Rate, bounds: Bounds) -> Iterator[Candidate]:
    """Every legal k until the reservation alone costs more than the smallest one with everything spilled.

    Where that, if ever, is far beyond what the busiest minute needs, until more units would change nothing.
    """
    if offer.apart is not None:
        yield from _hybrids_apart(case, offer, rate, bounds)
        return
    smallest = Reservation(offer, rate, offer.units.minimum)
    ceiling = case.terms.total(smallest) + bounds.everything_spilled(offer)
    far = case.terms.total(replace(smallest, units=2 * peak_units(case, offer.capacity))) <= ceiling
    last = most_units(case, offer) if far else None
    yield from _hybrids_from(case, smallest, ceiling, last, bounds)


def _hybrids_apart(case: Case, offer: Dedicated, rate: Rate, bounds: Bounds) -> Iterator[Candidate]:
    """Every pair of numbers that is tried, see numbers_apart."""
    firsts, seconds = numbers_apart(case, offer)
    added = case.policy.hybrid.overhead_per_month + isolation_value(case.policy, offer) + case.terms.owed
    eligible = _eligible(case, Reservation(offer, rate, firsts[0]))
    for variant, units in product(map(offer.with_second, seconds), firsts):
        reservation = Reservation(variant, rate, units)
        family = case.terms.family(reservation, HYBRID)
        yield _hybrid(reservation, family, 0, case.terms.total(reservation) + added, bounds, eligible=eligible)


def numbers_apart(case: Case, offer: Dedicated, most: int = MOST_PAIRS) -> tuple[Sequence[int], Sequence[int]]:
    """Return the numbers tried of either kind of units, to the first with which no window is over its axis.

    More of either changes nothing, so that the cheapest pair is among all of them. Where there are more than `most`
    pairs, numbers are spaced apart, the last kept: the cheapest pair found costs at most a space of each kind more.
    """
    sized = _sized_apart(case, offer)
    assert sized.apart is not None
    assert sized.apart.apart is not None
    last, apart = legal(offer.units, peak_units(case, offer.capacity)), sized.apart.apart
    firsts: Sequence[int] = range(offer.units.minimum, last + 1, offer.units.increment)
    seconds: Sequence[int] = range(apart.minimum, sized.apart.bought + 1, apart.increment)
    while len(firsts) * len(seconds) > most:
        if len(firsts) >= len(seconds):
            firsts = firsts[::-2][::-1]
        else:
            seconds = seconds[::-2][::-1]
    return firsts, seconds


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
    offer = smallest.offer
    added = case.policy.hybrid.overhead_per_month + isolation_value(case.policy, offer) + case.terms.owed
    eligible = _eligible(case, smallest)
    for units in _bounded(offer, _sizes(offer, smallest.units, last)):
        reservation = replace(smallest, units=units)
        own = case.terms.total(reservation)
        if own > ceiling:
            return
        family = case.terms.family(reservation, HYBRID)
        for streams in thresholds(case, offer, units):
            yield _hybrid(reservation, family, streams, own + added, bounds, eligible=eligible)


def _sizes(offer: Dedicated, least: int, last: int | None) -> Iterator[int]:
    """Yield legal numbers of units from `least` on, to the first that is `last` or more."""
    units = offer.units.at_least(least)
    while units is not None:
        yield units
        units = None if last is not None and units >= last else offer.units.at_least(units + 1)


def _bounded(offer: Dedicated, sizes: Iterable[int]) -> Iterator[int]:
    """Yield sizes until there are too many, which is refused: a part of them would not show the cheapest."""
    for number, size in enumerate(sizes):
        if number == MOST_SIZES:
            detail = (
                f"{offer.sku} could serve this traffic, or a multiple of it, in more than {MOST_SIZES:,} sizes: "
                "state larger units, a larger `units.increment` or a smaller `units.maximum`."
            )
            raise WorkflowError("too_many_sizes", "/price_sheets", detail)
        yield size


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


def _hybrid(
    reservation: Reservation, family: int, streams: int, fixed: Decimal, bounds: Bounds, *, eligible: bool
) -> Candidate:
    offer = reservation.offer
    probe = SpillProbe(offer.capacity, reservation.units, streams, offer.speed)
    least, expected = bounds.overflow(probe)
    group = str(OptionKey("hybrid", reservation.label))
    estimate = float(fixed) + expected
    return Candidate(
        group, "hybrid", family, reservation, probe, fixed + least, estimate, eligible, streams=streams, fixed=fixed
    )


def default_streams(case: Case, offer: Dedicated, units: int) -> int:
    """Return the streams in service at which the policy's hybrid spills; 0 for provisioned throughput."""
    streams = most_streams(offer, units)
    return max(1, int(streams * case.threshold)) if streams else 0


def most_streams(offer: Dedicated, units: int) -> int:
    """Return the streams that units serve at once; 0 for provisioned throughput, which does not count them."""
    return units * offer.capacity.slots if isinstance(offer.capacity, ConcurrencyCapacity) else 0


def thresholds(case: Case, offer: Dedicated, units: int) -> tuple[int, ...]:
    """Return the thresholds to try: the policy's and, when latency is worth money, lower ones."""
    default = default_streams(case, offer, units)
    if not default or not case.latency_is_priced:
        return (default,)
    return tuple(dict.fromkeys((default, *lowered(default))))


def lowered(default: int) -> tuple[int, ...]:
    """Return lower thresholds than the policy's, highest first."""
    return tuple(max(1, int(default * share)) for share in LOWERED_THRESHOLDS)

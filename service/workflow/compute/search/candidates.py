"""Candidates: every reserved way to serve the workload, each with a lower limit of its cost and the probe it needs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from operator import attrgetter

from service.workflow.compute.bounds import Bounds
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.hybrid import larger_hybrids
from service.workflow.compute.kinds.kind import Candidate
from service.workflow.compute.kinds.kinds import RESERVED_KINDS
from service.workflow.compute.kinds.timetable import knows_lengths, runs_by_hours
from service.workflow.compute.metrics import is_unknown_where_it_counts
from service.workflow.compute.search.dominance import cheapest_rates
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Serverless
from service.workflow.options import HYBRID, Reservation
from service.workflow.replay.length_tiers import weighs_by_length

INFINITE = Decimal("Infinity")


def candidates(
    case: Case, offers: Sequence[Dedicated], serverless: Sequence[Serverless], bounds: Bounds, *, every: bool
) -> list[Candidate]:
    """Return candidates of the policy's modes, cheapest bound first: `every` one, or what may be chosen.

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
        if weighs_by_length(offer.capacity) and not knows_lengths(case, offer.capacity):
            continue
        if kept is not None and is_unknown_where_it_counts(case, offer):
            continue  # where latency counts, nothing of which it is unknown is chosen
        for rate in offer.rates:
            if kept is not None and Reservation(offer, rate, 1).label not in kept:
                continue
            for mode, kind in RESERVED_KINDS.items():
                if mode in case.policy.modes and (every or not kind.spills or bounds.may_spill):
                    found += kind.candidates(case, offer, rate, serverless, bounds)
    return _cheapest_first(found)


def _cheapest_first(found: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates by bound, then by group, then by units: sorted by each in turn, with no tuple for each."""
    rising = sorted(found, key=lambda candidate: candidate.reservation.units)
    rising.sort(key=attrgetter("group"))
    rising.sort(key=attrgetter("bound"))
    return rising


def further_hybrids(
    case: Case, found: Sequence[Candidate], limit: Callable[[int], Decimal], bounds: Bounds
) -> list[Candidate]:
    """Return hybrids that brief bounds left out, below the limit of their family, cheapest bound first.

    What a reservation costs alone is part of the total: sizes are listed up to where that is beyond the limit.
    """
    largest: dict[str, Reservation] = {}
    for candidate in found:
        if candidate.kind.spills:
            known = largest.setdefault(candidate.group, candidate.reservation)
            if known.units < candidate.reservation.units:
                largest[candidate.group] = candidate.reservation
    cut = (each for each in largest.values() if bounds.leaves_out(each.offer))
    further = (more for each in cut for more in _further(case, each, limit, bounds))
    return _cheapest_first(more for more in further if more.bound <= limit(more.family))


def _further(case: Case, largest: Reservation, limit: Callable[[int], Decimal], bounds: Bounds) -> Iterator[Candidate]:
    # Units beyond those of a running commitment are of the family of their term, the others of those on demand.
    families = {case.terms.family(largest, HYBRID)} | ({largest.family} if largest.rate.is_committed else set())
    return larger_hybrids(case, largest, max(map(limit, families)), bounds)

"""Candidates: every reserved way to serve the workload, each with a lower limit of its cost and the probe it needs."""

from collections.abc import Sequence

from service.workflow.compute.bounds import Bounds
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.kind import Candidate
from service.workflow.compute.kinds.kinds import RESERVED_KINDS
from service.workflow.compute.kinds.timetable import knows_lengths, runs_by_hours
from service.workflow.compute.search.dominance import cheapest_rates
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Serverless
from service.workflow.options import Reservation
from service.workflow.replay.length_tiers import weighs_by_length


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
        if weighs_by_length(offer.capacity) and not knows_lengths(case, offer.capacity):
            continue
        for rate in offer.rates:
            if kept is not None and Reservation(offer, rate, 1).label not in kept:
                continue
            for mode, kind in RESERVED_KINDS.items():
                if mode in case.policy.modes:
                    found += kind.candidates(case, offer, rate, serverless, bounds)
    return sorted(found, key=lambda candidate: (candidate.bound, candidate.group, candidate.reservation.units))

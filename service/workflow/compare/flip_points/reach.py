"""What can matter within reach: hybrids whose units alone cost more than that are left out."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from service.workflow.compare.flip_points.envelopes import REACH
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.kind import Candidate
from service.workflow.rule import margins_of


def within_reach(case: Case, candidates: Sequence[Candidate], best: Mapping[int, Decimal]) -> Iterator[Candidate]:
    """Yield candidates without hybrids that no price within reach makes the best of their family, or what stands.

    best: the exact total of each family's best, money a month. One price moves at a time, by REACH at most: what is
    known then costs REACH times its total at most, and units a part of REACH of what they do at least. So a hybrid
    whose units cost more than REACH times the best of its family is never that. Of a family without any that is exact,
    none stands once its units cost more than what is exact of any other, widened by the margin that each family between
    the two may ask of the next.
    """
    families = {candidate.family for candidate in candidates} | set(best)
    kept = 1 - max(margins_of(case.policy))
    others = max(best.values()) / kept ** len(families) if best and kept > 0 else Decimal("Infinity")
    added: dict[str, Decimal] = {}
    for candidate in candidates:
        if not candidate.kind.spills:
            yield candidate
            continue
        if candidate.group not in added:  # what is added to units is the same for all numbers of them
            added[candidate.group] = candidate.fixed - case.terms.total(candidate.reservation)
        if candidate.fixed - added[candidate.group] <= REACH * best.get(candidate.family, others):
            yield candidate

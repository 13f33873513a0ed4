"""Takers: the serverless offers that may take a hybrid's overflow best, as things are or at another weight."""

from collections.abc import Iterator
from decimal import Decimal

from service.workflow.compare.flip_points.envelopes import REACH
from service.workflow.compute.kinds.kind import Candidate
from service.workflow.compute.kinds.overflow import Overflow
from service.workflow.compute.kinds.replay_specs import Probe
from service.workflow.compute.requirements import isolation_value, missed_preferences
from service.workflow.compute.search.search import Search
from service.workflow.offers import Serverless


class Takers:
    """The serverless offers for the overflow of replayed hybrids; alike for all of one probe and needs.

    Spilled requests are replayed on an offer only where what is known without may still be among what is asked for.
    """

    def __init__(self, search: Search) -> None:
        """Take the search that replayed the hybrids."""
        self._search, self._policy = search, search.case.policy
        self._best: dict[tuple[Probe, frozenset[str]], list[Serverless]] = {}
        self._at_any_weight: dict[tuple[Probe, frozenset[str]], list[Serverless]] = {}

    def best(self, candidate: Candidate) -> list[Serverless]:
        """Return the two offers that take a hybrid's overflow best."""
        kind = self._kind(candidate)
        if kind not in self._best:
            self._best[kind] = self._two_best(candidate)
        return self._best[kind]

    def at_any_weight(self, candidate: Candidate) -> list[Serverless]:
        """Return the offers without those that cost more than another at any factor on one weight within reach."""
        kind = self._kind(candidate)
        if kind not in self._at_any_weight:
            self._at_any_weight[kind] = self._undercut_nowhere(candidate)
        return self._at_any_weight[kind]

    def _kind(self, candidate: Candidate) -> tuple[Probe, frozenset[str]]:
        return candidate.probe, missed_preferences(self._policy, candidate.reservation.offer)

    def _rising(self, candidate: Candidate) -> Iterator[tuple[Decimal, Overflow, Decimal]]:
        """Yield what each offer costs at least, cheapest first, with its overflow and the value of its isolation."""
        found = []
        for offer in self._search.serverless:
            spill = self._search.spills.on(candidate.probe, offer)
            isolation = isolation_value(self._policy, candidate.reservation.offer, offer)
            found.append((spill.least + isolation, offer.sku, spill, isolation))
        for least, _, spill, isolation in sorted(found, key=lambda entry: entry[:2]):
            yield least, spill, isolation

    def _two_best(self, candidate: Candidate) -> list[Serverless]:
        best: list[tuple[Decimal, str, Serverless]] = []
        for least, spill, isolation in self._rising(candidate):
            if len(best) == 2 and least > best[-1][0]:
                break
            if not spill.violations:
                best.append((spill.extra + isolation, spill.offer.sku, spill.offer))
                best = sorted(best, key=lambda entry: entry[:2])[:2]
        return [offer for _, _, offer in best]

    def _undercut_nowhere(self, candidate: Candidate) -> list[Serverless]:
        kept: list[tuple[Overflow, Decimal]] = []
        for _, spill, isolation in self._rising(candidate):
            least = (spill.bill, spill.spilled.least_latency_on(spill.offer), isolation)
            others = ((other.bill, other.expected_latency, value) for other, value in kept)
            if not any(undercuts_throughout(other, least) for other in others) and not spill.violations:
                kept.append((spill, isolation))
        return [spill.offer for spill, _ in kept]


Parts = tuple[Decimal, Decimal, Decimal]
"""What an overflow is billed, what its slow requests cost, and its isolation: money a month."""


def undercuts_throughout(one: Parts, other: Parts) -> bool:
    """Whether one costs less than another wherever one weight moves, as far as within reach."""
    return all(
        one[0] + one[1] * latency + one[2] * isolation < other[0] + other[1] * latency + other[2] * isolation
        for factor in (1 / REACH, REACH)
        for latency, isolation in ((factor, Decimal(1)), (Decimal(1), factor))
    )

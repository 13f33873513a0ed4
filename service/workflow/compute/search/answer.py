"""The answer alone: what the decision rule chooses, with no more replays than that takes.

The best of a family costs at most its cheapest exact total, and at least that or the lowest bound of what is not
replayed. The rule asks whether a best undercuts those of all families before it, so that the last family whose best may
still do so is looked at first: until its best is exact, and then at whatever before it may still be cheap enough to
stand in its way. Once nothing may, its best is the answer, whatever all others cost; where something does, the last
family that is left is looked at.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain, takewhile

from service.workflow.compute.kinds.kind import Candidate
from service.workflow.compute.search.candidates import INFINITE
from service.workflow.compute.search.search import BATCH, Search, by_estimate
from service.workflow.rule import Margins, Ranked, bests_of, margin_of, undercuts

AT_ONCE, MOST_AT_ONCE = 2, 32
"""Probes replayed at once where the next may make others needless; twice as many each time that none was eligible.

Of what all has to be known, BATCH are.
"""


class Answer:
    """What the decision rule chooses on a search's case."""

    def __init__(
        self, search: Search, margins: Margins, alone: Sequence[Ranked], incumbent: Ranked | None = None
    ) -> None:
        """Begin with what is exact before anything is replayed.

        alone: eligible ones. incumbent: an eligible one that has to be undercut by the binding margin.
        """
        self._search, self._margins, self._alone, self._incumbent = search, margins, alone, incumbent
        self._unknown: dict[int, list[Candidate]] = {}  # by family, the lowest bound first
        self._at_once: dict[int, int] = {}

    def among(self, candidates: Iterable[Candidate]) -> Ranked | None:
        """Return what is chosen of these candidates and all before them; None of nothing eligible."""
        for candidate in candidates:
            if candidate.eligible and self._matters(candidate.bound):
                self._unknown.setdefault(candidate.family, []).append(candidate)
        for unknown in self._unknown.values():
            unknown.sort(key=_by_bound)
        while True:
            best = bests_of(self._standing())
            family = self._last(best)
            if family is None:
                return self._incumbent
            if not (own := self._own(family, best)) and not (before := self._before(family, best)):
                return best[family]
            if not own:
                self._replay(before, AT_ONCE)
            elif family in best:
                self._replay(own, BATCH)
            else:
                most = self._at_once.get(family, AT_ONCE)
                self._at_once[family] = min(2 * most, MOST_AT_ONCE)
                self._replay(sorted(own, key=by_estimate), most)

    def limit(self, chosen: Ranked | None, family: int) -> Decimal:
        """Return the total, money a month, from which on no more of a family could change what was chosen."""
        if chosen is None:
            return INFINITE
        if family >= chosen.family or chosen is self._incumbent:
            return chosen.expected
        kept = 1 - margin_of(chosen.family, self._margins)
        return chosen.expected / kept if kept > 0 else INFINITE

    def _matters(self, total: Decimal) -> bool:
        """Whether a total undercuts the incumbent as the rule asks."""
        return self._incumbent is None or undercuts(total, self._incumbent.expected, self._margins.binding)

    def _standing(self) -> list[Ranked]:
        exact = (best for best in self._search.best_of_group.values() if best.eligible)
        return [each for each in (*self._alone, *exact) if self._matters(each.expected)]

    def _last(self, best: Mapping[int, Ranked]) -> int | None:
        """Return the last family whose best may undercut the bests of all families before it."""
        least = {family: each.expected for family, each in best.items()}
        for family, unknown in self._unknown.items():
            if unknown:
                least[family] = min(unknown[0].bound, least.get(family, INFINITE))
        for family in sorted(least, reverse=True):
            margin = margin_of(family, self._margins)
            if all(undercuts(least[family], best[other].expected, margin) for other in best if other < family):
                return family
        return None

    def _own(self, family: int, best: Mapping[int, Ranked]) -> list[Candidate]:
        """Return what may be the family's best."""
        most = best[family].expected if family in best else INFINITE
        return list(takewhile(lambda each: each.bound <= most, self._unknown.get(family, ())))

    def _before(self, family: int, best: Mapping[int, Ranked]) -> list[Candidate]:
        """Return what may stand in the way of the family's best."""
        total, margin = best[family].expected, margin_of(family, self._margins)
        simpler = (unknown for other, unknown in self._unknown.items() if other < family)
        found = (takewhile(lambda each: not undercuts(total, each.bound, margin), unknown) for unknown in simpler)
        return sorted(chain.from_iterable(found), key=_by_bound)

    def _replay(self, due: Sequence[Candidate], most: int) -> None:
        """Replay the first of what is due, and what shares their probes; `most` probes that are not known yet."""
        batch: list[Candidate] = []
        fresh = set()
        for candidate in due:
            if candidate.probe not in self._search.replays:
                fresh.add(candidate.probe)
            if len(fresh) > most:
                break
            batch.append(candidate)
        self._search.replay(batch)
        done = set(map(id, batch))
        for family in {candidate.family for candidate in batch}:
            self._unknown[family] = [each for each in self._unknown[family] if id(each) not in done]


def _by_bound(candidate: Candidate) -> tuple[Decimal, str]:
    return candidate.bound, candidate.group

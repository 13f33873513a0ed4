"""Every way a decision could fall on: serverless options and reserved candidates, exact or as the bound of one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from service.workflow.compare.flip_points.envelopes import REACH, Line
from service.workflow.compare.flip_points.index import Index
from service.workflow.compare.flip_points.overflows import Overflows, overflows_of
from service.workflow.compare.flip_points.pools import Pools
from service.workflow.compare.flip_points.reach import within_reach
from service.workflow.compare.flip_points.takers import Takers
from service.workflow.compare.flip_points.way import Way, of_option, replaced, replacing
from service.workflow.compute.case import Case
from service.workflow.compute.compute import Computed
from service.workflow.compute.kinds.hybrid import hybrid_key, larger_hybrids
from service.workflow.compute.kinds.kind import Candidate
from service.workflow.compute.kinds.overflow import Overflow
from service.workflow.compute.kinds.replacement import replacement_cost, replacements
from service.workflow.compute.kinds.replay_specs import Probe
from service.workflow.compute.requirements import isolation_value
from service.workflow.compute.search.dominance import undominated
from service.workflow.offers import Offer, Serverless

FLIP_REQUESTS = 10_000_000
"""Requests that looking for flip points may replay beyond the search."""

ZERO = Decimal(0)

MORE = 64
"""Hybrids with more units than the search looked at that are added to a group at most."""


class Ways:
    """The ways of one case, eligible ones only; more of them become known as candidates are replayed."""

    def __init__(self, case: Case, computed: Computed, offers: Sequence[Offer]) -> None:
        """Take what the search knows; from here on it may replay FLIP_REQUESTS more."""
        self.case, self.search, self.bounds = case, computed.search, computed.bounds
        self.search.budget = FLIP_REQUESTS
        self.serverless = [offer for offer in offers if isinstance(offer, Serverless)]
        self.options = [of_option(option) for option in computed.serverless if option.eligible]
        named = (o for o in computed.options if o.key == case.policy.incumbent and o.eligible and not o.ruled_out)
        self.incumbents = [way for option in named for way in replacing(self.case, of_option(option))]
        self.options += [way for way in self.incumbents if way.label is not None]
        self.candidates: list[Candidate] = []
        self._sharing: defaultdict[Probe, list[int]] = defaultdict(list)
        self._add(within_reach(case, [each for each in computed.candidates if each.eligible], self._best_known()))
        self._known: dict[int, tuple[Way, ...]] = {}
        self._unknown: dict[int, tuple[Way, ...]] = {}
        self._limits: dict[int, Way] = {}
        self._stems: dict[int, str] = {}
        self._takers = Takers(self.search)
        self._spilling: dict[tuple[int, str], Way | None] = {}
        self._understudies: dict[str, list[Serverless]] = {}
        self._pools = Pools(case, computed.serverless)
        self._settled: dict[str, Decimal] = {}  # by group, money a month for which there are no more units than known
        self._index: Index | None = None

    def _best_known(self) -> dict[int, Decimal]:
        """Return the exact total of each family's best, as the search found it."""
        best = dict(self.search.best_of_family)
        for way in self.options:
            best[way.family] = min(way.expected, best.get(way.family, way.expected))
        return best

    def still(self, moves: Callable[[Way], bool], *, known: bool) -> Iterator[Way]:
        """Yield each family's cheapest way that does not move: a known one, and unless `known`, a cheaper limit."""
        for family in self.index.families.values():
            limit: Way | None = None
            for way in family:
                if moves(way):
                    continue
                if way.known:
                    yield way
                    break
                limit = limit or way
            if limit is not None and not known:
                yield limit
        yield from [way for way in self.incumbents if not moves(way)][:1]

    @property
    def index(self) -> Index:
        """The ways in order, until more of them become known."""
        if self._index is None:
            numbers = range(len(self.candidates))
            every = [*self.options, *(way for number in numbers for way in self.reserved(number))]
            self._index = Index(every, self.candidates)
        return self._index

    def reserved(self, number: int) -> tuple[Way, ...]:
        """Return the ways of a candidate: its bound until it is replayed; then none where a need rules it out.

        A hybrid's are those with its best overflow and with the next best, which takes over where the best moves.
        """
        if number in self._known:
            return self._known[number]
        if number in self._unknown:
            return self._unknown[number]
        if self.candidates[number].probe in self.search.replays:
            self._known[number] = self._of_replay(number)
            return self._known[number]
        self._unknown[number] = replacing(self.case, self._reserved(number))
        return self._unknown[number]

    def leads(self, label: str) -> bool:
        """Whether a reservation is what any family, or the incumbent, is at now: none of the others matters dearer."""
        if self.index.leading is None:
            self.index.leading = {way.label for way in self.still(lambda _: False, known=False)}
        return label in self.index.leading

    def of_label(self, label: str) -> list[Way]:
        """Return the ways on a reservation."""
        return self.index.labels.get(label, [])

    def every(self) -> list[Way]:
        """Return all ways, of replayed hybrids with every overflow that no other undercuts whatever a weight is."""
        ways = list(self.options)
        for number, candidate in enumerate(self.candidates):
            own = self.reserved(number)
            spills = candidate.kind.spills and number in self._known
            ways += self.spilling(number, self._takers.at_any_weight(candidate)) if spills else own
        return ways

    def best_now(self) -> dict[int, Decimal]:
        """Return the total of each family's cheapest known way."""
        if self.index.best is None:
            self.index.best = self.best(lambda _: False)
        return self.index.best

    def best(self, moves: Callable[[Way], bool]) -> dict[int, Decimal]:
        """Return the total of each family's cheapest known way that does not move."""
        best: dict[int, Decimal] = {}
        for way in self.still(moves, known=True):
            best[way.family] = min(way.expected, best.get(way.family, way.expected))
        return best

    def overflows(self) -> Overflows:
        """Return the overflow of every replayed hybrid, in columns."""
        if self.index.overflows is None:
            replayed = [number for number in sorted(self._known) if self.candidates[number].kind.spills]
            self.index.overflows = overflows_of(self.case, self.candidates, replayed, self.search)
        return self.index.overflows

    def is_limit(self, way: Way) -> bool:
        """Whether a way is a hybrid that is not replayed."""
        return not way.known and self.candidates[way.candidate].kind.spills

    def overflow_limits(self) -> list[Line]:
        """Return the lines of hybrids that are not replayed over the price of all they may spill to.

        Without those that cost more than the best of their family at any factor within reach.
        """
        if self.index.limits is None:
            best = self.best_now()
            limits = [way for family in self.index.families.values() for way in family if self.is_limit(way)]
            moving = [way.expected - self.candidates[way.candidate].fixed for way in limits]
            self.index.limits = [
                way.line(part)
                for way, part in zip(limits, moving, strict=True)
                if way.expected - part + part / REACH <= best.get(way.family, way.expected)
            ]
        return self.index.limits

    def in_use(self) -> set[str | None]:
        """Return the serverless offers of each family's best way, and of the incumbent: what a dearer one moves."""
        if self.index.using is None:
            self.index.using = {way.sku for way in self.still(lambda _: False, known=True)}
        return self.index.using

    def all_up_to(self, _: Decimal, most: Decimal) -> dict[str, Decimal]:
        """Return that hybrids and pools matter whose units or instances alone cost less than a total, money a month."""
        return dict.fromkeys((*self.index.largest, *self._pools.keys()), most)

    def _of_replay(self, number: int) -> tuple[Way, ...]:
        candidate = self.candidates[number]
        if candidate.kind.spills:
            return tuple(self.spilling(number, self._takers.best(candidate)))
        option = self.search.option(candidate)
        return replacing(self.case, of_option(option, number)) if option.eligible else ()

    def spilling(self, number: int, offers: Iterable[Serverless]) -> list[Way]:
        """Return the eligible ways of a replayed hybrid, its overflow on each of the offers."""
        ways = (self._spill(number, offer) for offer in offers)
        return [way for way in ways if way is not None]

    def _spill(self, number: int, offer: Serverless) -> Way | None:
        if (number, offer.sku) not in self._spilling:
            spill = self.search.spills.on(self.candidates[number].probe, offer)
            self._spilling[number, offer.sku] = None if spill.violations else self._hybrid(number, spill)
        return self._spilling[number, offer.sku]

    def _hybrid(self, number: int, spill: Overflow) -> Way:
        reserved = self._reserved(number)
        offers = self.candidates[number].reservation.offer, spill.offer
        isolation = isolation_value(self.case.policy, *offers)
        return replace(
            reserved,
            key=f"{self._stem(number)}+{spill.offer.sku}",
            expected=reserved.monthly + reserved.upfront + spill.extra + isolation,
            known=True,
            sku=spill.offer.sku,
            billed=spill.billed,
            latency=spill.expected_latency,
            isolation=isolation,
        )

    def _stem(self, number: int) -> str:
        """Return a hybrid's key but for who serves its overflow."""
        if number not in self._stems:
            candidate = self.candidates[number]
            self._stems[number] = str(hybrid_key(self.case, candidate.reservation, candidate.streams))
        return self._stems[number]

    def _reserved(self, number: int) -> Way:
        if number not in self._limits:
            self._limits[number] = self._limit(number)
        return self._limits[number]

    def _limit(self, number: int) -> Way:
        """Return a candidate that is not replayed as its bound; what it may spill is no part of `monthly`."""
        candidate = self.candidates[number]
        reservation, isolation = candidate.reservation, isolation_value(self.case.policy, candidate.reservation.offer)
        monthly, upfront = candidate.kind.reserved_cost(self.case, candidate)
        return Way(
            key=candidate.group,
            group=candidate.group,
            family=candidate.family,
            expected=candidate.bound,
            known=False,
            label=reservation.label,
            monthly=monthly,
            upfront=upfront,
            isolation=isolation,
            candidate=number,
            loses=not candidate.kind.spills,
        )

    def replaced_by(self, offer: Serverless, *, known: bool) -> Iterator[Way]:
        """Yield what loses requests in an outage as it costs where they are replaced on an offer.

        That adds the same to all of them: of each family the cheapest known way, unless `known` a cheaper limit, and
        the incumbent are enough.
        """
        found = replacements(self.case)
        other = next((each for each in found if each.offer.sku == offer.sku), None)
        if other is None:
            return
        for way in self.still(lambda way: not way.loses or way.sku != found[0].offer.sku, known=known):
            yield replaced(way, other, replacement_cost(self.case))

    def replay(self, numbers: Iterable[int]) -> bool:
        """Replay candidates while the budget lasts; return whether it did."""
        if self.search.budget <= 0:
            return False
        batch = [self.candidates[number] for number in sorted(set(numbers))]
        due = {candidate.probe for candidate in batch}
        changed = sorted(number for probe in due for number in self._sharing[probe])
        before = [way for number in changed for way in self.reserved(number)]
        self.search.replay(batch)
        for number in changed:
            self._unknown.pop(number, None)
        self.index.exchange(before, [way for number in changed for way in self.reserved(number)])
        return True

    def start(self, numbers: Iterable[int]) -> list[int]:
        """Begin the replays of candidates that are likely to be asked for.

        Return what may be asked for once they are known: where everything fits, the smallest hybrid beside it.
        """
        chosen = [self.candidates[number] for number in sorted(numbers)]
        for candidate in chosen:
            if self.search.may_start:
                self.search.start(candidate.probe)
        alone = {candidate.reservation.label for candidate in chosen if not candidate.kind.spills}
        hybrids = ([way.candidate for way in self.of_label(label) if self.is_limit(way)][:1] for label in sorted(alone))
        return [number for first in hybrids for number in first]

    def _add(self, candidates: Iterable[Candidate]) -> None:
        for candidate in candidates:
            self._sharing[candidate.probe].append(len(self.candidates))
            self.candidates.append(candidate)

    def understudies(self, offer: Serverless) -> list[Serverless]:
        """Return the serverless offers that only `offer` undercuts: they take over where it gets dearer."""
        if offer.sku not in self._understudies:
            others = undominated([other for other in self.serverless if other.sku != offer.sku])
            known = {other.sku for other in self.search.serverless}
            self._understudies[offer.sku] = [other for other in others if other.sku not in known]
        return self._understudies[offer.sku]

    def enlarge(self, ceilings: dict[str, Decimal]) -> bool | None:
        """Add hybrids of more units, and larger warm pools, that cost up to a ceiling of their group, money a month.

        Return whether any were added; None where there are more than MORE, or the budget is spent.
        """
        added: list[Candidate] = []
        for group in sorted(ceilings.keys() & self.index.largest.keys()):
            if ceilings[group] <= self._settled.get(group, ZERO):
                continue
            found = larger_hybrids(self.case, self.index.largest[group], ceilings[group], self.bounds)
            more = [candidate for _, candidate in zip(range(MORE + 1), found, strict=False)]
            if len(more) > MORE:
                return None
            if not more:
                self._settled[group] = ceilings[group]
            added += more
        pools = self._pools.growing(ceilings)
        if pools and self.search.budget <= 0:
            return None
        if not added and not pools:
            return False
        index = self.index
        numbers, options = range(len(self.candidates), len(self.candidates) + len(added)), len(self.options)
        self._add(added)
        for sku in pools:
            self.search.budget -= self.case.replayed[0]
            option = self._pools.enlarged(sku)
            self.options += [of_option(option)] if option.eligible else []
        index.look_at(added)
        index.exchange((), [*self.options[options:], *(way for number in numbers for way in self.reserved(number))])
        return True

"""Search: cheap bounds first, exact replays last, and the same answer as replaying everything.

Candidates are taken in the order of their bounds. One is replayed when its bound is below the best exact total
found so far in its family; all others cannot be their family's best. While the exploring budget lasts, every
candidate that could still be its group's best is replayed too, so that small histories get exact figures
throughout. Which candidates are replayed never depends on the number of threads.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from service.workflow.compute.case import Case
from service.workflow.compute.kinds.kind import Candidate, known_violations
from service.workflow.compute.kinds.replay_specs import Probe, SizedProbe
from service.workflow.compute.kinds.reserved import Served
from service.workflow.compute.kinds.spills import Spills
from service.workflow.compute.metrics import latency_violations
from service.workflow.compute.replaying import OnCase, replayed
from service.workflow.compute.search.candidates import INFINITE
from service.workflow.offers import Serverless
from service.workflow.options import ExpectedCost, Option

EXPLORE_REQUESTS = 10_000_000
"""Requests replayed beyond what the answer needs, to give more options exact figures."""

BATCH = 4
"""Probes replayed at once; fixed, so that the work done does not depend on the machine."""

AHEAD = 2
"""Probes of the next batch that are begun with a batch."""

LOOKED_AT = 500
"""Candidates that are looked at for what is begun ahead; of thousands most are too dear to be replayed."""

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Exact:
    """A candidate's exact total (expected, a month) and whether it meets every hard need."""

    candidate: Candidate
    eligible: bool
    expected: Decimal

    @property
    def key(self) -> str:
        """The group the candidate stands for."""
        return self.candidate.group

    @property
    def family(self) -> int:
        """Place in the simplicity order."""
        return self.candidate.family

    @property
    def order(self) -> tuple[bool, Decimal, int, int]:
        """Eligible first, then cheapest, then fewest units, then the highest threshold."""
        return (not self.eligible, self.expected, self.candidate.reservation.units, -self.candidate.streams)


@dataclass
class Search:
    """The state of one search: replays made so far, and the best exact candidate of each group and family.

    ahead: replays that were begun before anybody asked for them.
    """

    case: Case
    serverless: Sequence[Serverless]
    executor: Executor
    budget: int = EXPLORE_REQUESTS
    replays: dict[Probe, Any] = field(default_factory=dict)
    best_of_group: dict[str, Exact] = field(default_factory=dict)
    best_of_family: dict[int, Decimal] = field(default_factory=dict)
    skipped: dict[str, Candidate] = field(default_factory=dict)
    ahead: dict[Probe, Future[Any]] = field(default_factory=dict)
    _served: dict[Probe, Served] = field(default_factory=dict)
    spills: Spills = field(init=False)

    def __post_init__(self) -> None:
        """Look at what is spilled on the same replays."""
        self.spills = Spills(self.case, self.serverless, self.replays)

    def run(self, candidates: Sequence[Candidate], progress: Callable[[float], None]) -> None:
        """Replay candidates until the best of every family is known, and what else the budget allows.

        progress hears the share of the candidates that are replayed or ruled out.
        """
        self._seed(candidates)
        remaining = list(candidates)
        while remaining:
            batch, remaining = self._next_batch(remaining)
            self.replay(batch, self._likely(batch, remaining))
            progress(1 - len(remaining) / len(candidates))
        self.leave()

    def options(self) -> list[Option]:
        """Return one option a group: exact where it is proven the group's best, else ruled out by its bound."""
        return [self._listed(group) for group in sorted({*self.best_of_group, *self.skipped})]

    def _seed(self, candidates: Sequence[Candidate]) -> None:
        """Replay each family's most promising candidate first, so that its limit is tight from the start."""
        seeds: dict[int, Candidate] = {}
        for candidate in candidates:
            if candidate.eligible:
                seed = seeds.setdefault(candidate.family, candidate)
                if candidate.estimate <= seed.estimate and by_estimate(candidate) < by_estimate(seed):
                    seeds[candidate.family] = candidate
        self.replay([seeds[family] for family in sorted(seeds)])

    def _next_batch(self, remaining: list[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
        """Take candidates in order until BATCH new probes are due; note the first ruled out of each group."""
        batch: list[Candidate] = []
        due: set[Probe] = set()
        for index, candidate in enumerate(remaining):
            if len(due) == BATCH:
                return batch, remaining[index:]
            if candidate.bound > self._limit_of_group(candidate):
                self.skipped.setdefault(candidate.group, candidate)
                continue
            known = candidate.probe in self.replays or candidate.probe in due
            if not known and candidate.bound > self._limit_of_replays(candidate, len(due)):
                self.skipped.setdefault(candidate.group, candidate)
                continue
            batch.append(candidate)
            if not known:
                due.add(candidate.probe)
        return batch, []

    def _likely(self, batch: Sequence[Candidate], remaining: Sequence[Candidate]) -> list[Probe]:
        """Return the first probes of the next batch, as far as is known before this one; none far behind it."""
        due = {candidate.probe for candidate in batch if candidate.probe not in self.replays}
        found: list[Probe] = []
        for candidate in remaining[:LOOKED_AT]:
            if len(found) == AHEAD:
                break
            limit = min(self._limit_of_group(candidate), self._limit_of_replays(candidate, len(due)))
            if candidate.bound <= limit and candidate.probe not in self.replays and candidate.probe not in due:
                due.add(candidate.probe)
                found.append(candidate.probe)
        return found

    def _limit_of_group(self, candidate: Candidate) -> Decimal:
        """Return the expected total above which a candidate need not be looked at; one that ties is, for its name."""
        best = self.best_of_group.get(candidate.group)
        return best.expected if best is not None and best.eligible == candidate.eligible else INFINITE

    def _limit_of_replays(self, candidate: Candidate, pending: int) -> Decimal:
        """Return the expected total above which a replay is not made for a candidate, with so many made before it."""
        if self.budget > pending * self.case.replayed[0]:
            return INFINITE
        if not candidate.eligible:
            return -INFINITE
        return self.best_of_family.get(candidate.family, INFINITE)

    def replay(self, batch: Sequence[Candidate], likely: Sequence[Probe] = ()) -> None:
        """Replay the probes of candidates that have none yet, and keep what is best of its group and family.

        likely: probes that are begun once those are, so that no thread waits for the last of a batch.
        """
        due = list(dict.fromkeys(c.probe for c in batch if c.probe not in self.replays))
        due.sort(key=lambda probe: not isinstance(probe, SizedProbe))  # what takes longest begins first
        self.budget -= len(due) * self.case.replayed[0]
        self.replays.update(self.replayed(due, likely))
        for candidate in batch:
            exact = self.exact(candidate)
            best = self.best_of_group.get(candidate.group)
            if best is None or exact.order < best.order:
                self.best_of_group[candidate.group] = exact
            if exact.eligible:
                limit = self.best_of_family.get(candidate.family, INFINITE)
                self.best_of_family[candidate.family] = min(exact.expected, limit)

    def start(self, probe: Probe) -> None:
        """Begin a replay that is likely to be asked for, and do not wait for it.

        What is asked for later, and what it takes of the budget, is the same whether it was begun or not.
        """
        if probe not in self.replays and probe not in self.ahead:
            self.ahead[probe] = self.executor.submit(OnCase(self.case), probe)

    @property
    def may_start(self) -> bool:
        """Whether the budget is for more than what is begun."""
        return self.budget > len(self.ahead) * self.case.replayed[0]

    def leave(self) -> None:
        """Let go of replays that were begun and not asked for."""
        for future in self.ahead.values():
            future.cancel()
        self.ahead.clear()

    def replayed(self, probes: Sequence[Probe], likely: Sequence[Probe] = ()) -> dict[Probe, Any]:
        """Return the replays of some probes; the search goes on as if nobody had asked for them. likely: as above."""
        begun = {probe: self.ahead.pop(probe) for probe in probes if probe in self.ahead}
        due = [probe for probe in probes if probe not in self.replays and probe not in begun]
        replaying = replayed(self.executor, self.case, due)
        for probe in likely:
            self.start(probe)
        found = dict(zip(due, replaying, strict=True))
        found |= {probe: future.result() for probe, future in begun.items()}
        return {probe: found[probe] if probe in found else self.replays[probe] for probe in probes}

    def exact(self, candidate: Candidate) -> Exact:
        """Return the exact total of a candidate whose probe was replayed, without building its lines."""
        eligible, expected = candidate.kind.exact(candidate, self)
        return Exact(candidate, eligible, expected)

    def option(self, candidate: Candidate) -> Option:
        """Return the option, in full, of a candidate whose probe was replayed."""
        return candidate.kind.option(candidate, self)

    def served(self, probe: Probe) -> Served:
        """Return what the replay of a sized probe says of serving everything; the same for every rate."""
        return self._served.setdefault(probe, Served(self.case, self.replays[probe][1]))

    def option_of(self, group: str) -> Option:
        """Return the option of the best exact candidate of a group."""
        return self.option(self.best_of_group[group].candidate)

    def _listed(self, group: str) -> Option:
        best, skipped = self.best_of_group.get(group), self.skipped.get(group)
        settled = best is not None and (skipped is None or best.eligible == skipped.eligible)
        if best is not None and settled and (skipped is None or best.expected <= skipped.bound):
            return self.option(best.candidate)
        assert skipped is not None
        lowest = skipped.bound if best is None else min(skipped.bound, best.expected)
        return ruled_out_option(self.case, skipped, lowest)


def by_estimate(candidate: Candidate) -> tuple[float, Decimal, str]:
    """Order what nothing exact limits yet by what it is expected to cost, so that limits are tight soon."""
    return candidate.estimate, candidate.bound, candidate.group


def ruled_out_option(case: Case, candidate: Candidate, bound: Decimal) -> Option:
    """Return a group that cannot be its family's best, with the lower limit that says so instead of figures."""
    reservation = candidate.reservation
    violations = known_violations(case, reservation)
    if not candidate.eligible and not violations:  # then it spills, and nobody knows the latency of what does
        violations = latency_violations(case, None)
    return Option(
        key=candidate.group,
        mode=candidate.mode,
        family=candidate.family,
        monthly_cost=bound,
        latency_value=ZERO,
        isolation_value=ZERO,
        violations=violations,
        expected_cost=ExpectedCost(added=bound),
        reservation=reservation,
        ruled_out=True,
    )

"""Search: cheap bounds first, exact replays last, and the same answer as replaying everything.

Candidates are taken in the order of their bounds. One is replayed when its bound is below the best exact total
found so far in its family; all others cannot be their family's best. While the exploring budget lasts, every
candidate that could still be its group's best is replayed too, so that small histories get exact figures
throughout. Which candidates are replayed never depends on the number of threads.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from service.workflow.compute.case import Case
from service.workflow.compute.kinds.kind import Candidate
from service.workflow.compute.kinds.overflow import Overflow
from service.workflow.compute.kinds.replay_specs import Probe, SizedProbe
from service.workflow.compute.kinds.reserved import Served, term_violations
from service.workflow.compute.kinds.serverless import ServerlessProbe
from service.workflow.compute.replaying import replayed
from service.workflow.compute.requirements import isolation_value, reserved_violations, unmet
from service.workflow.compute.search.candidates import INFINITE
from service.workflow.offers import Serverless
from service.workflow.options import ExpectedCost, Option
from service.workflow.replay.result import ServerlessReplay

EXPLORE_REQUESTS = 10_000_000
"""Requests replayed beyond what the answer needs, to give more options exact figures."""

BATCH = 4
"""Probes replayed at once; fixed, so that the work done does not depend on the machine."""

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
    """The state of one search: replays made so far, and the best exact candidate of each group and family."""

    case: Case
    serverless: Sequence[Serverless]
    executor: Executor
    budget: int = EXPLORE_REQUESTS
    replays: dict[Probe, Any] = field(default_factory=dict)
    best_of_group: dict[str, Exact] = field(default_factory=dict)
    best_of_family: dict[int, Decimal] = field(default_factory=dict)
    skipped: dict[str, Candidate] = field(default_factory=dict)
    _served: dict[Probe, Served] = field(default_factory=dict)
    _choices: dict[tuple[Probe, frozenset[str]], Overflow] = field(default_factory=dict)
    _overflows: dict[tuple[Probe, str], Overflow] = field(default_factory=dict)
    _spilled: dict[Probe, dict[ServerlessProbe, ServerlessReplay]] = field(default_factory=dict)

    def run(self, candidates: Sequence[Candidate], progress: Callable[[float], None]) -> None:
        """Replay candidates until the best of every family is known, and what else the budget allows.

        progress hears the share of the candidates that are replayed or ruled out.
        """
        self._seed(candidates)
        remaining = list(candidates)
        while remaining:
            batch, remaining = self._next_batch(remaining)
            self.replay(batch)
            progress(1 - len(remaining) / len(candidates))

    def options(self) -> list[Option]:
        """Return one option a group: exact where it is proven the group's best, else ruled out by its bound."""
        return [self._listed(group) for group in sorted({*self.best_of_group, *self.skipped})]

    def _seed(self, candidates: Sequence[Candidate]) -> None:
        """Replay each family's most promising candidate first, so that its limit is tight from the start."""
        eligible = sorted((c for c in candidates if c.eligible), key=lambda c: (c.family, c.estimate, c.bound, c.group))
        self.replay([next(of_family) for _, of_family in groupby(eligible, key=lambda c: c.family)])

    def _next_batch(self, remaining: list[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
        """Take candidates in order until BATCH new probes are due; note the first ruled out of each group."""
        batch: list[Candidate] = []
        due: set[Probe] = set()
        for index, candidate in enumerate(remaining):
            if len(due) == BATCH:
                return batch, remaining[index:]
            known = candidate.probe in self.replays or candidate.probe in due
            if candidate.bound > self._limit(candidate, known, len(due)):
                self.skipped.setdefault(candidate.group, candidate)
                continue
            batch.append(candidate)
            if not known:
                due.add(candidate.probe)
        return batch, []

    def _limit(self, candidate: Candidate, known: bool, pending: int) -> Decimal:
        """Return the expected total above which a candidate need not be looked at; one that ties is, for its name."""
        best = self.best_of_group.get(candidate.group)
        settled = best is not None and best.eligible == candidate.eligible
        of_group = best.expected if best is not None and settled else INFINITE
        if known or self.budget > pending * self.case.replayed[0]:
            return of_group
        if not candidate.eligible:
            return -INFINITE
        return min(of_group, self.best_of_family.get(candidate.family, INFINITE))

    def replay(self, batch: Sequence[Candidate]) -> None:
        """Replay the probes of candidates that have none yet, and keep what is best of its group and family."""
        due = list(dict.fromkeys(c.probe for c in batch if c.probe not in self.replays))
        due.sort(key=lambda probe: not isinstance(probe, SizedProbe))  # what takes longest begins first
        self.budget -= len(due) * self.case.replayed[0]
        for probe, replay in zip(due, replayed(self.executor, self.case, due), strict=True):
            self.replays[probe] = replay
        for candidate in batch:
            exact = self.exact(candidate)
            best = self.best_of_group.get(candidate.group)
            if best is None or exact.order < best.order:
                self.best_of_group[candidate.group] = exact
            if exact.eligible:
                limit = self.best_of_family.get(candidate.family, INFINITE)
                self.best_of_family[candidate.family] = min(exact.expected, limit)

    def exact(self, candidate: Candidate) -> Exact:
        """Return the exact total of a candidate whose probe was replayed, without building its lines."""
        eligible, expected = candidate.kind.exact(candidate, self)
        return Exact(candidate, eligible, expected)

    def overflow(self, probe: Probe, offer: Serverless) -> Overflow:
        """Return what a serverless offer makes of the overflow of a probe that was replayed."""
        if (probe, offer.sku) not in self._overflows:
            shared = self._spilled.setdefault(probe, {})
            self._overflows[probe, offer.sku] = Overflow(self.case, offer, self.replays[probe], shared)
        return self._overflows[probe, offer.sku]

    def overflow_choice(self, candidate: Candidate) -> Overflow:
        """Return the serverless offer that serves the candidate's overflow best.

        Offers are looked at by rising bill, and no further than where the bill alone exceeds the best found.
        """
        preferred = self.case.policy.isolation.preferred
        codes = frozenset(violation.code for violation in unmet(candidate.reservation.offer, preferred))
        chosen = self._choices.get((candidate.probe, codes))
        if chosen is None:
            chosen = self._choose(candidate)
            self._choices[candidate.probe, codes] = chosen
        return chosen

    def _choose(self, candidate: Candidate) -> Overflow:
        spills = [self.overflow(candidate.probe, offer) for offer in self.serverless]
        dedicated = candidate.reservation.offer
        ranked = sorted(spills, key=lambda spill: (spill.bill, spill.offer.sku))
        best: tuple[bool, Decimal, str] | None = None
        chosen = ranked[0]
        for spill in ranked:
            if best is not None and not best[0] and spill.bill > best[1]:
                break
            value = isolation_value(self.case.policy, dedicated, spill.offer)
            order = (bool(spill.violations), spill.extra + value, spill.offer.sku)
            if best is None or order < best:
                best, chosen = order, spill
        return chosen

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


def ruled_out_option(case: Case, candidate: Candidate, bound: Decimal) -> Option:
    """Return a group that cannot be its family's best, with the lower limit that says so instead of figures."""
    reservation = candidate.reservation
    return Option(
        key=candidate.group,
        mode=candidate.mode,
        family=candidate.family,
        monthly_cost=bound,
        latency_value=ZERO,
        isolation_value=ZERO,
        violations=reserved_violations(case, reservation.offer) + term_violations(case.policy, reservation),
        expected_cost=ExpectedCost(added=bound),
        reservation=reservation,
        ruled_out=True,
    )

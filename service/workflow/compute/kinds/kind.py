"""A kind of option: how it is found, bounded, replayed, billed and named. The rest asks the kind.

Of every kind one may ask for the option of a key. How the others are found differs in what is known before a replay.
What serverless offers charge follows from the traffic alone, so that all of them are computed, in full, before
anything is searched: there is nothing to bound, and they are what bounds of the rest are held against. Of reserved
options there may be thousands, each with a replay of its own, so that those are candidates with a lower bound first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from service.workflow.compute.bounds import Bounds
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.replay_specs import Probe
from service.workflow.compute.kinds.reserved import Served, term_violations
from service.workflow.compute.kinds.spills import Spills
from service.workflow.compute.metrics import is_unknown_where_it_counts, latency_violations
from service.workflow.compute.requirements import reserved_violations
from service.workflow.errors import WorkflowError
from service.workflow.offers import Dedicated, Offer, Serverless
from service.workflow.option_key import OptionKey
from service.workflow.options import Option, Reservation, Violation
from service.workflow.policy import Mode
from service.workflow.rates import Rate

MOST_SIZES = 50_000
"""Sizes of one offer that are looked at; an offer with more is described in units too small to be one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reserved option that could be the answer.

    group: candidates of which only the best is listed. bound: no replay can make it cheaper than this (expected).
    estimate: where a fluid model expects it; orders the search, never decides. streams, fixed: a hybrid's threshold,
    and the part of its bound that does not depend on what spills. minimum: units that autoscaling keeps.
    """

    kind: "ReservedKind"
    group: str
    family: int
    reservation: Reservation
    probe: Probe
    bound: Decimal
    estimate: float
    eligible: bool
    streams: int = 0
    minimum: int = 0
    fixed: Decimal = Decimal(0)

    @property
    def mode(self) -> Mode:
        """The mode of serving."""
        return self.kind.mode


class Replayed(Protocol):
    """What a search knows: the replays made so far, and what they come to."""

    @property
    def case(self) -> Case:
        """What is computed."""

    @property
    def replays(self) -> Mapping[Probe, Any]:
        """What the probes that were run answered."""

    @property
    def spills(self) -> Spills:
        """What they spilled."""

    def served(self, probe: Probe) -> Served:
        """Return what the replay of a probe says of serving everything."""


class Kind(Protocol):
    """A way to serve the workload."""

    @property
    def mode(self) -> Mode:
        """Its name in policies and keys."""

    def named(self, case: Case, key: OptionKey, offers: Sequence[Offer]) -> Option | None:
        """Return the option of a key, replayed on the case; None where nothing of the kind is sold that way."""


class ReservedKind(Kind, Protocol):
    """A way to use reserved capacity."""

    @property
    def spills(self) -> bool:
        """Whether a serverless offer serves what the units do not, also in an outage; otherwise it is lost."""

    def candidates(
        self, case: Case, offer: Dedicated, rate: Rate, serverless: Sequence[Serverless], bounds: Bounds
    ) -> Iterator[Candidate]:
        """Yield the candidates at one rate, each with a lower bound of its cost and the probe that it needs."""

    def exact(self, candidate: Candidate, search: Replayed) -> tuple[bool, Decimal]:
        """Return whether a candidate whose probe was replayed meets every hard need, and its expected total a month."""

    def option(self, candidate: Candidate, search: Replayed) -> Option:
        """Return the option, in full, of a candidate whose probe was replayed."""

    def reserved_cost(self, case: Case, candidate: Candidate) -> tuple[Decimal, Decimal]:
        """Return (money a month, upfront a month) of a candidate's bound that prices of its reservation move."""


def is_eligible(case: Case, reservation: Reservation) -> bool:
    """Tell whether a reservation meets the hard needs that no replay is needed for."""
    return not known_violations(case, reservation)


def known_violations(case: Case, reservation: Reservation) -> tuple[Violation, ...]:
    """Return the hard needs that a reservation misses, as far as no replay is needed to tell."""
    found = reserved_violations(case, reservation.offer) + term_violations(case.policy, reservation)
    if is_unknown_where_it_counts(case, reservation.offer):
        found += latency_violations(case, None)
    return found


def bounded(offer: Dedicated, sizes: Iterable[int]) -> Iterator[int]:
    """Yield sizes until there are too many, which is refused: a part of them would not show the cheapest."""
    for number, size in enumerate(sizes):
        if number == MOST_SIZES:
            detail = (
                f"{offer.sku} could serve this traffic, or a multiple of it, in more than {MOST_SIZES:,} sizes: "
                "state larger units, a larger `units.increment` or a smaller `units.maximum`."
            )
            raise WorkflowError("too_many_sizes", "/price_sheets", detail)
        yield size

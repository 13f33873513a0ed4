"""Compute: every option for a case, exact or ruled out by its bound."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property

from service.workflow.compute.bounds import Bounds, bounds_of
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.hybrid import hybrid_key
from service.workflow.compute.kinds.kind import Candidate
from service.workflow.compute.kinds.realize import realize
from service.workflow.compute.kinds.thresholds import default_streams, lowered
from service.workflow.compute.kinds.warm_pools import SERVERLESS
from service.workflow.compute.market import Market
from service.workflow.compute.metrics import misses_target
from service.workflow.compute.search.candidates import candidates
from service.workflow.compute.search.search import EXPLORE_REQUESTS, Search
from service.workflow.errors import WorkflowError
from service.workflow.offers import Offer
from service.workflow.options import Option, eligible
from service.workflow.rule import choose, margins_of

NEAREST = 3
"""How many keys of options the refusal of an unknown incumbent names."""


@dataclass(frozen=True)
class Computed:
    """What was computed: serverless options, reserved candidates and the search over them; an incumbent if named.

    tuned: the hybrid that would be taken, at a lower threshold (see with_tuned).
    """

    serverless: tuple[Option, ...]
    candidates: tuple[Candidate, ...]
    search: Search
    bounds: Bounds
    incumbent: Option | None = None
    tuned: Option | None = None

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """Every option, sorted by rank: serverless, one of each reserved group, and the incumbent."""
        found = [*self.serverless, *self.search.options()]
        for named in (self.incumbent, self.tuned):
            if named is not None and all(option.key != named.key for option in found):
                found.append(named)
        return tuple(sorted(found, key=lambda option: option.rank))


def _silent(share: float) -> None:
    """Tell nobody."""


def compute(
    case: Case,
    offers: Sequence[Offer],
    executor: Executor,
    progress: Callable[[float], None] = _silent,
) -> Computed:
    """Compute the options of every family the policy allows.

    progress hears the share of the reserved candidates that are done with.
    """
    market = Market.of(offers)
    by_use = market.serverless if SERVERLESS.mode in case.policy.modes else ()
    replaying = SERVERLESS.options(case, by_use, executor)
    bounds = bounds_of(case, market.takers)
    reserved = candidates(case, market.dedicated, market.takers, bounds, every=True)
    serverless = tuple(replaying)
    search = Search(case, market.takers, executor, EXPLORE_REQUESTS)
    search.run(reserved, progress)
    return Computed(serverless, tuple(reserved), search, bounds)


def with_incumbent(computed: Computed, case: Case, offers: Sequence[Offer]) -> Computed:
    """Return the options with the policy's incumbent among them, exactly as it is used today.

    Raises WorkflowError where its key names nothing that is on offer; it tells the keys that are spelled most alike.
    """
    incumbent = case.policy.incumbent
    if incumbent is None or any(o.key == incumbent and not o.ruled_out for o in computed.options):
        return computed
    option = realize(case, incumbent, offers)
    if option is None:
        raise _unknown(incumbent, computed.options)
    return replace(computed, incumbent=option)


def with_tuned(computed: Computed, case: Case, offers: Sequence[Offer]) -> Computed:
    """Return the options with the hybrid that would be taken at a lower threshold, where it misses a target.

    Where slowness has no price the cheapest threshold wins, whatever it makes of a target that is no hard need. The
    highest lower one that meets the target is listed beside it, so that the answer can say what meeting it costs.
    """
    if case.target is None or case.latency_is_priced:
        return computed
    taken = choose(eligible(computed.options), margins_of(case.policy), case.policy.incumbent)
    if taken is None or not taken.spills or not misses_target(case, taken.figures):
        return computed
    assert taken.reservation is not None
    assert taken.serverless is not None
    default = default_streams(case, taken.reservation.offer, taken.reservation.units)
    for streams in lowered(default):
        key = hybrid_key(case, taken.reservation, streams, taken.serverless.sku)
        option = realize(case, str(key), offers)
        if option is not None and not misses_target(case, option.figures):
            return replace(computed, tuned=option)
    return computed


def _unknown(incumbent: str, options: Sequence[Option]) -> WorkflowError:
    alike = get_close_matches(incumbent, [option.key for option in options], NEAREST, cutoff=0)
    mend = f"set incumbent to the key of one, such as {', '.join(alike)}" if alike else "there is none; set it to null"
    return WorkflowError("unknown_incumbent", "/policy/incumbent", f"{incumbent} names no option on offer: {mend}.")

"""Compare: everything that sets the options against each other, and says how sure the comparison is."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from service.workflow.compare.crossover import Crossover, crossovers
from service.workflow.compare.flip_points import FlipPoint, MoneyFlips, traffic_flips
from service.workflow.compare.marginal import MarginalUnit, marginal_probes, marginal_units
from service.workflow.compare.pareto import frontier
from service.workflow.compare.uncertainty import Uncertainty, uncertainty
from service.workflow.compare.walk_forward import WalkForward, walk_forward
from service.workflow.compute.case import Case
from service.workflow.compute.compute import Computed
from service.workflow.compute.replaying import Beside
from service.workflow.offers import Offer
from service.workflow.options import Option, eligible
from service.workflow.rule import choose, margins_of
from service.workflow.traffic import TrafficHistory


@dataclass(frozen=True)
class Comparison:
    """Crossovers, the marginal units of the best hybrid, the Pareto frontier, flip points and uncertainty.

    walk_forward is None where there are fewer than two weeks.
    """

    crossovers: tuple[Crossover, ...]
    marginal: tuple[MarginalUnit, ...]
    marginal_of: Option | None
    pareto: tuple[Option, ...]
    flip_points: tuple[FlipPoint, ...]
    uncertainty: Uncertainty
    walk_forward: WalkForward | None


def compare(
    history: TrafficHistory,
    case: Case,
    computed: Computed,
    offers: Sequence[Offer],
    executor: Executor,
    progress: Callable[[str, float], None],
) -> Comparison:
    """Return the comparison of all computed options; `progress` hears (phase, share done)."""
    options, policy = computed.options, case.policy
    hybrids = (o for o in options if o.spills and o.eligible and not o.ruled_out)
    hybrid = next(hybrids, None)
    progress("compare", 0.0)
    money = MoneyFlips(case, computed, offers)
    money.start()  # what takes long is replayed while flips of traffic are looked for, in small samples
    for probe in marginal_probes(case, hybrid).values() if hybrid else ():
        computed.search.start(probe)
    now = choose(eligible(options), margins_of(policy), policy.incumbent)
    traffic: list[FlipPoint] = []
    if now is not None:
        beside = Beside(executor, computed.search.ahead)
        traffic += traffic_flips(history, case.profile, offers, now, policy, beside)
    progress("compare", 0.4)
    flips = [*money.found(), *traffic]
    marginal = marginal_units(case, hybrid, computed.search) if hybrid else []
    computed.search.leave()
    progress("compare", 0.8)
    # Before what is kept for levels of traffic, so that both need not be in memory at once.
    forward = walk_forward(history, case.profile, offers, policy, executor)
    return Comparison(
        crossovers=tuple(crossovers(case, offers)),
        marginal=tuple(marginal),
        marginal_of=hybrid,
        pareto=tuple(frontier(options, policy.latency.metric)),
        flip_points=tuple(flips),
        uncertainty=uncertainty(case, options),
        walk_forward=forward,
    )

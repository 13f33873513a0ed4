"""Deciding again: the recommendation of the same offers on other traffic, with as few replays as it takes."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

from service.workflow.compute.bounds import bounds_of
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.realize import realize
from service.workflow.compute.kinds.serverless import Alone
from service.workflow.compute.kinds.warm_pools import SERVERLESS
from service.workflow.compute.market import Market
from service.workflow.compute.search.answer import Answer
from service.workflow.compute.search.candidates import candidates, further_hybrids
from service.workflow.compute.search.dominance import undominated
from service.workflow.compute.search.search import Search
from service.workflow.measure import bucket_arrivals, make_arrivals, measure, scale_arrivals, seed_of
from service.workflow.measure.profile import TrafficProfile
from service.workflow.offers import Offer
from service.workflow.options import Option
from service.workflow.policy import ForecastPolicy, Policy
from service.workflow.replay.throughput import windows_of
from service.workflow.rule import Margins, margins_of
from service.workflow.traffic import TrafficHistory

ZERO = Decimal(0)


def case_of(history: TrafficHistory, policy: Policy, offers: Sequence[Offer] = ()) -> Case:
    """Return the case of a history under a policy: measured, and its requests scaled by the traffic factor.

    offers: a sample of the history holds whole windows of those that are to be replayed on it.
    """
    return measured_case(history, measure(history, policy), policy, offers)


def measured_case(
    history: TrafficHistory, profile: TrafficProfile, policy: Policy, offers: Sequence[Offer] = ()
) -> Case:
    """Return the case of a history that is measured already; the profile does not depend on the traffic factor."""
    case = bounded_case(history, profile, policy, offers, None)
    assert case is not None
    return case


def bounded_case(
    history: TrafficHistory, profile: TrafficProfile, policy: Policy, offers: Sequence[Offer], most: int | None
) -> Case | None:
    """Return the case of a measured history, None where its replays would take more than `most` requests each."""
    arrivals = make_arrivals(history, profile, policy, windows_of(offers))
    if arrivals is None:
        return Case(profile, bucket_arrivals(profile, Fraction(policy.traffic_factor)), policy, tuple(offers))
    if most is not None and len(arrivals) * policy.traffic_factor > most:
        return None
    if policy.traffic_factor != 1:
        arrivals = scale_arrivals(arrivals, policy.traffic_factor, seed_of(history, policy))
    return Case(profile, arrivals, policy, tuple(offers))


def with_factor(policy: Policy, factor: Decimal) -> Policy:
    """Return the policy at `factor` times its traffic."""
    return replace(policy, traffic_factor=policy.traffic_factor * factor)


def as_measured(policy: Policy) -> Policy:
    """Return a policy under which the traffic to be expected is what was measured, for as long as a term: hindsight."""
    forecast = ForecastPolicy(half_life_days=None, base_discount=0.0, discount_per_volatility=0.0)
    return replace(policy, forecast=forecast, horizon=replace(policy.horizon, persistence_per_month=Decimal(1)))


def decide_again(case: Case, offers: Sequence[Offer], executor: Executor) -> Option | None:
    """Return what would be recommended on a case, replaying nothing, and building no option, that it does not need."""
    named = case.policy.incumbent
    incumbent = None if named is None else realize(case, named, offers)
    if incumbent is not None and not incumbent.eligible:
        incumbent = None
    return _answer(case, offers, executor, margins_of(case.policy), incumbent)


def cheapest(case: Case, offers: Sequence[Offer], executor: Executor) -> Option | None:
    """Return the eligible option of a case that costs least at the traffic to be expected, whatever its complexity.

    That is what is chosen where no margin is asked of anything; of equals the simplest.
    """
    return _answer(case, offers, executor, Margins(ZERO, ZERO, ZERO), None)


def _answer(
    case: Case, offers: Sequence[Offer], executor: Executor, margins: Margins, incumbent: Option | None
) -> Option | None:
    market = Market.of(offers)
    alone = SERVERLESS.contenders(case, undominated(market.serverless)) if SERVERLESS.mode in case.policy.modes else []
    search = Search(case, market.takers, executor)
    bounds = replace(bounds_of(case, market.takers), brief=True)
    answer = Answer(search, margins, alone, incumbent)
    found = candidates(case, market.dedicated, market.takers, bounds, every=False)
    chosen = answer.among(found)
    further = further_hybrids(case, found, partial(answer.limit, chosen), bounds)
    if further:
        chosen = answer.among(further)
    if chosen is None or isinstance(chosen, Option):
        return chosen
    return chosen.option() if isinstance(chosen, Alone) else search.option_of(chosen.key)

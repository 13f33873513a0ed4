"""Deciding again: the recommendation of the same offers on other traffic, with as few replays as it takes."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from decimal import Decimal

from service.workflow.compute.case import Case
from service.workflow.compute.compute import compute
from service.workflow.compute.option import Option
from service.workflow.decide.rule import choose
from service.workflow.measure import make_arrivals, measure, scale_arrivals, seed_of
from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.traffic import TrafficHistory


def case_of(history: TrafficHistory, policy: Policy) -> Case:
    """Return the case of a history under a policy: measured, and its requests scaled by the traffic factor."""
    profile = measure(history, policy)
    arrivals = make_arrivals(history, profile, policy)
    if arrivals is not None and policy.traffic_factor != 1:
        arrivals = scale_arrivals(arrivals, policy.traffic_factor, seed_of(history, policy))
    return Case(profile, arrivals, policy)


def with_factor(policy: Policy, factor: Decimal) -> Policy:
    """Return the policy at `factor` times its traffic."""
    return replace(policy, traffic_factor=policy.traffic_factor * factor)


def eligible(options: Sequence[Option]) -> list[Option]:
    """Return the options that a recommendation may name: exact, and meeting every hard need."""
    return [option for option in options if option.eligible and not option.ruled_out]


def decide_again(case: Case, offers: Sequence[Offer], executor: Executor) -> Option | None:
    """Return what would be recommended on a case, replaying nothing that the answer does not need."""
    options = compute(case, offers, executor, explore=0).options
    return choose(eligible(options), case.policy.margin, case.policy.incumbent)

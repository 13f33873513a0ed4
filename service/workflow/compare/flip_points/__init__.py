"""Flip points: the traffic, each price and each weight at which the recommendation changes, one number each."""

from collections.abc import Iterator, Sequence

from service.workflow.compare.flip_points.contenders import Ways
from service.workflow.compare.flip_points.envelopes import Rule
from service.workflow.compare.flip_points.point import FlipPoint, group_of
from service.workflow.compare.flip_points.prices import serverless_flips
from service.workflow.compare.flip_points.rates import rate_flips
from service.workflow.compare.flip_points.search import Finder
from service.workflow.compare.flip_points.traffic import traffic_flips
from service.workflow.compare.flip_points.weights import weight_flips
from service.workflow.compute.case import Case
from service.workflow.compute.compute import Computed
from service.workflow.offers import Offer, Serverless
from service.workflow.rule import margins_of

__all__ = ["FlipPoint", "group_of", "money_flips", "traffic_flips"]


def money_flips(case: Case, computed: Computed, offers: Sequence[Offer]) -> Iterator[FlipPoint]:
    """Yield the flip points of every price and rate, in the order of the offers, and of the policy's weights.

    None where nothing is eligible.
    """
    ways = Ways(case, computed, offers)
    if not ways.best_now():
        return
    finder = Finder(ways, Rule(margins_of(case.policy), case.policy.incumbent))
    for offer in offers:
        if isinstance(offer, Serverless):
            yield from serverless_flips(finder, offer)
        else:
            for rate in offer.rates:
                yield from rate_flips(finder, offer, rate)
    yield from weight_flips(finder, case.policy)

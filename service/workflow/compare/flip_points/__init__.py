"""Flip points: the traffic, each price and each weight at which the recommendation changes, one number each."""

from collections.abc import Iterator, Sequence

from service.workflow.compare.flip_points.contenders import Ways
from service.workflow.compare.flip_points.envelopes import Rule
from service.workflow.compare.flip_points.point import FlipPoint, group_of
from service.workflow.compare.flip_points.prices import serverless_flips
from service.workflow.compare.flip_points.rates import rate_flips
from service.workflow.compare.flip_points.search import Finder, Foresight
from service.workflow.compare.flip_points.traffic import traffic_flips
from service.workflow.compare.flip_points.weights import weight_flips
from service.workflow.compute.case import Case
from service.workflow.compute.compute import Computed
from service.workflow.offers import Dedicated, Offer, Serverless
from service.workflow.options import Reservation
from service.workflow.rule import margins_of

__all__ = ["FlipPoint", "MoneyFlips", "group_of", "traffic_flips"]


class MoneyFlips:
    """The flip points of every price and rate, in the order of the offers, and of the policy's weights."""

    def __init__(self, case: Case, computed: Computed, offers: Sequence[Offer]) -> None:
        """Take what was computed; from here on its search is used for flip points alone."""
        self._policy, self._offers = case.policy, offers
        self._ways = Ways(case, computed, offers)
        self._rule = Rule(margins_of(case.policy), case.policy.incumbent)

    def start(self) -> None:
        """Begin replays that those of rates rest on, as far as is known without any of them; do not wait for them."""
        ways, foresight = self._ways, Foresight(self._ways, self._rule)
        dedicated = [offer for offer in self._offers if isinstance(offer, Dedicated)]
        for offer in dedicated if ways.best_now() else ():
            for rate in offer.rates:
                label = Reservation(offer, rate, 1).label
                if ways.search.may_start and not all(way.known for way in ways.of_label(label)):
                    list(rate_flips(foresight, offer, rate))
        ways.start(foresight.later)

    def found(self) -> Iterator[FlipPoint]:
        """Yield them; none where nothing is eligible."""
        finder = Finder(self._ways, self._rule)
        if self._ways.best_now():
            for offer in self._offers:
                yield from self._of_offer(finder, offer)
            yield from weight_flips(finder, self._policy)

    def _of_offer(self, finder: Finder, offer: Offer) -> Iterator[FlipPoint]:
        if isinstance(offer, Serverless):
            yield from serverless_flips(finder, offer)
        else:
            for rate in offer.rates:
                yield from rate_flips(finder, offer, rate)

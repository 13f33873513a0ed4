"""What of serverless offers may be chosen is known with few replays, and is the cheapest of all that there is."""

from hypothesis import given, settings

from service.workflow.compute.kinds.warm_pools import SERVERLESS, may_pay
from service.workflow.compute.redecide import case_of
from service.workflow.offers import Serverless
from service.workflow.rule import bests_of
from tests.effort import examples
from tests.markets import EXECUTOR
from tests.property.workflow.strategies import Situation, close_rivals, situations


@settings(derandomize=True, max_examples=examples(1000))
@given(situation=situations() | close_rivals())
def test_contenders_are_the_cheapest_of_their_family(situation: Situation) -> None:
    log, offers, policy = situation
    case, sold = case_of(log, policy, offers), [offer for offer in offers if isinstance(offer, Serverless)]
    paying = {offer.sku for offer in sold if may_pay(case, offer)}
    every = [
        option
        for option in SERVERLESS.options(case, sold, EXECUTOR)
        if option.serverless is not None and (option.warm_instances <= 1 or option.serverless.sku in paying)
    ]
    bests = bests_of(option for option in every if option.eligible)
    found = {alone.family: alone for alone in SERVERLESS.contenders(case, sold)}
    assert {family: alone.key for family, alone in found.items()} == {
        family: best.key for family, best in bests.items()
    }
    assert all(alone.expected == bests[family].expected for family, alone in found.items())

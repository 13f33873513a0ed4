"""The search equals brute force: every legal way replayed in full, no bounds, nothing pruned."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given, settings

from service.workflow.compare.flip_points import group_of
from service.workflow.compute.bounds import Bounds, bounds_of, lowest_bills, lowest_prices
from service.workflow.compute.kinds.overflow import Overflow, Spilled
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.market import Market
from service.workflow.compute.redecide import case_of, decide_again
from service.workflow.compute.requirements import isolation_value
from service.workflow.compute.search.candidates import candidates
from service.workflow.compute.search.search import Search
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Serverless
from service.workflow.options import Option
from service.workflow.rule import choose, margins_of
from tests.effort import examples
from tests.markets import EXECUTOR, computed
from tests.oracles.brute_force import Way, best_of_groups, every_way
from tests.property.workflow.strategies import Situation, situations

checked = settings(derandomize=True, max_examples=examples(120))


def compare_with_brute_force(options: Sequence[Option], best: dict[str, Way]) -> None:
    """An exact option is its group's best; one ruled out costs at least its bound, and its family has a better one.

    Of a group that nothing makes eligible, any member may stand for it.
    """
    cheapest: dict[int, Option] = {}
    for option in options:
        found = best[group_of(option)].option
        if option.ruled_out:
            assert not found.eligible or option.expected <= found.expected
            continue
        assert option.eligible == found.eligible
        assert not option.eligible or option.expected == found.expected
        if option.eligible:
            cheapest.setdefault(option.family, option)
    for way in best.values():
        if way.option.eligible:
            assert way.option.expected >= cheapest[way.option.family].expected


@checked
@given(situation=situations())
def test_every_option_listed_is_the_best_of_its_group(situation: Situation) -> None:
    log, offers, policy = situation
    case, found = computed(log, offers, policy)
    best = best_of_groups(list(every_way(case, offers)))
    compare_with_brute_force(found.options, best)
    reserved = {group_of(option) for option in found.options if option.reservation is not None}
    assert reserved == {group for group in best if not group.startswith("serverless:")}


@checked
@given(situation=situations())
def test_pruning_never_changes_the_answer(situation: Situation) -> None:
    log, offers, policy = situation
    case = case_of(log, policy, offers)
    with ThreadPoolExecutor(1) as executor:
        decided = decide_again(case, offers, executor)
    ways = best_of_groups(list(every_way(case, offers))).values()
    expected = choose([way.option for way in ways if way.option.eligible], margins_of(policy))
    assert (decided is None) == (expected is None)
    if decided is not None and expected is not None:
        assert (decided.mode, decided.expected) == (expected.mode, expected.expected)


@checked
@given(situation=situations())
def test_no_bound_exceeds_what_the_overflow_costs(situation: Situation) -> None:
    log, offers, policy = situation
    case = case_of(log, policy, offers)
    serverless = [offer for offer in offers if isinstance(offer, Serverless)]
    bounds = Bounds(case, serverless)
    for offer in offers:
        if not isinstance(offer, Dedicated):
            continue
        slots = offer.capacity.slots if isinstance(offer.capacity, ConcurrencyCapacity) else 0
        for units, share in ((0, 1), (1, 1), (2, 1), (3, 1), (2, 2), (5, 1)):
            probe = SpillProbe(offer.capacity, units, units * slots // share, offer.speed)
            reserved = probe.run(case)
            overflows = [Overflow(s, Spilled(case, reserved)) for s in serverless]
            assert bounds.overflow(probe)[0] <= min(overflow.expected_bill for overflow in overflows)
            prices = np.array([[float(price) for price in lowest_prices(s)] for s in serverless])
            least = lowest_bills(prices, Spilled(case, reserved).expected_usage).tolist()
            assert all(bill <= overflow.bill for bill, overflow in zip(least, overflows, strict=True))


@checked
@given(situation=situations())
def test_an_overflow_goes_to_the_offer_that_serves_it_best(situation: Situation) -> None:
    log, offers, policy = situation
    case = case_of(log, policy, offers)
    market = Market.of(offers)
    found = candidates(case, market.dedicated, market.serverless, bounds_of(case, market.serverless), every=True)
    search = Search(case, market.serverless, EXECUTOR)
    for candidate in [each for each in found if each.kind.spills][:6]:
        search.replay([candidate])
        overflows = [search.spills.on(candidate.probe, offer) for offer in market.serverless]
        own = candidate.reservation.offer
        values = [isolation_value(policy, own, overflow.offer) for overflow in overflows]
        ranked = sorted(
            (bool(overflow.violations), overflow.extra + value, overflow.offer.sku)
            for overflow, value in zip(overflows, values, strict=True)
        )
        assert search.spills.best(candidate.probe, own).offer.sku == ranked[0][2]

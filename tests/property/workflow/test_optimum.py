"""The search equals brute force: every legal way replayed in full, no bounds, nothing pruned."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings

from service.workflow.compare.flip_points import group_of
from service.workflow.compute.bounds import Bounds
from service.workflow.compute.kinds.overflow import Overflow
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.redecide import case_of, decide_again
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Serverless
from service.workflow.options import Option
from service.workflow.rule import choose, margins_of
from tests.effort import examples
from tests.markets import computed
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
            assert bounds.overflow(probe)[0] <= min(Overflow(case, s, reserved).expected_bill for s in serverless)

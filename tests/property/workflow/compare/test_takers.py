"""What is left out before spilled requests are replayed is no taker of them: held against all offers replayed."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.compare.flip_points.envelopes import REACH
from service.workflow.compare.flip_points.takers import Parts, Takers, undercuts_throughout
from service.workflow.compute.kinds.kind import Candidate
from service.workflow.compute.kinds.overflow import Overflow, Spilled
from service.workflow.compute.requirements import isolation_value
from service.workflow.compute.search.search import Search
from tests.effort import examples
from tests.markets import computed
from tests.property.workflow.strategies import Situation, close_rivals, situations

checked = settings(derandomize=True, max_examples=examples(1000))

MOVED = (1 / REACH, Decimal("0.4"), Decimal(1), Decimal(3), REACH)


def replayed(situation: Situation) -> tuple[Search, list[Candidate]]:
    """Return a search and the hybrids it replayed."""
    log, offers, policy = situation
    _, found = computed(log, offers, policy)
    hybrids = [each for each in found.candidates if each.kind.spills and each.probe in found.search.replays]
    return found.search, hybrids


def overflows(search: Search, candidate: Candidate) -> list[tuple[Overflow, Decimal]]:
    """Return the overflow on every offer, with the value of its isolation."""
    spilled = Spilled(search.case, search.replays[candidate.probe])
    spills = [Overflow(offer, spilled) for offer in search.serverless]
    own = candidate.reservation.offer
    return [(spill, isolation_value(search.case.policy, own, spill.offer)) for spill in spills]


@checked
@given(situation=close_rivals())
def test_the_two_best_takers_are_the_cheapest_of_all(situation: Situation) -> None:
    search, hybrids = replayed(situation)
    takers = Takers(search)
    for candidate in hybrids:
        eligible = [
            (spill.extra + value, spill.offer.sku)
            for spill, value in overflows(search, candidate)
            if not spill.violations
        ]
        assert [offer.sku for offer in takers.best(candidate)] == [sku for _, sku in sorted(eligible)[:2]]


@checked
@given(situation=close_rivals())
def test_the_taker_chosen_is_the_cheapest_that_meets_every_need(situation: Situation) -> None:
    search, hybrids = replayed(situation)
    for candidate in hybrids:
        every = [
            (bool(spill.violations), spill.extra + value, spill.offer.sku)
            for spill, value in overflows(search, candidate)
        ]
        eligible = min(each for each in every)
        chosen = search.spills.best(candidate.probe, candidate.reservation.offer)
        assert bool(chosen.violations) == eligible[0]
        if not eligible[0]:
            assert chosen.offer.sku == eligible[2]


@checked
@given(situation=close_rivals())
def test_what_no_weight_makes_the_taker_is_dearer_than_another_all_along(situation: Situation) -> None:
    search, hybrids = replayed(situation)
    takers = Takers(search)
    for candidate in hybrids:
        eligible = {
            spill.offer.sku: (spill.bill, spill.expected_latency, value)
            for spill, value in overflows(search, candidate)
            if not spill.violations
        }
        kept = {offer.sku for offer in takers.at_any_weight(candidate)}
        assert kept <= eligible.keys()
        for factor in MOVED:
            for latency, isolation in ((factor, Decimal(1)), (Decimal(1), factor)):
                totals = {
                    sku: bill + latency * late + isolation * apart for sku, (bill, late, apart) in eligible.items()
                }
                assert all(totals[sku] > min(totals[one] for one in kept) for sku in totals.keys() - kept)


@checked
@given(situation=close_rivals() | situations())
def test_what_is_known_of_an_overflow_is_no_more_than_it_costs(situation: Situation) -> None:
    search, hybrids = replayed(situation)
    for candidate in hybrids:
        for spill, _ in overflows(search, candidate):
            if not spill.violations:
                assert spill.spilled.least_latency <= spill.spilled.least_latency_on(spill.offer)
                assert spill.least <= spill.extra
                plain = spill.offer.cold_start is None and not search.case.may_throttle(spill.offer.limits)
                assert spill.least == spill.extra or not plain or spill.offer.bills_compute


PARTS = st.tuples(*[st.integers(0, 12).map(Decimal)] * 3)


@checked
@given(one=PARTS, other=PARTS)
def test_what_undercuts_at_both_ends_does_so_at_every_factor(one: Parts, other: Parts) -> None:
    moved = [(factor, Decimal(1)) for factor in MOVED] + [(Decimal(1), factor) for factor in MOVED]
    below = [
        one[0] + latency * one[1] + apart * one[2] < other[0] + latency * other[1] + apart * other[2]
        for latency, apart in moved
    ]
    assert undercuts_throughout(one, other) == all(below)

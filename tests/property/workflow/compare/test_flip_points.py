"""Flip points claim that the answer changes there, and nowhere nearer: both are tried out on the market moved."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.workflow.compare.flip_points import FlipPoint, MoneyFlips, group_of
from service.workflow.compare.flip_points.envelopes import REACH
from service.workflow.compute.case import Case
from service.workflow.offers import Dedicated, Offer, Serverless
from service.workflow.options import Option, Reservation
from service.workflow.policy import Policy
from service.workflow.rule import choose, margins_of
from tests.effort import examples
from tests.markets import computed
from tests.oracles.brute_force import every_way
from tests.oracles.repricing import moved
from tests.property.workflow.strategies import Situation, amounts, situations

checked = settings(derandomize=True, max_examples=examples(120))

BESIDE = Decimal("1E-7")
"""How far beside a flip point the answer is looked at, as a share of the price."""


def answer(case: Case, offers: Sequence[Offer], policy: Policy) -> Option:
    """Return what is recommended, by brute force; replays do not depend on prices or weights."""
    priced = Case(case.profile, case.arrivals, policy, tuple(offers))
    standing = [way.option for way in every_way(priced, offers) if way.option.eligible]
    chosen = choose(standing, margins_of(policy), policy.incumbent)
    assert chosen is not None
    return chosen


def plain(key: str) -> str:
    """Return a key without its threshold, which brute force always names."""
    return re.sub(r"~\d+", "", key)


def flip_points(situation: Situation) -> tuple[Case, list[FlipPoint]]:
    """Return all flip points but those of traffic."""
    log, offers, policy = situation
    case, found = computed(log, offers, policy)
    return case, list(MoneyFlips(case, found, offers).found())


@checked
@given(situation=situations())
def test_the_answer_changes_at_every_flip_point(situation: Situation) -> None:
    _, offers, policy = situation
    case, points = flip_points(situation)
    for point in points:
        factor = point.value / point.current
        outward = BESIDE if point.direction == "above" else -BESIDE
        before = answer(case, *moved(offers, policy, point, factor * (1 - outward)))
        after = answer(case, *moved(offers, policy, point, factor * (1 + outward)))
        now = group_of(answer(case, offers, policy))
        assert group_of(after) != now, point
        assert plain(after.key) == plain(point.to), point
        if point.exact:
            assert group_of(before) == now, point


def movable(offers: Sequence[Offer], policy: Policy) -> Iterator[FlipPoint]:
    """Yield everything that could have a flip point, at its present value."""
    for offer in offers:
        if isinstance(offer, Serverless):
            yield from (_at_present("price", f"{offer.sku}.{price.meter}", price.amount) for price in offer.prices)
            if offer.warm_pool is not None:
                yield _at_present("price", f"{offer.sku}.warm_pool", offer.warm_pool.hourly)
            yield _at_present("price", f"{offer.sku}.monthly_minimum", offer.monthly_minimum)
        else:
            yield from _rates(offer)
    yield _at_present("weight", "latency.weight", policy.latency.weight)
    yield _at_present("weight", "isolation.weight", policy.isolation.weight)


def _rates(offer: Dedicated) -> Iterator[FlipPoint]:
    for rate in offer.rates:
        label = Reservation(offer, rate, 1).label
        yield _at_present("rate", label, rate.hourly if rate.hourly is not None else rate.monthly_per_unit)
        yield _at_present("rate", f"{label}.upfront", rate.upfront)


def _at_present(kind: str, name: str, current: Decimal) -> FlipPoint:
    return FlipPoint(kind, name, "", current, current, "", "")  # type: ignore[arg-type]


@checked
@given(situation=situations(), data=st.data())
def test_the_answer_stays_between_flip_points(situation: Situation, data: st.DataObject) -> None:
    _, offers, policy = situation
    case, points = flip_points(situation)
    assume(any(way.option.eligible for way in every_way(case, offers)))
    now = group_of(answer(case, offers, policy))
    for thing in movable(offers, policy):
        own = {p.direction: p for p in points if p.name == thing.name}
        if not thing.current or not all(point.exact for point in own.values()):
            continue
        low = own["below"].value / own["below"].current if "below" in own else 1 / REACH
        high = own["above"].value / own["above"].current if "above" in own else REACH
        factor = low + (high - low) * data.draw(amounts("0.001", "0.999", places=3))
        then = answer(case, *moved(offers, policy, thing, factor))
        assert group_of(then) == now, (thing, factor, own)

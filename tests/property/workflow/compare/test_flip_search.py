"""The short cuts of the search for flips leave out nothing: each is held against what it cuts short."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.compare.flip_points import MoneyFlips, reach
from service.workflow.compare.flip_points.contenders import Ways
from service.workflow.compare.flip_points.envelopes import REACH, SIDES, Hinge, Line, Rule, Side
from service.workflow.compare.flip_points.index import Index
from service.workflow.compare.flip_points.reach import within_reach
from service.workflow.compare.flip_points.search import thinned
from service.workflow.compare.flip_points.way import Way
from service.workflow.compute.kinds.replay_specs import Probe, SpillProbe
from service.workflow.compute.replaying import Attended, Beside
from service.workflow.compute.search.search import Search
from service.workflow.offers import Units
from service.workflow.options import COMMITTED, HYBRID
from service.workflow.rule import Margins
from tests.effort import examples
from tests.histories import log_of
from tests.markets import EXECUTOR, PROVISIONAL, computed, gpu_offer, rate, token_offer
from tests.property.workflow.strategies import Situation, situations

checked = settings(derandomize=True, max_examples=examples(1000))

MARGIN = st.sampled_from((Decimal(0), Decimal("0.1"), Decimal("0.3")))

MONEY = st.integers(0, 60).map(Decimal)

HINGES = st.builds(Hinge, MONEY, MONEY, MONEY).map(lambda hinge: (hinge,)) | st.just(())


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    """Draw lines of a few families, most of which do not move."""
    kinds = st.tuples(st.integers(0, 2) | st.just(COMMITTED + 1), MONEY, st.just(Decimal(0)) | MONEY, HINGES)
    drawn = draw(st.lists(kinds, min_size=1, max_size=8))
    return [Line(f"w{number}", f"w{number}", *kind) for number, kind in enumerate(drawn)]


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Draw a rule, with or without one of the lines as the incumbent."""
    return Rule(Margins(draw(MARGIN), draw(MARGIN), draw(MARGIN)), draw(st.sampled_from((None, None, "w0", "w1"))))


@checked
@given(found=lines(), rule=rules(), side=st.sampled_from(SIDES))
def test_the_answer_stays_up_to_the_first_change_and_is_another_beyond(
    found: Sequence[Line], rule: Rule, side: Side
) -> None:
    now = rule.standing(found)
    flip, _ = rule.first_change(found, side, now)
    end = (1 / REACH if side == "below" else REACH) if flip is None else flip.factor
    for share in ("0.001", "0.1", "0.35", "0.5", "0.8", "0.95", "0.999"):
        factor = 1 + (end - 1) * Decimal(share)
        assert at(rule, found, factor) == now.key
    if flip is not None:
        outward = Decimal("1E-9") if side == "above" else Decimal("-1E-9")
        assert at(rule, found, flip.factor * (1 + outward)) == flip.after.key


def at(rule: Rule, found: Sequence[Line], factor: Decimal) -> str:
    """Return what is chosen at a factor."""
    return rule.standing([Line(line.key, line.group, line.family, line.at(factor)) for line in found]).key


@checked
@given(found=lines(), rule=rules(), side=st.sampled_from(SIDES))
def test_lines_left_out_change_no_flip(found: list[Line], rule: Rule, side: Side) -> None:
    kept = thinned(found, rule, side)
    now = rule.standing(kept)
    assert now == rule.standing(found)
    assert rule.first_change(kept, side, now) == rule.first_change(found, side, now)


WAYS = st.builds(
    lambda number, family, expected, label: Way(f"k{number}", "g", family, expected, label=label),
    st.integers(0, 10**6),
    st.integers(0, 3),
    MONEY,
    st.sampled_from((None, "a", "b")),
)


@checked
@given(
    ways=st.lists(WAYS, unique_by=lambda way: way.key),
    added=st.lists(WAYS, unique_by=lambda way: way.key),
    leaves=st.sets(st.integers(0, 20)),
)
def test_exchanged_ways_are_in_the_order_of_an_index_anew(ways: list[Way], added: list[Way], leaves: set[int]) -> None:
    stays = [way for number, way in enumerate(ways) if number not in leaves]
    added = [way for way in added if way.key not in {each.key for each in ways}]
    index = Index(ways, [])
    index.exchange([way for number, way in enumerate(ways) if number in leaves], added)
    anew = Index([*stays, *added], [])
    assert {family: found for family, found in index.families.items() if found} == anew.families
    assert {label: found for label, found in index.labels.items() if found} == anew.labels


@settings(derandomize=True, max_examples=examples(150))
@given(situation=situations())
def test_ways_that_become_known_are_in_the_order_of_an_index_anew(situation: Situation) -> None:
    log, offers, policy = situation
    case, found = computed(log, offers, policy)
    unknown = replace(found, search=Search(case, found.search.serverless, EXECUTOR))
    ways = Ways(case, unknown, offers)
    numbers = range(len(ways.candidates))
    assert ways.best_now() == ways.best(lambda _: False)
    assert ways.in_use() == {way.sku for way in ways.still(lambda _: False, known=True)}
    for number in numbers:
        ways.replay([number])
        assert ways.best_now() == ways.best(lambda _: False)
        assert ways.in_use() == {way.sku for way in ways.still(lambda _: False, known=True)}
    anew = Index([*ways.options, *(way for number in numbers for way in ways.reserved(number))], ways.candidates)
    assert {family: within for family, within in ways.index.families.items() if within} == anew.families


@settings(derandomize=True, max_examples=examples(300))
@given(situation=situations())
def test_what_is_out_of_reach_flips_nothing(situation: Situation) -> None:
    log, offers, policy = situation
    found = []
    for within in (within_reach, lambda _, candidates, __: candidates):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("service.workflow.compare.flip_points.contenders.within_reach", within)
            case, options = computed(log, offers, policy)
            found.append(list(MoneyFlips(case, options, offers).found()))
    assert found[0] == found[1]


@settings(derandomize=True, max_examples=examples(200))
@given(situation=situations(), budget=st.integers(0, 6))
def test_replays_that_are_begun_ahead_change_nothing(situation: Situation, budget: int) -> None:
    log, offers, policy = situation
    found = []
    for ahead in (0, 2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("service.workflow.compute.search.search.AHEAD", ahead)
            patch.setattr("service.workflow.compare.flip_points.contenders.FLIP_REQUESTS", budget * len(log.arrival_us))
            case, options = computed(log, offers, policy)
            search = options.search
            explored = (list(search.replays), dict(search.best_of_group), dict(search.skipped), search.budget)
            flips = MoneyFlips(case, options, offers)
            if ahead:
                flips.start()
            found.append((explored, list(flips.found()), list(search.replays), search.budget))
    assert found[0] == found[1]


def test_what_is_begun_is_replayed_once_and_nobody_waits_for_the_rest() -> None:
    asked: list[Probe] = []
    case, options = computed(log_of([0, 1, 3600], [(10, 0, 10)] * 3), [gpu_offer("gpu", rate("1"))], PROVISIONAL)
    capacity = options.candidates[0].reservation.offer.capacity
    one, other = SpillProbe(capacity, 1, 1), SpillProbe(capacity, 2, 2)
    with ThreadPoolExecutor(1) as executor:
        search = Search(case, (), Noting(executor, asked))
        held = threading.Event()
        executor.submit(held.wait)
        search.start(one)
        search.start(one)
        search.start(other)
        assert asked == [one, other]
        heard: list[str] = []
        beside = Beside(Attended(executor, lambda phase, _: heard.append(phase)), search.ahead)
        assert list(beside.map(lambda _: threading.get_ident(), [0])) == [threading.get_ident()]
        assert heard == [""], "whoever may end the work is asked"
        held.set()
        assert search.replayed([one])[one].utilization == one.run(case).utilization
        search.leave()
        assert search.ahead == {}
        assert asked == [one, other]
        assert list(beside.map(lambda _: threading.get_ident(), [0])) != [threading.get_ident()]


class Noting(Executor):
    """Notes what it is given."""

    def __init__(self, executor: Executor, asked: list[Probe]) -> None:
        """Run everything on an executor."""
        self._executor, self._asked = executor, asked

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as Executor
        """Note the probe, and hand it on."""
        self._asked += args
        return self._executor.submit(fn, *args, **kwargs)


def test_what_is_within_reach_is_kept_and_no_more() -> None:
    one = gpu_offer("gpu", rate("1"), units=Units(1, 1, 64))
    case, options = computed(log_of([0, 1, 3600], [(10, 0, 10)] * 3), [one, token_offer("token")], PROVISIONAL)
    hybrids = [each for each in options.candidates if each.kind.spills]
    monthly, (cheapest, *_) = Decimal(730), hybrids
    widest = Margins(Decimal("0.1"), Decimal("0.1"), Decimal("0.1"))
    own = [
        replace(cheapest, reservation=replace(cheapest.reservation, units=n), fixed=n * monthly) for n in range(1, 40)
    ]

    def kept(best: dict[int, Decimal]) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reach, "margins_of", lambda _: widest)
            return len(list(within_reach(case, own, best)))

    assert kept({HYBRID: monthly}) == 10
    assert kept({HYBRID: monthly, COMMITTED + 730: 3 * monthly}) == 10
    assert kept({COMMITTED + 730: 2 * monthly}) == 24, "two families of a tenth: 20 / 0.81"
    assert kept({}) == len(own)

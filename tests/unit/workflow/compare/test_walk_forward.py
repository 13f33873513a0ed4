"""Walk-forward: decided on the first part, paid on the last, each evaluated apart."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from service.workflow.compare.walk_forward import WalkForward, walk_forward
from service.workflow.compute.kinds.realize import realize
from service.workflow.compute.redecide import case_of
from service.workflow.offers import ConcurrencyCapacity, Limits, Offer, Speed
from service.workflow.policy import Policy
from service.workflow.traffic import MINUTE, WEEK, RequestLog
from tests.histories import MONDAY, log_of
from tests.markets import EXECUTOR, PROVISIONAL, budget, chosen, gpu_offer, options_of, ptu_offer, rate, request_offer

WEEK_SECONDS = 7 * 24 * 3600

OFFERS: list[Offer] = [
    request_offer("req", "0.01"),
    ptu_offer("ptu", rate("0.02"), rate("0.01", 1), capacity=budget("5", requests="1")),
]
"""A unit takes five requests a minute for 14.60 a month, 7.30 for a month's term: as much as 3,358 requests a week."""


def weeks(*requests: int, burst: int = 1) -> list[float]:
    """Return arrivals of as many requests a week, `burst` at a time, evenly spaced."""
    return [
        number * WEEK_SECONDS + place * burst * WEEK_SECONDS / count + second
        for number, count in enumerate(requests)
        for place in range(count // burst)
        for second in range(burst)
    ]


def history(*requests: int, burst: int = 1) -> RequestLog:
    return log_of(weeks(*requests, burst=burst), start=0, end=len(requests) * WEEK_SECONDS)


def walked(log: RequestLog, offers: Sequence[Offer] = OFFERS, policy: Policy = PROVISIONAL) -> WalkForward | None:
    return walk_forward(log, case_of(log, policy).profile, offers, policy, EXECUTOR)


def part(first: int, *requests: int, burst: int = 1) -> RequestLog:
    """Return weeks as a history of their own, beginning with week `first`."""
    origin = MONDAY + first * WEEK
    return log_of(weeks(*requests, burst=burst), start=0, end=len(requests) * WEEK_SECONDS, origin=origin)


@pytest.mark.parametrize(
    ("first", "last", "burst"), [((200,), 4000, 1), ((9000,), 1000, 3), ((3000, 4000), 600, 2), ((600, 600), 600, 6)]
)
def test_both_parts_are_as_if_evaluated_apart(first: tuple[int, ...], last: int, burst: int) -> None:
    found = walked(history(*first, last, burst=burst))
    assert found is not None
    assert (found.weeks_decided, found.weeks_paid) == (len(first), 1)
    decided = chosen(part(0, *first, burst=burst), OFFERS)
    assert decided is not None
    assert found.decided == decided.key
    later = part(len(first), last, burst=burst)
    paid = realize(case_of(later, PROVISIONAL), decided.key, OFFERS)
    assert paid is not None
    assert (found.paid, found.violations) == (paid.adjusted, paid.violations)
    best = min((o for o in options_of(later, OFFERS).values() if o.eligible and not o.ruled_out), key=lambda o: o.rank)
    assert (found.hindsight, found.best) == (best.key, best.adjusted)
    assert found.regret == pytest.approx(float(paid.adjusted / best.adjusted) - 1)
    assert found.regret >= 0


def test_the_rule_decides_and_hindsight_takes_the_cheapest() -> None:
    """200 requests a week are 8.69 a month: a term for 7.30 is worth more than the margin, then it is not."""
    found = walked(history(200, 160))
    assert found is not None
    assert found.decided == "dedicated:ptu@1x1"
    assert (found.paid, found.best) == (Decimal("7.3"), Decimal("6.95"))
    assert found.hindsight == "serverless:req"
    assert found.regret == pytest.approx(7.3 / 6.95 - 1)


def test_what_missed_a_hard_need_is_no_hindsight() -> None:
    """One unit was enough for a request at a time; of eight at a time it throttles three."""
    only_units = replace(PROVISIONAL, modes=("serverless", "dedicated"))
    times = [*weeks(3000), *(WEEK_SECONDS + second for second in weeks(3000, burst=8))]
    found = walked(log_of(times, start=0, end=2 * WEEK_SECONDS), policy=only_units)
    assert found is not None
    assert (found.decided, [v.code for v in found.violations]) == ("dedicated:ptu@1x1", ["throttled"])
    assert (found.hindsight, found.best) == ("dedicated:ptu@1x2", Decimal("14.6"))
    assert found.regret == pytest.approx(-0.5)


def test_a_queue_sized_by_quieter_weeks_misses_the_goal_of_busier_ones() -> None:
    """Twenty at once wait in line on one unit for longer than the queueing goal allows; it took seven."""
    one = ConcurrencyCapacity(1, Speed(1000.0, ((1, 10.0),)))
    offers: list[Offer] = [request_offer("req", "0.01"), gpu_offer("gpu", rate("0.02"), capacity=one)]
    policy = replace(PROVISIONAL, modes=("serverless", "dedicated"))
    times = [*weeks(6000), *(WEEK_SECONDS + second for second in weeks(6000, burst=20))]
    log = log_of(times, [(0, 0, 100)] * len(times), start=0, end=2 * WEEK_SECONDS)
    found = walked(log, offers, policy)
    assert found is not None
    assert (found.decided, found.hindsight) == ("dedicated:gpu@0x1", "dedicated:gpu@0x7")
    assert [violation.code for violation in found.violations] == ["queueing_goal"]
    assert (found.paid, found.best) == (Decimal("14.6"), 7 * Decimal("14.6"))


def test_beside_a_free_option_regret_has_no_measure() -> None:
    offers: list[Offer] = [request_offer("free", "0", limits=Limits(requests_per_minute=1)), request_offer("req")]
    times = [*weeks(100, burst=2), *(WEEK_SECONDS + second for second in weeks(100))]
    found = walked(log_of(times, start=0, end=2 * WEEK_SECONDS), offers)
    assert found is not None
    assert (found.decided, found.hindsight, found.best) == ("serverless:req", "serverless:free", Decimal(0))
    assert found.regret == float("inf")
    always = walked(history(100, 100), offers)
    assert always is not None
    assert (always.paid, always.regret) == (Decimal(0), 0)


def test_the_incumbent_plays_no_part() -> None:
    """160 requests a week are 6.95 a month, not a tenth less than the 7.30 of a unit in use."""
    log = history(160, 4000)
    found = walked(log, policy=replace(PROVISIONAL, incumbent="dedicated:ptu@1x1"))
    assert found == walked(log)
    assert found is not None
    assert found.decided == "serverless:req"


def test_there_is_none_below_two_weeks_with_an_empty_part_or_nothing_eligible() -> None:
    short = log_of(weeks(300, 300), start=0, end=2 * WEEK_SECONDS)
    assert short.end_us is not None
    assert walked(replace(short, end_us=short.end_us - MINUTE)) is None
    assert walked(short) is not None
    assert walked(history(300, 0)) is None
    assert walked(history(0, 300)) is None
    tight: list[Offer] = [request_offer("req", limits=Limits(requests_per_minute=1))]
    assert walked(history(300, 300, burst=3), tight) is None

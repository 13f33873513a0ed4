"""Sizes of dedicated units: by the queueing goal, on top of it by a latency target, and never overloaded."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.workflow.compute.kinds.sizing import smallest, work_on
from service.workflow.compute.redecide import case_of
from service.workflow.offers import ConcurrencyCapacity, Speed, Units
from service.workflow.options import Option
from service.workflow.policy import LatencyPolicy, Policy, QueuePolicy
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.traffic import RequestLog
from tests.histories import log_of
from tests.markets import PROVISIONAL, gpu_offer, only, options_of, rate

ONE_AT_A_TIME = ConcurrencyCapacity(1, Speed(1e9, ((1, 10.0),)))
"""One slot of ten tokens a second: a request of ten tokens takes a second."""

BATCHED = ConcurrencyCapacity(4, Speed(500.0, ((1, 10.0), (5, 4.0))))
"""Four slots that slow one another down, and prompts of up to six seconds."""

FOUR_A_MINUTE = 15.0
"""Seconds between requests."""


def dedicated(log: RequestLog, policy: Policy = PROVISIONAL) -> Option:
    """Return the dedicated option of a GPU at 1 USD an hour."""
    gpu = gpu_offer("gpu", rate("1"), capacity=ONE_AT_A_TIME, units=Units(1, 1, 64))
    return only(options_of(log, [gpu], replace(policy, modes=("dedicated",))), "dedicated")


def with_a_busy_minute() -> RequestLog:
    """Return four requests a minute for a day, and one minute of 70."""
    seconds = sorted([*np.arange(0, 86_400, FOUR_A_MINUTE).tolist(), *np.linspace(40_000, 40_059, 66).tolist()])
    return log_of(seconds, [(0, 0, 10)] * len(seconds))


def waiting(wait_ms: float | None, percentile: float = 95.0) -> Policy:
    """Return a policy of that queueing goal."""
    return replace(PROVISIONAL, queue=QueuePolicy(percentile, wait_ms))


def test_one_busy_minute_does_not_double_the_units() -> None:
    log = with_a_busy_minute()
    strict = replace(PROVISIONAL, latency=LatencyPolicy(target_ms=5000.0, strict=True))
    assert dedicated(log).monthly_cost == dedicated(log, strict).monthly_cost == Decimal(730)


@pytest.mark.parametrize(
    ("wait_ms", "percentile", "units"), [(0, 100, 3), (0, 95, 1), (12_000, 100, 1), (None, 100, 1)]
)
def test_the_queueing_goal_decides(wait_ms: float | None, percentile: float, units: int) -> None:
    found = dedicated(with_a_busy_minute(), waiting(wait_ms, percentile))
    assert found.reservation is not None
    assert found.reservation.units == units


def test_a_lax_target_does_not_undo_the_goal() -> None:
    lax = replace(waiting(0, 100), latency=LatencyPolicy(target_ms=80_000_000.0))
    found = dedicated(with_a_busy_minute(), lax)
    assert found.reservation is not None
    assert found.reservation.units == 3


def test_units_keep_up_whatever_may_wait() -> None:
    log = log_of([0, 1, 2, 3, 3600], [(0, 0, 10)] * 4 + [(0, 0, 100_000)])
    found = dedicated(log, waiting(None))
    assert found.reservation is not None
    assert found.reservation.units == 3, "10,004 seconds of work in an hour"
    assert found.eligible


def test_a_log_below_a_minute_claims_no_overload() -> None:
    log = log_of([0, 0.5, 1], [(0, 0, 10), (0, 0, 10), (0, 0, 10)])
    found = dedicated(log)
    assert [violation.code for violation in found.violations] == []
    assert found.monthly_cost == Decimal(730)


def test_an_offer_whose_units_let_too_many_wait_says_so_and_is_not_recommended() -> None:
    log = log_of([0, 0, 0, 0, 60], [(0, 0, 10)] * 5)
    gpu = gpu_offer("gpu", rate("1"), capacity=ONE_AT_A_TIME, units=Units(1, 1, 2))
    options = options_of(log, [gpu], replace(waiting(500, 100), modes=("dedicated",)))
    (violation,) = only(options, "dedicated").violations
    assert violation.code == "queueing_goal"
    assert "60.0% of the requests would wait longer than 0.5 s in the queue of 1 unit;" in violation.sentence


def test_a_goal_that_no_number_meets_is_not_cheaper_than_one_that_some_number_meets() -> None:
    log = log_of([0, 0, 30], [(1000, 0, 10)] * 3)
    gpu = gpu_offer("gpu", rate("1"), capacity=ConcurrencyCapacity(1, Speed(50.0, ((1, 10.0),))))
    options = options_of(log, [gpu], replace(waiting(1, 100), modes=("dedicated",)))
    assert [violation.code for violation in only(options, "dedicated").violations] == ["queueing_goal"]


@pytest.mark.parametrize("least", range(12))
@pytest.mark.parametrize("guess", range(10))
def test_the_search_finds_the_smallest_from_any_guess(least: int, guess: int) -> None:
    tried: list[int] = []

    def meets(step: int) -> bool:
        tried.append(step)
        return step >= least

    assert smallest(0, guess, 9, meets) == (least if least <= 9 else None)
    assert len(tried) == len(set(tried))
    assert len(tried) <= 2 + 2 * abs(min(least, 9) - guess).bit_length()


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 3000), st.integers(0, 60)), min_size=1, max_size=200),
    st.integers(1, 4),
    st.sampled_from([0, 500, 10_000, 60_000]),
)
def test_no_fewer_wait_than_are_sure_to(sent: list[tuple[int, int, int]], units: int, wait_ms: int) -> None:
    sent = [(0, 0, 1), *sorted(sent), (900, 0, 1)]
    log = log_of([second for second, _, _ in sent], [(uncached, 0, output) for _, uncached, output in sent])
    case = case_of(log, waiting(wait_ms, 50))
    goal = case.queue_goal
    assert goal is not None
    sure = work_on(case, BATCHED).sure_to_wait(units, BATCHED.slots, goal.wait_us)
    assert sure <= replay_dedicated(case.arrivals, BATCHED, units, None, goal).waits


def test_whom_an_hours_backlog_lets_wait_is_known_without_a_replay() -> None:
    log = log_of([second / 2 for second in range(7200)], [(0, 0, 10)] * 7200)
    work = work_on(case_of(log, PROVISIONAL), ONE_AT_A_TIME)
    assert work.sure_to_wait(1, 1, 10_000_000) > 6800
    assert work.sure_to_wait(2, 1, 10_000_000) == 0


def test_nobody_is_sure_to_wait_for_long_requests_beside_a_free_slot() -> None:
    long = [(0, 0, 4000)] * 3
    case = case_of(log_of([0, 0, 0, 100, 110, 900], [*long, *[(0, 0, 1)] * 3]), PROVISIONAL)
    work = work_on(case, BATCHED)
    assert work.backlog(1)[0] > 60
    assert work.sure_to_wait(1, BATCHED.slots, 0) == 0

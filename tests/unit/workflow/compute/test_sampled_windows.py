"""Samples hold whole windows: a budget is never spread over minutes that have nothing to do with each other."""

from dataclasses import replace
from decimal import Decimal

import pytest

from service.workflow.offers import Units
from service.workflow.options import Option
from service.workflow.policy import ReplayPolicy
from service.workflow.traffic import BucketSeries
from tests.histories import MONDAY, ints
from tests.markets import PROVISIONAL, budget, options_of, ptu_offer, rate, token_offer

WEEK_OF_BUCKETS = 1008
"""Buckets of 600 seconds in a week."""


def alternating() -> BucketSeries:
    """Return a week of 120 and 40 requests in turn in buckets of ten minutes, 1,000 input tokens each."""
    counts = ints([120, 40] * (WEEK_OF_BUCKETS // 2))
    starts = MONDAY + 600_000_000 * ints(list(range(WEEK_OF_BUCKETS)))
    return BucketSeries(600, starts, counts, counts * 1000, counts * 0, counts * 0)


def hybrid(most: int) -> Option:
    """Return the hybrid of one unit of 8,000 tokens a minute, in windows of ten, by a sample of `most` requests."""
    unit = ptu_offer("ptu", rate("0.10"), capacity=budget("8000", window=600, input_tokens="1"), units=Units(1, 1, 1))
    policy = replace(PROVISIONAL, replay=ReplayPolicy(most))
    options = options_of(alternating(), [unit, token_offer(into="1", out="1")], policy)
    (option,) = (o for key, o in options.items() if key.startswith("hybrid:ptu@0x1"))
    return option


@pytest.mark.parametrize("most", [100_000, 7000, 600])
def test_a_window_of_ten_minutes_costs_the_same_by_any_sample(most: int) -> None:
    found = hybrid(most)
    assert found.figures is not None
    assert found.figures.overflow_share == pytest.approx(0.25, abs=0.001)
    assert abs(found.monthly_cost - Decimal("160.60")) < Decimal("0.15")

"""Hybrids beyond a first guess are looked at where a need makes them the answer."""

from dataclasses import replace
from decimal import Decimal

from service.workflow.compute.redecide import case_of, decide_again
from service.workflow.offers import ConcurrencyCapacity, Offer, Speed
from service.workflow.policy import LatencyPolicy, Policy
from tests.histories import log_of
from tests.markets import EXECUTOR, PROVISIONAL, computed, gpu_offer, rate, token_offer

ONE = ConcurrencyCapacity(1, Speed(1000.0, ((1, 100.0),)))
"""A second for the hundred tokens of each request, one at a time."""

SLOW = Speed(1000.0, ((1, 10.0),))

EIGHT = log_of([0.0] * 8 + [3599.0], [(1, 0, 100)] * 9, start=0, end=3600)
"""Eight at once, so that only eight units serve all of them without a queue."""

TARGET = LatencyPolicy(metric="end_to_end", percentile=99.0, target_ms=2000.0)


def chosen(latency: LatencyPolicy) -> tuple[str, Decimal, str, Decimal]:
    """Return the answer of deciding again, and the cheapest eligible option of the whole search."""
    policy: Policy = replace(PROVISIONAL, modes=("hybrid",), latency=latency)
    offers: list[Offer] = [token_offer("tok", "0.01", "0.01", speed=SLOW), gpu_offer("gpu", rate("9.00"), capacity=ONE)]
    case = case_of(EIGHT, policy, offers)
    again = decide_again(case, offers, EXECUTOR)
    whole = min(
        (o for o in computed(EIGHT, offers, policy)[1].options if o.eligible), key=lambda option: option.expected
    )
    assert again is not None
    return again.key, again.expected, whole.key, whole.expected


def test_a_need_that_no_overflow_meets_takes_as_many_units_as_it_must() -> None:
    key, expected, whole, best = chosen(replace(TARGET, strict=True))
    assert "x8" in key
    assert (key, expected) == (whole, best)

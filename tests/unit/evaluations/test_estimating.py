"""Estimates: they rise with what costs time, and stay within sight of what was measured."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bench._scenarios import dedicated_offers, serverless_offers
from service.evaluations.estimating import estimated_seconds
from service.workflow.offers import Offer
from service.workflow.policy import LatencyPolicy, Policy, QueuePolicy, ReplayPolicy

SMALL: list[Offer] = [*serverless_offers(3), *dedicated_offers(3, 3)]
LARGE: list[Offer] = [*serverless_offers(30), *dedicated_offers(70)]


@pytest.mark.parametrize(
    ("requests", "offers", "policy", "measured"),
    [
        (8_819, SMALL, Policy(), 0.23),
        (490_800, LARGE, Policy(), 2.4),
        (1_216_715, LARGE, Policy(), 3.7),
        (98_147, SMALL, Policy(latency=LatencyPolicy(target_ms=1500.0, strict=True)), 1.7),
    ],
)
def test_an_estimate_is_near_what_was_measured_once(
    requests: int, offers: list[Offer], policy: Policy, measured: float
) -> None:
    assert 0.5 < estimated_seconds(requests, offers, policy) / measured < 2


def test_what_costs_time_is_estimated_higher() -> None:
    usual = estimated_seconds(500_000, SMALL, Policy())
    dearer = [
        (500_000, LARGE, Policy()),
        (5_000_000, SMALL, Policy()),
        (500_000, SMALL, Policy(traffic_factor=Decimal(3))),
        (500_000, SMALL, Policy(queue=QueuePolicy(99.0, 100.0))),
        (500_000, SMALL, Policy(latency=LatencyPolicy(value_per_slow_request=Decimal("0.01"), target_ms=500.0))),
    ]
    assert all(estimated_seconds(*case) > usual for case in dearer)
    sampled = Policy(replay=ReplayPolicy(50_000))
    assert estimated_seconds(500_000, SMALL, sampled) < usual
    assert estimated_seconds(5_000_000, SMALL, sampled) == estimated_seconds(500_000, SMALL, sampled)
    assert estimated_seconds(500_000, SMALL, replace(Policy(), modes=("serverless",))) < usual


def test_a_history_without_counts_is_estimated_as_a_small_one() -> None:
    assert 0 < estimated_seconds(0, SMALL, Policy()) <= estimated_seconds(2_000, SMALL, Policy())

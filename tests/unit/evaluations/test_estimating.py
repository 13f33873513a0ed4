"""Estimates: they rise with what costs time, follow the machine, and stay within sight of what was measured."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bench._scenarios import dedicated_offers, serverless_offers
from service.evaluations import estimating, machine_speed
from service.evaluations.estimating import TrafficSize, estimated_seconds
from service.workflow.offers import Offer
from service.workflow.policy import LatencyPolicy, Policy, ReplayPolicy

SMALL: list[Offer] = [*serverless_offers(3), *dedicated_offers(3, 3)]
LARGE: list[Offer] = [*serverless_offers(30), *dedicated_offers(70)]


def week(requests: int) -> TrafficSize:
    return TrafficSize(requests, 168.0, 1000 * requests, 0, 200 * requests)


@pytest.fixture(autouse=True)
def machine_of_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimating, "slowness", lambda: 1.0)


@pytest.mark.parametrize(
    ("requests", "offers", "policy", "measured"),
    [
        (490_800, LARGE, Policy(), 1.8),
        (98_147, SMALL, Policy(latency=LatencyPolicy(target_ms=1500.0, strict=True)), 0.36),
    ],
)
def test_an_estimate_is_near_what_was_measured_once(
    requests: int, offers: list[Offer], policy: Policy, measured: float
) -> None:
    assert 0.5 < estimated_seconds(week(requests), offers, policy) / measured < 2


def test_what_costs_time_is_estimated_higher() -> None:
    usual = estimated_seconds(week(500_000), SMALL, Policy())
    dearer = [
        (500_000, LARGE, Policy()),
        (5_000_000, SMALL, Policy()),
        (500_000, SMALL, Policy(traffic_factor=Decimal(3))),
        (500_000, SMALL, Policy(latency=LatencyPolicy(value_per_slow_request=Decimal("0.01"), target_ms=500.0))),
    ]
    assert all(estimated_seconds(week(requests), offers, policy) > usual for requests, offers, policy in dearer)
    assert estimated_seconds(week(500_000), SMALL, Policy(replay=ReplayPolicy(50_000))) < usual
    assert estimated_seconds(week(500_000), SMALL, replace(Policy(), modes=("serverless",))) < usual


def test_a_history_without_counts_is_estimated_as_a_small_one() -> None:
    nothing = TrafficSize(0, 168.0, 0, 0, 0)
    assert 0 < estimated_seconds(nothing, SMALL, Policy()) <= estimated_seconds(week(20_000), SMALL, Policy())


def test_a_machine_half_as_fast_takes_twice_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = estimated_seconds(week(500_000), SMALL, Policy())
    monkeypatch.setattr(estimating, "slowness", lambda: 2.0)
    assert estimated_seconds(week(500_000), SMALL, Policy()) == pytest.approx(2 * usual, rel=0.01)


def test_the_speed_of_a_process_is_measured_once_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_speed.slowness.cache_clear()
    told = iter([0.0148, 0.0222, 0.0740])
    monkeypatch.setattr(machine_speed, "_seconds", lambda: next(told))
    assert machine_speed.slowness() == pytest.approx(2.0)
    assert machine_speed.slowness() == pytest.approx(2.0)
    machine_speed.slowness.cache_clear()
    monkeypatch.setattr(machine_speed, "_seconds", lambda: 1e9)
    assert machine_speed.slowness() == machine_speed.MOST
    machine_speed.slowness.cache_clear()

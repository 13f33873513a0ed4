"""Marginal units by hand: what the k-th unit keeps from spilling, and what it costs."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from service.workflow.compare.marginal import MarginalUnit, marginal_units
from service.workflow.compute.kinds.realize import realize
from service.workflow.offers import ConcurrencyCapacity, Offer, Speed, ThroughputCapacity, Units
from service.workflow.policy import HybridPolicy, LatencyPolicy, Policy
from service.workflow.traffic import TrafficHistory
from tests.histories import log_of, series_of
from tests.markets import PROVISIONAL, axis, budget, computed, gpu_offer, ptu_offer, rate, request_offer

TEN_A_MINUTE = budget("10", requests="1")

BURST = log_of([float(second) for second in range(25)], start=0, end=3600)
"""25 requests in the first minute of an hour: 18,250 a month."""


def steps_of(
    key: str, offers: Sequence[Offer], policy: Policy = PROVISIONAL, history: TrafficHistory = BURST
) -> list[MarginalUnit]:
    """Return the marginal units of the hybrid that `key` names."""
    case, found = computed(history, offers, policy)
    option = realize(case, key, offers)
    assert option is not None
    return marginal_units(case, option, found.search)


def test_each_unit_saves_the_overflow_it_avoids_less_its_cost() -> None:
    """Of 600 requests that a unit could take in the hour the first keeps 10, the second 10, the third 5."""
    steps = steps_of("hybrid:ptu@0x3+req", [request_offer(), ptu_offer("ptu", rate("0.07"), capacity=TEN_A_MINUTE)])
    cost = 730 * Decimal("0.07")
    kept = [Decimal(count) for count in (10, 10, 5, 0, 0)]
    assert [step.units for step in steps] == [1, 2, 3, 4, 5]
    assert {step.cost for step in steps} == {cost}
    assert [step.avoided for step in steps] == [count * 730 * Decimal("0.01") for count in kept]
    assert [step.saving for step in steps] == [step.avoided - cost for step in steps]
    assert [step.utilization for step in steps] == pytest.approx([float(count) / 600 for count in kept])
    assert [step.break_even for step in steps[3:]] == [None, None]
    assert [step.break_even for step in steps[:3]] == pytest.approx([0.07 / 6] * 3)
    assert [step.utilization > (step.break_even or 1) for step in steps] == [True, True, False, False, False]
    assert [step.saving > 0 for step in steps] == [True, True, False, False, False]


def test_slots_keep_work_against_what_a_full_unit_does_in_the_time() -> None:
    """Three requests of a second each at once: two on the first unit, one on the second."""
    flat = ConcurrencyCapacity(2, Speed(1000.0, ((1, 100.0),)))
    history = log_of([10.0] * 3, [(0, 0, 100)] * 3, start=0, end=3600)
    steps = steps_of(
        "hybrid:gpu@0x1+req", [request_offer(), gpu_offer("gpu", rate("0.01"), capacity=flat)], history=history
    )
    assert [step.utilization for step in steps] == pytest.approx([2 / 7200, 1 / 7200, 0])
    assert [step.saving for step in steps] == [Decimal("7.3"), Decimal(0), Decimal("-7.3")]


def test_routing_is_paid_with_the_first_units_and_outages_take_back_what_they_cost() -> None:
    offers: list[Offer] = [request_offer(), ptu_offer("ptu", rate("0.01"), capacity=TEN_A_MINUTE)]
    policy = replace(PROVISIONAL, hybrid=HybridPolicy(1.0, Decimal(40), Decimal(73)))
    first, second, *_ = steps_of("hybrid:ptu@0x3+req", offers, policy)
    assert (first.cost, second.cost) == (Decimal("47.3"), Decimal("7.3"))
    assert first.avoided == second.avoided == Decimal(73) * 9 / 10
    assert first.break_even == pytest.approx(first.utilization * 47.3 / 65.7)


@pytest.mark.parametrize(
    ("units", "own", "expected"),
    [
        (Units(2, 3, 8), 5, [2, 5, 8]),
        (Units(15, 5, None), 15, [15, 20, 25]),
        (Units(1, 1, 32), 9, [3, 4, 5, 6, 7, 8, 9, 10, 11]),
        (Units(1, 1, 9), 7, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (Units(1, 1, 9), 8, [2, 3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_steps_are_the_legal_units_around_the_options_own(units: Units, own: int, expected: list[int]) -> None:
    offers: list[Offer] = [request_offer(), ptu_offer("ptu", rate("0.01"), capacity=TEN_A_MINUTE, units=units)]
    steps = steps_of(f"hybrid:ptu@0x{own}+req", offers)
    assert [step.units for step in steps] == expected
    sizes = [b - a for a, b in zip([expected[0] - units.increment, *expected], expected, strict=False)]
    if expected[0] == units.minimum:
        sizes[0] = units.minimum
    assert [step.cost for step in steps] == [size * Decimal("7.3") for size in sizes]


def test_the_busiest_axis_is_what_a_unit_is_utilized_by() -> None:
    """A unit takes 10 requests or 100 output tokens a minute; the first spends its tokens, the second its requests."""
    two = ThroughputCapacity(60, (axis("10", requests="1"), axis("100", output_tokens="1")))
    heavy, light = (0, 0, 50), (0, 0, 1)
    history = log_of([0.0, 1.0, *(float(2 + n) for n in range(18))], [heavy, heavy, *[light] * 18], start=0, end=3600)
    offers: list[Offer] = [request_offer(), ptu_offer("ptu", rate("0.01"), capacity=two)]
    steps = steps_of("hybrid:ptu@0x1+req", offers, history=history)
    assert [step.utilization for step in steps] == pytest.approx([100 / 6000, 18 / 600, 0])


def test_buckets_without_requests_have_marginal_units_too() -> None:
    """Ten buckets of 130 tokens against 50 a unit and minute, at 1.00 a thousand tokens."""
    token = replace(request_offer("tok"), prices=(replace(request_offer().prices[0], meter="output_tokens", per=1000),))
    offers: list[Offer] = [token, ptu_offer("ptu", rate("0.01"), capacity=budget("15", output_tokens="1"))]
    history = series_of([10] * 10, counted=False)
    steps = steps_of("hybrid:ptu@0x1+tok", offers, history=history)
    assert [step.utilization for step in steps] == pytest.approx([1, 1, 0])
    assert [step.avoided for step in steps[:2]] == [Decimal(730 * 900) / 1000 / 100] * 2


SLOW_TOGETHER = ConcurrencyCapacity(3, Speed(1000.0, ((1, 100.0), (3, 50.0))))


@pytest.mark.parametrize(
    ("share", "own", "kept"),
    [
        (1.0, "2", [3, 3, 2]),
        (0.5, "1", [1, 2, 1]),
        (0.5, "2", [1, 2, 1]),
        (1.0, "2~4", [2, 2, 2]),
        (0.5, "1~3", [3, 3, 2]),
    ],
)
def test_other_units_spill_at_the_same_share_of_the_policys_threshold(share: float, own: str, kept: list[int]) -> None:
    """Half of three slots are 1, 3 and 4 streams of one, two and three units; 4 of 6 are 2, 4 and 6."""
    history = log_of([10.0] * 8, [(0, 0, 100)] * 8, start=0, end=3600)
    offers: list[Offer] = [request_offer(), gpu_offer("gpu", rate("0.01"), capacity=SLOW_TOGETHER)]
    latency = LatencyPolicy(target_ms=1.0, value_per_slow_request=Decimal("0.0001"))
    policy = replace(PROVISIONAL, latency=latency, hybrid=HybridPolicy(share))
    steps = steps_of(f"hybrid:gpu@0x{own}+req", offers, policy, history)
    assert [step.avoided for step in steps[:3]] == [count * Decimal("7.3") for count in kept]

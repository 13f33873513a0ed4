"""Commitments by hand: what is due when, and the month in which they have paid for themselves."""

from decimal import Decimal

import pytest

from service.workflow.compare.commitment import Commitment, commitment, units_needed
from service.workflow.compute.kinds.realize import realize
from service.workflow.offers import Offer, Units
from service.workflow.policy import HorizonPolicy
from service.workflow.rates import Rate
from tests.histories import log_of
from tests.markets import computed, gpu_offer, rate, request_offer

ON_DEMAND = Rate(0, monthly=Decimal(100))

HISTORY = log_of([0.0, 1.0], start=0, end=3600)


def committed(
    *rates: Rate, units: int = 2, months: int = 12, growth: str = "0", key: str = "dedicated:gpu@{term}x{units}"
) -> Commitment | None:
    """Return the commitment of the last rate."""
    offers: list[Offer] = [request_offer(), gpu_offer("gpu", *rates, units=Units(units, 1, units))]
    case, _ = computed(HISTORY, offers)
    option = realize(case, key.format(term=rates[-1].term_months, units=units), offers)
    assert option is not None
    return commitment(option, HorizonPolicy(months, Decimal(growth)))


def test_upfront_is_earned_back_by_what_each_month_saves() -> None:
    """200 of upfront and 60 a month against 100, of two units: 400 down, 80 saved a month, even after five."""
    found = committed(ON_DEMAND, Rate(12, monthly=Decimal(60), upfront=Decimal(200)))
    assert found == Commitment(
        upfront=Decimal(400),
        monthly=Decimal(120),
        months_locked=12,
        pays_back_month=5,
        horizon_cost=Decimal(400 + 12 * 120),
        horizon_on_demand=Decimal(12 * 200),
    )


@pytest.mark.parametrize(
    ("monthly", "upfront", "month"),
    [("60", "0", 1), ("100", "0", 1), ("60", "40", 1), ("60", "41", 2), ("60", "480", 12), ("60", "481", None)],
)
def test_it_has_paid_back_by_the_end_of_the_month_in_which_both_cost_the_same(
    monthly: str, upfront: str, month: int | None
) -> None:
    found = committed(ON_DEMAND, Rate(12, monthly=Decimal(monthly), upfront=Decimal(upfront)))
    assert found is not None
    assert found.pays_back_month == month


def test_what_is_dearer_than_on_demand_never_pays_back() -> None:
    found = committed(ON_DEMAND, Rate(12, monthly=Decimal(101)), months=36)
    assert found is not None
    assert found.pays_back_month is None


def test_of_several_on_demand_rates_the_cheapest_is_the_alternative() -> None:
    found = committed(Rate(0, monthly=Decimal(110)), ON_DEMAND, Rate(12, monthly=Decimal(105)))
    assert found is not None
    assert found.pays_back_month is None
    assert found.horizon_on_demand == Decimal(12 * 200)


def test_hourly_rates_are_months_of_730_hours() -> None:
    found = committed(rate("2"), rate("1.5", 12), units=3)
    assert found is not None
    assert (found.monthly, found.horizon_cost) == (Decimal(3285), Decimal(12 * 3285))
    assert found.horizon_on_demand == Decimal(12 * 4380)


def test_a_term_shorter_than_the_horizon_is_bought_again() -> None:
    """Six months at 150 and 80 each: due at the start of months 1, 7 and 13."""
    found = committed(ON_DEMAND, Rate(6, monthly=Decimal(80), upfront=Decimal(150)), units=1, months=13)
    assert found is not None
    assert (found.months_locked, found.pays_back_month) == (6, None)
    assert (found.horizon_cost, found.horizon_on_demand) == (Decimal(3 * 150 + 13 * 80), Decimal(1300))


def test_a_term_longer_than_the_horizon_is_due_in_full_and_may_pay_back_after_it() -> None:
    found = committed(ON_DEMAND, Rate(36, monthly=Decimal(50), upfront=Decimal(1000)), units=1, months=12)
    assert found is not None
    assert (found.horizon_cost, found.horizon_on_demand) == (Decimal(1600), Decimal(1200))
    assert found.pays_back_month == 20


def test_growth_is_met_on_demand_beside_the_commitment() -> None:
    """Two units growing by half a month: 2, 3, 5 and 7 (of 6.75)."""
    assert [units_needed(2, Decimal("0.5"), month) for month in range(4)] == [2, 3, 5, 7]
    found = committed(ON_DEMAND, Rate(12, monthly=Decimal(60), upfront=Decimal(30)), months=4, growth="0.5")
    assert found is not None
    assert found.horizon_on_demand == Decimal(100 * (2 + 3 + 5 + 7))
    assert found.horizon_cost == Decimal(2 * 30 + 4 * 120 + 100 * (0 + 1 + 3 + 5))
    assert found.pays_back_month == 1


def test_a_shrinking_need_is_paid_for_all_the_same_and_can_undo_the_saving() -> None:
    """Four units at 60 against 100: 400, 200, 100, 100 on demand. Ahead for a month, behind from the third on."""
    found = committed(ON_DEMAND, Rate(4, monthly=Decimal(60)), units=4, months=4, growth="-0.5")
    assert found is not None
    assert (found.horizon_cost, found.horizon_on_demand) == (Decimal(960), Decimal(800))
    assert found.pays_back_month is None


def test_whole_numbers_of_units_are_never_rounded_up() -> None:
    assert units_needed(10, Decimal("0.1"), 1) == 11
    assert units_needed(7, Decimal(0), 36) == 7
    assert units_needed(1, Decimal(1), 10) == 1024


def test_only_a_term_beside_an_on_demand_rate_is_a_commitment() -> None:
    assert committed(ON_DEMAND) is None
    assert committed(Rate(12, monthly=Decimal(60))) is None
    assert committed(ON_DEMAND, Rate(12, monthly=Decimal(60)), key="serverless:req") is None


def test_a_hybrid_commits_its_units_alone() -> None:
    found = committed(ON_DEMAND, Rate(12, monthly=Decimal(60)), key="hybrid:gpu@{term}x{units}+req")
    assert found is not None
    assert (found.monthly, found.horizon_cost) == (Decimal(120), Decimal(1440))

"""Uncertainty by hand: costs at the levels that traffic may come to, and the residuals these are drawn from."""

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from service.workflow.compare.residuals import residuals_of, spread_of
from service.workflow.compare.uncertainty import Uncertainty, uncertainty
from service.workflow.compute.compute import Computed
from service.workflow.offers import Offer
from service.workflow.policy import Policy, UncertaintyPolicy
from service.workflow.traffic import TrafficHistory
from tests.histories import series_of
from tests.markets import MEASURED, budget, computed, ptu_offer, rate
from tests.unit.workflow.decide.deciding import DAYS, market, week

STILL = replace(MEASURED, uncertainty=UncertaintyPolicy(noise=0.0))
"""Days that do not differ, and no noise: the coming level is the present one."""


def found(
    offers: list[Offer], policy: Policy = MEASURED, history: TrafficHistory | None = None
) -> tuple[Computed, Uncertainty]:
    case, made = computed(week() if history is None else history, offers, policy)
    return made, uncertainty(case, made.options)


def test_at_the_present_level_every_option_costs_what_its_replay_says() -> None:
    units = ptu_offer("ptu", rate("0.10"), rate("0.05", 12, "120"), capacity=budget("1", requests="1"))
    made, ranges = found([*market()[:1], units], STILL)
    exact = [option for option in made.options if not option.ruled_out]
    assert {option.mode for option in exact} == {"serverless", "dedicated", "hybrid"}
    assert any(option.reservation is not None and option.reservation.rate.upfront for option in exact)
    for option in exact:
        interval = ranges.of(option.key)
        assert interval is not None
        assert (interval.low, interval.high) == pytest.approx((float(option.expected), float(option.expected)))


def test_a_bill_by_the_request_moves_with_the_level() -> None:
    """Residuals of −3.8 and 1.0 at 10 and 90 %, times a spread of 0.2: e^−0.76 and e^0.2 times 219."""
    _, ranges = found(market()[:1])
    assert (ranges.spread, ranges.low, ranges.high) == pytest.approx((0.2, math.exp(-0.76), math.exp(0.2)))
    interval = ranges.of("serverless:req")
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((219 * math.exp(-0.76), 219 * math.exp(0.2)))


def test_probabilities_are_the_shares_of_scenarios_in_which_nothing_costs_less() -> None:
    """Units for 250 a month against requests for 219 now: cheaper from 1.14 times the traffic on, 3 levels of 19.

    One more level stays for what none of them shows: half of it for each of the two.
    """
    table = UncertaintyPolicy().residuals
    levels = np.exp(0.2 * np.interp(np.arange(1, 20) / 20, (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95), table))
    dearer = int(np.count_nonzero(219 * levels > 250))
    assert dearer == 3
    whole = ptu_offer("ptu", rate(str(Decimal(250) / 730)), capacity=budget("90", requests="1"))
    _, ranges = found([*market()[:1], whole], replace(MEASURED, modes=("serverless", "dedicated")))
    requests, units = ranges.of("serverless:req"), ranges.of("dedicated:ptu@0x1")
    assert requests is not None
    assert units is not None
    assert (requests.probability_cheapest, units.probability_cheapest) == ((19.5 - dearer) / 20, (dearer + 0.5) / 20)
    beyond = np.maximum(219 * levels - 250, 0)
    assert requests.expected_regret == pytest.approx(float(beyond.mean()))


def test_where_nothing_else_is_eligible_it_is_the_cheapest_for_certain() -> None:
    _, ranges = found(market()[:1])
    (only,) = ranges.intervals
    assert (only.probability_cheapest, only.probability_within_margin) == (1.0, 1.0)


def test_probabilities_of_all_ways_add_up_to_one_at_most() -> None:
    """What is missing is the part of other numbers of the hybrid's units."""
    units = ptu_offer("ptu", rate("0.10"), rate("0.05", 12, "120"), capacity=budget("1", requests="1"))
    _, ranges = found([*market()[:1], units])
    said = [interval.probability_cheapest for interval in ranges.intervals if interval.probability_cheapest is not None]
    assert all(said)
    assert sum(said) < 1


def test_three_weeks_of_a_history_add_residuals_of_its_own() -> None:
    """A level that never moves: its own residuals are 0, and two weeks of them weigh 2 ÷ (2 + 4)."""
    case, _ = computed(series_of(DAYS * 3, bucket=3600), market()[:1], MEASURED)
    residuals, weeks = residuals_of(case.forecast, case.policy)
    assert weeks == 2
    assert residuals.tolist() == pytest.approx([value * 4 / 6 for value in UncertaintyPolicy().residuals])
    fewer, none = residuals_of(computed(week(), market()[:1], MEASURED)[0].forecast, MEASURED)
    assert (fewer.tolist(), none) == (list(UncertaintyPolicy().residuals), 0)


def test_the_spread_is_what_noise_and_volatility_make_together() -> None:
    assert spread_of(0.15, replace(MEASURED, uncertainty=UncertaintyPolicy(noise=0.2))) == pytest.approx(0.25)

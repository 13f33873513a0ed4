"""The traffic to be expected by hand: the weights of days, of weeks where weeks repeat, and the discount."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from service.workflow.compare.residuals import residuals_of
from service.workflow.compute.forecast import Forecast, volatility_of
from service.workflow.compute.redecide import case_of
from service.workflow.policy import ForecastPolicy, Policy, UncertaintyPolicy
from tests.histories import series_of

POLICY = Policy()

OFFICE = [10, 11, 10, 9, 10, 5, 5]
"""Requests an hour of the days of a week that ends on a Sunday."""


def forecast_of_days(*days: float, policy: Policy = POLICY) -> Forecast:
    """Return the forecast of days of equal hours, the oldest first; a day in hundreds of requests an hour."""
    return case_of(series_of([int(day * 100) for day in days for _ in range(24)], bucket=3600), policy).forecast


def test_the_latest_days_count_most() -> None:
    """Weights 1, 1/2, … 1/64 on 7 … 1 hundred requests: 6.05 of 4 on the mean."""
    forecast = forecast_of_days(1, 2, 3, 4, 5, 6, 7)
    assert (forecast.weekly, forecast.weights.tolist()) == (False, [4096, 2048, 1024, 512, 256, 128, 64])
    expected = sum(Fraction(7 - age, 2**age) for age in range(7)) / sum(Fraction(1, 2**age) for age in range(7))
    assert 1 + forecast.drift == pytest.approx(float(expected / 4))


def test_the_discount_grows_with_how_much_days_differ() -> None:
    """Two kinds of days, 50 and 150: by half-lives of two days, a little under 50 % apart; no more than the largest."""
    steady = forecast_of_days(1, 1, 1, 1, 1, 1, 1)
    assert (steady.volatility, steady.discount) == pytest.approx((0.0, 0.05))
    restless = forecast_of_days(0.5, 1.5, 0.5, 1.5, 0.5, 1.5, 0.5)
    weights = 2.0 ** (-np.arange(7) / 2)
    days = np.array([0.5, 1.5, 0.5, 1.5, 0.5, 1.5, 0.5])
    mean = float(weights @ days / weights.sum())
    wanted = float(weights @ (days - mean) ** 2 / weights.sum()) ** 0.5 / mean
    assert restless.volatility == pytest.approx(wanted)
    assert restless.discount == pytest.approx(0.05 + 0.2 * wanted, abs=1e-6)
    assert forecast_of_days(9, 0, 0, 0, 0, 0, 0).discount == pytest.approx(0.4)


def test_where_weeks_repeat_a_weekend_at_the_end_says_nothing_of_a_fall() -> None:
    forecast = forecast_of_days(*OFFICE, *OFFICE)
    assert forecast.weekly
    assert forecast.volatility == pytest.approx(0.0)
    assert forecast.weights.tolist() == [4096] * 7 + [2048] * 7
    assert forecast.drift == pytest.approx(0.0)
    by_days = forecast_of_days(*OFFICE, *OFFICE, policy=replace(POLICY, forecast=ForecastPolicy(weekly_share=0.0)))
    assert not by_days.weekly
    assert by_days.drift < -0.2, "by days, a Sunday at the end is a fall by a fifth"


def test_of_one_week_nobody_knows_whether_it_repeats() -> None:
    assert not forecast_of_days(*OFFICE).weekly


def test_weeks_of_which_the_second_is_half_the_first_are_a_fall_and_not_a_repeat() -> None:
    forecast = forecast_of_days(*OFFICE, *(day / 2 for day in OFFICE))
    assert not forecast.weekly
    assert forecast.drift < -0.3


def test_days_that_differ_by_chance_do_not_repeat_weekly() -> None:
    days = np.random.default_rng(7).normal(10, 1, 14)
    assert not forecast_of_days(*days).weekly


def test_growth_from_week_to_week_is_seen_where_weeks_repeat() -> None:
    """The second week a tenth larger: weights of 1 and 1/2 make 1.0667 of 1.05; its days differ by 0.1 ÷ √2 of 1.05."""
    forecast = forecast_of_days(*OFFICE, *(day * 1.1 for day in OFFICE))
    assert forecast.weekly
    assert 1 + forecast.drift == pytest.approx((1.1 + 0.5) / 1.5 / 1.05)
    day_squares = sum(day**2 for day in OFFICE) / 7
    mean = sum(OFFICE) / 7
    assert forecast.volatility == pytest.approx((0.01 * day_squares / 2) ** 0.5 / (1.05 * mean))


def test_a_week_of_which_a_day_is_missing_is_compared_where_both_were_seen() -> None:
    work = np.array([*OFFICE, *OFFICE], np.float64)[::-1]
    observed = np.ones(14)
    observed[3], gone = 0.0, work.copy()
    gone[3] = 0.0
    assert volatility_of(gone, observed, 2.0, weekly=True) == 0.0


def test_a_history_s_own_residuals_follow_its_weeks() -> None:
    """Weeks that repeat exactly were never off, whatever the weekday a decision falls on."""
    four = forecast_of_days(*OFFICE * 4)
    residuals, weeks = residuals_of(four, POLICY)
    assert weeks == 2
    assert residuals.tolist() == pytest.approx([value * 4 / 6 for value in UncertaintyPolicy().residuals])
    assert residuals_of(forecast_of_days(*OFFICE * 3), POLICY)[1] == 0

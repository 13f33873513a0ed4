"""How far forecasts were off: the residuals that scenarios of the coming level are drawn from.

Where the next week's work is W and the recent level said L, s = √(noise² + volatility²) at that time, the residual is
z = ln(W ÷ L) ÷ s. Three weeks or more of a history tell residuals of its own: one for each day that has a week before
it and a week after. A few weeks say little about the tails, so their quantiles are averaged with the policy's table
(Vincentization: Ratcliff, Psychological Bulletin 86, 1979), the own ones weighing weeks ÷ (weeks + PRIOR_WEEKS).
"""

import math

import numpy as np

from service.workflow.compute.forecast import WEEK_DAYS, Forecast, daily_work, volatility_of, weights_of
from service.workflow.policy import RESIDUAL_SHARES, Policy
from service.workflow.traffic import Float64s

OWN_WEEKS = 3
"""Weeks of history from which on its own residuals count; one more where weeks repeat, which takes two to see."""

PRIOR_WEEKS = 4
"""Weeks of residuals that weigh as much as the policy's table."""

FARTHEST = 20.0
"""Residuals are cut off here: traffic that ends altogether is infinitely far off."""


def residuals_of(forecast: Forecast, policy: Policy) -> tuple[Float64s, int]:
    """Return the residuals at RESIDUAL_SHARES, and how many weeks of the history's own are in them."""
    table = np.array(policy.uncertainty.residuals)
    work, observed = daily_work(forecast.profile)
    weeks = len(work) // WEEK_DAYS
    if weeks < OWN_WEEKS + forecast.weekly:
        return table, 0
    own = _own(work[::-1], observed[::-1], policy, weekly=forecast.weekly)
    if not len(own):
        return table, 0
    scored = weeks - 1 - forecast.weekly
    share = scored / (scored + PRIOR_WEEKS)
    mixed: Float64s = (1 - share) * table + share * np.quantile(own, RESIDUAL_SHARES)
    return mixed, scored


def spread_of(volatility: float, policy: Policy) -> float:
    """Return s for a volatility."""
    return math.hypot(policy.uncertainty.noise, volatility)


def _own(work: Float64s, observed: Float64s, policy: Policy, *, weekly: bool) -> Float64s:
    """Return one residual for each day, oldest first, with a week before and after in which there is traffic.

    weekly: whether weeks repeat; then with two weeks before, and whole weeks of it.
    """
    found, asked = [], policy.forecast
    for day in range(WEEK_DAYS * (1 + weekly), len(work) - WEEK_DAYS + 1):
        first = day % WEEK_DAYS if weekly else 0
        before, seen = work[first:day][::-1], observed[first:day][::-1]
        level = _rate(before, seen, weights_of(len(before), asked.half_life_days, weekly=weekly))
        after = _rate(work[day : day + WEEK_DAYS], observed[day : day + WEEK_DAYS], np.ones(WEEK_DAYS))
        if not level or after is None:
            continue
        volatility = volatility_of(before, seen, asked.volatility_half_life_days, weekly=weekly)
        ratio = math.log(after / level) if after else -math.inf
        found.append(ratio / spread_of(volatility, policy) if ratio else 0.0)
    own: Float64s = np.clip(np.array(found, np.float64), -FARTHEST, FARTHEST)
    return own


def _rate(work: Float64s, observed: Float64s, weights: Float64s) -> float | None:
    """Return the weighted mean work of observed time; None where nothing was observed."""
    seen = float(weights @ observed)
    return float(weights @ work) / seen if seen else None

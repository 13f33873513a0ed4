"""Standard errors: how far a bill that was replayed on a sample of hours may be off for that.

The hours, or shorter stretches, are a systematic sample in the order of load, of equal weight (measure/sampling).
Neighbours in that order are alike, so the variance is estimated from successive differences (Wolter, Introduction to
Variance Estimation, 2007, ch. 8, estimator v2), with the finite population correction; quantities that are scaled by
known totals are ratio estimates, whose variance is that of the residuals (Cochran, Sampling Techniques, 1977, ch. 6).

A few stretches say little of their own variance, so it is widened by Student's t ÷ the normal quantile, at two thirds
of the differences' number as degrees of freedom (neighbouring differences share a stretch: Wolter, ch. 8.2). And
overflow comes in few stretches: among those left out, one as far off as the farthest one seen is as likely as not.
Where no stretch is off at all, that is one of which a whole bucket is: nothing seen is not nothing there. With both,
1.96 of the stated errors hold in 93 to 97 of 100 (`python -m bench standard_errors`).
"""

import math
from decimal import Decimal

import numpy as np

from service.workflow.compute.case import Case
from service.workflow.metered_prices import METERS
from service.workflow.offers import Serverless
from service.workflow.traffic import HOUR, SECOND, Float64s, Int64s

NORMAL = 1.959964
"""97.5 % quantile of the normal distribution."""

NOTHING = 1e-9
"""Share of all costs up to which a stretch is not off."""


def overflow_error(case: Case, offer: Serverless, unexpected: Float64s) -> float:
    """Return the standard error, money a month, of a sampled overflow's bill.

    unexpected: shape (hours, 4), what spilled in each hour less what was expected to (see fluid): all that the
    sample has to tell. It is set against what all traffic of the hour would have cost.
    """
    prices = _flat_prices(offer) * np.array([float(scale) for scale in case.scale])
    cost, whole = (unexpected * prices).sum(axis=1), (case.hourly * prices).sum(axis=1)
    ratio = cost.sum() / whole.sum() if whole.sum() else 0.0
    return _error_of_total(case, cost - ratio * whole, whole)


def units_error(case: Case, unit_us: Int64s, hourly: Decimal) -> float | None:
    """Return the standard error, money a month, of running units' bill; None where every hour was replayed.

    unit_us: int64, shape (hours,). What does not depend on load is the mean of the hours.
    """
    if not case.arrivals.sampled:
        return None
    cost = unit_us * float(case.time_scale) / HOUR * float(hourly)
    return _error_of_total(case, cost - cost.mean(), cost)


def _error_of_total(case: Case, residuals: Float64s, whole: Float64s) -> float:
    """Return the standard error of the sum of residuals by stretch, money a month; whole: what each costs."""
    stretches = len(residuals)
    steps = np.diff(residuals[np.argsort(case.hourly[:, 1:].sum(axis=1), kind="stable")])
    variance = float((steps * steps).sum()) / (2 * (stretches - 1)) * _widening(2 / 3 * (stretches - 1)) ** 2
    farthest = float(np.abs(residuals).max())
    if farthest <= NOTHING * float(whole.sum()):
        bucket_us = min(case.profile.minutes.bucket_seconds * SECOND, case.arrivals.stretch_us)
        farthest = float(whole.mean()) * bucket_us / case.arrivals.stretch_us
    missing = 1 - stretches / case.arrivals.hours_in_window
    return math.sqrt(missing * (stretches * variance + farthest**2 / 2))


def _widening(freedom: float) -> float:
    """Return Student's t ÷ the normal quantile, both at 97.5 % (Abramowitz & Stegun, 1964, 26.7.5)."""
    z, v = NORMAL, max(1.0, freedom)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return 1 + sum(term / v**power for power, term in enumerate(terms, 1)) / z


def _flat_prices(offer: Serverless) -> Float64s:
    prices = {price.meter: float(price.amount) / price.per for price in offer.prices}
    prices.setdefault("cached_input_tokens", prices.get("input_tokens", 0.0))
    requests, *tokens = (prices.get(METERS[i], 0.0) for i in (3, 0, 1, 2))
    return np.array([requests, *tokens])

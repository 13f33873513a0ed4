"""Standard errors: how far a bill that was replayed on a sample of hours may be off for that.

The hours, or shorter stretches, are a systematic sample in the order of load, of equal weight (measure/sampling).
Neighbours in that order are alike, so the variance is estimated from successive differences (Wolter, Introduction to
Variance Estimation, 2007, ch. 8, estimator v2), with the finite population correction; quantities that are scaled by
known totals are ratio estimates, whose variance is that of the residuals (Cochran, Sampling Techniques, 1977, ch. 6).
"""

import math
from decimal import Decimal

import numpy as np

from service.workflow.compute.case import Case
from service.workflow.offers import METERS, Serverless
from service.workflow.traffic import HOUR, Float64s, Int64s


def overflow_error(case: Case, offer: Serverless, unexpected: Float64s) -> float:
    """Return the standard error, money a month, of a sampled overflow's bill.

    unexpected: shape (hours, 4), what spilled in each hour less what was expected to (see expected): all that the
    sample has to tell. It is set against what all traffic of the hour would have cost.
    """
    prices = _flat_prices(offer) * np.array([float(scale) for scale in case.scale])
    cost, whole = (unexpected * prices).sum(axis=1), (case.hourly * prices).sum(axis=1)
    ratio = cost.sum() / whole.sum() if whole.sum() else 0.0
    return _error_of_total(case, cost - ratio * whole)


def units_error(case: Case, unit_us: Int64s, hourly: Decimal) -> float | None:
    """Return the standard error, money a month, of running units' bill; None where every hour was replayed.

    unit_us: int64, shape (hours,). What does not depend on load is the mean of the hours.
    """
    if not case.arrivals.sampled:
        return None
    cost = unit_us * float(case.time_scale) / HOUR * float(hourly)
    return _error_of_total(case, cost - cost.mean())


def _error_of_total(case: Case, residuals: Float64s) -> float:
    """Return the standard error of the sum of hourly residuals, already in money of a month."""
    hours = len(residuals)
    if hours < 2:
        return 0.0
    steps = np.diff(residuals[np.argsort(case.hourly[:, 1:].sum(axis=1), kind="stable")])
    variance = float((steps * steps).sum()) / (2 * (hours - 1))
    missing = 1 - hours / case.arrivals.hours_in_window
    return math.sqrt(missing * hours * variance)


def _flat_prices(offer: Serverless) -> Float64s:
    prices = {price.meter: float(price.amount) / price.per for price in offer.prices}
    prices.setdefault("cached_input_tokens", prices.get("input_tokens", 0.0))
    requests, *tokens = (prices.get(METERS[i], 0.0) for i in (3, 0, 1, 2))
    return np.array([requests, *tokens])

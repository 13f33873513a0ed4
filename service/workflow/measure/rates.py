"""Rates per minute: nearest-rank percentiles, the load-duration curve and the coefficient of variation."""

import math

import numpy as np

from service.workflow.measure.load import Load
from service.workflow.measure.profile import Rates
from service.workflow.traffic import MINUTE, Float64s, Int64s


def whole_buckets(load: Load) -> Int64s:
    """Return the rows that were observed in full, or every row where none was.

    A bucket cut short (the last minute of a log, a minute that lacks some of its seconds) holds fewer requests than the
    traffic made, so it has no place among percentiles; the mean and the totals do include it.
    """
    whole = np.flatnonzero(load.observed_us == load.bucket_us)
    return whole if len(whole) else np.arange(len(load.observed_us))


def nearest_rank(count: int, percent: int) -> int:
    """Return the index of a percentile in `count` rising values: the smallest with `percent` % at or below it.

    The nearest-rank definition (Hyndman and Fan 1996, type 1): always a value that was observed, in whole arithmetic.
    """
    return max(0, -(-percent * count // 100) - 1)


def rising_of(load: Load, values: Int64s) -> Float64s:
    """Return one column of a load, per minute, of the whole buckets in rising order."""
    rows = whole_buckets(load)
    return np.sort(values[rows] / (load.observed_us[rows] / MINUTE))


def rates_of(load: Load, values: Int64s, rising: Float64s) -> Rates:
    """Return the rates of one column, given in rising order too. The maximum counts buckets cut short as they are."""
    p05, p50, p95, p99 = (float(rising[nearest_rank(len(rising), percent)]) for percent in (5, 50, 95, 99))
    mean = int(values.sum()) * MINUTE / int(load.observed_us.sum())
    cut_short = int(values.max()) * MINUTE / load.bucket_us
    return Rates(p05, p50, mean, p95, p99, max(float(rising[-1]), cut_short))


def load_duration_of(rising: Float64s) -> tuple[float, ...]:
    """Return 101 falling loads per minute: entry d is the largest that at least d % of the whole buckets reach."""
    return tuple(float(rising[-1 - nearest_rank(len(rising), percent)]) for percent in range(101))


def cv_of(load: Load) -> float:
    """Return standard deviation ÷ mean (of the population) of the whole buckets' loads, 0 without any load.

    In whole numbers up to the last step: √(n Σx² − (Σx)²) ÷ Σx.
    """
    values = load.values[whole_buckets(load)]
    total = int(values.sum())
    return math.sqrt(len(values) * _sum_of_squares(values) - total * total) / total if total else 0.0


def _sum_of_squares(values: Int64s) -> int:
    largest = int(values.max())
    if largest * largest * len(values) < 2**63:
        return int(np.dot(values, values))
    return sum(value * value for value in values.tolist())

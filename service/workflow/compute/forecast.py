"""The traffic to be expected: recent days count most, and a share is taken off the more the days differ.

    age of a day           whole days from its end to the end of the latest day that was observed: 0, 1, 2, …
    weight of a day        2^(−age ÷ half_life_days)
    volatility v           coefficient of variation of daily work, days weighted 2^(−age ÷ volatility_half_life_days)
    discount q             min(largest_discount, base_discount + discount_per_volatility × v)

Whole days are weighted, so that the hour of day never biases the level. What traffic makes dearer — tokens that spill,
units that follow the load, slow requests — is reckoned at (1 − q) of the weighted month; what is reserved stays whole.
So a unit must clear its price by 1 ÷ (1 − q): traffic goes away more often than it comes, and the unit stays. Deciding
on one week and paying the next, this loses a third to two thirds less than the cheapest on the week (measured in
docs/model.md). Exponential weights: Gardner, Exponential smoothing, Journal of Forecasting 4 (1985).
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from service.workflow.measure.profile import TrafficProfile
from service.workflow.offers import HOURS_PER_MONTH
from service.workflow.policy import ForecastPolicy
from service.workflow.replay.buckets import bucket_counts
from service.workflow.traffic import DAY, HOUR, Float64s, Int64s

WHOLE = 1 << 12
"""Weight of the latest day: weights are whole numbers, so that weighted sums are exact."""

OUTPUT_WORK = 4
"""Work of an output token in input tokens: what output is priced at on most sheets."""

UNKNOWN_VOLATILITY = 1.0
"""Of less than two days nobody knows how much days differ: taken to be as much as they are large."""


@dataclass(frozen=True)
class Forecast:
    """What the days of a window say about the next ones.

    weights: whole numbers, int64, shape (days,), by age, the latest first. volatility: how much days differ.
    kept: 1 − the discount. profile: what was measured.
    """

    weights: Int64s
    volatility: float
    kept: Fraction
    profile: TrafficProfile

    @property
    def discount(self) -> float:
        """Share taken off what traffic costs."""
        return float(1 - self.kept)

    @cached_property
    def bucket_weights(self) -> Int64s:
        """The weight of each bucket of `profile.minutes`, shape (n,)."""
        return self.weights[ages_of(self.profile, self.profile.minutes.start_us)]

    @cached_property
    def level(self) -> tuple[Fraction, ...]:
        """A month of the weighted traffic, before any discount: requests, uncached, cached and output tokens."""
        sums = self.bucket_weights @ bucket_counts(self.profile.minutes)
        observed = int(self.bucket_weights @ self.profile.minutes_observed_us)
        month = Fraction(HOURS_PER_MONTH * HOUR, observed)
        return tuple(int(count) * month for count in sums)

    @cached_property
    def drift(self) -> float:
        """The work of the weighted month ÷ that of the measured one − 1."""
        month = float(self.profile.monthly_factor)
        totals = self.profile.totals
        measured = month * float(_work(np.array([totals.requests, totals.uncached, totals.cached, totals.output])))
        return float(_work(np.array([float(count) for count in self.level]))) / measured - 1


def forecast_of(profile: TrafficProfile, policy: ForecastPolicy) -> Forecast:
    """Return the forecast of a measured window."""
    work, observed = daily_work(profile)
    weights = _weights(len(work), policy.half_life_days)
    volatility = volatility_of(work, observed, policy.volatility_half_life_days)
    discount = min(policy.largest_discount, policy.base_discount + policy.discount_per_volatility * volatility)
    return Forecast(weights, volatility, 1 - Fraction(round(discount * 1e6), 1_000_000), profile)


def ages_of(profile: TrafficProfile, start_us: Int64s) -> Int64s:
    """Return the age in days of what begins at some times of the window (µs since 1970), shape (n,)."""
    ended = int(profile.minutes.start_us[-1]) + 1 if len(profile.minutes.start_us) else profile.end_us
    latest = max(0, profile.end_us - ended) // DAY
    ages: Int64s = np.maximum((profile.end_us - start_us - 1) // DAY - latest, 0)
    return ages


def _weights(days: int, half_life: float | None) -> Int64s:
    if half_life is None:
        return np.ones(days, np.int64)
    weights: Int64s = np.rint(WHOLE * np.exp2(-np.arange(days) / half_life)).astype(np.int64)
    return weights


def daily_work(profile: TrafficProfile) -> tuple[Float64s, Float64s]:
    """Return the work, and the observed µs, of each day of a window by its age, the latest first."""
    ages = ages_of(profile, profile.minutes.start_us)
    work: Float64s = np.bincount(ages, _work(bucket_counts(profile.minutes).astype(np.float64).T)).astype(np.float64)
    observed: Float64s = np.bincount(ages, profile.minutes_observed_us).astype(np.float64)
    return work, observed


def volatility_of(work: Float64s, observed: Float64s, half_life: float) -> float:
    """Return the coefficient of variation of daily work, the latest first; a day observed in part counts for that."""
    seen = observed > 0
    if np.count_nonzero(seen) < 2:
        return UNKNOWN_VOLATILITY
    weights = (np.exp2(-np.arange(len(observed)) / half_life) * observed)[seen]
    rates = (work[seen] / observed[seen]).astype(np.float64)
    mean = float((weights * rates).sum() / weights.sum())
    if not mean:
        return UNKNOWN_VOLATILITY
    return math.sqrt(float((weights * (rates - mean) ** 2).sum() / weights.sum())) / mean


def _work(counts: Float64s) -> Float64s:
    """Return the work of requests, uncached, cached and output tokens (rows): tokens, or requests without tokens."""
    requests, uncached, cached, output = counts
    tokens = uncached + cached + OUTPUT_WORK * output
    work: Float64s = tokens if float(np.sum(tokens)) else requests
    return work

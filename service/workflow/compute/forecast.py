"""The traffic to be expected: recent days count most, and a share is taken off the more the days differ.

    age of a day           whole days from its end to the end of the latest day that was observed: 0, 1, 2, …
    weight of a day        2^(−age ÷ half_life_days)
    volatility v           coefficient of variation of daily work, days weighted 2^(−age ÷ volatility_half_life_days)
    discount q             min(largest_discount, base_discount + discount_per_volatility × v)

Whole days are weighted, so that the hour of day never biases the level; and whole weeks, where weeks repeat, so that
the day of the week does not: a history that ends on a Sunday says nothing of a fall. Weeks repeat where, in mean
squares, days differ from those a week before by less than `weekly_share` of how they differ from the day before (a
seasonal naive forecast beats the naive one: Hyndman & Athanasopoulos, Forecasting, 2021, ch. 5). Then ages and
half-lives are in weeks, and v² is half the mean square of the differences of days a week apart, relative to the mean.

What traffic makes dearer (tokens that spill, units that follow the load, slow requests) is reckoned at (1 − q) of the
weighted month; what is reserved stays whole. So a unit must clear its price by 1 ÷ (1 − q): traffic goes away more
often than it comes, and the unit stays. Deciding on one week and paying the next, this loses a fifth to a half less
than the cheapest on the week (docs/model.md). Exponential weights: Gardner, Exponential smoothing, Journal of
Forecasting 4 (1985).
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from service.workflow.measure.profile import TrafficProfile
from service.workflow.policy import ForecastPolicy
from service.workflow.rates import HOURS_PER_MONTH
from service.workflow.traffic import DAY, HOUR, Float64s, Int64s

WHOLE = 1 << 12
"""Weight of the latest day: weights are whole numbers, so that weighted sums are exact."""

OUTPUT_WORK = 4
"""Work of an output token in input tokens: what output is priced at on most sheets."""

WEEK_DAYS = 7

UNKNOWN_VOLATILITY = 1.0
"""Of less than two days nobody knows how much days differ: taken to be as much as they are large."""


@dataclass(frozen=True)
class Forecast:
    """What the days of a window say about the next ones.

    weights: whole numbers, int64, shape (days,), by age, the latest first. volatility: how much days differ.
    kept: 1 − the discount. weekly: whether weeks repeat, and whole weeks are weighted. profile: what was measured.
    """

    weights: Int64s
    volatility: float
    kept: Fraction
    weekly: bool
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
        sums = self.bucket_weights @ self.profile.minutes.counts
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
    weekly = repeats_weekly(work, observed, policy.weekly_share)
    weights = np.rint(WHOLE * weights_of(len(work), policy.half_life_days, weekly=weekly)).astype(np.int64)
    volatility = volatility_of(work, observed, policy.volatility_half_life_days, weekly=weekly)
    discount = min(policy.largest_discount, policy.base_discount + policy.discount_per_volatility * volatility)
    return Forecast(weights, volatility, 1 - Fraction(round(discount * 1e6), 1_000_000), weekly, profile)


def ages_of(profile: TrafficProfile, start_us: Int64s) -> Int64s:
    """Return the age in days of what begins at some times of the window (µs since 1970), shape (n,)."""
    ended = int(profile.minutes.start_us[-1]) + 1 if len(profile.minutes.start_us) else profile.end_us
    latest = max(0, profile.end_us - ended) // DAY
    ages: Int64s = np.maximum((profile.end_us - start_us - 1) // DAY - latest, 0)
    return ages


def weights_of(days: int, half_life: float | None, *, weekly: bool) -> Float64s:
    """Return the weight of each day by its age, 1 for the latest; None weighs all alike. weekly: of each whole week."""
    if half_life is None:
        return np.ones(days)
    weights: Float64s = np.exp2(-(np.arange(days) // (WEEK_DAYS if weekly else 1)) / half_life)
    return weights


def repeats_weekly(work: Float64s, observed: Float64s, share: float) -> bool:
    """Return whether days are more like those a week before than like the day before; of less than two weeks, no."""
    if len(work) < 2 * WEEK_DAYS:
        return False
    days = len(work) - WEEK_DAYS
    seen = (observed[:days] > 0) & (observed[1 : days + 1] > 0) & (observed[WEEK_DAYS:] > 0)
    if np.count_nonzero(seen) < WEEK_DAYS:
        return False
    rates = _rates(work, observed)
    week_before, day_before = rates[:days] - rates[WEEK_DAYS:], rates[:days] - rates[1 : days + 1]
    return bool((week_before[seen] ** 2).sum() < share * (day_before[seen] ** 2).sum())


def daily_work(profile: TrafficProfile) -> tuple[Float64s, Float64s]:
    """Return the work, and the observed µs, of each day of a window by its age, the latest first."""
    ages = ages_of(profile, profile.minutes.start_us)
    work: Float64s = np.bincount(ages, _work(profile.counts.T)).astype(np.float64)
    observed: Float64s = np.bincount(ages, profile.minutes_observed_us).astype(np.float64)
    return work, observed


def volatility_of(work: Float64s, observed: Float64s, half_life: float, *, weekly: bool) -> float:
    """Return the coefficient of variation of daily work, the latest first; a day observed in part counts for that.

    weekly: of days of the same weekday, a week apart.
    """
    if weekly:
        return _weekly_volatility(work, observed, half_life)
    seen = observed > 0
    if np.count_nonzero(seen) < 2:
        return UNKNOWN_VOLATILITY
    weights = (np.exp2(-np.arange(len(observed)) / half_life) * observed)[seen]
    rates = _rates(work, observed)[seen]
    mean = float((weights * rates).sum() / weights.sum())
    if not mean:
        return UNKNOWN_VOLATILITY
    return math.sqrt(float((weights * (rates - mean) ** 2).sum() / weights.sum())) / mean


def _weekly_volatility(work: Float64s, observed: Float64s, half_life: float) -> float:
    rates, days = _rates(work, observed), len(work) - WEEK_DAYS
    weights = weights_of(days, half_life, weekly=True) * np.minimum(observed[:days], observed[WEEK_DAYS:])
    squares = (rates[:days] - rates[WEEK_DAYS:]) ** 2 / 2
    mean = float((weights * (rates[:days] + rates[WEEK_DAYS:]) / 2).sum())
    return math.sqrt(float((weights * squares).sum()) * float(weights.sum())) / mean if mean else UNKNOWN_VOLATILITY


def _rates(work: Float64s, observed: Float64s) -> Float64s:
    """Return the work of observed time of each day; 0 where nothing was observed."""
    rates: Float64s = np.divide(work, observed, out=np.zeros(len(work)), where=observed > 0)
    return rates


def _work(counts: Float64s) -> Float64s:
    """Return the work of requests, uncached, cached and output tokens (rows): tokens, or requests without tokens."""
    requests, uncached, cached, output = counts
    tokens = uncached + cached + OUTPUT_WORK * output
    work: Float64s = tokens if float(np.sum(tokens)) else requests
    return work

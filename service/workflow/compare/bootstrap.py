"""Uncertainty: a block bootstrap over days.

Days of the window are drawn with replacement (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 8),
every option is paid on the same draws, and what would have been cheapest is counted. Quantities are summed as
integers; only the resampled money is floating point, always added in the same order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.workflow.bill import prices_cached_apart
from service.workflow.compute.case import Case
from service.workflow.offers import HOURS_PER_MONTH, Price, Rate, Serverless
from service.workflow.options import Option
from service.workflow.traffic import HOUR, SECOND, Float64s, Int64s

LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """An option under resampling: 5 % and 95 % quantile of the adjusted total, money a month.

    probability_cheapest: share of resamples in which it is the cheapest eligible option, of equals the one listed
    first. expected_regret: mean money a month paid beyond the cheapest of each resample. None for an option that is not
    eligible.
    """

    key: str
    low: float
    high: float
    probability_cheapest: float | None
    expected_regret: float | None


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Intervals of every exact option over `resamples` draws of `blocks` days."""

    resamples: int
    blocks: int
    intervals: tuple[Interval, ...]

    def of(self, key: str) -> Interval | None:
        """Return an option's interval."""
        return next((interval for interval in self.intervals if interval.key == key), None)


def bootstrap(case: Case, options: Sequence[Option], seed: int) -> Bootstrap | None:
    """Return the options' intervals; None where the window has fewer than two observed days to draw from."""
    observed = case.daily(case.arrivals.observed_us)
    days = np.flatnonzero(observed)
    exact = [option for option in options if option.daily is not None]
    if len(days) < 2 or not exact:
        return None
    resamples = case.policy.bootstrap.resamples
    draws = np.random.default_rng(seed).integers(0, len(days), (resamples, len(days)))
    weights = np.zeros((resamples, len(observed)), np.int64)
    np.add.at(weights, (np.arange(resamples)[:, None], days[draws]), 1)
    totals = _resampled(case, exact, weights, observed)
    return Bootstrap(resamples, len(days), tuple(_intervals(exact, totals)))


def _intervals(options: Sequence[Option], totals: Float64s) -> list[Interval]:
    eligible = np.array([option.eligible for option in options])
    cheapest = totals[eligible].min(axis=0) if eligible.any() else totals.min(axis=0)
    first = np.where(eligible[:, None], totals, np.inf).argmin(axis=0)
    quantiles = np.quantile(totals, (LOW, HIGH), axis=1)
    return [
        Interval(
            option.key,
            float(quantiles[0, i]),
            float(quantiles[1, i]),
            float(np.count_nonzero(first == i)) / totals.shape[1] if option.eligible else None,
            float(np.mean(totals[i] - cheapest)) if option.eligible else None,
        )
        for i, option in enumerate(options)
    ]


def _resampled(case: Case, options: Sequence[Option], weights: Int64s, observed: Int64s) -> Float64s:
    """Return the options' adjusted totals under each resample, shape (options, resamples).

    What does not move with traffic is the exact total less what traffic makes of it on the whole window. Options
    that share a replay and its prices share what moves.
    """
    whole = (observed > 0).astype(np.int64)[None, :]
    moving: dict[tuple[int, str, Rate | None], tuple[Float64s, Float64s]] = {}
    totals = np.empty((len(options), len(weights)))
    for i, option in enumerate(options):
        rate = option.reservation.rate if option.mode == "autoscaled" and option.reservation is not None else None
        kind = (id(option.daily), "" if option.serverless is None else option.serverless.sku, rate)
        if kind not in moving:
            moving[kind] = (_variable(case, option, whole, observed), _variable(case, option, weights, observed))
        on_whole, on_draws = moving[kind]
        totals[i] = float(option.adjusted) - on_whole + on_draws
    return totals


def _variable(case: Case, option: Option, weights: Int64s, observed: Int64s) -> Float64s:
    """Return what traffic costs under each row of day weights: serverless meters, running units, slow requests.

    In the hours of an outage serverless serves everything; how much compute that takes is not known by day, and stays.
    """
    daily = option.daily
    assert daily is not None
    stretch = case.replayed_us / (weights @ observed)
    scale = np.array([float(s) for s in case.scale])
    counts = (weights @ daily.counts) * scale * stretch[:, None]
    per_month = stretch * float(case.time_scale)
    money = np.zeros(len(weights))
    if option.serverless is not None:
        own = option.billed[0].prices if option.billed else None
        money += metered(own or option.serverless, counts, (weights @ daily.compute_us) * per_month / SECOND)
        for outage in option.billed[1:]:
            counts = (weights @ case.daily(case.hourly)) * scale * stretch[:, None]
            whole = metered(option.serverless, counts, np.full(len(weights), outage.usage.compute_us / SECOND))
            money += float(outage.share) * (whole - money)
    if option.mode == "autoscaled" and option.reservation is not None and option.reservation.rate.hourly is not None:
        money += (weights @ daily.unit_us) * per_month / HOUR * float(option.reservation.rate.hourly)
    latency = case.policy.latency
    if option.figures is not None and option.figures.slow_share is not None:
        slow = (weights @ daily.slow) * scale[0] * stretch
        money += slow * float(latency.value_per_slow_request * latency.weight)
    return money


def metered(offer: Serverless, counts: Float64s, seconds: Float64s) -> Float64s:
    """Return serverless bills for many months at once: counts (months, 4), compute seconds (months,)."""
    quantities = dict(zip(("requests", "input_tokens", "cached_input_tokens", "output_tokens"), counts.T, strict=True))
    quantities["compute_seconds"] = seconds
    if not prices_cached_apart(offer):
        quantities["input_tokens"] = quantities["input_tokens"] + quantities["cached_input_tokens"]
    bill = np.zeros(len(counts))
    for price in offer.prices:
        bill += _tiered(price, quantities[price.meter])
    owed: Float64s = np.maximum(bill, float(offer.monthly_minimum)) + float(offer.hourly_fee) * HOURS_PER_MONTH
    return owed


def _tiered(price: Price, quantity: Float64s) -> Float64s:
    money = quantity * float(price.amount / price.per)
    amount = price.amount
    for tier in price.tiers:
        money = money + np.maximum(quantity - tier.above, 0.0) * float((tier.amount - amount) / price.per)
        amount = tier.amount
    return money

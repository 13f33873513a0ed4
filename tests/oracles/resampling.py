"""The day bootstrap once more, slowly: fractions, one resample at a time, every bill from its first line."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from service.workflow.compute.case import Case
from service.workflow.compute.kinds.replay_specs import AutoscaledProbe, QueueProbe, SpillProbe
from service.workflow.compute.kinds.serverless import ServerlessProbe
from service.workflow.offers import Autoscale, ConcurrencyCapacity, Serverless
from service.workflow.options import Option
from service.workflow.policy import Policy
from service.workflow.traffic import HOUR, Int64s
from tests.oracles import money

MONTH_US = 730 * HOUR

METERS = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")


@dataclass(frozen=True)
class Day:
    """A day of the window as an option served it: µs observed, requests and tokens of all traffic (requests, uncached,
    cached, output), the same of what its serverless side billed, µs of running units, slow requests."""

    observed_us: int
    everything: Sequence[int]
    billed: Sequence[int]
    unit_us: int = 0
    slow: int = 0


@dataclass(frozen=True)
class _Served:
    """Which requests serverless billed (bool, shape (n,)); µs of running units and slow requests, by replayed hour."""

    billed: list[bool]
    unit_us: Int64s
    slow: Int64s


def days_of(case: Case, option: Option) -> list[Day]:
    """Return the days of the window as an option served them, summed request by request out of its replays."""
    arrivals, served = case.arrivals, _served(case, option)
    knows_latency = option.figures is not None and option.figures.slow_share is not None
    rows = np.stack(
        [np.ones_like(arrivals.time_us), arrivals.uncached, arrivals.cached, arrivals.output], axis=1
    ).tolist()
    days = [Day(0, [0] * 4, [0] * 4) for _ in range(case.days)]
    starts = arrivals.hour_index.tolist()
    for place, hour in enumerate(arrivals.hour_of_window.tolist()):
        day = days[hour // 24]
        here = range(starts[place], starts[place + 1])
        days[hour // 24] = Day(
            day.observed_us + int(arrivals.observed_us[place]),
            _added(day.everything, [rows[i] for i in here]),
            _added(day.billed, [rows[i] for i in here if served.billed[i]]),
            day.unit_us + int(served.unit_us[place]),
            day.slow + int(served.slow[place]) * knows_latency,
        )
    return days


def _added(counts: Sequence[int], rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(counts, *rows, strict=True)]


def _served(case: Case, option: Option) -> _Served:
    """Replay the option on its own."""
    count, nothing = len(case.arrivals), np.zeros(len(case.arrivals.hour_of_window), np.int64)
    if option.reservation is None:
        assert option.serverless is not None
        replay = ServerlessProbe.of(option.serverless, option.warm_instances).run(case)
        return _Served([True] * count, nothing, replay.slow)
    offer, units = option.reservation.offer, option.reservation.units
    assert isinstance(offer.capacity, ConcurrencyCapacity)
    if option.mode == "dedicated":
        return _Served([False] * count, nothing, QueueProbe(offer.capacity, units).run(case).slow)
    if option.mode == "autoscaled":
        scaling = offer.autoscale or Autoscale()
        least, start = option.minimum_units or 0, offer.start_seconds or 0.0
        scaled = AutoscaledProbe(offer.capacity, least, units, start, scaling.idle_seconds, 1).run(case)
        return _Served([False] * count, scaled.unit_us, scaled.slow)
    assert option.serverless is not None
    kept = SpillProbe(offer.capacity, units, option.threshold or 0).run(case)
    over = ServerlessProbe.of(option.serverless).run(case, kept.spilled_mask)
    return _Served([bool(flag) for flag in kept.spilled_mask], nothing, kept.slow + over.slow)


def drawn(seed: int, resamples: int, days: Sequence[Day]) -> list[list[Day]]:
    """Return the days of each resample: those observed, with replacement."""
    seen = [day for day in days if day.observed_us]
    places = np.random.default_rng(seed).integers(0, len(seen), (resamples, len(seen))).tolist()
    return [[seen[place] for place in row] for row in places]


def month(option: Option, days: Sequence[Day], policy: Policy) -> Fraction:
    """Return the adjusted total of a month like these days."""
    scale = Fraction(MONTH_US, sum(day.observed_us for day in days))
    amount = Fraction(option.isolation_value)
    if option.serverless is not None:
        outage = Fraction(policy.hybrid.outage_hours_per_month) / 730 if option.mode == "hybrid" else Fraction(0)
        amount += (1 - outage) * _bill(option.serverless, [day.billed for day in days], scale)
        amount += outage * _bill(option.serverless, [day.everything for day in days], scale)
        if option.mode == "hybrid":
            amount += Fraction(policy.hybrid.overhead_per_month)
        if option.serverless.warm_pool is not None:
            amount += option.warm_instances * 730 * Fraction(option.serverless.warm_pool.hourly)
    if option.reservation is not None and option.mode == "autoscaled":
        hours = sum(day.unit_us for day in days) * scale / HOUR
        amount += hours * Fraction(option.reservation.rate.hourly or 0)
    elif option.reservation is not None:
        amount += money.reserved(option.reservation.rate, option.reservation.units)
    slow = sum(day.slow for day in days) * scale
    return amount + slow * Fraction(policy.latency.value_per_slow_request) * Fraction(policy.latency.weight)


def _bill(offer: Serverless, rows: Sequence[Sequence[int]], scale: Fraction) -> Fraction:
    sums = [sum(row[column] for row in rows) * scale for column in range(4)]
    quantities = dict(zip(METERS, sums, strict=True))
    if all(price.meter != "cached_input_tokens" for price in offer.prices):
        quantities["input_tokens"] += quantities["cached_input_tokens"]
    return money.bill(offer, quantities)


def quantile(values: Sequence[Fraction], share: Fraction) -> Fraction:
    """Return a quantile, linear between the two values it lies between."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

"""Inputs of the benchmarks, all generated from fixed seeds: traffic of a week or a year, and many offers."""

from decimal import Decimal

import numpy as np

from service.workflow.metered_prices import Price
from service.workflow.offers import (
    ColdStart,
    ConcurrencyCapacity,
    Dedicated,
    Limits,
    Offer,
    Serverless,
    Speed,
    Units,
    WarmPool,
)
from service.workflow.rates import Rate
from service.workflow.traffic import MINUTE, SECOND, WEEK, BucketSeries, Int64s, RequestLog

MONDAY_US = 1_790_553_600 * SECOND
"""2026-09-28T00:00:00Z, a Monday."""


def _shape(minutes: int, rng: np.random.Generator) -> np.ndarray:
    """Relative load of each minute: a day's swing over a steady base, quieter weekends, a few sharp spikes."""
    minute = np.arange(minutes)
    day = 0.6 + 0.4 * np.sin(2 * np.pi * (minute % 1440 - 540) / 1440)
    weekend = np.where(minute // 1440 % 7 >= 5, 0.6, 1.0)
    spikes = np.ones(minutes)
    for start in rng.integers(0, minutes - 30, minutes // 1000):
        spikes[start : start + int(rng.integers(3, 30))] += rng.uniform(1, 5)
    return day * weekend * spikes


def _tokens(requests: int, rng: np.random.Generator) -> tuple[Int64s, Int64s]:
    inputs = np.minimum(rng.lognormal(6.6, 0.9, requests), 30_000).astype(np.int64) + 1
    outputs = np.minimum(rng.lognormal(5.2, 0.8, requests), 4_000).astype(np.int64) + 1
    return inputs, outputs


def week_log(requests: int = 1_000_000, seed: int = 7) -> RequestLog:
    """Return a week of logged requests."""
    rng = np.random.default_rng(seed)
    shape = _shape(7 * 1440, rng)
    minute = np.sort(rng.choice(len(shape), requests, p=shape / shape.sum()))
    arrival = np.sort(MONDAY_US + minute * MINUTE + rng.integers(0, MINUTE, requests))
    inputs, outputs = _tokens(requests, rng)
    cached = inputs * rng.integers(0, 50, requests) // 100
    return RequestLog(arrival, inputs, cached, outputs, start_us=MONDAY_US, end_us=MONDAY_US + WEEK)


def year_series(minutes: int = 525_600, seed: int = 11) -> BucketSeries:
    """Return a year of minutes with about 60 requests each."""
    rng = np.random.default_rng(seed)
    requests = rng.poisson(60 * _shape(minutes, rng)).astype(np.int64)
    start = MONDAY_US + MINUTE * np.arange(minutes, dtype=np.int64)
    inputs = requests * rng.integers(700, 1200, minutes)
    return BucketSeries(60, start, requests, inputs, inputs // 4, requests * rng.integers(150, 280, minutes))


def curves(count: int = 12) -> list[ConcurrencyCapacity]:
    """Return distinct capacity curves, from small units to large ones."""
    slots = [8, 12, 16, 16, 24, 24, 32, 32, 48, 48, 64, 64]
    return [
        ConcurrencyCapacity(
            slots[i % 12],
            Speed(8_000.0 + 3_000 * i, ((1, 60.0 + 3 * i), (8, 50.0 + 2 * i), (slots[i % 12] + 1, 24.0 + i))),
        )
        for i in range(count)
    ]


def serverless_offers(count: int, seed: int = 13) -> list[Offer]:
    """Return serverless offers: prices of every level, some with cold starts, warm pools and limits."""
    rng = np.random.default_rng(seed)
    offers: list[Offer] = []
    for i in range(count):
        level = Decimal(int(rng.integers(40, 160))) / 100
        prices = (
            Price("input_tokens", (Decimal("0.60") * level).quantize(Decimal("0.0001")), 1_000_000),
            Price("cached_input_tokens", (Decimal("0.15") * level).quantize(Decimal("0.0001")), 1_000_000),
            Price("output_tokens", (Decimal("2.40") * level).quantize(Decimal("0.0001")), 1_000_000),
        )
        scales = i % 3 == 0
        offers.append(
            Serverless(
                f"token-{i}",
                "m70",
                "us",
                prices,
                limits=Limits(requests_per_minute=6_000) if i % 2 else Limits(),
                cold_start=ColdStart(300.0, 12.0) if scales else None,
                warm_pool=WarmPool(Decimal("1.20"), 16) if scales else None,
                speed=Speed(9_000.0, ((1, 60.0 + i % 5),)),
            )
        )
    return offers


def dedicated_offers(count: int, distinct: int = 12, seed: int = 17) -> list[Offer]:
    """Return dedicated offers over `distinct` capacity curves, each on demand and under two terms."""
    rng = np.random.default_rng(seed)
    shared = curves(distinct)
    offers: list[Offer] = []
    for i in range(count):
        capacity = shared[i % distinct]
        hourly = Decimal(capacity.slots) * Decimal(int(rng.integers(8, 30))) / 100
        rates = (
            Rate(0, hourly),
            Rate(1, (hourly * Decimal("0.85")).quantize(Decimal("0.01"))),
            Rate(12, (hourly * Decimal("0.65")).quantize(Decimal("0.01"))),
        )
        offers.append(Dedicated(f"gpu-{i}", "m70", "us", rates, capacity, Units(1, 1, 32), start_seconds=600.0))
    return offers


def hundred_offers() -> list[Offer]:
    """Return 30 serverless and 70 dedicated offers over 12 distinct capacity curves."""
    return [*serverless_offers(30), *dedicated_offers(70)]


def thousand_offers() -> list[Offer]:
    """Return 300 serverless and 700 dedicated offers over 12 distinct capacity curves."""
    return [*serverless_offers(300), *dedicated_offers(700)]

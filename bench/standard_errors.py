"""Standard errors of sampled histories against the error they speak of: z = (sampled − unsampled) ÷ stated.

Generated logs of a week with a daily course, bursts, noise, and some with silent nights; hybrids on throughput in
windows of 10, 60 and 600 s and on continuous batching, several sizes of each, each on several samples. |z| ≤ 1.96
should hold in 95 of 100, and no error of 0 be stated where the sample is off. MARKETS (environment, default 12) logs.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from service.workflow.compute.kinds.realize import realize
from service.workflow.compute.redecide import case_of
from service.workflow.metered_prices import Price
from service.workflow.offers import (
    Axis,
    Capacity,
    ConcurrencyCapacity,
    Dedicated,
    Offer,
    Serverless,
    Speed,
    ThroughputCapacity,
)
from service.workflow.policy import Policy, ReplayPolicy
from service.workflow.rates import Rate
from service.workflow.traffic import SECOND, Int64s, RequestLog

WEEK_SECONDS = 7 * 86_400

SILENT, NIGHT_MINUTES = 3, 360
"""One log of so many is silent for so many minutes a day."""

UNITS = (1, 2, 3, 5)
"""Units of hybrids: the mean load is about two."""

SAMPLES = (0, 1, 2)
"""Seeds of the samples of each log."""

SHARES = (6, 20)
"""A sample holds one request of so many."""

FULL_SPEED = 25.0
"""Tokens a second of a stream of a full unit; alone, twice as many."""

CENT = 0.01
"""Money a month up to which two bills are the same."""

TWO_SIDED = 1.96
"""Standard errors that hold 95 of 100 of a normal error."""


@dataclass(frozen=True)
class Found:
    """One option of one sample: what it was off by, and the error stated, money a month."""

    kind: str
    stretches: int
    off: float
    stated: float

    @property
    def holds(self) -> bool:
        """Whether the error is within 1.96 of what was stated."""
        return abs(self.off) <= TWO_SIDED * self.stated + CENT


def log_of_week(seed: int, per_hour: float) -> RequestLog:
    """Return a week of requests: a daily course, bursts of minutes, and hours that differ by chance."""
    random = np.random.default_rng(seed)
    minutes = np.arange(WEEK_SECONDS // 60)
    course = 1 + random.uniform(0, 0.9) * np.sin(2 * np.pi * minutes / 1440 + random.uniform(0, 6))
    hours = random.gamma(1 / 0.3**2, 0.3**2, len(minutes) // 60).repeat(60)
    rates = per_hour / 60 * course * hours
    for _ in range(random.integers(10, 120)):
        begin = random.integers(len(minutes) - 60)
        rates[begin : begin + random.integers(1, 40)] *= random.uniform(2, 8)
    if seed % SILENT == 0:
        rates[minutes % 1440 < NIGHT_MINUTES] = 0
    counts = random.poisson(rates)
    times = np.sort(np.repeat(minutes, counts) * 60 * SECOND + random.integers(0, 60 * SECOND, counts.sum()))
    tokens = np.maximum(1, random.lognormal(5.5, 0.9, (2, len(times)))).astype(np.int64)
    none: Int64s = np.zeros(len(times), np.int64)
    return RequestLog(times.astype(np.int64), tokens[0], none, tokens[1], start_us=0, end_us=WEEK_SECONDS * SECOND)


def capacities(per_second: float) -> Iterator[tuple[str, Capacity]]:
    """Yield capacities of which about two carry so many tokens a second."""
    weights = (("input_tokens", Decimal(1)), ("output_tokens", Decimal(1)))
    for window in (10, 60, 600):
        yield (
            f"window of {window} s",
            ThroughputCapacity(window, (Axis(Decimal(round(per_second * 30)), weights),)),  # type: ignore[arg-type]
        )
    slots = max(1, round(per_second / 4 / FULL_SPEED))
    curve = ((1, 2 * FULL_SPEED), (slots, FULL_SPEED)) if slots > 1 else ((1, FULL_SPEED),)
    yield "batching", ConcurrencyCapacity(slots, Speed(10_000.0, curve))


def measured(seed: int) -> Iterator[Found]:
    """Yield every option of every sample of a log against the whole of it."""
    log = log_of_week(seed, per_hour=float(np.random.default_rng(seed).choice((600, 1800))))
    per_second = float((log.input_tokens + log.output_tokens).sum()) / WEEK_SECONDS
    million = 1_000_000
    tokens = Serverless(
        "tokens", "m", "", (Price("input_tokens", Decimal(1), million), Price("output_tokens", Decimal(3), million))
    )
    for kind, capacity in capacities(per_second):
        offers: list[Offer] = [tokens, Dedicated("unit", "m", "", (Rate(0, hourly=Decimal(1)),), capacity)]
        whole = case_of(log, Policy(), offers)
        samples = [
            case_of(log, replace(Policy(seed=sample), replay=ReplayPolicy(len(log.arrival_us) // share)), offers)
            for sample in SAMPLES
            for share in SHARES
        ]
        for units in UNITS:
            key = f"hybrid:unit@0x{units}+tokens"
            right = realize(whole, key, offers)
            assert right is not None
            for case in samples:
                option = realize(case, key, offers)
                assert option is not None
                assert option.figures is not None
                assert case.arrivals.stretches is not None
                yield Found(
                    kind,
                    len(case.arrivals.stretches),
                    float(option.monthly_cost - right.monthly_cost),
                    option.figures.standard_error or 0.0,
                )


def main() -> None:
    """Print for each kind how often the stated error holds, and how often 0 was stated and wrong."""
    found = [entry for seed in range(int(os.environ.get("MARKETS", "12"))) for entry in measured(seed)]
    for kind in dict.fromkeys(entry.kind for entry in found):
        of_kind = [entry for entry in found if entry.kind == kind]
        holds = np.mean([entry.holds for entry in of_kind])
        wrong = np.mean([entry.stated == 0 and abs(entry.off) > CENT for entry in of_kind])
        z = [entry.off / entry.stated for entry in of_kind if entry.stated]
        print(
            f"  {kind:16s} |z| <= 1.96 in {holds:6.1%}; 0 and wrong {wrong:5.1%}; mean z {np.mean(z):+.2f}, "
            f"spread {np.std(z):.2f} (n {len(of_kind)})"
        )

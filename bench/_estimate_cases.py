"""Evaluations of every kind, drawn from a seed: real and made traffic, small and large markets, every policy knob."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np

from bench._scenarios import dedicated_offers, serverless_offers, week_log, year_series
from service.example import sheets
from service.example.traffic import example_log
from service.price_sheets.offer_values import build_offers
from service.price_sheets.validation import load
from service.workflow.metered_prices import Meter
from service.workflow.offers import Axis, Dedicated, Offer, ThroughputCapacity, Units
from service.workflow.policy import (
    ForecastPolicy,
    HorizonPolicy,
    HybridPolicy,
    IsolationNeeds,
    IsolationPolicy,
    LatencyPolicy,
    Policy,
    QueuePolicy,
    ReplayPolicy,
    SufficiencyPolicy,
    UncertaintyPolicy,
)
from service.workflow.rates import Rate
from service.workflow.traffic import SECOND, BucketSeries, Int64s, RequestLog, TrafficHistory

FOLDER = Path(__file__).resolve().parents[2] / "shared/data/traffic"

ANYWAY = Policy(sufficiency=SufficiencyPolicy(allow_provisional=True))

WORTH = LatencyPolicy(target_ms=800.0, value_per_slow_request=Decimal("0.002"))

KNOBS: dict[str, Policy] = {
    "default": ANYWAY,
    "latency worth money": replace(ANYWAY, latency=WORTH),
    "latency strict": replace(ANYWAY, latency=LatencyPolicy(target_ms=1500.0, strict=True)),
    "end to end strict": replace(ANYWAY, latency=LatencyPolicy("end_to_end", 99.0, 20_000.0, strict=True)),
    "residency unmet": replace(ANYWAY, isolation=IsolationPolicy(required=IsolationNeeds(residency=("eu",)))),
    "tenancy preferred": replace(
        ANYWAY, isolation=IsolationPolicy(preferred=IsolationNeeds("dedicated"), value_per_month=Decimal(500))
    ),
    "serverless only": replace(ANYWAY, modes=("serverless",)),
    "dedicated only": replace(ANYWAY, modes=("dedicated",)),
    "no hybrid": replace(ANYWAY, modes=("serverless", "dedicated", "autoscaled")),
    "hybrid costs": replace(ANYWAY, hybrid=HybridPolicy(0.75, Decimal(400), Decimal(2))),
    "no wait": replace(ANYWAY, queue=QueuePolicy(99.0, 100.0)),
    "three years": replace(ANYWAY, max_term_months=36, horizon=HorizonPolicy(36, Decimal("0.05"))),
    "no margin": replace(ANYWAY, margin=Decimal(0), simplicity_margin=Decimal(0)),
    "threefold": replace(ANYWAY, traffic_factor=Decimal(3)),
    "a third": replace(ANYWAY, traffic_factor=Decimal("0.333")),
    "small sample": replace(ANYWAY, replay=ReplayPolicy(50_000)),
    "may wait": replace(ANYWAY, deferrable_share=Decimal("0.4")),
    "many levels": replace(ANYWAY, uncertainty=UncertaintyPolicy(99)),
    "plain forecast": replace(ANYWAY, forecast=ForecastPolicy(None, base_discount=0.0)),
}

REAL_BUCKETS = {"nab_Twitter_volume_AAPL": 300, "nab_elb_request_count_8c0756": 300, "nab_nyc_taxi": 1800}


@dataclass(frozen=True)
class Case:
    """One evaluation of the spread."""

    name: str
    history: TrafficHistory
    offers: list[Offer]
    policy: Policy


def drawn(count: int, seed: int) -> Iterator[Case]:
    """Yield `count` evaluations: a history, a market and a knob each, all drawn."""
    rng = np.random.default_rng(seed)
    names = sorted(KNOBS)
    for _ in range(count):
        told, history = _history(rng)
        market, offers = _market(rng)
        # Half are as most users ask: nothing but the default.
        knob = "default" if rng.random() < 0.4 else names[int(rng.integers(len(names)))]
        yield Case(f"{told}, {market}, {knob}", history, offers, KNOBS[knob])


def _history(rng: np.random.Generator) -> tuple[str, TrafficHistory]:
    real = [*_logs(), *_series()] if FOLDER.exists() else []
    kind = rng.random()
    if real and kind < 0.6:
        path = real[int(rng.integers(len(real)))]
        return path.stem, _read(path)
    if kind < 0.65:
        return "example", example_log()
    if kind < 0.9:
        requests = int(10 ** rng.uniform(3.3, 6.0))
        return f"week of {requests} requests", week_log(requests, seed=int(rng.integers(1000)))
    days = int(rng.integers(7, 120))
    return f"{days} days of minutes", year_series(days * 1440, seed=int(rng.integers(1000)))


def _market(rng: np.random.Generator) -> tuple[str, list[Offer]]:
    kind = rng.random()
    if kind < 0.4:
        return "demo offers", [offer for sheet in sheets() for offer in build_offers(load(sheet)[0])]
    if kind < 0.5:
        return "provisioned", [*serverless_offers(3), *_provisioned(int(rng.integers(1, 6)))]
    tokens, units = int(10 ** rng.uniform(0.3, 2.0)), int(10 ** rng.uniform(0, 2.2))
    distinct = int(rng.integers(1, 13))
    return f"{tokens} + {units} offers", [*serverless_offers(tokens), *dedicated_offers(units, distinct)]


def _provisioned(count: int) -> Iterator[Offer]:
    """Yield units of provisioned throughput as a public cloud sells them: minute budgets, a month or a year."""
    weights: tuple[tuple[Meter, Decimal], ...] = (("input_tokens", Decimal(1)), ("output_tokens", Decimal(3)))
    for number in range(count):
        capacity = ThroughputCapacity(60, (Axis(Decimal(2500 + 500 * number), weights),))
        rates = (Rate(0, Decimal("1.00")), Rate(1, monthly=Decimal(260)), Rate(12, monthly=Decimal(221)))
        yield Dedicated(f"ptu-{number}", "m70", "us", rates, capacity, Units(15 + 5 * number, 5, 5000))


def _logs() -> list[Path]:
    return [*sorted((FOLDER / "requests").glob("Azure*.csv")), FOLDER / "requests/mooncake_synthetic.jsonl"]


def _series() -> list[Path]:
    return sorted((FOLDER / "series").glob("nab_*.csv")) + sorted((FOLDER / "series").glob("*/*.csv"))[::6]


def _read(path: Path) -> TrafficHistory:
    if path.suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        return _log([(1_700_000_000_000 + r["timestamp"], r["input_length"], r["output_length"]) for r in rows], 1000)
    with path.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    if path.stem.startswith("Azure"):
        times = [(row, _micros(row["TIMESTAMP"][:26])) for row in rows]
        return _log([(at, int(row["ContextTokens"]), int(row["GeneratedTokens"])) for row, at in times], 1)
    starts = _column([_micros(row["timestamp"]) for row in rows])
    if path.stem in REAL_BUCKETS:
        counts = _column([round(float(row["value"])) for row in rows])
        return BucketSeries(REAL_BUCKETS[path.stem], starts, counts, 900 * counts, 0 * counts, 200 * counts)
    names = ("requests", "input_tokens", "output_tokens")
    counts, inputs, outputs = (_column([int(row[name]) for row in rows]) for name in names)
    return BucketSeries(600, starts, counts, inputs, 0 * inputs, outputs)


def _log(rows: list[tuple[int, int, int]], unit_us: int) -> RequestLog:
    at, inputs, outputs = (_column(list(column)) for column in zip(*sorted(rows), strict=True))
    return RequestLog(at * unit_us, inputs, 0 * inputs, outputs)


def _column(values: list[int]) -> Int64s:
    return np.array(values, np.int64)


def _micros(text: str) -> int:
    moment = datetime.fromisoformat(text)
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return round(aware.timestamp() * SECOND)

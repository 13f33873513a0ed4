"""Deciding on one week and paying the next: money lost, intervals and probabilities against what came true.

Reads `../shared/data/traffic/series/servegen-m-small`: 10-minute buckets of tenants of a public LLM cloud (ServeGen).
One market: tokens, and on-demand units that break even at a utilization of 0.3, 0.5 or 0.7. Money lost is the bill of
the decisions ÷ the bill of hindsight − 1, summed over tenants: `raw` pays 168 hours of reservation whatever was seen
of the second week, `fair` the hours observed. With rolling origins, intervals and probabilities are set against the
week that followed, replayed by the product itself.
"""

import csv
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np

from service.workflow.compare.uncertainty import uncertainty
from service.workflow.compute.compute import compute
from service.workflow.compute.kinds.realize import realize
from service.workflow.compute.redecide import case_of, cheapest
from service.workflow.metered_prices import Meter, Price
from service.workflow.offers import Axis, Dedicated, Offer, Serverless, ThroughputCapacity
from service.workflow.options import eligible
from service.workflow.policy import ForecastPolicy, Policy, SufficiencyPolicy
from service.workflow.rates import Rate
from service.workflow.rule import choose, margins_of
from service.workflow.traffic import SECOND, BucketSeries, Float64s, Int64s

FOLDER = Path(__file__).resolve().parents[2] / "shared/data/traffic/series/servegen-m-small"

WEEK_ROWS, BUCKET, DAY_SECONDS, HOURS = 1008, 600, 86_400, 168

UNIT_WORK = 2_000_000
"""Work of a unit in a bucket: input tokens and four times the output tokens."""

PRICE = 0.25e-6
"""Money for one of them on serverless."""

BREAK_EVENS = (0.3, 0.5, 0.7)

ORIGINS = tuple(range(4, 11))
"""Days after which a rolling decision is made, on up to a week before it."""

SIZES = (0.25, 0.5, 1.0, 2.0)
"""Units tried in rolling decisions, of the unit above."""

FEWEST_ROWS, LEAST_LOAD = 432, 0.2
"""Buckets that either part must hold, and units of mean load, to count as a rolling decision."""

CENT = 0.01
"""Money up to which two bills are the same."""

EDGES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.01)
"""Edges of the groups of stated probabilities."""

PAST = ForecastPolicy(half_life_days=None, base_discount=0.0, discount_per_volatility=0.0)
"""A forecast that the past week comes again: the cheapest on the week."""


@dataclass(frozen=True)
class Case:
    """One decision: the buckets that decide and those that pay, (time, requests, input, output), and a unit's work."""

    name: str
    before: Int64s
    after: Int64s
    unit: float

    @cached_property
    def work(self) -> Float64s:
        """Work of each bucket that pays."""
        work: Float64s = (self.after[:, 2] + 4.0 * self.after[:, 3]).astype(np.float64)
        return work

    def bill(self, units: Float64s, break_even: float, hours: float) -> Float64s:
        """Return the fluid bill of the paying buckets with some units reserved for so many hours."""
        spilled = np.maximum(self.work[None, :] - units[:, None] * self.unit, 0.0).sum(axis=1)
        bill: Float64s = units * break_even * self.unit * 6 * PRICE * hours + spilled * PRICE
        return bill

    def lost(self, units: int, break_even: float, *, fair: bool) -> tuple[float, float]:
        """Return the bill of a decision and that of hindsight."""
        hours = len(self.after) * BUCKET / 3600 if fair else HOURS
        most = int(np.ceil(self.work.max() / self.unit)) + 1
        hindsight = self.bill(np.arange(most + 1, dtype=np.float64), break_even, hours).min()
        return float(self.bill(np.array([units], np.float64), break_even, hours)[0]), float(hindsight)


@dataclass(frozen=True)
class Decision:
    """What the product said of a case, and what came true by its own accounting; money a month.

    paid: None where no traffic came.
    """

    case: Case
    break_even: float
    units: int
    low: float
    high: float
    probability: float
    paid: float | None
    best: float


def tenants() -> Iterator[tuple[str, Int64s]]:
    """Yield every tenant with two weeks of buckets: (seconds since 1970, requests, input, output)."""
    for path in sorted(FOLDER.glob("client-*.csv")):
        with path.open() as file:
            rows = [
                (
                    int(datetime.fromisoformat(row["timestamp"]).astimezone(UTC).timestamp()),
                    int(row["requests"]),
                    int(row["input_tokens"]),
                    int(row["output_tokens"]),
                )
                for row in csv.DictReader(file)
            ]
        if len(rows) >= 2 * WEEK_ROWS - 100:
            yield path.stem, np.array(rows, np.int64)


def split() -> list[Case]:
    """Return one case a tenant: its first week decides, its second pays."""
    found = [Case(name, rows[:WEEK_ROWS], rows[WEEK_ROWS : 2 * WEEK_ROWS], UNIT_WORK) for name, rows in tenants()]
    return [case for case in found if _counts(case)]


def rolling() -> list[Case]:
    """Return the cases of every origin and size of unit."""
    found = []
    for name, rows in tenants():
        for day in ORIGINS:
            cut = int(np.searchsorted(rows[:, 0], rows[0, 0] + day * DAY_SECONDS))
            before, after = rows[max(0, cut - WEEK_ROWS) : cut], rows[cut : cut + WEEK_ROWS]
            found += [Case(name, before, after, UNIT_WORK * size) for size in SIZES]
    return [case for case in found if _counts(case)]


def _counts(case: Case) -> bool:
    enough = min(len(case.before), len(case.after)) >= FEWEST_ROWS
    return enough and (case.before[:, 2] + 4.0 * case.before[:, 3]).mean() > LEAST_LOAD * case.unit


def series(rows: Int64s) -> BucketSeries:
    """Return buckets as a series."""
    cached = np.zeros(len(rows), np.int64)
    return BucketSeries(BUCKET, rows[:, 0] * SECOND, rows[:, 1], rows[:, 2], cached, rows[:, 3])


def market(case: Case, break_even: float) -> list[Offer]:
    """Return tokens, and units that break even at a utilization."""
    weights: tuple[tuple[Meter, Decimal], ...] = (("input_tokens", Decimal(1)), ("output_tokens", Decimal(4)))
    prices = (Price("input_tokens", Decimal("0.25"), 1_000_000), Price("output_tokens", Decimal(1), 1_000_000))
    hourly = Decimal(str(round(break_even * case.unit * 6 * PRICE, 9)))
    capacity = ThroughputCapacity(60, (Axis(Decimal(int(case.unit) // 10), weights),))
    return [
        Serverless("tokens", "m", "", prices),
        Dedicated("unit", "m", "", (Rate(0, hourly=hourly),), capacity),
    ]


def policy(forecast: ForecastPolicy | None = None) -> Policy:
    """Return the default policy, provisional answers allowed, on another forecast where one is given."""
    asked = Policy(sufficiency=SufficiencyPolicy(allow_provisional=True))
    return asked if forecast is None else replace(asked, forecast=forecast)


def decide(case: Case, break_even: float, asked: Policy) -> Decision:
    """Decide a case as an evaluation does, without flip points, and replay that and hindsight on the week after."""
    offers = market(case, break_even)
    with ThreadPoolExecutor(1) as executor:
        before = case_of(series(case.before), asked, offers)
        options = compute(before, offers, executor).options
        chosen = choose(eligible(options), margins_of(before.policy))
        assert chosen is not None
        interval = uncertainty(before, options).of(chosen.key)
        assert interval is not None
        said = Decision(
            case,
            break_even,
            0 if chosen.reservation is None else chosen.reservation.units,
            interval.low,
            interval.high,
            interval.probability_cheapest or 0.0,
            None,
            0.0,
        )
        if not case.work.any():
            return said
        after = case_of(series(case.after), policy(PAST), offers)
        paid, best = realize(after, chosen.key, offers), cheapest(after, offers, executor)
    assert paid is not None
    assert best is not None
    return replace(said, paid=float(paid.adjusted), best=float(best.adjusted))


def lost(decisions: Sequence[Decision], break_even: float, *, fair: bool) -> float:
    """Return the money lost against hindsight."""
    pairs = [d.case.lost(d.units, break_even, fair=fair) for d in decisions if d.break_even == break_even]
    return sum(bill for bill, _ in pairs) / sum(ideal for _, ideal in pairs) - 1


def decided(cases: Sequence[Case], asked: Policy | None = None) -> list[Decision]:
    """Decide every case at every break-even, under a policy."""
    each = [(case, break_even, asked or policy()) for break_even in BREAK_EVENS for case in cases]
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as executor:
        return list(executor.map(decide, *zip(*each, strict=True), chunksize=8))


def main() -> None:
    """Print regret, coverage and reliability of the split, and of rolling origins."""
    if not FOLDER.exists():
        print(f"  needs {FOLDER.parent.name}/{FOLDER.name} beside the checkout")
        return
    for title, cases in (("split", split()), ("rolling origins", rolling()[:: int(os.environ.get("EVERY", "1"))])):
        decisions = decided(cases)
        print(f"{title}: {len(cases)} decisions at each of {len(BREAK_EVENS)} break-even utilizations")
        for name, fair in (("raw", False), ("fair", True)):
            figures = "  ".join(f"{lost(decisions, even, fair=fair):6.1%}" for even in BREAK_EVENS)
            print(f"  money lost, {name:4s}  {figures}")
        report(decisions)


def report(decisions: Sequence[Decision]) -> None:
    """Print how often the 80 % interval holds, and how often stated probabilities come true, where traffic came."""
    paid = [(d, d.paid) for d in decisions if d.paid is not None]
    below = sum(1 for d, cost in paid if cost < d.low - CENT)
    inside = sum(1 for d, cost in paid if d.low - CENT <= cost <= d.high + CENT)
    print(f"  80 % interval of the recommended holds: {inside / len(paid):.0%} of {len(paid)} ({below} below)")
    for low, high in pairwise(EDGES):
        group = [(d, cost) for d, cost in paid if low <= d.probability < high]
        if group:
            came = np.mean([cost <= d.best + CENT for d, cost in group])
            said = np.mean([d.probability for d, _ in group])
            print(f"  said {said:4.0%} the cheapest, came true {came:4.0%}  (n {len(group)})")

"""Against planners as they are found: a loop over minutes, and buckets of a second, both in pandas."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from bench._scenarios import MONDAY_US, week_log
from service.workflow.compute.case import Case
from service.workflow.compute.redecide import case_of, cheapest
from service.workflow.metered_prices import Price
from service.workflow.offers import (
    Axis,
    ConcurrencyCapacity,
    Dedicated,
    Offer,
    Serverless,
    Speed,
    ThroughputCapacity,
    Units,
)
from service.workflow.options import Option
from service.workflow.policy import Policy
from service.workflow.rates import HOURS_PER_MONTH, Rate
from service.workflow.replay.hybrid import replay_hybrid
from service.workflow.replay.speed import token_us
from service.workflow.traffic import MINUTE, SECOND, BucketSeries, RequestLog, TrafficHistory

INPUT, OUTPUT, WEIGHT = 0.60, 2.40, 6
"""Money a million tokens, and input tokens that an output token weighs."""

UNITS = range(33)
POLICY = Policy(modes=("serverless", "hybrid"))

TOKENS = Serverless(
    "tokens",
    "m",
    "us",
    (Price("input_tokens", Decimal("0.60"), 1_000_000), Price("output_tokens", Decimal("2.40"), 1_000_000)),
)
BUDGET = ThroughputCapacity(
    60, (Axis(Decimal(12_000), (("input_tokens", Decimal(1)), ("output_tokens", Decimal(WEIGHT)))),)
)
BUDGETED = Dedicated("ptu", "m", "us", (Rate(0, monthly=Decimal(95)),), BUDGET, Units(1, 1, 32), unit="ptu")
CAPACITY = ConcurrencyCapacity(8, Speed(8_000.0, ((1, 60.0), (8, 30.0))))
BATCHING = Dedicated("gpu", "m", "us", (Rate(0, hourly=Decimal("0.32")),), CAPACITY, Units(1, 1, 32))


def main() -> None:
    """Print times, ratios and answers of both comparisons."""
    log = _uncached(week_log())
    _report("tokens by the minute, provisioned units", *_both(_loop_over_minutes(log), _minutes(log), BUDGETED))
    _report("a million requests, continuous batching", *_both(_buckets_of_a_second(log), log, BATCHING))
    _overflow_by_bucket(log)


def _uncached(log: RequestLog) -> RequestLog:
    return replace(log, cached_input_tokens=log.cached_input_tokens * 0)


def _minutes(log: RequestLog) -> BucketSeries:
    """Return the log's tokens by the minute, without request counts: all that such a planner asks for."""
    frame = _frame(log).groupby("minute")[["input", "output"]].sum()
    starts = frame.index.to_numpy() * MINUTE + MONDAY_US
    tokens = frame["input"].to_numpy(), frame["output"].to_numpy()
    return BucketSeries(60, starts, None, tokens[0], tokens[0] * 0, tokens[1], absent="idle")


def _frame(log: RequestLog) -> pd.DataFrame:
    frame = pd.DataFrame({"us": log.arrival_us - MONDAY_US, "input": log.input_tokens, "output": log.output_tokens})
    frame["second"] = frame["us"] // SECOND
    frame["minute"] = frame["us"] // MINUTE
    return frame


def _both(
    theirs: Callable[[], tuple[int, float]], history: TrafficHistory, offer: Dedicated
) -> tuple[tuple[float, int, float], tuple[float, int, float]]:
    """Return seconds, best units and their monthly total: of a planner, and of the search over the same offers."""
    compute_best(history, [TOKENS, offer])
    started = time.perf_counter()
    units, cost = theirs()
    between = time.perf_counter()
    best = compute_best(history, [TOKENS, offer])
    ended = time.perf_counter()
    ours = 0 if best.reservation is None else best.reservation.units
    return (between - started, units, cost), (ended - between, ours, float(best.monthly_cost))


def compute_best(history: TrafficHistory, offers: Sequence[Offer]) -> Option:
    """Return the cheapest of serverless and every number of units, exactly."""
    case = case_of(history, POLICY)
    with ThreadPoolExecutor(1) as executor:
        best = cheapest(case, offers, executor)
    assert best is not None
    return best


def _loop_over_minutes(log: RequestLog) -> Callable[[], tuple[int, float]]:
    """Return the planner that walks the rows of a frame for every number of units, splitting minutes in two."""
    frame = _frame(log).groupby("minute")[["input", "output"]].sum()
    month = HOURS_PER_MONTH * 60 / (7 * 1440)

    def plan() -> tuple[int, float]:
        costs = []
        for units in UNITS:
            overflow = 0.0
            for _, row in frame.iterrows():
                demand = row["input"] + WEIGHT * row["output"]
                share = max(0.0, demand - units * 12_000) / demand
                overflow += share * (row["input"] * INPUT + row["output"] * OUTPUT) / 1e6
            costs.append((units * 95 + overflow * month, units))
        cost, units = min(costs)
        return units, cost

    return plan


def _work(frame: pd.DataFrame) -> "pd.Series[float]":
    """Return each request's work in seconds of a full unit: reading and writing."""
    writing = frame["output"] * (token_us(CAPACITY, float(CAPACITY.slots)) / SECOND)
    return writing + frame["input"] / CAPACITY.speed.prefill_tokens_per_second


def _buckets_of_a_second(log: RequestLog) -> Callable[[], tuple[int, float]]:
    """Return the planner that holds the work arriving in each second against what the units do in one."""
    month = HOURS_PER_MONTH * 3600 / (7 * 86_400)

    def plan() -> tuple[int, float]:
        frame = _frame(log)
        frame["work"] = _work(frame)
        frame["cost"] = (frame["input"] * INPUT + frame["output"] * OUTPUT) / 1e6
        seconds = frame.groupby("second")[["work", "cost"]].sum()
        costs = []
        for units in UNITS:
            over = (seconds["work"] - units).clip(lower=0) / seconds["work"]
            costs.append((units * 0.32 * HOURS_PER_MONTH + float((over * seconds["cost"]).sum()) * month, units))
        cost, units = min(costs)
        return units, cost

    return plan


def _report(title: str, theirs: tuple[float, int, float], ours: tuple[float, int, float]) -> None:
    print(title)
    for name, (seconds, units, cost) in (("pandas", theirs), ("ours", ours)):
        print(f"  {name:8} {seconds:8.3f} s   best {units:2} units, {cost:10,.2f} a month")
    print(f"  ours is {theirs[0] / ours[0]:.2f} times as fast")


def _overflow_by_bucket(log: RequestLog) -> None:
    """Print what spills of the same traffic when it is judged in buckets, and when it is replayed."""
    case: Case = case_of(log, POLICY)
    frame = _frame(log)
    frame["work"] = _work(frame)
    print("share of the work that spills, by number of units")
    print(f"  {'':14}" + "".join(f"{units:9}" for units in (4, 8, 12, 16, 24)))
    for seconds in (3600, 300, 60, 1):
        work = frame.groupby(frame["us"] // (seconds * SECOND))["work"].sum()
        shares = [float((work - units * seconds).clip(lower=0).sum() / work.sum()) for units in (4, 8, 12, 16, 24)]
        print(f"  {f'{seconds} s buckets':14}" + "".join(f"{share:9.2%}" for share in shares))
    whole = float(frame["work"].sum())
    replays = [replay_hybrid(case.arrivals, CAPACITY, units, None, None) for units in (4, 8, 12, 16, 24)]
    print(f"  {'replayed':14}" + "".join(f"{1 - replay.served_work / whole:9.2%}" for replay in replays))

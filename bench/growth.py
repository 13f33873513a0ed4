"""How the time of an evaluation grows with requests, offers and capacities: seconds by size, and the log-log slope.

Seconds of processor, all threads together, of the fastest of RUNS: `RUNS=2 python -m bench growth`.
"""

import os
import time
from collections.abc import Callable, Sequence

import numpy as np

from bench._scenarios import dedicated_offers, hundred_offers, serverless_offers, week_log, year_series
from service.workflow.document import document
from service.workflow.evaluate import evaluate
from service.workflow.offers import Offer
from service.workflow.policy import Policy, ReplayPolicy
from service.workflow.traffic import TrafficHistory

RUNS = int(os.environ.get("RUNS", "2"))

REQUESTS = (10_000, 30_000, 100_000, 300_000, 1_000_000)
OFFERS = (30, 100, 300, 1_000)
CAPACITIES = (1, 3, 12, 35, 70)
MINUTES = (10_080, 40_320, 131_040, 525_600)

WHOLE = Policy(replay=ReplayPolicy(2_000_000))
"""Nothing is sampled."""

Sized = Callable[[int], tuple[TrafficHistory, Sequence[Offer]]]


def main() -> None:
    """Print a table a way to grow."""
    evaluate(week_log(5_000), hundred_offers(), Policy())
    hundred, log = hundred_offers(), week_log(100_000)
    _table("requests of a week, 100 offers over 12 capacities", REQUESTS, lambda size: (week_log(size), hundred))
    _table("offers over 12 capacities, 100,000 requests of a week", OFFERS, lambda size: (log, _offers(size, 12)))
    _table("capacities of 100 offers, 100,000 requests of a week", CAPACITIES, lambda size: (log, _offers(100, size)))
    _table("minutes of a series, 100 offers, sampled from 1.5 million requests on", MINUTES,
           lambda size: (year_series(size), hundred), Policy())  # fmt: skip


def _offers(count: int, distinct: int) -> list[Offer]:
    tokens = count * 3 // 10
    return [*serverless_offers(tokens), *dedicated_offers(count - tokens, distinct)]


def _table(title: str, sizes: Sequence[int], sized: Sized, policy: Policy = WHOLE) -> None:
    print(f"  {title}", flush=True)
    seconds = []
    for size in sizes:
        history, offers = sized(size)
        seconds.append(min(_seconds(history, offers, policy) for _ in range(RUNS)))
        print(f"    {size:>9,}  {seconds[-1]:7.2f} s", flush=True)
    slope = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
    last = np.log(seconds[-1] / seconds[-2]) / np.log(sizes[-1] / sizes[-2])
    print(f"    slope {slope:.2f} over all, {last:.2f} at the end", flush=True)


def _seconds(history: TrafficHistory, offers: Sequence[Offer], policy: Policy) -> float:
    begun = time.process_time()
    document(evaluate(history, offers, policy))
    return time.process_time() - begun

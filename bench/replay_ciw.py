"""Continuous batching against ciw, the open queueing simulator: the same requests, the same answer."""

import time

import ciw
import numpy as np

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.histogram import percentile_us
from service.workflow.traffic import HOUR, SECOND, Arrivals

REQUESTS, SLOTS, SHARED_BY, TOKENS_PER_SECOND, LOAD = 20_000, 64, 16, 90.0, 0.9


def _arrivals() -> Arrivals:
    generator = np.random.default_rng(1)
    output = generator.geometric(1 / 300, REQUESTS).astype(np.int64)
    rate = LOAD * SHARED_BY * TOKENS_PER_SECOND / 300
    times = np.cumsum(generator.exponential(SECOND / rate, REQUESTS)).astype(np.int64)
    hours = int(times[-1]) // HOUR + 1
    index = np.searchsorted(times, np.arange(hours + 1) * HOUR).astype(np.int64)
    observed, none = np.full(hours, HOUR, np.int64), np.zeros_like(times)
    return Arrivals(
        times, none, none, output, None, index, np.arange(hours), observed, hours, sampled=False, synthesized=False
    )


def _ciw(arrivals: Arrivals) -> list[float]:
    """Seconds from arrival to end, by ciw's limited processor sharing."""
    gaps = np.diff(arrivals.time_us, prepend=0) / SECOND
    simulation = ciw.Simulation(
        ciw.create_network(
            arrival_distributions=[ciw.dists.Sequential([*gaps.tolist(), float("inf")])],
            service_distributions=[ciw.dists.Sequential((arrivals.output / TOKENS_PER_SECOND).tolist())],
            number_of_servers=[SLOTS],
            ps_thresholds=[SHARED_BY],
        ),
        node_class=ciw.PSNode,
    )
    simulation.simulate_until_max_time(10.0**9)
    return sorted(record.exit_date - record.arrival_date for record in simulation.get_all_records())


def main() -> None:
    """Print both times, their ratio, and the percentiles of both."""
    arrivals = _arrivals()
    points = tuple((n, TOKENS_PER_SECOND * min(1.0, SHARED_BY / n)) for n in range(1, SLOTS + 1))
    capacity = ConcurrencyCapacity(SLOTS, Speed(1000.0, points))
    replay_dedicated(arrivals, capacity, 1, None)
    start = time.thread_time()
    histogram = replay_dedicated(arrivals, capacity, 1, None).end_to_end
    ours = time.thread_time() - start
    start = time.thread_time()
    theirs = _ciw(arrivals)
    taken = time.thread_time() - start
    assert histogram is not None
    print(f"{REQUESTS:,} requests, {SLOTS} slots sharing the speed of {SHARED_BY} streams, load {LOAD}")
    print(f"  replay {ours:.4f} s, ciw {taken:.2f} s: {taken / ours:,.0f} times as fast")
    for percent in (50, 95, 99):
        exact = theirs[-(-percent * REQUESTS // 100) - 1]
        print(f"  p{percent}: replay {(percentile_us(histogram, percent) or 0) / SECOND:.3f} s, ciw {exact:.3f} s")

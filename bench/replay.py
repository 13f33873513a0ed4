"""Replay kernels: requests a second of one core, two threads against one, and what compiling costs."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import numpy as np

from service.workflow.offers import Axis, ColdStart, ConcurrencyCapacity, Limits, Speed, ThroughputCapacity
from service.workflow.replay.autoscaled import replay_autoscaled
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.hybrid import replay_hybrid
from service.workflow.replay.result import LatencyTarget
from service.workflow.replay.serverless import replay_instances, replay_serverless
from service.workflow.replay.speed import request_work
from service.workflow.replay.throughput import replay_throughput
from service.workflow.traffic import HOUR, SECOND, Arrivals, Int64s

REQUESTS, UNITS, ROUNDS = 1_000_000, 4, 7
CAPACITY = ConcurrencyCapacity(64, Speed(40000.0, ((1, 90.0), (16, 70.0), (64, 38.0))))
BUDGET = ThroughputCapacity(
    60,
    (
        Axis(Decimal(1_000_000), (("input_tokens", Decimal(1)), ("output_tokens", Decimal(6)))),
        Axis(Decimal("0.9"), (("input_tokens", Decimal("0.0000006")), ("output_tokens", Decimal("0.0000024")))),
    ),
)
COLD = ColdStart(idle_seconds=5.0, start_seconds=12.0)
TARGET = LatencyTarget("first_token", 2 * SECOND)

Replays = dict[str, Callable[[], object]]

FIRST_CALL = """
import time
from bench import replay
for name, run in replay.replays(replay.poisson(0.8, requests=10)).items():
    start = time.perf_counter()
    run()
    print(f"{name}\t{time.perf_counter() - start}")
"""


def poisson(load: float, requests: int = REQUESTS) -> Arrivals:
    """Poisson requests that ask `load` of what UNITS full units can do; short prompts, geometric answers."""
    generator = np.random.default_rng(1)
    uncached = generator.integers(1, 4000, requests)
    output = 1 + generator.geometric(1 / 300, requests)
    at_once = _arrivals(np.zeros(requests, np.int64), uncached, output)
    rate = load * UNITS / float(request_work(at_once, CAPACITY).mean())
    return _arrivals(np.cumsum(generator.exponential(SECOND / rate, requests)).astype(np.int64), uncached, output)


def _arrivals(time_us: Int64s, uncached: Int64s, output: Int64s) -> Arrivals:
    hours = int(time_us[-1]) // HOUR + 1
    index = np.searchsorted(time_us, np.arange(hours + 1) * HOUR).astype(np.int64)
    observed = np.full(hours, HOUR, np.int64)
    cached = np.zeros_like(uncached)
    return Arrivals(
        time_us,
        uncached,
        cached,
        output,
        None,
        index,
        np.arange(hours),
        observed,
        hours,
        sampled=False,
        synthesized=False,
    )


def replays(arrivals: Arrivals) -> Replays:
    """Every kernel on the same requests."""
    return {
        "hybrid": lambda: replay_hybrid(arrivals, CAPACITY, UNITS, None, TARGET),
        "dedicated": lambda: replay_dedicated(arrivals, CAPACITY, UNITS, TARGET),
        "throughput, 2 axes": lambda: replay_throughput(arrivals, BUDGET, 2, TARGET),
        "serverless": lambda: replay_serverless(arrivals, COLD, CAPACITY.speed, Limits(9000), TARGET, 0),
        "instances": lambda: replay_instances(arrivals, COLD, CAPACITY.speed, 16, 32, Limits(), TARGET),
        "autoscaled 0 to 8": lambda: replay_autoscaled(arrivals, CAPACITY, 0, 8, 60.0, 300.0, TARGET),
    }


def best(run: Callable[[], object], clock: Callable[[], float] = time.thread_time) -> float:
    """Seconds of the fastest of ROUNDS calls, after one that compiles."""
    run()
    seconds = []
    for _ in range(ROUNDS):
        start = clock()
        run()
        seconds.append(clock() - start)
    return min(seconds)


def _first_calls(cache: str) -> dict[str, float]:
    environment = os.environ | {"NUMBA_CACHE_DIR": cache}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_CALL],
        cwd=Path(__file__).parents[1],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    return {name: float(seconds) for name, seconds in (line.split("\t") for line in done.stdout.splitlines())}


def _two_threads(run: Callable[[], object]) -> float:
    """How many times as many replays two threads do as one."""

    def both() -> None:
        with ThreadPoolExecutor(2) as pool:
            for each in [pool.submit(run) for _ in range(2)]:
                each.result()

    return 2 * best(run, time.perf_counter) / best(both, time.perf_counter)


def main() -> None:
    """Print the three tables."""
    print(f"{REQUESTS:,} Poisson requests on {UNITS} units x {CAPACITY.slots} slots, best of {ROUNDS}, CPU time")
    for load in (0.5, 0.8, 0.95, 1.2):
        arrivals = poisson(load)
        for name in ("hybrid", "dedicated"):
            print(f"  {name:20} load {load:4}: {REQUESTS / best(replays(arrivals)[name]) / 1e6:6.1f} M requests/s/core")
    runs = replays(poisson(0.8))
    for name in list(runs)[2:]:
        print(f"  {name:20} load  0.8: {REQUESTS / best(runs[name]) / 1e6:6.1f} M requests/s/core")
    print(f"two threads do {_two_threads(runs['hybrid']):.2f} times the hybrid replays of one")
    with tempfile.TemporaryDirectory() as cache:
        cold, warm = _first_calls(cache), _first_calls(cache)
    print("first call in a new process, seconds: nothing on disk, then kernels on disk")
    for name, seconds in cold.items():
        print(f"  {name:20} {seconds:6.2f} {warm[name]:6.3f}")
    print(f"  {'all':20} {sum(cold.values()):6.2f} {sum(warm.values()):6.3f}")

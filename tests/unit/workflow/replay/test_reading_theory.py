"""Reading prompts one after the other against the queue that it is: the Pollaczek–Khinchine formula.

Reading never waits for writing: decoding stands still while a prompt is read (preemptive resume). So where slots do not
bind, the first token of Poisson traffic is the sojourn of an M/G/1 queue whose service is the reading S, whatever is
written meanwhile:

    E[first token] = E[S] + λ E[S²] ÷ (2 (1 − λ E[S]))        (Kleinrock, Queueing Systems I, 1975, ch. 5)

and of exponential prompts the whole distribution is known, P(first token > t) = exp(−(1 ÷ E[S] − λ) t). With one slot a
request is read and written before the next is read: end to end is the sojourn of an M/G/1 queue of both.
Means are of independent runs, compared in standard errors; a histogram's bin adds a thousandth.
"""

import os
from collections.abc import Callable

import numpy as np
import pytest

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.histogram import longest_of_bin
from service.workflow.replay.result import LatencyTarget
from service.workflow.traffic import SECOND, Arrivals, Float64s, Int64s
from tests.unit.workflow.replay.build import arrivals_at

pytestmark = pytest.mark.skipif("NUMBA_DISABLE_JIT" in os.environ, reason="millions of requests need compiled kernels")

PREFILL = 1_000_000.0
"""Tokens read a second: a prompt of so many takes a second."""

MEAN = 100_000
"""Mean tokens of a prompt: read in 0.1 s."""

RUNS, REQUESTS = 30, 20_000

Draw = Callable[[np.random.Generator, int], Float64s]


def alike(_: np.random.Generator, count: int) -> Float64s:
    return np.full(count, float(MEAN))


def exponential(random: np.random.Generator, count: int) -> Float64s:
    return random.exponential(MEAN, count)


def uneven(random: np.random.Generator, count: int) -> Float64s:
    """Draw one prompt in ten of 5.5 times the mean, the others of half of it."""
    return np.where(random.random(count) < 0.1, 5.5, 0.5) * MEAN


def poisson(run: int, load: float, draw: Draw, output: int = 0) -> Arrivals:
    """Return Poisson arrivals whose reading, on one unit, takes a share `load` of the time."""
    random = np.random.default_rng(run)
    times = np.cumsum(random.exponential(MEAN / PREFILL / load, REQUESTS)) * SECOND
    prompts = np.rint(draw(random, REQUESTS)).astype(np.int64)
    return arrivals_at(times.astype(np.int64).tolist(), uncached=prompts.tolist(), output=output)


def mean_seconds(histogram: Int64s | None) -> float:
    """Return the mean of a histogram, each latency in the middle of its bin."""
    assert histogram is not None
    (held,) = np.nonzero(histogram)
    middles = [(longest_of_bin(max(0, int(index) - 1)) + 1 + longest_of_bin(int(index))) / 2 for index in held]
    return float(histogram[held] @ np.array(middles) / histogram.sum()) / SECOND


def sojourn(rate: float, mean: float, square: float) -> float:
    """Return the mean time in an M/G/1 queue."""
    return mean + rate * square / (2 * (1 - rate * mean))


def assert_mean(found: list[float], expected: float) -> None:
    error = float(np.std(found, ddof=1)) / np.sqrt(len(found))
    assert abs(np.mean(found) - expected) < 4 * error + 0.001 * expected
    assert error < 0.02 * expected, "too few requests to tell"


@pytest.mark.parametrize(("draw", "squares"), [(alike, 1.0), (exponential, 2.0), (uneven, 3.25)])
@pytest.mark.parametrize("load", [0.5, 0.8])
def test_the_first_token_is_the_sojourn_of_the_reading_queue(load: float, draw: Draw, squares: float) -> None:
    capacity = ConcurrencyCapacity(REQUESTS, Speed(PREFILL, ((1, 1e9),)))
    mean = MEAN / PREFILL
    expected = sojourn(load / mean, mean, squares * mean**2)
    found = [
        mean_seconds(replay_dedicated(poisson(run, load, draw), capacity, 1, None).first_token) for run in range(RUNS)
    ]
    assert_mean(found, expected)


def test_writing_never_delays_reading() -> None:
    """Writing takes about a third of the time here; without it first tokens are the same to the microsecond."""
    capacity = ConcurrencyCapacity(REQUESTS, Speed(PREFILL, ((1, 200.0), (100, 20.0))))
    for run in range(3):
        writing = replay_dedicated(poisson(run, 0.6, exponential, output=7), capacity, 1, None)
        silent = replay_dedicated(poisson(run, 0.6, exponential), capacity, 1, None)
        assert np.array_equal(writing.first_token, silent.first_token)  # type: ignore[arg-type]


def test_first_tokens_of_exponential_prompts_are_exponential() -> None:
    capacity, mean, load = ConcurrencyCapacity(REQUESTS, Speed(PREFILL, ((1, 1e9),))), MEAN / PREFILL, 0.7
    for seconds in (0.05, 0.3, 1.0):
        target = LatencyTarget("first_token", round(seconds * SECOND))
        late = [
            float(replay_dedicated(poisson(run, load, exponential), capacity, 1, target).slow.sum()) / REQUESTS
            for run in range(RUNS)
        ]
        expected = float(np.exp(-(1 - load) / mean * seconds))
        assert abs(np.mean(late) - expected) < 4 * np.std(late, ddof=1) / np.sqrt(RUNS) + 1e-4


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_with_one_slot_the_whole_request_is_the_service(load: float) -> None:
    """Half of the service is reading, exponential, and half writing 50 tokens of 2 ms."""
    writing = MEAN / PREFILL
    capacity = ConcurrencyCapacity(1, Speed(PREFILL, ((1, 50 / writing),)))
    square = 2 * writing**2 + 2 * writing**2 + writing**2
    expected = sojourn(load / (2 * writing), 2 * writing, square)
    found = [
        mean_seconds(replay_dedicated(poisson(run, load / 2, exponential, output=50), capacity, 1, None).end_to_end)
        for run in range(RUNS)
    ]
    assert_mean(found, expected)

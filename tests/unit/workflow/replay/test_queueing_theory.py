"""Replays of Poisson traffic with exponential work against the chains that describe it exactly.

Every comparison is in standard errors, taken from the means of many batches, with fixed seeds. Four standard errors
are missed once in 16,000 tries of a right replay; where many loads are tried, their squares must add up like
chi-squared too, which also finds a bias that is small at each.
"""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.hybrid import replay_hybrid
from service.workflow.replay.result import LatencyTarget
from service.workflow.replay.speed import step_points, step_table
from service.workflow.traffic import SECOND, Arrivals, Float64s, Int64s
from tests.unit.workflow.replay.build import arrivals_at, counted, ints
from tests.unit.workflow.replay.chains import BatchServer, birth_death, erlang_b, erlang_c

pytestmark = pytest.mark.skipif("NUMBA_DISABLE_JIT" in os.environ, reason="millions of requests need compiled kernels")

WORK = 100_000
"""Mean tokens of a request: so many that rounding an exponential to whole ones is nothing."""

REQUESTS, BATCHES = 300_000, 150
WARM_UP = 2
"""Batches left out at the beginning, where the system is still emptier than it will be."""


def poisson(seed: int, rate: float, requests: int = REQUESTS, batches: int = BATCHES) -> Arrivals:
    """Poisson arrivals at `rate` a second with exponential work; the hourly rows are batches of as many requests."""
    generator = np.random.default_rng(seed)
    times = np.cumsum(generator.exponential(SECOND / rate, requests)).astype(np.int64)
    arrivals = replace(
        arrivals_at([], hours=batches),
        time_us=times,
        output=np.rint(generator.exponential(WORK, requests)).astype(np.int64),
        hour_index=np.linspace(0, requests, batches + 1).astype(np.int64),
    )
    return replace(arrivals, uncached=np.zeros_like(times), cached=np.zeros_like(times))


def errors_off(counts: Int64s, share: float, requests: int = REQUESTS) -> float:
    """By how many standard errors the share of requests that a batched count makes up misses `share`."""
    off = counts[WARM_UP:] - share * requests / len(counts)
    return float(off.sum() / np.sqrt((off**2).sum()))


def independent_streams(slots: int, rate_of_leaving: float) -> ConcurrencyCapacity:
    """Slots that do not slow each other down, each finishing so many requests a second."""
    return ConcurrencyCapacity(slots, Speed(1000.0, ((1, WORK * rate_of_leaving),)))


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (5, 3.0), (5, 9.0), (32, 28.0), (100, 95.0)])
def test_spilling_from_independent_streams_is_erlang_b(servers: int, load: float) -> None:
    arrivals = poisson(servers, rate=load)
    replay = replay_hybrid(arrivals, independent_streams(servers, 1.0), 1, None, None)
    assert abs(errors_off(replay.spilled[:, 0], erlang_b(load, servers))) < 4


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (5, 3.5), (32, 27.0)])
def test_waiting_for_independent_streams_is_erlang_c(servers: int, load: float) -> None:
    arrivals = poisson(servers + 1000, rate=load)
    capacity = independent_streams(servers, 1.0)
    for wait_us in (0, 200_000, 1_000_000):
        late = erlang_c(load, servers) * np.exp(-(servers - load) * wait_us / SECOND)
        slow = replay_dedicated(arrivals, capacity, 1, LatencyTarget("first_token", wait_us)).slow
        assert abs(errors_off(slow, late)) < 4


def chi_squared_is_likely(errors: list[float]) -> bool:
    total = float(np.square(errors).sum())
    return bool(stats.chi2.ppf(1e-4, len(errors)) < total < stats.chi2.ppf(1 - 1e-4, len(errors)))


CURVE = Speed(40000.0, ((1, 0.9 * WORK), (4, 0.8 * WORK), (12, 0.4 * WORK)))
UNITS, SLOTS = 2, 12


def leaving(units: int, slots: int) -> Callable[[int], float]:
    """Requests a second that leave `units` with n in the system."""
    speeds = SECOND / step_table(step_points(CURVE), units, units * slots)
    return lambda n: min(n, units * slots) * float(speeds[min(n, units * slots)]) / WORK


def test_spilling_from_shared_batches_is_the_birth_death_chain() -> None:
    streams, most = UNITS * SLOTS, leaving(UNITS, SLOTS)(UNITS * SLOTS)
    errors = []
    for number, load in enumerate(np.linspace(0.7, 2.2, 24)):
        arrivals = poisson(number, rate=float(load) * most)
        replay = replay_hybrid(arrivals, ConcurrencyCapacity(SLOTS, CURVE), UNITS, None, None)
        spilled = birth_death(float(load) * most, leaving(UNITS, SLOTS), streams)[-1]
        errors.append(errors_off(replay.spilled[:, 0], float(spilled)))
    assert max(np.abs(errors)) < 4
    assert chi_squared_is_likely(errors)


def test_waiting_for_shared_batches_is_the_birth_death_chain() -> None:
    streams, most = UNITS * SLOTS, leaving(UNITS, SLOTS)(UNITS * SLOTS)
    errors = []
    for number, load in enumerate(np.linspace(0.8, 0.97, 10)):
        arrivals = poisson(number + 100, rate=float(load) * most)
        slow = replay_dedicated(
            arrivals, ConcurrencyCapacity(SLOTS, CURVE), UNITS, LatencyTarget("first_token", 0)
        ).slow
        waits = birth_death(float(load) * most, leaving(UNITS, SLOTS), 40 * streams)[streams:].sum()
        errors.append(errors_off(slow, float(waits)))
    assert max(np.abs(errors)) < 4
    assert chi_squared_is_likely(errors)


def test_a_lower_threshold_is_the_chain_cut_there() -> None:
    rate = 0.9 * leaving(UNITS, SLOTS)(UNITS * SLOTS)
    for threshold in (6, 12, 18):
        arrivals = poisson(threshold + 200, rate)
        replay = replay_hybrid(arrivals, ConcurrencyCapacity(SLOTS, CURVE), UNITS, threshold, None)
        spilled = birth_death(rate, leaving(UNITS, SLOTS), threshold)[-1]
        assert abs(errors_off(replay.spilled[:, 0], float(spilled))) < 4


SERVER = BatchServer(alpha=12, beta=0.05, gamma=0.0005, tokens_in=128, tokens_out=512, batch=48, queue=128)
ASKED = 2.9494622
"""Requests a second of the published example."""


def test_the_published_golden_numbers_of_the_inference_server_chain() -> None:
    answer = SERVER.answer(ASKED)
    assert answer["response"] == pytest.approx(10231.6, abs=0.05)
    assert answer["wait"] == pytest.approx(14.22, abs=0.005)
    assert answer["in_service"] == pytest.approx(30.1359, abs=0.00005)
    assert answer["first_token"] == pytest.approx(60.00, abs=0.005)
    assert answer["between_tokens"] == pytest.approx(19.905, abs=0.0005)
    assert SERVER.maximum_rate() == pytest.approx(3.8609, abs=0.00005)
    small = BatchServer(alpha=8, beta=0.033, gamma=0.000333, tokens_in=256, tokens_out=1024, batch=1, queue=0)
    assert small.step_ms(1) == pytest.approx(8.296954, abs=5e-7)
    assert small.step_ms(0) + small.prefill_work == pytest.approx(16.533249, abs=1.1e-6)
    assert small.step_ms(0) + small.token_work == pytest.approx(8.288911, abs=1e-6)
    assert small.steps * small.step_ms(1) == pytest.approx(8504.378, abs=5e-4)


def test_the_replay_of_the_inference_server_is_its_chain() -> None:
    """The chain's queue of 128 never fills at this rate, so an endless one is the same."""
    points = tuple((n, WORK * 1000 * SERVER.rate(n) / n) for n in range(1, SERVER.batch + 1))
    capacity = ConcurrencyCapacity(SERVER.batch, Speed(1000.0, points))
    answer, states = SERVER.answer(ASKED), SERVER.states(ASKED)
    runs = []
    for seed in range(24):
        arrivals = poisson(seed + 300, ASKED, requests=100_000, batches=1)
        hours = int(arrivals.time_us[-1]) // (3600 * SECOND)
        whole = replace(arrivals, hour_of_window=np.arange(hours + 1), observed_us=ints([3600 * SECOND] * (hours + 1)))
        whole = replace(whole, hour_index=np.array([0, *[100_000] * (hours + 1)]))
        replay = replay_dedicated(whole, capacity, 1, LatencyTarget("first_token", 0))
        assert counted(replay.end_to_end) == 100_000
        in_service = (replay.slots_in_use or 0.0) * SERVER.batch * whole.observed_us.sum() / arrivals.time_us[-1]
        runs.append((in_service, replay.slow.sum() / 100_000))
    expected = np.array([answer["in_service"], states[SERVER.batch :].sum()])
    off = errors_of_runs(np.array(runs), expected)
    assert (np.abs(off) < 4).all()


def errors_of_runs(runs: Float64s, expected: Float64s) -> Float64s:
    """By how many standard errors the mean of independent runs, one a row, misses what is expected."""
    return np.asarray((runs.mean(axis=0) - expected) / (runs.std(axis=0, ddof=1) / np.sqrt(len(runs))))

"""The pattern of a load."""

from collections.abc import Sequence

import numpy as np
import pytest

from service.workflow.measure.load import load_of
from service.workflow.measure.pattern import pattern_of
from service.workflow.measure.profile import Pattern
from service.workflow.measure.window import span_of
from service.workflow.policy import PatternPolicy
from service.workflow.traffic import SECOND, RequestLog, TrafficHistory
from tests.histories import MONDAY, ints, series_of

WEEK_SECONDS = 7 * 86_400


def pattern(history: TrafficHistory, **thresholds: float) -> Pattern:
    return pattern_of(load_of(history, *span_of(history)), PatternPolicy(**thresholds))


def of_minutes(counts: Sequence[int]) -> Pattern:
    return pattern(series_of(counts))


def minutes(*groups: tuple[int, int]) -> list[int]:
    """Return a thousand minutes or so: (how many, requests in each)."""
    return [count for many, count in groups for _ in range(many)]


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        (minutes((990, 60), (10, 500)), "steady"),
        (minutes((600, 60), (400, 120)), "steady"),
        (minutes((989, 60), (11, 500)), "base_with_spikes"),
        (minutes((980, 600), (10, 0), (10, 650)), "steady"),
        (minutes((979, 600), (11, 0), (10, 650)), "base_with_spikes"),
        (minutes((940, 200), (60, 2000)), "base_with_spikes"),
        (minutes((900, 100), (100, 10_000)), "spiky"),
        (minutes((999, 0), (1, 500)), "spiky"),
    ],
)
def test_thresholds_are_met_by_reaching_them(counts: list[int], found: Pattern) -> None:
    assert of_minutes(counts) == found


def test_thresholds_are_the_policys() -> None:
    day_and_night = series_of(minutes((500, 100), (500, 5)))
    assert pattern(day_and_night) == "spiky"
    assert pattern(day_and_night, steady_mean_to_p99=0.5) == "steady"
    assert pattern(day_and_night, base_floor_to_mean=0.05) == "base_with_spikes"


def log(seconds: np.ndarray) -> RequestLog:
    """Return a week with requests at some seconds."""
    times = MONDAY + (np.sort(seconds) * SECOND).astype(np.int64)
    ones = ints([1] * len(times))
    return RequestLog(times, ones, ones * 0, ones, start_us=MONDAY, end_us=MONDAY + WEEK_SECONDS * SECOND)


def poisson(per_minute: float, seed: int = 0) -> np.ndarray:
    """Return the seconds of a week of a constant rate."""
    random = np.random.default_rng(seed)
    return random.uniform(0, WEEK_SECONDS, random.poisson(per_minute * WEEK_SECONDS / 60))


LOW = (0.05, 0.5, 5.0)
"""Requests a minute of which single minutes tell nothing but chance."""


@pytest.mark.parametrize("rate", LOW)
def test_what_only_a_part_of_the_day_sees_is_no_steady_rate_however_low(rate: float) -> None:
    times = poisson(3 * rate)
    hours = times % 86_400 / 3600
    assert pattern(log(times[(hours >= 9) & (hours < 17)])) == "spiky"


@pytest.mark.parametrize("rate", LOW)
def test_a_swing_of_a_third_over_the_day_stays_steady(rate: float) -> None:
    times = poisson(1.3 * rate, seed=3)
    kept = np.random.default_rng(1).random(len(times)) < (1 + 0.3 * np.sin(2 * np.pi * times / 86_400)) / 1.3
    assert pattern(log(times[kept])) == "steady"


@pytest.mark.parametrize("rate", LOW)
def test_a_base_is_seen_below_spikes_however_low(rate: float) -> None:
    spikes = poisson(10 * rate, seed=1)
    times = np.concatenate((poisson(0.5 * rate), spikes[spikes % 86_400 < 0.05 * 86_400]))
    assert pattern(log(times)) == "base_with_spikes"


def test_bursts_that_come_as_regularly_as_a_clock_are_no_steady_rate() -> None:
    """Twenty-five requests in the first minute of every hour: each hour holds as many as any other."""
    assert pattern(log((np.arange(168)[:, None] * 3600 + np.linspace(0, 50, 25)).ravel())) == "spiky"


def test_of_too_few_requests_to_show_a_base_none_is_claimed() -> None:
    assert pattern(log(np.arange(7) * 5.0)) == "spiky"
    assert pattern(log(np.arange(7) * 86_400 + 36_000.0)) == "steady", "one a day is as even as it can be"


def test_of_tokens_alone_buckets_are_judged_as_they_are() -> None:
    assert pattern(series_of([0, 1] * 60, counted=False)) == "spiky"
    assert pattern(series_of([1] * 60, counted=False)) == "steady"

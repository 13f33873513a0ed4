"""Rates per minute."""

import math
import statistics

import pytest

from service.workflow.measure.load import Load, load_of
from service.workflow.measure.rates import cv_of, load_duration_of, nearest_rank, rates_of, rising_of
from service.workflow.traffic import SECOND
from tests.histories import MONDAY, log_of, series_of


def _load(counts: list[int | None], bucket: int = 60) -> Load:
    return load_of(series_of(counts, bucket=bucket), MONDAY, MONDAY + len(counts) * bucket * SECOND)


def _rates(load: Load) -> tuple[float, ...]:
    rates = rates_of(load, load.values, rising_of(load, load.values))
    return rates.p05, rates.p50, rates.mean, rates.p95, rates.p99, rates.max


@pytest.mark.parametrize(
    ("count", "percent", "rank"),
    [(1, 5, 1), (1, 99, 1), (20, 5, 1), (21, 5, 2), (100, 5, 5), (100, 99, 99), (101, 99, 100), (3, 0, 1), (3, 100, 3)],
)
def test_nearest_rank_is_the_smallest_value_with_enough_at_or_below(count: int, percent: int, rank: int) -> None:
    assert nearest_rank(count, percent) == rank - 1


def test_percentiles_are_values_that_were_seen() -> None:
    counts: list[int | None] = list(range(100, 0, -1))
    assert _rates(_load(counts)) == (5, 50, 50.5, 95, 99, 100)


def test_longer_buckets_are_rates_per_minute() -> None:
    assert _rates(_load([30, None, 60], bucket=600)) == (3, 3, 4.5, 6, 6, 6)


def test_the_mean_is_over_observed_time_only() -> None:
    assert _rates(_load([6, None, None, 12]))[2] == 9


def test_a_minute_cut_short_counts_in_the_mean_and_not_in_percentiles() -> None:
    log = log_of([0, 1, 2, 60, 61, 62, 120, 135])
    load = load_of(log, MONDAY, MONDAY + 135 * SECOND)
    assert _rates(load) == (3, 3, 8 / 2.25, 3, 3, 3)


def test_the_maximum_is_never_below_what_a_minute_cut_short_already_held() -> None:
    log = log_of([0, 60, *[70] * 9])
    load = load_of(log, MONDAY, MONDAY + 70 * SECOND)
    assert _rates(load)[4:] == (1, 10)


def test_a_history_shorter_than_a_minute_is_scaled_to_one() -> None:
    log = log_of([0, 10, 20, 30])
    assert _rates(load_of(log, MONDAY, MONDAY + 30 * SECOND)) == (8,) * 6


def test_load_duration_falls_from_the_peak_to_the_least() -> None:
    curve = load_duration_of(rising_of(load := _load([4, 1, 3, 2]), load.values))
    assert len(curve) == 101
    assert (curve[0], curve[25], curve[26], curve[50], curve[75], curve[76], curve[100]) == (4, 4, 3, 3, 2, 1, 1)


def test_cv_is_the_populations() -> None:
    counts: list[int | None] = [2, 4, 4, 4, 5, 5, 7, 9]
    assert cv_of(_load(counts)) == 2 / 5
    assert cv_of(_load([7, 7, 7])) == 0


def test_cv_of_numbers_whose_squares_leave_64_bits() -> None:
    counts: list[int | None] = [10**12, 3 * 10**12, 5 * 10**12]
    load = _load(counts)
    expected = statistics.pstdev([1, 3, 5]) / 3
    assert math.isclose(cv_of(load), expected, rel_tol=1e-15)


def test_cv_without_load_is_nothing() -> None:
    assert cv_of(_load([0, 0])) == 0


def test_whole_minutes_alone_make_the_cv() -> None:
    log = log_of([0, 60, *[70] * 9])
    assert cv_of(load_of(log, MONDAY, MONDAY + 70 * SECOND)) == 0

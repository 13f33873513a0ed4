"""The sample of whole hours."""

import numpy as np
import pytest

from service.workflow.measure import measure
from service.workflow.measure.sampling import choose_stretches, rows_of, stretch_of
from service.workflow.policy import Policy
from service.workflow.traffic import HOUR, MINUTE, SECOND
from tests.histories import ints, series_of

LOADS = np.random.default_rng(5).negative_binomial(4, 0.001, 240)
TOTAL = int(LOADS.sum())


def test_a_history_that_fits_is_replayed_whole() -> None:
    assert choose_stretches(LOADS, TOTAL, 1).tolist() == list(range(240))
    assert len(choose_stretches(LOADS, TOTAL - 1, 1)) == 120


@pytest.mark.parametrize("step", [2, 3, 7, 40])
def test_every_hour_is_kept_as_often_as_any_other(step: int) -> None:
    most = -(-TOTAL // step)
    samples = [choose_stretches(LOADS, most, seed) for seed in range(60 * step)]
    kept = np.bincount(np.concatenate(samples), minlength=len(LOADS)) / len(samples)
    assert kept.min() > 0.5 / step
    assert kept.max() < 1.6 / step


@pytest.mark.parametrize("step", [2, 4, 8, 24])
def test_over_all_starts_the_sample_times_its_step_is_the_total(step: int) -> None:
    most = -(-TOTAL // step)
    samples = {tuple(choose_stretches(LOADS, most, seed).tolist()) for seed in range(100 * step)}
    assert len(samples) == step
    assert sum(LOADS[list(hours)].sum() for hours in samples) == TOTAL


def test_the_busy_and_the_quiet_are_both_there() -> None:
    by_load = np.argsort(np.argsort(LOADS, kind="stable"))
    for seed in range(20):
        ranks = np.sort(by_load[choose_stretches(LOADS, -(-TOTAL // 10), seed)])
        assert np.diff(ranks).tolist() == [10] * 23


def test_hours_keep_their_time_order_and_the_seed_decides() -> None:
    first = choose_stretches(LOADS, TOTAL // 10, 3)
    assert np.all(np.diff(first) > 0)
    assert first.tolist() == choose_stretches(LOADS, TOTAL // 10, 3).tolist()
    assert any(first.tolist() != choose_stretches(LOADS, TOTAL // 10, seed).tolist() for seed in range(4, 20))


def test_no_start_can_miss_the_hours_that_hold_the_traffic() -> None:
    bursts = ints([0] * 97 + [5_000_000, 6_000_000, 4_000_000])
    for seed in range(30):
        assert len(choose_stretches(bursts, 1_000_000, seed)) == 50, "w is 2, as one hour holds two fifths"
        assert bursts[choose_stretches(bursts, 1_000_000, seed)].sum() >= 5_000_000
    assert len(choose_stretches(ints([0] * 99 + [10**9]), 1_000_000, 1)) == 100


@pytest.mark.parametrize("exponent", [1.1, 1.5, 3.0])
def test_two_starts_differ_by_the_busiest_hour_at_most(exponent: float) -> None:
    loads = (np.random.default_rng(2).pareto(exponent, 480) * 1000).astype(np.int64)
    held = [int(loads[choose_stretches(loads, int(loads.sum()) // 48, seed)].sum()) for seed in range(200)]
    assert min(held) > 0
    assert max(held) - min(held) <= int(loads.max())


def test_two_hours_are_kept_however_busy_and_one_hour_is_never_cut() -> None:
    assert all(len(choose_stretches(ints([1000] * 240), 1, seed)) == 2 for seed in range(50))
    assert choose_stretches(ints([10**9]), 1, 0).tolist() == [0]
    assert choose_stretches(ints([10**9, 5, 7]), 1, 0).tolist() == [0, 1, 2]


def test_rows_of() -> None:
    cuts = ints([0, 2, 2, 5, 6])
    assert rows_of(cuts, ints([0, 1, 3])).tolist() == [0, 1, 5]
    assert rows_of(cuts, ints([1])).tolist() == []
    assert rows_of(cuts, ints([2, 3])).tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("most", "stretch"),
    [
        (336_000, HOUR),
        (24_000, HOUR),
        (23_999, 15 * MINUTE),
        (6000, 15 * MINUTE),
        (5999, 5 * MINUTE),
        (2000, 5 * MINUTE),
        (1999, MINUTE),
        (1, MINUTE),
    ],
)
def test_shorter_stretches_are_taken_where_hours_would_be_few(most: int, stretch: int) -> None:
    profile = measure(series_of([1000] * 336, bucket=3600), Policy())
    assert stretch_of(profile, most) == stretch


def test_traffic_that_pauses_is_sampled_by_hours_however_dense() -> None:
    counts = [1000] * 300 + [0] * 36
    assert stretch_of(measure(series_of(counts, bucket=3600), Policy()), 1) == HOUR
    assert stretch_of(measure(series_of([1000, 0, *[1000] * 334], bucket=3600), Policy()), 1) == MINUTE


@pytest.mark.parametrize(
    ("bucket", "windows", "seconds"),
    [
        (60, (), 60),
        (60, (600,), 600),
        (60, (7,), 420),
        (60, (3600,), 3600),
        (60, (60, 90), 180),
        (600, (600,), 600),
        (600, (420,), 4200),
        (300, (60,), 60),
        (3600, (900, 60), 900),
        (60, (3001, 3539), 212_340),
    ],
)
def test_a_stretch_holds_whole_windows_and_divides_or_holds_whole_buckets(
    bucket: int, windows: tuple[int, ...], seconds: int
) -> None:
    profile = measure(series_of([1000] * (14 * 86_400 // bucket), bucket=bucket), Policy())
    assert stretch_of(profile, 1, windows) == seconds * SECOND

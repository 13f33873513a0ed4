"""Requests drawn inside buckets."""

import numpy as np
import pytest
from scipy import stats

from service.workflow.measure.synthesis import draw_times, spread
from service.workflow.traffic import MINUTE, Int64s
from tests.histories import ints


def _generator(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _one(count: int, cv: float, seed: int = 1) -> Int64s:
    return draw_times(ints([count]), ints([0]), MINUTE, cv, _generator(seed))


@pytest.mark.parametrize("cv", [0.0, 0.3, 1.0, 4.0, 200.0])
def test_arrivals_rise_and_stay_in_their_bucket(cv: float) -> None:
    counts, starts = ints([3, 0, 500, 1, 0, 2]), MINUTE * ints([0, 1, 4, 5, 6, 9])
    times = draw_times(counts, starts, MINUTE, cv, _generator())
    assert len(times) == 506
    assert np.all(np.diff(times) >= 0)
    assert (times // MINUTE).tolist() == np.repeat(starts // MINUTE, counts).tolist()


def test_no_request_draws_nothing() -> None:
    assert draw_times(ints([0, 0]), ints([0, MINUTE]), MINUTE, 1.0, _generator()).tolist() == []


def test_a_cv_of_one_is_uniform_given_the_count() -> None:
    times = draw_times(ints([7] * 5000), MINUTE * np.arange(5000), MINUTE, 1.0, _generator())
    places = (times % MINUTE) / MINUTE
    assert stats.kstest(places, "uniform").pvalue > 0.01
    first = places.reshape(5000, 7)[:, 0]
    assert stats.kstest(first, stats.beta(1, 7).cdf).pvalue > 0.01, "the least of seven uniform moments"


@pytest.mark.parametrize("cv", [0.5, 1.0, 2.0, 5.0])
def test_gaps_have_the_declared_cv(cv: float) -> None:
    gaps = np.diff(_one(200_000, cv))
    assert np.std(gaps) / np.mean(gaps) == pytest.approx(cv, rel=0.05)


def test_a_cv_of_zero_is_even() -> None:
    assert _one(3, 0.0).tolist() == [MINUTE // 4, MINUTE // 2, MINUTE * 3 // 4]


def test_the_generator_decides() -> None:
    assert _one(50, 1.0, seed=1).tolist() == _one(50, 1.0, seed=1).tolist()
    assert _one(50, 1.0, seed=1).tolist() != _one(50, 1.0, seed=2).tolist()


@pytest.mark.parametrize(
    ("totals", "counts", "shares"),
    [
        ([10], [3], [3, 3, 4]),
        ([2], [5], [0, 0, 1, 0, 1]),
        ([11, 11], [3, 3], [3, 4, 4, 3, 4, 4]),
        ([6, 5, 0], [2, 0, 2], [3, 3, 0, 0]),
        ([7, 7], [1, 7], [7, 1, 1, 1, 1, 1, 1, 1]),
    ],
)
def test_tokens_are_spread_by_whole_shares(totals: list[int], counts: list[int], shares: list[int]) -> None:
    assert spread(ints(totals), ints(counts)).tolist() == shares


def test_sums_are_exact_where_products_would_leave_64_bits() -> None:
    shares = spread(ints([9 * 10**18]), ints([1_000_003]))
    assert int(shares.sum()) == 9 * 10**18
    assert int(shares.max() - shares.min()) == 1

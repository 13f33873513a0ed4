"""Requests drawn inside buckets."""

import numpy as np
import pytest
from scipy import stats

from service.workflow.measure.synthesis import draw_times, refined, spread
from service.workflow.traffic import HOUR, MINUTE, BucketSeries, Int64s
from tests.histories import MONDAY, ints


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


def test_a_finer_series_has_the_sums_of_the_coarse_one() -> None:
    counts = ints([0, 1, 7, 1_000_003])
    tokens = ints([0, 5, 10**12 + 1, 9 * 10**18])
    coarse = BucketSeries(3600, MONDAY + HOUR * ints([0, 1, 3, 4]), counts, tokens, tokens // 3, tokens // 7, "idle")
    fine = refined(coarse, 60, _generator())
    assert fine.requests is not None
    assert (fine.bucket_seconds, fine.absent, len(fine.start_us)) == (60, "idle", 240)
    assert (fine.start_us // MINUTE % 60).tolist() == list(range(60)) * 4
    assert np.unique(fine.start_us // HOUR * HOUR).tolist() == coarse.start_us.tolist()
    pairs = [(fine.requests, counts), (fine.input_tokens, tokens), (fine.cached_input_tokens, tokens // 3)]
    for column, whole in [*pairs, (fine.output_tokens, tokens // 7)]:
        assert column.reshape(4, 60).sum(axis=1).tolist() == whole.tolist()
    assert np.all(fine.cached_input_tokens <= fine.input_tokens)
    assert np.all(fine.input_tokens[fine.requests == 0] == 0)


def test_requests_fall_into_any_part_alike() -> None:
    counts = ints([30] * 4000)
    nothing = np.zeros_like(counts)
    coarse = BucketSeries(300, MONDAY + 300_000_000 * np.arange(4000), counts, nothing, nothing, nothing)
    fine = refined(coarse, 60, _generator())
    assert fine.requests is not None
    parts = fine.requests.reshape(4000, 5)
    assert np.allclose(parts.mean(axis=0), 6, rtol=0.03)
    assert np.allclose(parts.var(axis=0), 30 * 0.2 * 0.8, rtol=0.1)


def test_cached_tokens_are_never_more_than_the_input_they_belong_to() -> None:
    counts, inputs, cached = ints([7] * 50), ints([4] * 50), ints([3] * 50)
    fine = refined(BucketSeries(3600, HOUR * np.arange(50), counts, inputs, cached, cached), 60, _generator())
    assert np.all(fine.cached_input_tokens <= fine.input_tokens)

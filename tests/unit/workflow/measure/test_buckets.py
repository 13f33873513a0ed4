"""Buckets that stand in for requests."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from service.workflow.measure import bucket_arrivals, measure
from service.workflow.policy import Policy
from service.workflow.traffic import HOUR, MINUTE, BucketSeries
from tests.histories import ints, series_of

SERIES = series_of([1, None, *[2] * 6, *[None] * 12, 3], bucket=600, counted=False)


def _bucketed(series: BucketSeries, factor: Fraction = Fraction(1)) -> BucketSeries:
    buckets = bucket_arrivals(measure(series, Policy()), factor).buckets
    assert buckets is not None
    return buckets


def test_an_entry_is_a_bucket_in_its_hour() -> None:
    made = bucket_arrivals(measure(SERIES, Policy()), Fraction(1))
    assert (made.time_us // (10 * MINUTE)).tolist() == [0, 2, 3, 4, 5, 6, 7, 20]
    assert (made.hour_of_window.tolist(), made.hour_index.tolist()) == ([0, 1, 3], [0, 5, 7, 8])
    assert made.observed_us.tolist() == [50 * MINUTE, 20 * MINUTE, 10 * MINUTE]
    assert (made.uncached.tolist(), made.cached[0], made.output[0]) == ([8, *[16] * 6, 24], 2, 3)
    assert (made.hours_in_window, made.sampled, made.synthesized, made.service_us) == (3, False, False, None)
    assert int(made.observed_us.sum()) == measure(SERIES, Policy()).observed_us < 4 * HOUR


def test_a_factor_of_one_changes_nothing_and_others_round_half_up() -> None:
    profile = measure(SERIES, Policy())
    assert bucket_arrivals(profile, Fraction(1)).buckets is profile.minutes
    scaled = _bucketed(series_of([1, 3, 5]), Fraction(1, 2))
    assert scaled.requests is not None
    assert scaled.requests.tolist() == [1, 2, 3]
    assert scaled.output_tokens.tolist() == [2, 5, 8]
    assert scaled.input_tokens.tolist() == [5, 15, 25]
    assert _bucketed(SERIES, Fraction(2)).requests is None


@pytest.mark.parametrize("text", ["0.3", "1.4142135623730950488", "7.000000000000000001", "31.9999"])
def test_large_sums_times_a_long_factor_stay_exact(text: str) -> None:
    factor, tokens = Fraction(text), 123_456_789_012_345
    series = replace(SERIES, input_tokens=SERIES.input_tokens + tokens, output_tokens=ints([tokens] * 8))
    scaled = _bucketed(series, factor)
    exact = math.floor(tokens * factor + Fraction(1, 2))
    assert scaled.output_tokens.tolist() == [exact] * 8
    assert scaled.output_tokens.dtype == np.int64

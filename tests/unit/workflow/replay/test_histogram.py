from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from service.workflow.replay.histogram import (
    BINS,
    LONGEST_US,
    latency_bin,
    longest_of_bin,
    new_histogram,
    percentile_us,
)
from service.workflow.traffic import Int64s


def histogram_of(latencies: Iterable[int]) -> Int64s:
    counts = new_histogram()
    for latency in latencies:
        counts[latency_bin(latency)] += 1
    return counts


def test_every_latency_falls_into_the_bin_that_ends_at_or_above_it() -> None:
    for octave in range(41):
        for latency in {max(0, (1 << octave) + step) for step in (-1, 0, 1, 7, 1 << (octave // 2))}:
            if latency <= LONGEST_US:
                place = latency_bin(latency)
                assert longest_of_bin(place) >= latency
                assert place == 0 or longest_of_bin(place - 1) < latency


def test_bins_follow_each_other_and_are_at_most_a_512th_wide() -> None:
    edges = [longest_of_bin(place) for place in range(BINS)]
    assert edges[:1024] == list(range(1024))
    assert edges[-1] == LONGEST_US
    for shorter, longer in pairwise(edges[1023:]):
        assert Fraction(longer - shorter - 1, shorter + 1) < Fraction(1, 512)


def test_latencies_beyond_the_last_bin_share_it() -> None:
    assert latency_bin(LONGEST_US + 1) == latency_bin(1 << 62) == BINS - 1


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1), (1, 1), (50, 50), (50.1, 51), (95, 95), (99.9, 100), (100, 100)]
)
def test_percentiles_are_nearest_rank(percent: float, expected: int) -> None:
    assert percentile_us(histogram_of(range(1, 101)), percent) == expected


def test_a_percentile_is_taken_as_written() -> None:
    thousand = histogram_of(range(1, 1001))
    assert percentile_us(thousand, 99.9) == percentile_us(thousand, Decimal("99.9")) == 999


def test_percentiles_are_at_most_a_fifth_of_a_percent_too_long() -> None:
    latencies = np.sort(np.random.default_rng(5).lognormal(14, 2, 2001).astype(np.int64))
    counts = histogram_of(latencies)
    for percent in (5, 50, 95, 99):
        true = int(latencies[-(-percent * 2001 // 100) - 1])
        assert true <= (percentile_us(counts, percent) or 0) <= true * 1.002


def test_no_requests_have_no_percentile() -> None:
    assert percentile_us(new_histogram(), 95.0) is None


def test_histograms_of_parts_add_up() -> None:
    whole = histogram_of([3, 5000, 10**7])
    assert (histogram_of([3]) + histogram_of([5000, 10**7]) == whole).all()

"""The load of a window in buckets."""

from dataclasses import replace

from service.workflow.measure.load import Load, load_of, tally
from service.workflow.traffic import MINUTE, SECOND
from tests.histories import MONDAY, ints, log_of, series_of


def _requests(load: Load) -> list[int]:
    assert load.series.requests is not None
    return [int(count) for count in load.series.requests]


def test_a_log_is_summed_by_minutes_from_the_windows_start() -> None:
    log = log_of([30, 89.999999, 90, 200], [(10, 1, 2), (20, 2, 3), (30, 3, 4), (40, 4, 5)])
    load = load_of(log, MONDAY + 30 * SECOND, MONDAY + 210 * SECOND)
    assert _requests(load) == [2, 1, 1]
    assert load.series.input_tokens.tolist() == [30, 30, 40]
    assert load.series.cached_input_tokens.tolist() == [3, 3, 4]
    assert load.series.output_tokens.tolist() == [5, 4, 5]
    assert (load.series.start_us - MONDAY).tolist() == [30 * SECOND, 90 * SECOND, 150 * SECOND]
    assert load.observed_us.tolist() == [MINUTE] * 3


def test_a_quiet_minute_of_a_log_is_a_bucket_of_zero() -> None:
    assert _requests(load_of(log_of([0, 200, 240]), MONDAY, MONDAY + 250 * SECOND)) == [1, 0, 0, 1, 1]


def test_the_last_minute_of_a_log_is_observed_in_part() -> None:
    load = load_of(log_of([0, 70.5]), MONDAY, MONDAY + 70_500_000)
    assert (_requests(load), load.observed_us.tolist()) == ([1, 1], [MINUTE, 10_500_000])


def test_an_arrival_at_the_very_end_is_in_its_own_minute() -> None:
    load = load_of(log_of([0, 60.6, 120]), MONDAY, MONDAY + 2 * MINUTE)
    assert (_requests(load), load.observed_us.tolist()) == ([1, 1, 1], [MINUTE, MINUTE, 0])
    load = load_of(log_of([0, 60.6, 119]), MONDAY, MONDAY + 119 * SECOND)
    assert (_requests(load), load.observed_us.tolist()) == ([1, 2], [MINUTE, 59 * SECOND])


def test_long_buckets_stay_as_they_are_and_missing_ones_are_not_there() -> None:
    series = series_of([1, None, 3], bucket=300)
    load = load_of(series, MONDAY, MONDAY + 15 * MINUTE)
    assert load.series == series
    assert load.observed_us.tolist() == [5 * MINUTE] * 2


def test_short_buckets_are_summed_and_a_minute_knows_what_it_lacks() -> None:
    counts = [1, 2, 3, 4] + [None] * 4 + [5, None, None, 6]
    load = load_of(series_of(counts, bucket=15), MONDAY, MONDAY + 3 * MINUTE)
    assert (_requests(load), load.observed_us.tolist()) == ([10, 11], [MINUTE, 30 * SECOND])
    assert ((load.series.start_us - MONDAY) // MINUTE).tolist() == [0, 2]
    assert (load.series.bucket_seconds, load.tokens.tolist()) == (60, [130, 143])


def test_absent_idle_buckets_are_observed_zeros() -> None:
    counts = [1, 2, 3, 4] + [None] * 4 + [5, None]
    load = load_of(series_of(counts[:-1], bucket=15, absent="idle"), MONDAY, MONDAY + 9 * 15 * SECOND)
    assert (_requests(load), load.observed_us.tolist()) == ([10, 0, 5], [MINUTE, MINUTE, 15 * SECOND])
    hourly = load_of(series_of([1, None, 3], bucket=3600, absent="idle"), MONDAY, MONDAY + 180 * MINUTE)
    assert (_requests(hourly), hourly.series.bucket_seconds) == ([1, 0, 3], 3600)
    assert hourly.series.absent == "missing", "every row that is not there was not observed"


def test_without_counts_the_load_is_tokens() -> None:
    for bucket in (15, 300):
        series = series_of([1, 2], bucket=bucket, counted=False)
        load = load_of(series, MONDAY, MONDAY + 2 * bucket * SECOND)
        assert load.series.requests is None
        assert load.values.sum() == 3 * 13


def test_a_log_is_tallied_by_the_exact_arrival_and_a_series_by_the_buckets_start() -> None:
    edges = ints([MONDAY, MONDAY + 90 * SECOND, MONDAY + 120 * SECOND])
    log = log_of([0, 80, 95, 120])
    counts, observed = tally(log, load_of(log, MONDAY, MONDAY + 2 * MINUTE), edges)
    assert (counts.tolist(), observed.tolist()) == ([2, 2], [90 * SECOND, 30 * SECOND])
    series = series_of([4, 6])
    counts, observed = tally(series, load_of(series, MONDAY, MONDAY + 2 * MINUTE), edges)
    assert (counts.tolist(), observed.tolist()) == ([10, 0], [2 * MINUTE, 0])
    part = replace(series, start_us=series.start_us + MINUTE)
    counts, observed = tally(part, load_of(part, MONDAY, MONDAY + 3 * MINUTE), edges)
    assert (counts.tolist(), observed.tolist()) == ([4, 0], [MINUTE, 0])

"""A profile, figure by figure, against sums done by hand."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from service.workflow.measure import InsufficientTraffic, measure
from service.workflow.measure.profile import Quantities, TokensPerRequest
from service.workflow.policy import PatternPolicy, Policy, SufficiencyPolicy
from service.workflow.traffic import DAY, HOUR, MINUTE, SECOND, WEEK, BucketSeries, TrafficHistory
from tests.histories import MONDAY, log_of, series_of

POLICY = Policy()
MINUTES_PER_WEEK = WEEK // MINUTE


def test_a_short_log() -> None:
    log = log_of([0, 1, 60, 130, 250], [(10, 4, 1), (20, 0, 2), (30, 30, 3), (40, 0, 4), (50, 1, 5)])
    profile = measure(log, POLICY)
    assert (profile.kind, profile.load_unit, profile.zone) == ("request_log", "requests", "UTC")
    assert (profile.start_us, profile.end_us) == (MONDAY, MONDAY + 250 * SECOND)
    assert (profile.observed_us, profile.hours_observed) == (250 * SECOND, 250 / 3600)
    assert profile.monthly_factor == Fraction(730 * 3600, 250)
    assert profile.totals == Quantities(requests=5, uncached=115, cached=35, output=15)
    assert profile.totals.tokens == 165
    assert profile.tokens_per_request == TokensPerRequest(23, 7, 3)
    rates = profile.requests_per_minute
    assert rates is not None
    assert (rates.p05, rates.p50, rates.mean, rates.p95, rates.max) == (0, 1, 1.2, 2, 2)
    assert profile.load == rates
    assert profile.tokens_per_minute.mean == 165 * 60 / 250
    assert profile.peak_to_mean == 2 / 1.2
    assert profile.cv == pytest.approx(0.5**0.5)
    assert profile.idle_share == 60 / 250
    assert (profile.idle_gaps.count, profile.idle_gaps.longest_seconds) == (1, 60)
    assert profile.hour_of_week[0] == 1.2
    assert profile.hour_of_week[1:] == (None,) * 167
    assert (profile.coverage, profile.days) == (1, 250 / 86_400)
    assert (profile.weekly_means, profile.week_over_week) == ((), None)
    assert profile.minutes.requests is not None
    assert profile.minutes.requests.tolist() == [2, 1, 1, 0, 1]
    assert profile.minutes_observed_us.tolist() == [MINUTE] * 4 + [10 * SECOND]
    assert profile.pattern == "steady", "five requests in four minutes are no spikes"
    assert not profile.representative
    assert [finding.code for finding in profile.findings] == ["short_history", "hours_unseen"]


def test_a_declared_span_is_observed_time() -> None:
    profile = measure(log_of([600], start=0, end=7200), POLICY)
    assert (profile.hours_observed, profile.monthly_factor) == (2, Fraction(365))
    assert profile.idle_share == 119 / 120
    assert profile.idle_gaps.longest_seconds == 109 * 60


def test_the_latest_whole_weeks_of_a_long_history_are_measured() -> None:
    minutes = 2 * MINUTES_PER_WEEK + 1000
    counts = [5] * 1000 + [2] * MINUTES_PER_WEEK + [3] * MINUTES_PER_WEEK
    profile = measure(series_of(counts), POLICY)
    assert profile.start_us == MONDAY + 1000 * MINUTE
    assert profile.end_us == MONDAY + minutes * MINUTE
    assert profile.totals.requests == 5 * MINUTES_PER_WEEK
    assert profile.weekly_means == (2.0, 3.0)
    assert profile.week_over_week == 0.5
    assert profile.days == minutes / 1440
    assert profile.hours_observed == 336
    assert (profile.pattern, profile.representative, profile.findings) == ("steady", True, ())


def test_one_minute_less_than_a_week_is_measured_whole_and_found_short() -> None:
    profile = measure(series_of([1] * (MINUTES_PER_WEEK - 1)), POLICY)
    assert profile.totals.requests == MINUTES_PER_WEEK - 1
    assert [finding.code for finding in profile.findings] == ["short_history"]


def test_missing_buckets_are_no_observed_hours_and_idle_ones_are() -> None:
    counts = [6, None, None, 6]
    missing, idle = (measure(series_of(counts, absent=absent), POLICY) for absent in ("missing", "idle"))
    assert (missing.observed_us, idle.observed_us) == (2 * MINUTE, 4 * MINUTE)
    assert (missing.load.mean, idle.load.mean) == (6, 3)
    assert (missing.coverage, idle.coverage) == (0.5, 1)
    assert (missing.missing_buckets, missing.missing_runs, missing.longest_missing_seconds) == (2, 1, 120)
    assert (idle.missing_buckets, idle.idle_share, missing.idle_share) == (0, 0.5, 0)
    assert missing.monthly_factor == 2 * idle.monthly_factor


def test_coverage_below_the_policys_is_not_representative() -> None:
    counts: list[int | None] = [1] * MINUTES_PER_WEEK
    counts[5::20] = [None] * 504
    assert measure(series_of(counts), POLICY).coverage == 0.95
    assert measure(series_of(counts), POLICY).representative
    counts[6] = None
    assert [finding.code for finding in measure(series_of(counts), POLICY).findings] == ["low_coverage"]
    assert measure(series_of(counts), replace(POLICY, sufficiency=SufficiencyPolicy(coverage=0.9))).representative


@pytest.mark.parametrize(
    ("minutes", "seen", "codes"), [(110, 167, []), (480, 160, []), (540, 159, ["low_coverage", "hours_unseen"])]
)
def test_one_hour_of_the_week_in_twenty_may_never_have_been_seen(minutes: int, seen: int, codes: list[str]) -> None:
    counts: list[int | None] = [1] * MINUTES_PER_WEEK
    counts[60 : 60 + minutes] = [None] * minutes
    profile = measure(series_of(counts), POLICY)
    assert (profile.hours_of_week_seen, profile.hour_of_week[1]) == (seen, None)
    assert [finding.code for finding in profile.findings] == codes
    assert profile.representative == (not codes)


def test_a_missing_hour_is_made_up_for_by_another_week() -> None:
    counts: list[int | None] = [1] * (2 * MINUTES_PER_WEEK)
    counts[60:120] = [None] * 60
    profile = measure(series_of(counts), POLICY)
    assert (profile.hours_of_week_seen, profile.representative) == (168, True)
    assert profile.weekly_means == (1, 1)


def test_buckets_cut_to_the_window_stay_aligned_to_its_start() -> None:
    log = log_of([30 + 45 * each for each in range(14_000)])
    profile = measure(log, POLICY)
    assert profile.end_us - profile.start_us == WEEK
    assert profile.end_us == MONDAY + (30 + 45 * 13_999) * SECOND
    assert set(np.diff(profile.minutes.start_us).tolist()) == {MINUTE}
    assert profile.minutes.start_us[0] == profile.start_us
    assert profile.totals.requests == WEEK // (45 * SECOND) + 1, "both ends carry a request"


def test_tokens_stand_in_where_no_requests_were_counted() -> None:
    profile = measure(series_of([1, 0, 3], counted=False), POLICY)
    assert (profile.load_unit, profile.requests_per_minute, profile.tokens_per_request) == ("tokens", None, None)
    assert profile.totals == Quantities(0, 32, 8, 12)
    assert profile.load == profile.tokens_per_minute
    assert profile.load.mean == 52 / 3
    assert profile.idle_share == 1 / 3
    assert "no_request_counts" in [finding.code for finding in profile.findings]


def test_long_buckets_give_rates_per_minute() -> None:
    profile = measure(series_of([600, 1200], bucket=600), POLICY)
    assert (profile.load.p05, profile.load.mean, profile.load.max) == (60, 90, 120)
    assert profile.minutes.bucket_seconds == 600
    assert profile.hour_of_week[0] == 90


def test_seconds_are_summed_to_minutes() -> None:
    profile = measure(series_of([1, 2, None] * 40, bucket=1), POLICY)
    assert profile.minutes.requests is not None
    assert profile.minutes.requests.tolist() == [60, 60]
    assert profile.load.mean == 90
    assert profile.load.p50 == 90, "no minute is whole, so each is taken at its own rate"


def test_thresholds_are_echoed() -> None:
    policy = replace(POLICY, pattern=PatternPolicy(0.1, 0.2, 0.3), sufficiency=SufficiencyPolicy(days=0))
    profile = measure(series_of([1, 2]), policy)
    assert (profile.thresholds, profile.sufficiency) == (policy.pattern, policy.sufficiency)
    assert profile.representative


def test_the_grid_is_in_the_policys_zone() -> None:
    profile = measure(series_of([5] * 60), replace(POLICY, zone="Asia/Kolkata"))
    assert (profile.hour_of_week[5], profile.hour_of_week[6]) == (5, 5)
    assert profile.zone == "Asia/Kolkata"
    assert profile.hours_of_week_seen == 1


def test_a_week_with_a_clock_change_is_representative_though_an_hour_does_not_exist() -> None:
    log = log_of([0, 3600], start=0, end=WEEK / SECOND, origin=MONDAY - 28 * WEEK)
    profile = measure(log, replace(POLICY, zone="Europe/Berlin"))
    assert profile.hour_of_week.count(None) == 1
    assert (profile.hours_of_week_seen, profile.representative) == (168, True)


@pytest.mark.parametrize(
    "history", [log_of([], start=0, end=3600), series_of([0, 0]), series_of([0], counted=False, absent="idle")]
)
def test_no_traffic_is_refused(history: TrafficHistory) -> None:
    with pytest.raises(InsufficientTraffic, match="no traffic") as refused:
        measure(history, POLICY)
    assert refused.value.code == "no_traffic"


def test_a_quiet_latest_week_is_refused_even_where_an_older_one_was_busy() -> None:
    with pytest.raises(InsufficientTraffic):
        measure(log_of([0, 1], start=0, end=8 * DAY / SECOND), POLICY)


def test_a_week_that_fell_silent_is_a_change_of_minus_one() -> None:
    assert measure(series_of([1] * 168 + [0] * 168, bucket=3600), POLICY).week_over_week == -1


def test_a_history_without_whole_hours_still_has_every_figure() -> None:
    series = series_of([7], bucket=1800)
    profile = measure(series, POLICY)
    assert (profile.hours_observed, profile.monthly_factor) == (0.5, Fraction(1460))
    assert profile.load_duration == (7 / 30,) * 101
    assert isinstance(profile.minutes, BucketSeries)
    assert profile.end_us - profile.start_us == HOUR // 2

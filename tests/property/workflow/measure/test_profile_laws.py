"""What holds of every profile."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.measure import TrafficProfile, clip, measure
from service.workflow.measure.window import span_of
from service.workflow.policy import Policy
from service.workflow.traffic import DAY, HOUR, MINUTE, SECOND, WEEK, BucketSeries, RequestLog, TrafficHistory
from tests.effort import examples
from tests.histories import series_of, summed
from tests.property.workflow.measure.strategies import logs, serieses, shuffled_ties

POLICY = Policy()
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")
histories = st.one_of(logs(), serieses())


def _figures(profile: TrafficProfile) -> dict[str, object]:
    values = {each.name: getattr(profile, each.name) for each in fields(profile)}
    minutes = values.pop("minutes")
    columns = [minutes.start_us, minutes.requests, minutes.input_tokens, minutes.output_tokens]
    observed = values.pop("minutes_observed_us")
    return values | {"columns": [None if column is None else column.tolist() for column in (*columns, observed)]}


@given(logs(), st.integers(0, 99))
def test_the_order_of_equal_arrivals_changes_nothing(log: RequestLog, seed: int) -> None:
    assert _figures(measure(log, POLICY)) == _figures(measure(shuffled_ties(log, seed), POLICY))


@given(logs())
def test_a_series_made_from_a_log_has_its_figures(log: RequestLog) -> None:
    start, end = span_of(log)
    after = start + ((end - start) // MINUTE + 1) * MINUTE
    whole = replace(log, start_us=start, end_us=after)
    ours, theirs = measure(whole, POLICY), measure(summed(whole, start, after), POLICY)
    same = [
        "totals",
        "observed_us",
        "monthly_factor",
        "requests_per_minute",
        "tokens_per_minute",
        "cv",
        "load_duration",
    ]
    same += ["idle_share", "idle_gaps", "pattern", "peak_to_mean", "tokens_per_request", "coverage", "days"]
    for name in same:
        assert getattr(ours, name) == getattr(theirs, name), name


@given(histories)
def test_figures_agree_with_each_other(history: TrafficHistory) -> None:
    profile = measure(history, POLICY)
    rates = profile.load
    assert 0 <= rates.p05 <= rates.p50 <= rates.p95 <= rates.p99 <= rates.max
    assert list(profile.load_duration) == sorted(profile.load_duration, reverse=True)
    assert profile.load_duration[100] <= rates.p05
    assert profile.observed_us == int(profile.minutes_observed_us.sum())
    assert profile.monthly_factor * profile.observed_us == 730 * HOUR
    assert 0 < profile.coverage <= 1
    assert 0 <= profile.idle_share < 1
    assert profile.idle_gaps.longest_seconds * SECOND <= profile.observed_us
    assert len(profile.hour_of_week) == 168
    assert (profile.requests_per_minute is None) == (profile.load_unit == "tokens")
    load = profile.totals.requests if profile.load_unit == "requests" else profile.totals.tokens
    assert rates.mean == float(Fraction(load * MINUTE, profile.observed_us))
    assert profile.days >= (profile.end_us - profile.start_us) / DAY


@given(histories)
def test_totals_are_the_windows(history: TrafficHistory) -> None:
    profile = measure(history, POLICY)
    columns = (history.input_tokens, history.cached_input_tokens, history.output_tokens)
    inputs, cached, output = (int(column.sum()) for column in columns)
    if profile.end_us - profile.start_us < WEEK:
        assert (profile.totals.uncached, profile.totals.cached, profile.totals.output) == (
            inputs - cached,
            cached,
            output,
        )
    minutes = profile.minutes
    assert profile.totals.tokens == int((minutes.input_tokens + minutes.output_tokens).sum())


def _grid_by_counting(log: RequestLog, profile: TrafficProfile, zone: str) -> list[int]:
    counts = [0] * 168
    for arrival in log.arrival_us.tolist():
        if arrival >= profile.start_us:
            moment = datetime.fromtimestamp(min(arrival, profile.end_us - 1) // SECOND, UTC).astimezone(ZoneInfo(zone))
            counts[moment.weekday() * 24 + moment.hour] += 1
    return counts


@given(logs(span_seconds=9 * 86_400), st.sampled_from(ZONES), st.integers(0, 60))
def test_the_grid_counts_every_request_in_its_local_hour(log: RequestLog, zone: str, weeks: int) -> None:
    arrivals = log.arrival_us - weeks * WEEK
    log = replace(log, arrival_us=arrivals, start_us=None, end_us=int(arrivals[-1]) + 1)
    profile = measure(log, replace(POLICY, zone=zone))
    counts = _grid_by_counting(log, profile, zone)
    for count, mean in zip(counts, profile.hour_of_week, strict=True):
        assert (mean or 0) > 0 if count else not mean
    assert sum(counts) == profile.totals.requests


@given(serieses(counted=True), st.integers(2, 50))
def test_more_of_the_same_traffic_only_scales_the_load(series: BucketSeries, factor: int) -> None:
    assert series.requests is not None
    once, more = measure(series, POLICY), measure(replace(series, requests=series.requests * factor), POLICY)
    assert more.totals.requests == factor * once.totals.requests
    assert (more.idle_share, more.idle_gaps, more.observed_us) == (once.idle_share, once.idle_gaps, once.observed_us)
    assert more.load.max == np.float64(factor) * once.load.max or abs(more.load.max / once.load.max - factor) < 1e-9
    assert abs(more.cv - once.cv) < 1e-9


@settings(derandomize=True, max_examples=examples(60))
@given(exponent=st.floats(0, 1), seed=st.integers(0, 999), bucket=st.sampled_from((60, 300)))
def test_a_constant_rate_is_steady_however_low_or_high(exponent: float, seed: int, bucket: int) -> None:
    """A Poisson process of 0.05 to 1,000 requests a minute over a week."""
    rate = 0.05 * 20_000**exponent
    counts = np.random.default_rng(seed).poisson(rate * bucket / 60, 7 * 86_400 // bucket)
    assert measure(series_of(counts.tolist(), bucket=bucket), POLICY).pattern == "steady"


@given(serieses())
def test_missing_is_never_more_observed_than_idle(series: BucketSeries) -> None:
    missing, idle = (measure(replace(series, absent=absent), POLICY) for absent in ("missing", "idle"))
    assert missing.observed_us == len(clip(series, missing.start_us, missing.end_us).output_tokens) * (
        series.bucket_seconds * SECOND
    )
    assert idle.observed_us == idle.end_us - idle.start_us
    assert missing.totals == idle.totals
    assert missing.load.mean >= idle.load.mean


@settings(max_examples=examples(50))
@given(histories, st.data())
def test_parts_of_a_history_add_up_to_it(history: TrafficHistory, data: st.DataObject) -> None:
    start, end = span_of(history)
    bucket = history.bucket_seconds * SECOND if isinstance(history, BucketSeries) else 1
    cut = start + bucket * data.draw(st.integers(0, (end - start) // bucket))
    tokens = 0
    for first, last in ((start, cut), (cut, end)):
        if last > first and _reaches(history, first, last):
            tokens += int(clip(history, first, last).input_tokens.sum())
    assert tokens == int(history.input_tokens.sum())


def _reaches(history: TrafficHistory, first: int, last: int) -> bool:
    if isinstance(history, RequestLog) or history.absent == "idle":
        return True
    return bool(np.any((history.start_us >= first) & (history.start_us < last)))

"""Which part of a history is measured."""

from dataclasses import replace

import numpy as np
import pytest

from service.workflow.errors import WorkflowError
from service.workflow.measure import InsufficientTraffic, clip
from service.workflow.measure.window import span_of, window_of
from service.workflow.traffic import DAY, HOUR, MINUTE, SECOND, WEEK, BucketSeries, RequestLog
from tests.histories import MONDAY, log_of, series_of


def test_a_log_spans_first_to_last_arrival_to_the_microsecond() -> None:
    assert span_of(log_of([0.000001, 1, 61.25])) == (MONDAY + 1, MONDAY + 61_250_000)


def test_a_declared_span_is_wider_than_the_arrivals() -> None:
    assert span_of(log_of([10, 20], start=0, end=60)) == (MONDAY, MONDAY + MINUTE)
    assert span_of(log_of([10, 20], end=60)) == (MONDAY + 10 * SECOND, MONDAY + MINUTE)


def test_one_request_is_a_history_only_with_a_declared_span() -> None:
    assert span_of(log_of([10], start=0, end=60)) == (MONDAY, MONDAY + MINUTE)
    with pytest.raises(InsufficientTraffic, match="two moments") as refused:
        span_of(log_of([10]))
    assert (refused.value.code, refused.value.field) == ("no_observed_time", "/traffic_history")


@pytest.mark.parametrize("history", [log_of([]), log_of([5, 5, 5]), series_of([])])
def test_no_length_is_no_history(history: RequestLog | BucketSeries) -> None:
    with pytest.raises(InsufficientTraffic):
        span_of(history)


@pytest.mark.parametrize(("start", "end"), [(11, None), (None, 19)])
def test_a_declared_span_that_leaves_out_arrivals_is_refused(start: float | None, end: float | None) -> None:
    with pytest.raises(WorkflowError, match="outside the declared") as refused:
        span_of(log_of([10, 20], start=start, end=end))
    assert refused.value.code == "outside_declared_span"


def test_more_than_ten_years_is_a_wrong_clock() -> None:
    with pytest.raises(WorkflowError, match="spans 57 years") as refused:
        span_of(log_of([1, MONDAY / SECOND], origin=0))
    assert refused.value.code == "history_too_long"


@pytest.mark.parametrize("origin", [-DAY, 1000 * MONDAY])
def test_times_that_no_calendar_knows_are_a_wrong_unit(origin: int) -> None:
    with pytest.raises(WorkflowError, match="unit of the times") as refused:
        span_of(log_of([1, 2], origin=origin))
    assert refused.value.code == "time_out_of_range"


def test_a_series_spans_its_first_bucket_to_the_end_of_its_last() -> None:
    assert span_of(series_of([None, 1, None, 1], bucket=300)) == (MONDAY + 300 * SECOND, MONDAY + 1200 * SECOND)


@pytest.mark.parametrize(
    ("length", "measured"),
    [(HOUR, HOUR), (WEEK - 1, WEEK - 1), (WEEK, WEEK), (2 * WEEK - 1, WEEK), (15 * DAY, 2 * WEEK)],
)
def test_the_window_is_the_latest_whole_weeks_or_everything(length: int, measured: int) -> None:
    assert window_of(MONDAY, MONDAY + length) == (MONDAY + length - measured, MONDAY + length)


def test_a_clipped_log_declares_its_span_and_keeps_its_columns() -> None:
    log = replace(log_of([0, 10, 20, 30]), service_us=np.array([1, 2, 3, 4]))
    part = clip(log, MONDAY + 10 * SECOND, MONDAY + 29 * SECOND)
    assert isinstance(part, RequestLog)
    assert part.arrival_us.tolist() == [MONDAY + 10 * SECOND, MONDAY + 20 * SECOND]
    assert part.service_us is not None
    assert part.service_us.tolist() == [2, 3]
    assert span_of(part) == (MONDAY + 10 * SECOND, MONDAY + 29 * SECOND)


def test_the_last_arrival_stays_with_the_part_that_reaches_the_end() -> None:
    log = log_of([0, 10, 20])
    first, last = (clip(log, MONDAY + start * SECOND, MONDAY + end * SECOND) for start, end in ((0, 10), (10, 20)))
    assert isinstance(first, RequestLog)
    assert isinstance(last, RequestLog)
    assert (len(first.arrival_us), len(last.arrival_us)) == (1, 2)
    assert clip(last, *span_of(last)).digest == last.digest


def test_clipping_never_claims_more_than_the_history_spans() -> None:
    assert span_of(clip(log_of([0, 10]), MONDAY - DAY, MONDAY + DAY)) == (MONDAY, MONDAY + 10 * SECOND)
    with pytest.raises(InsufficientTraffic):
        clip(log_of([0, 10]), MONDAY + DAY, MONDAY + WEEK)


def test_a_clipped_series_keeps_whole_buckets() -> None:
    part = clip(series_of([1, 2, 3, 4]), MONDAY + 1, MONDAY + 4 * MINUTE - 1)
    assert isinstance(part, BucketSeries)
    assert part.requests is not None
    assert part.requests.tolist() == [2, 3]


def test_missing_ends_of_a_clipped_series_stay_missing_and_idle_ones_are_written_out() -> None:
    counts = [1, None, None, 2, None, 3]
    missing, idle = series_of(counts), series_of(counts, absent="idle")
    for history, rows in ((missing, [3]), (idle, [1, 3, 4])):
        part = clip(history, MONDAY + MINUTE, MONDAY + 5 * MINUTE)
        assert isinstance(part, BucketSeries)
        assert ((part.start_us - MONDAY) // MINUTE).tolist() == rows
        assert part.requests is not None
        assert part.requests.sum() == 2
        assert part.input_tokens.tolist() == (part.requests * 10).tolist()


def test_an_idle_part_between_two_requests_is_all_idle_buckets() -> None:
    part = clip(series_of([1, None, None, None, 1], absent="idle"), MONDAY + MINUTE, MONDAY + 4 * MINUTE)
    assert span_of(part) == (MONDAY + MINUTE, MONDAY + 4 * MINUTE)
    single = clip(series_of([1, None, None, None, 1], absent="idle"), MONDAY + MINUTE, MONDAY + 2 * MINUTE)
    assert span_of(single) == (MONDAY + MINUTE, MONDAY + 2 * MINUTE)


@pytest.mark.parametrize("history", [series_of([1, None, 1]), series_of([1, None, 1], absent="idle")])
def test_a_part_without_a_whole_bucket_is_refused(history: BucketSeries) -> None:
    with pytest.raises(InsufficientTraffic, match="no bucket in that part"):
        clip(history, MONDAY + MINUTE + 1, MONDAY + 2 * MINUTE)


def test_a_token_series_is_clipped_without_counts() -> None:
    part = clip(series_of([1, 2], counted=False), MONDAY, MONDAY + MINUTE)
    assert isinstance(part, BucketSeries)
    assert part.requests is None
    idle = clip(series_of([1, None, 2], counted=False, absent="idle"), MONDAY, MONDAY + 2 * MINUTE)
    assert isinstance(idle, BucketSeries)
    assert (idle.requests, idle.input_tokens.tolist()) == (None, [10, 0])

"""The sum of several histories."""

import numpy as np
import pytest

from service.workflow.errors import WorkflowError
from service.workflow.traffic import SECOND, BucketSeries, RequestLog, TrafficHistory
from service.workflow.what_if.merging import common_form, merged
from tests.histories import MONDAY, log_of, series_of


def pooled(*histories: TrafficHistory) -> TrafficHistory:
    return merged(common_form(histories))


def seconds(history: TrafficHistory) -> list[int]:
    times = history.arrival_us if isinstance(history, RequestLog) else history.start_us
    return [int(time - MONDAY) // SECOND for time in times]


def test_logs_are_joined_over_their_common_time() -> None:
    one = log_of([0, 10, 20, 30], [(1, 0, 1)] * 4)
    two = log_of([15, 20, 40], [(5, 0, 5), (7, 0, 7), (9, 0, 9)])
    joined = pooled(one, two)
    assert isinstance(joined, RequestLog)
    assert seconds(joined) == [15, 20, 20, 30]
    assert joined.input_tokens.tolist() == [5, 1, 7, 1]
    assert (joined.start_us, joined.end_us) == (MONDAY + 15 * SECOND, MONDAY + 30 * SECOND)


def test_series_are_summed_by_the_bucket_that_all_divide() -> None:
    fine = series_of([1, 2, 3, 4, 5, 6], bucket=60)
    coarse = series_of([10, 20], bucket=300)
    total = pooled(fine, coarse)
    assert isinstance(total, BucketSeries)
    assert total.bucket_seconds == 300
    assert seconds(total) == [0]
    assert total.requests is not None
    assert total.requests.tolist() == [25]
    assert total.output_tokens.tolist() == [75]


def test_what_one_misses_is_left_out_of_all() -> None:
    one, two = series_of([1, None, 3, 4]), series_of([1, 2, None, 4])
    parts = common_form([one, two])
    assert [seconds(part) for part in parts] == [[0, 180], [0, 180]]
    idle = series_of([1, None, 3, 4], absent="idle")
    total = pooled(idle, two)
    assert seconds(total) == [0, 60, 180]
    assert isinstance(total, BucketSeries)
    assert total.requests is not None
    assert total.requests.tolist() == [2, 2, 8]


def test_a_log_among_series_is_counted_by_the_bucket() -> None:
    log = log_of([0, 10, 70, 130], start=0, end=180)
    total = pooled(log, series_of([5, 5, 5]))
    assert isinstance(total, BucketSeries)
    assert total.requests is not None
    assert total.requests.tolist() == [7, 6, 6]
    assert total.input_tokens.tolist() == [70, 60, 60]


def test_tokens_alone_stay_tokens_alone() -> None:
    total = pooled(series_of([1, 2]), series_of([1, 2], counted=False))
    assert isinstance(total, BucketSeries)
    assert total.requests is None
    assert total.input_tokens.tolist() == [20, 40]


def test_no_common_time_is_refused() -> None:
    later = log_of([0, 10], origin=MONDAY + 86_400 * SECOND)
    with pytest.raises(WorkflowError, match="share no time"):
        common_form([log_of([0, 10]), later])
    with pytest.raises(WorkflowError, match="No bucket was observed"):
        common_form([series_of([1, None, 1, None]), series_of([None, 1, None, 1])])


def test_measured_service_times_are_kept_where_all_have_them() -> None:
    log = log_of([0, 10])
    timed = RequestLog(
        log.arrival_us, log.input_tokens, log.cached_input_tokens, log.output_tokens, np.array([5, 6], np.int64)
    )
    joined = pooled(timed, timed)
    assert isinstance(joined, RequestLog)
    assert joined.service_us is not None
    assert joined.service_us.tolist() == [5, 5, 6, 6]
    without = pooled(timed, log)
    assert isinstance(without, RequestLog)
    assert without.service_us is None

"""Several files are one history: laid one after the other, overlaps counted once, parts kept."""

import numpy as np
import pytest

from service.traffic_histories.joining import joined
from service.traffic_histories.reading import ReadResult, RefusedError
from service.workflow.traffic import RequestLog, TrafficHistory
from tests.histories import ints, log_of, series_of


def of(*histories: TrafficHistory) -> tuple[TrafficHistory, list[str]]:
    """Join histories; return theirs and the codes of what was found."""
    found = joined([ReadResult(history, {"findings": []}) for history in histories])
    return found.history, [finding.code for finding in found.findings]


def test_logs_are_laid_one_after_the_other_and_equal_requests_counted_once() -> None:
    history, codes = of(log_of([0, 5, 9]), log_of([9, 12]))
    assert isinstance(history, RequestLog)
    assert history.digest == log_of([0, 5, 9, 12]).digest
    assert codes == ["overlapping_files"]
    assert len(of(log_of([3, 3]), log_of([7]))[0].input_tokens) == 3


def test_equal_buckets_are_counted_once_and_others_added_up() -> None:
    history, codes = of(series_of([1, 2, 3]), series_of([1, 2, 5, 7]))
    assert not isinstance(history, RequestLog)
    assert history.requests is not None
    assert history.requests.tolist() == [1, 2, 8, 7]
    assert codes == ["overlapping_files", "overlapping_counts"]


def test_a_gap_between_files_is_said() -> None:
    assert of(log_of([0, 1]), log_of([200_000]))[1] == ["gap_between_files"]


def test_files_of_two_kinds_are_refused() -> None:
    with pytest.raises(RefusedError, match="one at a time"):
        of(log_of([0, 1]), series_of([1]))
    with pytest.raises(RefusedError, match="60 and 300"):
        of(series_of([1]), series_of([1], bucket=300))


def test_parts_stay_with_their_rows() -> None:
    first, second = log_of([5, 6]), log_of([1])
    told = RequestLog(
        first.arrival_us, first.input_tokens, first.cached_input_tokens, first.output_tokens,
        parts=(("cache_write_input_tokens", ints([3, 4])),),
    )  # fmt: skip
    history, _ = of(told, second)
    assert [(name, column.tolist()) for name, column in history.parts] == [("cache_write_input_tokens", [0, 3, 4])]
    assert np.all(np.diff(history.arrival_us if isinstance(history, RequestLog) else []) > 0)

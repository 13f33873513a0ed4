"""Laws of the sum of histories."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.workflow.traffic import BucketSeries, RequestLog
from service.workflow.what_if.merging import common_form, merged
from tests.histories import log_of, series_of

REQUESTS = st.tuples(st.integers(1, 99), st.integers(0, 1), st.integers(0, 9))
LOGS = st.lists(st.tuples(st.integers(0, 100), REQUESTS), min_size=1, max_size=20).map(
    lambda rows: log_of([r[0] for r in sorted(rows)], [r[1] for r in sorted(rows)], start=0, end=101)
)
SERIES = st.lists(st.integers(0, 9), min_size=1, max_size=20).map(series_of)


@given(st.lists(LOGS, min_size=2, max_size=4))
def test_the_order_of_logs_does_not_matter_and_nothing_is_lost(logs: list[RequestLog]) -> None:
    whole = merged(common_form(logs))
    assert isinstance(whole, RequestLog)
    assert len(whole.arrival_us) == sum(len(log.arrival_us) for log in logs)
    assert whole.output_tokens.sum() == sum(int(log.output_tokens.sum()) for log in logs)
    assert np.all(np.diff(whole.arrival_us) >= 0)
    assert merged(common_form(logs[::-1])).digest == whole.digest


@given(st.lists(SERIES, min_size=2, max_size=4))
def test_the_order_of_series_does_not_matter(series: list[BucketSeries]) -> None:
    whole = merged(common_form(series))
    shortest = min(len(one.start_us) for one in series)
    assert whole.input_tokens.sum() == sum(int(one.input_tokens[:shortest].sum()) for one in series)
    assert merged(common_form(series[::-1])).digest == whole.digest

"""One conversation, written as every writer writes it: one history, or the difference that is stated."""

from collections import Counter

import numpy as np
import pytest

from service.workflow.traffic import SECOND, BucketSeries, RequestLog
from tests.reading import found, read
from tests.writers.conversation import conversation
from tests.writers.gateways import GATEWAYS
from tests.writers.logs import LOGS, Writer
from tests.writers.series import SERIES

WRITERS = LOGS | GATEWAYS


def expected(writer: Writer) -> Counter[tuple[int, ...]]:
    """Return the calls that must be read: arrival, input, read from and written to the cache, output, reasoning."""
    calls = [call for call in conversation() if not call.throttled and not (writer.model and call.second_model)]
    return Counter(
        (
            call.at_us // writer.unit_us * writer.unit_us,
            call.input,
            0 if "cached" in writer.lacks else call.cached,
            0 if "written" in writer.lacks else call.written,
            call.output,
            0 if "reasoning" in writer.lacks else call.reasoning,
        )
        for call in calls
    )


def told(log: RequestLog) -> Counter[tuple[int, ...]]:
    """Return the calls of a log."""
    parts = dict(log.parts)
    nothing = np.zeros(len(log.arrival_us), dtype=np.int64)
    written = nothing + sum(column for name, column in parts.items() if name.startswith("cache_write"))
    reasoning = parts.get("reasoning_output_tokens", nothing)
    columns = (log.arrival_us, log.input_tokens, log.cached_input_tokens, written, log.output_tokens, reasoning)
    return Counter(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize("name", WRITERS)
def test_a_log_is_one_history_whoever_wrote_it(name: str) -> None:
    writer = WRITERS[name]
    history, report = read(writer.text(), model=writer.model, **writer.options)
    assert isinstance(history, RequestLog)
    assert told(history) == expected(writer)
    failed = 0 if "failed" in writer.lacks else sum(call.throttled for call in conversation())
    assert report.rows.failed == failed
    assert report.rows.rejected == 0
    moving = {finding.code for finding in report.findings if finding.can_move_the_answer}
    assert moving <= {"demand_censored"}, found(report)


def of_buckets(writer: Writer) -> dict[int, tuple[int, ...]]:
    """Return what must be read of each bucket: requests, input, read from and written to the cache, output."""
    found: dict[int, list[int]] = {}
    for call in conversation():
        if not call.throttled and not (writer.model and call.second_model):
            row = found.setdefault(call.at_us // writer.unit_us * writer.unit_us, [0] * 5)
            told_of = (
                "requests" not in writer.lacks,
                call.input,
                0 if "cached" in writer.lacks else call.cached,
                0 if "written" in writer.lacks else call.written,
                call.output,
            )
            row[:] = [one + other for one, other in zip(row, told_of, strict=True)]
    return {at: tuple(row) for at, row in sorted(found.items())}


@pytest.mark.parametrize("name", SERIES)
def test_a_series_is_one_history_whoever_wrote_it(name: str) -> None:
    writer = SERIES[name]
    history, report = read(writer.text(), model=writer.model, **writer.options)
    assert isinstance(history, BucketSeries)
    assert history.bucket_seconds * SECOND == writer.unit_us
    assert (history.requests is None) == ("requests" in writer.lacks)
    nothing = np.zeros(len(history.start_us), dtype=np.int64)
    requests = nothing if history.requests is None else history.requests
    written = nothing + sum(column for part, column in history.parts if part.startswith("cache_write"))
    columns = (requests, history.input_tokens, history.cached_input_tokens, written, history.output_tokens)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    told_of = {at: row for at, row in zip(history.start_us.tolist(), rows, strict=True) if any(row)}
    assert told_of == of_buckets(writer)
    assert report.rows.rejected == 0
    moving = {finding.code for finding in report.findings if finding.can_move_the_answer}
    assert moving == ({"demand_censored"} if writer.throttles else set()), report.findings

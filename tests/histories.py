"""Small traffic histories written as a test would say them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import numpy as np

from service.workflow.traffic import SECOND, BucketSeries, Int64s, RequestLog


def at(moment: str) -> int:
    """Return µs since 1970 of an ISO time with zone."""
    return round(datetime.fromisoformat(moment).timestamp()) * SECOND


MONDAY = at("2026-10-05T00:00:00+00:00")
"""The start of a week in UTC."""


def ints(values: Sequence[int] | Int64s) -> Int64s:
    """Return a column."""
    return np.array(values, dtype=np.int64)


def log_of(
    seconds: Sequence[float],
    tokens: Sequence[tuple[int, int, int]] | None = None,
    *,
    start: float | None = None,
    end: float | None = None,
    origin: int = MONDAY,
) -> RequestLog:
    """Return a log of arrivals in seconds after `origin`; tokens are (input, cached, output), by default (10, 2, 3)."""
    columns = np.array(tokens or [(10, 2, 3)] * len(seconds), dtype=np.int64).reshape(-1, 3)
    return RequestLog(
        ints([origin + round(second * SECOND) for second in seconds]),
        ints(columns[:, 0]),
        ints(columns[:, 1]),
        ints(columns[:, 2]),
        start_us=None if start is None else origin + round(start * SECOND),
        end_us=None if end is None else origin + round(end * SECOND),
    )


def series_of(
    requests: Sequence[int | None],
    *,
    bucket: int = 60,
    absent: Literal["missing", "idle"] = "missing",
    origin: int = MONDAY,
    counted: bool = True,
) -> BucketSeries:
    """Return adjacent buckets, absent where None; a request has 10 input tokens, 2 of them cached, and 3 of output."""
    rows = [row for row, count in enumerate(requests) if count is not None]
    counts = ints([count for count in requests if count is not None])
    starts = origin + bucket * SECOND * ints(rows)
    return BucketSeries(bucket, starts, counts if counted else None, counts * 10, counts * 2, counts * 3, absent)


def summed(log: RequestLog, start_us: int, end_us: int, bucket: int = 60) -> BucketSeries:
    """Return the dense series of a log over whole buckets from `start_us`, counted one request at a time."""
    size = bucket * SECOND
    table = [[0, 0, 0, 0] for _ in range(-(-(end_us - start_us) // size))]
    columns = (log.arrival_us, log.input_tokens, log.cached_input_tokens, log.output_tokens)
    for arrival, *tokens in zip(*(column.tolist() for column in columns), strict=True):
        row = table[min((arrival - start_us) // size, len(table) - 1)]
        for place, amount in enumerate((1, *tokens)):
            row[place] += amount
    requests, inputs, cached, outputs = (ints(column) for column in zip(*table, strict=True))
    return BucketSeries(bucket, start_us + size * np.arange(len(table)), requests, inputs, cached, outputs)


MINUTES_PER_WEEK = 7 * 24 * 60

"""The sum of several histories: all in one form, over the time that every one of them observed."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from service.workflow.errors import WorkflowError
from service.workflow.measure.window import clip, span_of
from service.workflow.traffic import (
    BUCKET_SECONDS,
    SECOND,
    BucketSeries,
    Int64s,
    RequestLog,
    TrafficHistory,
    stacked_parts,
)

FIELD = "/workload_ids"


def common_form(histories: Sequence[TrafficHistory]) -> list[TrafficHistory]:
    """Return the histories over the time common to all: as logs where all are, else as series of the same buckets.

    The bucket is the shortest legal one that every series' bucket divides. A bucket that one history misses is left
    out of all. Raises WorkflowError where no time is common.
    """
    spans = [span_of(history) for history in histories]
    start, end = max(first for first, _ in spans), min(last for _, last in spans)
    if end <= start:
        raise WorkflowError("no_common_time", FIELD, "The histories share no time: pool workloads observed together.")
    clipped = [clip(history, start, end) for history in histories]
    if all(isinstance(history, RequestLog) for history in clipped):
        return clipped
    bucket = _common_bucket([history for history in clipped if isinstance(history, BucketSeries)])
    series = [_series(history, bucket, start, end) for history in clipped]
    present = series[0].start_us
    for one in series[1:]:
        present = np.intersect1d(present, one.start_us)
    if not len(present):
        raise WorkflowError("no_common_time", FIELD, "No bucket was observed by all the histories.")
    return [_rows(one, np.searchsorted(one.start_us, present)) for one in series]


def merged(histories: Sequence[TrafficHistory]) -> TrafficHistory:
    """Return the sum of histories in a common form; their order does not matter."""
    logs = [history for history in histories if isinstance(history, RequestLog)]
    if logs:
        return _merged_logs(logs)
    series = [history for history in histories if isinstance(history, BucketSeries)]
    requests = [one.requests for one in series if one.requests is not None]
    return replace(
        series[0],
        requests=_sum(requests) if len(requests) == len(series) else None,
        input_tokens=_sum([one.input_tokens for one in series]),
        cached_input_tokens=_sum([one.cached_input_tokens for one in series]),
        output_tokens=_sum([one.output_tokens for one in series]),
        parts=tuple((name, _sum(np.split(column, len(series)))) for name, column in stacked_parts(series)),
    )


def _merged_logs(logs: Sequence[RequestLog]) -> RequestLog:
    columns = [
        np.concatenate([getattr(log, name) for log in logs])
        for name in ("arrival_us", "input_tokens", "cached_input_tokens", "output_tokens")
    ]
    timed = all(log.service_us is not None for log in logs)
    service = np.concatenate([log.service_us for log in logs if log.service_us is not None]) if timed else None
    # Requests that arrive together are ordered by what they are, not by whose they are.
    order = np.lexsort([*([] if service is None else [service]), *reversed(columns)])
    arrival, uncached, cached, output = (column[order] for column in columns)
    spans = [span_of(log) for log in logs]
    return RequestLog(
        arrival,
        uncached,
        cached,
        output,
        None if service is None else service[order],
        min(first for first, _ in spans),
        max(last for _, last in spans),
        tuple((name, column[order]) for name, column in stacked_parts(logs)),
    )


def _sum(columns: Sequence[Int64s]) -> Int64s:
    total: Int64s = np.sum(columns, axis=0, dtype=np.int64)
    return total


def _common_bucket(series: Sequence[BucketSeries]) -> int:
    step = math.lcm(*(one.bucket_seconds for one in series))
    legal = [bucket for bucket in BUCKET_SECONDS if bucket % step == 0]
    if not legal:
        raise WorkflowError("no_common_bucket", FIELD, f"No legal bucket is a multiple of {step} seconds.")
    return legal[0]


def _series(history: TrafficHistory, bucket_seconds: int, start: int, end: int) -> BucketSeries:
    """Return a history as a series of whole buckets inside [start, end), those it observed in full."""
    bucket = bucket_seconds * SECOND
    first, last = -(-start // bucket), end // bucket
    whole = np.arange(first, last, dtype=np.int64)
    times = history.arrival_us if isinstance(history, RequestLog) else history.start_us
    edges = np.searchsorted(times, np.append(whole, last) * bucket)
    observed = _observed(history, edges, bucket_seconds)
    return BucketSeries(
        bucket_seconds,
        whole[observed] * bucket,
        _requests(history, edges, observed),
        _between(history.input_tokens, edges)[observed],
        _between(history.cached_input_tokens, edges)[observed],
        _between(history.output_tokens, edges)[observed],
        parts=tuple((name, _between(column, edges)[observed]) for name, column in history.parts),
    )


def _observed(history: TrafficHistory, edges: Int64s, bucket_seconds: int) -> Int64s:
    """Return the indices of the buckets that a history observed in full."""
    rows = np.diff(edges)
    if isinstance(history, RequestLog) or history.absent == "idle":
        return np.arange(len(rows))
    return np.flatnonzero(rows == bucket_seconds // history.bucket_seconds)


def _requests(history: TrafficHistory, edges: Int64s, observed: Int64s) -> Int64s | None:
    if isinstance(history, RequestLog):
        return np.diff(edges)[observed].astype(np.int64)
    return None if history.requests is None else _between(history.requests, edges)[observed]


def _between(column: Int64s, edges: Int64s) -> Int64s:
    running = np.concatenate(([0], np.cumsum(column, dtype=np.int64)))
    sums: Int64s = running[edges[1:]] - running[edges[:-1]]
    return sums


def _rows(series: BucketSeries, rows: Int64s) -> BucketSeries:
    return BucketSeries(
        series.bucket_seconds,
        series.start_us[rows],
        None if series.requests is None else series.requests[rows],
        series.input_tokens[rows],
        series.cached_input_tokens[rows],
        series.output_tokens[rows],
        parts=tuple((name, column[rows]) for name, column in series.parts),
    )

"""The load of a window in buckets of a minute or more: what percentiles, idle time and sizing are taken from."""

from dataclasses import dataclass

import numpy as np

from service.workflow.traffic import MINUTE, SECOND, BucketSeries, Int64s, RequestLog, TrafficHistory


@dataclass(frozen=True)
class Load:
    """Observed buckets, those without traffic included, and the µs of each that were observed (int64, shape (n,)).

    The buckets of `series` are aligned to the window's start; one that is not there was not observed.
    """

    series: BucketSeries
    observed_us: Int64s

    @property
    def tokens(self) -> Int64s:
        """Input and output tokens of each bucket."""
        return self.series.input_tokens + self.series.output_tokens

    @property
    def values(self) -> Int64s:
        """Requests of each bucket, or its tokens where no requests were recorded."""
        return self.tokens if self.series.requests is None else self.series.requests

    @property
    def bucket_us(self) -> int:
        """Length of a whole bucket."""
        return self.series.bucket_seconds * SECOND


def load_of(history: TrafficHistory, start_us: int, end_us: int) -> Load:
    """Return the load of a history that was clipped to the window [start_us, end_us).

    A log and a series of shorter buckets are summed by the minute. The last minute of a window that is no whole number
    of minutes was observed in part, and holds an arrival at the very end of the window; where the window is whole
    minutes, that arrival has a minute of its own, of which nothing was observed.
    """
    if isinstance(history, RequestLog):
        return _of_log(history, start_us, end_us)
    if history.absent == "idle":
        return _of_dense(history, start_us, end_us)
    return _of_sparse(history, start_us)


def _of_log(log: RequestLog, start_us: int, end_us: int) -> Load:
    observed = dense_observed(MINUTE, end_us - start_us)
    if len(log.arrival_us) and log.arrival_us[-1] == end_us and not (end_us - start_us) % MINUTE:
        observed = np.append(observed, 0)
    starts = start_us + MINUTE * np.arange(len(observed), dtype=np.int64)
    edges = np.append(np.searchsorted(log.arrival_us, starts), len(log.arrival_us))
    series = BucketSeries(
        60,
        starts,
        np.diff(edges),
        sums_between(log.input_tokens, edges),
        sums_between(log.cached_input_tokens, edges),
        sums_between(log.output_tokens, edges),
    )
    return Load(series, observed)


def _of_dense(series: BucketSeries, start_us: int, end_us: int) -> Load:
    bucket = max(series.bucket_seconds * SECOND, MINUTE)
    observed = dense_observed(bucket, end_us - start_us)
    starts = start_us + bucket * np.arange(len(observed), dtype=np.int64)
    edges = np.append(np.searchsorted(series.start_us, starts), len(series.start_us))
    return Load(_summed(series, starts, edges), observed)


def _of_sparse(series: BucketSeries, start_us: int) -> Load:
    bucket = series.bucket_seconds * SECOND
    if bucket >= MINUTE:
        return Load(series, np.full(len(series.start_us), bucket, dtype=np.int64))
    minute = (series.start_us - start_us) // MINUTE
    firsts = np.flatnonzero(np.diff(minute, prepend=-1))
    edges = np.append(firsts, len(minute))
    return Load(_summed(series, start_us + MINUTE * minute[firsts], edges), np.diff(edges) * bucket)


def dense_observed(bucket_us: int, span_us: int) -> Int64s:
    """Return the observed µs of each bucket of a span that is observed throughout; only the last may be cut short."""
    observed = np.full(-(-span_us // bucket_us), bucket_us, dtype=np.int64)
    observed[-1] = span_us - (len(observed) - 1) * bucket_us
    return observed


def _summed(series: BucketSeries, starts: Int64s, edges: Int64s) -> BucketSeries:
    return BucketSeries(
        max(series.bucket_seconds, 60),
        starts,
        None if series.requests is None else sums_between(series.requests, edges),
        sums_between(series.input_tokens, edges),
        sums_between(series.cached_input_tokens, edges),
        sums_between(series.output_tokens, edges),
    )


def sums_between(column: Int64s, edges: Int64s) -> Int64s:
    """Return the sums of a column's rows between neighbouring edges (row numbers, shape (m + 1,)), shape (m,)."""
    return np.diff(np.concatenate(([0], np.cumsum(column)))[edges])


def tally(history: TrafficHistory, load: Load, edges: Int64s) -> tuple[Int64s, Int64s]:
    """Return load and observed µs between neighbouring edges (µs, shape (m + 1,)): two columns of shape (m,).

    The first and last edge are the window's. A log is counted by the exact arrival, a series by the start of a bucket.
    """
    if isinstance(history, RequestLog):
        cuts = np.searchsorted(history.arrival_us, edges)
        cuts[-1] = len(history.arrival_us)
        return np.diff(cuts), np.diff(edges)
    cuts = np.searchsorted(load.series.start_us, edges)
    return sums_between(load.values, cuts), sums_between(load.observed_us, cuts)

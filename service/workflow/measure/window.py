"""Which part of a history is measured, and cutting a history to a part of its time."""

from dataclasses import replace

import numpy as np

from service.workflow.errors import WorkflowError
from service.workflow.traffic import DAY, HOUR, SECOND, WEEK, BucketSeries, Int64s, RequestLog, TrafficHistory

LONGEST_US = 3653 * DAY
"""Ten years. A longer history is a wrong clock or unit, and would need memory for every minute of it."""

LATEST_US = 253_370_764_800 * SECOND
"""The year 9999, after which calendars end. Times before 1970 are negative."""

FIELD = "/traffic_history"


class InsufficientTraffic(WorkflowError):  # noqa: N818 - a verdict that callers show, as well as an error
    """The history holds nothing that a mean could be taken of: no observed time, or no traffic in it."""


def span_of(history: TrafficHistory) -> tuple[int, int]:
    """Return [start, end) of a history in µs.

    Of a log: as declared, else the first and the last arrival (which then belongs to it). Of a series: the start of
    its first bucket and the end of its last. Raises InsufficientTraffic without any length, WorkflowError where a
    declared span leaves out arrivals, the history is longer than ten years, or no calendar knows its times.
    """
    start, end = _log_span(history) if isinstance(history, RequestLog) else _series_span(history)
    if end <= start:
        raise InsufficientTraffic(
            "no_observed_time", FIELD, "A request log needs two moments of arrival, or a declared start and end."
        )
    if start < 0 or end > LATEST_US:
        detail = "Times lie outside the years 1970 to 9998: check the unit of the times (seconds, ms, µs or ns)."
        raise WorkflowError("time_out_of_range", FIELD, detail)
    if end - start > LONGEST_US:
        years = (end - start) / DAY / 365.25
        detail = f"The history spans {years:.0f} years, ten at most: check the clock and the unit of its times."
        raise WorkflowError("history_too_long", FIELD, detail)
    return start, end


def _log_span(log: RequestLog) -> tuple[int, int]:
    arrivals = log.arrival_us
    if not len(arrivals):
        return log.start_us or 0, log.end_us or 0
    first, last = int(arrivals[0]), int(arrivals[-1])
    start = first if log.start_us is None else log.start_us
    end = last if log.end_us is None else log.end_us
    start, end = _with_quiet_edges(log, start, end)
    if start > first or end < last:
        detail = "Arrivals lie outside the declared start and end: widen them, or leave those requests out."
        raise WorkflowError("outside_declared_span", FIELD, detail)
    return start, end


def _with_quiet_edges(log: RequestLog, start: int, end: int) -> tuple[int, int]:
    """Return the span of a log, widened to the days or hours it lies in where that makes one more whole week of it.

    Edges that were not declared are widened by no more than the longest silence inside the log: nobody calling for so
    long is nothing unusual, so that a calendar week from Monday 00:00:02 to Sunday 23:59:55 is seven days.
    """
    longest = int(np.diff(log.arrival_us).max(initial=0))
    wider = start if log.start_us is not None else _nearest(start, longest, -1)
    later = end if log.end_us is not None else _nearest(end, longest, 1)
    return (wider, later) if (later - wider) // WEEK > (end - start) // WEEK else (start, end)


def _nearest(time: int, longest: int, direction: int) -> int:
    """Return the whole day, else the whole hour, that lies up to `longest` µs before (-1) or after (1) a time."""
    for unit in (DAY, HOUR):
        whole = (-(-time // unit) if direction > 0 else time // unit) * unit
        if abs(whole - time) <= longest:
            return whole
    return time


def _series_span(series: BucketSeries) -> tuple[int, int]:
    if not len(series.start_us):
        raise InsufficientTraffic("no_observed_time", FIELD, "The series holds no bucket: upload at least one.")
    return int(series.start_us[0]), int(series.start_us[-1]) + series.bucket_seconds * SECOND


def window_of(start_us: int, end_us: int) -> tuple[int, int]:
    """Return the window of a history's span: its latest whole weeks, or all of it when shorter than one week."""
    weeks = (end_us - start_us) // WEEK
    return (end_us - weeks * WEEK, end_us) if weeks else (start_us, end_us)


def clip(history: TrafficHistory, start_us: int, end_us: int) -> TrafficHistory:
    """Return the part of a history inside [start_us, end_us), never more than the history itself spans.

    A clipped log declares its start and end; the last arrival of the history stays with the part that reaches its
    end. A clipped series keeps whole buckets; one whose absent buckets are idle gets idle buckets at its two ends
    written out, so that it still spans them. Raises as `span_of`, and InsufficientTraffic where nothing is left.
    """
    first, last = span_of(history)
    start, end = max(start_us, first), min(end_us, last)
    if isinstance(history, BucketSeries):
        return _clip_series(history, start, end)
    if end <= start:
        raise InsufficientTraffic("no_observed_time", FIELD, "The history does not reach into that part of time.")
    inside = _slice(history.arrival_us, start, end, closed=end == last)
    service = history.service_us
    return RequestLog(
        history.arrival_us[inside],
        history.input_tokens[inside],
        history.cached_input_tokens[inside],
        history.output_tokens[inside],
        None if service is None else service[inside],
        start,
        end,
        tuple((name, column[inside]) for name, column in history.parts),
    )


def _slice(times: Int64s, start: int, end: int, *, closed: bool) -> slice:
    low = np.searchsorted(times, start, side="left")
    high = np.searchsorted(times, end, side="right" if closed else "left")
    return slice(int(low), int(high))


def _clip_series(series: BucketSeries, start: int, end: int) -> BucketSeries:
    bucket = series.bucket_seconds * SECOND
    inside = _slice(series.start_us, start, end - bucket, closed=True)
    rows = _rows(series, inside)
    if series.absent == "idle":
        phase = int(series.start_us[0]) % bucket
        rows = _with_ends(rows, start + (phase - start) % bucket, end - (end - phase) % bucket - bucket)
    if not len(rows.start_us):
        raise InsufficientTraffic("no_observed_time", FIELD, "The series has no bucket in that part of time.")
    return rows


def _rows(series: BucketSeries, rows: slice) -> BucketSeries:
    return replace(
        series,
        start_us=series.start_us[rows],
        requests=None if series.requests is None else series.requests[rows],
        input_tokens=series.input_tokens[rows],
        cached_input_tokens=series.cached_input_tokens[rows],
        output_tokens=series.output_tokens[rows],
        parts=tuple((name, column[rows]) for name, column in series.parts),
    )


def _with_ends(series: BucketSeries, first: int, last: int) -> BucketSeries:
    if first > last:
        return series
    head = int(not len(series.start_us) or first < series.start_us[0])
    tail = int(last > (series.start_us[-1] if len(series.start_us) else first))

    def zeros(column: Int64s) -> Int64s:
        """Return the column with idle buckets at its ends."""
        return np.pad(column, (head, tail))

    return BucketSeries(
        series.bucket_seconds,
        np.concatenate(([first] * head, series.start_us, [last] * tail)).astype(np.int64),
        None if series.requests is None else zeros(series.requests),
        zeros(series.input_tokens),
        zeros(series.cached_input_tokens),
        zeros(series.output_tokens),
        series.absent,
        tuple((name, zeros(column)) for name, column in series.parts),
    )

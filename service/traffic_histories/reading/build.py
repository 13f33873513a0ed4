"""From rows to histories: who is left out, when each row was, which history it belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from service.workflow.traffic import DAY, SECOND, Int64s, TrafficHistory

from .errors import RefusedError
from .logs import build_log, excluded, repeated_requests, tell_repeated
from .plausible import require_no_counters, require_no_spans, tell_implausible, tell_regular
from .report import Report
from .row_order import oldest_first, tell_order
from .scan import Frame, Mask, Scan
from .series import Grid, build_series, grid_of, repeated_rows
from .time_text import instant_text
from .zones import place


@dataclass(frozen=True, slots=True)
class Part:
    """One history out of a file. key: the value it was split by, None where the file was not split."""

    key: str | None
    history: TrafficHistory


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows of the history with their times in µs since 1970 UTC: arrival or start, and finish or end where known."""

    frame: Frame
    start_us: Int64s
    finish_us: Int64s | None

    def kept(self, keep: Mask | Int64s) -> "Placed":
        """Return the rows `keep` selects."""
        finish = None if self.finish_us is None else self.finish_us[keep]
        return Placed(self.frame.kept(keep), self.start_us[keep], finish)


def build(scan: Scan, frame: Frame, good: Mask, report: Report) -> list[Part]:
    """Return the histories of the good rows, and complete the report."""
    repeated = repeated_requests(scan, frame, good)
    left_out = excluded(scan, frame) & good
    rows = report.rows
    tell_repeated(scan, int(np.count_nonzero(repeated)), len(frame), report)
    rows.excluded, rows.duplicate = int(np.count_nonzero(left_out)), int(np.count_nonzero(repeated))
    keep = good & ~repeated & ~left_out
    placed = _placed(scan, oldest_first(frame if keep.all() else frame.kept(keep), report), report)
    tell_order(placed.start_us, report)
    if scan.columns.kind == "series":
        again = repeated_rows(placed.frame, placed.start_us)
        rows.duplicate += int(np.count_nonzero(again))
        placed = placed.kept(~again) if again.any() else placed
    rows.stored = len(placed.start_us)
    rows.accepted = rows.read - rows.rejected - rows.duplicate
    _check_span(scan, placed.start_us, report)
    if scan.columns.kind == "log":
        return [Part(key, _log(scan, part, placed, report)) for key, part in _split(scan, placed)]
    grid = grid_of(placed.start_us, placed.finish_us, scan.options, report)
    report.bucket_seconds = grid.bucket_us // SECOND
    idle = _idle(scan, grid.align(placed.start_us))
    return [Part(key, _series(scan, part, idle, grid, report)) for key, part in _split(scan, placed)]


def _series(scan: Scan, part: Placed, idle: Int64s, grid: Grid, report: Report) -> TrafficHistory:
    series = build_series(scan, part.frame, grid.align(part.start_us), idle, grid, report)
    require_no_counters(scan, series)
    tell_implausible(series, report)
    return series


def _log(scan: Scan, part: Placed, whole: Placed, report: Report) -> TrafficHistory:
    """Return the log of a part; it was observed for as long as the whole file, however rare its own requests are."""
    first, last = int(whole.start_us.min()), int(whole.start_us.max())
    start = first if scan.options.start_us is None else scan.options.start_us
    end = last if scan.options.end_us is None and last > int(part.start_us.max()) else scan.options.end_us
    log = build_log(part.frame, part.start_us, part.finish_us, (start, end), report)
    tell_implausible(log, report)
    require_no_spans(scan, log)
    tell_regular(scan, log, report)
    return log


def _idle(scan: Scan, starts_us: Int64s) -> Int64s:
    """Return buckets in which every part of a split series was observed, whether it has a row there or not."""
    if scan.parts is not None and scan.columns.complete:
        return np.unique(starts_us)
    if scan.parts is not None and scan.options.absent == "idle":
        return np.unique([starts_us.min(), starts_us.max()])
    return np.empty(0, dtype=np.int64)


def _split(scan: Scan, placed: Placed) -> Iterator[tuple[str | None, Placed]]:
    if scan.parts is None:
        yield None, placed
        return
    for index, part in enumerate(scan.parts):
        rows = np.flatnonzero(placed.frame.values["part"] == index)
        if len(rows):
            yield part, placed.kept(rows)


def _placed(scan: Scan, frame: Frame, report: Report) -> Placed:
    if frame.leap is not None and frame.leap.any():
        count = int(np.count_nonzero(frame.leap))
        report.find("leap_seconds", f"{count} times have a second 60; it was read as the second after :59", count)
    arrival = frame.values["arrival"].astype(np.int64, copy=False)
    finish = frame.values["finish"].astype(np.int64, copy=False) if "finish" in frame.values else None
    if scan.form.reference == "start":
        assert scan.options.start_us is not None
        start = scan.options.start_us
        return Placed(frame, arrival + start, None if finish is None else finish + start)
    if scan.form.reference == "utc":
        return Placed(frame, arrival, finish)
    return _in_zone(frame, arrival, finish, scan, report)


def _in_zone(frame: Frame, arrival: Int64s, finish: Int64s | None, scan: Scan, report: Report) -> Placed:
    name = scan.options.zone
    assert name is not None
    zone = ZoneInfo(name)
    placed = place(arrival, zone, buckets=scan.columns.kind == "series")
    if placed.in_gap:
        detail = f"{placed.in_gap} times fall into an hour that the clocks of {name} skipped; "
        report.find("daylight_saving_gap", detail + "they were read with the offset before the change", placed.in_gap)
    if placed.in_fold:
        detail = f"{placed.in_fold} times fall into an hour that {name} had twice; {placed.second_pass} of them were "
        detail += "read as the second, because the rows start again there"
        report.find("daylight_saving_fold", detail, placed.in_fold)
    return Placed(frame, placed.utc_us, None if finish is None else place(finish, zone).utc_us)


def _check_span(scan: Scan, utc_us: Int64s, report: Report) -> None:
    if not len(utc_us):
        raise RefusedError("empty_history", "no row is left for the history once failed and cached ones are out")
    first, last = int(utc_us.min()), int(utc_us.max())
    report.first, report.last = instant_text(first), instant_text(last)
    options, longest = scan.options, scan.options.limits.span_days
    if last - first > longest * DAY:
        detail = f"the rows run from {report.first} to {report.last}, more than {longest} days: "
        raise RefusedError("too_long_span", detail + "is one of the clocks or the time unit wrong?", "time_unit")
    if options.start_us is not None and first - options.start_us > longest * DAY:
        raise RefusedError("too_long_span", f"the start is more than {longest} days before the first row", "start")
    if options.end_us is not None and options.end_us - last > longest * DAY:
        raise RefusedError("too_long_span", f"the end is more than {longest} days after the last row", "end")
    if scan.columns.kind == "series" and options.absent == "missing" and _declared_span(scan):
        detail = "a series spans more than its buckets only with absent=idle; else what it does not hold is not known"
        raise RefusedError("span_needs_idle", detail, "absent")
    _check_declared(scan, first, last)


def _declared_span(scan: Scan) -> bool:
    is_origin = scan.form.reference == "start"
    return scan.options.end_us is not None or (scan.options.start_us is not None and not is_origin)


def _check_declared(scan: Scan, first_us: int, last_us: int) -> None:
    start, end = scan.options.start_us, scan.options.end_us
    if start is not None and start > first_us:
        detail = f"a row lies before the declared start, at {instant_text(first_us)}"
        raise RefusedError("outside_declared_span", detail, "start")
    if end is not None and end <= last_us:
        detail = f"a row lies at or after the declared end, at {instant_text(last_us)}"
        raise RefusedError("outside_declared_span", detail, "end")

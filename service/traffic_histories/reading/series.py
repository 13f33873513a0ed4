"""From rows to a series: the bucket length found, starts aligned, the parts of a bucket summed."""

from dataclasses import dataclass

import numpy as np

from service.workflow.length_classes import COUNTED
from service.workflow.metered_prices import PART_METERS
from service.workflow.traffic import ABOVE, BUCKET_SECONDS, SECOND, BucketSeries, Int64s

from .errors import RefusedError
from .length_columns import settle_classes
from .logs import wide
from .options import ReadOptions
from .report import Report
from .scan import Frame, Mask, Scan

LARGEST_TOTAL = 4 * 10**18
"""Largest sum of a column: above it, int64 would not hold what evaluations add up."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The buckets of a series: their length, and how far the file's starts are shifted to lie on whole ones."""

    bucket_us: int
    phase_us: int

    def align(self, start_us: Int64s) -> Int64s:
        """Return each start's bucket: the nearest on the file's own grid, moved to a whole multiple of the length."""
        half = self.bucket_us // 2
        return (start_us - self.phase_us + half) // self.bucket_us * self.bucket_us


def repeated_rows(frame: Frame, utc_us: Int64s) -> Mask:
    """Return which rows repeat another whole row, every column the same: a bucket written twice."""
    row, part = frame.row, frame.values.get("part")
    assert row is not None
    keys = (row, utc_us) if part is None else (row, utc_us, part)
    order = np.lexsort(keys)
    same = np.ones(max(len(order) - 1, 0), dtype=np.bool_)
    for key in keys:
        same &= np.diff(key[order]) == 0
    repeated = np.zeros(len(order), dtype=np.bool_)
    repeated[order[1:][same]] = True
    return repeated


def grid_of(utc_us: Int64s, finish_us: Int64s | None, options: ReadOptions, report: Report) -> Grid:
    """Return the grid of the starts. Raises RefusedError: `bucket_length`."""
    starts = np.unique(utc_us)
    bucket = _bucket_us(starts, None if finish_us is None else finish_us - utc_us, options)
    grid = Grid(bucket, _commonest(starts % bucket))
    _tell(grid, starts, report)
    return grid


def _bucket_us(starts: Int64s, lengths: Int64s | None, options: ReadOptions) -> int:
    """Return the bucket length: declared, or the commonest distance from start to end, or between starts."""
    if options.bucket_seconds is not None:
        return options.bucket_seconds * SECOND
    tried = [_commonest(lengths)] if lengths is not None else []
    tried += [_commonest(np.diff(starts))] if len(starts) > 1 else []
    if not tried:
        detail = "one bucket does not tell its length; declare bucket_seconds"
        raise RefusedError("bucket_length", detail, "bucket_seconds")
    legal = [length for length in tried if length % SECOND == 0 and length // SECOND in BUCKET_SECONDS]
    if not legal:
        detail = f"the rows are {tried[-1] / SECOND:g} s apart; buckets of {', '.join(map(str, BUCKET_SECONDS))} s are "
        detail += (
            "read. Export the series in one of these, declare bucket_seconds, or say kind=log if a row is a request"
        )
        raise RefusedError("bucket_length", detail, "bucket_seconds")
    return legal[0]


def build_series(
    scan: Scan, frame: Frame, starts_us: Int64s, idle_us: Int64s, grid: Grid, report: Report
) -> BucketSeries:
    """Return the series of rows whose buckets are `starts_us`, with buckets `idle_us` idle where they have no row.

    Raises RefusedError: `too_many_buckets`, `too_large`.
    """
    if summed := len(starts_us) - len(np.unique(starts_us)):
        report.find("summed_rows", f"{summed} rows shared a bucket with another and were added to it", summed)
    every = np.concatenate((starts_us, idle_us))
    order = np.argsort(every, kind="stable")
    unique, first = np.unique(every[order], return_index=True)
    longer = [name for name in frame.values if name.startswith(ABOVE)]
    sums = {
        name: _sums(np.pad(wide(frame, name), (0, len(idle_us)))[order], first, name)
        for name in ("requests", "input", "cached", "output", *PART_METERS, *longer)
        if name not in PART_METERS or name in frame.values
    }
    told: list[str] = [name for name in PART_METERS if name in sums and sums[name].any()]
    # Columns of length classes are kept without a single long request too: that there was none is what they say.
    told += [name for name in longer if name.endswith(tuple(f"_{each}" for each in (*COUNTED, *told)))]
    parts = tuple((name, sums[name]) for name in told)
    requests = sums["requests"] if "requests" in frame.values else None
    series = BucketSeries(
        grid.bucket_us // SECOND,
        unique,
        requests,
        sums["input"],
        sums["cached"],
        sums["output"],
        scan.options.absent,
        parts,
    )
    if requests is not None and (odd := int(np.count_nonzero((requests == 0) & (sums["input"] + sums["output"] > 0)))):
        report.find("tokens_without_requests", f"{odd} buckets hold tokens but no requests", odd)
    settle_classes(series, scan.columns.longer, report)
    return _bounded(_with_declared_ends(series, scan.options, grid), scan.options)


def _bounded(series: BucketSeries, options: ReadOptions) -> BucketSeries:
    span = (int(series.start_us[-1]) - int(series.start_us[0])) // (series.bucket_seconds * SECOND) + 1
    if span > options.limits.buckets:
        detail = f"the series spans {span} buckets, at most {options.limits.buckets}; send it in parts"
        raise RefusedError("too_many_buckets", detail)
    return series


def _sums(column: Int64s, first: Int64s, name: str) -> Int64s:
    if float(np.sum(column, dtype=np.float64)) > LARGEST_TOTAL:
        raise RefusedError("too_large", f"the sum of {name} over the series is beyond {LARGEST_TOTAL}")
    return np.add.reduceat(column, first)


def _commonest(values: Int64s) -> int:
    found, times = np.unique(values, return_counts=True)
    return int(found[np.argmax(times)])


def _tell(grid: Grid, starts: Int64s, report: Report) -> None:
    if grid.phase_us:
        shift = grid.phase_us / SECOND
        report.find("shifted", f"buckets start {shift:g} s after whole ones; they were moved back by that")
    irregular = int(np.count_nonzero((starts - grid.phase_us) % grid.bucket_us))
    if irregular:
        detail = f"{irregular} buckets start off the grid of the others; each was read as the nearest one"
        report.find("irregular_starts", detail, irregular)


def _with_declared_ends(series: BucketSeries, options: ReadOptions, grid: Grid) -> BucketSeries:
    """Write out idle buckets at a declared start and end, which the file's own buckets need not reach."""
    if options.absent != "idle":
        return series
    first, last = int(series.start_us[0]), int(series.start_us[-1])
    start = first if options.start_us is None else -(-options.start_us // grid.bucket_us) * grid.bucket_us
    end = last if options.end_us is None else options.end_us // grid.bucket_us * grid.bucket_us - grid.bucket_us
    before, after = int(start < first), int(end > last)

    def padded(column: Int64s) -> Int64s:
        """Return the column with the idle buckets at its ends."""
        return np.pad(column, (before, after))

    return BucketSeries(
        series.bucket_seconds,
        np.concatenate(([start] * before, series.start_us, [end] * after)).astype(np.int64),
        None if series.requests is None else padded(series.requests),
        padded(series.input_tokens),
        padded(series.cached_input_tokens),
        padded(series.output_tokens),
        series.absent,
        tuple((name, padded(column)) for name, column in series.parts),
    )

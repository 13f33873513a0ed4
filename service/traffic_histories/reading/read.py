"""Reading one file from end to end, inside the parser process: unpack, recognise, cast, account, build."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from service.workflow.traffic import DAY, Int64s, TrafficHistory

from . import cells, time_form
from .accounting import account
from .columns import Columns, recognise
from .csv_table import open_csv
from .engine import connect, refusal
from .errors import RefusedError
from .frame import Frame, Scan, fetch
from .json_table import open_json
from .logs import build_log, excluded, repeated_requests
from .options import ReadOptions
from .order import oldest_first, tell_order
from .parquet_table import open_parquet
from .report import Report
from .series import build_series, grid_of, repeated_rows
from .table import Table
from .time_form import recognise_time
from .time_text import instant_text
from .unpack import Plain, unpack
from .zones import place


@dataclass(frozen=True, slots=True)
class Part:
    """One history out of a file. key: the value it was split by, None where the file was not split."""

    key: str | None
    history: TrafficHistory


def read_file(path: Path, workdir: Path, options: ReadOptions) -> tuple[list[Part], Report]:
    """Return the histories in a file, and the report. Raises RefusedError."""
    plain = unpack(path, workdir, options.content_encoding, options.limits)
    report = Report(plain.format, list(plain.compression), unpacked_bytes=plain.size)
    connection = connect(plain.path, workdir, options.limits)
    try:
        connection.execute(time_form.MACROS + cells.MACROS)
        scan = _prepare(connection, plain, options, report)
        frame = fetch(scan)
        good = account(scan, frame, plain.path, report)
        return list(_build(scan, frame, good, report)), report
    except duckdb.Error as error:
        raise refusal(error, plain.path) from error
    finally:
        connection.close()


def _prepare(connection: duckdb.DuckDBPyConnection, plain: Plain, options: ReadOptions, report: Report) -> Scan:
    table = _open(connection, plain, options)
    columns = recognise(table.names, options, bucketed=table.bucketed)
    unit = columns.dialect.time_unit if columns.dialect else None
    form = recognise_time((row.get(columns.names["arrival"]) for row in table.sample), options, unit)
    parts = _parts(connection, table, options)
    _describe(table, columns, form, options, report)
    return Scan(connection, table, columns, form, options, parts)


def _open(connection: duckdb.DuckDBPyConnection, plain: Plain, options: ReadOptions) -> Table:
    if plain.format == "csv":
        return open_csv(plain, options.limits)
    if plain.format == "json":
        return open_json(connection, plain, options.limits)
    return open_parquet(connection, plain, options.limits)


def _parts(connection: duckdb.DuckDBPyConnection, table: Table, options: ReadOptions) -> tuple[str, ...] | None:
    if options.split_by is None:
        return None
    if options.split_by not in table.cells:
        known = ", ".join(repr(name[:60]) for name in table.names[:20])
        detail = f"the file has no column {options.split_by!r} to split by; its columns are {known}"
        raise RefusedError("unknown_column", detail, "split_by")
    cell, most = table.cells[options.split_by], options.limits.histories
    found = connection.execute(
        f"SELECT DISTINCT {cell} AS part FROM {table.relation} WHERE NOT blank({cell}) ORDER BY part LIMIT {most + 1}"
    ).fetchall()
    if len(found) > most:
        detail = f"{options.split_by!r} has more than {most} values; split by a column with fewer"
        raise RefusedError("too_many_histories", detail, "split_by")
    return tuple(part for (part,) in found)


def _describe(table: Table, columns: Columns, form: time_form.TimeForm, options: ReadOptions, report: Report) -> None:
    report.kind, report.dialect = columns.kind, columns.dialect.name if columns.dialect else None
    report.columns = {str(field): name for field, name in columns.names.items()}
    report.ignored_columns = columns.ignored
    report.time = {"reference": form.reference, "unit": form.unit or "iso_8601"}
    if form.reference == "zone":
        report.time["zone"] = options.zone
    if table.more:
        report.find("more_pages", "the file says that more pages exist; only what it holds was read")
    if not columns.input_parts and "output_tokens" not in columns.names:
        report.find("no_tokens", "no tokens were recorded; prices by token cannot be computed from it")
    if columns.kind == "series" and "requests" not in columns.names:
        report.find("no_requests", "no request counts were recorded; prices by request cannot be computed from it")


def _build(scan: Scan, frame: Frame, good: np.ndarray, report: Report) -> Iterator[Part]:
    log = scan.columns.kind == "log"
    repeated = repeated_requests(scan, frame, good)
    left_out = excluded(scan, frame) & good
    report.rows.excluded = int(np.count_nonzero(left_out))
    keep = good & ~repeated & ~left_out
    if not keep.all():
        frame = frame.kept(keep)
    frame = oldest_first(frame, report)
    utc, finish = _placed(scan, frame, report)
    tell_order(utc, report)
    duplicates = int(np.count_nonzero(repeated))
    if not log:
        again = repeated_rows(frame, utc)
        duplicates += int(np.count_nonzero(again))
        if again.any():
            frame, utc = frame.kept(~again), utc[~again]
            finish = None if finish is None else finish[~again]
    rows = report.rows
    rows.duplicate, rows.stored = duplicates, len(utc)
    rows.accepted = rows.read - rows.rejected - rows.duplicate
    _tell_span(utc, scan.options, report)
    grid = None if log else grid_of(utc, finish, scan.options, report)
    report.bucket_seconds = None if grid is None else grid.bucket_us // 1_000_000
    aligned = utc if grid is None else grid.align(utc)
    for key, rows_of_part in _split(scan, frame):
        whole = frame if rows_of_part is None else frame.kept(rows_of_part)
        times = aligned if rows_of_part is None else aligned[rows_of_part]
        ends = finish if finish is None or rows_of_part is None else finish[rows_of_part]
        if grid is None:
            yield Part(key, build_log(scan, whole, times, ends, report))
        else:
            yield Part(key, build_series(scan, whole, times, grid, report))


def _split(scan: Scan, frame: Frame) -> Iterator[tuple[str | None, np.ndarray | None]]:
    if scan.parts is None:
        yield None, None
        return
    for index, part in enumerate(scan.parts):
        rows = np.flatnonzero(frame.values["part"] == index)
        if len(rows):
            yield part, rows


def _placed(scan: Scan, frame: Frame, report: Report) -> tuple[Int64s, Int64s | None]:
    """Return arrivals and, where the file has them, ends as µs since 1970 UTC."""
    arrival = frame.values["arrival"].astype(np.int64, copy=False)
    finish = frame.values["finish"].astype(np.int64, copy=False) if "finish" in frame.values else None
    if frame.leap is not None and frame.leap.any():
        count = int(np.count_nonzero(frame.leap))
        report.find("leap_seconds", f"{count} times have a second 60; it was read as the second after :59", count)
    if scan.form.reference == "start":
        assert scan.options.start_us is not None
        start = scan.options.start_us
        return arrival + start, None if finish is None else finish + start
    if scan.form.reference == "utc" or scan.options.zone is None:
        return arrival, finish
    zone = ZoneInfo(scan.options.zone)
    placed = place(arrival, zone)
    if placed.in_gap:
        detail = f"{placed.in_gap} times fall into an hour that the clocks of {scan.options.zone} skipped; "
        report.find("daylight_saving_gap", detail + "they were read with the offset before the change", placed.in_gap)
    if placed.in_fold:
        detail = (
            f"{placed.in_fold} times fall into an hour that {scan.options.zone} had twice; {placed.second_pass} of "
            "them were read as the second, because the rows step back in time there"
        )
        report.find("daylight_saving_fold", detail, placed.in_fold)
    return placed.utc_us, None if finish is None else place(finish, zone).utc_us


def _tell_span(utc_us: Int64s, options: ReadOptions, report: Report) -> None:
    if not len(utc_us):
        raise RefusedError("empty_history", "no row is left for the history once failed and cached ones are out")
    first, last = int(utc_us.min()), int(utc_us.max())
    report.first, report.last = instant_text(first), instant_text(last)
    if last - first > options.limits.span_days * DAY:
        raise RefusedError(
            "too_long_span",
            f"the rows run from {report.first} to {report.last}, more than {options.limits.span_days} days: is one "
            "of the clocks or the time unit wrong?",
            "time_unit",
        )

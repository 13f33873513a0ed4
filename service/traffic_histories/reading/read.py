"""Reading one file from end to end, inside the parser process: unpack, recognise, cast, account, build."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from . import casts, times
from .build import Part, build
from .chosen_rows import left_out
from .columns import Columns, recognise
from .composed import MACROS, composed, settled_model, settled_numbers
from .decompress import Plain, unpack
from .duckdb_connection import connect, refusal
from .errors import RefusedError
from .evidence import examined, tell_throttled
from .formats.csv import open_csv
from .formats.documents import flattened
from .formats.json import open_json
from .formats.long import widened
from .formats.nested import opened
from .formats.parquet import open_parquet
from .options import ReadOptions
from .rejected_rows import account
from .report import Report
from .row_kinds import tell_failures
from .scan import Scan, fetch
from .table import Table
from .times import TimeForm, recognise_time
from .value_columns import tell_values, with_model


def read_file(path: Path, workdir: Path, options: ReadOptions) -> tuple[list[Part], Report]:
    """Return the histories in a file, and the report. Raises RefusedError."""
    plain = unpack(path, workdir, options.content_encoding, options.limits)
    report = Report(plain.format, list(plain.compression), unpacked_bytes=plain.size)
    if plain.replaced:
        report.find("not_utf8", "some bytes were no UTF-8; they were replaced, which spoils only the cells they are in")
    plain = flattened(plain, workdir, report)
    connection = connect(plain.path, workdir, options.limits)
    try:
        connection.execute(times.MACROS + casts.MACROS + MACROS)
        scan = _prepare(connection, plain, options, report)
        frame = fetch(scan)
        good = account(scan, frame, plain.path, report)
        return build(scan, frame, good, report), report
    except duckdb.Error as error:
        raise refusal(error, plain.path) from error
    finally:
        connection.close()


def _prepare(connection: duckdb.DuckDBPyConnection, plain: Plain, options: ReadOptions, report: Report) -> Scan:
    table = widened(connection, opened(connection, _open(connection, plain, options), options), report)
    made = composed(table, options, report)
    table, options = made.table, made.options
    with _showing(table):
        columns = recognise(table.names, options, bucketed=table.bucketed)
    columns = with_model(table, columns)
    table = settled_model(settled_numbers(table, columns, options, report), columns)
    if columns.complete and table.empty_part is None:
        table = replace(table, empty_part=_nothing_in(table, columns))
    options = _completed(options, columns)
    dropped = left_out(connection, table, columns, options, report)
    unit = columns.dialect.time_unit if columns.dialect else None
    with _showing(table):
        form = recognise_time((row.get(columns.names["arrival"]) for row in table.sample), options, unit)
    parts = _parts(connection, table, options)
    scan = examined(Scan(connection, table, columns, form, options, parts, dropped), report)
    tell_throttled(scan, report)
    tell_failures(connection, table, columns, scan.casts.skip, report)
    tell_values(scan, report)
    _describe(table, scan.columns, form, options, report, made.options.zone)
    return scan


@contextmanager
def _showing(table: Table) -> Iterator[None]:
    """Show the table's columns to whoever is refused for want of one."""
    try:
        yield
    except RefusedError as error:
        if (error.parameter or "").startswith("column."):
            error.columns = table.samples()
        raise


def _open(connection: duckdb.DuckDBPyConnection, plain: Plain, options: ReadOptions) -> Table:
    if plain.format == "csv":
        return open_csv(plain, options.limits)
    if plain.format == "json":
        return open_json(connection, plain, options.limits)
    return open_parquet(connection, plain, options.limits)


def _nothing_in(table: Table, columns: Columns) -> str:
    """Return the SQL condition of rows that a provider's own meter writes for a bucket without traffic."""
    counted = (columns.names.get(field) for field in ("requests", *columns.input_parts, "output_tokens"))
    return " AND ".join(f"blank({table.cells[name]})" for name in counted if name is not None)


def _completed(options: ReadOptions, columns: Columns) -> ReadOptions:
    """Return the options with what the dialect and the names know where the uploader said nothing."""
    dialect = columns.dialect
    zone = options.zone or (dialect.zone if dialect else None)
    if zone is None and "utc" in columns.names["arrival"].casefold():
        zone = "UTC"
    bucket = dialect.bucket_seconds if dialect and columns.kind == "series" else None
    return replace(options, zone=zone, bucket_seconds=options.bucket_seconds or bucket)


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


def _describe(
    table: Table, columns: Columns, form: TimeForm, options: ReadOptions, report: Report, declared: str | None
) -> None:
    report.kind, report.dialect = columns.kind, columns.dialect.name if columns.dialect else None
    report.columns = {str(key): name for key, name in columns.keys.items()} | {
        str(field): name for field, name in columns.names.items()
    }
    report.ignored_columns = columns.ignored
    report.time = {"reference": form.reference, "unit": form.unit or "iso_8601"}
    if form.order is not None:
        report.time["unit"] = form.order
        report.find("date_order", f"dates were read in the order {form.order}; date_order=mdy or dmy says else")
    if form.reference == "zone":
        report.time["zone"] = options.zone
        if options.zone != declared:
            report.find(
                "zone_assumed", f"times do not say their zone; this writer's are {options.zone}; zone=... says else"
            )
    if "input_tokens" in columns.input_parts[:-1] and options.cached_included is None:
        detail = "cached tokens were added to the input tokens, which leave them out where a file is written like "
        report.find("cached_added", f"{detail}this one; say cached_included=true where they are in them")
    if table.more:
        report.find("more_pages", "the file says that more pages exist; only what it holds was read", can_move=True)
    if not columns.input_parts and "output_tokens" not in columns.names:
        report.find("no_tokens", "no tokens were recorded; prices by token cannot be computed from it")
    if columns.kind == "series" and "requests" not in columns.names:
        report.find("no_requests", "no request counts were recorded; prices by request cannot be computed from it")

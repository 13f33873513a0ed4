"""What a table of a warehouse holds: which columns mean what, how its times are written, which rows are meant."""

from dataclasses import dataclass
from typing import Literal, get_args

Dialect = Literal["duckdb", "postgres", "clickhouse", "pyspark", "snowflake", "bigquery", "trino", "databricks"]

DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
"""Warehouses whose SQL statements are written in."""

WholeUnit = Literal["s", "ms", "us"]

UNIT_MICROS: dict[WholeUnit, int] = {"s": 1_000_000, "ms": 1_000, "us": 1}


@dataclass(frozen=True, slots=True)
class TableMap:
    """A table with a row a request.

    table: its name and up to two above it, catalog and schema, outermost first. columns: field or key (see
    traffic_histories.reading) → column. zone: IANA zone of wall clock times, None where times are instants. time_unit:
    of times that are numbers since 1970 UTC. start_us, end_us: only requests that arrived in [start, end), µs since
    1970 UTC. bucket_seconds: of the sums. include_failed, include_cache_hits, cached_included: as of an upload.
    lengths: input tokens above which the sums count requests once more by themselves, rising. only: (column, values)
    pairs; rows must have one of the values, in whatever case and with blanks around it.
    """

    dialect: Dialect
    table: tuple[str, ...]
    columns: dict[str, str]
    bucket_seconds: int = 60
    zone: str | None = None
    time_unit: WholeUnit | None = None
    start_us: int | None = None
    end_us: int | None = None
    include_failed: bool = False
    include_cache_hits: bool = False
    cached_included: bool = True
    only: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lengths: tuple[int, ...] = ()

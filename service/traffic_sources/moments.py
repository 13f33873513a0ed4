"""Times of a warehouse as whole microseconds since 1970 UTC: each engine's own functions, by dialect."""

from collections.abc import Callable
from typing import Any

import ibis

from service.traffic_histories.reading.time_text import instant

from .table_map import UNIT_MICROS, Dialect, TableMap

Expression = Any
"""An expression of ibis, which has no types."""

Reading = Callable[[Expression], Expression]


def _function(name: str, returns: str, arguments: int = 1) -> Callable[..., Expression]:
    """Return a function of an engine by its name; ibis writes its call and quotes what it is given."""
    shapes: dict[int, Callable[..., Any]] = {
        1: lambda value: None,  # noqa: ARG005 - only the names of the arguments are read
        2: lambda value, other: None,  # noqa: ARG005
        3: lambda value, other, third: None,  # noqa: ARG005
    }
    made: Callable[..., Expression] = ibis.udf.scalar.builtin(
        shapes[arguments], name=name, signature=((None,) * arguments, returns)
    )
    return made


trimmed = _function("trim", "string")

INSTANT, WALL = "timestamp('UTC')", "timestamp"


def _postgres(moment: Expression) -> Expression:
    # EXTRACT is NUMERIC with six decimals there: no float on the way.
    return (moment.epoch_seconds() * 1_000_000).cast("decimal(38, 0)").cast("int64")


def _trino(moment: Expression) -> Expression:
    # A double, whose steps are a quarter of a microsecond in this century: the nearest whole one is the right one.
    return (_function("to_unixtime", "float64")(moment) * 1_000_000).round().cast("int64")


def _clickhouse(moment: Expression) -> Expression:
    return _function("toUnixTimestamp64Micro", "int64")(_function("toDateTime64", INSTANT, 2)(moment, 6))


def _snowflake(moment: Expression) -> Expression:
    return _function("date_part", "int64", 2)("epoch_microsecond", moment)


INSTANTS: dict[Dialect, Reading] = {
    "duckdb": _function("epoch_us", "int64"),
    "postgres": _postgres,
    "clickhouse": _clickhouse,
    "pyspark": _function("unix_micros", "int64"),
    "databricks": _function("unix_micros", "int64"),
    "snowflake": _snowflake,
    "bigquery": _function("unix_micros", "int64"),
    "trino": _trino,
}
"""µs since 1970 UTC of an instant."""


def _of_wall(dialect: Dialect, moment: Expression, zone: str) -> Expression:
    """Return the instant of a wall clock time of a zone."""
    if dialect in ("duckdb", "postgres"):
        return _function("timezone", INSTANT, 2)(zone, moment)
    if dialect in ("pyspark", "databricks"):
        return _function("to_utc_timestamp", INSTANT, 2)(moment, zone)
    if dialect == "snowflake":
        return _function("convert_timezone", INSTANT, 3)(zone, "UTC", moment)
    if dialect == "bigquery":
        return _function("timestamp", INSTANT, 2)(moment, zone)
    if dialect == "trino":
        return _function("with_timezone", INSTANT, 2)(moment, zone)
    return _function("toDateTime64", INSTANT, 3)(_function("toString", "string")(moment), 6, zone)


def kind_of(table: TableMap) -> str:
    """Return the type that a column of times is taken to have."""
    if table.time_unit is not None:
        return "decimal(38, 9)"
    return INSTANT if table.zone is None else WALL


def limit_of(table: TableMap, at_us: int) -> Expression:
    """Return a time as a column of times may be compared with it."""
    if table.time_unit is not None:
        return ibis.literal(at_us // UNIT_MICROS[table.time_unit], "int64")
    at = instant(at_us)
    return ibis.literal(at if table.zone is None else at.replace(tzinfo=None), kind_of(table))


def micros(table: TableMap, moment: Expression) -> Expression:
    """Return a column of times in whole µs since 1970 UTC."""
    if table.time_unit is not None:
        return (moment * UNIT_MICROS[table.time_unit]).round().cast("int64")
    if table.zone is not None:
        moment = _of_wall(table.dialect, moment, table.zone)
    return INSTANTS[table.dialect](moment)

"""Warehouses with one table of requests: DuckDB, PostgreSQL and ClickHouse, run in or beside the tests' process."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import duckdb
import psycopg
import pytest

ENGINES = ("duckdb", "postgres", "clickhouse")

Run = Callable[[str], bytes]
"""Runs a statement and returns its result as CSV with a head."""

KINDS: dict[str, dict[str, str]] = {
    "instant": {
        "duckdb": "TIMESTAMPTZ",
        "postgres": "timestamptz",
        "clickhouse": "Nullable(DateTime64(6, 'UTC'))",
        "snowflake": "TIMESTAMP_TZ",
    },
    "wall": {
        "duckdb": "TIMESTAMP",
        "postgres": "timestamp",
        "clickhouse": "Nullable(DateTime64(6, 'UTC'))",
        "snowflake": "TIMESTAMP_NTZ",
    },
    "whole": {"duckdb": "BIGINT", "postgres": "bigint", "clickhouse": "Nullable(Int64)", "snowflake": "BIGINT"},
    "real": {
        "duckdb": "DOUBLE",
        "postgres": "double precision",
        "clickhouse": "Nullable(Float64)",
        "snowflake": "DOUBLE",
    },
    "text": {"duckdb": "VARCHAR", "postgres": "text", "clickhouse": "Nullable(String)", "snowflake": "VARCHAR"},
    "flag": {"duckdb": "BOOLEAN", "postgres": "boolean", "clickhouse": "Nullable(Bool)", "snowflake": "BOOLEAN"},
}

Rows = Sequence[Sequence[Any]]


def csv_of(head: Sequence[str], rows: Rows) -> bytes:
    """Return a table as CSV."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return file.getvalue().encode()


def _literal(value: object) -> str:
    """Return a value as every engine here reads it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else "'" + str(value).replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _inserts(table: str, rows: Rows) -> Iterator[str]:
    for first in range(0, len(rows), 500):
        listed = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows[first : first + 500])
        yield f"INSERT INTO {_quoted(table)} VALUES {listed}"


def opened(engine: str, request: pytest.FixtureRequest) -> Run:
    """Return a way to run statements in a new, empty warehouse."""
    if engine == "duckdb":
        return _duckdb()
    if engine == "postgres":
        create = request.getfixturevalue("postgres_database")
        return _postgres(request.getfixturevalue("postgres_server"), create(), request)
    return _clickhouse(request)


def fill(run: Run, engine: str, table: str, columns: Sequence[tuple[str, str]], rows: Rows) -> None:
    """Create a table of (name, kind) columns and put rows into it."""
    listed = ", ".join(f"{_quoted(name)} {KINDS[kind][engine]}" for name, kind in columns)
    zoned = engine in ("duckdb", "postgres")
    run("SET TimeZone = 'UTC'" if zoned else "SELECT 1")
    ending = " ENGINE = Memory" if engine == "clickhouse" else ""
    run(f"CREATE TABLE {_quoted(table)} ({listed}){ending}")
    for insert in _inserts(table, rows):
        run(insert)
    run("SET TimeZone = 'America/New_York'" if zoned else "SELECT 1")  # the session's own zone must not matter


def _duckdb() -> Run:
    connection = duckdb.connect()

    def run(sql: str) -> bytes:
        found = connection.execute(sql)
        return csv_of([column[0] for column in found.description or ()], found.fetchall())

    return run


def _postgres(server: str, database: str, request: pytest.FixtureRequest) -> Run:
    host = server.partition("?host=")[2]
    connection = psycopg.connect(f"host={host} user=postgres dbname={database}", autocommit=True)
    request.addfinalizer(connection.close)

    def run(sql: str) -> bytes:
        found = connection.execute(sql.encode())
        return b"" if found.description is None else csv_of([c.name for c in found.description], found.fetchall())

    return run


def _clickhouse(request: pytest.FixtureRequest) -> Run:
    session = pytest.importorskip("chdb.session", reason="chdb-core is not installed here").Session()
    request.addfinalizer(session.close)

    def run(sql: str) -> bytes:
        answer = session.query(sql, "CSVWithNames").bytes()
        head, _, rest = bytes(answer or b"").partition(b"\n")
        return head.replace(b'"', b"") + b"\n" + rest

    return run

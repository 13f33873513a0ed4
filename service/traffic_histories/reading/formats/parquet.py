"""Parquet as a table of text; what its footer claims is bounded before a page is read."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

import duckdb

from service.traffic_histories.reading.decompress import Plain
from service.traffic_histories.reading.duckdb_connection import identifier, literal
from service.traffic_histories.reading.errors import RefusedError
from service.traffic_histories.reading.options import ReadLimits
from service.traffic_histories.reading.table import SAMPLE_ROWS, Table

ROW_GROUPS = 100_000


def open_parquet(connection: duckdb.DuckDBPyConnection, plain: Plain, limits: ReadLimits) -> Table:
    """Describe a Parquet file. Raises RefusedError: `too_many_rows`, `bad_parquet`."""
    path = literal(str(plain.path))
    _check_claims(connection, path, limits)
    relation = f"read_parquet({path})"
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    if len(described) > limits.columns:
        raise RefusedError("bad_parquet", f"the file has {len(described)} columns, at most {limits.columns}")
    cells = {name: _cell(name, kind) for name, kind, *_ in described}
    row = "hash(" + ", ".join(identifier(name) for name, *_ in described) + ")"
    rows = connection.execute(f"SELECT {', '.join(cells.values())} FROM {relation} LIMIT {SAMPLE_ROWS}").fetchall()
    return Table(relation, cells, row, [dict(zip(cells, values, strict=True)) for values in rows])


def _check_claims(connection: duckdb.DuckDBPyConnection, path: str, limits: ReadLimits) -> None:
    """Bound what the footer claims, of the file and of its row groups, which need not agree."""
    whole = connection.execute(f"SELECT num_rows, num_row_groups FROM parquet_file_metadata({path})").fetchone()
    groups = f"SELECT DISTINCT row_group_id, row_group_num_rows AS rows FROM parquet_metadata({path})"
    parts = connection.execute(f"SELECT coalesce(sum(rows), 0), coalesce(min(rows), 0) FROM ({groups})").fetchone()
    assert whole is not None
    assert parts is not None
    claimed = max(whole[0], parts[0])
    if claimed > limits.rows:
        raise RefusedError("too_many_rows", f"the file claims {claimed} rows, at most {limits.rows} are read")
    if whole[0] != parts[0] or parts[1] < 0:
        raise RefusedError("bad_parquet", f"the file claims {whole[0]} rows, its row groups {parts[0]}")
    if whole[1] > ROW_GROUPS:
        raise RefusedError("bad_parquet", f"the file has {whole[1]} row groups, at most {ROW_GROUPS} are read")


def _cell(name: str, kind: str) -> str:
    nested = kind.startswith(("STRUCT", "MAP"))
    text = f"CAST({f'to_json({identifier(name)})' if nested else identifier(name)} AS VARCHAR)"
    # A decimal is written with all its digits, which says nothing about thousands.
    return f"regexp_replace({text}, '[.]0+$', '')" if kind.startswith("DECIMAL") else text

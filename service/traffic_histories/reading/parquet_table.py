"""Parquet as a table of text; what its footer claims is bounded before a page is read."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

import duckdb

from .engine import literal
from .errors import RefusedError
from .options import ReadLimits
from .table import SAMPLE_ROWS, Table
from .unpack import Plain

ROW_GROUPS = 100_000


def open_parquet(connection: duckdb.DuckDBPyConnection, plain: Plain, limits: ReadLimits) -> Table:
    """Describe a Parquet file. Raises RefusedError: `too_many_rows`, `bad_parquet`."""
    path = literal(str(plain.path))
    groups = connection.execute(f"SELECT num_rows, num_row_groups FROM parquet_file_metadata({path})").fetchone()
    if groups is None or not 0 <= groups[0] <= limits.rows:
        raise RefusedError("too_many_rows", f"the file claims {groups and groups[0]} rows, at most {limits.rows}")
    if groups[1] > ROW_GROUPS:
        raise RefusedError("bad_parquet", f"the file has {groups[1]} row groups, at most {ROW_GROUPS}")
    relation = f"read_parquet({path})"
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    if len(described) > limits.columns:
        raise RefusedError("bad_parquet", f"the file has {len(described)} columns, at most {limits.columns}")
    cells = {name: f"CAST({_quoted(name)} AS VARCHAR)" for name, *_ in described}
    row = "hash(" + ", ".join(_quoted(name) for name, *_ in described) + ")"
    rows = connection.execute(f"SELECT {', '.join(cells.values())} FROM {relation} LIMIT {SAMPLE_ROWS}").fetchall()
    return Table(relation, cells, row, [dict(zip(cells, values, strict=True)) for values in rows])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

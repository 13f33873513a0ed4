"""The stored form of a history's columns: a Parquet file, kept in chunks of a row group each, and the columns back.

The chunks one after the other are the file, which every reader of Parquet opens: times are UTC timestamps of whole
microseconds, everything else is whole numbers. The digest of a history is taken of the columns themselves and never of
the file, whose bytes may differ between versions of what writes it.
"""

# ruff: noqa: S608 - every name and value in this SQL passed `literal` or `identifier`, or is a number.

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, pairwise
from pathlib import Path

import duckdb
import numpy as np

from service.workflow.traffic import Int64s

from .columns_file import PART
from .duckdb_connection import confined, identifier, literal, refusal
from .packed_chunks import unpack

ROWS = 262_144
"""Rows of a full row group: what is decoded at once."""

MEMORY_MIB = 384
"""What DuckDB may hold beside the columns themselves."""

FILE_NAMES = {
    "start": "bucket_start",
    "input": "input_tokens",
    "cached": "cached_input_tokens",
    "output": "output_tokens",
    "service": "service_us",
}
"""Names that columns have in the file, where those of `Facts.columns` are others."""

MAGIC = b"PAR1"
"""What a Parquet file begins with, and so the first chunk of a history that is one."""


def encode(columns: Mapping[str, Int64s], folder: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (rows, chunk) over columns of one length, the times first; `folder` holds the file meanwhile.

    Raises RefusedError: `no_space`, `parser_memory`.
    """
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".parquet") as file:
        try:
            groups = _write(columns, Path(file.name))
        except duckdb.Error as error:
            raise refusal(error, Path(file.name)) from error
        for rows, length in groups:
            yield rows, file.read(length)


def decode(chunks: Iterable[bytes], names: Sequence[str], rows: int) -> list[Int64s]:
    """Return the columns `names` of `rows` rows, the times first. Raises ValueError where the chunks do not hold them.

    What was stored before the columns were a Parquet file is read as well.
    """
    remaining = iter(chunks)
    first = next(remaining, b"")
    if not first.startswith(MAGIC):
        return unpack(chain([first], remaining), len(names), rows)
    with tempfile.NamedTemporaryFile(prefix="crossover-columns-", suffix=".parquet") as file:
        file.writelines(chain([first], remaining))
        file.flush()
        try:
            return _read(Path(file.name), names, rows)
        except duckdb.OutOfMemoryException as error:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)) from error
        except duckdb.Error as error:
            raise ValueError("the chunks are not the Parquet file that was stored") from error


def _write(columns: Mapping[str, Int64s], path: Path) -> list[tuple[int, int]]:
    """Write the file; return (rows, bytes) of each row group, the last with the file's foot."""
    first = next(iter(columns))
    with _connection(str(path.parent), os.getpid()).cursor() as cursor:
        # DuckDB fails on views that run backwards, which sorting leaves.
        forward = {name: column if column.strides[0] > 0 else column.copy() for name, column in columns.items()}
        cursor.register("columns", forward)
        casts = [f"make_timestamptz({identifier(first)}) AS {identifier(file_name(first))}"]
        casts += [_cast(name, column) for name, column in columns.items() if name != first]
        cursor.execute(
            f"COPY (SELECT {', '.join(casts)} FROM columns) TO {literal(str(path))} "
            f"(FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS}, "
            "USE_TMP_FILE false)"
        )
        groups = cursor.execute(
            "SELECT any_value(row_group_num_rows), min(least(data_page_offset, dictionary_page_offset)) "
            f"FROM parquet_metadata({literal(str(path))}) GROUP BY row_group_id ORDER BY row_group_id"
        ).fetchall()
    ends = [0, *(start for _, start in groups[1:]), path.stat().st_size]
    return [(rows, end - begin) for (rows, _), (begin, end) in zip(groups, pairwise(ends), strict=True)]


def _cast(name: str, column: Int64s) -> str:
    kind = "INTEGER" if column.min() >= -(2**31) and column.max() < 2**31 else "BIGINT"
    return f"CAST({identifier(name)} AS {kind}) AS {identifier(file_name(name))}"


def _read(path: Path, names: Sequence[str], rows: int) -> list[Int64s]:
    """Read a row group at a time, so that besides the columns no more than one of them is in memory."""
    found = [np.empty(rows, dtype=np.int64) for _ in names]
    file = literal(str(path))
    columns = [identifier(file_name(name)) for name in names]
    selected = ", ".join([f"epoch_us({columns[0]}) AS {columns[0]}", *columns[1:]])
    with _connection(tempfile.gettempdir(), os.getpid()).cursor() as cursor:
        for start in range(0, rows, ROWS):
            # The last group has no end, so that a file of more rows than these does not fit.
            end = f"AND file_row_number < {start + ROWS}" if start + ROWS < rows else ""
            group = cursor.execute(
                f"SELECT {selected} FROM read_parquet({file}, file_row_number = true) "
                f"WHERE file_row_number >= {start} {end}"
            ).fetchnumpy()
            for column, values in zip(found, group.values(), strict=True):
                if isinstance(values, np.ma.MaskedArray) or len(values) != len(column[start : start + ROWS]):
                    raise ValueError(f"chunks do not hold {rows} rows of values")
                column[start : start + ROWS] = values
    return found


@cache
def _connection(folder: str, process: int) -> duckdb.DuckDBPyConnection:  # noqa: ARG001 - one each, also after a fork
    """Return a connection that reads and writes in one folder and nowhere else; its cursors are for one thread each."""
    return confined(f"allowed_directories = [{literal(folder)}]", threads=1, memory_limit=f"{MEMORY_MIB}MiB")


def file_name(name: str) -> str:
    """Return the name in the file of a column that `Facts.columns` names."""
    return FILE_NAMES.get(name, name.removeprefix(PART))

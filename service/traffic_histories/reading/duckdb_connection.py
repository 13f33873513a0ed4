"""A DuckDB connection that can read one file and nothing else."""

from pathlib import Path

import duckdb

from .errors import RefusedError
from .options import ReadLimits


def connect(readable: Path, workdir: Path, limits: ReadLimits) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database that may read `readable` and spill into `workdir`, its settings locked."""
    return confined(
        f"allowed_paths = [{literal(str(readable))}]",
        threads=limits.threads,
        memory_limit=f"{limits.memory_mib}MiB",
        temp_directory=str(workdir / "spill"),
        max_temp_directory_size=f"{limits.unpacked_bytes}B",
    )


def confined(allowed: str, **settings: str | int) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database with `settings`, locked, which reaches no file but those of `allowed`."""
    connection = duckdb.connect(
        config={
            **settings,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    # The order matters: each line takes away the right to take back the one before.
    connection.execute(f"SET {allowed}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def literal(text: str) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def no_space() -> RefusedError:
    """Return the refusal of a file that the disk has no room for."""
    return RefusedError("no_space", "there is not enough free space to read the file")


def refusal(error: duckdb.Error, readable: Path) -> RefusedError:
    """Return the refusal that a failed query amounts to."""
    first_line = str(error).split("\n", 1)[0].replace(str(readable), "the file")
    if isinstance(error, duckdb.OutOfMemoryException):
        return RefusedError("parser_memory", "reading the file needs more memory than it may have; send it in parts")
    if "No space left" in first_line:
        return no_space()
    mend = ""
    if "Malformed JSON" in first_line:
        mend = "; an object a line or one array of objects is read: remove commas behind the objects of lines, and the "
        mend += "comma behind the last object of an array"
    elif "No magic bytes" in first_line or "Parquet" in first_line:
        mend = "; the Parquet file is damaged or cut short: write it again and send all of it"
    return RefusedError("unreadable_file", f"the file cannot be read: {first_line[:300].strip()}{mend}")

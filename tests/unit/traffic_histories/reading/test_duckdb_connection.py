"""The connection reads the one file it is given, and can do nothing else."""

from pathlib import Path

import duckdb
import pytest

from service.traffic_histories.reading.duckdb_connection import connect, literal
from service.traffic_histories.reading.options import ReadLimits


@pytest.fixture
def connection(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """Give a locked connection beside a file it may not read."""
    (tmp_path / "given.csv").write_text("a\n1\n")
    (tmp_path / "other.csv").write_text("a\n2\n")
    return connect(tmp_path / "given.csv", tmp_path, ReadLimits())


def test_the_given_file_is_read(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = connection.execute(f"SELECT * FROM read_csv({literal(str(tmp_path / 'given.csv'))})").fetchall()
    assert rows == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{folder}/other.csv')",
        "SELECT * FROM read_csv('{folder}/*.csv')",
        "SELECT * FROM read_csv('{folder}/inner/../other.csv')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_csv('https://example.com/x.csv')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/own.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "SET lock_configuration = false",
        "SET memory_limit = '100GB'",
        "SET threads = 64",
        "RESET allowed_paths",
        "SELECT * FROM connection",
    ],
)
def test_everything_else_is_refused(connection: duckdb.DuckDBPyConnection, tmp_path: Path, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        connection.execute(statement.format(folder=tmp_path)).fetchall()


def test_a_name_with_quotes_stays_a_name(connection: duckdb.DuckDBPyConnection) -> None:
    name = "'; DROP TABLE x; --"
    assert connection.execute(f"SELECT {literal(name)}").fetchall() == [(name,)]

"""Statements of Spark and Snowflake executed by what stands in for them: the bytes are DuckDB's.

Sail answers as Spark does, of which it is another implementation; fakesnow reads Snowflake's SQL and runs it in DuckDB.
Both are of the dependency group `engines`, half a gigabyte, and skipped where that is not installed.
"""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.unit.traffic_sources.test_statements import COLUMNS, made, requests
from tests.warehouses import Run, csv_of, fill, opened

TABLE = "requests"

REASON = "of the dependency group engines, which is not installed"


def typed(kind: str, value: Any) -> str:  # noqa: ANN401
    """Return a value as Spark reads it."""
    name = {"instant": "TIMESTAMP", "whole": "BIGINT", "real": "DOUBLE", "text": "STRING", "flag": "BOOLEAN"}[kind]
    if value is None:
        return f"CAST(NULL AS {name})"
    if kind == "instant":
        return f"TIMESTAMP '{value}Z'"
    return "'" + value.replace("'", "\\'") + "'" if kind == "text" else f"CAST({str(value).lower()} AS {name})"


def spark(request: pytest.FixtureRequest, rows: Sequence[Sequence[Any]]) -> Run:
    server = pytest.importorskip("pysail.spark", reason=REASON).SparkConnectServer(port=0)
    sql = pytest.importorskip("pyspark.sql", reason=REASON)
    server.start(background=True)
    request.addfinalizer(server.stop)
    session = sql.SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate()
    request.addfinalizer(session.stop)
    session.conf.set("spark.sql.session.timeZone", "America/New_York")  # must not matter
    kinds = [kind for _, kind in COLUMNS]
    told = (", ".join(map(typed, kinds, row)) for row in rows)
    names = ", ".join("`" + name.replace("`", "``") + "`" for name, _ in COLUMNS)
    values = ", ".join(f"({row})" for row in told)
    session.sql(f"CREATE OR REPLACE TEMP VIEW {TABLE} AS SELECT * FROM VALUES {values} AS t({names})")

    def run(text: str) -> bytes:
        found = session.sql(text)
        return csv_of(found.columns, [tuple(row) for row in found.collect()])

    return run


def snowflake(request: pytest.FixtureRequest, rows: Sequence[Sequence[Any]]) -> Run:
    patched = pytest.importorskip("fakesnow", reason=REASON).patch()
    connector = pytest.importorskip("snowflake.connector", reason=REASON)
    patched.__enter__()
    request.addfinalizer(lambda: patched.__exit__(None, None, None))
    cursor = connector.connect(database="lake", schema="llm").cursor()

    def run(text: str) -> bytes:
        cursor.execute(text)
        return csv_of([column[0] for column in cursor.description or ()], cursor.fetchall())

    fill(run, "snowflake", TABLE, COLUMNS, rows)
    return run


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("dialect", "engine"), [("pyspark", spark), ("snowflake", snowflake)])
def test_further_engines_answer_with_the_bytes_of_duckdb(
    request: pytest.FixtureRequest,
    dialect: str,
    engine: Any,  # noqa: ANN401
) -> None:
    run, own = engine(request, requests()), opened("duckdb", request)
    fill(own, "duckdb", TABLE, COLUMNS, requests())
    words = {"table": TABLE, "lengths": "1000,200000"}
    for purpose, statement in made(dialect, **words).items():
        assert run(statement.sql) == own(made("duckdb", **words)[purpose].sql), purpose

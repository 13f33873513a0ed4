"""The text of statements: quoted names, and no change that nobody looked at."""

import subprocess
import sys
from importlib.util import find_spec

import marshmallow as ma
import pytest
import sqlglot
from sqlglot import expressions

from service.kit.http.problems import Problem
from service.traffic_sources import statements as stated
from service.traffic_sources.statements import statements
from service.traffic_sources.table_map import DIALECTS
from service.traffic_sources.table_query import TableWords, table_map
from tests.statement_texts import FOLDER, WORDS, text

HOSTILE = ('a"; DROP TABLE x; -- b`; DELETE', "c' OR '1'='1 /* */ -- ]] {{g}} %s :h $1 ?")

NAMED = {"duckdb": "duckdb", "postgres": "postgres", "clickhouse": "clickhouse", "pyspark": "spark"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_are_as_they_were(dialect: str) -> None:
    assert text(dialect) == (FOLDER / f"{dialect}.sql").read_text()


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_and_values_stay_names_and_values(dialect: str, hostile: str) -> None:
    words = {"dialect": dialect, "table": f"schema.{hostile}", "column.arrival": hostile, "column.input_tokens": "p"}
    words |= {"column.output_tokens": f"o{hostile}", "only": f"m{hostile}=v{hostile}\\"}
    if dialect == "bigquery":
        with pytest.raises(ma.ValidationError, match="letters, digits"):
            TableWords().load(words)
        words |= {"column.arrival": "at", "column.output_tokens": "o", "only": f"m=v{hostile}\\"}
    for statement in statements(table_map(TableWords().load(words))):
        parsed = sqlglot.parse(statement.sql, dialect=NAMED.get(dialect, dialect))
        assert len(parsed) == 1
        [select] = parsed
        assert isinstance(select, expressions.Select)
        assert {table.name for table in select.find_all(expressions.Table)} == {hostile}
        names = {column.name for column in select.find_all(expressions.Column)}
        column, _, value = words["only"].partition("=")
        assert {words["column.arrival"], words["column.output_tokens"], column.strip()} <= names
        assert value.strip().lower() in {literal.this for literal in select.find_all(expressions.Literal)}


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"table": "a.b.c.d"}, "table"),
        ({"table": "a..b"}, "table"),
        ({"table": "a\\b"}, "table"),
        ({"column.status": "a\\"}, "column.status"),
        ({"column.requests": "n"}, "column.requests"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "UTC", "time_unit": "ms"}, "zone"),
        ({"start": "2026-10-12T00:00:00Z"}, "end"),
        ({"end": "9999-12-31T00:00:00Z"}, "end"),
        ({"bucket_seconds": "7"}, "bucket_seconds"),
        ({"only.batch": "true"}, "only.batch"),
        ({"column.uncached_input_tokens": "u"}, "column.uncached_input_tokens"),
        ({"dialect": "oracle"}, "dialect"),
    ],
)
def test_what_cannot_be_stated_names_its_word(words: dict[str, str], field: str) -> None:
    with pytest.raises(ma.ValidationError) as refused:
        TableWords().load({"dialect": "duckdb", **WORDS, **words})
    assert field in refused.value.messages_dict


def test_needed_columns_are_named() -> None:
    with pytest.raises(ma.ValidationError) as refused:
        TableWords().load({"dialect": "duckdb", "table": "t"})
    assert set(refused.value.messages_dict) == {"column.arrival", "column.input_tokens", "column.output_tokens"}


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stated, "find_spec", lambda name: None if name == "ibis" else find_spec(name))
    with pytest.raises(Problem, match=r"pip install 'crossover\[warehouse\]'") as refused:
        statements(table_map(TableWords().load({"dialect": "duckdb", **WORDS})))
    assert refused.value.kind.status == 501


def test_the_extra_is_loaded_only_when_it_is_asked_for() -> None:
    code = "import sys, service.traffic_sources.routes; sys.exit('ibis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

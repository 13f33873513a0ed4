"""What a row is, told by the values of columns of any name: calls and what encloses them, batches, failures."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

import re

import duckdb

from .aliases import plain_name
from .columns import Columns
from .duckdb_connection import literal
from .report import Report
from .table import Table

OPERATIONS = tuple(
    plain_name(name)
    for name in (
        "run_type", "type", "observation_type", "span_kind", "openinference.span.kind",
        "attributes.openinference.span.kind", "gen_ai.operation.name", "attributes.gen_ai.operation.name",
    )
)  # fmt: skip
"""Columns that say what a row of a trace is."""

CALLS = frozenset({"llm", "generation", "chat", "completion", "text_completion", "generate_content"})
ENCLOSING = frozenset(
    {"chain", "agent", "span", "tool", "workflow", "event", "retriever", "evaluator", "guardrail", "prompt", "parser",
     "create_agent", "invoke_agent", "execute_tool", "invoke_workflow"}
)  # fmt: skip
"""Rows of traces around calls of models, which repeat the sums of those inside them."""

APART = "batch|batches|flex|priority|provisioned|embedding|embeddings|aembedding"
"""Words of values by which providers price apart."""

FAILED = "error|errored|failed|failure|fail|throttled|timeout|rate.?limited|429"
"""Words of values that say a call was not served."""

FEW = 12
"""Most values, among the first rows, of a column that says what kind a row is."""

LONGEST = 64
"""Most characters of such a value."""

_NUMBER = re.compile(r"[0-9.]*")


def enclosing(connection: duckdb.DuckDBPyConnection, table: Table, columns: Columns, report: Report) -> str | None:
    """Return the SQL condition of rows that enclose calls, None where a file has no such."""
    plain = {plain_name(name): name for name in reversed(table.names)}
    for name in (plain[spelled] for spelled in OPERATIONS if spelled in plain):
        values = _values(table, name)
        if columns.kind == "log" and values & CALLS and values & ENCLOSING:
            texts = ", ".join(literal(value) for value in sorted(ENCLOSING))
            condition = f"coalesce(lower(trim({table.cells[name]})) IN ({texts}), false)"
            query = f"SELECT count(*) FILTER (WHERE {condition}) FROM {table.relation}"
            count = (connection.execute(query).fetchone() or (0,))[0]
            detail = (
                f"{count} rows enclose calls of a model, as {name!r} says, and repeat their tokens; they were left "
            )
            report.find("enclosing_rows", f"{detail}out", count)
            return condition
    return None


def continued(connection: duckdb.DuckDBPyConnection, table: Table, columns: Columns, report: Report) -> str | None:
    """Return the SQL condition of rows that only hold more of a call's texts, None where the writer has no such."""
    fields = [columns.names[field] for field in ("input_tokens", "output_tokens") if field in columns.names]
    if columns.dialect is None or not columns.dialect.continued or len(fields) < 2:
        return None
    condition = " AND ".join(f"blank({table.cells[name]})" for name in fields)
    query = f"SELECT count(*) FILTER (WHERE {condition}) FROM {table.relation}"
    count = (connection.execute(query).fetchone() or (0,))[0]
    if not count:
        return None
    report.find(
        "continued_rows", f"{count} rows hold more of a call's messages and no counts; they were left out", count
    )
    return condition


def priced_apart(connection: duckdb.DuckDBPyConnection, table: Table, columns: Columns) -> list[str]:
    """Return ignored columns whose values say that rows are of kinds that are priced apart."""
    return [name for name, rows, others in _said(connection, table, columns, APART) if rows and others]


def tell_failures(
    connection: duckdb.DuckDBPyConnection, table: Table, columns: Columns, skip: str, report: Report
) -> None:
    """Say which ignored columns hold values of calls that failed, which were read as served: those without `skip`."""
    if columns.kind == "log":
        for name, rows, others in _said(connection, table, columns, FAILED, f" WHERE {skip} = 0"):
            if rows and others:
                detail = f"{name!r} says of {rows} rows that they failed, and they were read as served; "
                report.find("ignored_failures", f"{detail}column.status={name} leaves them out", rows, can_move=True)


def _said(
    connection: duckdb.DuckDBPyConnection, table: Table, columns: Columns, words: str, where: str = ""
) -> list[tuple[str, int, int]]:
    """Return ignored columns of few short values, and the rows in which they say one of the words, and do not."""
    names = [name for name in columns.ignored if _is_kind(_values(table, name))]
    if not names:
        return []
    pattern = literal(f"(^|[^a-z])({words})($|[^a-z])")
    tests = [f"regexp_matches(lower(coalesce({table.cells[name]}, '')), {pattern})" for name in names]
    listed = ", ".join(f"count(*) FILTER (WHERE {test})" for test in tests)
    *rows, whole = connection.execute(f"SELECT {listed}, count(*) FROM {table.relation}{where}").fetchone() or (0,)
    return [(name, count, whole - count) for name, count in zip(names, rows, strict=True)]


def _values(table: Table, name: str) -> set[str]:
    return {(row.get(name) or "").strip().casefold() for row in table.sample}


def _is_kind(values: set[str]) -> bool:
    return (
        len(values) <= FEW and max(map(len, values), default=0) <= LONGEST and not all(map(_NUMBER.fullmatch, values))
    )

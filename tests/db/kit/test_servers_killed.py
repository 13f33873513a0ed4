"""Processes of a server are killed while clients write: what was acknowledged is there, once, and it goes on."""

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from service.kit.db.database import Database
from tests.effort import EFFORT
from tests.repeating import Clients
from tests.server import serving

CLIENTS = 4
KILLS, WRITES = (160, 10_200) if EFFORT == "prove" else (3, 60)
"""On each engine."""

pytestmark = pytest.mark.stress


def kill_now_and_then(clients: Clients) -> int:
    """Kill a process of the server every so many acknowledged writes; return how many were."""
    chosen, killed = random.Random(1), 0
    while killed < KILLS and clients.are_writing:
        if clients.done < (killed + 1) * WRITES // (KILLS + 1):
            time.sleep(0.005)
            continue
        victims = sorted(clients.server.workers())
        if victims:
            with suppress(ProcessLookupError):
                os.kill(chosen.choice(victims), signal.SIGKILL)
            killed += 1
    return killed


def test_nothing_acknowledged_is_lost_or_doubled(database: Database, database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as server:
        clients = Clients(server, CLIENTS, WRITES)
        clients.start()
        killed = kill_now_and_then(clients)
        clients.join()
        clients.require_kept(database)
    print(f"{killed} kills, {clients}")  # noqa: T201 - a figure of the long proof
    assert killed == KILLS
    assert not list((tmp_path / "work").glob("upload-*")) or EFFORT != "prove", "files of dead uploads stay"

"""Processes are killed while clients write: what was acknowledged is there, once, ends completed, and it goes on."""

import random
import time
from pathlib import Path

import pytest

from service.kit.db.database import Database
from tests.effort import EFFORT
from tests.killing import Killable, killable
from tests.repeating import Clients

CLIENTS = 4
KILLS, WRITES = (155, 10_100) if EFFORT == "prove" else (3, 60)
"""On each engine."""

pytestmark = pytest.mark.stress


def kill_now_and_then(site: Killable, clients: Clients) -> None:
    """Kill a process every so many acknowledged writes."""
    chance = random.Random(1)
    while (killed := site.killed.total()) < KILLS and clients.are_writing:
        if clients.done < (killed + 1) * WRITES // (KILLS + 1):
            time.sleep(0.005)
        else:
            site.kill_one(chance)


def test_nothing_acknowledged_is_lost_or_doubled(database: Database, database_url: str, tmp_path: Path) -> None:
    with killable(database_url, tmp_path) as site:
        clients = Clients(site.server, CLIENTS, WRITES, evaluating=EFFORT == "prove")
        clients.start()
        kill_now_and_then(site, clients)
        clients.join()
        clients.require_kept(database)
    ready = [round(seconds, 1) for seconds in site.ready]
    print(f"kills {dict(site.killed)}, {clients}, whole server ready again after {ready} s")  # noqa: T201 - figures
    assert site.killed.total() == KILLS
    assert not list((tmp_path / "work").glob("upload-*")) or EFFORT != "prove", "files of dead uploads stay"

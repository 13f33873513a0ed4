"""PostgreSQL falls silent without a reset: nobody waits without end, and it works again once the server does."""

import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from service.kit.db import postgresql
from service.kit.db.database import Database, DatabaseBusy
from tests.relay import Relay, relayed


@pytest.fixture
def relay(database_url: str) -> Iterator[Relay]:
    """Give a relay in front of a database of PostgreSQL."""
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite is a file")
    with relayed(database_url) as relay:
        yield relay


def test_a_server_that_falls_silent_is_given_up(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "PATIENCE_SECONDS", 0.5)
    database = Database(relay.url)
    one = text("SELECT 1")
    database.write(lambda session: session.execute(one))
    assert database.glance(one, {}) is not None
    relay.fall_silent()
    healing = threading.Timer(60, relay.speak)  # without the patience, each call below would wait until then
    healing.start()
    began = time.monotonic()
    for call in (
        lambda: database.write(lambda session: session.execute(one), lane="org"),
        lambda: database.glance(one, {}),
    ):
        with pytest.raises(DatabaseBusy):
            call()
    assert time.monotonic() - began < 60
    healing.cancel()
    relay.speak()
    assert database.glance(one, {}) is not None
    assert database.write(lambda session: session.execute(one, {}).scalar_one()) == 1
    database.dispose()

"""Waking: on PostgreSQL whoever adds work tells it by NOTIFY, and idle workers listen rather than ask all the time."""

import random
import threading
import time
from typing import Any

import psycopg
from sqlalchemy import func, make_url, select
from sqlalchemy.orm import Session

from service.kit import logging
from service.kit.db.database import Database

CHANNEL = "crossover_jobs"

POLL_SECONDS = 0.5
"""How long an idle worker waits that cannot listen, and one that was woken: part of its work may be due in a moment."""

LISTENING_SECONDS = 5.0
"""How long an idle worker waits that listens: what only the clock asks for, such as a retry, begins that much later."""

STOPPING_SECONDS = 0.25
"""How soon a waiting worker notices that it is to stop."""


def announce(session: Session) -> None:
    """Wake idle workers when the session's transaction commits; once, however often it is called before."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(CHANNEL, "")))


class Listener:
    """What an idle worker waits at. It may be used from one thread only."""

    def __init__(self, database: Database) -> None:
        """Listen to the database of a worker; it is connected to when it is first waited at."""
        self._database = database
        self._connection: psycopg.Connection[Any] | None = None
        self._connect_after = 0.0
        self._woken = False

    @property
    def is_listening(self) -> bool:
        """Whether there is a connection that notifications come by."""
        return self._connection is not None

    def wait(self, stopping: threading.Event) -> None:
        """Wait until there may be work: until somebody tells of some, or for as long as nobody might tell."""
        try:
            self._connect()
            if self._connection is not None:
                self._wait_for_notification(self._connection, stopping)
                return
        except psycopg.Error as error:
            logging.get().warning("workers poll, as notifications cannot be heard", reason=type(error).__name__)
            self.close()
        stopping.wait(random.uniform(0.5, 1.0) * POLL_SECONDS)  # noqa: S311 - spreads the polls

    def close(self) -> None:
        """End the connection; the next one is tried a little later."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._connect_after = time.monotonic() + LISTENING_SECONDS

    def _connect(self) -> None:
        if self._database.is_sqlite or self._connection is not None or time.monotonic() < self._connect_after:
            return
        address = make_url(self._database.url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connect_after = time.monotonic() + LISTENING_SECONDS
        connection = psycopg.connect(
            address, autocommit=True, connect_timeout=3, keepalives_idle=10, keepalives_interval=3, keepalives_count=3
        )
        connection.execute(f"LISTEN {CHANNEL}")
        self._connection = connection
        self._woken = True  # what was told before is not heard

    def _wait_for_notification(self, connection: psycopg.Connection[Any], stopping: threading.Event) -> None:
        most = POLL_SECONDS if self._woken else LISTENING_SECONDS
        deadline = time.monotonic() + random.uniform(0.5, 1.0) * most  # noqa: S311 - spreads the polls
        self._woken = False
        while not stopping.is_set() and (left := deadline - time.monotonic()) > 0:
            for _ in connection.notifies(timeout=min(left, STOPPING_SECONDS), stop_after=1):
                self._woken = True
            if self._woken:
                return

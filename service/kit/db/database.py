"""The database: `reading()` for whoever needs to look, `write(unit)` for the three doors that may change something.

The doors are the HTTP request (kit/http/unit_of_work.py), the job (kit/jobs/worker.py) and the command
(cli/creating.py). Nobody else commits.
"""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Executable, Row, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from service.kit import clock, logging, metrics
from service.kit.db import postgresql, row_security, sqlite
from service.kit.db.transaction import AFTER_COMMIT

T = TypeVar("T")

After = Callable[[], object]

ATTEMPTS = 8
"""How often a unit of work that lost a race is run in all."""


class DatabaseBusy(Exception):  # noqa: N818 - a state, not a fault
    """The database cannot serve now; trying again in a moment can succeed."""


class DatabaseFull(Exception):  # noqa: N818
    """The disk under the database is full."""


class DatabaseFailing(DatabaseBusy):
    """The disk under the database fails or cannot be written; it works again once the disk does."""


class ReferenceGone(Exception):  # noqa: N818
    """A row that the unit refers to was deleted meanwhile."""


class Database:
    """The one database of a process, by its SQLAlchemy URL: `sqlite:///path` or `postgresql+psycopg://…`.

    Engines are made on first use and never carried over a fork, which neither SQLite nor a socket survives.
    """

    def __init__(self, url: str, *, threads: int = 8) -> None:
        """Remember the URL; `threads` is how many requests a process reads for at once."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._threads = threads
        self._engines: dict[str, Engine] = {}
        self._owner = 0
        self._making = threading.Lock()

    @property
    def reader(self) -> Engine:
        """The engine that cannot write."""
        make = sqlite.reading_engine if self.is_sqlite else postgresql.reading_engine
        return self._engine("reader", lambda: make(self.url, pool_size=self._threads))

    @property
    def glancer(self) -> Engine:
        """The engine that cannot write and opens no transactions."""
        make = sqlite.glancing_engine if self.is_sqlite else postgresql.glancing_engine
        return self._engine("glancer", lambda: make(self.url, pool_size=self._threads))

    @property
    def writer(self) -> Engine:
        """The engine of the doors."""
        if self.is_sqlite:
            return self._engine("writer", lambda: sqlite.writing_engine(self.url))
        return self._engine("writer", lambda: postgresql.writing_engine(self.url, pool_size=self._threads))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session on one consistent snapshot that cannot write and is rolled back at the end.

        Raises DatabaseBusy where the database cannot serve now.
        """
        with translated(), Session(self.reader, autoflush=False, expire_on_commit=False) as session:
            yield session

    def glance(self, statement: Executable, parameters: dict[str, Any]) -> Row[Any] | None:
        """Return the first row of a statement that is read by itself, without a transaction around it.

        For the one question that every call asks. Connections are not tried out first; one that proves dead is
        replaced, and the question asked once more. Raises DatabaseBusy as `reading` does.
        """
        with translated():
            try:
                return self._glanced(statement, parameters)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                return self._glanced(statement, parameters)

    def _glanced(self, statement: Executable, parameters: dict[str, Any]) -> Row[Any] | None:
        with self.glancer.connect() as connection:
            return connection.execute(statement, parameters).first()

    def write(self, unit: Callable[[Session], T], *, lane: str | None = None) -> T:
        """Run `unit` in a transaction, commit, return what it returned; run it whole again when it lost a race.

        For the three doors only. The unit must have no effect outside its session but through
        `Transaction.after_commit`, whose callables run here, once, after the commit. lane: units of one lane, such as
        an organization whose events are chained, queue up rather than lose races. Raises DatabaseBusy after 8 lost
        races or where the database cannot serve now, DatabaseFull without space, DatabaseFailing on a broken disk.
        """
        with translated(failing=(*sqlite.FAILING, sqlite.READ_ONLY)):
            result, then = self._write_repeatedly(unit, lane)
        for act in then:
            settled(act)
        return result

    def _write_repeatedly(self, unit: Callable[[Session], T], lane: str | None) -> tuple[T, list[After]]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._write_once(unit, lane)
            except DBAPIError as error:
                if not postgresql.is_conflict(error):
                    raise
                if attempt == ATTEMPTS and isinstance(error, IntegrityError):
                    raise
            metrics.REPEATED_UNITS.inc()
            time.sleep(random.uniform(0, min(0.25, 0.005 * 2**attempt)))  # noqa: S311 - full jitter
        raise DatabaseBusy("too many concurrent changes of the same rows")

    def describe(self) -> str:
        """Return which database this is and what it keeps, for the log; no secrets. Raises DatabaseBusy."""
        if not self.is_sqlite:
            with self.reading() as session:
                bound = row_security.binds(session)
            return f"postgresql {'with' if bound else 'WITHOUT'} row-level security"
        version = sqlite.choose_driver().sqlite_version_info
        return f"sqlite {'.'.join(map(str, version))} with {sqlite.journal_mode(version)} journal"

    def dispose(self) -> None:
        """Close every connection of this process."""
        for engine in self._engines.values():
            engine.dispose(close=self._owner == os.getpid())
        self._engines.clear()

    def _write_once(self, unit: Callable[[Session], T], lane: str | None) -> tuple[T, list[After]]:
        with (
            self.writer.connect() as connection,
            self._queued(connection, lane),
            Session(connection, expire_on_commit=False) as session,
        ):
            result = unit(session)
            session.commit()
            return result, session.info.get(AFTER_COMMIT, [])

    def _queued(self, connection: Connection, lane: str | None) -> AbstractContextManager[None]:
        """Hold the lane; SQLite has one for everything, its write lock."""
        return nullcontext() if lane is None or self.is_sqlite else postgresql.queued(connection, lane)

    def _engine(self, name: str, make: Callable[[], Engine]) -> Engine:
        with self._making:  # threads that need it at once must not make two and leave one open
            if self._owner != os.getpid():
                self.dispose()
                self._owner = os.getpid()
            if name not in self._engines:
                self._engines[name] = make()
            return self._engines[name]


def database_now(session: Session) -> datetime:
    """Return the time by the database's clock, UTC: the one by which every process judges leases.

    SQLite has no clock of its own: its file is on one machine, whose clock every process shares.
    """
    if session.get_bind().dialect.name == "sqlite":
        return clock.now()
    found = session.execute(select(func.clock_timestamp())).scalar_one()
    assert isinstance(found, datetime)
    return found.astimezone(UTC)


def settled(act: After) -> None:
    """Do what follows a commit; where it fails, log that and go on: the answer is that of what was stored."""
    try:
        act()
    except Exception:  # noqa: BLE001 - whatever it is, it is logged
        logging.get().exception("what follows a commit failed")


@contextmanager
def translated(failing: Sequence[str] = sqlite.FAILING) -> Iterator[None]:
    """Turn errors that say "not now" into DatabaseBusy, DatabaseFull or DatabaseFailing; let every other one pass."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseBusy("every connection is in use") from error
    except DBAPIError as error:
        message = str(error.orig)
        if postgresql.is_reference_gone(error) or "FOREIGN KEY constraint failed" in message:
            raise ReferenceGone(message) from error
        if "database or disk is full" in message or "No space left" in message:
            raise DatabaseFull(message) from error
        if any(sign in message for sign in failing):
            raise DatabaseFailing(message) from error
        if "database is locked" in message or postgresql.is_unavailable(error):
            raise DatabaseBusy(message) from error
        raise

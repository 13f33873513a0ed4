"""PostgreSQL: engines that never wait without end, serializable writers, and which errors a retry mends."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from service.kit import logging

_TIMEOUTS = (
    "-c statement_timeout=9000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=10000 "
    "-c synchronous_commit=on -c TimeZone=UTC"
)

PATIENCE_SECONDS = 10.0
"""How long the server may be silent, longer than any statement may take: then it hangs, or nothing reaches it.

With the next connection's three seconds, every request is answered within fifteen.
"""

DOUBTED_SECONDS = 1.0
"""How long one may be silent that was not heard since another was given up: a request that found out on one connection
must not wait as long again on the next."""

_given_up_at = float("-inf")

_CONFLICTS = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is given up when its server falls silent.

    `tcp_user_timeout` ends one to a machine that is cut off; it does not see a server that stopped behind a kernel, or
    behind a proxy, that still acknowledges what it is sent.
    """

    heard_at = float("-inf")

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401 - as psycopg's
        """Wait for an answer. Raises psycopg.OperationalError where none comes in time; the connection is closed."""
        global _given_up_at  # noqa: PLW0603 - what one connection finds out holds for all of the process
        patience = DOUBTED_SECONDS if self.heard_at < _given_up_at else PATIENCE_SECONDS
        try:
            answer = super().wait(gen, interval, patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:  # it was not an answer
                self.pgconn.finish()
                _given_up_at = time.monotonic()
            raise
        self.heard_at = time.monotonic()
        return answer


def reading_engine(url: str, *, pool_size: int) -> Engine:
    """Return an engine whose transactions see one snapshot and cannot write."""
    return _engine(url, "REPEATABLE READ", f"{_TIMEOUTS} -c default_transaction_read_only=on", pool_size)


def glancing_engine(url: str, *, pool_size: int) -> Engine:
    """Return an engine whose statements stand alone and cannot write; its connections are not tried out first."""
    options = f"{_TIMEOUTS} -c default_transaction_read_only=on"
    return _engine(url, "AUTOCOMMIT", options, pool_size, tried_out=False)


def writing_engine(url: str, *, pool_size: int) -> Engine:
    """Return an engine whose transactions are serializable: they conflict rather than lose an update."""
    return _engine(url, "SERIALIZABLE", _TIMEOUTS, pool_size)


def migrating_engine(url: str) -> Engine:
    """Return an engine for migrations: long statements may run, locks are still not waited for without end."""
    return _engine(url, "READ COMMITTED", "-c statement_timeout=0 -c lock_timeout=5000 -c TimeZone=UTC", 1)


@contextmanager
def queued(connection: Connection, lane: str) -> Iterator[None]:
    """Hold the lane while a transaction runs, so that transactions of one lane queue instead of conflicting.

    The lock is taken before the transaction begins: inside it, the snapshot would already be older than the wait.
    """
    _alone(connection, "SELECT pg_advisory_lock(hashtextextended(%s, 0))", lane)
    connection.execution_options(isolation_level="SERIALIZABLE")
    try:
        yield
    finally:
        _leave(connection, lane)


def _leave(connection: Connection, lane: str) -> None:
    """Leave the lane, whatever became of the transaction: what was committed stays so if leaving fails."""
    try:
        connection.rollback()  # a commit that lost a race leaves its transaction open
        _alone(connection, "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", lane)
    except Exception as error:  # noqa: BLE001 - its connection is thrown away, and the lock with it
        connection.invalidate()
        logging.get().warning("a lane ended with its connection", reason=type(error).__name__)


def wait_for(connection: Connection, lane: str) -> None:
    """Take a lane for as long as the connection lives, however long that takes."""
    with connection.begin():
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (lane,))


def _alone(connection: Connection, statement: str, parameter: str) -> None:
    """Run one statement outside any transaction; a connection that fails at it is thrown away with its locks."""
    try:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        with connection.begin():
            connection.exec_driver_sql(statement, (parameter,))
    except Exception:
        connection.invalidate()
        raise


def is_conflict(error: DBAPIError) -> bool:
    """Tell whether running the whole unit again can succeed: a lost race, not a fault of the unit."""
    return isinstance(error.orig, _CONFLICTS)


def is_reference_gone(error: DBAPIError) -> bool:
    """Tell whether a row that was referred to is not there, or one that is referred to was to go."""
    return isinstance(error.orig, errors.ForeignKeyViolation)


def is_unavailable(error: DBAPIError) -> bool:
    """Tell whether the database could not serve now: unreachable, shut down, out of time or waiting for a lock."""
    return isinstance(error.orig, errors.OperationalError | errors.InterfaceError)


def _engine(url: str, isolation_level: Any, options: str, pool_size: int, *, tried_out: bool = True) -> Engine:  # noqa: ANN401
    engine = create_engine(
        url,
        isolation_level=isolation_level,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=tried_out,
        pool_recycle=900,
        connect_args={
            "connect_timeout": 3,
            "tcp_user_timeout": 5000,
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            "options": options,
        },
    )
    event.listen(engine, "do_connect", _connected)
    return engine


def _connected(_dialect: object, _record: object, arguments: Any, named: Any) -> PatientConnection:  # noqa: ANN401
    connection = PatientConnection.connect(*arguments, **named)
    connection.heard_at = time.monotonic()
    return connection

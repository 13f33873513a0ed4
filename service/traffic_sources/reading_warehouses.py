"""Running a statement in a warehouse: read only, within a deadline, its rows taken as they come."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg

from .warehouses import Warehouse

DEADLINE_SECONDS = 600
"""For one statement."""

CONNECT_SECONDS = 10

FETCHED_AT_ONCE = 10_000

Row = Sequence[Any]


class PullFailed(Exception):  # noqa: N818 - an answer to the caller
    """A warehouse did not answer, or not as it may; the message is for the caller and names no address."""


class Run(Protocol):
    """Runs a statement; returns the names of its columns and its rows as they come."""

    def __call__(self, sql: str) -> tuple[list[str], Iterator[Row]]:
        """Raises PullFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection. interrupt: ends the statement that runs, if one does; for other threads; it never raises."""

    run: Run
    interrupt: Callable[[], None]


@contextmanager
def connected(warehouse: Warehouse) -> Iterator[Connected]:
    """Connect to a warehouse so that nothing can be written there. Raises PullFailed."""
    dsn = warehouse.dsn
    if dsn is None:
        raise PullFailed(f"The warehouse {warehouse.name} has no address: its operator sets {warehouse.dsn_env}.")
    with {"postgres": _postgres, "duckdb": _duckdb}[warehouse.dialect](dsn, warehouse.name) as connection:
        yield connection


@contextmanager
def _postgres(dsn: str, name: str) -> Iterator[Connected]:
    options = f"-c default_transaction_read_only=on -c statement_timeout={DEADLINE_SECONDS * 1000}"
    try:
        connection = psycopg.connect(dsn, options=options, connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as error:
        raise _unreachable(name) from error

    def run(sql: str) -> tuple[list[str], Iterator[Row]]:
        """Run a statement behind a cursor of the server's."""
        cursor = connection.cursor("pull")
        cursor.itersize = FETCHED_AT_ONCE
        try:
            cursor.execute(sql.encode())
        except psycopg.Error as error:
            raise _refused(name, error.diag.message_primary) from error
        return [column.name for column in cursor.description or ()], _rows(cursor)

    def _rows(cursor: psycopg.ServerCursor) -> Iterator[Row]:
        with cursor:
            try:
                yield from cursor
            except psycopg.Error as error:
                raise _refused(name, error.diag.message_primary) from error

    def interrupt() -> None:
        """Ask the server to end the statement; what it cannot be asked now is asked at the next sign of life."""
        with suppress(psycopg.Error):
            connection.cancel_safe(timeout=CONNECT_SECONDS)

    try:
        yield Connected(run, interrupt)
    finally:
        connection.close()


@contextmanager
def _duckdb(path: str, name: str) -> Iterator[Connected]:
    import duckdb  # noqa: PLC0415 - no server needs it before it answers

    # A name in FROM may else be a file on this machine, or a variable of this program.
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": False, "python_enable_replacements": False, "lock_configuration": True,
    }  # fmt: skip
    try:
        connection = duckdb.connect(path, read_only=True, config=config)
    except duckdb.Error as error:
        raise _unreachable(name) from error
    timer = threading.Timer(DEADLINE_SECONDS, connection.interrupt)
    timer.daemon = True
    timer.start()

    def run(sql: str) -> tuple[list[str], Iterator[Row]]:
        """Run a statement."""
        try:
            found = connection.execute(sql)
        except duckdb.Error as error:
            raise _refused(name, str(error).splitlines()[0]) from error
        return [column[0] for column in found.description or ()], _rows(found)

    def _rows(found: "duckdb.DuckDBPyConnection") -> Iterator[Row]:
        try:
            while rows := found.fetchmany(FETCHED_AT_ONCE):
                yield from rows
        except duckdb.Error as error:
            raise _refused(name, str(error).splitlines()[0]) from error

    try:
        yield Connected(run, connection.interrupt)
    finally:
        timer.cancel()
        connection.close()


def _unreachable(name: str) -> PullFailed:
    return PullFailed(f"The warehouse {name} cannot be reached; whoever runs this service looks at its address.")


def _refused(name: str, said: str | None) -> PullFailed:
    return PullFailed(f"The warehouse {name} refused the statement: {(said or 'no reason given')[:300]}")

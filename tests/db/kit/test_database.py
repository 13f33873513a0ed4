"""Reading cannot write, writing never loses an update, and what cannot be done now says so."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from service.kit.db import sqlite
from service.kit.db.database import ATTEMPTS, Database, DatabaseBusy, DatabaseFull

on_sqlite = pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)

COUNTING = "UPDATE counters SET value = :value WHERE id = 1"


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    """Give a database without tables, once on each engine."""
    database = Database(empty_database_url)
    yield database
    database.dispose()


def counter(database: Database) -> None:
    """Make a table of one counter at zero."""

    def unit(session: Session) -> None:
        session.execute(text("CREATE TABLE counters (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)"))
        session.execute(text("INSERT INTO counters VALUES (1, 0)"))

    database.write(unit)


def value(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("SELECT value FROM counters WHERE id = 1")).scalar_one())


def increment(session: Session) -> None:
    """Read, think, write: the update that gets lost where nothing prevents it."""
    read = session.execute(text("SELECT value FROM counters WHERE id = 1")).scalar_one()
    session.execute(text(COUNTING), {"value": read + 1})


def at_once(threads: int, work: Callable[[], None], times: int = 1) -> None:
    """Run `work` so many times in each of many threads that start together."""
    gate = threading.Barrier(threads)

    def run() -> None:
        gate.wait()
        for _ in range(times):
            work()

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(run) for _ in range(threads)]:
            done.result()


def patiently(database: Database) -> None:
    """Increment until it worked, as a client does that repeats on 503."""
    while True:
        try:
            return database.write(increment)
        except DatabaseBusy:
            continue


def test_no_update_is_lost(database: Database) -> None:
    counter(database)
    at_once(6, lambda: patiently(database), times=20)
    assert value(database) == 120


def test_units_of_one_lane_queue_up_and_never_lose_a_race(database: Database) -> None:
    counter(database)
    runs: list[int] = []

    def unit(session: Session) -> None:
        runs.append(1)
        increment(session)

    at_once(6, lambda: database.write(unit, lane="org"), times=20)
    assert value(database) == 120
    assert len(runs) == 120


def test_updates_are_lost_where_nothing_prevents_it(database: Database) -> None:
    """The control: the same work on plain engines of the same databases loses updates without a word."""
    counter(database)
    plain = create_engine(database.url)
    both_read = threading.Barrier(2)

    def work() -> None:
        with plain.connect() as connection:
            read = connection.execute(text("SELECT value FROM counters WHERE id = 1")).scalar_one()
            both_read.wait()
            connection.execute(text(COUNTING), {"value": read + 1})
            connection.commit()

    at_once(2, work)
    plain.dispose()
    assert value(database) == 1


def test_a_reading_session_cannot_write(database: Database) -> None:
    counter(database)
    with pytest.raises(DBAPIError, match=r"read-?only"), database.reading() as session:
        session.execute(text(COUNTING), {"value": 7})
    assert value(database) == 0


PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: acknowledged commits outlive a power cut
    "busy_timeout": 5000,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "journal_size_limit": 67_108_864,
}
SETTINGS = {
    "synchronous_commit": "on",
    "statement_timeout": "9s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
    "TimeZone": "UTC",
}


def said(session: Session, asking: str, names: dict[str, object]) -> dict[str, object]:
    """Return what the connection says of these settings."""
    return {name: session.execute(text(f"{asking} {name}")).scalar_one() for name in names}


@on_sqlite
def test_every_connection_of_sqlite_is_set_up(database: Database) -> None:
    expected: dict[str, object] = {**PRAGMAS, "query_only": 1}
    with database.reading() as session:
        assert said(session, "PRAGMA", expected) == expected
    expected["query_only"] = 0
    assert database.write(lambda session: said(session, "PRAGMA", expected)) == expected


@on_postgresql
def test_every_connection_of_postgresql_is_set_up(database: Database) -> None:
    expected: dict[str, object] = {
        **SETTINGS,
        "transaction_isolation": "repeatable read",
        "transaction_read_only": "on",
    }
    with database.reading() as session:
        assert said(session, "SHOW", expected) == expected
    expected |= {"transaction_isolation": "serializable", "transaction_read_only": "off"}
    for lane in (None, "org"):
        assert database.write(lambda session: said(session, "SHOW", expected), lane=lane) == expected


def test_a_reading_session_sees_one_snapshot(database: Database) -> None:
    counter(database)
    with database.reading() as session:
        before = session.execute(text("SELECT value FROM counters")).scalar_one()
        database.write(increment)
        assert session.execute(text("SELECT value FROM counters")).scalar_one() == before
    assert value(database) == 1


def test_a_unit_that_fails_leaves_nothing(database: Database) -> None:
    counter(database)

    def unit(session: Session) -> None:
        increment(session)
        raise LookupError

    with pytest.raises(LookupError):
        database.write(unit)
    assert value(database) == 0


@on_postgresql  # SQLite's writers take the lock before they read: they lose no race
def test_a_unit_that_loses_a_race_is_run_again_whole(database: Database) -> None:
    counter(database)
    runs: list[int] = []

    def unit(session: Session) -> None:
        runs.append(1)
        read = session.execute(text("SELECT value FROM counters WHERE id = 1")).scalar_one()
        if len(runs) < 4:
            database.write(increment)  # somebody else is faster three times
        session.execute(text(COUNTING), {"value": read + 1})

    database.write(unit)
    assert len(runs) == 4
    assert value(database) == 4


@on_postgresql  # SQLite's writers take the lock before they read: they lose no race
def test_a_unit_that_always_loses_is_busy_in_the_end(database: Database) -> None:
    counter(database)
    runs: list[int] = []

    def unit(session: Session) -> None:
        runs.append(1)
        session.execute(text("SELECT value FROM counters WHERE id = 1"))
        database.write(increment)
        increment(session)

    with pytest.raises(DatabaseBusy):
        database.write(unit)
    assert len(runs) == ATTEMPTS


def test_a_row_that_is_there_already_is_no_race(database: Database) -> None:
    counter(database)
    with pytest.raises(IntegrityError):
        database.write(lambda session: session.execute(text("INSERT INTO counters VALUES (1, 0)")))


@contextmanager
def holding_the_lock(database: Database) -> Iterator[None]:
    """Hold the row, and with SQLite the whole file, in a transaction of another process's engine."""
    other = Database(database.url)
    with Session(other.writer) as session:
        session.execute(text(COUNTING), {"value": 9})
        yield
    other.dispose()


def test_waiting_for_a_lock_ends(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = [*sqlite.pragmas((3, 51, 3))[1:], "busy_timeout=50"]
    monkeypatch.setattr(sqlite, "pragmas", lambda _version: quick)
    counter(database)
    with holding_the_lock(database), pytest.raises(DatabaseBusy):
        database.write(lambda session: _impatient(session, database))
    assert value(database) == 0


def _impatient(session: Session, database: Database) -> None:
    if not database.is_sqlite:
        session.execute(text("SET LOCAL lock_timeout = 50"))
    increment(session)


@on_sqlite  # PostgreSQL has no way to make one database small
def test_a_full_disk_says_so_and_reading_goes_on(database: Database) -> None:
    counter(database)

    def fill(session: Session) -> None:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        session.execute(text("CREATE TABLE filler (content BLOB)"))
        session.execute(text("INSERT INTO filler VALUES (zeroblob(1000000))"))

    with pytest.raises(DatabaseFull):
        database.write(fill)
    assert value(database) == 0


def test_an_unreachable_database_is_busy() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseBusy), database.reading() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(DatabaseBusy):
        database.write(increment)


def test_a_child_process_makes_connections_of_its_own(database: Database) -> None:
    counter(database)
    parent = database.writer
    results = multiprocessing.get_context("fork").SimpleQueue()

    def child() -> None:
        for _ in range(20):
            patiently(database)
        results.put(database.writer is parent)
        os._exit(0)

    processes = [multiprocessing.get_context("fork").Process(target=child) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [results.get(), results.get()] == [False, False]
    assert value(database) == 40


def test_the_log_names_the_database(database: Database) -> None:
    # Whether the role is there depends on what other databases of the same server were migrated before.
    expected = (
        ("with WAL journal",) if database.is_sqlite else ("with row-level security", "WITHOUT row-level security")
    )
    assert database.describe().endswith(expected)


def test_threads_that_come_at_once_share_one_engine(database: Database) -> None:
    together = threading.Barrier(8)

    def engine(_: int) -> int:
        together.wait()
        return id(database.glancer)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(engine, range(8)))) == 1


@on_postgresql
def test_a_glance_asks_again_where_its_connection_died(database: Database) -> None:
    asks = text("SELECT pg_backend_pid() AS pid")
    first = database.glance(asks, {})
    assert first is not None
    database.write(lambda session: session.execute(text(f"SELECT pg_terminate_backend({first.pid})")))
    second = database.glance(asks, {})
    assert second is not None
    assert second.pid != first.pid


def test_a_glance_cannot_write(database: Database) -> None:
    database.write(lambda session: session.execute(text("CREATE TABLE kept (x INTEGER)")))
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        database.glance(text("INSERT INTO kept VALUES (1)"), {})

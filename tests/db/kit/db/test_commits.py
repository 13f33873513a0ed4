"""What a commit promises: who waits for whom, what follows it, and that nothing that follows changes its answer."""

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from service.kit.db import sqlite
from service.kit.db.database import Database, DatabaseFailing, ReferenceGone
from service.kit.db.transaction import Transaction
from tests.clients import command_actor


@pytest.fixture
def sums(database: Database) -> Database:
    """Give a database with a table of amounts by account."""
    database.write(lambda session: session.execute(text("CREATE TABLE amounts (account INT, amount INT)")))
    return database


def transaction(session: Session) -> Transaction:
    return Transaction(session, command_actor("org_a"), None, "test")  # type: ignore[arg-type]


def test_what_follows_a_commit_runs_once_after_it(sums: Database) -> None:
    seen: list[int] = []

    def count() -> None:
        with sums.reading() as session:
            seen.append(int(session.execute(text("SELECT count(*) FROM amounts")).scalar_one()))

    def unit(session: Session) -> str:
        session.execute(text("INSERT INTO amounts VALUES (1, 1)"))
        transaction(session).after_commit(count)
        assert seen == []
        return "stored"

    assert sums.write(unit) == "stored"
    assert seen == [1]


def test_what_follows_is_left_out_where_nothing_was_committed(sums: Database) -> None:
    seen: list[str] = []

    def unit(session: Session) -> None:
        transaction(session).after_commit(lambda: seen.append("done"))
        raise LookupError

    with pytest.raises(LookupError):
        sums.write(unit)
    assert seen == []


def test_a_failure_of_what_follows_changes_nothing_of_what_was_stored(sums: Database) -> None:
    def fail() -> None:
        raise RuntimeError("a locked row")

    def unit(session: Session) -> str:
        session.execute(text("INSERT INTO amounts VALUES (1, 1)"))
        transaction(session).after_commit(fail)
        return "stored"

    assert sums.write(unit) == "stored"


def insert_elsewhere(database: Database, account: int) -> None:
    """Read every amount and write one, in a serializable transaction of another process."""
    address = database.url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        connection.execute("SELECT sum(amount) FROM amounts").fetchone()
        connection.execute("INSERT INTO amounts VALUES (%s, 10)", (account,))


@pytest.mark.parametrize("lane", [None, "org_a"])
def test_a_unit_that_loses_at_its_commit_is_repeated(sums: Database, lane: str | None) -> None:
    """Two transactions read one sum and write different rows, and the other commits first."""
    if sums.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    sums_read: list[int] = []

    def unit(session: Session) -> int:
        found = int(session.execute(text("SELECT coalesce(sum(amount), 0) FROM amounts")).scalar_one())
        sums_read.append(found)
        session.execute(text("INSERT INTO amounts VALUES (1, :amount)"), {"amount": found + 1})
        session.flush()
        if len(sums_read) == 1:
            insert_elsewhere(sums, 2)
        return found

    assert sums.write(unit, lane=lane) == 10
    assert sums_read == [0, 10]


def test_leaving_a_lane_cannot_undo_the_answer(sums: Database) -> None:
    if sums.is_sqlite:
        pytest.skip("SQLite has no lanes")

    def unit(session: Session) -> str:
        session.execute(text("INSERT INTO amounts VALUES (1, 1)"))
        number = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        victims.append(int(number))
        return "stored"

    victims: list[int] = []

    def end_connection(_session: Session) -> None:
        address = sums.url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", (victims[-1],))

    event.listen(Session, "after_commit", end_connection)
    try:
        assert sums.write(unit, lane="org_a") == "stored"
    finally:
        event.remove(Session, "after_commit", end_connection)
    assert sums.write(unit, lane="org_a") == "stored"  # the lane is free again


def test_a_writing_unit_of_sqlite_holds_the_lock_before_it_reads(sums: Database) -> None:
    """With a plain BEGIN both would read, and one of them lose its update or its work."""
    if not sums.is_sqlite:
        pytest.skip("PostgreSQL has serializable transactions instead")
    driver = sqlite.choose_driver()

    def unit(session: Session) -> str:
        session.connection()  # begun, nothing read yet
        with pytest.raises(driver.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        return "alone"

    other = driver.connect(sums.url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    assert sums.write(unit) == "alone"
    other.execute("BEGIN IMMEDIATE")  # the control: free once the unit is over
    other.close()


def test_a_reference_to_a_row_that_is_gone_is_told_from_a_fault(database: Database) -> None:
    statement = text("INSERT INTO traffic_history_chunks VALUES ('th_gone', 0, 'org_a', 1, :data)")

    def unit(session: Session) -> None:
        session.execute(statement, {"data": b"x"})

    with pytest.raises(ReferenceGone):
        database.write(unit)


def test_a_disk_that_fails_is_told_from_a_fault(database: Database) -> None:
    """As SQLite says it."""
    if not database.is_sqlite:
        pytest.skip("PostgreSQL keeps its own disk")

    def unit(_session: Session) -> None:
        raise OperationalError("COMMIT", {}, sqlite.choose_driver().OperationalError("disk I/O error"))

    with pytest.raises(DatabaseFailing):
        database.write(unit)

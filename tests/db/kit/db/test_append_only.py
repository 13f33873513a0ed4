"""Protected rows cannot be changed by any statement, on either database."""

from collections.abc import Iterator

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.kit.db import append_only
from service.kit.db.database import Database

CHANGES = [
    "UPDATE facts SET value = 'other'",
    "UPDATE facts SET note = 'other'",
    "DELETE FROM facts",
]
ENGINES_OWN = {
    "sqlite": ["INSERT OR REPLACE INTO facts VALUES (1, 'other', 'x')", "REPLACE INTO facts VALUES (1, 'other', 'x')"],
    "postgresql": [
        "TRUNCATE facts",
        "INSERT INTO facts VALUES (1, 'x', 'x') ON CONFLICT (id) DO UPDATE SET value = ''",
    ],
}


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    """Give a database with one row of facts, not yet protected."""
    database = Database(empty_database_url)

    def unit(session: Session) -> None:
        session.execute(text("CREATE TABLE facts (id INTEGER PRIMARY KEY, value TEXT, note TEXT)"))
        session.execute(text("INSERT INTO facts VALUES (1, 'first', 'n')"))

    database.write(unit)
    yield database
    database.dispose()


def protect(database: Database, *columns: str, deletes: bool = True) -> None:
    def unit(session: Session) -> None:
        with Operations.context(MigrationContext.configure(session.connection())):
            append_only.protect("facts", columns, deletes=deletes)

    database.write(unit)


def unprotect(database: Database) -> None:
    def unit(session: Session) -> None:
        with Operations.context(MigrationContext.configure(session.connection())):
            append_only.unprotect("facts")

    database.write(unit)


def change(database: Database, statement: str) -> None:
    database.write(lambda session: session.execute(text(statement)))


def rows(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text("SELECT * FROM facts"))]


def every_change(database: Database) -> list[str]:
    return CHANGES + ENGINES_OWN["sqlite" if database.is_sqlite else "postgresql"]


def test_no_statement_changes_a_protected_row(database: Database) -> None:
    protect(database)
    for statement in every_change(database):
        with pytest.raises(DBAPIError, match="rows of facts never change"):
            change(database, statement)
    assert rows(database) == [(1, "first", "n")]


def test_every_one_of_these_statements_changes_an_unprotected_row(database: Database) -> None:
    """The control: the same statements pass where nothing protects the row."""
    for statement in every_change(database):
        change(database, "DELETE FROM facts")
        change(database, "INSERT INTO facts VALUES (1, 'first', 'n')")
        change(database, statement)
        assert rows(database) != [(1, "first", "n")]


def test_new_rows_are_welcome(database: Database) -> None:
    protect(database)
    change(database, "INSERT INTO facts VALUES (2, 'second', 'n')")
    assert len(rows(database)) == 2


def test_single_columns_can_be_protected(database: Database) -> None:
    protect(database, "value", deletes=False)
    with pytest.raises(DBAPIError, match="never change"):
        change(database, "UPDATE facts SET value = 'other'")
    change(database, "UPDATE facts SET note = 'other'")
    assert rows(database) == [(1, "first", "other")]
    change(database, "DELETE FROM facts")
    assert rows(database) == []


def test_protection_can_be_taken_away(database: Database) -> None:
    protect(database)
    unprotect(database)
    change(database, "DELETE FROM facts")
    assert rows(database) == []


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_without_recursive_triggers_replace_walks_past_the_protection(database: Database) -> None:
    """The control: it is this pragma that stops `INSERT OR REPLACE`."""
    protect(database)
    event.listen(
        database.writer, "checkout", lambda connection, *_: connection.execute("PRAGMA recursive_triggers=OFF")
    )
    change(database, "INSERT OR REPLACE INTO facts VALUES (1, 'other', 'x')")
    assert rows(database) == [(1, "other", "x")]

"""What migrations say to PostgreSQL is linted by squawk: nothing that rewrites or locks a table that is in use."""

import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from service.kit.db import schema
from service.kit.db.database import Database

SQUAWK = Path(sysconfig.get_path("scripts")) / "squawk"

HEAD = "SET lock_timeout = '5s';\nSET statement_timeout = '60s';\n"
"""What the engine of migrations says first: service/kit/db/postgresql.py."""

pytestmark = pytest.mark.skipif(not SQUAWK.exists(), reason="squawk is not installed")


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    """Give a new database without tables."""
    made = Database(empty_database_url)
    yield made
    made.dispose()


def said(database: Database) -> dict[str, list[str]]:
    """Migrate; return every statement, by revision."""
    found: dict[str, list[str]] = {}
    now: list[str] = []

    def heard(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if "alembic_version" not in statement:
            if not statement.lstrip().upper().startswith(("SELECT", "SHOW", "SET")):
                now.append(statement)
        elif statement.startswith(("INSERT", "UPDATE")):
            revision = statement.split("'")[1] if "'" in statement else str(parameters)
            found[revision] = now.copy()
            now.clear()

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        schema.upgrade(database)
    finally:
        event.remove(Engine, "before_cursor_execute", heard)
    return found


def complaints(statements: list[str], path: Path) -> str:
    """Return what squawk says of the statements of one transaction; nothing where it has nothing to say."""
    path.write_text(HEAD + ";\n".join(one.strip().rstrip(";") for one in statements) + ";\n")
    command = [str(SQUAWK), "--assume-in-transaction", "--pg-version", "16", "--reporter", "gcc", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_no_migration_locks_or_rewrites_a_table_that_is_in_use(database: Database, tmp_path: Path) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite migrates under one lock")
    migrations = said(database)
    assert len(migrations) >= 14
    for revision, statements in migrations.items():
        assert complaints(statements, tmp_path / f"{revision}.sql") == ""


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX ix ON workloads (name)",
        "ALTER TABLE workloads ADD COLUMN note TEXT NOT NULL",
        "ALTER TABLE workloads DROP COLUMN name",
        "ALTER TABLE workloads ALTER COLUMN name TYPE bigint",
        "ALTER TABLE workloads ADD CONSTRAINT fk FOREIGN KEY (x) REFERENCES others (id)",
    ],
)
def test_what_would_lock_or_break_is_complained_of(statement: str, tmp_path: Path) -> None:
    """The control."""
    assert "warning" in complaints([statement], tmp_path / "bad.sql")

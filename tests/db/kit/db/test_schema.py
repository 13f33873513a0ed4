"""Migrations happen whole or not at all, one at a time; only the right revision is served."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from service.kit.db import schema
from service.kit.db.database import Database
from service.kit.db.schema import WrongSchema

ROOT = schema.FOLDER.parent


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    """Give a database without tables, once on each engine."""
    database = Database(empty_database_url)
    yield database
    database.dispose()


def tables(database: Database) -> set[str]:
    engine = schema.migrating_engine(database)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_an_empty_database_is_not_served(database: Database) -> None:
    with pytest.raises(WrongSchema, match=r"is empty.*Run `crossover migrate`"):
        schema.require_newest(database)


def test_an_older_database_is_not_served(database: Database) -> None:
    schema.upgrade(database, "0001_access")
    with pytest.raises(WrongSchema, match=r"is at revision 0001_access.*Run `crossover migrate`"):
        schema.require_newest(database)


def test_a_newer_database_is_not_served(database: Database) -> None:
    schema.upgrade(database)
    database.write(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '9999_later'")))
    with pytest.raises(WrongSchema, match=r"9999_later, which this version .* does not know"):
        schema.require_startable(database, newer=False)
    schema.require_startable(database, newer=True)  # for going back


def test_an_older_database_is_not_started_on_whatever_is_set(database: Database) -> None:
    schema.upgrade(database, "0001_access")
    with pytest.raises(WrongSchema, match=r"Run `crossover migrate`"):
        schema.require_startable(database, newer=True)


def test_the_newest_database_is_served(database: Database) -> None:
    schema.upgrade(database)
    schema.require_newest(database)
    assert schema.present(database) == schema.newest()
    schema.upgrade(database)  # again changes nothing


@pytest.fixture
def broken_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a tree of revisions whose second one fails after it has made a table."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text((schema.FOLDER / "env.py").read_text())
    head = "from alembic import op\nimport sqlalchemy as sa\nbranch_labels = depends_on = None\n"
    first = (
        "revision = '1'\ndown_revision = None\ndef upgrade():\n"
        "    op.create_table('one', sa.Column('id', sa.Integer))\n"
    )
    second = (
        "revision = '2'\ndown_revision = '1'\ndef upgrade():\n"
        "    op.create_table('two', sa.Column('id', sa.Integer))\n    op.execute('SELECT nonsense FROM nowhere')\n"
    )
    (folder / "versions" / "1.py").write_text(head + first)
    (folder / "versions" / "2.py").write_text(head + second)
    monkeypatch.setattr(schema, "FOLDER", folder)
    return folder


def test_a_migration_that_fails_leaves_nothing_of_itself(database: Database, broken_folder: Path) -> None:
    with pytest.raises(DBAPIError):
        schema.upgrade(database)
    assert tables(database) == {"alembic_version", "one"}
    assert schema.present(database) == "1"


def test_migrations_at_once_are_one(database: Database) -> None:
    """Three processes start together, each on the same empty database."""
    program = (
        "import sys; from service.kit.db import schema; from service.kit.db.database import Database;"
        "sys.stdin.readline();"
        "schema.upgrade(Database(sys.argv[1]))"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program, database.url], stdin=subprocess.PIPE, cwd=ROOT)
        for _ in range(3)
    ]
    for process in processes:
        process.communicate(b"go\n")
    assert [process.returncode for process in processes] == [0, 0, 0]
    schema.require_newest(database)


def test_every_table_of_one_database_is_strict(database: Database) -> None:
    if not database.is_sqlite:
        return
    schema.upgrade(database)
    with database.reading() as session:
        made = session.execute(text("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")).all()
    loose = {name for name, sql in made if not sql.rstrip().endswith("STRICT")}
    assert loose == {"alembic_version"}

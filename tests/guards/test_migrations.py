"""The migrations make exactly the tables the models describe, on both databases, and can be taken back."""

import ast
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from service.kit.db import schema
from service.kit.db.database import Database
from service.models import Base
from tests.guards.sources import python_files, tree


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    """Give a new database without tables."""
    made = Database(empty_database_url)
    yield made
    made.dispose()


def tables(database: Database) -> set[str]:
    """Return the names of the tables there are, without Alembic's own."""
    return set(inspect(database.reader).get_table_names()) - {"alembic_version"}


def test_there_is_one_newest_revision() -> None:
    assert len(ScriptDirectory.from_config(schema.configuration()).get_heads()) == 1


def test_migrations_make_what_the_models_describe(database: Database) -> None:
    schema.upgrade(database)
    with database.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    assert tables(database) == set(Base.metadata.tables)


def test_migrations_can_be_taken_back_and_made_again(database: Database) -> None:
    schema.upgrade(database)
    made = tables(database)
    schema.downgrade(database, "base")
    assert tables(database) == set()
    schema.upgrade(database)
    assert tables(database) == made


TAKES_AWAY = {"drop_column", "drop_table", "rename_table", "drop_constraint", "alter_column"}

CONTRACTS: set[str] = set()
"""Migrations that take away what the version before their own no longer uses, each for a reason written beside it."""


def test_a_migration_only_expands() -> None:
    """Servers of the version before go on serving on the new schema until they are replaced."""
    found = {
        f"{path.name}:{node.lineno} {node.func.attr}"
        for path in python_files("migrations")
        if path.parent.name == "versions" and path.stem not in CONTRACTS
        for part in tree(path).body
        if isinstance(part, ast.FunctionDef) and part.name != "downgrade"
        for node in ast.walk(part)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TAKES_AWAY
    }
    assert not found, (
        f"{sorted(found)}: the version before still uses this. Add beside it what is new; take the old away in a "
        "migration of a later version, named in CONTRACTS."
    )

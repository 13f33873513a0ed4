"""Alembic's environment: one tree of revisions for SQLite and PostgreSQL, run by service/kit/db/schema.py."""

from alembic import context
from sqlalchemy import Connection

from service.kit.db import schema
from service.kit.db.database import Database
from service.models import Base
from service.settings import Settings


def run(connection: Connection) -> None:
    """Run the revisions asked for on `connection`, each in a transaction of its own."""
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        transactional_ddl=True,
        render_as_batch=is_sqlite,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Run on the connection handed over, or on the configured database when Alembic's own command calls."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        run(connection)
        return
    engine = schema.migrating_engine(Database(Settings.from_environment().database_url))
    with engine.connect() as connection:
        run(connection)
    engine.dispose()


main()

"""The database's schema: bringing it up to the newest revision, and refusing to serve on any other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

import service
from service.kit.db import postgresql, sqlite
from service.kit.db.database import Database

FOLDER = Path(service.__file__).parent.parent / "migrations"


LANE = "migrations"
"""What PostgreSQL's advisory lock of migrations is named after."""


class WrongSchema(Exception):  # noqa: N818
    """The database is not at the revision this version of the service needs."""


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, working on `connection` where one is given."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database to `revision`; each step is one transaction, whole or not at all.

    Raises WrongSchema where a newer version has migrated it.
    """
    _folder_of(database)
    _require_known(present(database))
    with _alone(database) as connection:
        command.upgrade(configuration(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the database back to `revision`."""
    with _alone(database) as connection:
        command.downgrade(configuration(connection), revision)


@cache
def newest() -> str:
    """Return the revision this version of the service needs."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    assert head is not None
    return head


def present(database: Database) -> str | None:
    """Return the database's revision, None for an empty database. Raises DatabaseBusy where it cannot be asked."""
    with database.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def require_newest(database: Database) -> None:
    """Raise WrongSchema with the mend unless the database is at the newest revision."""
    _folder_of(database)
    needed, found = newest(), present(database)
    if found == needed:
        return
    _require_known(found)
    state = "is empty" if found is None else f"is at revision {found}"
    raise WrongSchema(f"The database {state}, this version needs {needed}. Run `crossover migrate`.")


def require_startable(database: Database, *, newer: bool) -> None:
    """Raise WrongSchema where nothing may start on the database; newer: whether it may on one of a later version."""
    (require_served if newer else require_newest)(database)


def require_served(database: Database) -> None:
    """Raise WrongSchema where the database is older than this version needs.

    A newer one, of a version that this one does not know, is served on: migrations only expand, and a server is not
    taken out of the balance before the one that replaces it is in.
    """
    found = present(database)
    if found is None or found in _known():
        require_newest(database)


def migrating_engine(database: Database) -> Engine:
    """Return the engine migrations run on."""
    make = sqlite.migrating_engine if database.is_sqlite else postgresql.migrating_engine
    return make(database.url)


@cache
def _known() -> frozenset[str]:
    scripts = ScriptDirectory.from_config(configuration())
    return frozenset(script.revision for script in scripts.walk_revisions())


def _require_known(found: str | None) -> None:
    if found is not None and found not in _known():
        raise WrongSchema(
            f"The database is at revision {found}, which this version ({newest()}) does not know. "
            "Run the newer version that migrated it; to go back to this one, set CROSSOVER_NEWER_SCHEMA=true."
        )


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """Give a connection to migrate on, to one process at a time; the others wait and then find nothing to do."""
    engine = migrating_engine(database)
    try:
        with _locked_file(database) if database.is_sqlite else nullcontext(), engine.connect() as connection:
            if not database.is_sqlite:
                postgresql.wait_for(connection, LANE)
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _locked_file(database: Database) -> Iterator[None]:
    with _path(database).with_suffix(".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _folder_of(database: Database) -> None:
    if database.is_sqlite:
        _path(database).parent.mkdir(parents=True, exist_ok=True)


def _path(database: Database) -> Path:
    return Path(database.url.removeprefix("sqlite:///")).absolute()

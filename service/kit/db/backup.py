"""Copies of the whole database: a SQLite file, whatever engine it comes from and goes to.

A copy is one snapshot, taken while the service runs. From SQLite it is `VACUUM INTO`; from PostgreSQL, and into it,
rows go table by table through the types of the models, which hold the same value on both.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Table, func, insert, select

from service.kit.db import schema, sqlite
from service.kit.db.database import Database

ROWS_AT_ONCE = 50
"""Rows held in memory; one of traffic may have a megabyte."""


class DamagedCopy(Exception):  # noqa: N818
    """A file is no database, or one whose pages do not hold together."""


@contextmanager
def of_file(path: Path) -> Iterator[Database]:
    """Give the database in a SQLite file."""
    database = Database(f"sqlite:///{path.absolute()}", threads=2)
    try:
        yield database
    finally:
        database.dispose()


def copy(source: Database, path: Path, tables: Sequence[Table]) -> None:
    """Write a snapshot of `source` to the new file `path`, on disk for good when this returns."""
    if source.is_sqlite:
        connection = sqlite.choose_driver().connect(source.url.removeprefix("sqlite:///"))
        try:
            connection.execute("VACUUM INTO ?", (str(path),))
        finally:
            connection.close()
    else:
        with of_file(path) as target:
            schema.upgrade(target)
            transfer(source, target, tables)
    _sync(path)


def transfer(source: Database, target: Database, tables: Sequence[Table]) -> None:
    """Copy every row of one snapshot of `source` into `target`, whose tables are there and empty: all or nothing."""
    engine = schema.migrating_engine(target)
    try:
        with source.reading() as session, engine.begin() as connection:
            reading = session.connection().execution_options(yield_per=ROWS_AT_ONCE)
            for table in tables:
                for rows in reading.execute(select(table)).partitions():
                    connection.execute(insert(table), [dict(row._mapping) for row in rows])  # noqa: SLF001 - public
    finally:
        engine.dispose()


def counts(database: Database, tables: Sequence[Table]) -> dict[str, int]:
    """Return the number of rows of each table."""
    with database.reading() as session:
        return {
            table.name: int(session.execute(select(func.count()).select_from(table)).scalar_one()) for table in tables
        }


def require_sound(path: Path) -> None:
    """Read every page of a SQLite file. Raises DamagedCopy where one is not as it should be."""
    driver = sqlite.choose_driver()
    connection = driver.connect(f"file:{path.absolute()}?mode=ro", uri=True)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except driver.DatabaseError as error:
        raise DamagedCopy(str(error)) from error
    finally:
        connection.close()
    if found != "ok":
        raise DamagedCopy(str(found).splitlines()[0])


def _sync(path: Path) -> None:
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

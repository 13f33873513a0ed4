"""SQLite as a server database: which library may be trusted with WAL, and two engines with their pragmas.

SQLite 3.7.0 to 3.51.2 can lose committed WAL pages when connections reset the log at the same moment
(https://www.sqlite.org/wal.html, "WAL-reset bug"); fixed in 3.51.3 and in the back-ports 3.50.7 and 3.44.6.
"""

import importlib
import sqlite3
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool

Version = tuple[int, int, int]

FAILING = ("disk I/O error", "unable to open database file")
"""What SQLite says of a disk that fails under it."""

READ_ONLY = "attempt to write a readonly database"
"""What SQLite says of a disk that has become read-only, and of a reading connection that tries to write."""


def wal_is_safe(version: Version) -> bool:
    """Tell whether this SQLite version keeps every committed page in WAL mode."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


def choose_driver() -> ModuleType:
    """Return the DBAPI module with a safe SQLite: the system's, else the bundled one, else the system's anyway."""
    if wal_is_safe(sqlite3.sqlite_version_info):
        return sqlite3
    try:
        bundled = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3
    return bundled if wal_is_safe(bundled.sqlite_version_info) else sqlite3


def journal_mode(version: Version) -> str:
    """Return `WAL` where this SQLite version is safe with it, else `TRUNCATE`: slower, and nothing is lost."""
    return "WAL" if wal_is_safe(version) else "TRUNCATE"


def pragmas(version: Version) -> list[str]:
    """Return the pragmas of every connection. NORMAL instead of FULL loses acknowledged commits in a power cut."""
    return [
        "busy_timeout=5000",  # first: even switching to WAL can find the file busy
        f"journal_mode={journal_mode(version)}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
        "journal_size_limit=67108864",
    ]


def reading_engine(url: str, *, pool_size: int) -> Engine:
    """Return an engine whose connections cannot write."""
    return _engine(url, begin="BEGIN", extra=["query_only=ON"], pool_size=pool_size)


def glancing_engine(url: str, *, pool_size: int) -> Engine:
    """Return an engine whose connections cannot write and begin nothing: each statement stands alone."""
    return _engine(url, begin=None, extra=["query_only=ON"], pool_size=pool_size)


def writing_engine(url: str) -> Engine:
    """Return an engine of one connection a process, whose transactions take the write lock before they read."""
    return _engine(url, begin="BEGIN IMMEDIATE", extra=[], pool_size=1)


def migrating_engine(url: str) -> Engine:
    """Return a writing engine without enforced foreign keys, so that a migration may rebuild a table."""
    return _engine(url, begin="BEGIN IMMEDIATE", extra=["foreign_keys=OFF"], pool_size=1)


def _engine(url: str, *, begin: str | None, extra: list[str], pool_size: int) -> Engine:
    driver = choose_driver()
    engine = create_engine(url, module=driver, poolclass=QueuePool, pool_size=pool_size, max_overflow=0, pool_timeout=5)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:  # noqa: ANN401
        """Set a new connection up."""
        connection.isolation_level = None  # the driver must not decide where transactions begin
        for pragma in [*pragmas(driver.sqlite_version_info), *extra]:
            connection.execute(f"PRAGMA {pragma}").close()

    if begin is not None:

        @event.listens_for(engine, "begin")
        def begin_transaction(connection: Any) -> None:  # noqa: ANN401
            """Begin as the engine does."""
            connection.exec_driver_sql(begin)

    return engine

"""What the commands that need the service's settings or database begin with.

What speaks to databases is loaded when it is needed: `crossover serve` has something to say to it before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from environs import EnvValidationError

from service.cli.exits import Refused
from service.settings import PREFIX, Settings

if TYPE_CHECKING:
    from service.kit.db.database import Database


def settings() -> Settings:
    """Return the settings; raise Refused with one line for each that does not hold."""
    try:
        return Settings.from_environment()
    except EnvValidationError as error:
        faults = dict(error.error_messages)  # type: ignore[arg-type] # by variable, whenever sealed
        raise Refused(*(f"{name}: {' '.join(told)}" for name, told in faults.items())) from error


def database() -> "Database":
    """Return the configured database."""
    from service.kit.db.database import Database  # noqa: PLC0415 - see the head of this file

    return Database(settings().database_url)


@contextmanager
def opened() -> Iterator["Database"]:
    """Give the configured database, and close its connections at the end."""
    stored = database()
    try:
        yield stored
    finally:
        stored.dispose()


@contextmanager
def reaching() -> Iterator[None]:
    """Turn a database that cannot be reached or used, or is of another version, into a refusal."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - see the head of this file

    from service.kit.db import schema  # noqa: PLC0415
    from service.kit.db.database import DatabaseBusy, DatabaseFull  # noqa: PLC0415

    try:
        yield
    except schema.WrongSchema as error:
        raise Refused(str(error)) from error
    except DatabaseFull as error:
        raise Refused(f"the disk under the database is full: {error}") from error
    except (DatabaseBusy, DBAPIError, OSError) as error:
        told = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise Refused(f"the database cannot be used: {told}; {named('database_url')} says where it is") from error


def named(setting: str) -> str:
    """Return the environment variable of a setting."""
    return f"{PREFIX}{setting.upper()}"

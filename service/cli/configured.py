"""What the commands that need the service's settings or database begin with."""

from environs import EnvValidationError

from service.cli.exits import Refused
from service.kit.db import Database
from service.settings import PREFIX, Settings


def settings() -> Settings:
    """Return the settings; raise Refused with one line for each that does not hold."""
    try:
        return Settings.from_environment()
    except EnvValidationError as error:
        faults = dict(error.error_messages)  # type: ignore[arg-type] # by variable, whenever sealed
        raise Refused(*(f"{name}: {' '.join(told)}" for name, told in faults.items())) from error


def database() -> Database:
    """Return the configured database."""
    return Database(settings().database_url)


def named(setting: str) -> str:
    """Return the environment variable of a setting."""
    return f"{PREFIX}{setting.upper()}"

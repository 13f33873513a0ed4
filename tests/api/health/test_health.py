"""Health: alive without a database, ready only with the right one."""

import pytest
from flask import Flask
from sqlalchemy import text

from service.app import create_app
from service.kit.db.database import Database
from service.settings import Settings


def test_a_process_is_alive_without_a_database() -> None:
    app = create_app(Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing"))
    client = app.test_client()
    assert client.get("/health/live").json == {"status": "live"}
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert "127.0.0.1" not in answer.text


def test_it_is_ready_with_the_newest_schema(app: Flask) -> None:
    assert app.test_client().get("/health/ready").json == {"status": "ready"}


@pytest.mark.parametrize("revision", ["0001_access", "9999_later"])
def test_it_is_not_ready_with_another(app: Flask, database: Database, revision: str) -> None:
    statement = text("UPDATE alembic_version SET version_num = :revision")
    database.write(lambda session: session.execute(statement, {"revision": revision}))
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 503
    assert revision in answer.text
    assert answer.headers["Retry-After"]

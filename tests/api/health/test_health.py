"""Health: alive without a database, ready only with the right one."""

import errno
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from flask import Flask
from sqlalchemy import text, update
from werkzeug.test import TestResponse

from service.app import create_app
from service.health import readiness
from service.kit import clock
from service.kit.db import schema
from service.kit.db.database import Database
from service.kit.jobs.queue import Job
from service.settings import Settings
from tests.clients import ApiClient


def test_a_process_is_alive_without_a_database() -> None:
    app = create_app(Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing"))
    client = app.test_client()
    assert client.get("/health/live").json == {"status": "live"}
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert "127.0.0.1" not in answer.text


def test_it_is_ready_with_the_newest_schema(app: Flask) -> None:
    assert app.test_client().get("/health/ready").json == {"status": "ready"}


def at_revision(app: Flask, database: Database, revision: str) -> TestResponse:
    """Return what readiness says on a database of another revision."""
    statement = text("UPDATE alembic_version SET version_num = :revision")
    database.write(lambda session: session.execute(statement, {"revision": revision}))
    return app.test_client().get("/health/ready")


def test_it_is_not_ready_with_an_older_schema(app: Flask, database: Database) -> None:
    answer = at_revision(app, database, "0001_access")
    assert answer.status_code == 503
    assert "0001_access" in answer.text
    assert answer.headers["Retry-After"]


def test_it_stays_ready_with_the_schema_of_a_later_version(app: Flask, database: Database) -> None:
    """While an upgrade is under way nobody else is there yet: migrations take nothing away that this version uses."""
    assert at_revision(app, database, "9999_later").status_code == 200


def ready(app: Flask) -> tuple[int, str]:
    app.extensions.pop("readiness", None)  # look now, not at what was found a moment ago
    answer = app.test_client().get("/health/ready")
    return answer.status_code, answer.get_json().get("detail", "")


def test_it_is_not_ready_while_its_disk_fails_and_is_again_afterwards(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "secret place")

    assert ready(app)[0] == 200
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        status, detail = ready(app)
    assert status == 503
    assert "disk" in detail
    assert "secret" not in detail
    assert ready(app)[0] == 200  # without hands


def test_it_is_not_ready_on_a_database_that_cannot_be_written(app: Flask, database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL keeps its own disk")
    carried = app.extensions["crossover"].database
    with carried.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    assert ready(app)[0] == 503
    carried.dispose()  # new connections can write
    assert ready(app)[0] == 200


def test_it_is_not_ready_where_jobs_wait_and_nobody_takes_them(app: Flask, api: ApiClient, database: Database) -> None:
    from tests.evaluating import queue
    from tests.evaluating import ready as evaluable

    queue(api, evaluable(api))
    assert ready(app)[0] == 200  # it has not waited for long
    long_ago = clock.now() - timedelta(hours=1)
    database.write(lambda session: session.execute(update(Job).values(available_at=long_ago)))
    assert ready(app)[0] == 503
    database.write(lambda session: session.execute(update(Job).values(state="running", leased_until=clock.now())))
    assert ready(app)[0] == 200


def test_a_database_that_hangs_holds_nobody_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(readiness, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(schema, "require_served", lambda _: release.wait(60))
    assert ready(app) == (503, "The database or the disk does not answer in time.")
    release.set()


def test_metrics_are_for_who_has_the_token(database_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=database_url, work_folder=str(tmp_path), metrics_token="told")
    app = create_app(settings)
    client = app.test_client()
    assert client.get("/health/live").status_code == 200
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        assert client.get("/metrics", headers=headers).status_code == 404
    told = client.get("/metrics", headers={"Authorization": "Bearer told"}).text
    assert 'crossover_request_seconds_count{operation="health.live",status="200"}' in told
    for name in ("jobs_oldest_queued_seconds", "events", "disk_free_bytes", "database_up 1.0", "upload_bytes_total"):
        assert f"crossover_{name}" in told
    app.extensions["crossover"].database.dispose()


def test_without_a_token_there_are_no_metrics(app: Flask) -> None:
    assert app.test_client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_metrics_say_that_the_database_is_down() -> None:
    app = create_app(Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing", metrics_token="told"))
    told = app.test_client().get("/metrics", headers={"Authorization": "Bearer told"}).text
    assert "crossover_database_up 0.0" in told


@pytest.mark.parametrize("wanted", [True, False])
def test_requests_are_logged_where_that_is_wanted(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], wanted: bool
) -> None:
    app = create_app(Settings(database_url=database_url, work_folder=str(tmp_path), access_log=wanted))
    with structlog.testing.capture_logs() as lines:
        app.test_client().get("/health/live?secret=1", headers={"Authorization": "Bearer co_secret"})
    assert [(line["path"], line["status"]) for line in lines] == ([("/health/live", 200)] if wanted else [])
    assert "secret" not in str(lines)

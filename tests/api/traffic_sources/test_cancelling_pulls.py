"""Pulls that are cancelled while their statement runs: it ends in the warehouse, and nothing of it is stored."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
import pytest
import time_machine
from flask import Flask

from service.kit.db.database import Database
from service.kit.jobs import worker as workers
from service.kit.jobs.worker import Worker
from service.resources import jobs
from service.settings import Settings
from tests.api.traffic_sources.test_pulls import NOW, SETTING, new
from tests.clients import ApiClient
from tests.waiting import eventually
from tests.warehouse_sources import ADDRESS, open_lake

ENDLESS = """CREATE VIEW requests AS SELECT timestamptz '2026-10-05 00:00:07+00' AS "at", n AS prompt, 6 AS answer
FROM (SELECT {}) AS numbers"""


@contextmanager
def running(worker: Worker) -> Iterator[threading.Thread]:
    """Let a worker run one job beside the test, which fails where that does not end."""
    thread = threading.Thread(target=worker.run_one, daemon=True)
    thread.start()
    yield thread
    thread.join(timeout=60)
    assert not thread.is_alive(), "the statement still runs"


def begun(api: ApiClient, database: Database, folder: Path, dialect: str) -> tuple[Worker, str, str]:
    """Queue a pull; return a worker for it, the pull's address and its job's."""
    source = new(api).headers["Location"]
    asked = api.post(f"{source}/pulls", json={})
    worker = Worker(database, jobs(Settings(warehouses=SETTING % dialect, work_folder=str(folder))))
    return worker, asked.headers["Location"], f"/v1/jobs/{asked.json['job_id']}"


@pytest.fixture
def endless_duckdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    path = tmp_path / "lake.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(ENDLESS.format("range AS n FROM range(1000000000000)"))
    monkeypatch.setenv(ADDRESS, str(path))
    monkeypatch.setattr(workers, "BEAT_SECONDS", 0.05)
    return "duckdb"


@pytest.fixture
def endless_postgres(
    postgres_server: str, postgres_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> str:
    address = f"host={postgres_server.partition('?host=')[2]} user=postgres dbname={postgres_database()}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(ENDLESS.format("generate_series(1, 1000000000000) AS n"))
    monkeypatch.setenv(ADDRESS, address)
    monkeypatch.setattr(workers, "BEAT_SECONDS", 0.05)
    return "postgres"


@pytest.mark.parametrize("warehouse", ["endless_duckdb", "endless_postgres"])
def test_cancelling_interrupts_the_statement_and_stores_nothing(
    api: ApiClient, app: Flask, database: Database, tmp_path: Path, request: pytest.FixtureRequest, warehouse: str
) -> None:
    dialect = request.getfixturevalue(warehouse)
    open_lake(app, dialect=dialect)
    with time_machine.travel(NOW, tick=False):
        worker, pull, job = begun(api, database, tmp_path, dialect)
        with running(worker):
            eventually(lambda: api.get(job).json["phase"] == "count")
            assert api.delete(job).status_code == 204
            assert api.get(pull).json["state"] == "cancelled"
        over = api.get(job).json
        assert (over["state"], over["finished_at"] is not None, over["attempt"]) == ("cancelled", True, 1)
        left = api.get(pull).json
        assert (left["state"], left["ran_at"], left["counts"], left["traffic_history_id"]) == ("cancelled", *[None] * 3)
        assert list(tmp_path.glob("pull-*")) == []
        again = api.delete(job)
        assert (again.status_code, "already cancelled" in again.json["detail"]) == (409, True)


def test_a_worker_that_stops_leaves_the_pull_to_another(
    api: ApiClient, app: Flask, database: Database, tmp_path: Path, endless_duckdb: str
) -> None:
    open_lake(app, dialect=endless_duckdb)
    with time_machine.travel(NOW, tick=False):
        worker, pull, job = begun(api, database, tmp_path, endless_duckdb)
        with running(worker):
            eventually(lambda: api.get(job).json["phase"] == "count")
            worker.stopping.set()
        assert api.get(pull).json["state"] == "queued"
        assert api.delete(job).status_code == 204
        assert not Worker(database, worker.handlers).run_one()

"""An evaluation that lost its workers is computed by a process that it has to itself."""

import os

import pytest
from sqlalchemy import select, update

from service import worker
from service.kit.db.database import Database
from service.kit.jobs.queue import SHARED_ATTEMPTS, Job
from service.settings import Settings
from tests.clients import ApiClient
from tests.evaluating import queue, ready


def test_it_is_answered_like_any_other(
    api: ApiClient, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation_id = queue(api, ready(api))
    database.write(lambda session: session.execute(update(Job).values(attempt=SHARED_ATTEMPTS)))
    monkeypatch.setitem(os.environ, "CROSSOVER_DATABASE_URL", database_url)
    assert worker._worker(database, Settings(database_url=database_url)).run_one()
    assert api.get(f"/v1/evaluations/{evaluation_id}").json["state"] == "completed"
    with database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == "evaluation")).one()
    assert (job.state, job.attempt, job.failures) == ("succeeded", SHARED_ATTEMPTS + 1, 0)

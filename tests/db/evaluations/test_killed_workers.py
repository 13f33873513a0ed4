"""Workers killed at random: every queued evaluation is finished exactly once, none is lost."""

import random
import subprocess
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from service.evaluations.models import EvaluationResult
from service.kit.db import Database
from service.kit.jobs import Job
from tests.clients import ApiClient
from tests.evaluating import queue, ready
from tests.processes import start_worker
from tests.waiting import eventually

EVALUATIONS = 40
KILLS = 5

pytestmark = pytest.mark.stress


@pytest.fixture
def workers(database_url: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Give two running workers; whoever is in the list at the end is ended."""
    running = [start_worker(database_url) for _ in range(2)]
    yield running
    for worker in running:
        worker.kill()
        worker.wait()


def finished(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(EvaluationResult)) or 0


def at_work(database: Database) -> bool:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Job.state == "running")) == 2


def test_each_is_finished_exactly_once(
    api: ApiClient, database: Database, database_url: str, workers: list[subprocess.Popen[bytes]]
) -> None:
    workload_id = ready(api)
    ids = [queue(api, workload_id, margin=f"0.{number:04}") for number in range(EVALUATIONS)]
    chance = random.Random(5)
    for _ in range(KILLS):
        eventually(lambda: at_work(database) or finished(database) == EVALUATIONS)
        time.sleep(chance.uniform(0, 0.2))
        victim = chance.randrange(2)
        workers[victim].kill()
        workers[victim].wait()
        workers[victim] = start_worker(database_url)
    eventually(lambda: finished(database) == EVALUATIONS, seconds=180)
    with database.reading() as session:
        results = session.execute(select(EvaluationResult.evaluation_id, EvaluationResult.version)).all()
        jobs = session.execute(select(Job.state, func.sum(Job.attempt)).group_by(Job.state)).all()
    assert sorted(row[0] for row in results) == sorted(ids)
    assert sorted(row[1] for row in results) == list(range(1, EVALUATIONS + 1))
    [(state, attempts)] = jobs
    assert state == "succeeded"
    assert attempts > EVALUATIONS  # some were killed in the middle and taken over

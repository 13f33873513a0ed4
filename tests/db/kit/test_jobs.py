"""Jobs on real databases."""

import pytest

from service.kit import jobs
from service.kit.db import Database
from service.kit.problems import INVALID, Problem
from service.kit.transaction import Transaction
from service.kit.worker import Finish, Task, Worker
from tests.clients import new_organization, transaction


def enqueued(database: Database) -> tuple[str, str]:
    organization_id, _ = new_organization(database, "Example")
    with transaction(database, organization_id) as tx:
        job = jobs.enqueue(tx, "count", {"to": 3}, resource_id="ev_1")
    return organization_id, job.id


def state(database: Database, organization_id: str) -> jobs.Job:
    with transaction(database, organization_id) as tx:
        job = jobs.of_resource(tx, "ev_1")
    assert job is not None
    return job


def test_a_job_runs_once_and_its_result_is_written_with_its_success(database: Database) -> None:
    organization_id, _ = enqueued(database)
    written: list[str] = []

    def count(task: Task) -> Finish:
        task.progress("counting", 0.5)

        def finish(tx: Transaction) -> None:
            written.append(tx.organization_id)

        return finish

    worker = Worker(database, {"count": count})
    assert worker.run_one() is True
    assert worker.run_one() is False
    assert written == [organization_id]
    assert state(database, organization_id).state == "succeeded"


def test_a_problem_parks_the_job_with_its_detail(database: Database) -> None:
    organization_id, _ = enqueued(database)

    def refuse(task: Task) -> Finish:
        raise Problem(INVALID, "The file is empty.")

    Worker(database, {"count": refuse}).run_one()
    job = state(database, organization_id)
    assert (job.state, job.error) == ("failed", "The file is empty.")


def test_a_worker_taken_for_dead_cannot_write(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    organization_id, job_id = enqueued(database)
    written: list[int] = []

    def slow(task: Task) -> Finish:
        with transaction(database, organization_id) as tx:  # another worker takes the job over meanwhile
            job = tx.session.get(jobs.Job, job_id)
            assert job is not None
            job.attempt += 1
        return lambda tx: written.append(task.attempt)

    Worker(database, {"count": slow}).run_one()
    assert written == []
    assert state(database, organization_id).state == "running"

"""Purging on real databases: finished jobs go, and nothing that anybody could still ask for."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from service.kit import clock
from service.kit.db.database import Database
from service.kit.jobs import queue
from service.kit.jobs.queue import Job
from service.kit.jobs.worker import Worker
from tests.clients import new_organization, transaction

RETENTION = timedelta(days=2)


class Rows:
    """Jobs of one organization in a database, as rows."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.organization_id = new_organization(database, "Example")[0]

    def add(self, resource_id: str, state: str, finished: timedelta | None) -> str:
        """Add a job that finished so long ago, or is not finished; return its id."""
        finished_at = None if finished is None else clock.now() - finished
        with transaction(self.database, self.organization_id) as tx:
            job = queue.enqueue(tx, "count", {}, resource_id=resource_id)
            job.state, job.finished_at = state, finished_at
        return job.id

    @property
    def left(self) -> list[str]:
        with self.database.reading() as session:
            return sorted(session.scalars(select(Job.id)))

    def purge(self) -> int:
        return self.database.write(lambda session: queue.purge(session, clock.now() - RETENTION))


@pytest.fixture
def rows(database: Database) -> Rows:
    """Give an empty table of jobs, once on each engine."""
    return Rows(database)


OLD, NEW = RETENTION * 2, RETENTION / 2


def test_jobs_that_succeeded_go_after_their_retention(rows: Rows) -> None:
    rows.add("ev_1", "succeeded", OLD)
    kept = rows.add("ev_2", "succeeded", NEW)
    assert (rows.purge(), rows.left) == (1, [kept])


def test_what_is_not_finished_stays_however_old(rows: Rows) -> None:
    kept = [rows.add("ev_1", "queued", None), rows.add("ev_2", "running", None)]
    # It counts by its state alone, whatever else its row says and whoever came after it.
    kept += [rows.add("ev_3", "queued", OLD), rows.add("ev_3", "queued", None)]
    ages = update(Job).values(created_at=clock.now() - OLD, available_at=clock.now() - OLD)
    rows.database.write(lambda session: session.execute(ages))
    assert (rows.purge(), rows.left) == (0, sorted(kept))


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_job_without_success_stays_until_a_later_one_works_for_its_resource(rows: Rows, state: str) -> None:
    rows.add("ev_1", state, OLD)
    last = rows.add("ev_1", state, OLD)
    other = rows.add("ev_2", state, OLD)
    assert (rows.purge(), rows.left) == (1, sorted([last, other]))
    asked_again = rows.add("ev_1", "queued", None)
    assert (rows.purge(), rows.left) == (1, sorted([other, asked_again]))


def test_few_go_at_once_and_the_worker_goes_on_until_none_is_left(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PURGED_AT_ONCE", 2)
    for state in ("failed", "failed", "succeeded", "failed", "succeeded"):
        rows.add("ev_1", state, OLD)
    kept = rows.add("ev_2", "succeeded", NEW)
    assert (rows.purge(), len(rows.left)) == (2, 4)
    mine = Worker(rows.database, {}, RETENTION)

    def stops(self: Worker) -> bool:
        self.stopping.set()
        return True

    monkeypatch.setattr(Worker, "run_one", stops)
    mine.run()
    assert rows.left == [kept]

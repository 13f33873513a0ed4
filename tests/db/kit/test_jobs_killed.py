"""Workers killed at random moments: every job is finished exactly once."""

import random
import signal
import subprocess
import sys

import pytest
from sqlalchemy import text

from service.kit.db import schema
from service.kit.db.database import Database
from service.kit.jobs import queue
from tests.clients import new_organization, transaction
from tests.waiting import eventually

JOBS = 120
KILLS = 12
WORKERS = 3


def start(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.killable_worker", url], cwd=schema.FOLDER.parent)


def numbers(database: Database, statement: str) -> list[int]:
    with database.reading() as session:
        return [int(number) for number in session.scalars(text(statement))]


@pytest.mark.stress
def test_killed_workers_lose_no_job_and_finish_none_twice(database: Database) -> None:
    organization_id, _ = new_organization(database, "Example")
    # No key: a job finished twice must show as two rows.
    database.write(lambda session: session.execute(text("CREATE TABLE squares (job TEXT, square BIGINT)")))
    with transaction(database, organization_id) as tx:
        for number in range(JOBS):
            queue.enqueue(tx, "square", {"number": number}, resource_id=f"ev_{number}")
    chance = random.Random(1)
    workers = [start(database.url) for _ in range(WORKERS)]
    done = "SELECT count(*) FROM squares"
    for kill in range(KILLS):
        goal = kill * JOBS // KILLS // 2
        eventually(lambda: numbers(database, done)[0] >= goal)  # noqa: B023 - called before the next round
        victim = chance.randrange(WORKERS)
        workers[victim].send_signal(signal.SIGKILL)
        workers[victim].wait()
        workers[victim] = start(database.url)
    waiting = "SELECT count(*) FROM jobs WHERE state <> 'succeeded'"
    eventually(lambda: numbers(database, waiting) == [0], seconds=180)
    for process in workers:
        process.kill()
        process.wait()
    assert sorted(numbers(database, "SELECT square FROM squares")) == [number * number for number in range(JOBS)]

"""A worker process that tests kill: `python -m tests.killable_worker URL`, with short leases."""

import sys
from datetime import timedelta

from sqlalchemy import text

from service.kit.db.database import Database
from service.kit.db.transaction import Transaction
from service.kit.jobs import queue, waking, worker
from service.kit.jobs.worker import Finish, Task, Worker


def square(task: Task) -> Finish:
    """Compute for some milliseconds, then write one row a job."""
    number = int(task.arguments["number"])
    for step in range(20):
        task.progress("squaring", step / 20)
        sum(value * value for value in range(5_000))

    def finish(tx: Transaction) -> None:
        row = {"job": task.id, "square": number * number}
        tx.session.execute(text("INSERT INTO squares (job, square) VALUES (:job, :square)"), row)

    return finish


if __name__ == "__main__":
    queue.LEASE = timedelta(seconds=1)
    worker.BEAT_SECONDS = 0.2
    waking.POLL_SECONDS = waking.LISTENING_SECONDS = 0.05
    queue.FAILURES = 1000  # a test's kills are no reason to park a job
    Worker(Database(sys.argv[1]), {"square": square}).run()

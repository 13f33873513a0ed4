"""A worker process of tiny jobs, which loads no more than it needs: `python -m bench._tiny_worker URL`."""

import sys
from datetime import timedelta

from sqlalchemy import text

from service.kit import logging
from service.kit.db.database import Database
from service.kit.db.transaction import Transaction
from service.kit.jobs import queue
from service.kit.jobs.worker import Finish, Task, Worker


def tiny(task: Task) -> Finish:
    """Write one row."""

    def finish(tx: Transaction) -> None:
        tx.session.execute(text("INSERT INTO done VALUES (:job, now())"), {"job": task.id})

    return finish


if __name__ == "__main__":
    logging.configure("error")
    queue.LEASE = timedelta(seconds=3)
    Worker(Database(sys.argv[1], threads=2), {"tiny": tiny}).run()

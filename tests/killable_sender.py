"""A worker process that sends webhooks and is killed: `python -m tests.killable_sender URL`, with short waits."""

import sys
from datetime import timedelta

from service.kit.db.database import Database
from service.kit.jobs import queue, waking, worker
from service.kit.jobs.worker import Worker
from service.resources import CHORES, jobs
from service.settings import Settings
from service.webhooks import retries

if __name__ == "__main__":
    queue.LEASE = timedelta(seconds=1)
    worker.BEAT_SECONDS = 0.2
    waking.POLL_SECONDS = waking.LISTENING_SECONDS = 0.05
    retries.WAITS = (timedelta(seconds=0.1),) * 60  # a test's receiver fails at random, not for days
    Worker(Database(sys.argv[1]), jobs(Settings(webhook_networks=["127.0.0.0/8"])), chores=CHORES).run()

"""Running jobs: `crossover worker` in a process of its own, or a thread beside a server process's requests."""

import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from service.evaluations.cluster import chosen
from service.kit import logging, tracing
from service.kit.app_context import Runtime
from service.kit.db import schema
from service.kit.db.database import Database
from service.kit.jobs.alone import be_the_first_to_go
from service.kit.jobs.queue import Lost
from service.kit.jobs.worker import Worker
from service.resources import CHORES, jobs
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Embedded:
    """A worker running in a thread of a server process."""

    worker: Worker
    thread: threading.Thread

    def stop(self) -> None:
        """Ask the running job to give itself back and wait a moment for it."""
        self.worker.stopping.set()
        self.thread.join(timeout=5)


def start_embedded(app: Flask, settings: Settings) -> Embedded:
    """Start a worker beside `app`, on its database."""
    carried = app.extensions["crossover"]
    assert isinstance(carried, Runtime)
    worker = _worker(carried.database, settings)
    thread = threading.Thread(target=worker.run, name="jobs", daemon=True)
    thread.start()
    return Embedded(worker, thread)


def run(settings: Settings) -> None:
    """Run jobs until SIGTERM or SIGINT.

    Raises schema.WrongSchema on a database of another version, ExtraMissing where a cluster is named without its extra.
    """
    database = _start(settings)
    schema.require_startable(database, newer=settings.newer_schema)
    worker = _worker(database, settings)
    _stop_by_signal(worker)
    logging.get().info(
        "worker started", worker=worker.name, database=database.describe(), kinds=sorted(worker.handlers)
    )
    worker.run()
    tracing.flush()
    database.dispose()


def run_alone(settings: Settings, job_id: str, attempt: int) -> None:
    """Run one job that a worker claimed for this process, and end; one that is somebody else's by now is left."""
    be_the_first_to_go()
    database = _start(settings)
    worker = _worker(database, settings)
    _stop_by_signal(worker)
    with suppress(Lost):
        worker.run_claimed(job_id, attempt)
    tracing.flush()
    database.dispose()


def _start(settings: Settings) -> Database:
    logging.configure(settings.log_level)
    tracing.start(settings.traces_endpoint)
    chosen.choose(settings.cluster)
    return Database(settings.database_url, threads=2)


def _stop_by_signal(worker: Worker) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stopping.set())


def _lone(job_id: str, attempt: int) -> list[str]:
    return [sys.executable, "-m", "service.worker", job_id, str(attempt)]


def _worker(database: Database, settings: Settings) -> Worker:
    return Worker(database, jobs(settings), timedelta(days=settings.job_retention_days), CHORES, _lone)


if __name__ == "__main__":
    run_alone(Settings.from_environment(), sys.argv[1], int(sys.argv[2]))

"""Computing beside a request: the request waits for it as long as it promised, the computing goes on without it."""

import threading
from concurrent.futures import Future

from service.evaluations import service
from service.evaluations.engine import turn
from service.evaluations.jobs import run
from service.kit.db.database import Database
from service.kit.db.transaction import Actor
from service.kit.jobs.worker import Worker

_under_way: set[Worker] = set()
"""Those that compute now, in this process."""


def compute(database: Database, actor: Actor, job_id: str, patience_seconds: float) -> bool:
    """Compute the evaluation of a job if nobody is at it and it is this process's turn.

    Returns whether that was done, or is still being done after `patience_seconds`. Raises what the database raises.
    """
    outcome: Future[bool] = Future()
    thread = threading.Thread(target=_settle, args=(outcome, database, actor, job_id), name=job_id, daemon=True)
    thread.start()
    try:
        return outcome.result(patience_seconds)
    except TimeoutError:
        return True


def stop() -> None:
    """Ask what is still computed for requests that went away to give itself back: the process ends."""
    for worker in tuple(_under_way):
        worker.stopping.set()


def _settle(outcome: "Future[bool]", database: Database, actor: Actor, job_id: str) -> None:
    worker = Worker(database, {service.JOB: run})
    try:
        with turn(actor, patience=0) as held:
            _under_way.add(worker)
            outcome.set_result(held and worker.run_one(job_id))
    except Exception as error:  # noqa: BLE001 - raised again where the request waits
        outcome.set_exception(error)
    finally:
        _under_way.discard(worker)
